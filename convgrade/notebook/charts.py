"""Pictures of a network's numbers: images, feature maps, layer sizes, learning curves.

They show what they are given. They know no layer, no dataset and no result. matplotlib is imported
when a chart is shown. For tables as grids of cells see `grids`.
"""

# ruff: noqa: RUF001 (sizes are written as in mathematics)

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from convgrade.notebook.displayed import MISSING, Displayed, can_draw

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Images = npt.ArrayLike
WIDTH_INCHES = 7.5
IMAGE_INCHES = 0.9
TITLE_POINTS = 8
TITLE_CHARACTERS = 15
"""Characters of a title over an image before it continues on the next line."""


@dataclass(frozen=True)
class Chart(Displayed):
    """A figure that is drawn when it is shown; Jupyter shows it as the value of a cell.

    `figure` is the matplotlib figure, for example to save it. `words` says what it shows, and
    `what` the kind of chart.
    """

    paint: Callable[[Figure], None] = field(repr=False)
    inches: tuple[float, float]
    words: str
    what: str = ""

    @property
    def alt(self) -> str:
        """The text that stands for the chart where it cannot be seen."""
        return f"{self.what}: {self.words}" if self.what else self.words

    def _draw(self) -> Figure:
        from matplotlib.figure import Figure

        figure = Figure(figsize=self.inches, facecolor="white", layout="constrained")
        self.paint(figure)
        return figure

    def __repr__(self) -> str:
        """A description of the chart in words."""
        return self.words if can_draw() else f"{self.words}\n{MISSING}"


def show_images(images: Images, titles: Iterable[object] = (), columns: int = 8) -> Chart:
    """Show grey or coloured images in rows, each with its title.

    Args:
        images: shape (N, height, width), (N, height, width, 1) or (N, height, width, 3).
        titles: one per image, or none.
        columns: number of images in a row.

    Returns:
        A chart, which Jupyter shows as the value of a cell.
    """
    array = np.asarray(images)
    if array.ndim == 4 and array.shape[3] == 1:
        array = array[..., 0]
    if array.ndim != 3 and (array.ndim != 4 or array.shape[3] != 3):
        raise ValueError(f"images must have 3 axes, or 4 with 1 or 3 channels, not {array.shape}")
    if not len(array):
        raise ValueError("images holds no image")
    named = [str(title) for title in titles]
    folded = [textwrap.fill(title, TITLE_CHARACTERS) for title in named]
    columns = max(1, min(columns, len(array)))
    rows = math.ceil(len(array) / columns)

    def paint(figure: Figure) -> None:
        for number, image in enumerate(array):
            axes = figure.add_subplot(rows, columns, number + 1)
            axes.imshow(image, cmap=None if image.ndim == 3 else "gray", interpolation="nearest")
            axes.set_axis_off()
            if number < len(folded):
                axes.set_title(folded[number], fontsize=TITLE_POINTS)

    lines = max((title.count("\n") for title in folded), default=0)
    tall = IMAGE_INCHES * (1.35 if named else 1.1) + lines * 1.2 * TITLE_POINTS / 72
    listing = ", ".join(named)
    words = f"{len(array)} images of {array.shape[1]}×{array.shape[2]} pixels"
    size = (max(columns * IMAGE_INCHES, 1.5), rows * tall)
    return Chart(paint, size, f"{words}: {listing}" if listing else words)


def show_feature_maps(maps: Images, columns: int = 8) -> Chart:
    """Show the channels of one answer of a layer as grey images, numbered from 0.

    Args:
        maps: shape (height, width, channels), or (1, height, width, channels).
        columns: number of images in a row.

    Returns:
        A chart, which Jupyter shows as the value of a cell.
    """
    array = np.asarray(maps)
    if array.ndim == 4 and array.shape[0] == 1:
        array = array[0]
    if array.ndim != 3:
        raise ValueError(f"maps must have the axes height, width, channels, not {array.shape}")
    channels = np.moveaxis(array, 2, 0)
    titles = [f"map {number}" for number in range(len(channels))]
    return replace(show_images(channels, titles, columns), what="Feature maps")


def show_misclassified(
    images: Images, labels: npt.ArrayLike, predictions: npt.ArrayLike, most: int = 16
) -> Chart:
    """Show the first images whose prediction differs from their label, with both.

    Args:
        images: shape (N, height, width), with or without channels.
        labels: the true classes, integers of shape (N,).
        predictions: the predicted classes, integers of shape (N,).
        most: how many images to show at most.

    Returns:
        A chart, which Jupyter shows as the value of a cell.
    """
    true, predicted = np.asarray(labels), np.asarray(predictions)
    wrong = np.flatnonzero(true != predicted)[:most]
    if not len(wrong):
        return Chart(_say("no image is misclassified"), (3.0, 0.6), "no image is misclassified")
    titles = [f"{true[i]}, not {predicted[i]}" for i in wrong]
    return replace(show_images(np.asarray(images)[wrong], titles), what="Misclassified")


