"""`autograder init`: a course folder with the assignments of the package."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from autograder.cli.interruption import all_or_nothing
from autograder.errors import AutograderError


def init(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER",
            help="The course folder: a new one, or one that is empty but for .git.",
            show_default=False,
        ),
    ],
    assignments: Annotated[
        list[str] | None,
        typer.Option(
            "--assignment",
            metavar="NAME",
            help="An assignment that it gets; may be repeated. By default all of the package.",
            show_default=False,
        ),
    ] = None,
    empty: Annotated[
        bool, typer.Option("--empty", help="No assignments: add your own with `autograder new`.")
    ] = False,
) -> None:
    """Make a course folder with the assignments that come with the package.

    It gets their sources, hidden tests and solutions, nbgrader's settings, a README for the staff,
    and a .gitignore that keeps the secret, the gradebook and students' work out of a repository.

    Example: [bold]autograder init networks --assignment lenet5[/bold]
    """
    from autograder.starting.new_course import new_course
    from convgrade.commands.console import say

    if empty and assignments:
        raise AutograderError("Name assignments or give --empty, not both.")
    with all_or_nothing():
        names = new_course(folder, () if empty else assignments)
    say(f"Made the course {folder} with {', '.join(names) or 'no assignment yet'}.")
    say("Its README.md says more. Go on with:")
    if folder.resolve() != Path.cwd():
        say(f"  cd {shlex.quote(str(folder))}")
    say("  autograder doctor")
    say("  autograder demo" if names else "  autograder new NAME")
