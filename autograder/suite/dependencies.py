"""The order in which exercises are graded, and the functions that are replaced in each.

An exercise runs after all its dependencies. So each function that is replaced in it has been graded
before. Student code can then ask a reference function for right values, but too late to earn points
for them.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

import pytest

from autograder.suite.points import TestRecord
from convgrade.release import exercise_of_suite


def exercise_of(item: pytest.Item) -> str:
    """The exercise that a collected test belongs to."""
    return exercise_of_suite(item.path)


def dependencies_of(items: Sequence[pytest.Item]) -> dict[str, tuple[str, ...]]:
    """The dependencies of each exercise: the names in its `builds_on` marks, in their order."""
    found: dict[str, dict[str, None]] = {}
    for item in items:
        names = found.setdefault(exercise_of(item), {})
        for mark in item.iter_markers("builds_on"):
            names.update(dict.fromkeys(mark.args))
    return {exercise: tuple(names) for exercise, names in found.items()}


def topological_order(
    exercises: Sequence[str], built_on: Mapping[str, Sequence[str]]
) -> tuple[list[str], dict[str, str]]:
    """Sort exercises so that each one comes after all its dependencies.

    Args:
        exercises: names of exercises, in the order to keep where dependencies allow it.
        built_on: the dependencies of each exercise.

    Returns:
        The order, and by exercise an error message where it cannot be respected: the exercise
        depends on a name that is no exercise, or exercises depend on each other.
    """
    wrong: dict[str, str] = {}
    for exercise, names in built_on.items():
        unknown = [name for name in names if name not in exercises]
        if unknown:
            wrong[exercise] = f"{exercise!r} builds on {unknown[0]!r}, which is no exercise."
    place = {exercise: number for number, exercise in enumerate(exercises)}
    while True:
        sorter = TopologicalSorter(
            {each: () if each in wrong else built_on.get(each, ()) for each in exercises}
        )
        try:
            sorter.prepare()
            break
        except CycleError as error:
            cycle: list[str] = error.args[1]
            wrong |= dict.fromkeys(cycle, f"Exercises build on each other: {' on '.join(cycle)}.")
    order: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=place.__getitem__)
        order += ready
        sorter.done(*ready)
    return order, wrong


def to_replace(
    names: Sequence[str], records: Sequence[TestRecord], ungraded: Container[str] = ()
) -> tuple[str, ...]:
    """The dependencies that have been graded without full marks or could not be graded.

    A function that could not be graded may be wrong, so its reference function replaces it too.

    Args:
        names: the dependencies of one exercise.
        records: the tests that have run so far.
        ungraded: the exercises that could not be graded because of a fault.
    """
    failed = {record.exercise for record in records if not record.passed}
    return tuple(name for name in names if name in failed or name in ungraded)
