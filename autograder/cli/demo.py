"""`autograder demo`: a made-up class, graded end to end."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.cli.commands import CourseOption, course_root


def demo(
    into: Annotated[
        Path | None,
        typer.Option(help="Where to make it; demo/ in the course without it.", show_default=False),
    ] = None,
    course: CourseOption = None,
) -> None:
    """Make up a class of submissions, right, wrong and hostile, and grade it end to end.

    Example: [bold]autograder demo --into /tmp/demo[/bold]
    """
    root = course_root(course)
    folder = into if into is not None else root / "demo"
    typer.echo(folder)
