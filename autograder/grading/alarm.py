"""The last resort after the sandbox's limits: an alarm for the process that grades."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from autograder.course.assignment import Assignment
from autograder.errors import GraderInterrupted
from autograder.grading.grader import limits
from autograder.sandbox import speed
from autograder.sandbox.host import time_budget

WALL_SLACK = 60.0
"""Seconds beyond the sandbox's limits after which a grading process measures the machine again."""


@contextmanager
def alarm(assignment: Assignment) -> Iterator[None]:
    """Interrupt what runs inside if it takes far longer than the sandbox permits.

    Only for the main thread of a process. What is interrupted raises GraderInterrupted.
    """
    seconds = limits(assignment).submission_seconds
    usual = time_budget.WORK_FACTOR * seconds + WALL_SLACK
    longest = time_budget.LONGEST_FACTOR * seconds + WALL_SLACK

    def look_again(*_: object) -> None:
        signal.signal(signal.SIGALRM, give_up)
        signal.setitimer(signal.ITIMER_REAL, speed.factor() * longest)

    def give_up(*_: object) -> None:
        raise GraderInterrupted(f"Not done after {longest:.0f} seconds of a reference machine.")

    signal.signal(signal.SIGALRM, look_again)
    signal.setitimer(signal.ITIMER_REAL, usual)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
