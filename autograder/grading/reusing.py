"""Which exercises of an earlier result need not be graded again."""

from __future__ import annotations

from collections.abc import Mapping

from autograder.course.assignment import Assignment
from autograder.grading.cache_key import Keys
from autograder.results import ExerciseResult, Result


def reusable(earlier: Result | None, keys: Keys) -> Mapping[str, ExerciseResult]:
    """The exercises of an earlier result that may stand, by name.

    Each stands if, in addition, the same of the exercises that it builds on have passed: `suite`
    finds that out while it runs. Hints and counterexamples count only where points were lost.
    """
    if earlier is None or earlier.status == "rejected":
        return {}
    blamed = {fault.exercise for fault in earlier.faults}
    return {
        each.name: each
        for each in earlier.exercises
        if each.score is not None
        and each.name not in blamed
        and each.tests_key == keys.tests.get(each.name)
        and (each.passed or each.advice_key == keys.advice)
    }


def stands(earlier: Result, assignment: Assignment, keys: Keys) -> bool:
    """Whether nothing has to run again: at most points have changed, or exercises are gone."""
    known = reusable(earlier, keys)
    return (
        earlier.status == "graded"
        and not earlier.faults
        and all(exercise.name in known for exercise in assignment.exercises)
    )
