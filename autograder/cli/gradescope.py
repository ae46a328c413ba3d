"""`autograder gradescope`: the zip file that Gradescope takes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.cli.commands import CourseOption, IsolationName, course_root


def gradescope(
    assignment: Annotated[
        str, typer.Argument(metavar="ASSIGNMENT", help="The assignment.", show_default=False)
    ],
    output: Annotated[
        Path, typer.Option(metavar="PATH", help="Where to write the zip file.")
    ] = Path("autograder.zip"),
    isolation: Annotated[
        IsolationName,
        typer.Option(help="How student code is isolated there."),
    ] = "restricted",
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
    course: CourseOption = None,
) -> None:
    """Write the zip file with which Gradescope grades an assignment.

    It has hidden suites and a secret of its own: give it to nobody but Gradescope.

    Example: [bold]autograder gradescope week03[/bold]
    """
    from autograder.ci.gradescope_zip import gradescope_zip
    from autograder.course.assignment import load_assignment
    from autograder.errors import AutograderError
    from convgrade import atomic_files
    from convgrade.commands import console

    found = load_assignment(assignment, course_root(course))
    if output.exists() and not (force and output.is_file()):
        what = "exists: --force replaces it" if output.is_file() else "is not a file"
        raise AutograderError(f"{output} {what}, --output writes elsewhere.")
    content = gradescope_zip(found, isolation)
    with atomic_files.replacing(output, mode=0o600) as file:
        file.write(content)
    page = console.output()
    for line in (
        f"Written: {console.safe(str(output))} ({len(content) / 1e6:.1f} MB). What to do next:",
        f"1. Create Assignment, Programming Assignment, Autograder Points {found.max_score:g}.",
        "2. Configure Autograder: this file, and the newest Ubuntu as base image.",
        "3. Settings: container memory 3 GB or more, timeout 20 minutes.",
        "4. Test Autograder with a right hand-in; docs/ci.md: what students can reach there.",
        "5. Give the file to nobody: it has the hidden suites.",
    ):
        page.print(line, soft_wrap=True)
