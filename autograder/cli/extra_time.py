"""`autograder extra-time`: time after the due date that one student has."""

from __future__ import annotations

from typing import Annotated

import typer

from autograder.cli.commands import CourseOption, course_root


def extra_time(
    assignment: Annotated[str, typer.Argument(metavar="ASSIGNMENT", show_default=False)],
    student: Annotated[str, typer.Argument(metavar="STUDENT", show_default=False)],
    hours: Annotated[
        float,
        typer.Argument(min=0, metavar="HOURS", help="0 takes it back.", show_default=False),
    ],
    new: Annotated[
        bool, typer.Option("--new", help="Add the student if the gradebook has no such name.")
    ] = False,
    course: CourseOption = None,
) -> None:
    """Give a student more time for an assignment, and correct the late penalty at once.

    The gradebook keeps it: grading again, or a second submission, does not change it.

    Example: [bold]autograder extra-time week03 ada 48[/bold]
    """
    from autograder.course.assignment import load_assignment
    from autograder.gradebook import lateness
    from convgrade.commands.console import output, safe

    found = load_assignment(assignment, course_root(course))
    change = lateness.give_extra_time(found, student, hours, may_be_new=new) or "no points changed"
    output().print(safe(f"{student} has {hours:g} more hours: {change}"), soft_wrap=True)
