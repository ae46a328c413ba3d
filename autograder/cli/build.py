"""`autograder build`: source → assignments/, solutions/ and nbgrader's tables."""

from __future__ import annotations

from pathlib import Path
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
    variants: Annotated[
        Path | None,
        typer.Option(
            metavar="ROSTER.csv",
            help="Also build a release of its own for each student of this roster.",
            show_default=False,
        ),
    ] = None,
    course: CourseOption = None,
) -> None:
    """Generate what students get, and the solutions, from the source.

    Building twice changes nothing. The gradebook gets the assignment too, so that formgrader's
    buttons find it. With --variants each student gets a variant of the assignment, in
    variants/ASSIGNMENT/students/STUDENT/. Exit code 1: the files are built, but the gradebook did
    not take it.

    Example: [bold]autograder build week03[/bold]

    Example: [bold]autograder build week03 --variants roster.csv[/bold]
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

    if variants is not None and assignment is None:
        raise CourseError("Name the assignment of which --variants builds releases.")
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
    if variants is not None and assignment is not None:
        _build_variants(assignment, root, variants)
    raise typer.Exit(code)


def _build_variants(name: str, root: Path, roster: Path) -> None:
    from autograder.authoring import variant_releases
    from autograder.course.assignment import load_assignment
    from autograder.course.rosters import read_roster
    from autograder.course.variants import Variant
    from autograder.grading.seeds import course_secret
    from convgrade.commands.console import say

    assignment = load_assignment(name, root)
    students = [each.student for each in read_roster(roster).entries]
    folder = variant_releases.student_folder(assignment, "").relative_to(root)

    def told(student: str, variant: Variant, changed: bool) -> None:
        done = "wrote" if changed else "nothing changed in"
        say(f"{name}: {done} {folder}/{student} ({variant})")

    variant_releases.build_for_students(assignment, students, course_secret(root), told)
