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

Answers = tuple[Any, ...]
"""What a function returned: one array, or several."""
Function = Callable[[np.ndarray], Answers]


def numbers(answers: Answers) -> list[np.ndarray]:
    """Answers as arrays of float64.

    Raises:
        Mismatch: one is no array of numbers.
    """
    return [np.asarray(expect.array(each), np.float64) for each in answers]


def unmoved(function: Function, x: np.ndarray, by: float) -> None:
    """The same number added to all of a batch changes nothing of the answers."""
    for got, want in zip(function(x + by), numbers(function(x)), strict=True):
        expect.close(got, want, like=(x,))


def same_numbers(function: Function, x: np.ndarray, dtypes: tuple[Any, ...]) -> None:
    """The answers have these dtypes, and the numbers that the same batch in float64 gives.

    They are compared as float16 would allow, whatever the precision of `x`: only the numbers of a
    batch whose sums overflow are further away.
    """
    wanted = numbers(function(x.astype(np.float64)))
    for got, want, dtype in zip(function(x), wanted, dtypes, strict=True):
        expect.close(got, want, like=(np.float16(0),), dtype=dtype)


def nan_stays(function: Function, x: np.ndarray, channel: int) -> None:
    """NaN in a channel makes NaN of what it is asked for there, and leaves all others."""
    plain = numbers(function(x))
    spoilt = x.copy()
    spoilt[(0,) * (x.ndim - 1) + (channel,)] = np.nan
    for got, want in zip(function(spoilt), plain, strict=True):
        want[..., channel] = np.nan
        expect.close(got, want)


def watched(function: Any, *given: np.ndarray, **options: Any) -> None:
    """No argument is changed, and no answer shares memory with one (a claim)."""
    seen = function.watched(*given, **options)
    expect.that(cases.unchanged(given, seen.arguments), "changed one of its arguments")
    expect.that(not seen.shares_memory, "returned memory of one of its arguments, not a new array")
