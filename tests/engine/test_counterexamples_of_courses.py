"""The generators of the assignments: within the contract, and of use for known wrong answers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from counterexample_search import module_of, right_modules, run, search, suite_tests

from autograder import counterexamples, diagnosis
from autograder.counterexamples import Draw, judging
from autograder.counterexamples.asking import Asking
from autograder.counterexamples.budget import Budget
from autograder.counterexamples.generators import Generator
from autograder.course.assignment import load_assignment
from autograder.diagnosis import Misconception
from autograder.suite.asked_calls import AskedCalls

ROOT = Path(__file__).parents[2]
NAMES = ("pooling_padding", "lenet5", "alexnet", "batch_norm", "backward")
ASSIGNMENTS = {name: load_assignment(name, ROOT) for name in NAMES}
COURSES = {name: counterexamples.load(each) for name, each in ASSIGNMENTS.items()}
GENERATORS = [
    pytest.param(name, each, id=f"{name}-{each.function}-{number}")
    for name, course in COURSES.items()
    for number, each in enumerate(course.generators)
]
EVERY = 6
"""Of so many misconceptions, `make test` takes one; `make test-all` takes all."""
MISCONCEPTIONS = [
    pytest.param(name, each, id=each.name, marks=[pytest.mark.slow] if number % EVERY else [])
    for name, assignment in ASSIGNMENTS.items()
    for number, each in enumerate(diagnosis.load(assignment).misconceptions)
    if each.matches is None and COURSES[name].of(each.exercise)
]
NOT_FROM_ONE_CALL = {
    "lenet5_1998_forward_changes_the_weights",  # of arguments, arrays alone are compared
    "dropout_draws_from_elsewhere",
    "dropout_drops_an_exact_number",
    "dropout_makes_its_own_generator",
    "pca_color_augment_draws_from_elsewhere",
    "prepare_flowers_forgets_the_seed",
    "prepare_flowers_has_one_seed",
    "prepare_flowers_rolls",
    "prepare_flowers_shuffles_classes",
    "random_crop_draws_from_elsewhere",
    "random_crop_makes_its_own_generator",
    "random_crop_rounds_to_the_nearest",
    "random_flip_draws_from_elsewhere",
    "random_flip_flips_exactly_half",
}
"""Wrong answers that no single call proves wrong: they are random in a wrong way."""


@pytest.mark.parametrize(("name", "generator"), GENERATORS)
def test_calls_are_within_the_contract_and_right_answers_are_right(
    name: str, generator: Generator
) -> None:
    right = COURSES[name].right[generator.function]
    asking = Asking(generator, right, None, AskedCalls(), Budget(1.0))  # type: ignore[arg-type]
    rng = np.random.default_rng(3)
    within = 0
    for draws in range(80):
        example = asking._drawn(Draw(rng, draws // 8))
        contract = asking._wanted(example)
        if contract is None:
            continue
        within += 1
        if not example.refused and not generator.purity:
            (generator.check or judging.compare)(contract[0], asking.right_answer(example), example)
    assert within >= 60


@pytest.mark.parametrize("name", NAMES)
def test_each_generator_is_for_tests_that_there_are(name: str) -> None:
    for generator in COURSES[name].generators:
        tests = suite_tests(ASSIGNMENTS[name], generator.exercise)
        assert any(
            generator in COURSES[name].serving(generator.exercise, test) for test in tests
        ), generator


@pytest.mark.parametrize(
    ("name", "path"),
    [
        pytest.param(name, path, id=f"{name}-{path.stem}")
        for name, assignment in ASSIGNMENTS.items()
        for path in right_modules(assignment)
        if path.stem == name or (name == "pooling_padding" and path.stem in ("loops", "einsums"))
    ],
)
def test_right_answers_have_none(name: str, path: Path) -> None:
    """Not so in every style: one may lack a check of the contract that no hidden test asks for."""
    course, assignment = COURSES[name], ASSIGNMENTS[name]
    functions = module_of(path.read_text(encoding="utf-8"))
    for exercise in {each.exercise for each in course.generators}:
        tests = suite_tests(assignment, exercise)
        assert search(course, exercise, functions, tests) == {}, exercise


@pytest.mark.parametrize(("name", "which"), MISCONCEPTIONS)
def test_the_code_of_a_wrong_answer_prints_what_it_says(name: str, which: Misconception) -> None:
    assignment = ASSIGNMENTS[name]
    functions = module_of(diagnosis.as_submission(assignment, which.function))
    tests = suite_tests(assignment, which.exercise)
    found = search(COURSES[name], which.exercise, functions, tests, most=3)
    assert found or which.name in NOT_FROM_ONE_CALL
    for example in set(found.values()):
        printed = run(example.code, functions)
        shortened = example.answer.removesuffix("…")
        assert printed == example.answer or (
            example.answer != shortened and printed.startswith(shortened)
        )
        assert example.code.count("import ") == 1  # NumPy alone
        if example.picture:
            assert example.alt