def show_sizes(layers: Sequence[tuple[str, int, int]]) -> Chart:
    """Show layers from left to right: for each one a square as large as one of its maps, and the
    number of maps.

    Args:
        layers: (name, number of maps, side of a map in cells), from the input on.

    Returns:
        A chart, which Jupyter shows as the value of a cell.
    """
    steps = [(str(name), int(maps), int(side)) for name, maps, side in layers]
    if not steps:
        raise ValueError("layers holds no layer")
    largest = max(side for _, _, side in steps)

    def paint(figure: Figure) -> None:
        axes = figure.add_subplot()
        axes.set_axis_off()
        axes.set_aspect("equal")
        left = 0.0
        gap = 0.3 * largest
        for number, (name, maps, side) in enumerate(steps):
            slot = max(side, 0.3 * largest)  # a small square needs room for its text
            middle = left + slot / 2
            _square(axes, middle - side / 2, side, number)
            axes.text(middle, side / 2 + 0.06 * largest, name, ha="center", fontsize=9)
            below = f"{maps} @ {side}×{side}"
            axes.text(middle, -side / 2 - 0.16 * largest, below, ha="center", fontsize=7)
            left += slot + gap
        axes.set_xlim(-gap, left)
        axes.set_ylim(-0.75 * largest, 0.75 * largest)

    words = " → ".join(f"{name} {maps} @ {side}×{side}" for name, maps, side in steps)
    return Chart(paint, (WIDTH_INCHES, 2.2), words, "Sizes of layers")


def show_curves(history: Mapping[str, Sequence[float]]) -> Chart:
    """Show each list of a training history as a curve over the epochs.

    Related curves share their axes: `loss` with `val_loss`, `accuracy` with `val_accuracy`.

    Args:
        history: lists of numbers by name, one number per epoch, as in Keras' `History.history`.

    Returns:
        A chart, which Jupyter shows as the value of a cell.
    """
    curves = {str(name): [float(value) for value in values] for name, values in history.items()}
    if not curves:
        raise ValueError("history holds no curve")
    groups: dict[str, list[str]] = {}
    for name in curves:
        groups.setdefault(name.removeprefix("val_"), []).append(name)

    def paint(figure: Figure) -> None:
        from convgrade.notebook.drawing import PALETTE

        for number, (title, names) in enumerate(groups.items()):
            axes = figure.add_subplot(1, len(groups), number + 1)
            for colour, name in enumerate(names):
                epochs = range(1, len(curves[name]) + 1)
                axes.plot(epochs, curves[name], "o-", color=PALETTE[colour], label=name)
            axes.set_title(title, fontsize=9)
            axes.set_xlabel("epoch", fontsize=8)
            axes.tick_params(labelsize=7)
            axes.grid(alpha=0.3)
            axes.legend(fontsize=7)

    ends = [f"{name} ends at {values[-1]:.4g}" for name, values in curves.items() if values]
    size = (min(WIDTH_INCHES, 3.6 * len(groups)), 2.6)
    return Chart(paint, size, ", ".join(ends) or "no epoch", "Curves over the epochs")


def show_bars(
    names: Sequence[object], values: Mapping[str, Sequence[float]], shares: bool = False
) -> Chart:
    """Show bars side by side: for each name one bar per list of values, each list in its own
    colour.

    Args:
        names: what is compared, from left to right, for example layers or channels.
        values: by what they measure, a number for each name.
        shares: show each list as percentages of its sum, so that different units can be compared.

    Returns:
        A chart, which Jupyter shows as the value of a cell.
    """
    labels = [str(name) for name in names]
    lists = {str(what): [float(value) for value in row] for what, row in values.items()}
    if not labels or not lists:
        raise ValueError("names or values holds nothing")
    for what, row in lists.items():
        if len(row) != len(labels):
            raise ValueError(f"values has {len(row)} of {what!r} for {len(labels)} names")
    if shares:
        lists = {what: [100 * value / sum(row) for value in row] for what, row in lists.items()}

    def paint(figure: Figure) -> None:
        from convgrade.notebook.drawing import PALETTE

        axes = figure.add_subplot()
        wide = 0.8 / len(lists)
        for number, (what, row) in enumerate(lists.items()):
            lefts = [place - 0.4 + number * wide for place in range(len(labels))]
            drawn = axes.bar(lefts, row, wide, align="edge", color=PALETTE[number], label=what)
            if shares:
                axes.bar_label(drawn, fmt="%.1f", fontsize=6)
        axes.set_xticks(range(len(labels)), labels, fontsize=8)
        axes.set_ylabel("per cent" if shares else "", fontsize=8)
        axes.tick_params(labelsize=7)
        axes.grid(alpha=0.3, axis="y")
        axes.set_axisbelow(True)
        axes.legend(fontsize=7)

    sign = " %" if shares else ""
    said = [
        f"{what}: "
        + ", ".join(f"{name} {value:.3g}{sign}" for name, value in zip(labels, row, strict=True))
        for what, row in lists.items()
    ]
    return Chart(paint, (WIDTH_INCHES, 2.6), "; ".join(said), "Bars")


def _square(axes: Axes, left: float, side: float, number: int) -> None:
    from matplotlib.patches import Rectangle

    from convgrade.notebook.drawing import INK, PALETTE

    colour: Any = PALETTE[number % len(PALETTE)]
    axes.add_patch(
        Rectangle(
            (left, -side / 2), side, side, facecolor=colour, alpha=0.38, edgecolor=INK, linewidth=1
        )
    )


def _say(words: str) -> Callable[[Figure], None]:
    def paint(figure: Figure) -> None:
        figure.text(0.5, 0.5, words, ha="center", va="center", fontsize=9)

    return paint
