"""Pictures of colour images: variants in rows, filters, and the predictions of a network.

They show what they are given and know no network and no dataset. matplotlib is imported when one is
shown.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from convgrade.notebook.charts import WIDTH_INCHES, Chart, Images, show_images

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INCHES_PER_CHARACTER = 0.09
LARGEST_IMAGE_INCHES = 1.1
PREDICTION_INCHES = 1.85
BAR_INCHES = 0.17
RIGHT, OTHER = 2, 7
"""Palette colours: the bar of the true class, and the bars of all others."""


def show_image_rows(rows: Mapping[str, Images]) -> Chart:
    """Show images in rows, each row with its name, for example variants of one image.

    Floating-point values are shown as colours from 0 to 1; values beyond are cut off. Rows may
    differ in the number and the size of their images.

    Args:
        rows: images by name, of shape (N, height, width, 3) or (N, height, width), with N at least
            1.

    Returns:
        A chart, which Jupyter shows as the value of a cell.
    """
    arrays = {str(name): _viewable(images, f"the row {name!r}") for name, images in rows.items()}
    if not arrays:
        raise ValueError("rows holds no row")
    columns = max(len(images) for images in arrays.values())
    label_inches = INCHES_PER_CHARACTER * (1 + max(map(len, arrays)))
    side = min(LARGEST_IMAGE_INCHES, (WIDTH_INCHES - label_inches) / columns)

    def paint(figure: Figure) -> None:
        ratios = [label_inches / side] + [1.0] * columns
        grid = figure.add_gridspec(len(arrays), 1 + columns, width_ratios=ratios)
        for row, (name, images) in enumerate(arrays.items()):
            label = figure.add_subplot(grid[row, 0])
            label.set_axis_off()
            label.text(0, 0.5, name, va="center", fontsize=9, transform=label.transAxes)
            for column, image in enumerate(images):
                _image(figure.add_subplot(grid[row, 1 + column]), image)

    words = "; ".join(
        f"{name}: {len(images)} images of {images.shape[1]}×{images.shape[2]} pixels"  # noqa: RUF001
        for name, images in arrays.items()
    )
    size = (label_inches + side * columns, side * len(arrays))
    return Chart(paint, size, words, "Rows of images")


def show_filters(kernel: Images, columns: int = 8) -> Chart:
    """Show the filters of a convolution that sees an image, each as a small image.

    Each filter is scaled alone: middle grey is a weight of 0, and the brightest or darkest colour
    is its largest weight.

    Args:
        kernel: shape (height, width, 3, filters) or (height, width, 1, filters).
        columns: number of filters in a row.

    Returns:
        A chart, which Jupyter shows as the value of a cell.
    """
    array = np.asarray(kernel, dtype=np.float64)
    if array.ndim != 4 or array.shape[2] not in (1, 3):
        raise ValueError(
            f"kernel must have the axes height, width, 1 or 3 channels, filters, not {array.shape}"
        )
    filters = np.moveaxis(array, 3, 0)
    largest = np.abs(filters).max(axis=(1, 2, 3), keepdims=True)
    shown = 0.5 + 0.5 * filters / np.where(largest == 0, 1, largest)
    if shown.shape[3] == 1:
        shown = np.repeat(shown, 3, axis=3)  # so that grey 0.5 means 0 here too
    return replace(show_images(shown, columns=columns), what="Filters")


def show_top_predictions(
    images: Images,
    probabilities: npt.ArrayLike,
    labels: npt.ArrayLike,
    names: Sequence[object] = (),
    k: int = 5,
    columns: int = 4,
) -> Chart:
    """Show images with their true class, and below each one its k most probable classes as bars.

    The bar of the true class is green if it is one of them. Of equally probable classes, the one
    with the lower number comes first.

    Args:
        images: shape (N, height, width, 3) or (N, height, width), with N at least 1.
        probabilities: shape (N, classes), from 0 to 1.
        labels: the true classes, integers of shape (N,).
        names: the names of the classes; by default their numbers.
        k: how many classes to show for each image.
        columns: number of images in a row.

    Returns:
        A chart, which Jupyter shows as the value of a cell.
    """
    pictures, true = _viewable(images, "images"), np.asarray(labels)
    chances = np.asarray(probabilities, dtype=np.float64)
    if chances.ndim != 2 or len(chances) != len(pictures):
        raise ValueError(f"probabilities must have {len(pictures)} rows, not {chances.shape}")
    if true.shape != (len(pictures),):
        raise ValueError(f"labels must have the shape {(len(pictures),)}, not {true.shape}")
    named = [str(name) for name in names] or [str(number) for number in range(chances.shape[1])]
    guesses = np.argsort(-chances, axis=1, kind="stable")[:, :k]
    columns = max(1, min(columns, len(pictures)))
    rows = math.ceil(len(pictures) / columns)
    bars_inches = BAR_INCHES * guesses.shape[1]

    def paint(figure: Figure) -> None:
        grid = figure.add_gridspec(2 * rows, columns, height_ratios=[1.2, bars_inches] * rows)
        for number, image in enumerate(pictures):
            row, column = divmod(number, columns)
            above = figure.add_subplot(grid[2 * row, column])
            _image(above, image)
            above.set_title(named[true[number]], fontsize=8)
            _bars(
                figure.add_subplot(grid[2 * row + 1, column]),
                [named[guess] for guess in guesses[number]],
                chances[number, guesses[number]],
                [guess == true[number] for guess in guesses[number]],
            )

    words = [
        f"{named[label]}: " + ", ".join(f"{named[g]} {row[g]:.0%}" for g in guess)
        for label, guess, row in zip(true, guesses, chances, strict=True)
    ]
    size = (columns * PREDICTION_INCHES, rows * (1.6 + bars_inches))
    return Chart(paint, size, "; ".join(words), "Images and their most probable classes")


def _viewable(images: Images, what: str) -> npt.NDArray[Any]:
    """Convert to an array of images that can be shown; floating-point colours are cut to 0 to 1."""
    array = np.asarray(images)
    if array.ndim == 4 and array.shape[3] == 1:
        array = array[..., 0]
    if array.ndim != 3 and (array.ndim != 4 or array.shape[3] != 3):
        raise ValueError(f"{what} must have 3 axes, or 4 with 1 or 3 channels, not {array.shape}")
    if not len(array):
        raise ValueError(f"{what} holds no image")
    return np.clip(array, 0, 1) if array.dtype.kind == "f" and array.ndim == 4 else array


def _image(axes: Axes, image: npt.NDArray[Any]) -> None:
    axes.imshow(image, cmap=None if image.ndim == 3 else "gray", interpolation="nearest")
    axes.set_axis_off()


def _bars(
    axes: Axes, names: Sequence[str], chances: npt.NDArray[np.float64], right: Sequence[bool]
) -> None:
    """Draw horizontal bars, the most probable on top, each with its name on it."""
    from convgrade.notebook.drawing import INK, PALETTE

    places = range(len(names))
    colours = [PALETTE[RIGHT if is_right else OTHER] for is_right in right]
    axes.barh(places, chances, height=0.85, color=colours, alpha=0.6)
    for place, name in zip(places, names, strict=True):
        axes.text(0.02, place, name, va="center", fontsize=7, color=INK)
    axes.set_xlim(0, 1)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_color("#B5B5B5")
