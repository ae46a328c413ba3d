"""The figures of each exercise's suite, as the tables show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from autograder.audit.checks import Known
from autograder.audit.flicker import Frequency, frequencies
from autograder.authoring.aspects import Matrix
from autograder.diagnosis import Catalogue
from autograder.diagnosis.reading_grade import reading_grade
from autograder.results import ExerciseResult, Result


@dataclass(frozen=True)
class TestFigures:
    """One hidden or public test: its place, how often it fails right answers, and its seconds.

    `catches` are the names of the misconceptions that fail it. `seconds` is the mean of wall-clock
    seconds over the runs of right answers.
    """

    __test__ = False

    name: str
    title: str
    visibility: str
    frequency: Frequency
    seconds: float
    catches: tuple[str, ...]


@dataclass(frozen=True)
class Suite:
    """One exercise.

    Attributes:
        exercise: its name.
        stub_score: the points of the stub; None if it was not graded.
        points: the points of the exercise.
        right: how many runs of right answers have full marks, of `runs`.
        runs: how many there were.
        tests: its tests, in their order.
        matrix: which misconceptions fail which tests.
        caught_once: the misconceptions that one test alone fails.
        missed: the misconceptions that no test fails.
        hardest_hint: the highest reading grade of a hint's step; None without hints.
    """

    exercise: str
    stub_score: float | None
    points: float
    right: int
    runs: int
    tests: tuple[TestFigures, ...]
    matrix: Matrix = field(repr=False)
    caught_once: tuple[str, ...]
    missed: tuple[str, ...]
    hardest_hint: float | None

    @property
    def idle(self) -> list[str]:
        """The tests that no misconception fails."""
        return self.matrix.idle()

    @property
    def flickering(self) -> list[TestFigures]:
        """The tests that pass or fail by the seed."""
        return [test for test in self.tests if test.frequency.is_flickering]

    @property
    def seconds(self) -> float:
        """Wall-clock seconds of all tests, for a right answer."""
        return sum(test.seconds for test in self.tests)


def suites(catalogue: Catalogue, known: Known, tables: Sequence[Matrix]) -> tuple[Suite, ...]:
    """The figures of each exercise that was audited."""
    often = frequencies(known.runs)
    return tuple(_suite(catalogue, known, table, often) for table in tables)


def _suite(
    catalogue: Catalogue,
    known: Known,
    table: Matrix,
    often: Mapping[tuple[str, str], Frequency],
) -> Suite:
    runs = [result for each in known.runs.values() for result in each]
    found = [(result.status, _of(result, table.exercise)) for result in runs]
    ran = [each for _, each in found if each is not None]
    refused = sum(each is None and status != "graded" for status, each in found)
    stub = _of(known.release, table.exercise)
    failed = {which.name: tests for which, tests in table.failed.items()}
    grades = [reading_grade(step) for which in catalogue.of(table.exercise) for step in which.steps]
    return Suite(
        table.exercise,
        None if stub is None else stub.score,
        max((each.max_score for each in ran), default=0.0),
        sum(each.passed for each in ran),
        len(ran) + refused,
        _tests(table, ran, often, failed),
        table,
        tuple(name for name, tests in failed.items() if len(tests) == 1),
        tuple(name for name, tests in failed.items() if not tests),
        max(grades, default=None),
    )


def _tests(
    table: Matrix,
    ran: Sequence[ExerciseResult],
    often: Mapping[tuple[str, str], Frequency],
    failed: Mapping[str, frozenset[str]],
) -> tuple[TestFigures, ...]:
    first = ran[0].tests if ran else ()
    seconds: dict[str, list[float]] = {}
    for each in ran:
        for test in each.tests:
            seconds.setdefault(test.name, []).append(test.seconds)
    return tuple(
        TestFigures(
            test.name,
            test.title,
            test.visibility,
            often[table.exercise, test.name],
            sum(seconds[test.name]) / len(seconds[test.name]),
            tuple(name for name, tests in failed.items() if test.name in tests),
        )
        for test in first
    )


def _of(result: Result, exercise: str) -> ExerciseResult | None:
    return next((each for each in result.exercises if each.name == exercise), None)
