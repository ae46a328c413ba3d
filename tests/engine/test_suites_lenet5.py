"""LeNet-5, held against itself through the real engine.

Right answers in any style get full marks; every known wrong answer loses points in its own
exercise, there only, and is told its own hint; no hidden test is there for nothing. What trains is
slow, so that each wrong answer meets the exercises that it could touch, and not all of them.
"""

from __future__ import annotations

import dataclasses
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations
from pathlib import Path

import jupytext
import pytest

from autograder import diagnosis
from autograder.course import Assignment, load_assignment
from autograder.diagnosis import Misconception
from autograder.grading import grade
from autograder.results import ExerciseResult, Result, TestResult
from autograder.sandbox import Zygote

ASSIGNMENT = load_assignment("lenet5", Path(__file__).parents[2])
CATALOGUE = diagnosis.load(ASSIGNMENT)
EXERCISES = [exercise.name for exercise in ASSIGNMENT.exercises]
WITH_MODELS = tuple(CATALOGUE.looks)
IN_NUMPY = tuple(name for name in EXERCISES if name not in WITH_MODELS)
UNTRAINED = tuple(name for name in WITH_MODELS if not name.startswith("train_"))
SEEDS = (b"one seed for lenet" * 2, b"and another" * 3)

right_answers = [
    path
    for path in sorted(ASSIGNMENT.right_solutions_folder.iterdir())
    if path.suffix in (".py", ".ipynb") and not path.name.startswith(".")
]
every_misconception = pytest.mark.parametrize(
    "which", CATALOGUE.misconceptions, ids=lambda which: which.name
)
every_exercise = pytest.mark.parametrize("exercise", EXERCISES)
every_exercise_in_numpy = pytest.mark.parametrize("exercise", IN_NUMPY)


def part(names: Iterable[str]) -> Assignment:
    """The assignment as if it had these exercises only."""
    chosen = dataclasses.replace(ASSIGNMENT)
    if set(names) <= set(IN_NUMPY):
        chosen = dataclasses.replace(ASSIGNMENT, preload=("numpy",))
    exercises = tuple(each for each in ASSIGNMENT.exercises if each.name in names)
    chosen.__dict__["exercises"] = exercises
    return chosen


@pytest.fixture(scope="module")
def tensorflow() -> Iterator[str]:
    """The address of a warm process with Keras."""
    with Zygote(ASSIGNMENT.preload) as zygote:
        yield zygote.address


