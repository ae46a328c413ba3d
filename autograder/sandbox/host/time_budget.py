"""The time that one submission may use, per call and in total, measured from outside.

There are three kinds of time. *Computing* is what the limits in seconds bound, in seconds of the
reference machine. *Waiting* is time in which no thread of the submission computes or is ready to. A
call is ended when its waiting exceeds its computing by a few seconds. Time in the queue for a
processor is neither: on a busy machine it costs nothing.
This module knows the clock and the process tree. It raises `TimedOut` with the sentence for the
student.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from autograder.sandbox import speed
from autograder.sandbox.failures import TimedOut
from autograder.sandbox.host.channel import TICK_SECONDS
from autograder.sandbox.limits import Limits
from autograder.sandbox.process_tree import Tree, Used, own_seconds

UNSAMPLED_SECONDS = 0.25  # total of short calls after which the submission is measured again
WAITING_FACTOR = 6.0  # the submission may wait this many times as long as one call
WORK_FACTOR = 4.0  # total cost with the grader's work on the answers, as a multiple of the limit
LONGEST_FACTOR = 25.0  # wall time / limit: the last resort, should the measurement be deceived
_LONGEST_TICK = 0.5  # seconds; if the grader sleeps longer, the rest is not counted
_MEASURES = 3  # of the machine's speed, each over a tenth of a second
_SLACK = 0.1  # seconds, because the two measured times have different resolution


class TimeBudget:
    """The time used so far; one call runs at a time."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.factor = 1.0
        self._tree: Tree | None = None
        self._is_importing: Callable[[], bool] = bool
        self._cpu_before = 0.0  # of earlier worker processes
        self._cpu_offset = 0.0  # of this worker process, before its first cell
        self._imported = 0.0  # of all worker processes: computed while importing, not counted
        self._loading = 0.0  # the same plus waiting while importing, mostly for a disk
        self._waited = 0.0  # of all calls
        self._active = 0.0  # of all calls
        self._lasted = 0.0  # wall time of all calls
        self._own_started: float | None = None
        self._unsampled = 0.0
        self._what = ""
        self._call_limit = limits.call_seconds
        self._patience = limits.waiting_seconds
        self._seconds = limits.call_seconds
        self._call = _Call(0.0)
        self.exhausted = False
        self._why = ""
        self.is_suspended = False

    def watch(
        self, tree: Tree, factor: float = 1.0, is_importing: Callable[[], bool] = bool
    ) -> None:
        """A new worker process is ready: the computing time of its set-up does not count.

        Args:
            tree: its processes.
            factor: how many seconds on this machine count as one second of the limits.
            is_importing: whether the worker claims that it imports a library; this does not count,
                up to a total time.
        """
        if self._own_started is None:
            self._own_started = time.process_time()
            self.factor = factor
        self._tree = tree
        self._is_importing = is_importing
        self._cpu_offset = tree.cpu_seconds()

    def unwatch(self) -> None:
        """This worker process is about to end: the time that it used still counts."""
        self._cpu_before = self._all_computed()
        self._tree = None

    def begin(self, what: str, seconds: float | None = None) -> None:
        """A call starts; `seconds` may replace its limit. Raises `TimedOut` if no time is left."""
        self._what = what
        self._seconds = self._call_limit if seconds is None else seconds
        self._check_work()
        if self._unsampled > UNSAMPLED_SECONDS:
            self._unsampled = 0.0
            self._check_computing()
        if self.exhausted:
            raise TimedOut(self.message(self._what))
        self._call = _Call(time.monotonic())

    @contextmanager
    def shorter(self, computing: float, waiting: float) -> Iterator[None]:
        """Meanwhile each call may compute and wait for so many seconds only."""
        before = self._call_limit, self._patience
        self._call_limit, self._patience = min(before[0], computing), min(before[1], waiting)
        try:
            yield
        finally:
            self._call_limit, self._patience = before

    @contextmanager
    def suspended(self) -> Iterator[None]:
        """The call waits for the trusted side; this time counts for the submission only."""
        asked = time.monotonic()
        self.is_suspended = True
        try:
            yield
        finally:
            self.is_suspended = False
        answered = time.monotonic()
        self._call.suspended += answered - asked
        if answered - self._call.ticked > TICK_SECONDS:  # frequent callbacks must not prevent ticks
            self.tick()

    def tick(self) -> None:
        """Raises `TimedOut` if the call or the submission has used up its time.

        A call's computing before its first tick, after 50 ms, is not measured: so measuring costs
        short calls nothing.
        """
        assert self._tree is not None
        call, limit = self._call, self._seconds
        self._measure(call, self._tree)
        if call.computed > limit * self.factor and not self._is_slower_now():
            raise TimedOut(f"{self._what} computed for longer than {limit:g} seconds.")
        patience = self._patience
        if call.waited > patience + call.active:
            raise TimedOut(
                f"{self._what} waited for {patience:g} seconds without computing anything: take "
                "out what it waits for, such as `sleep`."
            )
        longest = LONGEST_FACTOR * self.factor * (limit + patience)
        if call.lasted > longest:
            raise TimedOut(f"{self._what} had not ended after {longest:g} seconds.")
        self._check_work()
        self._check_computing()
        if self.exhausted:
            raise TimedOut(self.message(self._what))

    def end(self) -> float:
        """The call is over; returns its wall time in seconds."""
        seconds = time.monotonic() - self._call.began - self._call.suspended_in_all
        seconds -= self._call.suspended
        self._unsampled += seconds
        return seconds

    def cpu_seconds(self) -> float:
        """Computing time of all worker processes so far, without importing libraries."""
        return max(0.0, self._all_computed() - self._imported)

    @property
    def waited(self) -> float:
        """Seconds of waiting in all calls so far."""
        return self._waited

    def _all_computed(self) -> float:
        if self._tree is None:
            return self._cpu_before
        return self._cpu_before + self._tree.cpu_seconds() - self._cpu_offset

    def _measure(self, call: _Call, tree: Tree) -> None:
        """Measure the time since the last tick, by kind."""
        used, now = tree.used(), time.monotonic()
        # A call that asks for a value waits until this thread has had a processor and has read it.
        used = Used(used.computed, used.delayed + own_seconds())
        lasted, active = call.lasted, call.active
        computed, waited = call.since(used, now, tree.is_runnable)
        self._lasted += call.lasted - lasted
        self._active += call.active - active
        if self._is_importing():
            free = min(computed, self._left_for_loading())
            self._imported += free
            self._loading += free
            computed -= free
            free = min(waited, self._left_for_loading())
            self._loading += free
            waited -= free
        call.computed += computed
        call.waited += waited
        self._waited += waited

    def _left_for_loading(self) -> float:
        return max(0.0, self._limits.import_seconds * self.factor - self._loading)

    def _check_work(self) -> None:
        """Check the total cost with the grader's own work, so that it never exceeds a limit."""
        if self._own_started is None:
            return
        total = self._limits.submission_seconds * self.factor
        patience = WAITING_FACTOR * self._limits.waiting_seconds
        if self._waited > patience + self._active:
            self._exhaust(f"it waited for {patience:g} seconds without computing anything")
        own = time.process_time() - self._own_started
        if own + self._cpu_before + self._waited > WORK_FACTOR * total:
            self._exhaust("")
        if self._lasted > LONGEST_FACTOR * total:
            self._exhaust("")

    def _check_computing(self) -> None:
        if self.exhausted:
            return
        is_over = self.cpu_seconds() > self._limits.submission_seconds * self.factor
        if is_over and not self._is_slower_now():
            self._exhaust("")

    def _is_slower_now(self) -> bool:
        """Measure the machine again before time is up; if it is slower now, the limits grow.

        Its speed was measured by the warm process earlier; other processes may compute since then.
        """
        now = max(speed.factor() for _ in range(_MEASURES))
        if now <= self.factor:
            return False
        self.factor = now
        return True

    def _exhaust(self, why: str) -> None:
        if not self.exhausted:
            self.exhausted, self._why = True, why

    def message(self, what: str) -> str:
        """The sentence for what did not run to its end because the total time is used up."""
        total = self._limits.submission_seconds
        why = self._why or f"the whole submission may take {total:g} seconds"
        return f"{what} had no time left: {why}."


