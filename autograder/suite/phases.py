"""The order of exercises that build on each other, and which functions are replaced in them.

An exercise is run after all that it builds on, so that what is replaced in it has been graded
before: the right values that a student's code can then ask for come too late to earn points there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

import pytest

from autograder.errors import SuiteError
from autograder.suite.points import TestRecord


def exercise_of(item: pytest.Item) -> str:
    """The exercise that a collected test belongs to."""
    return item.path.stem.removeprefix("test_")


def foundations(items: Sequence[pytest.Item]) -> dict[str, tuple[str, ...]]:
    """For each exercise the names that its `builds_on` marks give, in their order."""
    found: dict[str, dict[str, None]] = {}
    for item in items:
        names = found.setdefault(exercise_of(item), {})
        for mark in item.iter_markers("builds_on"):
            names.update(dict.fromkeys(mark.args))
    return {exercise: tuple(names) for exercise, names in found.items()}


def in_order(exercises: Sequence[str], built_on: Mapping[str, Sequence[str]]) -> list[str]:
    """The exercises as they stand, but each after all that it builds on.

    Raises:
        SuiteError: one builds on what is no exercise, or on itself.
    """
    for exercise, names in built_on.items():
        unknown = [name for name in names if name not in exercises]
        if unknown:
            raise SuiteError(f"{exercise!r} builds on {unknown[0]!r}, which is no exercise.")
    place = {exercise: number for number, exercise in enumerate(exercises)}
    sorter = TopologicalSorter({each: built_on.get(each, ()) for each in exercises})
    order: list[str] = []
    try:
        sorter.prepare()
    except CycleError as error:
        raise SuiteError(f"Exercises build on each other: {' on '.join(error.args[1])}.") from None
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=place.__getitem__)
        order += ready
        sorter.done(*ready)
    return order


def to_replace(names: Sequence[str], records: Sequence[TestRecord]) -> tuple[str, ...]:
    """Those of the exercises that have been graded, and not with full marks."""
    failed = {record.exercise for record in records if record.outcome != "passed"}
    return tuple(name for name in names if name in failed)
