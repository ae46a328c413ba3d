"""How far the cells of a submission have come, over all the worker processes that it needed.

This is the trusted side's record: which statements ended a process and are skipped from then on,
and the report on each cell. It knows no process and no codec.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograder.sandbox.failures import CallFailed
from autograder.sandbox.host.records import Cell, CellOutcome, CellReport, Problem, Progress
from autograder.sandbox.protocol.words import Command

MOST_SKIPPED = 3  # statements of a cell; one more, and the rest of the cell is skipped
MOST_PROBLEMS = 40  # kept for one cell
MOST_REPORTED = 3  # problems in the sentence on a cell
MOST_REBINDINGS = 20
_WORST_FIRST: tuple[CellOutcome, ...] = ("violation", "crashed", "timeout", "error")


class CellRun:
    """One cell: the next statement, the skipped statements, and the problems so far."""

    def __init__(self, cell: Cell) -> None:
        self.cell = cell
        self.skipped: list[int] = []
        self.left_out: list[str] = []
        self.rebound: tuple[tuple[str, str, str], ...] = ()
        self._end = -1  # the statement before which it stops; -1 for the end of the cell
        self._is_lost = False
        self._at = Progress(0, -1)
        self._furthest = 0
        self._finished = False
        self._problems: dict[int, Problem] = {}
        self._more = 0
        self._late: Problem | None = None

    def opening(self) -> dict[str, Any]:
        """The message that starts the cell in a new process."""
        self._at = Progress(0, -1)
        return {
            "do": Command.RUN_CELL,
            "source": "" if self._is_lost else self.cell.source,
            "label": self.cell.label,
            "settles": list(self.cell.settles),
            "skip": list(self.skipped),
            "end": self._end,
        }

    @property
    def at(self) -> Progress:
        """How far the cell has come in this process."""
        return self._at

    @property
    def is_new(self) -> bool:
        """Whether the next statement has not yet run in an earlier process."""
        return not self._finished and self._at.next >= self._furthest

    @property
    def what(self) -> str:
        """The name of the next statement in messages."""
        return f"line {self._at.line} of {self.cell.label}" if self._at.line else self.cell.label

    def came(self, progress: Progress) -> dict[str, Any] | None:
        """Record how far it has come; returns the message that continues it, None at its end."""
        if self.is_new:
            for number, problem in progress.problems:
                self._note(number, problem)
            self._more += progress.more
        self._at = progress
        self._furthest = max(self._furthest, progress.next)
        if progress.next < progress.of:
            return {"do": Command.CONTINUE_CELL}
        if not self._finished:
            self.rebound = progress.rebound
        self._finished = True
        return None

    def ended(self, failure: CallFailed) -> None:
        """The running statement has ended its process: it is skipped from now on."""
        number = self._at.next
        while number in self.skipped:
            number += 1
        outcome: CellOutcome = failure.outcome  # type: ignore[assignment]
        self._note(number, Problem(outcome, failure.message, self._at.line, self._at.names))
        if len(self.skipped) < MOST_SKIPPED:
            self.skipped.append(number)
            self.left_out.append(self.what)
        elif self._end < 0:
            self._end = number
            self.left_out.append(f"The rest of {self.cell.label}")
        else:
            self._is_lost = True
            self.left_out = [self.cell.label]

    def never_ran(self, failure: CallFailed) -> None:
        """No time or no process is left for this cell."""
        if not self._finished and not self._problems:
            outcome: CellOutcome = failure.outcome  # type: ignore[assignment]
            self._late = Problem(outcome, failure.message)

    @property
    def report(self) -> CellReport:
        problems = [problem for _, problem in sorted(self._problems.items())]
        if self._late:
            problems.append(self._late)
        found = {problem.outcome for problem in problems}
        outcome: CellOutcome = next((each for each in _WORST_FIRST if each in found), "ok")
        sentences = [problem.sentence for problem in problems[:MOST_REPORTED]]
        if more := len(problems) - len(sentences) + self._more:
            sentences.append(f"and {more} more")
        return CellReport(self.cell.label, outcome, "; ".join(sentences), tuple(problems))

    def _note(self, number: int, problem: Problem) -> None:
        if number in self._problems or len(self._problems) < MOST_PROBLEMS:
            self._problems[number] = problem
        else:
            self._more += 1


def rebindings(runs: Sequence[CellRun]) -> tuple[list[str], list[str]]:
    """Sentences on functions that are not graded as they are after the last cell.

    The first list is on functions whose later definition does not count. The second is on functions
    that use a name which has another meaning by then.
    """
    labels = {run.cell.label for run in runs}
    exercises = {name for run in runs for name in run.cell.settles}
    again, others = [], []
    for run in runs:
        for exercise, name, settled in run.rebound:
            if exercise not in exercises or settled not in labels or not name.isidentifier():
                continue  # the claim cannot be true
            if name == exercise:
                again.append(
                    f"{run.cell.label} gives {exercise} another meaning; it is graded as it stood "
                    f"after {settled}."
                )
            else:
                others.append(
                    f"{run.cell.label} gives the name {name} another meaning; {exercise} is "
                    f"graded as it stood after {settled}."
                )
    return again[:MOST_REBINDINGS], others[:MOST_REBINDINGS]
