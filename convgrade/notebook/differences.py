"""Describes how a returned value differs from the expected one, in words and numbers.

It only turns values into text. Shape comes first, then dtype, then values, so that broadcasting
hides nothing.
"""

from __future__ import annotations

import reprlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from convgrade.notebook.tolerance import nearly_equal, relative_tolerance

Array = npt.NDArray[Any]

MOST_ROWS = 8
MOST_COLUMNS = 8
FEWEST_COLUMNS = 2
WIDTH = 74
"""The numbers fit into a terminal of 80 columns, in which `check` indents them."""
LONGEST_REPR = 60
GAP = "    "


def shown(value: Any) -> str:
    """A repr in one line of bounded length, even if the object's own repr fails."""
    brief = reprlib.Repr()
    brief.maxother = brief.maxstring = LONGEST_REPR
    return " ".join(brief.repr(value).split())


def difference(got: Any, expected: Any, dtype: npt.DTypeLike | None = None) -> str:
    """Describe how `got` differs from `expected`.

    `expected` decides the comparison: an ndarray compares arrays; an int, float, bool or str
    compares one value; a tuple or list compares its members.

    Args:
        got: the returned value.
        expected: the right value.
        dtype: the dtype that a returned array must have; None accepts any.

    Returns:
        "" if they agree, otherwise the rest of a sentence.
    """
    if got is None and expected is not None:
        return "returned None: is its `return` missing?"
    if isinstance(expected, np.ndarray):
        return _array_difference(got, expected, dtype)
    if isinstance(expected, tuple | list):
        return _sequence_difference(got, expected)
    if isinstance(expected, bool | np.bool_):
        same = isinstance(got, bool | np.bool_) and bool(got) == bool(expected)
    elif isinstance(expected, int | np.integer):
        if isinstance(got, float | np.floating | bool | np.bool_):
            return f"returned {got!r}, and a whole number (an int) is expected: {expected}."
        same = isinstance(got, int | np.integer) and int(got) == int(expected)
    elif isinstance(expected, float | np.floating):
        number = isinstance(got, int | float | np.number) and not isinstance(got, bool)
        same = number and bool(_close(np.asarray(got), np.asarray(expected)))
    else:
        same = type(got) is type(expected) and bool(got == expected)
    return "" if same else f"is wrong.\n  expected: {expected!r}\n  got:      {shown(got)}"


def _sequence_difference(got: Any, expected: Sequence[Any]) -> str:
    if isinstance(got, np.ndarray) and got.ndim == 1:
        got = list(got)
    kind = type(expected).__name__
    if not isinstance(got, tuple | list):
        return f"returned {shown(got)}, and a {kind} is expected: {expected!r}."
    if len(got) == len(expected) and not any(
        difference(one, other) for one, other in zip(got, expected, strict=True)
    ):
        return ""
    plain = [value.item() if isinstance(value, np.generic) else value for value in got]
    listed = tuple(plain) if isinstance(got, tuple) else plain
    return f"is wrong.\n  expected: {expected!r}\n  got:      {shown(listed)}"


def _array_difference(got: Any, expected: Array, dtype: npt.DTypeLike | None) -> str:
    array = _numbers(got)
    if array is None:
        what = f"an array of {got.dtype}" if isinstance(got, np.ndarray) else type(got).__name__
        return f"returned {what}, and an array of numbers is expected."
    if array.shape != expected.shape:
        return f"has the wrong shape.\n  expected: {expected.shape}\n  got:      {array.shape}"
    if dtype is not None and array.dtype != np.dtype(dtype):
        return f"has the wrong dtype.\n  expected: {np.dtype(dtype)}\n  got:      {array.dtype}"
    differs = ~_close(array, expected)
    if not differs.any():
        return ""
    wrong = int(differs.sum())
    verb = "differs" if wrong == 1 else "differ"
    lines = [f"has the wrong values: {wrong} of {differs.size} {verb}.", ""]
    return "\n".join(lines + [f"  {line}" for line in _side_by_side(array, expected, differs)])


def wrong_cells(
    got: Any, expected: Array, dtype: npt.DTypeLike | None = None
) -> npt.NDArray[np.bool_] | None:
    """Where an array has wrong values; None if `got` is none, or of another shape or dtype."""
    array = _numbers(got)
    if array is None or array.shape != expected.shape:
        return None
    if dtype is not None and array.dtype != np.dtype(dtype):
        return None
    return ~_close(array, expected)


def _numbers(got: Any) -> Array | None:
    try:
        array = np.asarray(got)
    except (TypeError, ValueError):
        return None
    return array if array.dtype.kind in "biufc" else None


def _close(got: Array, expected: Array) -> npt.NDArray[np.bool_]:
    """Where two arrays agree, within the tolerance of hidden tests."""
    if not {got.dtype.kind, expected.dtype.kind} & set("fc"):
        return np.asarray(got == expected)
    return nearly_equal(got, expected, relative_tolerance(got.dtype, expected.dtype))


