"""What a run tells whoever watches it. Nothing here knows how it is shown."""

from __future__ import annotations

from collections.abc import Callable

from autograder.results import Result


class Watcher:
    """Is told how a run goes on; a subclass overrides what it is interested in.

    `started` may be called in any thread, the others only in the one that grades.
    """

    def started(self, student: str) -> None:
        """A process has begun to grade this student's submission."""

    def postponed(self, student: str) -> None:
        """The submission waits again: it needs other libraries, or its process has ended."""

    def reused(self, result: Result) -> None:
        """The stored result is current, so that nothing is graded."""

    def graded(self, result: Result) -> None:
        """There is a new result."""


class OnResult(Watcher):
    """Calls a function with each result, new or stored."""

    def __init__(self, call: Callable[[Result], object]) -> None:
        self._call = call

    def reused(self, result: Result) -> None:
        """Pass on a stored result."""
        self._call(result)

    def graded(self, result: Result) -> None:
        """Pass on a new result."""
        self._call(result)
