"""Stored results of a course, and whether a stored result is still current.

It needs no sandbox: nbgrader's commands read stored results where nothing can be run.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from autograder.course.assignment import Assignment
from autograder.grading.cache_key import default_seed, keys
from autograder.results import Result
from convgrade.submission import HandIn


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


def load_if_current(
    hand_in: HandIn, assignment: Assignment, student: str, isolation: str | None = None
) -> Result | None:
    """The stored result of a hand-in if grading again would change nothing, else None.

    A result that is frozen is returned in any case.

    Args:
        hand_in: the hand-in, as it was read.
        assignment: its assignment, with the dataset that grades it.
        student: the student who handed it in.
        isolation: the isolation that grading would use; by default that of the stored result, and
            then also its dataset.
    """
    found = stored(assignment, student)
    if found is None:
        return None
    if assignment.frozen.holds(student) and found.status != "grader_error":
        return found
    seed = default_seed(hand_in, assignment, student)
    if isolation is None:
        isolation = found.isolation
        if found.dataset in assignment.training:
            assignment = assignment.on(found.dataset)
    key = keys(hand_in, assignment, seed, isolation).whole
    at_fault = found.status == "grader_error" or found.faults
    return found if found.key == key and not at_fault else None
