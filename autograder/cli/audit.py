"""`autograder audit`: whether an assignment's suites and thresholds can be trusted."""

from __future__ import annotations

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
from autograder.errors import AutograderError

if TYPE_CHECKING:
    from autograder.authoring.audit import Check
    from autograder.calibration.evidence import Evidence
    from autograder.calibration.recipes import Kind
    from autograder.course.assignment import Assignment
    from autograder.sandbox import Isolation

SHOWN = 8


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
        bool, typer.Option("--fresh", help="With --training: discard earlier runs.")
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
            help="With --attack: attack this exercise only; may be repeated.",
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

    With --training, train right solutions many times, and say which threshold they support. If you
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
    found = [on_dataset(load_assignment(name, root), dataset) for name in names]
    if attack:
        options = AttackOptions(
            tuple(exercises or ()), wrong, right, minutes, attack_seed, inputs, jobs, isolation
        )
        attacked = [attack_suites(each, options) for each in found]
        sound = all(attacked)
    elif training:
        if assignment is None:
            raise AutograderError("--training needs an ASSIGNMENT: name one.")
        sound = _audit_training(found[0], runs, _Training(tuple(recipes or ()), jobs, fresh))
    else:
        audited = [_audit_suites(each, jobs, isolation, matrix) for each in found]
        sound = all(audited)
    raise typer.Exit(ExitCode.DONE if sound else ExitCode.ATTENTION)


def _audit_suites(
    assignment: Assignment, jobs: int | None, isolation: Isolation, with_matrix: bool
) -> bool:
    from autograder.authoring import aspects, audit
    from autograder.cli.tables import in_brief
    from autograder.grading.watching import OnResult
    from convgrade.commands.console import Progress, output, safe

    progress = Progress(0, f"Auditing {assignment.name}", each=False)
    tables: list[aspects.Matrix] = []
    with progress:
        checks = audit.audit(
            assignment,
            jobs=jobs,
            isolation=isolation,
            on_start=progress.expect,
            watcher=OnResult(lambda result: progress.advance(in_brief(result))),
            on_matrix=tables.append,
        )
    for table in tables if with_matrix else ():
        output().print(safe(aspects.as_text(table)), soft_wrap=True, end="\n\n")
    _show(assignment, checks)
    _show_hint_figures(assignment)
    return not any(check.failures for check in checks)


def _show(assignment: Assignment, checks: list[Check]) -> None:
    from convgrade.commands.console import output, safe

    console = output()
    console.print(f"[bold]{safe(assignment.name)}[/bold]")
    for check in checks:
        held = check.cases - len(check.failures)
        mark = "[red]✗[/red]" if check.failures else "[green]✓[/green]"
        console.print(f"{mark} {check.name}: {held} of {check.cases}", soft_wrap=True)
        for failure in check.failures[:SHOWN]:
            console.print(f"    {safe(failure)}", soft_wrap=True)
        if len(check.failures) > SHOWN:
            console.print(f"    and {len(check.failures) - SHOWN} more")


def _show_hint_figures(assignment: Assignment) -> None:
    from autograder.authoring import hint_figures
    from convgrade.commands.console import output, safe

    for line in hint_figures.as_text(assignment):
        output().print(f"  hints: {safe(line)}", soft_wrap=True)


@dataclass(frozen=True)
class _Training:
    """The training options; if `only` is not empty, it names the recipes to train."""

    only: tuple[str, ...]
    jobs: int | None
    fresh: bool


def _audit_training(assignment: Assignment, runs: int, how: _Training) -> bool:
    from autograder.calibration import evidence, trainings
    from autograder.calibration.chart import as_svg
    from convgrade import atomic_files
    from convgrade.commands.console import output, safe

    others: tuple[Kind, Kind] = ("unsuited", "broken")
    terms = evidence.terms_of(assignment)
    found = _trained(assignment, "right", runs, how)
    each = min(trainings.RUNS_OF_EACH_OTHER, runs)
    unsuited, broken = (
        _trained(assignment, kind, each * len(evidence.recipe_names(assignment, kind)), how)
        for kind in others
    )
    try:
        proposal = found.proposal()
    except ValueError as error:
        raise AutograderError(f"No threshold can be computed: {error}.") from None
    path = evidence.evidence_file(assignment)
    picture = as_svg(found, {"unsuited": unsuited, "broken": broken}, proposal, terms.threshold)
    atomic_files.write_text(path.with_suffix(".svg"), picture)
    _show_evidence(found, terms.threshold)
    console = output()
    for file in (path, path.with_suffix(".svg")):
        console.print(f"wrote {safe(str(file.relative_to(assignment.root)))}", soft_wrap=True)
    in_use = proposal.threshold if terms.threshold is None else terms.threshold
    supported = terms.threshold is not None and proposal.supports(in_use, terms.spread)
    if not supported:
        in_use = proposal.threshold
    passed = sorted({run.recipe for run in broken.runs if run.accuracy >= in_use})
    for recipe in passed:
        console.print(f"[red]✗[/red] a threshold of {in_use:.1%} lets through: {safe(recipe)}")
    fallen = [recipe for recipe, each in found.tried().items() if min(each) < in_use]
    for recipe in fallen:
        console.print(f"[red]✗[/red] {safe(recipe)} fell below {in_use:.1%}: is it unsuited?")
    untried = set(evidence.recipe_names(assignment)) - set(found.accuracies())
    if untried:
        console.print(f"Not tried here: {safe(', '.join(sorted(untried)))}", soft_wrap=True)
    if not supported or terms.evidence_runs != found.counted:
        console.print(f"\n\\[training.{safe(assignment.dataset)}] should say:")
        console.print(f"threshold = {proposal.threshold:g}")
        console.print(f"spread = {proposal.spread:g}")
        console.print(f"evidence_runs = {found.counted}")
    return supported and not passed and not fallen


def _trained(assignment: Assignment, kind: Kind, runs: int, how: _Training) -> Evidence:
    from autograder.calibration import evidence
    from autograder.calibration.trainings import run_trainings
    from convgrade.commands.console import Progress

    known = evidence.recipe_names(assignment, kind)
    if how.only and kind != "right" and not set(how.only) & set(known):
        runs = 0
    with Progress(0, f"{kind.capitalize()} training of {assignment.name}") as progress:
        return run_trainings(
            assignment,
            runs=runs,
            kind=kind,
            only=[name for name in how.only if name in known],
            jobs=how.jobs,
            fresh=how.fresh,
            on_start=progress.expect,
            on_run=lambda run: progress.advance(f"{run.recipe}: {run.accuracy:.2%}"),
        )


def _show_evidence(found: Evidence, threshold: float | None) -> None:
    from rich.table import Table

    from autograder.calibration.thresholds import chance_below
    from convgrade.commands.console import output, safe

    table = Table(box=None, pad_edge=False)
    table.add_column("recipe")
    for title in ("runs", "mean", "deviation", "smallest", "98.5 % exceed", "99.97 % exceed"):
        table.add_column(title, justify="right")
    if threshold is not None:
        table.add_column(f"chance below {threshold:.1%}", justify="right")
    for recipe, each in sorted(found.distributions().items()):
        shares = (each.mean, each.deviation, each.smallest, each.usual, each.least)
        cells = [safe(recipe), str(each.runs), *(f"{share:.2%}" for share in shares)]
        if threshold is not None:
            cells.append(f"{chance_below(threshold, found.accuracies()[recipe], found.images):.1e}")
        table.add_row(*cells)
    output().print(table)