class _Call:
    """The times of one call: how long it computed, and how long it waited without computing.

    Short waits belong to computing: threads that pass work to each other, a disk, and times of
    ended threads that the kernel does not report. Waiting is compared with `active`.
    """

    def __init__(self, began: float) -> None:
        self.began = self.ticked = began
        self.computed = 0.0
        self.waited = 0.0
        self.active = 0.0  # wall time of computing, or in the queue for a processor
        self.lasted = 0.0
        self.suspended = 0.0  # since the last tick
        self.suspended_in_all = 0.0
        self._used: Used | None = None
        self._passed = 0.0  # wall time whose kind is not known yet
        self._explained = 0.0  # of that, computing and in the queue

    def since(self, used: Used, now: float, is_runnable: Callable[[], bool]) -> tuple[float, float]:
        """Seconds computed and seconds waited since the last tick; nothing at the first.

        The kernel reports how long a thread was in the queue only once it runs. While a thread is
        ready to run, the kind of the passed time stays open.
        """
        passed = min(max(0.0, now - self.ticked - self.suspended), _LONGEST_TICK)
        self.suspended_in_all += self.suspended
        self.ticked, self.suspended = now, 0.0
        self.lasted += passed
        before, self._used = self._used, used
        if before is None:
            return 0.0, 0.0
        computed = used.computed - before.computed
        self._passed += passed
        self._explained += computed + used.delayed - before.delayed
        idle = self._passed - self._explained
        if idle <= 0.0:
            self.active += self._passed
            self._passed, self._explained = 0.0, min(-idle, _SLACK)
            return computed, 0.0
        if is_runnable():
            return computed, 0.0
        self.active += self._explained
        self._passed = self._explained = 0.0
        return computed, idle
