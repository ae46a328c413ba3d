"""AlexNet, held against itself through the real engine: what is in arrays.

Right answers in any style get full marks; every known wrong answer loses points in its own
exercise, there only, and is told its own hint; no hidden test is there for nothing. No TensorFlow
is imported: the exercises with models are not part of these.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations
from pathlib import Path

import pytest

from autograder import diagnosis
from autograder.course import Assignment, load_assignment
from autograder.diagnosis import Misconception
from autograder.diagnosis.probing import Call, Generator, SummedUp
from autograder.grading import grade
from autograder.results import ExerciseResult, Result, TestResult

ASSIGNMENT = load_assignment("alexnet", Path(__file__).parents[2])
CATALOGUE = diagnosis.load(ASSIGNMENT)
WITH_MODELS = ("build_alexnet", "build_alexnet_batchnorm", "train_alexnet")
IN_NUMPY = tuple(each.name for each in ASSIGNMENT.exercises if each.name not in WITH_MODELS)
TOGETHER = {"ten_crop": ("ten_crop_predict",), "ten_crop_predict": ("ten_crop",)}
"""Exercises that a wrong answer could touch besides its own."""
SEEDS = (b"one seed for alexnet" * 2, b"and another" * 3)

IN_ARRAYS = [each for each in CATALOGUE.misconceptions if each.exercise in IN_NUMPY]
every_misconception = pytest.mark.parametrize("which", IN_ARRAYS, ids=lambda which: which.name)
every_exercise = pytest.mark.parametrize("exercise", IN_NUMPY)


def part(names: Iterable[str]) -> Assignment:
    """The assignment as if it had these exercises only, all in NumPy."""
    chosen = dataclasses.replace(ASSIGNMENT, preload=("numpy",))
    exercises = tuple(each for each in ASSIGNMENT.exercises if each.name in names)
    chosen.__dict__["exercises"] = exercises
    return chosen


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Misconception], Result]:
    """The result of a misconception among right answers, graded once."""
    folder = tmp_path_factory.mktemp("misconceptions")
    known: dict[str, Result] = {}

    def result(which: Misconception) -> Result:
        if which.name not in known:
            path = folder / f"{which.name}.py"
            path.write_text(diagnosis.as_submission(ASSIGNMENT, which.function), encoding="utf-8")
            names = {which.exercise, *TOGETHER.get(which.exercise, ())}
            known[which.name] = grade(path, part(names), SEEDS[0])
        return known[which.name]

    return result


def exercise_of(result: Result, name: str) -> ExerciseResult:
    return next(each for each in result.exercises if each.name == name)


def failures_of(result: Result) -> Iterator[tuple[str, TestResult]]:
    for exercise in result.exercises:
        for test in exercise.tests:
            if test.outcome != "passed":
                yield exercise.name, test


def assert_full_marks(result: Result) -> None:
    wrong = [(name, test.name, test.message, test.detail) for name, test in failures_of(result)]
    assert (result.status, result.reason, wrong) == ("graded", "", [])
    assert result.score == result.max_score > 0


# -- right answers -------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_the_solutions_get_full_marks_for_arrays(seed: bytes) -> None:
    assert_full_marks(grade(ASSIGNMENT.solution_module, part(IN_NUMPY), seed))


def test_the_release_gets_nothing_for_arrays() -> None:
    result = grade(ASSIGNMENT.release_notebook, part(IN_NUMPY), SEEDS[0])
    assert (result.status, result.score) == ("graded", 0)
    assert {each.outcome for each in result.exercises} == {"not_implemented"}


# -- wrong answers -------------------------------------------------------------------------


@every_misconception
def test_a_misconception_loses_points_in_its_own_exercise_only(graded, which) -> None:
    result = graded(which)
    assert (result.status, result.reason) == ("graded", "")
    own = exercise_of(result, which.exercise)
    assert own.score < own.max_score
    assert {name for name, _ in failures_of(result)} == {which.exercise}


@every_misconception
def test_a_misconception_is_told_its_own_hint_once(graded, which) -> None:
    told = [
        (test.misconception, test.hint)
        for _, test in failures_of(graded(which))
        if test.hint or test.misconception
    ]
    assert told == [(which.name, which.hint)]


@every_misconception
def test_what_a_student_reads_holds_no_expected_value(graded, which) -> None:
    for _, test in failures_of(graded(which)):
        told = f"{test.title} {test.message} {test.hint or ''}"
        assert not expected_numbers(test.detail) & numbers(told), told


def numbers(text: str) -> set[str]:
    """The numbers of a text that are long enough to give something away."""
    return {number for number in re.findall(r"\d+\.\d{2,}", text) if len(number) > 4}


def expected_numbers(detail: str) -> set[str]:
    """Numbers that the grader's story tells of the right answer and not of the student's."""
    got, _, expected = detail.partition("expected")
    return numbers(expected) - numbers(got)


def test_hints_ask_questions() -> None:
    for which in CATALOGUE.misconceptions:
        assert "?" in which.hint, which.name


@every_exercise
def test_each_hidden_test_is_failed_by_some_misconception(graded, exercise: str) -> None:
    results = [exercise_of(graded(which), exercise) for which in CATALOGUE.of(exercise)]
    unfailed = {test.name for test in results[0].tests}
    for result in results:
        unfailed -= {test.name for test in result.tests if test.outcome != "passed"}
    assert not unfailed


@every_exercise
def test_public_examples_weigh_a_fifth_at_most(graded, exercise: str) -> None:
    tests = exercise_of(graded(CATALOGUE.of(exercise)[0]), exercise).tests
    public = sum(test.weight for test in tests if test.visibility == "public")
    assert public <= sum(test.weight for test in tests) / 5


@every_exercise
def test_the_probes_tell_misconceptions_from_each_other(exercise: str) -> None:
    for one, other in combinations(CATALOGUE.of(exercise), 2):
        if one.replaces == other.replaces:
            assert not alike(reactions(one), reactions(other)), (one.name, other.name)


@every_exercise
def test_the_probes_tell_misconceptions_from_the_solution(exercise: str) -> None:
    solution: dict[str, Callable] = {}
    text = ASSIGNMENT.solution_module.read_text(encoding="utf-8")
    exec(compile(text, "solution", "exec"), solution)
    for which in CATALOGUE.of(exercise):
        probes = CATALOGUE.probes[which.replaces]
        right = [diagnosis.react(solution[which.replaces], probe) for probe in probes]
        assert not alike(reactions(which), right), which.name


@every_exercise
def test_a_random_mistake_reacts_alike_with_other_seeds(exercise: str) -> None:
    """So that whoever makes it with other calls of the generator is told its hint too."""
    for which in CATALOGUE.of(exercise):
        for by in (100, 200, 300):
            probes = [reseeded(probe, by) for probe in CATALOGUE.probes[which.replaces]]
            elsewhere = [diagnosis.react(which.function, probe) for probe in probes]
            assert alike(reactions(which), elsewhere), which.name


def reseeded(probe: diagnosis.Probe, by: int) -> diagnosis.Probe:
    """The probe with generators of other seeds; those that were the same object stay so."""
    known: dict[Generator, Generator] = {}

    def other(argument):
        if isinstance(argument, Generator):
            return known.setdefault(argument, Generator(argument.seed + by))
        return argument

    def of(call: Call) -> Call:
        return dataclasses.replace(call, args=tuple(map(other, call.args)))

    return of(probe) if isinstance(probe, Call) else SummedUp(tuple(map(of, probe.calls)), probe.by)


def reactions(which: Misconception) -> tuple[diagnosis.Reaction, ...]:
    return diagnosis.reactions(which, CATALOGUE)


def alike(some, others) -> bool:
    return all(diagnosis.agree(a, b) for a, b in zip(some, others, strict=True))
