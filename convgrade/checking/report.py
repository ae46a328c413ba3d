"""The results of the public checks, as plain data. This module runs nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ExerciseCheck:
    """The public checks of one exercise: their outcome, and the text for the student."""

    name: str
    outcome: str
    text: str = ""

    @property
    def passed(self) -> bool:
        """Whether all checks of the exercise passed."""
        return self.outcome == "passed"


@dataclass(frozen=True)
class Problem:
    """A failed statement outside the checks: its cell, and a sentence."""

    cell: str
    text: str


@dataclass(frozen=True)
class Blank:
    """A written answer that is still as it was released."""

    name: str
    points: float


@dataclass(frozen=True)
class CheckReport:
    """All public checks of one file, and problems with the file.

    `attention` has sentences about how the file was read. `points` are those of the whole
    assignment. If `is_module`, the file has no cells for written answers. If `is_part`, only some
    exercises were requested.
    """

    exercises: tuple[ExerciseCheck, ...]
    problems: tuple[str, ...] = ()
    attention: tuple[str, ...] = ()
    blank: tuple[Blank, ...] = ()
    points: float = 0.0
    is_module: bool = False
    is_part: bool = False

    @property
    def all_passed(self) -> bool:
        """Whether there are exercises and all of them passed."""
        return bool(self.exercises) and all(item.passed for item in self.exercises)


@dataclass(frozen=True)
class Run:
    """The report of one run: exercises by name, problems, and progress.

    `running` is the cell that runs now, "" when all have run, and `statement` the index of its
    statement. `loaded` are the modules of installed libraries that it
    imported.
    """

    exercises: Mapping[str, ExerciseCheck]
    problems: tuple[Problem, ...] = ()
    running: str = ""
    loaded: tuple[str, ...] = ()
    statement: int = 0

    def as_document(self) -> dict[str, Any]:
        """Return the report as plain data for JSON."""
        return {
            "exercises": [[each.name, each.outcome, each.text] for each in self.exercises.values()],
            "problems": [[problem.cell, problem.text] for problem in self.problems],
            "running": self.running,
            "loaded": list(self.loaded),
            "statement": self.statement,
        }

    @classmethod
    def of_document(cls, document: Any) -> Run:
        """Read a report from a document. The student's process wrote it, so it may contain
        anything.
        """
        if not isinstance(document, Mapping):
            return cls({})
        checks = [
            ExerciseCheck(*map(str, each)) for each in _rows(document.get("exercises"), width=3)
        ]
        return cls(
            {each.name: each for each in checks},
            tuple(Problem(*map(str, each)) for each in _rows(document.get("problems"), width=2)),
            str(document.get("running", "")),
            tuple(map(str, _rows(document.get("loaded")))),
            statement if isinstance(statement := document.get("statement"), int) else 0,
        )


@dataclass(frozen=True)
class Ended:
    """A finished run: its report, and whether it had to be ended."""

    run: Run
    stuck: bool


def _rows(value: Any, width: int = 0) -> list[Any]:
    rows = value if isinstance(value, list) else []
    return [row for row in rows if not width or (isinstance(row, list) and len(row) == width)]
