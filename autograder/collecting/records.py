"""What is known of one student's hand-in: kept in `.autograder/collected/`, and shown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from autograder.collecting.sightings import Rule, Sighting
from autograder.course.assignment import Assignment
from autograder.errors import CourseError
from convgrade.atomic_files import write_text

MOST_SIGHTINGS = 10_000


class State(StrEnum):
    """What became of a hand-in."""

    NEW = "new"
    CHANGED = "changed"
    AS_BEFORE = "as before"
    BY_HAND = "by hand"
    MISSING = "nothing"
    FAILED = "failed"


def shown_time(time: datetime) -> str:
    """A time in words."""
    return f"{time:%Y-%m-%d %H:%M} UTC"


def of_state(state: State) -> str:
    """What a person must know of a state; "" for nothing."""
    if state is State.BY_HAND:
        return (
            "the folder in submitted/ is not as collect left it, and stays as it is: remove it to "
            "have it collected again"
        )
    return ""


@dataclass(frozen=True)
class Outcome:
    """What came of collecting one student's work.

    Args:
        student: the name in the course; "" if nobody could be found.
        state: what became of it.
        origin: a commit in short, or a name in a download.
        time: when it was handed in; None if that is not known.
        rule: by what the time is known.
        remarks: sentences that a person must read.
    """

    student: str
    state: State
    origin: str = ""
    time: datetime | None = None
    rule: Rule | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Record:
    """What the course remembers of one student's hand-in.

    Args:
        place: address and branch that `sightings` are about.
        sightings: what stood there when, oldest first.
        placed: digests of the folder in `submitted/` as it was put there; two while it is put.
    """

    place: str = ""
    sightings: tuple[Sighting, ...] = field(default=())
    placed: tuple[str, ...] = ()


def folder_of(assignment: Assignment, student: str) -> Path:
    """Where the record and the objects of a student are kept."""
    return assignment.root / ".autograder" / "collected" / assignment.name / student


def load_record(folder: Path) -> Record:
    """Read the record in a folder; an empty one if there is none.

    Raises:
        CourseError: it is damaged.
    """
    path = folder / "record.json"
    try:
        return _record(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return Record()
    except (ValueError, KeyError, TypeError, AttributeError):
        raise CourseError(
            f"{path} is damaged: put back a copy of it, or remove it. Without it, nothing is known "
            "of what was seen before."
        ) from None


def _record(stored: Mapping[str, object]) -> Record:
    sightings, placed = stored["sightings"], stored["placed"]
    if not isinstance(sightings, list) or not isinstance(placed, list):
        raise TypeError
    return Record(
        str(stored["place"]),
        tuple(
            Sighting(str(each["commit"]), _time(each["first"]), _time(each["last"]))
            for each in sightings
        ),
        tuple(map(str, placed)),
    )


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def save_record(folder: Path, record: Record) -> None:
    """Replace the record in a folder."""
    document = {
        "place": record.place,
        "placed": record.placed,
        "sightings": [
            {
                "commit": each.commit,
                "first": each.first.isoformat(),
                "last": each.last.isoformat(),
            }
            for each in record.sightings[-MOST_SIGHTINGS:]
        ],
    }
    write_text(folder / "record.json", json.dumps(document, indent=1) + "\n", mode=0o600)
