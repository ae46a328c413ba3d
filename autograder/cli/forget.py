"""`autograder forget STUDENT`: deletes what the course stores of one student."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.cli.commands import CourseOption, ExitCode, course_root
from autograder.errors import CourseError

if TYPE_CHECKING:
    from autograder.forgetting.forgetting import Found

MOST_SHOWN = 20

_ELSEWHERE = (
    "Not deleted, for the course does not have it: copies and backups of the course, versions in "
    "git, reports and exports in other places, nbgrader's exchange, repositories and platforms "
    "that hand-ins came from or feedback went to, what CI has kept, and the student's own machine."
)
_OF_A_SERVER = "A database server also has logs and backups: ask who runs it."


def forget(
    student: Annotated[
        str, typer.Argument(metavar="STUDENT", help="The student's name.", show_default=False)
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    course: CourseOption = None,
) -> None:
    """Delete everything that the course stores of one student: work, results, marks, feedback.

    It shows first what there is, and asks. Nothing brings it back. While a run grades, it waits.

    Exit code 0: done; 1: done, and the name still stands in files that it lists; 2: could not run.

    Example: [bold]autograder forget ada[/bold]
    """
    from autograder.forgetting import forgetting
    from convgrade.commands.console import output, safe

    root = course_root(course)
    found = forgetting.find(root, student)
    for line in _contents(root, found):
        output().print(safe(line), soft_wrap=True)
    _ask(student, yes)
    left = forgetting.forget(root, student, _say_that_it_waits)
    output().print(safe(f"Deleted. {_ELSEWHERE}"))
    if _is_on_a_server(root):
        output().print(_OF_A_SERVER)
    if left:
        output().print(safe(f"The name {student} still stands in:"))
    for path in left[:MOST_SHOWN]:
        output().print(safe(f"  {path.relative_to(root)}"), soft_wrap=True)
    if len(left) > MOST_SHOWN:
        output().print(f"  and {len(left) - MOST_SHOWN} more")
    raise typer.Exit(ExitCode.ATTENTION if left else ExitCode.DONE)


def _contents(root: Path, found: Found) -> Iterator[str]:
    from autograder.forgetting.stored import count_files

    for place in found.files.places:
        count = f"  ({_counted(count_files(place), 'file')})" if place.is_dir() else ""
        yield f"{place.relative_to(root)}{count}"
    for path in found.files.lists:
        yield f"{path.relative_to(root)}  (1 entry)"
    for path in found.files.logs:
        yield f"{path.relative_to(root)}  (lines with the name)"
    if rows := found.rows:
        parts = (
            _counted(rows.submissions, "submission"),
            _counted(rows.grades, "grade"),
            _counted(rows.comments, "comment"),
            _counted(rows.rubric_items, "rubric mark"),
        )
        yield f"the gradebook  ({', '.join(parts)})"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _ask(student: str, yes: bool) -> None:
    """Ask for consent.

    Raises:
        CourseError: it was not given, or nobody is there to ask.
    """
    from convgrade.safe_text import log_safe

    if yes:
        return
    if not sys.stdin.isatty():
        raise CourseError("Nobody is there to ask: give --yes to delete this. Nothing was deleted.")
    try:
        agreed = typer.confirm(f"Delete all of this of {log_safe(student)}?")
    except typer.Abort:  # Ctrl-C
        raise KeyboardInterrupt from None
    if not agreed:
        raise CourseError("Nothing was deleted.")


def _say_that_it_waits(what: str) -> None:
    from convgrade.commands.console import say

    say(f"Another run is at work ({what}): waiting for it")


def _is_on_a_server(root: Path) -> bool:
    from autograder.gradebook.address import address_of_course
    from autograder.nbgrader_bridge.database import file_of

    return file_of(address_of_course(root)) is None
