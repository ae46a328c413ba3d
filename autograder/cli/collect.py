"""`autograder collect SOURCE`: work from repositories or from a platform's download, in place."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.cli.commands import CourseOption, ExitCode, course_root
from autograder.errors import AutograderError, CourseError

if TYPE_CHECKING:
    from autograder.collecting.records import Outcome
    from autograder.course.assignment import Assignment

AssignmentOption = Annotated[
    str | None,
    typer.Option(
        "--assignment",
        metavar="NAME",
        help="The assignment; needed if the course has several.",
        show_default=False,
    ),
]
JobsOption = Annotated[int, typer.Option(min=1, max=64, help="Repositories at a time.")]


def collect(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="SOURCE",
            help="A roster (CSV) with the addresses of repositories, or what Moodle, Canvas or "
            "Gradescope give to download: a zip, or the folder unpacked from it.",
            exists=True,
            show_default=False,
        ),
    ],
    assignment: AssignmentOption = None,
    deadline: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="For students whose line in the roster has none, such as "
            "'2026-03-01 12:00 Europe/Berlin'.",
            show_default=False,
        ),
    ] = None,
    roster: Annotated[
        Path | None,
        typer.Option(
            metavar="CSV",
            help="With a download: who is who.",
            exists=True,
            dir_okay=False,
            show_default=False,
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the table; write nothing.")
    ] = False,
    jobs: JobsOption = 8,
    seconds: Annotated[
        float, typer.Option(min=1, help="How long one repository may take to fetch.")
    ] = 120,
    course: CourseOption = None,
) -> None:
    """Put the work of a class into submitted/, from repositories or from a download.

    Of a repository counts the last commit that was there before the deadline, by the time at which
    this command saw it, or by the server's time in the roster. Dates in commits do not count.

    Exit code 0: done; 1: done, and what is listed needs attention; 2: could not run.

    Example: [bold]autograder collect roster.csv --assignment week03[/bold]
    """
    from autograder.collecting.downloads import is_download
    from autograder.course.locks import locked

    found = one_assignment(assignment, course_root(course))
    is_of_platform = is_download(source)
    if is_of_platform and deadline is not None:
        raise AutograderError(
            "--deadline is for rosters: what a platform gives is what counts there."
        )
    if not is_of_platform and roster is not None:
        raise AutograderError("--roster is for downloads: this source is a roster itself.")
    with locked(found.root, "collect", _say_that_it_waits):
        if is_of_platform:
            outcomes = _from_download(found, source, roster, dry_run)
        else:
            outcomes = _from_roster(found, source, _time(deadline), dry_run, jobs, seconds)
    raise typer.Exit(ExitCode.ATTENTION if outcomes else ExitCode.DONE)


def one_assignment(name: str | None, root: Path) -> Assignment:
    """Load the assignment of `--assignment`; without a name, the only one of the course.

    Raises:
        CourseError: there is no such assignment, or there are several.
    """
    from autograder.course.assignment import assignment_names, load_assignment

    if name is None:
        known = assignment_names(root)
        if len(known) != 1:
            raise CourseError(f"Name one with --assignment: {', '.join(known) or 'there is none'}.")
        name = known[0]
    return load_assignment(name, root)


def _time(text: str | None) -> datetime | None:
    from autograder.course.times import HOW_TO_WRITE, certain_time

    if text is None:
        return None
    found = certain_time(text.strip())
    if found is None:
        raise AutograderError(f"--deadline: {text[:40]!r} is no certain time: {HOW_TO_WRITE}.")
    return found


def _say_that_it_waits() -> None:
    from convgrade.commands.console import say

    say("Another run is collecting: waiting for it")


def _from_roster(
    assignment: Assignment,
    source: Path,
    deadline: datetime | None,
    dry_run: bool,
    jobs: int,
    seconds: float,
) -> bool:
    """Collect from repositories, and say whether something needs attention."""
    from autograder.cli.collected_tables import show_outcomes
    from autograder.collecting.from_repositories import Collector
    from autograder.collecting.git import Git, GitLimits
    from autograder.course.rosters import read_roster
    from convgrade.commands.console import Progress

    roster = read_roster(source)
    roster.require_addresses()
    git = Git(GitLimits(seconds=seconds))
    collector = Collector(assignment, source.resolve().parent, git, deadline, dry_run)
    outcomes: dict[str, Outcome] = {}
    with Progress(len(roster.entries), f"Collecting {assignment.name}", each=False) as progress:
        for outcome in collector.collect_all(roster, jobs):
            outcomes[outcome.student] = outcome
            progress.advance(outcome.student)
    ordered = [outcomes[entry.student] for entry in roster.entries]
    return show_outcomes(ordered, dry_run=dry_run)


def _from_download(
    assignment: Assignment, source: Path, roster_file: Path | None, dry_run: bool
) -> bool:
    """Show who is who, put the work in place, and say whether something needs attention."""
    from autograder.cli.collected_tables import show_outcomes, show_who_is_who
    from autograder.collecting.downloads import read_download
    from autograder.collecting.from_downloads import place_all, without_work
    from autograder.collecting.who import who_is_who
    from autograder.course.rosters import read_roster

    download = read_download(source)
    roster = read_roster(roster_file) if roster_file else None
    people = who_is_who(download, roster)
    show_who_is_who(download, people)
    if dry_run:
        return not all(person.student for person in people)
    outcomes = [*place_all(assignment, download, people), *without_work(roster, people)]
    return show_outcomes(outcomes)
