"""Results as they lie in a course, and whether one is what grading again would give.

Needs no sandbox: nbgrader's commands read stored results where nothing can be run.
"""

from __future__ import annotations

from pathlib import Path

from autograder.course import Assignment
from autograder.provenance import cache_key, default_seed
from autograder.results import Result


def result_file(assignment: Assignment, student: str) -> Path:
    """Where a student's result lies."""
    return assignment.root / "results" / assignment.name / f"{student}.json"


def current(
    path: Path, assignment: Assignment, student: str, isolation: str | None = None
) -> Result | None:
    """The stored result of a student's file, where grading that again would change nothing.

    Args:
        path: the file that was handed in.
        assignment: what it answers, on the dataset that is to grade it.
        student: whose it is.
        isolation: how it is to be graded; without it, however the stored result was, and on the
            dataset that graded that.
    """
    try:
        found = Result.from_json(result_file(assignment, student).read_text(encoding="utf-8"))
        seed = default_seed(path, assignment, student)
    except (OSError, ValueError):
        return None
    if isolation is None:
        isolation = found.isolation
        if found.dataset in assignment.training:
            assignment = assignment.on(found.dataset)
    key = cache_key(path, assignment, seed, isolation)
    at_fault = found.status == "grader_error" or found.faults
    return found if found.key == key and not at_fault else None
