"""`autograder build`: source → assignments/, solutions/ and nbgrader's tables."""

from __future__ import annotations

from typing import Annotated

import typer

from autograder.cli.commands import CourseOption, ExitCode, course_root


def build(
    assignment: Annotated[
        str | None,
        typer.Argument(
            metavar="[ASSIGNMENT]",
            help="The assignment; by default all of the course.",
            show_default=False,
        ),
    ] = None,
    course: CourseOption = None,
) -> None:
    """Generate what students get, and the solutions, from the source.

    Building twice changes nothing. The gradebook gets the assignment too, so that formgrader's
    buttons find it. Exit code 1: the files are built, but the gradebook did not take it.

    Example: [bold]autograder build week03[/bold]
    """
    from autograder.course.assignment import assignment_names, load_assignment
    from autograder.errors import CourseError
    from convgrade.commands.console import complain, say

    root = course_root(course)
    names = [assignment] if assignment is not None else assignment_names(root)
    if not names:
        raise CourseError(f"{root} has no source/*/assignment.toml, so there is nothing to build.")
    for name in names:
        load_assignment(name, root)
    from autograder.authoring import build
    from autograder.gradebook import writer

    code = ExitCode.DONE
    for name in names:
        changed = build.build(name, root)
        for path in changed:
            say(f"{name}: wrote {path.relative_to(root)}")
        if not changed:
            say(f"{name}: nothing changed")
        try:
            writer.register(load_assignment(name, root))
        except CourseError as error:
            complain(f"{name} is built, but it is not in the gradebook: {error}")
            code = ExitCode.ATTENTION
    raise typer.Exit(code)
