"""`autograder ci classroom50`: the scores and repositories that a class had in Classroom 50."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from autograder.ci.classroom50 import GradedHandIn

SCORES = ("student", "assignment", "score", "max_score", "tests_passed", "tests", "late", "commit")
ROSTER = ("student", "url")


def classroom50(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="result.json or scores.json files.")
    ],
    csv_path: Annotated[
        Path | None,
        typer.Option(
            "--csv", metavar="PATH", help="Write the scores there as CSV.", show_default=False
        ),
    ] = None,
    roster: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help="Write a roster there, with the repository of each student, for one assignment.",
            show_default=False,
        ),
    ] = None,
    assignment: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Only this assignment of Classroom 50.", show_default=False
        ),
    ] = None,
) -> None:
    """Show the scores that a class had in Classroom 50, and make a roster of its repositories.

    The scores were computed in the students' repositories: they are claims, not results.

    Example: [bold]autograder ci classroom50 scores.json --assignment hello --roster r.csv[/bold]
    """
    from autograder.ci.classroom50 import latest, read_classroom50
    from autograder.errors import AutograderError
    from convgrade import atomic_files

    found = latest(each for path in files for each in read_classroom50(path))
    if assignment is not None:
        known = sorted({each.assignment for each in found})
        found = [each for each in found if each.assignment == assignment]
        if not found:
            listed = ", ".join(known) or "none"
            raise AutograderError(f"No hand-in to {assignment!r} is there; there are: {listed}.")
    if roster is not None and len({each.assignment for each in found}) > 1:
        raise AutograderError(
            "A roster is for one assignment, as each has its own repositories: "
            "name it with --assignment."
        )
    _show(found)
    if csv_path is not None:
        atomic_files.write_text(csv_path, _csv(SCORES, map(_scores_row, _of_students(found))))
    if roster is not None:
        atomic_files.write_text(roster, _csv(ROSTER, _roster_rows(found)))


def _show(found: Sequence[GradedHandIn]) -> None:
    from rich.table import Table

    from convgrade.commands.console import output, safe

    table = Table("student", "assignment", "points", "tests", "handed in (UTC)", box=None)
    for student, each in _of_students(found):
        passed = sum(test.passed for test in each.tests)
        points, tests = f"{each.score}/{each.max_score}", f"{passed}/{len(each.tests)}"
        when = f"{each.when:%Y-%m-%d %H:%M}{' late' if each.late else ''}"
        table.add_row(safe(student), safe(each.assignment), points, tests, when)
    output().print(table)
    output().print("Computed in the students' repositories: claims, not results.")


def _of_students(found: Iterable[GradedHandIn]) -> list[tuple[str, GradedHandIn]]:
    """Each student with each of their hand-ins; every member of a group has that of the group."""
    return [(student, each) for each in found for student in each.members]


def _scores_row(row: tuple[str, GradedHandIn]) -> tuple[str, ...]:
    student, each = row
    passed = sum(test.passed for test in each.tests)
    late = "" if each.late is None else str(each.late).lower()
    numbers = (each.score, each.max_score, passed, len(each.tests))
    return (student, each.assignment, *map(str, numbers), late, each.commit)


def _roster_rows(found: Iterable[GradedHandIn]) -> list[tuple[str, str]]:
    from autograder.errors import AutograderError

    rows = [(student, each.repository) for student, each in _of_students(found)]
    if without := sorted(student for student, url in rows if not url):
        raise AutograderError(
            f"The links to commits of {', '.join(without)} name no repository: no roster was made."
        )
    return rows


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue()
