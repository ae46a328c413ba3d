"""Decides what to run for the public checks of a student's file: the same cells that grading runs.

It knows which statements the checks of an exercise need. So one exercise can be checked alone, and
again only if something that it needs changed. It runs nothing.
"""

from __future__ import annotations

import ast
import hashlib
import itertools
import re
import stat
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from convgrade.checking.finding import Found, release_of
from convgrade.checking.job import Job, Step
from convgrade.checking.names import Names, modules_of, names
from convgrade.checking.report import Blank
from convgrade.checking.touched import needed
from convgrade.execution.shell import parser
from convgrade.execution.statements import Statement, statements
from convgrade.release import Release
from convgrade.submission import Submission, read

CHECKS = "the checks of {}"


CHECKS = "the checks of {}"
CHECKING = ("check", "check_examples", "check_learned", "check_raises")
NO_PYTHON = "("
STRING = re.compile(r"[\"']([\w./ ()\[\]-]{1,120})[\"']")


@dataclass(frozen=True)
class _Statement:
    """One statement of a step: its text without IPython's syntax, and its names."""

    source: str
    names: Names
    checks: bool = False


@dataclass(frozen=True)
class Plan:
    """A file as it was read, and its steps in order: cells, and checks at their places."""

    submission: Submission
    found: Found
    steps: tuple[Step, ...]
    seconds: float | None = None
    _known: dict[str, frozenset[int]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def exercises(self) -> tuple[str, ...]:
        """The exercises in the notebook's order."""
        return self.found.release.exercises

    @property
    def blank(self) -> tuple[Blank, ...]:
        """The written answers that are still blank."""
        written = self.submission.written
        return tuple(
            Blank(name, points)
            for name, points in self.found.written.items()
            if self.found.is_blank(name, written.get(name, ""))
        )

    def whole(self) -> Job:
        """Return a job that runs everything, in order."""
        return self._job(self.steps)

    def only(self, exercises: Collection[str], cells: Collection[str] = ()) -> Job:
        """Return a job with the checks of these exercises, these cells by label, and all that they
        need.
        """
        chosen = [
            step
            for step in self.steps
            if (step.exercise in exercises if step.exercise else step.label in cells)
        ]
        wanted = {place for step in chosen for place in self._needed(step)}
        steps = []
        for number, step in enumerate(self.steps):
            if step in chosen:
                steps.append(step)
            elif kept := tuple(n for n, place in self._numbered(number) if place in wanted):
                steps.append(replace(step, only=kept))
        return self._job(tuple(steps))

    @cached_property
    def checks(self) -> dict[str, Step]:
        """The checks of each exercise."""
        return {step.exercise: step for step in self.steps if step.exercise}

    @property
    def cells(self) -> tuple[Step, ...]:
        """The steps that check nothing."""
        return tuple(step for step in self.steps if not step.exercise)

    def mark(self, step: Step) -> str:
        """Return a digest of all that a step depends on. While it is the same, the result is the
        same.
        """
        texts = [self._flat[place].source for place in sorted(self._needed(step))]
        content = repr((texts, step.source, self.beside))
        return hashlib.sha256(content.encode("utf-8", "backslashreplace")).hexdigest()

    def places(self, step: Step) -> tuple[tuple[str, int], ...]:
        """Return the places (label, line) of all that a step needs; messages may name them."""
        needed = self._needed(step)
        return tuple(
            (other.label, other.line)
            for number, other in enumerate(self.steps)
            if other is step or any(place in needed for _, place in self._numbered(number))
        )

    @cached_property
    def beside(self) -> tuple[tuple[str, int, int], ...]:
        """The files of the same folder that the code names, at the time of the first access."""
        return self.beside_now()

    def beside_now(self) -> tuple[tuple[str, int, int], ...]:
        """The files of the same folder that the code names: name, modification time in ns, size in
        bytes.
        """
        folder = self.submission.path.resolve().parent
        texts = [step.source for step in self.steps if not step.exercise]
        found = seen_beside(folder, texts, self.submission.imports)
        return tuple(each for each in found if each[0] != self.submission.path.name)

    def _needed(self, step: Step) -> frozenset[int]:
        """The statements that a step needs, as indices among all statements."""
        if step.label not in self._known:
            number = self.steps.index(step)
            before = [
                Names() if statement.checks else statement.names
                for statement in self._flat[: self._starts[number]]
            ]
            own = "\n".join(statement.source for statement in self._statements[number])
            self._known[step.label] = needed(before, names(own, self._modules))
        return self._known[step.label]

    def _numbered(self, step: int) -> Iterator[tuple[int, int]]:
        """Yield for each statement of a step its index in the step and its index among all
        statements.
        """
        start = self._starts[step]
        return enumerate(range(start, start + len(self._statements[step])))

    def _job(self, steps: tuple[Step, ...]) -> Job:
        return Job(
            self.submission.path.name,
            "submission" if self.submission.kind == "module" else "__main__",
            steps,
            self.seconds,
            tuple(sorted(self.submission.imports)),
            str(self.found.folder or ""),
        )

    @cached_property
    def _sources(self) -> tuple[tuple[Statement, ...], ...]:
        shell = parser()
        return tuple(statements(shell, step.source, "<cell>") for step in self.steps)

    @cached_property
    def _modules(self) -> dict[str, str]:
        return modules_of(_plain(each) for step in self._sources for each in step)

    @cached_property
    def _statements(self) -> tuple[tuple[_Statement, ...], ...]:
        return tuple(
            tuple(
                _Statement(_plain(each), self._names(each), bool(step.exercise) and _checks(each))
                for each in found
            )
            for step, found in zip(self.steps, self._sources, strict=True)
        )

    def _names(self, statement: Statement) -> Names:
        if statement.error is None:
            return names(_plain(statement), self._modules)
        return Names(touches=frozenset(statement.broken_names), readable=False)

    @cached_property
    def _flat(self) -> tuple[_Statement, ...]:
        return tuple(statement for found in self._statements for statement in found)

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        """The index of each step's first statement among all statements."""
        return tuple(itertools.accumulate((len(found) for found in self._statements), initial=0))


def seen_beside(
    folder: Path, texts: Iterable[str], imports: Collection[str]
) -> tuple[tuple[str, int, int], ...]:
    """Return files of a folder that code reads, if their names occur in the code.

    Returns:
        For each file its name, its modification time in nanoseconds and its size in bytes.
    """
    named = {match[1] for text in texts for match in STRING.finditer(text)}
    if any((folder / f"{name.split('.')[0]}.py").is_file() for name in imports):
        named |= {path.name for path in folder.glob("*.py")}
    named |= {
        f"{name.split('.')[0]}/{path.name}"
        for name in imports
        for path in (folder / name.split(".")[0]).glob("*.py")
    }
    found = []
    for name in sorted(named):
        try:
            status = (folder / name).stat()
        except (OSError, ValueError):
            continue
        if stat.S_ISREG(status.st_mode):
            found.append((name, status.st_mtime_ns, status.st_size))
    return tuple(found)


def planned(path: Path, checks: Path | None = None, seconds: float | None = None) -> Plan:
    """Read a file and its release, and plan the run.

    Args:
        path: the student's file.
        checks: the released notebook, if the student names it.
        seconds: how long one cell may take; None for no limit.

    Raises:
        AutograderError: the file cannot be read, or no release was found; the message says what to
            do.
    """
    found = release_of(path, checks)
    submission = read(path, found.release)
    return Plan(submission, found, tuple(_steps(submission, found.release)), seconds)


def _steps(submission: Submission, release: Release) -> Iterator[Step]:
    """Yield cells and checks; a check follows the cells that it must come after.

    As in grading, a plain module runs without the locked cells; its checks run with them.
    """
    is_module = submission.kind == "module"
    for number in range(len(submission.cells) + 1):
        if number:
            cell = submission.cells[number - 1]
            yield Step(cell.label, cell.source, cell.line, cell.settles)
        if is_module and number == len(submission.cells):
            for locked in release.cells:
                if locked.is_locked and locked.cell_type == "code" and not locked.is_grade:
                    label = f"the locked cell {locked.grade_id!r}"
                    yield Step(label, locked.source, outside=True)
        for check in submission.checks:
            if check.after == number:
                label = CHECKS.format(check.exercise)
                yield Step(label, check.source, exercise=check.exercise, outside=is_module)


def _plain(statement: Statement) -> str:
    """Return a statement as plain Python; if it cannot be parsed, a text that cannot be parsed
    either.
    """
    if statement.error is not None:
        error = statement.error
        return " ".join([NO_PYTHON, *statement.broken_names, f"{error.msg} {error.lineno}"])
    return "\n".join(ast.unparse(part) for part in statement.parts)


def _checks(statement: Statement) -> bool:
    """Whether a statement checks something and prepares nothing."""
    (part, *others) = statement.parts or (ast.Pass(),)
    if others or isinstance(part, ast.Assert):
        return not others
    called = (
        part.value.func if isinstance(part, ast.Expr) and isinstance(part.value, ast.Call) else 0
    )
    return isinstance(called, ast.Name) and called.id in CHECKING
