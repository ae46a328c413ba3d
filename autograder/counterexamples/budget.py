"""How much looking for counterexamples may cost: calls, and time.

The number of calls decides what is found. The time is a limit for functions that are slow, and for
machines that are busy. A function's time is also bounded by the sandbox, in each call.
"""

from __future__ import annotations

import time

CALLS = 400
"""Calls of the student's functions, for one exercise."""
SECONDS = 2.0
"""By the clock, in seconds of the reference machine, for one exercise."""
CALL_SECONDS = 0.5
"""Of computing, or of waiting, for one call."""
ENDS = 2
"""How many ended processes of a submission stop the looking for all of its exercises."""


class Spent(Exception):
    """No calls or no time are left for this exercise."""


class Budget:
    """The calls and the time that are left for one exercise."""

    def __init__(self, seconds_factor: float) -> None:
        self._calls = CALLS
        self._end = time.monotonic() + SECONDS * seconds_factor

    def spend(self) -> None:
        """Count one call. Raises `Spent` if none is left."""
        if self._calls <= 0 or time.monotonic() > self._end:
            raise Spent
        self._calls -= 1
