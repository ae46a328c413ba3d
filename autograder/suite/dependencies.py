"""The order of exercises that build on each other, and which functions are replaced in them.

An exercise is run after all that it builds on, so that what is replaced in it has been graded
before: the right values that a student's code can then ask for come too late to earn points there.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

import pytest

from autograder.course.release import exercise_of_suite
from autograder.suite.points import TestRecord


def exercise_of(item: pytest.Item) -> str:
    """The exercise that a collected test belongs to."""
    return exercise_of_suite(item.path)


def dependencies_of(items: Sequence[pytest.Item]) -> dict[str, tuple[str, ...]]:
    """For each exercise the names that its `builds_on` marks give, in their order."""
    found: dict[str, dict[str, None]] = {}
    for item in items:
        names = found.setdefault(exercise_of(item), {})
        for mark in item.iter_markers("builds_on"):
            names.update(dict.fromkeys(mark.args))
    return {exercise: tuple(names) for exercise, names in found.items()}


def topological_order(
    exercises: Sequence[str], built_on: Mapping[str, Sequence[str]]
) -> tuple[list[str], dict[str, str]]:
    """The exercises as they stand, but each after all that it builds on.

    Returns:
        The order, and what is wrong with those that can have no place in it: they build on what is
        no exercise, or on each other.
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
    """Those of the exercises that have been graded, and not with full marks.

    One that could not be graded may be wrong as well: its right function stands in for it too.
    """
    failed = {record.exercise for record in records if not record.passed}
    return tuple(name for name in names if name in failed or name in ungraded)
