"""Tests that pass or fail by the seed: how often, over all runs of right answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from autograder.results import Result


@dataclass(frozen=True)
class Frequency:
    """How often a test fails right answers.

    Attributes:
        runs: how often it ran.
        fails: how often it failed.
        is_flickering: whether the seed decides: one right answer both passed and failed.
    """

    runs: int
    fails: int
    is_flickering: bool


def frequencies(runs: Mapping[str, Sequence[Result]]) -> dict[tuple[str, str], Frequency]:
    """The frequency of each test, by exercise and test.

    Args:
        runs: for each right answer, its results with several seeds.
    """
    passed: dict[tuple[str, str], dict[str, list[bool]]] = {}
    for answer, results in runs.items():
        for result in results:
            for exercise in result.exercises:
                for test in exercise.tests:
                    of_test = passed.setdefault((exercise.name, test.name), {})
                    of_test.setdefault(answer, []).append(test.passed)
    return {test: _frequency(list(of_test.values())) for test, of_test in passed.items()}


def _frequency(by_answer: Sequence[Sequence[bool]]) -> Frequency:
    runs = sum(map(len, by_answer))
    fails = runs - sum(map(sum, by_answer))
    return Frequency(runs, fails, any(len(set(each)) == 2 for each in by_answer))


def complaints(runs: Mapping[str, Sequence[Result]]) -> Iterator[tuple[str, str]]:
    """For each test, how often it fails if the seed decides that, as a text, or ""."""
    for (exercise, test), found in frequencies(runs).items():
        often = f"fails in {found.fails} of {found.runs} runs of right answers"
        yield f"{exercise}.{test}", often if found.is_flickering else ""
