"""Which cells of an input image a number of the right answer comes from.

The right function is asked with one cell changed at a time. So no name of a layer is needed, and
the window of any function of images is found.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from autograder.counterexamples.asking import Asking
from autograder.counterexamples.examples import Example
from autograder.counterexamples.judging import Part, part_of

IMAGES = 4
"""Axes of a batch of images: image, row, column, channel."""
MOST_CELLS = 100
LARGE = 1e6


def source_cells(
    asking: Asking, example: Example, part: Part, index: tuple[int, ...]
) -> np.ndarray[Any, Any] | None:
    """Booleans in the shape of the first argument: the cells that decide a number of the answer.

    Args:
        asking: knows the right function.
        example: the call.
        part: the subscripts that lead to the answer's part with the number.
        index: where the number is in that part.

    Returns:
        None if the first argument is no small batch of images, or if no cell decides the number.
    """
    images = example.args[0] if example.args else None
    if not isinstance(images, np.ndarray) or images.ndim != IMAGES:
        return None
    if not 0 < images.size <= MOST_CELLS:
        return None
    cells = np.zeros(images.shape, bool)
    plain = images.astype(np.float64)
    before = _number(asking, example, plain, part, index)
    for place in np.ndindex(images.shape):
        for value in (np.nan, LARGE, -LARGE):
            changed = plain.copy()
            changed[place] = value
            after = _number(asking, example, changed, part, index)
            if after is not None and not _is_equal(before, after):
                cells[place] = True
                break
    return cells if cells.any() else None


def _number(
    asking: Asking,
    example: Example,
    images: np.ndarray[Any, Any],
    part: Part,
    index: tuple[int, ...],
) -> Any:
    try:
        answer = asking.right_answer(replace(example, args=(images, *example.args[1:])))
        return np.asarray(part_of(answer, part))[index]
    except Exception:  # outside the contract, such as NaN for a function of whole numbers
        return None


def _is_equal(one: Any, other: Any) -> bool:
    return bool(one == other) or (one != one and other != other)