@pytest.fixture(scope="module")
def graded(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Callable[[Misconception], Result]:
    """The result of a misconception among right answers, graded once."""
    folder = tmp_path_factory.mktemp("misconceptions")
    known: dict[str, Result] = {}

    def result(which: Misconception) -> Result:
        if which.name not in known:
            path = folder / f"{which.name}.py"
            text = diagnosis.as_submission(ASSIGNMENT, which.function)
            path.write_text(text, encoding="utf-8")
            known[which.name] = graded_where_it_matters(path, which)
        return known[which.name]

    def graded_where_it_matters(path: Path, which: Misconception) -> Result:
        if which.exercise in IN_NUMPY:
            return grade(path, part(IN_NUMPY), SEEDS[0])
        names = {*UNTRAINED, which.exercise} if which.exercise in UNTRAINED else {which.exercise}
        address = request.getfixturevalue("tensorflow")
        return grade(path, part({*names, "prepare_digits"}), SEEDS[0], zygote=address)

    return result


def exercise_of(result: Result, name: str) -> ExerciseResult:
    return next(each for each in result.exercises if each.name == name)


def failures_of(result: Result) -> Iterator[tuple[str, TestResult]]:
    for exercise in result.exercises:
        for test in exercise.tests:
            if test.outcome != "passed":
                yield exercise.name, test


def assert_full_marks(result: Result, assignment: Assignment = ASSIGNMENT) -> None:
    wrong = [(name, test.name, test.message, test.detail) for name, test in failures_of(result)]
    assert (result.status, result.reason, wrong) == ("graded", "", [])
    assert result.score == result.max_score == assignment.max_score


# -- right answers -------------------------------------------------------------------------


@pytest.mark.parametrize("path", [ASSIGNMENT.solution_module, *right_answers], ids=lambda p: p.name)
def test_a_right_answer_in_any_style_gets_full_marks(path: Path, tensorflow: str) -> None:
    assert_full_marks(grade(path, ASSIGNMENT, SEEDS[0], zygote=tensorflow))


@pytest.mark.parametrize("path", [ASSIGNMENT.solution_module, *right_answers], ids=lambda p: p.name)
def test_full_marks_for_arrays_do_not_depend_on_the_seed(path: Path, tensorflow: str) -> None:
    arrays = part(IN_NUMPY)
    assert_full_marks(grade(path, arrays, SEEDS[1], zygote=tensorflow), arrays)


def test_full_marks_for_a_model_do_not_depend_on_the_seed(tensorflow: str) -> None:
    models = part({*UNTRAINED, "prepare_digits"})
    for seed in (*SEEDS, b"a third seed" * 3):
        assert_full_marks(
            grade(ASSIGNMENT.solution_module, models, seed, zygote=tensorflow), models
        )


def test_the_notebook_among_the_right_answers_is_its_percent_text() -> None:
    """Written anew by `jupytext --to notebook`; the two prove that both kinds are read alike."""
    folder = ASSIGNMENT.right_solutions_folder
    text, notebook = (jupytext.read(folder / name) for name in ("percent.py", "notebook.ipynb"))
    assert [(cell.cell_type, cell.source) for cell in notebook.cells] == [
        (cell.cell_type, cell.source) for cell in text.cells
    ]


def test_the_solutions_pass_every_public_check(tmp_path: Path) -> None:
    """As `autograder check` runs them, pictures included."""
    report = tmp_path / "report.json"
    command = [sys.executable, "-m", "autograder.student.runner", str(ASSIGNMENT.source_text)]
    subprocess.run([*command, "--output", str(report)], check=True, capture_output=True)
    said = json.loads(report.read_text(encoding="utf-8"))
    assert said["problems"] == []
    assert [(each["name"], each["outcome"]) for each in said["exercises"]] == [
        (name, "passed") for name in EXERCISES
    ]


def test_the_release_gets_nothing_anywhere(tensorflow: str) -> None:
    result = grade(ASSIGNMENT.release_notebook, ASSIGNMENT, SEEDS[0], zygote=tensorflow)
    assert (result.status, result.score) == ("graded", 0)
    outcomes = {name: exercise_of(result, name).outcome for name in EXERCISES}
    assert outcomes.pop("repair_pipeline") == "error"
    assert set(outcomes.values()) == {"not_implemented"}


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


@every_exercise_in_numpy
def test_the_probes_tell_misconceptions_from_each_other(exercise: str) -> None:
    for one, other in combinations(CATALOGUE.of(exercise), 2):
        if one.replaces == other.replaces:
            assert not alike(reactions(one), reactions(other)), (one.name, other.name)


@every_exercise_in_numpy
def test_the_probes_tell_misconceptions_from_the_solution(exercise: str) -> None:
    solution: dict[str, Callable] = {}
    text = ASSIGNMENT.solution_module.read_text(encoding="utf-8")
    exec(compile(text, "solution", "exec"), solution)
    for which in CATALOGUE.of(exercise):
        probes = CATALOGUE.probes[which.replaces]
        right = [diagnosis.react(solution[which.replaces], probe) for probe in probes]
        assert not alike(reactions(which), right), which.name


def reactions(which: Misconception) -> tuple[diagnosis.Reaction, ...]:
    return diagnosis.reactions(which, CATALOGUE)


def alike(some, others) -> bool:
    return all(diagnosis.agree(a, b) for a, b in zip(some, others, strict=True))
