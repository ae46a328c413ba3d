"""The parts of a picture as plain data: grids of cells with texts, colours and frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

PLAIN = -1  # a cell with a border and no colour
PADDED = -2  # a cell that padding added: hatched
NOTHING = -3  # no cell here
MOST_CELLS_IN_WORDS = 120
_SIGNS = {PLAIN: "empty", PADDED: "padding"}


@dataclass(frozen=True)
class Frame:
    """A rectangle around cells, in the palette colour of that index."""

    top: int
    left: int
    height: int
    width: int
    colour: int


@dataclass(frozen=True)
class Panel:
    """A grid: texts, fills (a palette index, PLAIN, PADDED or NOTHING), and frames on top."""

    title: str
    texts: tuple[tuple[str, ...], ...]
    fills: tuple[tuple[int, ...], ...]
    frames: tuple[Frame, ...] = ()
    row_labels: tuple[str, ...] = ()

    @property
    def height(self) -> int:
        """The number of rows."""
        return len(self.texts)

    @property
    def width(self) -> int:
        """The number of columns."""
        return len(self.texts[0])


def in_words(panel: Panel) -> str:
    """What a panel shows, for those who cannot see it: its rows, or its title alone if it is large.

    The rows of a panel with labels are named by them, and its cells by the texts of the first row.
    """
    if panel.height * panel.width > MOST_CELLS_IN_WORDS:
        return panel.title
    if panel.row_labels:
        head, *rows = zip(panel.texts, panel.fills, panel.row_labels, strict=True)
        said = [f"{label}: {_named_cells(head[0], texts, fills)}" for texts, fills, label in rows]
    else:
        said = [
            ", ".join(text or _SIGNS.get(fill, "") for text, fill in zip(*row, strict=True))
            for row in zip(panel.texts, panel.fills, strict=True)
        ]
    return f"{panel.title}: {'; '.join(said)}"


def _named_cells(names: Sequence[str], texts: Sequence[str], fills: Sequence[int]) -> str:
    """The coloured cells of a row, by name, with their numbers. A mark is left out."""
    coloured = [
        " ".join([name or "padding", text if text.isalnum() else ""]).strip()
        for name, text, fill in zip(names, texts, fills, strict=True)
        if fill >= 0
    ]
    return ", ".join(coloured) or "none"


def overlap(frames: Sequence[Frame]) -> bool:
    """Whether any two frames share a cell."""
    return any(
        abs(one.top - other.top) < one.height and abs(one.left - other.left) < one.width
        for number, one in enumerate(frames)
        for other in frames[:number]
    )
