"""`autograder audit --training`: trains many times, and says which threshold that supports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from autograder.errors import AutograderError

if TYPE_CHECKING:
    from autograder.calibration.evidence import Evidence
    from autograder.calibration.recipes import Kind
    from autograder.course.assignment import Assignment


@dataclass(frozen=True)
class Training:
    """The training options; if `only` is not empty, it names the recipes to train."""

    only: tuple[str, ...]
    jobs: int | None
    fresh: bool


def audit_training(assignment: Assignment, runs: int, how: Training) -> bool:
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


def _trained(assignment: Assignment, kind: Kind, runs: int, how: Training) -> Evidence:
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
