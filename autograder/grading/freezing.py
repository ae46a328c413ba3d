"""What `[frozen]` of an assignment names, and what it holds back."""

from __future__ import annotations

from autograder.course.assignment import Assignment
from autograder.errors import CourseError
from autograder.grading.cache_key import default_seed
from autograder.grading.graded import Graded


def is_held_back(graded: Graded, assignment: Assignment) -> bool:
    """Whether a student's frozen result is of other work than what is handed in now."""
    student = graded.result.student
    if not graded.digest or not assignment.frozen.holds(student):
        return False
    return default_seed(graded.digest, assignment, student).hex() != graded.result.seed


def require_known_exercises(assignment: Assignment) -> None:
    """Refuse names of exercises in `[frozen]` that the assignment does not have.

    Raises:
        CourseError: there is such a name.
    """
    known = [each.name for each in assignment.exercises]
    for name in sorted(assignment.frozen.exercises - set(known)):
        raise CourseError(
            f"{assignment.name} has no exercise {name!r}, which [frozen] of its assignment.toml "
            f"names. It has {', '.join(known)}."
        )
