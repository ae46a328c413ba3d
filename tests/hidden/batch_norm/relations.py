"""What must hold between a function's own answers, whatever it computes wrongly otherwise.

In tests of precision, dtypes and NaN, a function is compared with itself. So a mistake that is paid
for in the tests of values costs none of these.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cases
import numpy as np

from autograder.suite import expect

Function = Callable[[np.ndarray], Any]
"""The student's function of a batch alone. It returns one array, or several."""
SINGLE, HALF = 2e-5, 4e-3
"""Relative tolerances of float32 and of float16."""
SMALL = 16.0
LOUD = 1e4
"""Outweighs every other number of the batches here."""


def several(returned: Any) -> tuple[Any, ...]:
    """One array or several, as a tuple of arrays."""
    return tuple(returned) if isinstance(returned, tuple | list) else (returned,)


def numbers(returned: Any) -> list[np.ndarray]:
    """What was returned as arrays of float64.

    Raises:
        Mismatch: one is no array of numbers.
    """
    return [np.asarray(expect.array(each), np.float64) for each in several(returned)]


def alike(some: list[np.ndarray], others: list[np.ndarray]) -> bool:
    return all(
        one.shape == other.shape and np.allclose(one, other, atol=1e-6)
        for one, other in zip(some, others, strict=True)
    )


def close(got: Any, want: np.ndarray, x: np.ndarray, *terms: np.ndarray) -> None:
    """Compare what comes of a batch as exactly as its dtype holds the largest of some terms.

    An answer may be a small difference of them.
    """
    relative = HALF if x.dtype == np.float16 else SINGLE
    largest = max(float(np.abs(each).max()) for each in (want, *terms))
    expect.close(got, want, like=(x,), atol=relative * largest)


def rounding(x: np.ndarray) -> np.ndarray:
    """Terms beside which rounding changes no variance, even if huge numbers are subtracted.

    That costs points in the tests of precision.
    """
    return 0.02 * np.square(x.astype(np.float64))


def unmoved(function: Function, x: np.ndarray, by: float) -> None:
    """A large number added to all of a batch changes nothing if a small one changes nothing."""
    plain = numbers(function(x))
    if alike(plain, numbers(function(x + SMALL))):
        for got, want in zip(several(function(x + by)), plain, strict=True):
            expect.close(got, want, like=(x,))


def same_numbers(function: Function, x: np.ndarray, *dtypes: Any) -> None:
    """The answers have these dtypes, and the numbers that the same batch in float64 gives.

    They are compared as float16 would allow, whatever the precision of `x`: only the numbers of a
    batch whose sums overflow are further away.
    """
    wanted = numbers(function(x.astype(np.float64)))
    for got, want, dtype in zip(several(function(x)), wanted, dtypes, strict=False):
        expect.close(got, want, like=(np.float16(0),), dtype=dtype)


def nan_propagates(function: Function, x: np.ndarray, channel: int) -> None:
    """A NaN makes NaN of what a large number in its place changes, and of nothing else."""
    plain = numbers(function(x))
    cell = (0,) * (x.ndim - 1) + (channel,)
    loud, spoilt = x.copy(), x.copy()
    loud[cell], spoilt[cell] = LOUD, np.nan
    changed = numbers(function(loud))
    for got, want, moved in zip(several(function(spoilt)), plain, changed, strict=True):
        expect.that(moved.shape == want.shape, "gave batches of one shape answers of two shapes.")
        seen = np.abs(moved - want) > 1e-6 * np.abs(want).max(initial=1)
        expect.close(got, np.where(seen, np.nan, want))


def watched(function: Any, *given: np.ndarray, **options: Any) -> None:
    """No argument is changed, and no answer shares memory with one (a claim)."""
    seen = function.watched(*given, **options)
    expect.that(cases.unchanged(given, seen.arguments), "changed one of its arguments")
    expect.that(not seen.shares_memory, "returned memory of one of its arguments, not a new array")
