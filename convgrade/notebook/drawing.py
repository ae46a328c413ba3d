"""Pictures made of panels: in Jupyter as a matplotlib figure, elsewhere in characters.

matplotlib is imported inside the functions, because the warm process of the sandbox imports this
module too and would spend more than a second on searching fonts that nobody uses. The colours can
be distinguished with any kind of colour vision (the palette of Okabe and Ito, 2008). No display,
pyplot state or network is needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from convgrade.notebook.displayed import MISSING, Displayed, can_draw
from convgrade.notebook.panels import NOTHING, PADDED, PLAIN, Frame, Panel, in_words, overlap

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#999999")
INK = "#222222"
PALE_INK = "#5F5F5F"
EDGE = "#8A8A8A"
PADDED_GROUND = "#F4F4F4"

INCHES_PER_CELL = 0.42
WIDEST_INCHES = 9.0
LABEL_CELLS = 2.0
SIGN_CELLS = 1.6
MARGIN = 0.3
TITLE_CELLS = 0.9
CAPTION_CELLS = 0.9
CELLS_PER_CHARACTER = 0.24
CHARACTERS_PER_CELL = 4
"""A longer text is written smaller, with all others of its panel."""


@dataclass(frozen=True)
class Picture(Displayed):
    """Panels from left to right with a sign between them, and a caption.

    `marked` says in words which cells have a frame.

    Jupyter shows it as the value of a cell. `figure` is the matplotlib figure, for example to save
    it: `picture.figure.savefig("pooling.pdf")`.
    """

    panels: tuple[Panel, ...]
    signs: tuple[str, ...] = ()
    caption: str = ""
    marked: str = ""

    @property
    def alt(self) -> str:
        """The text that stands for the picture where it cannot be seen."""
        return ". ".join([*map(in_words, self.panels), *filter(None, [self.marked, self.caption])])

    def _draw(self) -> Figure:
        return draw(self.panels, self.signs, self.caption)

    def __repr__(self) -> str:
        """The picture in characters, for a terminal or a screen reader."""
        blocks = ["\n".join([panel.title, *_characters(panel)]) for panel in self.panels]
        remark = "" if can_draw() else MISSING
        return "\n\n".join(filter(None, [*blocks, self.caption, remark]))


def draw(panels: Sequence[Panel], signs: Sequence[str], caption: str) -> Figure:
    """Return panels, with a sign between each two, as a figure with a caption.

    Each cell is a unit square; cell (0, 0) is at the upper left of its panel.
    """
    from matplotlib.figure import Figure

    tallest = max(panel.height for panel in panels)
    labels = LABEL_CELLS if any(panel.row_labels for panel in panels) else 0.0
    widths = sum(_slot(panel) for panel in panels)
    total_width = labels + widths + SIGN_CELLS * len(signs) + 2 * MARGIN
    below = CAPTION_CELLS if caption else 0.0
    total_width = max(total_width, CELLS_PER_CHARACTER * len(caption) + 2 * MARGIN)
    total_height = TITLE_CELLS + tallest + below + 2 * MARGIN
    scale = min(INCHES_PER_CELL, WIDEST_INCHES / total_width)
    figure = Figure(figsize=(total_width * scale, total_height * scale), facecolor="white")
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_axis_off()
    axes.set_xlim(-MARGIN - labels, total_width - MARGIN - labels)
    axes.set_ylim(tallest + below + MARGIN, -TITLE_CELLS - MARGIN)
    size = 72 * scale * 0.36

    left = 0.0
    for number, panel in enumerate(panels):
        top = (tallest - panel.height) / 2
        _draw_panel(axes, panel, left, top, size)
        left += _slot(panel)
        if number < len(signs):
            _write(axes, left + SIGN_CELLS / 2, tallest / 2, signs[number], 1.5 * size)
            left += SIGN_CELLS
    if caption:
        axes.text(-labels, tallest + 0.6, caption, va="center", color=INK, fontsize=size)
    return figure


def _slot(panel: Panel) -> float:
    """The width that a panel needs: its cells or its title, whichever is wider."""
    return max(float(panel.width), CELLS_PER_CHARACTER * len(panel.title))


def _draw_panel(axes: Axes, panel: Panel, left: float, top: float, size: float) -> None:
    axes.text(left, top - 0.45, panel.title, va="center", color=INK, fontsize=size)
    longest = max(len(text) for row in panel.texts for text in row)
    fitting = size * min(1.0, CHARACTERS_PER_CELL / max(longest, 1))
    for row in range(panel.height):
        for column in range(panel.width):
            fill = panel.fills[row][column]
            _draw_cell(axes, left + column, top + row, fill)
            ink = PALE_INK if fill == PADDED else INK
            if panel.texts[row][column]:
                place = left + column + 0.5, top + row + 0.5
                _write(axes, *place, panel.texts[row][column], fitting, ink)
    for row, label in enumerate(panel.row_labels):
        if label:
            place = left - 0.2, top + row + 0.5
            axes.text(*place, label, ha="right", va="center", color=INK, fontsize=0.9 * size)
    overlapping = overlap(panel.frames)
    for frame in panel.frames:
        _draw_frame(axes, frame, left, top, overlapping)


def _draw_cell(axes: Axes, x: float, y: float, fill: int) -> None:
    from matplotlib.patches import Rectangle

    if fill == NOTHING:
        return
    cell = Rectangle((x, y), 1, 1, facecolor="white", edgecolor=EDGE, linewidth=0.8)
    if fill == PADDED:
        cell.set(facecolor=PADDED_GROUND, edgecolor="#CFCFCF", hatch="////", linewidth=0.6)
    elif fill >= 0:
        cell.set_facecolor(_tint(fill))
    axes.add_artist(cell)  # unlike add_patch, it computes no limits


def _draw_frame(axes: Axes, frame: Frame, left: float, top: float, overlapping: bool) -> None:
    from matplotlib.patches import Rectangle

    inset = 0.05 + (0.055 * (frame.colour % 4) if overlapping else 0.0)
    axes.add_artist(
        Rectangle(
            (left + frame.left + inset, top + frame.top + inset),
            frame.width - 2 * inset,
            frame.height - 2 * inset,
            fill=False,
            edgecolor=PALETTE[frame.colour % len(PALETTE)],
            linewidth=2.0,
        )
    )


def _tint(colour: int, strength: float = 0.38) -> tuple[float, ...]:
    """A colour of the palette, light enough for dark numbers on it."""
    from matplotlib.colors import to_rgb

    channels = to_rgb(PALETTE[colour % len(PALETTE)])
    return tuple(1 - strength * (1 - channel) for channel in channels)


def _write(axes: Axes, x: float, y: float, text: str, size: float, ink: str = INK) -> None:
    axes.text(x, y, text, ha="center", va="center", color=ink, fontsize=size)


def _characters(panel: Panel) -> list[str]:
    shown = [
        [
            text or {NOTHING: "", PADDED: "·", PLAIN: ""}.get(fill, "#")
            for text, fill in zip(texts, fills, strict=True)
        ]
        for texts, fills in zip(panel.texts, panel.fills, strict=True)
    ]
    width = max(len(text) for row in shown for text in row)
    return ["  ".join(text.rjust(width) for text in row).rstrip() for row in shown]
