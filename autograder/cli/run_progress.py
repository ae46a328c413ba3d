"""How far a run of grading is: counts, who is being graded, the rate and the estimated end.

Nothing here prints. The estimate comes from the last submissions only, and there is none before as
many are done as are graded at the same time: the first ones end together.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal

from autograder.cli.attention import of_submission
from autograder.grading.watching import Watcher
from autograder.results import Result

Trouble = Literal["with a grader error", "rejected", "to look at"]
TroubleOf = Callable[[Result], Trouble | None]
FEWEST, RECENT = 3, 20
"""How many submissions the rate needs at least, and how many it usually takes."""


class RunProgress(Watcher):
    """Counts what a run tells.

    Args:
        total: the number of submissions.
        clock: gives seconds; it never goes back.
        trouble_of: why a result needs a person, if it does.
    """

    def __init__(
        self,
        total: int,
        clock: Callable[[], float] = time.monotonic,
        trouble_of: TroubleOf | None = None,
    ) -> None:
        self.total = total
        self.new = 0
        self.unchanged = 0
        self.slowest: tuple[float, str] | None = None
        """Seconds and student of the new result that took longest."""
        self.trouble: dict[Trouble, list[str]] = {}
        """The students whose result needs a person, by what it is."""
        self._clock = clock
        self._trouble_of = trouble_of or trouble_of_hand_in
        self._began = clock()
        self._running: dict[str, float] = {}
        self._most_at_once = 1
        self._ends: list[float] = []

    def expect(self, total: int) -> None:
        """Set the total of a run that knows it only now."""
        self.total = total

    @property
    def done(self) -> int:
        """How many have a result."""
        return self.new + self.unchanged

    @property
    def seconds(self) -> float:
        """Seconds since the run began."""
        return self._clock() - self._began

    def running(self) -> list[tuple[str, float]]:
        """Who is being graded now and for how many seconds, the longest first."""
        now = self._clock()
        since = sorted(self._running.copy().items(), key=lambda item: item[1])
        return [(student, now - start) for student, start in since]

    def started(self, student: str) -> None:
        """Remember since when a submission is graded."""
        now = self._clock()
        if not self._ends:
            self._ends.append(now)
        self._running[student] = now
        self._most_at_once = max(self._most_at_once, len(self._running))

    def postponed(self, student: str) -> None:
        """Count a submission among those that wait."""
        self._running.pop(student, None)

    def reused(self, result: Result) -> None:
        """Count a stored result."""
        self.unchanged += 1
        self._note(result)

    def graded(self, result: Result) -> None:
        """Count a new result."""
        now = self._clock()
        took = now - self._running.pop(result.student, now)
        if self.slowest is None or took > self.slowest[0]:
            self.slowest = took, result.student
        self._ends.append(now)
        self.new += 1
        self._note(result)

    def per_second(self) -> float | None:
        """How many submissions are graded in a second; None if it is too early to say."""
        gap = self._gap()
        return 1 / gap if gap else None

    def seconds_left(self) -> float | None:
        """The estimated time to the end; None if it is too early to say."""
        gap = self._gap()
        if gap is None:
            return None
        return max(gap * (self.total - self.done) - (self._clock() - self._ends[-1]), 0.0)

    def _gap(self) -> float | None:
        """Seconds between two results; a result that is overdue counts as if it came now."""
        counted = min(len(self._ends) - 1, max(RECENT, 2 * self._most_at_once))
        if counted < max(FEWEST, self._most_at_once):
            return None
        first = self._ends[-1 - counted]
        usual = (self._ends[-1] - first) / counted
        return max(usual, (self._clock() - first) / (counted + 1))

    def _note(self, result: Result) -> None:
        trouble = self._trouble_of(result)
        if trouble is not None:
            self.trouble.setdefault(trouble, []).append(result.student)


def failure_of(result: Result) -> Trouble | None:
    """Why there are no points, if there are none."""
    if result.status == "grader_error" or result.faults:
        return "with a grader error"
    return "rejected" if result.status == "rejected" else None


def trouble_of_hand_in(result: Result) -> Trouble | None:
    """The same; and whether a person should look at what a student did."""
    return failure_of(result) or ("to look at" if of_submission(result) else None)
