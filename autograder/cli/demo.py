"""`autograder demo`: a made-up class, graded end to end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.cli.commands import CourseOption, ExitCode, IsolationOption, course_root
from autograder.course import Assignment, assignment_names, load_assignment

if TYPE_CHECKING:
    from autograder.demo import MadeUp
    from autograder.results import Result
    from autograder.sandbox import Isolation


def demo(
    assignment: Annotated[
        str | None,
        typer.Argument(
            metavar="[ASSIGNMENT]",
            help="Which one; all of the course without it.",
            show_default=False,
        ),
    ] = None,
    into: Annotated[
        Path | None,
        typer.Option(help="Where to make it; demo/ in the course without it.", show_default=False),
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Grade again what an earlier demo has graded.")
    ] = False,
    isolation: IsolationOption = "namespaces",
    course: CourseOption = None,
) -> None:
    """Make up a class of submissions, right, wrong and hostile, and grade it end to end.

    Exit code 1 where a submission did not end as its kind should.

    Example: [bold]autograder demo --into /tmp/demo[/bold]
    """
    from autograder.demo import make_course

    root = course_root(course)
    names = (
        assignment_names(root) if assignment is None else [load_assignment(assignment, root).name]
    )
    place = make_course(root, into if into is not None else root / "demo")
    surprises = [
        line
        for name in names
        for line in one_class(load_assignment(name, place), fresh=fresh, isolation=isolation)
    ]
    if surprises:
        typer.echo("Not as it should be:\n" + "\n".join(surprises), err=True)
        raise typer.Exit(ExitCode.ATTENTION)


def one_class(assignment: Assignment, *, fresh: bool, isolation: Isolation) -> list[str]:
    """Make up, grade and show one class; returns what did not end as it should."""
    from autograder.cli.console import Progress, output, safe
    from autograder.cli.grading_class import places, run
    from autograder.cli.tables import show_class
    from autograder.demo import made_up_class, surprise, write_class

    made_up = made_up_class(assignment)
    write_class(assignment, made_up)
    graded = run(assignment, jobs=None, isolation=isolation, fresh=fresh)
    from autograder.gradebook.feedback import feedback_in_parallel

    students = [result.student for result in graded.results]
    with_pages = [
        student
        for student in students
        if (assignment.root / "autograded" / student / assignment.name).is_dir()
    ]
    with Progress(len(with_pages), "Writing feedback pages", each=False) as progress:
        for student in feedback_in_parallel(assignment, with_pages):
            progress.advance(student)
    what = {student: submission.what for student, submission in made_up.items()}
    show_class(assignment, graded.results, standing=graded.standing, notes=what)
    console = output()
    show_rejected(graded.results, made_up)
    console.print()
    found = {**places(assignment), "feedback pages": assignment.root / "feedback"}
    for name, where in found.items():
        console.print(f"{name}: {safe(str(where))}", soft_wrap=True)
    differing = {
        result.student: line
        for result in graded.results
        if (line := surprise(made_up[result.student], result))
    }
    if not differing:
        console.print(f"All {len(students)} ended as they should.")
    return [f"{student} ({made_up[student].what}): {line}" for student, line in differing.items()]


def show_rejected(results: Sequence[Result], made_up: Mapping[str, MadeUp]) -> None:
    """Why each file that is no submission was rejected."""
    from autograder.cli.console import output, safe

    console = output()
    console.print("\n[bold]Rejected, with the reason that the student reads:[/bold]")
    for result in results:
        if result.status != "graded":
            what = made_up[result.student].what
            console.print(f"  {safe(result.student)}, {safe(what)}: {safe(result.reason)}")
