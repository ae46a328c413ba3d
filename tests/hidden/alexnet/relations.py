"""What must hold between a function's own answers, whatever it computes wrongly otherwise.

In tests of dtypes, NaN and infinities a function is compared with itself, so that a mistake that is
paid for in the tests of values costs none of these.
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


def same_numbers(function: Callable[[np.ndarray], Any], x: np.ndarray, dtype: Any) -> None:
    """The answer has this dtype, and the numbers that the same numbers in float64 give."""
    want = numbers(function(x.astype(np.float64)))
    expect.close(function(x), want, like=(x, np.float32(0)), dtype=dtype)


def empty_batch(function: Callable[[np.ndarray], Any], x: np.ndarray) -> None:
    """No images give none, of the shape that some give, on whichever axis images stand."""
    shape = np.shape(numbers(function(x)))
    expect.close(function(x[:0]), np.zeros([0 if size == len(x) else size for size in shape]))


def nan_propagates(
    function: Callable[[np.ndarray], Any], x: np.ndarray, cells: np.ndarray, free: np.ndarray
) -> None:
    """NaN in `cells` makes NaN of what large numbers there change, and of others only if `free`."""
    plain = numbers(function(x))
    marked = numbers(function(np.where(cells, LOUD, x)))
    expect.that(marked.shape == plain.shape, "gave arrays of one shape answers of two shapes.")
    seen = np.abs(marked - plain) > 1e-9 * np.abs(plain).max()
    got = function(np.where(cells, np.nan, x))
    found = numbers(got)
    if found.shape == plain.shape:
        seen |= free & np.isnan(found)
    expect.close(got, np.where(seen, np.nan, plain))


def infinite(function: Callable[[np.ndarray], Any], sign: int) -> float:
    """What infinity should become, by what two large numbers become: a bound, or infinity."""
    one, other = numbers(function(sign * np.array([LOUD, LOUD**2])))
    return float(one) if one == other else float(np.copysign(np.inf, other))
