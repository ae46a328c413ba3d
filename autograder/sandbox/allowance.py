"""The time that one submission may use, per call and in all, measured from outside.

Knows the clock and the process tree; raises `TimedOut` with the sentence for the student.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from autograder.sandbox.channel import TICK_SECONDS
from autograder.sandbox.failures import TimedOut
from autograder.sandbox.limits import WALL_FACTOR, Limits, Tree

UNSAMPLED_SECONDS = 0.25  # of short calls, before the total is measured again


class Allowance:
    """Computing time and wall time used so far; one call runs at a time."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._tree: Tree | None = None
        self._cpu_before = 0.0  # of earlier forks
        self._cpu_offset = 0.0  # of this fork, before its first cell
        self._started: float | None = None
        self._unsampled = 0.0
        self._what = ""
        self._began = 0.0
        self._ticked = 0.0
        self._seconds = limits.call_seconds
        self._cpu_at_first_tick: float | None = None
        self.exhausted = False
        self.is_suspended = False

    def watch(self, tree: Tree) -> None:
        """A new fork is ready: what its set-up computed counts for nothing.

        On the clock everything counts from the first fork on, the grader's own work with the
        answers and the restarts too: no submission can hold its grader for longer.
        """
        if self._started is None:
            self._started = time.monotonic()
        self._tree = tree
        self._cpu_offset = tree.cpu_seconds()

    def unwatch(self) -> None:
        """This fork is about to end: what it used stays used."""
        self._cpu_before = self.cpu_seconds()
        self._tree = None

    def begin(self, what: str, seconds: float | None = None) -> None:
        """A call starts; `seconds` may replace its limit. Raises `TimedOut` if no time is left."""
        self._what = what
        self._seconds = self._limits.call_seconds if seconds is None else seconds
        self._check_clock()
        if self._unsampled > UNSAMPLED_SECONDS:
            self._unsampled = 0.0
            self._check_computing()
        if self.exhausted:
            raise TimedOut(self.message(self._what))
        self._began = self._ticked = time.monotonic()
        self._cpu_at_first_tick = None

    @contextmanager
    def suspended(self) -> Iterator[None]:
        """The call waits for the trusted side meanwhile, which on the clock only the whole pays."""
        asked = time.monotonic()
        self.is_suspended = True
        try:
            yield
        finally:
            self.is_suspended = False
        answered = time.monotonic()
        self._began += answered - asked
        if answered - self._ticked > TICK_SECONDS:  # a call that asks often never waits for long
            self.tick()

    def tick(self) -> None:
        """Raises `TimedOut` if the call or the submission has used up its time.

        What a call computes before its first tick, 50 ms in, is not measured, so that short calls
        pay for no measuring.
        """
        assert self._tree is not None
        limit = self._seconds
        self._ticked = time.monotonic()
        wall = self._ticked - self._began
        cpu = self._tree.cpu_seconds()
        if self._cpu_at_first_tick is None:
            self._cpu_at_first_tick = cpu
        if cpu - self._cpu_at_first_tick > limit:
            raise TimedOut(f"{self._what} computed for longer than {limit:g} seconds.")
        if wall > WALL_FACTOR * limit:
            raise TimedOut(f"{self._what} had not ended after {WALL_FACTOR * limit:g} seconds.")
        self._check_clock()
        self._check_computing()
        if self.exhausted:
            raise TimedOut(self.message(self._what))

    def end(self) -> float:
        """The call is over; returns its wall time in seconds."""
        seconds = time.monotonic() - self._began
        self._unsampled += seconds
        return seconds

    def _check_clock(self) -> None:
        if self._started is not None:
            wall = time.monotonic() - self._started
            self.exhausted |= wall > WALL_FACTOR * self._limits.submission_seconds

    def cpu_seconds(self) -> float:
        """Computing time of all forks so far."""
        if self._tree is None:
            return self._cpu_before
        return self._cpu_before + self._tree.cpu_seconds() - self._cpu_offset

    def _check_computing(self) -> None:
        self.exhausted |= self.cpu_seconds() > self._limits.submission_seconds

    def message(self, what: str) -> str:
        """The sentence for what was not run to its end because the total is used up."""
        total = self._limits.submission_seconds
        return f"{what} had no time left: the whole submission may take {total:g} seconds."
