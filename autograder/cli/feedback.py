"""`autograder feedback ASSIGNMENT`: a page for each student, many of them in parallel."""

from __future__ import annotations

from typing import Annotated

import typer

from autograder.cli.commands import CourseOption, ExitCode, course_root, say_that_it_waits
from autograder.errors import CourseError


def feedback(
    assignment: Annotated[
        str, typer.Argument(metavar="ASSIGNMENT", help="The assignment.", show_default=False)
    ],
    student: Annotated[
        list[str] | None,
        typer.Option(help="Only this student; may be given more than once.", show_default=False),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Processes at a time; by default more than one only for large classes.",
            show_default=False,
        ),
    ] = None,
    course: CourseOption = None,
) -> None:
    """Write feedback pages, as `nbgrader generate_feedback` does; many of them in parallel.

    Late penalties are computed anew from the marks as they are now.

    Exit code 0: done; 1: done, and some pages could not be made; 2: could not run.

    Example: [bold]autograder feedback week03[/bold]
    """
    from autograder.cli.attention import show_attention, show_changes
    from autograder.course.assignment import load_assignment
    from autograder.gradebook import lateness
    from autograder.gradebook.feedback import feedback_in_parallel, graded_students
    from autograder.gradebook.writer import Problem
    from convgrade.commands.console import Progress, output, safe

    found = load_assignment(assignment, course_root(course))
    graded = graded_students(found)
    unknown = sorted(set(student or ()) - set(graded))
    if unknown or not graded:
        whose = ", ".join(unknown) or "anybody"
        raise CourseError(
            f"There is no graded notebook of {whose}: run `autograder grade {assignment}` first."
        )
    chosen = student or graded
    show_changes(lateness.apply_lateness(found, say_that_it_waits))
    problems = []
    with Progress(len(chosen), f"Feedback on {assignment}", each=False) as progress:
        for name, reason in feedback_in_parallel(found, chosen, jobs=jobs):
            progress.advance(name)
            if reason:
                problems.append(Problem(name, reason))
    done = len(chosen) - len(problems)
    output().print(
        f"{done} of {len(chosen)} pages: {safe(str(found.root / 'feedback'))}", soft_wrap=True
    )
    show_attention(sorted(problems, key=lambda problem: problem.student))
    raise typer.Exit(ExitCode.ATTENTION if problems else ExitCode.DONE)
