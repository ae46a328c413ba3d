"""Runs a job in this process: its steps in order, with their errors and the outcomes of the checks.

An exception in a step does not stop the next ones. A time-out stops only its own step.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from convgrade.checking.job import Job, Step
from convgrade.checking.report import ExerciseCheck, Problem, Run
from convgrade.checking.sentences import Places, TookTooLong, of_check, of_statement, took_too_long
from convgrade.execution.session import Session, Trouble
from convgrade.execution.tracebacks import is_raised_by_student
from convgrade.notebook import known_answers
from convgrade.notebook.checks import PASSED_MARK, CheckFailed, NotWrittenYet, hint_once

MOST_PRINTED = 1200
MOST_LINES = 10  # of what the function of one exercise printed
LONGEST_LINE = 150
MOST_PROBLEMS = 30
MOST_OF_A_CELL = 4
LONGEST_TEXT = 4000
HAS_TIMER = hasattr(signal, "setitimer")


class _Clock:
    """The time limit of one cell. Without a timer in the system there is no limit."""

    def __init__(self, seconds: float | None) -> None:
        self._seconds = seconds
        self._until = 0.0

    def start(self) -> None:
        if self._seconds is not None:
            self._until = time.monotonic() + self._seconds

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Raise `TookTooLong` inside the block when the time is over."""
        if self._seconds is None or not HAS_TIMER:
            yield
            return
        signal.signal(signal.SIGALRM, self._ring)
        signal.setitimer(signal.ITIMER_REAL, max(self._until - time.monotonic(), 0.001))
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

    def _ring(self, _: int, __: FrameType | None) -> NoReturn:
        raise TookTooLong(took_too_long(self._seconds))


class _Printed(io.StringIO):
    """Printed output, up to the length that is shown, and the number of its lines."""

    def __init__(self) -> None:
        super().__init__()
        self._ended = 0
        self._is_blank = True

    @property
    def lines(self) -> int:
        """How many lines were printed, without blank ones."""
        return self._ended + (not self._is_blank)

    def shown(self, most: int) -> list[str]:
        """The first lines without blank ones, each cut to the length that is shown."""
        lines = [line for line in self.getvalue().splitlines() if line.strip()][:most]
        return [_cut(line, LONGEST_LINE) for line in lines]

    def write(self, text: str) -> int:
        for line in text.splitlines(keepends=True):
            self._is_blank = self._is_blank and not line.strip()
            if line.splitlines() != [line]:
                self._ended += not self._is_blank
                self._is_blank = True
        if self.tell() < MOST_PRINTED:
            super().write(text[: MOST_PRINTED - self.tell()])
            if self.tell() >= MOST_PRINTED:
                super().write(" …")
        return len(text)

    def close(self) -> None:
        """Stay open: a student's `sys.stdout.close()` costs nothing, as in grading."""


