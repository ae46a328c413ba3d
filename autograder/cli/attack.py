"""`autograder audit --attack`: how often suites judge wrongly, measured on generated answers."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from autograder.errors import AutograderError

if TYPE_CHECKING:
    from pathlib import Path

    from autograder.attack.figures import Figures
    from autograder.attack.record import Trial
    from autograder.course.assignment import Assignment
    from autograder.sandbox import Isolation

SHOWN = 5
_LINE_EVERY = 30.0


@dataclass(frozen=True)
class AttackOptions:
    """How many candidates, of which exercises, and for how long."""

    exercises: tuple[str, ...]
    wrong: int
    right: int
    minutes: float | None
    seed: int
    inputs: int
    jobs: int | None
    isolation: Isolation


def attack_suites(assignment: Assignment, options: AttackOptions) -> bool:
    """Attack the suites of an assignment and print what came of it.

    Returns:
        Whether no candidate that is wrong on more than one input in 100 had full marks, and none
        that is right lost marks.

    Raises:
        AutograderError: an exercise does not exist or cannot be attacked.
    """
    from autograder.attack.campaign import Plan, attack, close, folder_of
    from autograder.attack.candidate import recipes
    from autograder.attack.figures import figures
    from autograder.attack.report import write
    from autograder.attack.target import Target
    from autograder.attack.targets import attackable

    minutes = options.minutes
    until = float("inf") if minutes is None else time.monotonic() + 60 * minutes
    plan = Plan(options.seed, options.inputs, options.jobs, options.isolation, until)
    names = _chosen(assignment, options.exercises, attackable(assignment))
    todo = recipes(options.wrong, options.right)
    tried: dict[str, Sequence[Trial]] = {}
    for name in names:
        with _Shown(f"Attacking {name}") as shown:
            target = Target.of(assignment, name)
            tried[name] = attack(target, todo, plan, on_start=shown.begin, on_trial=shown.after)
        close()
    found = [figures(name, trials) for name, trials in tried.items()]
    folder = folder_of(Target.of(assignment, names[0]))
    write(folder, tried, found)
    _print(assignment, found, tried)
    _say_where(assignment, folder)
    return not any(each.often.count or each.refused.count for each in found)


def _chosen(
    assignment: Assignment, wanted: Sequence[str], possible: Sequence[str]
) -> Sequence[str]:
    for name in wanted:
        if name not in possible:
            listed = ", ".join(possible) or "none"
            raise AutograderError(
                f"{assignment.name} has no exercise {name} that can be attacked; "
                f"those that can are: {listed}."
            )
    if not possible:
        raise AutograderError(f"No generator draws calls of {assignment.name}: nothing to attack.")
    return wanted or possible


class _Shown:
    """A bar on a terminal, a line now and then in a log."""

    def __init__(self, title: str) -> None:
        from convgrade.commands.console import Progress

        self._progress = Progress(0, title, each=False)
        self._total = self._done = self._slipped = 0
        self._next = 0.0

    def __enter__(self) -> _Shown:
        self._progress.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._progress.__exit__(*error)

    def begin(self, total: int, done: int) -> None:
        self._total, self._done = total, done
        self._next = time.monotonic() + _LINE_EVERY
        self._progress.expect(total, done)

    def after(self, trial: Trial) -> None:
        import sys

        from convgrade.commands.console import say

        self._done += 1
        self._slipped += trial.is_wrong and not trial.failed
        state = f"{self._slipped} wrong ones accepted"
        self._progress.advance(state)
        if not sys.stderr.isatty() and time.monotonic() > self._next:
            self._next = time.monotonic() + _LINE_EVERY
            say(f"{self._done}/{self._total} {state}")


def _print(
    assignment: Assignment, found: Sequence[Figures], tried: dict[str, Sequence[Trial]]
) -> None:
    from rich.table import Table

    from autograder.attack.candidate import RIGHT_KINDS
    from autograder.attack.figures import distinct
    from autograder.attack.report import by_kind, limits
    from convgrade.commands.console import output, safe

    console = output()
    table = Table(box=None, pad_edge=False)
    table.add_column("exercise", overflow="fold")
    for title in ("wrong\nones", "full\nmarks", "95 % limits", "wrong on\n> 1 %", "full\nmarks",
                  "right\nones", "no full\nmarks"):  # fmt: skip
        table.add_column(title, justify="right")
    for each in found:
        table.add_row(
            safe(each.exercise), str(each.accepted.n), str(each.accepted.count),
            limits(each.accepted), str(each.often.n), str(each.often.count),
            str(each.refused.n), str(each.refused.count),
        )  # fmt: skip
    console.print(f"[bold]{safe(assignment.name)}[/bold]")
    console.print(table)
    for kind, text in by_kind(found):
        console.print(f"  {kind}: {text} wrong ones had full marks")
    for each in found:
        if each.set_aside:
            console.print(
                f"  {safe(each.exercise)}: {each.set_aside} set aside, which differ on no input"
                + (f" ({each.doubtful} of them refused)" if each.doubtful else ""),
                soft_wrap=True,
            )
    for name, trials in tried.items():
        slipped = [t for t in distinct(trials) if t.is_wrong and not t.failed]
        for trial in sorted(slipped, key=lambda t: -t.share)[:SHOWN]:
            line = f"{name}: accepted, wrong on {trial.share:.2%} of inputs: {trial.origin}"
            console.print(f"[red]✗[/red] {safe(line)}", soft_wrap=True)
        for trial in distinct(trials):
            if trial.kind in RIGHT_KINDS and trial.failed and not trial.is_wrong:
                line = f"{name}: right, but fails {', '.join(trial.failed)}: {trial.origin}"
                console.print(f"[red]✗[/red] {safe(line)}", soft_wrap=True)


def _say_where(assignment: Assignment, folder: Path) -> None:
    from convgrade.commands.console import output, safe

    place = folder.relative_to(assignment.root)
    output().print(f"wrote {safe(str(place))}/figures.md, figures.json and new misconceptions")
