"""`autograder new`: a small assignment to start from."""

from __future__ import annotations

from typing import Annotated

import typer

from autograder.cli.commands import CourseOption, course_root
from autograder.cli.interruption import all_or_nothing


def new(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="The new assignment: small letters, digits and _, as in moving_maximum.",
            show_default=False,
        ),
    ],
    course: CourseOption = None,
) -> None:
    """Add a small assignment to the course, which you then change into your own.

    It can be built, graded and audited at once. It has an exercise with a hidden suite, two
    misconceptions with hints, inputs to try and a right answer, and a written question with a
    rubric.

    Example: [bold]autograder new week05[/bold]
    """
    from autograder.starting.new_assignment import new_assignment
    from convgrade.commands.console import say

    root = course_root(course)
    with all_or_nothing():
        written = new_assignment(name, root)
    for path in written:
        say(f"{name}: wrote {path.relative_to(root)}")
    say(f"Next: autograder build {name}, then autograder audit {name}")
