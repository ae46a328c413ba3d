"""`autograder demo`: a made-up class, graded end to end, the quickest assignment first."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.cli.commands import CourseOption, ExitCode, IsolationOption, course_root
from autograder.course.assignment import Assignment, assignment_names, load_assignment
from autograder.errors import AutograderError, CourseError

if TYPE_CHECKING:
    from autograder.demo import MadeUp
    from autograder.results import Result
    from autograder.sandbox import Isolation

PAGES = 4
"""The number of feedback pages to make."""


def demo(
    assignment: Annotated[
        str | None,
        typer.Argument(
            metavar="[ASSIGNMENT]",
            help="The assignment; by default the quickest of the course.",
            show_default=False,
        ),
    ] = None,
    everything: Annotated[
        bool,
        typer.Option("--all", help="Every assignment of the course; networks take minutes."),
    ] = False,
    into: Annotated[
        Path | None,
        typer.Option(help="The demo's folder; by default demo/ in the course.", show_default=False),
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Grade again what an earlier demo has graded.")
    ] = False,
    isolation: IsolationOption = "namespaces",
    course: CourseOption = None,
) -> None:
    """Make up a class of submissions, right, wrong and hostile, and grade it end to end.

    The exit code is 1 if a submission did not end as its kind should.

    Example: [bold]autograder demo --into /tmp/demo[/bold]
    """
    from autograder.demo import make_course

    if assignment is not None and everything:
        raise AutograderError("Name an assignment or give --all, not both.")
    root = course_root(course)
    if assignment is not None:
        names = [load_assignment(assignment, root).name]
    else:
        names = quickest_first(root)[: None if everything else 1]
    place = make_course(root, into if into is not None else root / "demo")
    surprises = [
        line
        for name in names
        for line in one_class(
            load_assignment(name, place), brief=not everything, fresh=fresh, isolation=isolation
        )
    ]
    others = [name for name in quickest_first(root) if name not in names]
    if others and assignment is None:
        typer.echo(f"Go on with {', '.join(others)} (minutes): autograder demo --all")
    if surprises:
        typer.echo("Not as it should be:\n" + "\n".join(surprises), err=True)
        raise typer.Exit(ExitCode.ATTENTION)


def quickest_first(root: Path) -> list[str]:
    """The assignments of a course; those that train nothing and load little come first.

    Of several that load as little, the one with most exercises comes first: it shows most.
    """
    found = [load_assignment(name, root) for name in assignment_names(root)]
    found.sort(key=_cost)
    return [each.name for each in found]


def _cost(assignment: Assignment) -> tuple[bool, int, int, str]:
    trains = assignment.training_terms is not None
    return trains, len(assignment.preload), -len(assignment.exercises), assignment.name


def one_class(
    assignment: Assignment, *, brief: bool, fresh: bool, isolation: Isolation
) -> list[str]:
    """Make up, grade and show one class; return what did not end as it should."""
    from autograder.cli.grading_class import run
    from autograder.cli.grading_options import GradingOptions
    from autograder.cli.tables import show_class
    from autograder.demo import made_up_class, surprise, write_class
    from convgrade.commands.console import output

    made_up = made_up_class(assignment, brief=brief)
    write_class(assignment, made_up)
    graded = run(assignment, GradingOptions(isolation=isolation, fresh=fresh))
    what = {student: submission.what for student, submission in made_up.items()}
    show_class(assignment, graded.results, standing=graded.standing, notes=what)
    show_rejected(graded.results, made_up)
    differing = {
        result.student: line
        for result in graded.results
        if (line := surprise(made_up[result.student], result))
    }
    console = output()
    if not differing:
        console.print(f"\nAll {len(graded.results)} ended as they should.")
    show_next(assignment, made_up, with_pages(assignment, graded.results, made_up))
    return [f"{student} ({made_up[student].what}): {line}" for student, line in differing.items()]


def with_pages(
    assignment: Assignment, results: Sequence[Result], made_up: Mapping[str, MadeUp]
) -> list[str]:
    """Make feedback pages for a few students: one per outcome, the first of them with a hint."""
    from autograder.gradebook.feedback import feedback_in_parallel
    from convgrade.commands.console import Progress

    def hints(result: Result) -> bool:
        return any(
            exercise.hints or any(test.hint for test in exercise.tests)
            for exercise in result.exercises
        )

    chosen: dict[str, str] = {}
    for result in sorted(results, key=hints, reverse=True):
        graded = assignment.root / "autograded" / result.student / assignment.name
        if graded.is_dir():
            chosen.setdefault(made_up[result.student].expected, result.student)
    students = list(chosen.values())[:PAGES]
    with Progress(len(students), "Writing feedback pages", each=False) as progress:
        for student, reason in feedback_in_parallel(assignment, students):
            if reason:
                raise CourseError(reason)
            progress.advance(student)
    return students


def show_next(assignment: Assignment, made_up: Mapping[str, MadeUp], pages: Sequence[str]) -> None:
    """Print what to open: feedback pages, the gradebook, and nbgrader's own view of it."""
    from autograder.cli.class_output import places
    from convgrade.commands.console import output, safe

    console = output()
    root = assignment.root
    console.print("\n[bold]Open next[/bold]")
    for student in pages:
        page = root / "feedback" / student / assignment.name / f"{assignment.name}.html"
        console.print(f"  feedback, {safe(made_up[student].what)}:", soft_wrap=True)
        console.print(f"    {safe(str(page))}", soft_wrap=True)
    near = os.path.relpath(root)
    folder = shlex.quote(str(root) if near.startswith("..") else near)
    lines = {
        "all feedback pages": f"cd {folder} && autograder feedback {assignment.name}",
        "formgrader (menu Nbgrader)": f"cd {folder} && jupyter lab",
        "gradebook": places(assignment)["gradebook"],
        "each result as JSON": places(assignment)["results"],
    }
    for what, where in lines.items():
        console.print(f"  {what}: {safe(where)}", soft_wrap=True)


def show_rejected(results: Sequence[Result], made_up: Mapping[str, MadeUp]) -> None:
    """Print why each unreadable file was rejected."""
    from convgrade.commands.console import output, safe

    console = output()
    console.print("\n[bold]Rejected, with the reason that the student reads:[/bold]")
    for result in results:
        if result.status != "graded":
            what = made_up[result.student].what
            console.print(f"  {safe(result.student)}, {safe(what)}: {safe(result.reason)}")
