"""Puts the parts of a download into `submitted/`, once it is known who is who."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath

from autograder.collecting.downloads import Delivery, Download, open_items
from autograder.collecting.hand_ins import LONGEST_PART, MOST_BYTES, MOST_FILES
from autograder.collecting.placing import (
    put,
    remove_scratch,
    scratch_beside,
    write_time,
)
from autograder.collecting.records import (
    Outcome,
    State,
    folder_of,
    of_state,
)
from autograder.collecting.sightings import Rule
from autograder.collecting.who import Person
from autograder.course.assignment import Assignment
from autograder.course.rosters import Roster
from autograder.errors import CourseError, SubmissionRejected
from convgrade.submission.places import Item

Read = Callable[[Item], bytes]


def place_all(
    assignment: Assignment, download: Download, people: Iterable[Person]
) -> Iterator[Outcome]:
    """Put the work of each person in place. What cannot be used is in the outcome."""
    with open_items(download.path) as read:
        for person in people:
            try:
                yield _place(assignment, person, read)
            except (SubmissionRejected, CourseError) as error:
                yield Outcome(
                    person.student, State.FAILED, person.delivery.label, remarks=(str(error),)
                )


def without_work(roster: Roster | None, people: Iterable[Person]) -> list[Outcome]:
    """The students of a roster of whom the download has nothing."""
    known = {person.student for person in people}
    entries = roster.entries if roster else ()
    return [
        Outcome(entry.student, State.MISSING, remarks=("the download has nothing of this student",))
        for entry in entries
        if entry.student not in known
    ]


def _place(assignment: Assignment, person: Person, read: Read) -> Outcome:
    delivery = person.delivery
    if not person.student:
        raise SubmissionRejected(f"{delivery.label}: {person.how}")
    folder = folder_of(assignment, person.student)
    target = assignment.root / "submitted" / person.student / assignment.name
    remove_scratch(target)
    with scratch_beside(target) as scratch:
        remarks = _write_files(delivery, read, scratch)
        if delivery.time is not None:
            write_time(scratch, delivery.time)
        state = put(scratch, target, folder)
    rule = Rule.UNKNOWN if delivery.time is None else Rule.PLATFORM
    late = "the platform calls it late" if delivery.is_late else ""
    all_remarks = tuple(filter(None, (*remarks, late, of_state(state))))
    return Outcome(person.student, state, delivery.label, delivery.time, rule, all_remarks)


def _write_files(delivery: Delivery, read: Read, to: Path) -> list[str]:
    """Write the files into an empty folder; sentences on those that are left out."""
    if len(delivery.files) > MOST_FILES:
        raise SubmissionRejected(f"there are more than {MOST_FILES} files")
    remarks, left = [], MOST_BYTES
    for name, item in delivery.files:
        if item.remark or not _is_usable(name):
            remarks.append(f"{name} is left out" + (f": it {item.remark}" if item.remark else ""))
            continue
        left -= item.size
        if left < 0:
            raise SubmissionRejected(f"the files have more than {MOST_BYTES // 2**20} MB together")
        path = to / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(read(item))
            os.utime(path, (item.modified, item.modified))  # of two files, the newest counts
        except (FileExistsError, NotADirectoryError, IsADirectoryError):
            remarks.append(f"{name} is left out: another file has its place")
    return remarks


def _is_usable(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return all(part not in ("/", "..") and len(part.encode()) <= LONGEST_PART for part in parts)
