"""Results as they lie in a course, and whether one is what grading again would give.

Needs no sandbox: nbgrader's commands read stored results where nothing can be run.
"""

from __future__ import annotations

from pathlib import Path

from autograder.course.assignment import Assignment
from autograder.grading.cache_key import cache_key, default_seed
from autograder.results import Result
from autograder.submission import HandIn


def result_file(assignment: Assignment, student: str) -> Path:
    """Where a student's result lies."""
    return assignment.root / "results" / assignment.name / f"{student}.json"


def is_stored(assignment: Assignment, student: str) -> bool:
    """Whether there is a result of this student, current or not."""
    return result_file(assignment, student).is_file()


def load_if_current(
    hand_in: HandIn, assignment: Assignment, student: str, isolation: str | None = None
) -> Result | None:
    """The stored result of a hand-in, where grading that again would change nothing.

    Args:
        hand_in: what was handed in, as it was read.
        assignment: what it answers, on the dataset that is to grade it.
        student: whose it is.
        isolation: how it is to be graded; without it, however the stored result was, and on the
            dataset that graded that.
    """
    try:
        found = Result.from_json(result_file(assignment, student).read_text(encoding="utf-8"))
        seed = default_seed(hand_in, assignment, student)
    except (OSError, ValueError):
        return None
    if isolation is None:
        isolation = found.isolation
        if found.dataset in assignment.training:
            assignment = assignment.on(found.dataset)
    key = cache_key(hand_in, assignment, seed, isolation)
    at_fault = found.status == "grader_error" or found.faults
    return found if found.key == key and not at_fault else None
