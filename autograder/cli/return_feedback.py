"""`autograder return ROSTER`: feedback pages to students' repositories, folders, or Moodle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.cli.collect import AssignmentOption, JobsOption, one_assignment
from autograder.cli.commands import CourseOption, ExitCode, course_root
from autograder.errors import AutograderError, CourseError

if TYPE_CHECKING:
    from autograder.collecting.returning import Returned
    from autograder.course.assignment import Assignment
    from autograder.course.rosters import Roster


def return_feedback(
    roster: Annotated[
        Path,
        typer.Argument(
            metavar="ROSTER",
            help="The roster (CSV) with the addresses of repositories.",
            exists=True,
            dir_okay=False,
            show_default=False,
        ),
    ],
    assignment: AssignmentOption = None,
    branch: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="The branch for feedback in each repository; by default `feedback`.",
            show_default=False,
        ),
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Write to FOLDER/<student>/<assignment>/, and to no repository.",
            file_okay=False,
            show_default=False,
        ),
    ] = None,
    moodle: Annotated[
        Path | None,
        typer.Option(
            metavar="ZIP",
            help="Write a zip of feedback files to upload to Moodle, and to no repository.",
            dir_okay=False,
            show_default=False,
        ),
    ] = None,
    jobs: JobsOption = 8,
    seconds: Annotated[
        float, typer.Option(min=1, help="How long a command for one repository may take.")
    ] = 120,
    course: CourseOption = None,
) -> None:
    """Give each student the feedback page that `autograder feedback` made.

    A commit is added to a branch of the student's repository, without force. Nothing else of the
    branch changes.

    Exit code 0: done; 1: done, and what is listed needs attention; 2: could not run.

    Example: [bold]autograder return roster.csv --assignment week03[/bold]
    """
    from autograder.cli.collected_tables import show_returned
    from autograder.course.rosters import read_roster

    if sum(option is not None for option in (branch, to, moodle)) > 1:
        raise AutograderError("Name one of --branch, --to and --moodle.")
    found = one_assignment(assignment, course_root(course))
    known = read_roster(roster)
    _require_pages(found, known)
    if to is not None or moodle is not None:
        returned = list(_to_files(found, known, to, moodle))
    else:
        returned = list(_to_branches(found, known, branch or "feedback", jobs, seconds))
    order = {entry.student: entry.line for entry in known.entries}
    needs_attention = show_returned(sorted(returned, key=lambda each: order[each.student]))
    raise typer.Exit(ExitCode.ATTENTION if needs_attention else ExitCode.DONE)


def _require_pages(assignment: Assignment, roster: Roster) -> None:
    folders = (assignment.root / "feedback" / each.student for each in roster.entries)
    if not any((folder / assignment.name).is_dir() for folder in folders):
        raise CourseError(
            "There is no feedback page of anybody in the roster: run `autograder feedback "
            f"{assignment.name}` first."
        )


def _to_files(
    assignment: Assignment, roster: Roster, to: Path | None, moodle: Path | None
) -> Iterable[Returned]:
    from autograder.collecting.returning import to_folder, to_moodle

    if to is not None:
        return to_folder(assignment, roster.entries, to)
    assert moodle is not None
    return to_moodle(assignment, roster.entries, moodle)


def _to_branches(
    assignment: Assignment, roster: Roster, branch: str, jobs: int, seconds: float
) -> Iterator[Returned]:
    from autograder.collecting.git import Git, GitLimits, in_parallel
    from autograder.collecting.returning import ToBranches
    from convgrade.commands.console import Progress

    roster.require_addresses()
    git = Git(GitLimits(seconds=seconds))
    work = ToBranches(assignment, roster, git, branch)
    with Progress(len(roster.entries), f"Feedback on {assignment.name}", each=False) as progress:
        for each in in_parallel(git, roster.entries, work, jobs):
            progress.advance(each.student)
            yield each
