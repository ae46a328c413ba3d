"""The picture of a wrong number: its window on the input, beside what is expected and what came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from convgrade.notebook.differences import MOST_COLUMNS, MOST_ROWS, is_line, span
from convgrade.notebook.drawing import Picture
from convgrade.notebook.panels import PADDED, PLAIN, Frame, Panel
from convgrade.notebook.windows import Index, Plane, Source, number

Array = npt.NDArray[Any]
Marks = npt.NDArray[np.bool_]

WINDOW, WRONG = 0, 5  # blue and orange of the palette


def picture(
    source: Source, got: Array, expected: Array, wrong: Marks, index: Index, call: str
) -> Picture:
    """Input, expected and got from left to right.

    Args:
        source: where the number at `index` comes from.
        got: what the function returned, with 4 axes.
        expected: the right answer, of the same shape.
        wrong: where they differ.
        index: of the number in the answer.
        call: the call, in words.
    """
    inputs = tuple(_input(source.name, plane) for plane in source.planes)
    right = _answer("expected", expected, np.zeros_like(wrong), index)
    came = _answer("got", got, wrong, index)
    came_from = "padding only" if source.is_padding else "the outlined cells"
    outlined = [
        f"Outlined in {panel.title}: {_outlined(plane)}"
        for panel, plane in zip(inputs, source.planes, strict=True)
    ]
    return Picture(
        (*inputs, right, came),
        ("+",) * (len(inputs) - 1) + ("→", "≠"),
        f"{source.place} comes from {came_from}",
        ". ".join([*outlined, f"The call: {call}"]),
    )


def _input(name: str, plane: Plane) -> Panel:
    fills = np.where(plane.padding, PADDED, np.where(plane.marked, WINDOW, PLAIN))
    texts = np.where(plane.padding, "", np.array(plane.texts))
    title = f"{name}, {plane.label}" if plane.label else name
    return Panel(title, _rows(texts), _rows(fills), _frames(plane.marked, WINDOW))


def _answer(title: str, array: Array, wrong: Marks, index: Index) -> Panel:
    """The plane of an answer around `index`, which is outlined; wrong cells are coloured."""
    if is_line(array.shape):
        values, marks, place = array[index[0], 0], wrong[index[0], 0], (0, index[3])
    else:
        values, marks = array[index[0], :, :, index[3]], wrong[index[0], :, :, index[3]]
        place = (index[1], index[2])
    rows, columns = (
        span(at, count, most)
        for at, count, most in zip(place, values.shape, (MOST_ROWS, MOST_COLUMNS), strict=True)
    )
    cut = (slice(*rows), slice(*columns))
    shown = values[cut]
    texts = [[number(value) for value in row] for row in shown]
    colour = WRONG if marks.any() else WINDOW
    fills = np.where(marks[cut], WRONG, PLAIN)
    frame = Frame(place[0] - rows[0], place[1] - columns[0], 1, 1, colour)
    if colour == WINDOW:
        fills[frame.top, frame.left] = WINDOW
    return Panel(title, _rows(texts), _rows(fills), (frame,))


def _frames(marked: Marks, colour: int) -> tuple[Frame, ...]:
    """One frame around the marked cells if they fill a rectangle, otherwise one around each."""
    places = np.argwhere(marked)
    if not len(places):
        return ()
    (top, left), (bottom, right) = (
        [int(place) for place in places.min(axis=0)],
        [int(place) for place in places.max(axis=0)],
    )
    height, width = bottom - top + 1, right - left + 1
    if height * width == len(places):
        return (Frame(top, left, height, width, colour),)
    return tuple(Frame(int(row), int(column), 1, 1, colour) for row, column in places)


def _outlined(plane: Plane) -> str:
    """The numbers in the window, row by row, for those who cannot see them."""
    rows = [
        ", ".join("padding" if outside else text for text, mark, outside in row if mark)
        for row in (
            zip(*each, strict=True)
            for each in zip(plane.texts, plane.marked, plane.padding, strict=True)
        )
    ]
    return "; ".join(filter(None, rows))


def _rows(cells: Sequence[Sequence[Any]] | Array) -> tuple[tuple[Any, ...], ...]:
    return tuple(tuple(np.asarray(row).tolist()) for row in cells)
