"""Which exercises of an earlier result need not be graded again."""

from __future__ import annotations

from collections.abc import Mapping

from autograder.course.assignment import Assignment
from autograder.grading.cache_key import Keys
from autograder.results import ExerciseResult, Result


def reusable(
    earlier: Result | None, assignment: Assignment, keys: Keys
) -> Mapping[str, ExerciseResult]:
    """The exercises of an earlier result that may stand, by name.

    Each stands if, in addition, the same of the exercises that it builds on have passed: `suite`
    finds that out while it runs. Hints and counterexamples count only where points were lost. What
    is frozen stands in any case, if the work is the same.
    """
    if earlier is None or earlier.status == "rejected":
        return {}
    frozen = assignment.frozen.exercises if earlier.seed == keys.seed else frozenset()
    blamed = {fault.exercise for fault in earlier.faults}
    return {
        each.name: each
        for each in earlier.exercises
        if each.score is not None
        and each.name not in blamed
        and (each.name in frozen or _is_current(each, keys))
    }


def _is_current(exercise: ExerciseResult, keys: Keys) -> bool:
    return exercise.tests_key == keys.tests.get(exercise.name) and (
        exercise.passed or exercise.advice_key == keys.advice
    )


def stands(earlier: Result, assignment: Assignment, keys: Keys) -> bool:
    """Whether nothing has to run again: at most points have changed, or exercises are gone."""
    known = reusable(earlier, assignment, keys)
    return (
        earlier.status == "graded"
        and not earlier.faults
        and all(exercise.name in known for exercise in assignment.exercises)
    )
