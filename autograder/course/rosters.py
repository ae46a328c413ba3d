"""Reads rosters: who is in the course, where their work is, and how other systems call them.

A roster is a CSV file of our own form, or an export of GitHub Classroom, Moodle, Canvas or
Gradescope, as it comes. To any of them one may add columns of our form.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import zip_longest
from pathlib import Path

from autograder.course import roster_columns
from autograder.course.csv_tables import Row, read_table
from autograder.course.roster_columns import System, first_filled, plain_name
from autograder.course.student_names import require_name
from autograder.course.times import HOW_TO_WRITE, certain_time
from autograder.errors import AutograderError, CourseError

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


@dataclass(frozen=True)
class Entry:
    """One student of a roster.

    Args:
        student: the name in the course: of folders and in the gradebook.
        line: the line of the file, from 1.
        name: the name to show; "" if the roster has none.
        email: the address; "" if the roster has none.
        url: the repository; "" if the roster has none.
        branch: the branch to collect; "" for the repository's own default, or if a tag is named.
        tag: the tag to collect; "" for none.
        deadline: when the work had to be there, with its zone; None if the roster has no time.
        commit: a commit whose time the server noted, in full; "" if the roster has none.
        pushed_at: that time.
        ids: how other systems call the student: `canvas`, `sis_user`, `sis_login`, `id_number`,
            `username`, `github`, `github_number`, `sid`, `participant` (Moodle's number of a
            hand-in). Only those that the roster has.
        columns: all cells of the line by the names of their columns, as they stand.
    """

    student: str
    line: int = 0
    name: str = ""
    email: str = ""
    url: str = ""
    branch: str = ""
    tag: str = ""
    deadline: datetime | None = None
    commit: str = ""
    pushed_at: datetime | None = None
    ids: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Roster:
    """A roster: its file, the system that it comes from, and its students in their order."""

    path: Path
    system: str
    header: tuple[str, ...]
    entries: tuple[Entry, ...]

    @cached_property
    def by_student(self) -> Mapping[str, Entry]:
        """The entries by the student's name in the course."""
        return {entry.student: entry for entry in self.entries}

    def require_addresses(self) -> None:
        """Refuse a roster without any repository.

        Raises:
            CourseError: no line has one.
        """
        if not any(entry.url for entry in self.entries):
            raise CourseError(
                f"{self.path} has no address of a repository: add a column `url` with one for each "
                "student."
            )


def read_roster(path: Path) -> Roster:
    """Read a roster.

    Args:
        path: a CSV file, in any of the forms that docs/collecting.md lists.

    Raises:
        CourseError: it cannot be read, or a line of it cannot be used; the message names the line.
    """
    table = read_table(path)
    header = tuple(plain_name(column) for column in table.header)
    system = roster_columns.system_of(header)
    if system is None:
        shown = ", ".join(filter(None, table.header[:8])) or "no column"
        raise CourseError(
            f"{path}: no known form of a roster has these columns: {shown}. Add a column `student` "
            "with the name that each student has in the course."
        )
    _require_single_columns(path, header)
    entries = []
    for row in table.rows:
        columns = _by_name(table.header, row)
        cells = _by_name(header, row)
        if not roster_columns.is_no_student(system, cells):
            entries.append(_entry(f"{path}, line {row.line}", row.line, system, cells, columns))
    if not entries:
        raise CourseError(f"{path} names no student below its first line.")
    _require_different(path, entries)
    return Roster(path, system.name, table.header, tuple(entries))


def _by_name(header: Iterable[str], row: Row) -> dict[str, str]:
    """The cells by the names of their columns; of two columns of one name, the first."""
    cells: dict[str, str] = {}
    for name, cell in zip_longest(header, row.cells, fillvalue=""):
        cells.setdefault(name, cell)
    return cells


def _entry(
    where: str, line: int, system: System, cells: Mapping[str, str], columns: Mapping[str, str]
) -> Entry:
    student = first_filled(cells, system.student)
    if not student:
        known = [f"`{name}`" for name in system.student if name in cells] or ["a column `student`"]
        raise CourseError(f"{where}: the student has no name. Fill in {' or '.join(known)}.")
    try:
        require_name(student)
    except AutograderError as error:
        raise CourseError(f"{where}: {error}") from None
    entry = Entry(
        student=student,
        line=line,
        name=roster_columns.full_name(system, cells),
        email=first_filled(cells, roster_columns.EMAIL),
        url=first_filled(cells, roster_columns.URL),
        branch=cells.get("branch", ""),
        tag=cells.get("tag", ""),
        deadline=_time(where, cells.get("deadline", "")),
        commit=cells.get("commit", "").lower(),
        pushed_at=_time(where, cells.get("pushed at", "")),
        ids=roster_columns.ids_of(system, cells),
        columns=columns,
    )
    _require_consistent(where, entry)
    return entry


def _require_consistent(where: str, entry: Entry) -> None:
    if entry.branch and entry.tag:
        raise CourseError(f"{where}: it names a branch and a tag. Keep one.")
    if bool(entry.commit) != (entry.pushed_at is not None):
        raise CourseError(f"{where}: `commit` and `pushed_at` belong together. Fill in both.")
    if entry.commit and not _COMMIT.fullmatch(entry.commit):
        raise CourseError(f"{where}: {entry.commit[:70]!r} is no full commit of 40 or 64 digits.")


def _time(where: str, text: str) -> datetime | None:
    if not text:
        return None
    time = certain_time(text)
    if time is None:
        raise CourseError(f"{where}: {text[:40]!r} is no certain time: {HOW_TO_WRITE}.")
    return time


def _require_single_columns(path: Path, header: tuple[str, ...]) -> None:
    """Refuse two columns of one name that this module reads."""
    for name, count in Counter(header).items():
        if count > 1 and name in roster_columns.SINGLE:
            raise CourseError(f"{path} has {count} columns `{name}`: keep one.")


def _require_different(path: Path, entries: Iterable[Entry]) -> None:
    lines: dict[str, int] = {}
    for entry in entries:
        if entry.student in lines:
            raise CourseError(
                f"{path}, line {entry.line}: {entry.student!r} stands in line "
                f"{lines[entry.student]} already."
            )
        lines[entry.student] = entry.line
