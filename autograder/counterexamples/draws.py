"""`Draw`: the choices of which a counterexample is made. Repeating smaller choices shrinks it.

A generator of calls asks a `Draw` for each number that it needs. The choices are recorded. The same
generator with smaller choices makes a smaller call, which is in the contract's domain as well,
because the generator makes no others. (Hypothesis shrinks in the same way. It is not used here: it
brings a database, a deadline and a state of its own, and it can be bounded neither in calls nor in
time.)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import DTypeLike, NDArray

T = TypeVar("T")
Choice = int | NDArray[np.int64]
"""A number counted from the simplest, or the integers of an array."""


class Draw:
    """Makes choices at random, or repeats given ones.

    Args:
        rng: makes the choices; None to repeat `choices`, and to choose the simplest after them.
        size: how far a choice may be from the simplest; it bounds no array's numbers.
        choices: the choices to repeat. Those that are out of bounds become the nearest within.
    """

    def __init__(
        self,
        rng: np.random.Generator | None = None,
        size: int = 0,
        choices: Sequence[Choice] = (),
    ) -> None:
        self._rng = rng
        self._size = size
        self._given = choices
        self.choices: list[Choice] = []

    def integer(self, low: int, high: int) -> int:
        """An int from `low`, the simplest, to `high`."""
        most = high - low
        if self._rng is not None:
            chosen = int(self._rng.integers(0, min(most, self._size), endpoint=True))
        else:
            given = self._next()
            chosen = min(max(given, 0), most) if isinstance(given, int) else 0
        self.choices.append(chosen)
        return low + chosen

    def choice(self, options: Sequence[T]) -> T:
        """One of the options; the first is the simplest."""
        return options[self.integer(0, len(options) - 1)]

    def array(
        self,
        shape: tuple[int, ...],
        low: int = -9,
        high: int = 9,
        dtype: DTypeLike = np.float64,
    ) -> NDArray[Any]:
        """An array of integers from `low` to `high`; 0, or else the nearest to it, is the simplest.

        Args:
            shape: of the array. If it shrinks, the last rows and columns go.
            low: the least integer.
            high: the greatest integer.
            dtype: of the array.
        """
        if self._rng is not None:
            numbers = self._rng.integers(low, high, size=shape, endpoint=True)
        else:
            numbers = np.clip(_fitted(self._next(), shape), low, high)
        self.choices.append(numbers)
        return numbers.astype(dtype)

    def put(self, array: NDArray[Any], value: Any) -> None:
        """Put a value into one cell of an array, in place; the first cell is the simplest."""
        array.reshape(-1)[self.integer(0, array.size - 1)] = value

    def _next(self) -> Choice:
        made = len(self.choices)
        return self._given[made] if made < len(self._given) else 0


def _fitted(given: Choice, shape: tuple[int, ...]) -> NDArray[np.int64]:
    """The integers in another shape: cut off, or filled up with zeros."""
    fitted = np.zeros(shape, np.int64)
    if isinstance(given, np.ndarray) and given.ndim == len(shape):
        common = tuple(slice(0, min(pair)) for pair in zip(given.shape, shape, strict=True))
        fitted[common] = given[common]
    return fitted
