"""Stored results of a course, and whether a stored result is still current.

It needs no sandbox: nbgrader's commands read stored results where nothing can be run.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from autograder.course.assignment import Assignment
from autograder.course.variants import variant_from_mark
from autograder.grading.cache_key import KeyMaker, default_seed
from autograder.results import Result


def result_file(assignment: Assignment, student: str) -> Path:
    """The path of a student's result."""
    return assignment.root / "results" / assignment.name / f"{student}.json"


def is_stored(assignment: Assignment, student: str) -> bool:
    """Whether a result of this student is stored, current or not."""
    return result_file(assignment, student).is_file()


def stored_students(assignment: Assignment) -> Iterator[str]:
    """The students with a stored result, in no order."""
    folder = assignment.root / "results" / assignment.name
    return (path.stem for path in folder.glob("*.json"))


def remove_leftovers(assignment: Assignment) -> None:
    """Remove half-written results of runs that were killed. No other run may be writing."""
    for file in (assignment.root / "results" / assignment.name).glob(".*.json.*"):
        file.unlink(missing_ok=True)


def stored(assignment: Assignment, student: str) -> Result | None:
    """The stored result of a student, current or not; None if there is none that can be read."""
    try:
        return Result.from_json(result_file(assignment, student).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def as_graded(assignment: Assignment, student: str) -> Assignment:
    """The assignment in the variant in which a student's work was graded, or else was given.

    Raises:
        CourseError: the table of variants cannot be used.
    """
    result = stored(assignment, student)
    if result is None or not result.variant:
        return assignment.of_student(student)
    return assignment.in_variant(variant_from_mark(result.variant, assignment.offered))


def load_if_current(
    digest: str, assignment: Assignment, student: str, made_now: KeyMaker | None = None
) -> Result | None:
    """The stored result of a hand-in if grading again would change nothing, else None.

    A result that is frozen is returned in any case.

    Args:
        digest: the digest of the hand-in.
        assignment: its assignment as the student was given it, with the dataset that grades it.
        student: the student who handed it in.
        made_now: makes the keys that grading would use; by default with isolation and dataset of
            the stored result.
    """
    found = stored(assignment, student)
    if found is None:
        return None
    if assignment.frozen.holds(student) and found.status != "grader_error":
        return found
    if found.status == "grader_error" or found.faults:
        return None
    seed = default_seed(digest, assignment, student)
    if made_now is None:
        if found.dataset in assignment.training:
            assignment = assignment.on(found.dataset)
        made_now = KeyMaker(assignment, found.isolation)
    return found if found.key == made_now.keys(digest, seed).whole else None
