"""Checks one file repeatedly: it runs what changed and keeps the other results."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from convgrade.checking.finding import chosen as chosen_of
from convgrade.checking.job import Job, Step
from convgrade.checking.plan import Plan, planned
from convgrade.checking.process import Runner
from convgrade.checking.report import CheckReport, Ended, ExerciseCheck
from convgrade.errors import AutograderError

STAYS_TRUE = ("passed", "not_implemented")
"""Outcomes that name no line or cell. Lines and cells move when something is written above them."""


@dataclass(frozen=True)
class _Known:
    """The result of a step, and a mark of all that it depends on. The result is valid while the
    mark stays.
    """

    mark: str
    places: object
    check: ExerciseCheck | None = None
    problems: tuple[str, ...] = ()


@dataclass
class _Last:
    """The results of the last run: exercises, and cells by their source."""

    exercises: dict[str, _Known] = field(default_factory=dict)
    cells: dict[str, _Known] = field(default_factory=dict)
    report: CheckReport | None = None


class Checker:
    """Checks one file as often as it is asked.

    Args:
        path: the student's file.
        checks: the released notebook, if the student names it.
        seconds: how long one cell may take; None for no limit.
        exercises: the names of the exercises to check; empty for all.
        says: called with the name of the cell that runs, each time it changes.
    """

    def __init__(
        self,
        path: Path,
        checks: Path | None = None,
        seconds: float | None = None,
        exercises: Sequence[str] = (),
        says: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._path = path.resolve()
        self._checks = checks
        self._seconds = seconds
        self._named = exercises
        self._runner = Runner(self._path.parent, says)
        self._last = _Last()
        self._plan: Plan | None = None
        self.ran: tuple[str, ...] = ()
        """The exercises whose checks ran in the last check."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.close()

    def check(self, is_outdated: Callable[[], bool] = lambda: False) -> tuple[CheckReport, bool]:
        """Check the file as it is now.

        Only what a change affects is run: exercises whose checks need something that changed, and
        cells that changed or that failed because of what changed.

        Args:
            is_outdated: asked while the checks run; if it is True, they are ended.

        Returns:
            The report, and whether anything in it is new.

        Raises:
            Outdated: the checks were ended; the results of the last check stay.
            AutograderError: the file cannot be read or checked; the message says why.
        """
        if not self._path.is_file():
            raise AutograderError(f"There is no file {self._path.name}: name your notebook or .py.")
        plan = self._plan = planned(self._path, self._checks, self._seconds)
        chosen = chosen_of(plan.found.release, self._named)
        stale = [name for name in chosen if self._is_stale(plan, name)]
        cells = [] if self._named else [step for step in plan.cells if self._is_new(plan, step)]
        problems: tuple[str, ...] = ()
        self.ran = tuple(stale)
        if stale or cells:
            job = self._job(plan, chosen, stale, cells)
            problems = self._learn(plan, job, self._runner.run(job, is_outdated))
        report = self._report(plan, chosen, problems)
        is_new = report != self._last.report or bool(stale)
        self._last.report = report
        return report, is_new

    @property
    def process(self) -> int | None:
        """The id of the process that runs the student's code, if it has been started."""
        return self._runner.process

    def is_outdated(self) -> bool:
        """Whether a file that the student's file reads has changed since the last check."""
        return self._plan is not None and self._plan.beside != self._plan.beside_now()

    def _job(
        self, plan: Plan, chosen: Sequence[str], stale: Sequence[str], cells: Sequence[Step]
    ) -> Job:
        if not self._named and len(stale) == len(chosen):
            return plan.whole()
        return plan.only(stale, [step.label for step in cells])

    def _is_stale(self, plan: Plan, exercise: str) -> bool:
        known = self._last.exercises.get(exercise)
        step = plan.checks[exercise]
        if known is None or known.check is None or known.mark != plan.mark(step):
            return True
        return known.check.outcome not in STAYS_TRUE and known.places != plan.places(step)

    def _is_new(self, plan: Plan, step: Step) -> bool:
        known = self._last.cells.get(step.source)
        if known is None:
            return True
        if not known.problems:
            return False
        return (known.mark, known.places) != (plan.mark(step), plan.places(step))

    def _learn(self, plan: Plan, job: Job, ended: Ended) -> tuple[str, ...]:
        """Store the results of a run; return those that hold for this run only."""
        run = ended.run
        for name in job.exercises:
            step = plan.checks[name]
            check = run.exercises.get(name, ExerciseCheck(name, "not_run"))
            mark = plan.mark(step) if check.outcome != "not_run" else ""
            self._last.exercises[name] = _Known(mark, plan.places(step), check)
        ran = {step.label: step for step in job.steps if not step.exercise}
        passing: list[str] = []
        known: dict[str, _Known] = {}
        for step in plan.cells:
            texts = tuple(problem.text for problem in run.problems if problem.cell == step.label)
            if step.label in ran and ran[step.label].only is None:
                known[step.source] = _Known(plan.mark(step), plan.places(step), None, texts)
            elif step.source in self._last.cells:
                known[step.source] = self._last.cells[step.source]
                passing += [text for text in texts if text not in known[step.source].problems]
            else:
                passing += texts
        self._last.cells = known
        return (*passing, *_end_of(ended, self._seconds))

    def _report(self, plan: Plan, chosen: Sequence[str], problems: tuple[str, ...]) -> CheckReport:
        known = (self._last.cells.get(step.source) for step in plan.cells)
        kept = [text for cell in known if cell is not None for text in cell.problems]
        checks = [self._last.exercises[name].check for name in chosen]
        return CheckReport(
            exercises=tuple(check for check in checks if check is not None),
            problems=tuple(dict.fromkeys((*kept, *problems))),
            attention=plan.submission.attention,
            blank=plan.blank,
            points=plan.found.points,
            is_module=plan.submission.kind == "module",
            is_part=bool(self._named),
        )


def _end_of(ended: Ended, seconds: float | None) -> Collection[str]:
    """The sentences for a run that did not finish."""
    running = ended.run.running
    if not running:
        return ()
    how = (
        f"was not done after {seconds:g} seconds: look for a loop that never ends, or allow more "
        "with --seconds"
        if ended.stuck
        else "ended Python itself (does it call os._exit(), or use too much memory?)"
    )
    return (f"{running[0].upper()}{running[1:]} {how}. What follows it was not run.",)
