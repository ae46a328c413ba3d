"""What must hold between a function's own answers, whatever it computes wrongly otherwise.

In tests of dtypes, NaN and empty batches a function is compared with itself, so that a mistake that
is paid for in the tests of values costs none of these.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.suite import expect

LOUD = 1e4
"""Outweighs every other number of the arrays here."""


def numbers(answer: Any) -> np.ndarray:
    """An answer as an array of float64.

    Raises:
        Mismatch: it is no array of numbers.
    """
    expect.close(answer, answer)
    return np.asarray(answer, np.float64)


def empty_batch(layer: Callable[[np.ndarray], Any], x: np.ndarray) -> None:
    """No examples give none, of the shape that some give."""
    _, *shape = np.shape(numbers(layer(x))) or (0,)
    expect.close(layer(x[:0]), np.zeros((0, *shape)))


def nan_propagates(layer: Callable[[np.ndarray], Any], x: np.ndarray, cells: np.ndarray) -> None:
    """NaN in `cells` makes NaN of what large numbers there change, and of nothing else."""
    plain = numbers(layer(x))
    seen = np.zeros(plain.shape, bool)
    for value in (LOUD, -LOUD):
        marked = numbers(layer(np.where(cells, x.dtype.type(value), x)))
        expect.that(marked.shape == plain.shape, "gave images of one shape answers of two shapes.")
        seen |= np.abs(marked - plain) > 1e-3
    got = layer(np.where(cells, x.dtype.type(np.nan), x))
    expect.close(got, np.where(seen, np.nan, plain), like=(x,))
