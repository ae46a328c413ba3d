"""Which column of a roster means what, in the exports of each system."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

OWN, CLASSROOM, CANVAS, MOODLE, GRADESCOPE = (
    "own",
    "GitHub Classroom",
    "Canvas",
    "Moodle",
    "Gradescope",
)


@dataclass(frozen=True)
class System:
    """The columns of one system.

    Args:
        name: the system.
        marks: sets of columns; a header that has all of one set is of this system.
        student: columns for the student's name in the course; the first that is filled counts.
    """

    name: str
    marks: tuple[frozenset[str], ...]
    student: tuple[str, ...]


SYSTEMS = (
    System(
        CANVAS,
        (frozenset({"student", "id", "section"}), frozenset({"student", "sis login id"})),
        ("sis login id", "sis user id", "id"),
    ),
    System(
        CLASSROOM,
        (
            frozenset({"github username", "student repository url"}),
            frozenset({"identifier", "github username"}),
        ),
        ("student", "roster identifier", "identifier", "github username"),
    ),
    System(GRADESCOPE, (frozenset({"sid", "email"}),), ("student", "sid", "email")),
    System(
        MOODLE,
        (
            frozenset({"identifier", "status"}),
            frozenset({"email address"}),
            frozenset({"first name", "last name"}),
            frozenset({"first name", "surname"}),
        ),
        ("student", "username", "id number", "email address", "identifier"),
    ),
    System(OWN, (frozenset({"student"}),), ("student",)),
)
"""The first that fits counts. In all but Canvas's, a column `student` may be added and counts."""

_FULL_NAME = (("full name",), ("first name", "last name"), ("first name", "surname"), ("name",))
EMAIL = ("email", "email address", "e-mail")
URL = ("url", "repository", "repo", "git url", "student repository url")
SINGLE = frozenset({*URL, "student", "branch", "tag", "deadline", "commit", "pushed at"})
"""Columns that a roster has once at most."""
IDS = {
    "canvas": ("canvas id",),
    "sis_user": ("sis user id",),
    "sis_login": ("sis login id",),
    "id_number": ("id number",),
    "username": ("username",),
    "github": ("github username",),
    "github_number": ("github id",),
    "sid": ("sid",),
    "participant": ("participant",),
}
"""The ids by which other systems know a student: our word, and its columns in any roster."""
_PARTICIPANT = re.compile(r"\D*(\d+)")


def plain_name(column: str) -> str:
    """The name of a column for comparison: `Email address`, `email_address` are the same."""
    return " ".join(column.replace("_", " ").casefold().split())


def system_of(header: Iterable[str]) -> System | None:
    """The system whose export has these columns, given by their plain names; None if unknown."""
    names = set(header)
    return next(
        (system for system in SYSTEMS if any(marks <= names for marks in system.marks)), None
    )


def first_filled(cells: Mapping[str, str], columns: Iterable[str]) -> str:
    """The first of the columns that is filled; "" if none is."""
    return next((cells[column] for column in columns if cells.get(column)), "")


def full_name(system: System, cells: Mapping[str, str]) -> str:
    """The name to show, as the system writes it; "" if there is none."""
    for columns in (("student",),) if system.name == CANVAS else _FULL_NAME:
        if all(column in cells for column in columns):
            return " ".join(filter(None, (cells[column] for column in columns)))
    return ""


def ids_of(system: System, cells: Mapping[str, str]) -> dict[str, str]:
    """The ids of a row, by our words for them."""
    found = {word: first_filled(cells, columns) for word, columns in IDS.items()}
    if system.name == CANVAS:
        found["canvas"] = cells.get("id", "")
    identifier = cells.get("identifier", "")
    if system.name == MOODLE or identifier.startswith("Participant "):
        found["participant"] = found["participant"] or identifier
    number = _PARTICIPANT.fullmatch(found["participant"])
    found["participant"] = number.group(1) if number else ""
    return {word: text for word, text in found.items() if text}


def is_no_student(system: System, cells: Mapping[str, str]) -> bool:
    """Whether a row of Canvas is about no student: points possible, posting, the test student."""
    if system.name != CANVAS:
        return False
    name = cells.get("student", "")
    return name in ("", "Student, Test", "Test Student") or name.startswith("Points Possible")
