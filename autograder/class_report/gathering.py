"""Reads what a course has of a class: hand-ins, stored results and the gradebook."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from autograder.class_report.records import ClassData, State, Student
from autograder.course.assignment import Assignment
from autograder.course.student_names import is_name
from autograder.gradebook.address import address_of_course
from autograder.gradebook.book import open_book
from autograder.gradebook.changes import Snapshot
from autograder.gradebook.locking import usable
from autograder.gradebook.standing import Standing
from autograder.grading.result_store import stored, stored_students
from autograder.grading.scheduling import handed_in
from autograder.nbgrader_bridge.database import file_of
from autograder.results import Result


@dataclass(frozen=True)
class _Gradebook:
    students: Collection[str] = ()
    standing: Mapping[str, Standing] = field(default_factory=dict)
    snapshots: Mapping[str, Snapshot] = field(default_factory=dict)


def class_of(assignment: Assignment, roster: Iterable[str] = ()) -> ClassData:
    """Return what is known of a class.

    Args:
        assignment: the assignment.
        roster: students who belong to the class, whatever they have handed in.

    Raises:
        CourseError: the gradebook cannot be used.
    """
    places = {student for student in handed_in(assignment) if is_name(student)}
    with_result = set(stored_students(assignment))
    known = places | with_result | _who_handed_in_anything(assignment) | set(roster)
    book = _read_gradebook(assignment)
    if book is not None:
        known |= set(book.students)
    students = (
        _student(name, stored(assignment, name), name in places or name in with_result, book)
        for name in sorted(known)
    )
    return ClassData(assignment, tuple(students), has_gradebook=book is not None)


def _who_handed_in_anything(assignment: Assignment) -> set[str]:
    folders = assignment.root.glob("submitted/*/")
    return {folder.name for folder in folders if is_name(folder.name)}


def _read_gradebook(assignment: Assignment) -> _Gradebook | None:
    """The gradebook; None if there is none yet, because opening it would create it."""
    file = file_of(address_of_course(assignment.root))
    if file is not None and not file.exists():
        return None
    with usable(assignment), open_book(assignment) as book:
        standing = book.standing()
        return _Gradebook(book.students(), standing, book.snapshots(standing))


def _student(
    name: str, result: Result | None, has_handed_in: bool, book: _Gradebook | None
) -> Student:
    state = _state(result, has_handed_in)
    if book is None:
        total = result.score if result and state is State.GRADED else None
        return Student(name, state, result, total)
    snapshot = book.snapshots.get(name, Snapshot())
    standing = book.standing.get(name)
    has_total = standing is not None and standing.is_graded and state is not State.PARTLY
    return Student(
        name,
        state,
        result,
        standing.score if standing and has_total else None,
        snapshot.penalty,
        snapshot.cells,
    )


def _state(result: Result | None, has_handed_in: bool) -> State:
    if result is None:
        return State.NOT_GRADED if has_handed_in else State.ABSENT
    if result.status == "rejected":
        return State.REJECTED
    return State.PARTLY if result.status == "grader_error" else State.GRADED
