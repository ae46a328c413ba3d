"""Shows from which cells of the input a wrong number of the answer comes.

The author of a check declares the geometry of the window. Nothing here computes a layer.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from convgrade.notebook.differences import (
    FEWEST_COLUMNS,
    MOST_COLUMNS,
    MOST_ROWS,
    WIDTH,
    block,
    is_line,
    span,
)

Array = npt.NDArray[Any]
Index = tuple[int, ...]

AXES = ("image", "row", "column", "channel")
MOST_PLANES = 3
"""Channels of the input that are shown."""
MOST_CELLS = 12
"""Rows or columns of a large window that are shown."""
PADDING = "·"


@dataclass(frozen=True, eq=False)
class Window:
    """Which cells of the first argument a number of the answer comes from; see `check`.

    Argument and answer have the axes image, row, column, channel. The window of the number in row r
    and column c begins in row `r * step - before` and column `c * step - before`. What lies outside
    the image is padding.

    Args:
        size: the cells of the window: an int, or (rows, columns).
        step: the cells from one window to the next: an int, or (down, across).
        before: the cells of padding above and to the left: an int, or (above, left).
        channels: the channels of the argument that count: "own" for the channel of the number,
            "all", or a table of booleans with a row for each channel of the argument and a column
            for each channel of the answer.

    Example:
        `check(max_pool2d, image, expected=..., window=Window(size=2, step=2))`
    """

    size: int | tuple[int, int] = 1
    step: int | tuple[int, int] = 1
    before: int | tuple[int, int] = 0
    channels: str | npt.ArrayLike = "own"

    def spans(self, index: Index) -> tuple[range, range]:
        """Rows and columns of the window of the number at `index`; some may be padding."""
        sizes, steps, befores = (_pair(each) for each in (self.size, self.step, self.before))
        starts = [
            place * step - before
            for place, step, before in zip(index[1:3], steps, befores, strict=True)
        ]
        rows, columns = (
            range(start, start + size) for start, size in zip(starts, sizes, strict=True)
        )
        return rows, columns

    def channels_of(self, index: Index, count: int) -> list[int]:
        """Which of the `count` channels of the argument count for the number at `index`."""
        if isinstance(self.channels, str):
            return list(range(count)) if self.channels == "all" else [index[3]]
        return [int(channel) for channel in np.flatnonzero(np.asarray(self.channels)[:, index[3]])]

    def cells(self, shape: Sequence[int], index: Index) -> npt.NDArray[np.bool_]:
        """Booleans in the shape of the first argument: the cells of the number at `index`."""
        rows, columns = self.spans(index)
        cells = np.zeros(shape, bool)
        for channel in self.channels_of(index, shape[3]):
            cells[index[0], _inside(rows), _inside(columns), channel] = True
        return cells


@dataclass(frozen=True)
class Plane:
    """A part of one channel of the input, or of all channels of one cell, as a grid.

    `marked` says which cells the number comes from; `padding`, which are not of the input.
    """

    label: str
    texts: tuple[tuple[str, ...], ...]
    marked: npt.NDArray[np.bool_]
    padding: npt.NDArray[np.bool_]

    def lines(self) -> list[str]:
        """The grid in characters, with the marked cells in brackets."""
        return block([text for row in self.texts for text in row], self.marked)


@dataclass(frozen=True)
class Source:
    """Where a wrong number comes from: its place in the answer, in words, and planes of input."""

    place: str
    name: str
    planes: tuple[Plane, ...]
    more: tuple[str, ...] = ()

    @property
    def is_padding(self) -> bool:
        """Whether the window lies outside the input."""
        return not any((plane.marked & ~plane.padding).any() for plane in self.planes)

    @property
    def text(self) -> str:
        """A sentence, and the input with the cells in brackets."""
        if self.is_padding:
            said = f"{self.place} comes from padding ({PADDING}), from no cell of {self.name}:"
        else:
            said = f"{self.place} comes from the cells of {self.name} in brackets"
            has_padding = any(plane.padding.any() for plane in self.planes)
            said += f" and padding ({PADDING}):" if has_padding else ":"
        lines = [*textwrap.wrap(said, WIDTH)]
        for plane in self.planes:
            lines += ["", *([f"{plane.label}:"] if plane.label else [])]
            lines += plane.lines()
        lines += ["", *self.more] if self.more else []
        return "\n".join(f"  {line}".rstrip() for line in lines)


def source(window: Window, images: Array, name: str, shape: Sequence[int], index: Index) -> Source:
    """Find the cells that a number comes from.

    Args:
        window: its geometry.
        images: the first argument, with 4 axes.
        name: what to call the argument.
        shape: of the answer.
        index: of the number in the answer.
    """
    channels = window.channels_of(index, images.shape[3])
    place = place_of(index, shape)
    rows, columns = window.spans(index)
    if is_line(images.shape) and rows == columns == range(1):
        line = images[index[0], 0]
        return Source(place, name, (_around(line, rows, channels, ("", "channel")),))
    shown = channels[:MOST_PLANES]
    planes = []
    for channel in shown:
        label = f"channel {channel}" if images.shape[3] > 1 else ""
        values = images[index[0], :, :, channel]
        planes.append(_around(values, rows, columns, ("row", "column"), label))
    more = []
    if len(channels) > len(shown):
        more.append(f"and from the same place in {len(channels) - len(shown)} more channels.")
    if planes and planes[0].marked.sum() < len(rows) * len(columns):
        more.append(f"The window has {len(rows)} rows and {len(columns)} columns.")
    return Source(place, name, tuple(planes), tuple(more))


def number(value: Any) -> str:
    """A number with four digits; a whole number with all of its digits."""
    is_whole = np.isfinite(value) and abs(value) < 1e6 and value == int(value)
    return str(int(value)) if is_whole else f"{value:.4g}"


def place_of(index: Index, shape: Sequence[int]) -> str:
    """Where a number stands in the answer, in words; an axis of length one is left out."""
    flat = shape[1] == shape[2] == 1
    named = [
        f"{axis} {place}"
        for axis, place, count in zip(AXES, index, shape, strict=True)
        if count > 1 or (axis in ("row", "column") and not flat)
    ]
    return f"{', '.join(named)} of the answer".capitalize() if named else "The answer"


def _around(
    values: Array,
    rows: Sequence[int],
    columns: Sequence[int],
    axes: tuple[str, str],
    label: str = "",
) -> Plane:
    """The part of a plane around the marked rows and columns, as wide as a terminal allows."""
    down = _part(rows, values.shape[0], max(MOST_ROWS, min(len(rows), MOST_CELLS)))
    for most in range(MOST_CELLS, FEWEST_COLUMNS - 1, -1):
        across = _part(columns, values.shape[1], min(most, max(MOST_COLUMNS, len(columns))))
        plane = _cut(values, rows, columns, (down, across))
        if max(map(len, plane.lines())) <= WIDTH:
            break
    labels = [label]
    for axis, part, count in zip(axes, (down, across), values.shape, strict=True):
        inside = [place for place in part if 0 <= place < count]
        if inside and len(inside) < count:
            labels.append(f"{axis}s {inside[0]} to {inside[-1]}")
        elif axis == "channel":
            labels.append("channels")
    return replace(plane, label=", ".join(filter(None, labels)))


def _cut(
    values: Array, rows: Sequence[int], columns: Sequence[int], parts: tuple[range, range]
) -> Plane:
    height, width = values.shape
    down, across = np.meshgrid(*parts, indexing="ij")
    padding = (down < 0) | (down >= height) | (across < 0) | (across >= width)
    marked = np.isin(down, rows) & np.isin(across, columns)
    texts = [
        [PADDING if outside else number(values[i, j]) for outside, i, j in zip(*each, strict=True)]
        for each in zip(padding, down, across, strict=True)
    ]
    return Plane("", tuple(map(tuple, texts)), marked, padding)


def _part(marked: Sequence[int], count: int, most: int) -> range:
    """The places to show on an axis: all of them, with the marked ones, or the part around."""
    first, last = min(0, *marked), max(count - 1, *marked)
    start, stop = span((min(marked) + max(marked) + 1) // 2 - first, last - first + 1, most)
    return range(first + start, first + stop)


def _inside(part: range) -> slice:
    return slice(max(part.start, 0), max(part.stop, 0))


def _pair(value: int | tuple[int, int]) -> tuple[int, int]:
    return value if isinstance(value, tuple) else (value, value)
