"""Totals as CSV files that Canvas and Moodle import, with the ids that a roster has.

How they read a file: Canvas in `lib/gradebook_importer.rb` of instructure/canvas-lms, Moodle's
assignment in `mod/assign/feedback/offline/importgradeslib.php` of moodle/moodle.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from autograder.class_report.csv_files import Row, dumps
from autograder.class_report.records import ClassData
from autograder.course.roster_columns import plain_name
from autograder.course.rosters import Entry, Roster
from autograder.errors import AutograderError

CANVAS_IDS = {"ID": "canvas", "SIS User ID": "sis_user", "SIS Login ID": "sis_login"}
MOODLE_IDS = {"Username": "username", "ID number": "id_number"}
WORKSHEET = {"identifier", "grade", "last modified (grade)"}
"""What Moodle needs in the worksheet of an assignment."""
KEPT = (*WORKSHEET, "full name", "email address", "status", "maximum grade", "grade can be changed")
"""What is kept of a worksheet. An altered column of feedback would overwrite comments."""
_WITH_ID = re.compile(r"(.+) \(\d+\)")


@dataclass(frozen=True)
class GradeFile:
    """A file for a learning platform, and who is not in it as one would expect.

    Attributes:
        text: the file.
        count: how many students have a grade in it.
        without_grade: students of the roster who have no grade.
        without_row: students with a grade who are not in the roster.
        without_id: students whom the platform could not find, because the roster lacks their ids.
        not_final: students in the file whose answers wait for a mark.
    """

    text: str
    count: int
    without_grade: tuple[str, ...]
    without_row: tuple[str, ...]
    without_id: tuple[str, ...]
    not_final: tuple[str, ...]


def canvas_file(data: ClassData, roster: Roster) -> GradeFile:
    """The totals for Canvas's gradebook: a row of points possible, then a row per student.

    If the roster is an export of Canvas with a column for this assignment, its name and id are
    used. Otherwise Canvas asks which assignment the column is.

    Raises:
        AutograderError: the roster has no id of Canvas for anybody.
    """
    column = _canvas_column(data, roster)
    columns = ("Student", *CANVAS_IDS, "Section", column)
    top = {"Student": "Points Possible", column: _number(data.worth)}

    def row(entry: Entry, grade: float) -> Row:
        return {
            "Student": entry.name or entry.student,
            **{name: entry.ids.get(word) for name, word in CANVAS_IDS.items()},
            "Section": entry.columns.get("Section"),
            column: _number(grade),
        }

    return _file(data, roster, columns, row, _has_any(CANVAS_IDS), (top,), "Canvas's gradebook")


def moodle_file(data: ClassData, roster: Roster) -> GradeFile:
    """The totals for Moodle: for the assignment if the roster is its worksheet for offline grading,
    otherwise for the gradebook's import, in which one chooses what each column is.

    Raises:
        AutograderError: the worksheet has another maximum grade, by which Moodle would silently
            leave out grades, or the roster has no id of Moodle for anybody.
    """
    names = {plain_name(column): column for column in roster.header}
    if names.keys() >= WORKSHEET:
        return _worksheet(data, roster, names)
    grade_column = data.assignment.title
    columns = ("Full name", "Email address", *MOODLE_IDS, grade_column)

    def row(entry: Entry, grade: float) -> Row:
        return {
            "Full name": entry.name or entry.student,
            "Email address": entry.email,
            **{name: entry.ids.get(word) for name, word in MOODLE_IDS.items()},
            grade_column: _number(grade),
        }

    def is_known(entry: Entry) -> bool:
        return bool(entry.email) or _has_any(MOODLE_IDS)(entry)

    return _file(data, roster, columns, row, is_known, (), "Moodle's participants or grades")


def _worksheet(data: ClassData, roster: Roster, names: Mapping[str, str]) -> GradeFile:
    for entry in roster.entries:
        most = entry.columns.get(names.get("maximum grade", ""))
        if most is not None and not _is_number(most, data.worth):
            raise AutograderError(
                f"{roster.path}, line {entry.line}: the maximum grade is {most[:20]!r}, and "
                f"{data.assignment.name} has {data.worth:g} points. Set it in Moodle's assignment, "
                "and download the worksheet again."
            )
    columns = tuple(column for column in roster.header if plain_name(column) in KEPT)

    def row(entry: Entry, grade: float) -> Row:
        return {**entry.columns, names["grade"]: _number(grade)}

    def is_known(entry: Entry) -> bool:
        return bool(entry.columns.get(names["identifier"]))

    return _file(data, roster, columns, row, is_known, (), "the worksheet")


def _file(
    data: ClassData,
    roster: Roster,
    columns: tuple[str, ...],
    row: Callable[[Entry, float], Row],
    is_known: Callable[[Entry], bool],
    top: Iterable[Row],
    source: str,
) -> GradeFile:
    """Write the rows of everybody who has a grade and an id."""
    if not any(map(is_known, roster.entries)):
        raise AutograderError(
            f"{roster.path} has no id by which the platform finds a student: export it from "
            f"{source}."
        )
    totals = {each.name: each.total for each in data.students if each.total is not None}
    waiting = {each.name for each in data.students if each.to_mark}
    graded = [entry for entry in roster.entries if entry.student in totals]
    written = [entry for entry in graded if is_known(entry)]
    rows = (row(entry, totals[entry.student]) for entry in written)
    return GradeFile(
        text=dumps(columns, (*top, *rows)),
        count=len(written),
        without_grade=_names(each for each in roster.entries if each.student not in totals),
        without_row=tuple(sorted(totals.keys() - roster.by_student.keys())),
        without_id=_names(each for each in graded if not is_known(each)),
        not_final=_names(each for each in written if each.student in waiting),
    )


def _names(entries: Iterable[Entry]) -> tuple[str, ...]:
    return tuple(entry.student for entry in entries)


def _has_any(ids: Mapping[str, str]) -> Callable[[Entry], bool]:
    return lambda entry: any(entry.ids.get(word) for word in ids.values())


def _canvas_column(data: ClassData, roster: Roster) -> str:
    """The roster's column for this assignment, as in "Week 3 (1234)"; else the title."""
    own = {plain_name(data.assignment.title), plain_name(data.assignment.name)}
    for column in roster.header:
        found = _WITH_ID.fullmatch(column)
        if found and plain_name(found[1]) in own:
            return column
    return data.assignment.title


def _number(value: float) -> str:
    """A number as both platforms read it: a point, at most two decimals."""
    return f"{value:.2f}"


def _is_number(text: str, wanted: float) -> bool:
    try:
        return abs(float(text.replace(",", ".")) - wanted) < 0.005
    except ValueError:
        return False
