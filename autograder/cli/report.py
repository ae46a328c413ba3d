"""`autograder report ASSIGNMENT`: a class at a glance, as a page and as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from autograder.cli.commands import CourseOption, course_root
from autograder.errors import AutograderError

if TYPE_CHECKING:
    from autograder.class_report.grade_files import GradeFile
    from autograder.class_report.records import ClassData
    from autograder.course.rosters import Roster

MANY = 100
"""Students whose hand-ins take so long to compare that one is told."""
NAMED = 10
"""How many students are named in a sentence."""
CSV_FILES = ("students.csv", "exercises.csv", "tests.csv", "items.csv")


def _target(what: str) -> Any:
    return typer.Option(
        metavar="PATH", help=f"Write {what} there; - for stdout.", show_default=False
    )


def report(
    assignment: Annotated[
        str, typer.Argument(metavar="ASSIGNMENT", help="The assignment.", show_default=False)
    ],
    page: Annotated[
        str | None,
        typer.Option(
            "--output",
            metavar="PATH",
            help="Write the page there; by default reports/ASSIGNMENT.html in the course.",
            show_default=False,
        ),
    ] = None,
    compare: Annotated[
        Path | None,
        typer.Option(
            metavar="OTHER.json",
            help="Say what changed since this document of `report --json` or `grade --json`.",
            show_default=False,
        ),
    ] = None,
    names: Annotated[
        bool,
        typer.Option(
            "--names/--no-names",
            help="Without names, page, JSON and CSV have pseudonyms and no text of students.",
        ),
    ] = True,
    pairs: Annotated[
        bool,
        typer.Option(
            "--pairs/--no-pairs",
            help="Look for hand-ins that are much alike; that takes most of the time.",
        ),
    ] = True,
    json: Annotated[str | None, _target("the same as JSON")] = None,
    csv: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Write the same as CSV files into this folder.",
            show_default=False,
        ),
    ] = None,
    canvas: Annotated[str | None, _target("totals for Canvas, as CSV,")] = None,
    moodle: Annotated[str | None, _target("totals for Moodle, as CSV,")] = None,
    roster: Annotated[
        Path | None,
        typer.Option(
            metavar="ROSTER.csv",
            help="Who is in the class, with the ids that Canvas and Moodle need.",
            show_default=False,
        ),
    ] = None,
    course: CourseOption = None,
) -> None:
    """Write a report on a class: marks, exercises, tests, misconceptions, what needs a person.

    It is one page without scripts, and reads results and gradebook as they are now.

    Example: [bold]autograder report week03 --no-names[/bold]
    """
    from autograder.cli import reports
    from autograder.course.assignment import load_assignment

    found = load_assignment(assignment, course_root(course))
    where = page or str(found.root / "reports" / f"{found.name}.html")
    files = {} if csv is None else {name: str(csv / name) for name in CSV_FILES}
    given = (where, json, canvas, moodle, *files.values())
    reports.check(target for target in given if target is not None)
    class_list = _roster(roster, needed=canvas is not None or moodle is not None)

    from autograder.class_report.comparison import read_earlier
    from autograder.class_report.csv_files import tables
    from autograder.class_report.document import dumps
    from autograder.class_report.gathering import class_of
    from autograder.class_report.page import render_page
    from autograder.class_report.report import report_on
    from autograder.similarity import similar_pairs
    from convgrade.commands.console import say

    earlier = None if compare is None else (compare.name, read_earlier(compare))
    data = class_of(found, class_list.by_student if class_list else ())
    if pairs and len(data.students) >= MANY:
        say("Looking for similar hand-ins (--no-pairs leaves that out)")
    alike = similar_pairs(found) if pairs else ()
    made = report_on(data, datetime.now(UTC), alike, earlier, names=names)
    grades = _grade_files(data, class_list, {"Canvas": canvas, "Moodle": moodle})
    texts = {where: render_page(made)}
    if json is not None:
        texts[json] = dumps(made)
    if files:
        texts |= {files[name]: text for name, text in tables(made).items()}
    texts |= {target: file.text for target, file in grades.values()}
    for target, text in texts.items():
        reports.write(target, text)
    if not reports.goes_to_stdout(where):
        say(f"Report on {len(data.students)} students: {where}")
    for system, (target, file) in grades.items():
        _show(system, target, file)


def _roster(path: Path | None, *, needed: bool) -> Roster | None:
    """The roster of `--roster`.

    Raises:
        AutograderError: there is none, and it is needed; or it cannot be read.
    """
    if path is None:
        if needed:
            raise AutograderError("--canvas and --moodle need the ids of --roster ROSTER.csv.")
        return None
    from autograder.course.rosters import read_roster

    return read_roster(path)


def _grade_files(
    data: ClassData, roster: Roster | None, targets: Mapping[str, str | None]
) -> dict[str, tuple[str, GradeFile]]:
    """The files for learning platforms that are wanted, each with its target."""
    if roster is None:
        return {}
    from autograder.class_report.grade_files import canvas_file, moodle_file

    made = {"Canvas": canvas_file, "Moodle": moodle_file}
    return {
        system: (target, made[system](data, roster))
        for system, target in targets.items()
        if target is not None
    }


def _show(system: str, target: str, file: GradeFile) -> None:
    """Say how many grades a file has, and who is not in it as one would expect."""
    from convgrade.commands.console import say

    say(f"{system}: {file.count} grades: {target}")
    remarks = {
        "In the roster, but without a grade": file.without_grade,
        "Graded, but not in the roster": file.without_row,
        f"Without an id of {system}, so not in the file": file.without_id,
        "Not final, because answers wait for a mark": file.not_final,
    }
    for what, students in remarks.items():
        if students:
            say(f"  {what}: {_named(students)}", fold=True)


def _named(students: Sequence[str]) -> str:
    from convgrade.safe_text import shortened

    named = ", ".join(shortened(each, 60) for each in students[:NAMED])
    more = len(students) - NAMED
    return f"{named} and {more} more." if more > 0 else f"{named}."