class _Checking:
    """The run of one job."""

    def __init__(self, job: Job, shell: Any, publish: Callable[[Run], None]) -> None:
        self._job = job
        self._publish = publish
        self._places = Places(job)
        self._clock = _Clock(job.seconds)
        self._missing: dict[str, str] = {}
        self._too_early: list[tuple[Step, str]] = []  # checks, and a name that was not defined yet
        self._found = Run({name: ExerciseCheck(name, "not_run") for name in job.exercises})
        if job.release_folder:
            known_answers.look_in(Path(job.release_folder))
        self._session = Session(shell, job.module_name, around=self._clock.running)

    def run(self) -> Run:
        outside = False
        for step in self._job.steps:
            if step.outside and not outside:
                self._session.namespace = dict(self._session.namespace)
                outside = True
            self._publish(replace(self._found, running=self._places.name(step)))
            if step.exercise and step.only is None:
                check = self._checked(step)
                exercises = {**self._found.exercises, step.exercise: check}
                self._found = replace(self._found, exercises=exercises)
            else:
                troubles = [trouble for trouble, _ in self._run(step) if trouble]
                messages = [self._told(each, step) for each in troubles if not _is_unwritten(each)]
                if not step.exercise:
                    self._note(step, messages)
        self._check_again()
        return self._found

    def _check_again(self) -> None:
        """Repeat the checks that missed a name which a later cell defined.

        Grading calls functions after all cells have run.
        """
        for step, name in [*self._too_early]:
            if name not in self._session.namespace:
                continue
            check = self._checked(step)
            if check.outcome == "passed":
                below = (
                    f"{name} is defined below this exercise: move it above, where Jupyter finds it."
                )
                check = replace(check, text="\n".join(filter(None, (check.text, below))))
                exercises = {**self._found.exercises, step.exercise: check}
                self._found = replace(self._found, exercises=exercises)

    def _run(self, step: Step) -> Iterator[tuple[Trouble | None, _Printed]]:
        """Run a step; yield for each statement what it raised and what it printed."""
        self._clock.start()
        cell = self._session.open(step.source, step.label, step.settles)
        wanted = range(len(cell.statements)) if step.only is None else step.only
        for number in wanted:
            if number >= len(cell.statements):
                continue
            # if this process is ended here, another must know where
            self._publish(replace(self._found, running=self._places.name(step), statement=number))
            printed = _Printed()
            with contextlib.redirect_stdout(printed):
                trouble = cell.run(number)
            yield trouble, printed
            if trouble is not None and isinstance(trouble.error, TookTooLong):
                break
        cell.close()

    def _told(self, trouble: Trouble, step: Step) -> str:
        """Describe an error, and remember it for the names that it leaves undefined."""
        message = of_statement(trouble, self._places, step.label)
        for name in trouble.names:
            self._missing[name] = message
        return message

    def _note(self, step: Step, messages: Sequence[str]) -> None:
        name = self._places.name(step)
        problems = [Problem(step.label, _cut(text)) for text in messages[:MOST_OF_A_CELL]]
        if len(messages) > len(problems):
            more = f"{len(messages) - len(problems)} more statements of {name} failed."
            problems.append(Problem(step.label, more))
        known = self._found.problems
        if len(known) < MOST_PROBLEMS:
            self._found = replace(self._found, problems=(*known, *problems))

    def _checked(self, step: Step) -> ExerciseCheck:
        """Run the checks of an exercise; return its outcome and the reasons for it."""
        outcomes, texts = list[str](), dict[str, None]()
        failures: list[BaseException] = []
        lost: set[str] = set()
        remarks: list[str] = []
        lines_left = MOST_LINES
        for trouble, printed in self._run(step):
            if trouble is None:
                remarks += _remarks(printed.getvalue())
                continue
            error = trouble.error
            name = error.name if isinstance(error, NameError) else None
            if name is not None and name not in self._session.namespace:
                self._too_early.append((step, name))
            follows = isinstance(error, NameError) and error.name in lost
            lost |= set(trouble.names)
            unwritten = _is_unwritten(trouble)
            if follows or (unwritten and "not_implemented" in outcomes and not str(error)):
                continue
            outcomes.append(_outcome(error, unwritten))
            hint_once(error, failures)
            failures.append(error)
            text = self._why(step, trouble)
            if outcomes[-1] != "not_implemented":
                text += _shown(printed, lines_left)
                lines_left = max(0, lines_left - printed.lines)
            texts[_cut(text)] = None
        outcome = next(
            (each for each in ("failed", "error", "not_implemented") if each in outcomes), "passed"
        )
        lines = remarks if outcome == "passed" else [*texts]
        return ExerciseCheck(step.exercise, outcome, "\n".join(lines))

    def _why(self, step: Step, trouble: Trouble) -> str:
        error = trouble.error
        if isinstance(error, NameError) and error.name in self._missing:
            return f"There is no {error.name}, because of an error: {self._missing[error.name]}"
        if isinstance(error, NameError) and error.name == step.exercise:
            return f"There is no function {step.exercise}: was it renamed, or deleted?"
        return of_check(trouble, self._places, step.label)


def _is_unwritten(trouble: Trouble) -> bool:
    """Whether the only problem is that a stub is still there, which its exercise reports."""
    error = trouble.error
    return isinstance(error, NotWrittenYet) or (
        isinstance(error, NotImplementedError) and is_raised_by_student(error)
    )


def _outcome(error: BaseException, unwritten: bool) -> str:
    if unwritten:
        return "not_implemented"
    return "failed" if isinstance(error, AssertionError | CheckFailed) else "error"


def _remarks(printed: str) -> list[str]:
    """What a passed check says beyond its first line."""
    lines = printed.splitlines()
    starts = [n for n, line in enumerate(lines) if line.startswith(PASSED_MARK)]
    after = lines[starts[-1] + 1 :] if starts else []
    return [line.strip() for line in itertools.takewhile(_is_indented, after)]


def _is_indented(line: str) -> bool:
    return line.startswith("  ")


def _shown(printed: _Printed, most: int) -> str:
    """At most so many lines of what a function printed, as text below the message of its check."""
    lines = printed.shown(most)
    more = printed.lines - len(lines)
    count = f"{more} more line{'s' * (more > 1)}"
    if not lines:
        return f"\n  It printed {count}." if more else ""
    rest = [f"… and {count}"] if more else []
    return "\n".join(["\n  It printed:", *(f"    {line}" for line in [*lines, *rest])])


def _cut(text: str, most: int = LONGEST_TEXT) -> str:
    return text if len(text) <= most else text[:most] + " …"


def run_job(job: Job, shell: Any, publish: Callable[[Run], None] = lambda _: None) -> Run:
    """Run the steps of a job in this process.

    Args:
        job: the steps.
        shell: the shell from `prepare_shell`.
        publish: called with the report so far before each step.
    """
    return _Checking(job, shell, publish).run()
