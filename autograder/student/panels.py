"""The parts of a picture as plain data: grids of cells with texts, colours and frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

PLAIN = -1  # a cell with a border and no colour
PADDED = -2  # a cell that padding added: hatched
NOTHING = -3  # no cell here


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


def overlap(frames: Sequence[Frame]) -> bool:
    """Whether any two frames share a cell."""
    return any(
        abs(one.top - other.top) < one.height and abs(one.left - other.left) < one.width
        for number, one in enumerate(frames)
        for other in frames[:number]
    )
