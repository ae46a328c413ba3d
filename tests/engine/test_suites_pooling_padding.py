"""Pooling and padding, held against itself through the real engine.

Right answers in any style get full marks; every known wrong answer loses points in its own
exercise, there only, and is told its own hint; no hidden test is there for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path

import jupytext
import pytest
from graders import grade

from autograder import diagnosis
from autograder.authoring import aspects
from autograder.course.assignment import load_assignment
from autograder.diagnosis import Misconception
from autograder.results import ExerciseResult, Result, TestResult
from autograder.sandbox import WarmProcess

ASSIGNMENT = load_assignment("pooling_padding", Path(__file__).parents[2])
CATALOGUE = diagnosis.load(ASSIGNMENT)
EXERCISES = [exercise.name for exercise in ASSIGNMENT.exercises]
SEEDS = (b"one seed for pooling" * 2, b"and another" * 3)
REQUIRES_TENSORFLOW = "# requires: tensorflow"

right_answers = [
    path
    for path in sorted(ASSIGNMENT.right_solutions_folder.iterdir())
    if path.suffix in (".py", ".ipynb") and not path.name.startswith(".")
]
in_numpy = [
    path for path in right_answers if REQUIRES_TENSORFLOW not in path.read_text(encoding="utf-8")
]
every_misconception = pytest.mark.parametrize(
    "which", CATALOGUE.misconceptions, ids=lambda which: which.name
)
every_exercise = pytest.mark.parametrize("exercise", EXERCISES)


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Misconception], Result]:
    """The result of a misconception among right answers, graded once."""
    folder = tmp_path_factory.mktemp("misconceptions")
    known: dict[str, Result] = {}

    def result(which: Misconception) -> Result:
        if which.name not in known:
            path = folder / f"{which.name}.py"
            text = diagnosis.as_submission(ASSIGNMENT, which.function)
            path.write_text(text, encoding="utf-8")
            known[which.name] = grade(path, ASSIGNMENT, SEEDS[0])
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
    wrong = [(name, test.name, test.detail) for name, test in failures_of(result)]
    assert (result.status, result.reason, wrong) == ("graded", "", [])
    assert result.score == result.max_score == ASSIGNMENT.max_score


# -- right answers -------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS, ids=("one seed", "another"))
@pytest.mark.parametrize("path", [ASSIGNMENT.solution_module, *in_numpy], ids=lambda p: p.name)
def test_a_right_answer_in_any_style_gets_full_marks(path: Path, seed: bytes) -> None:
    assert_full_marks(grade(path, ASSIGNMENT, seed))


def test_a_right_answer_that_calls_keras_gets_full_marks() -> None:
    with_keras = [path for path in right_answers if path not in in_numpy]
    assert with_keras
    with WarmProcess(("numpy", "tensorflow", "keras")) as warm_process:
        for path in with_keras:
            assert_full_marks(grade(path, ASSIGNMENT, SEEDS[0], warm_process=warm_process.address))


def test_the_notebook_among_the_right_answers_is_its_percent_text() -> None:
    """Written anew by `jupytext --to notebook`; the two prove that both kinds are read alike."""
    folder = ASSIGNMENT.right_solutions_folder
    text, notebook = (jupytext.read(folder / name) for name in ("percent.py", "notebook.ipynb"))
    assert [(cell.cell_type, cell.source) for cell in notebook.cells] == [
        (cell.cell_type, cell.source) for cell in text.cells
    ]


def test_the_release_gets_nothing_anywhere() -> None:
    result = grade(ASSIGNMENT.release_notebook, ASSIGNMENT, SEEDS[0])
    assert (result.status, result.score) == ("graded", 0)
    assert {name: exercise_of(result, name).outcome for name in EXERCISES} == dict.fromkeys(
        EXERCISES, "not_implemented"
    )


# -- wrong answers -------------------------------------------------------------------------


@pytest.mark.parametrize("constant", ["0", "1", "(0, 0)", "args[0]", "np.zeros_like(args[0])"])
def test_the_same_answer_to_everything_earns_nothing(tmp_path: Path, constant: str) -> None:
    functions = [f"def {name}(*args, **_):\n    return {constant}" for name in EXERCISES]
    path = tmp_path / "constant.py"
    path.write_text("\n\n".join(["import numpy as np", *functions]), encoding="utf-8")
    assert grade(path, ASSIGNMENT, SEEDS[0]).score == 0


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
        for shape in re.findall(r"expected shape (\([\d, ]*\))", test.detail):
            assert shape not in test.message.partition(" returned ")[2]


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
    for same_test in zip(*(result.tests for result in results), strict=True):
        assert {test.name for test in same_test} == {same_test[0].name}
        assert any(test.outcome != "passed" for test in same_test), same_test[0].name


@every_exercise
def test_a_test_of_one_aspect_fails_for_no_mistake_in_another(graded, exercise: str) -> None:
    wrong = {which: graded(which) for which in CATALOGUE.of(exercise)}
    table = aspects.matrix(ASSIGNMENT, exercise, wrong)
    assert {which.name: table.strays(which) for which in wrong if table.strays(which)} == {}


@every_exercise
def test_public_examples_weigh_a_fifth_at_most(graded, exercise: str) -> None:
    tests = exercise_of(graded(CATALOGUE.of(exercise)[0]), exercise).tests
    public = sum(test.weight for test in tests if test.visibility == "public")
    assert 0 < public <= sum(test.weight for test in tests) / 5


@every_exercise
def test_the_probes_tell_misconceptions_from_each_other(exercise: str) -> None:
    for one, other in combinations(CATALOGUE.of(exercise), 2):
        assert not alike(reactions(one), reactions(other)), (one.name, other.name)


@every_exercise
def test_the_probes_tell_misconceptions_from_the_solution(exercise: str) -> None:
    solution: dict[str, Callable] = {}
    text = ASSIGNMENT.solution_module.read_text(encoding="utf-8")
    exec(compile(text, "solution", "exec"), solution)
    right = [diagnosis.react(solution[exercise], probe) for probe in CATALOGUE.probes[exercise]]
    for which in CATALOGUE.of(exercise):
        assert not alike(reactions(which), right), which.name


def reactions(which: Misconception) -> tuple[diagnosis.Reaction, ...]:
    return diagnosis.reactions(which, CATALOGUE)


def alike(some, others) -> bool:
    return all(diagnosis.agree(a, b) for a, b in zip(some, others, strict=True))
