"""`autograder audit`: whether an assignment's suites and thresholds can be trusted."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.cli.attack import AttackOptions, attack_suites
from autograder.cli.commands import (
    CourseOption,
    DatasetOption,
    ExitCode,
    IsolationOption,
    course_root,
    on_dataset,
)
from autograder.errors import AutograderError, CourseError

if TYPE_CHECKING:
    from autograder.audit import Audited
    from autograder.course.assignment import Assignment
    from autograder.sandbox import Isolation


def audit(
    assignment: Annotated[
        str | None,
        typer.Argument(
            metavar="[ASSIGNMENT]",
            help="The assignment; by default all of the course.",
            show_default=False,
        ),
    ] = None,
    training: Annotated[
        bool,
        typer.Option("--training", help="Train right solutions many times to find the threshold."),
    ] = False,
    dataset: DatasetOption = None,
    runs: Annotated[
        int, typer.Option(min=1, help="With --training: the number of runs, over all recipes.")
    ] = 200,
    recipes: Annotated[
        list[str] | None,
        typer.Option(
            "--recipe",
            "--way",
            help="With --training: train this recipe only; may be repeated.",
            show_default=False,
        ),
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Grade, or with --training train, everything again.")
    ] = False,
    matrix: Annotated[
        bool,
        typer.Option("--matrix", help="Show which misconceptions fail which hidden tests."),
    ] = False,
    attack: Annotated[
        bool,
        typer.Option("--attack", help="Measure how often suites judge generated answers wrongly."),
    ] = False,
    exercises: Annotated[
        list[str] | None,
        typer.Option(
            "--exercise",
            metavar="NAME",
            help="Audit (or attack) this exercise only; may be repeated.",
            show_default=False,
        ),
    ] = None,
    variants: Annotated[
        bool,
        typer.Option("--variants", help="Audit each option of the assignment's variants as well."),
    ] = False,
    seeds: Annotated[
        int, typer.Option(min=1, help="Seeds for right answers, shared among all of them.")
    ] = 50,
    page: Annotated[
        str | None,
        typer.Option(
            "--output",
            metavar="PATH",
            help="Write the page there; by default reports/audit-ASSIGNMENT.html in the course.",
            show_default=False,
        ),
    ] = None,
    wrong: Annotated[
        int,
        typer.Option(min=0, help="With --attack: how many wrong answers to make, per exercise."),
    ] = 500,
    right: Annotated[
        int,
        typer.Option(min=0, help="With --attack: how many right answers to make, per exercise."),
    ] = 50,
    minutes: Annotated[
        float | None,
        typer.Option(
            min=0.0, help="With --attack: begin nothing new after so long.", show_default=False
        ),
    ] = None,
    attack_seed: Annotated[
        int, typer.Option(min=0, help="With --attack: another number makes other answers.")
    ] = 0,
    inputs: Annotated[
        int,
        typer.Option(min=100, help="With --attack: inputs on which equivalent answers agree."),
    ] = 20_000,
    jobs: Annotated[
        int | None,
        typer.Option(
            min=1, help="Processes at a time; by default one per core.", show_default=False
        ),
    ] = None,
    isolation: IsolationOption = "namespaces",
    course: CourseOption = None,
) -> None:
    """Test the hidden suites with right answers, misconceptions and other seeds.

    It writes a page too. What has not changed since the last audit is not graded again. With
    --training, train right solutions many times, and say which threshold they support. If you
    stop it, the same command continues from there. The exit code is 1 if a check fails.

    With --attack, make wrong and right answers, and count those that a suite judges wrongly. It can
    be stopped and continued in the same way.

    Example: [bold]autograder audit week03[/bold]

    Which mistakes fail which tests: [bold]autograder audit week03 --matrix[/bold]

    How often a suite is wrong: [bold]autograder audit week03 --attack --minutes 10[/bold]

    The evidence for a threshold: [bold]autograder audit week03 --training --runs 200[/bold]
    """
    from autograder.course.assignment import assignment_names, load_assignment

    root = course_root(course)
    names = [assignment] if assignment is not None else assignment_names(root)
    if not names:
        raise CourseError(f"{root} has no source/*/assignment.toml, so there is nothing to audit.")
    if assignment is None and (training or exercises or page):
        option = "--training" if training else "--exercise" if exercises else "--output"
        raise AutograderError(f"{option} needs an ASSIGNMENT: name one.")
    found = [on_dataset(load_assignment(name, root), dataset) for name in names]
    if attack:
        attacks = AttackOptions(
            tuple(exercises or ()), wrong, right, minutes, attack_seed, inputs, jobs, isolation
        )
        attacked = [attack_suites(each, attacks) for each in found]
        sound = all(attacked)
    elif training:
        from autograder.cli.audit_training import Training, audit_training

        how = Training(tuple(recipes or ()), jobs, fresh)
        sound = audit_training(found[0], runs, how)
    else:
        options = _Options(
            seeds, tuple(exercises or ()), jobs, isolation, fresh, variants, matrix, page
        )
        audited = [_audit_suites(each, options) for each in found]
        sound = all(audited)
    raise typer.Exit(ExitCode.DONE if sound else ExitCode.ATTENTION)


@dataclass(frozen=True)
class _Options:
    """How to audit suites, and what to show."""

    seeds: int
    only: tuple[str, ...]
    jobs: int | None
    isolation: Isolation
    fresh: bool
    variants: bool
    with_matrix: bool
    page: str | None


def _audit_suites(assignment: Assignment, options: _Options) -> bool:
    from autograder.audit.page import render_page
    from autograder.cli import audit_tables, reports

    where = options.page or str(assignment.root / "reports" / f"audit-{assignment.name}.html")
    with _may_fail(needed=options.page is not None):
        reports.check([where])
    audited = _audited(assignment, options)
    audit_tables.show(audited, with_matrix=options.with_matrix)
    with _may_fail(needed=options.page is not None):
        reports.write(where, render_page(audited))
    return audited.is_sound


@contextmanager
def _may_fail(*, needed: bool) -> Iterator[None]:
    """Let a page that nobody asked for be missing: its error is said, and the audit goes on."""
    from convgrade.commands.console import say

    try:
        yield
    except AutograderError as error:
        if needed:
            raise
        say(f"No page: {error}")


def _audited(assignment: Assignment, options: _Options) -> Audited:
    """Audit with a progress display.

    Raises:
        Stopped: Ctrl-C was pressed; says how to go on.
    """
    from autograder.audit import audit
    from autograder.cli.interruption import this_command
    from autograder.cli.run_display import run_display
    from autograder.cli.run_progress import failure_of
    from convgrade.commands.console import say
    from convgrade.commands.ending import Stopped

    title = f"Auditing {assignment.name}"
    with run_display(0, title, quiet=False, trouble_of=failure_of) as progress:
        try:
            return audit(
                assignment,
                seeds=options.seeds,
                only=options.only,
                jobs=options.jobs,
                isolation=options.isolation,
                fresh=options.fresh,
                variants=options.variants,
                on_start=progress.expect,
                on_wait=lambda: say("Waiting for another audit of this assignment."),
                on_unkept=lambda error: say(f"Outcomes are not kept: {_reason(error)}."),
                watcher=progress,
            )
        except KeyboardInterrupt:
            done = f"Stopped: {progress.done} of {progress.total} are graded and stored."
            raise Stopped(f"{done} This goes on:", this_command()) from None


def _reason(error: OSError) -> str:
    where = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else "the disk"
    return f"{where}: {error.strerror or error}"