def _side_by_side(got: Array, expected: Array, differs: npt.NDArray[np.bool_]) -> list[str]:
    """Lines of the first plane with a difference: expected left, got right, wrong cells in
    brackets.
    """
    if got.ndim == 0:
        expected_text, got_text = _texts(expected.reshape(1), got.reshape(1))
        return [f"expected: {expected_text[0]}", f"got:      {got_text[0]}"]
    index, where = _first_plane(differs)
    plane = differs[index].reshape(-1, differs[index].shape[-1])
    planes = [array[index].reshape(plane.shape) for array in (expected, got)]
    axes = ("", "channels") if differs.ndim == 4 and is_line(differs.shape) else ("rows", "columns")
    lines: list[str] = []
    for columns in range(MOST_COLUMNS, FEWEST_COLUMNS - 1, -1):
        lines = _in_columns(planes, plane, where, columns, axes)
        if max(map(len, lines)) <= WIDTH:
            break
    return lines


def _in_columns(
    planes: Sequence[Array],
    differs: npt.NDArray[np.bool_],
    where: Sequence[str],
    most: int,
    axes: tuple[str, str],
) -> list[str]:
    """The expected plane and the other, around the first difference, in so many columns."""
    row, column = (int(i) for i in np.argwhere(differs)[0])
    rows = span(row, differs.shape[0], MOST_ROWS)
    columns = span(column, differs.shape[1], most)
    cut = (slice(*rows), slice(*columns))
    marked = differs[cut]
    left_texts, right_texts = _texts(planes[0][cut].ravel(), planes[1][cut].ravel())
    places = [*where]
    if (rows[1] - rows[0], columns[1] - columns[0]) != differs.shape:
        named = zip(axes, (rows, columns), strict=True)
        places += [f"{axis} {first} to {end - 1}" for axis, (first, end) in named if axis]
    left_block = block(left_texts, np.zeros_like(marked))
    right_block = block(right_texts, marked)
    width = max(len("expected"), *(len(line) for line in left_block))
    lines = [", ".join(places) + ":"] if places else []
    lines.append("expected".ljust(width) + GAP + "got")
    pairs = zip(left_block, right_block, strict=True)
    return lines + [(one.ljust(width) + GAP + other).rstrip() for one, other in pairs]


def _first_plane(differs: npt.NDArray[np.bool_]) -> tuple[tuple[Any, ...], list[str]]:
    """Return the index of the plane with the first difference, and how to name it.

    Images (batch, height, width, channels) are shown as height by width, images of one cell as a
    line of channels, other arrays by their last two axes. A single image of one channel is shown
    as it is, in whichever order its axes stand.
    """
    first = [int(i) for i in np.argwhere(differs)[0]]
    if differs.ndim == 4 and sum(count > 1 for count in differs.shape) == 2:
        return tuple(0 if count == 1 else slice(None) for count in differs.shape), []
    if differs.ndim == 4 and is_line(differs.shape):
        return (first[0], 0), [f"image {first[0]}"] if len(differs) > 1 else []
    if differs.ndim == 4:
        index: tuple[Any, ...] = (first[0], slice(None), slice(None), first[3])
        names = [("image", first[0], differs.shape[0]), ("channel", first[3], differs.shape[3])]
        return index, [f"{name} {i}" for name, i, count in names if count > 1]
    leading = tuple(first[:-2])
    return leading, [f"at index {', '.join(str(i) for i in leading)}"] if leading else []


def is_line(shape: Sequence[int]) -> bool:
    """Whether each image has one cell, so that its channels are shown as a line."""
    return shape[1] == shape[2] == 1 and shape[3] > 1


def span(index: int, count: int, most: int) -> tuple[int, int]:
    """The first of `most` places around `index`, of `count`, and the one after the last."""
    start = max(0, min(index - most // 2, count - most))
    return start, min(count, start + most)


def _texts(expected: Array, got: Array) -> tuple[list[str], list[str]]:
    """The numbers as text, with as many digits as are needed to distinguish them."""
    pairs = [_pair(one, other) for one, other in zip(expected, got, strict=True)]
    return [one for one, _ in pairs], [other for _, other in pairs]


def _pair(one: Any, other: Any) -> tuple[str, str]:
    if isinstance(one, np.bool_) or isinstance(other, np.bool_):
        return str(one), str(other)
    short = f"{one:.6g}", f"{other:.6g}"
    return (str(one), str(other)) if short[0] == short[1] and one != other else short


def block(texts: list[str], marked: npt.NDArray[np.bool_]) -> list[str]:
    """Right-aligned rows of numbers; marked numbers are in brackets."""
    width = max(len(text) for text in texts)
    cells = [
        f"[{text.rjust(width)}]" if mark else f" {text.rjust(width)} "
        for text, mark in zip(texts, marked.ravel(), strict=True)
    ]
    columns = marked.shape[1]
    return [" ".join(cells[start : start + columns]) for start in range(0, len(cells), columns)]
