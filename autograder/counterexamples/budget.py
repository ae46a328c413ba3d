"""How much looking for counterexamples may cost: calls, and time.

The number of calls decides what is found. The time is a limit for functions that are slow. Time in
the queue for a processor does not count, so that a busy machine finds the same. A function's time
is also bounded by the sandbox, in each call.
"""

from __future__ import annotations

import time
from collections.abc import Callable

CALLS = 400
"""Calls of the student's functions, for one exercise."""
SECONDS = 0.8
"""Of computing and waiting, in seconds of the reference machine, for one exercise."""
LONGEST_FACTOR = 20.0
"""By the clock, as a multiple of these seconds: the last resort."""
CALL_SECONDS = 0.5
"""Of computing, or of waiting, for one call."""
ENDS = 2
"""How many ended processes of a submission stop the looking for all of its exercises."""
_UNMEASURED = 0.02  # seconds after which the time is measured again: it costs a little


class Spent(Exception):
    """No calls or no time are left for this exercise."""


class Budget:
    """The calls and the time that are left for one exercise.

    Args:
        seconds_factor: how many seconds of this machine count as one.
        used: returns the seconds that the student's processes have computed and waited so far.
    """

    def __init__(self, seconds_factor: float, used: Callable[[], float] = float) -> None:
        self._calls = CALLS
        self._used = used
        self._seconds = SECONDS * seconds_factor
        self._began = self._measured = time.monotonic()
        self._before = self._all_used()

    def spend(self) -> None:
        """Count one call. Raises `Spent` if none is left."""
        now = time.monotonic()
        if now - self._measured > _UNMEASURED:
            self._measured = now
            if self._all_used() - self._before > self._seconds:
                raise Spent
        if self._calls <= 0 or now - self._began > LONGEST_FACTOR * self._seconds:
            raise Spent
        self._calls -= 1

    def _all_used(self) -> float:
        return time.thread_time() + self._used()
