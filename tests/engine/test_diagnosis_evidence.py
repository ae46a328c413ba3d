"""Which misconceptions explain a wrong answer: the rules, with a miniature catalogue."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from graders import grade
from mini_course import module_text, write_mini_course

from autograder import diagnosis
from autograder.authoring import hint_figures
from autograder.diagnosis import Catalogue, call
from autograder.diagnosis.composing import NotComposable, compose
from autograder.diagnosis.diagnosing import explained_by
from autograder.diagnosis.empty_batches import says_nothing, with_images
from autograder.diagnosis.reactions import reactions_of

SOLUTION = """
def increment(x, step=1):
    x = np.asarray(x)
    if step < 0:
        raise ValueError("step must not be negative")
    return x + step
"""
CATALOGUE = """
import numpy as np
from autograder.diagnosis import call, misconception, probes, right_answer, variant

def _require(step):
    if step < 0:
        raise ValueError("step must not be negative")

@right_answer("increment")
def _added(x, step=1, *, check=_require, add=np.add):
    check(step)
    return add(x, step)

@probes("increment")
def _():
    single = np.array([1.0, 5.0, -3.0], np.float32)
    return [
        call(single), call(single, 3), call(np.array([[1.0, 2.0], [9.0, 4.0]])), call(single[:1]),
        call(single[:0]), call(np.array([-0.5, -7.0, 2.0]), watch=True),
        call(single, -1), call(single[:1], -2),
    ]

@misconception("increment", "How often is the step added?")
def increment_twice(x, step=1):
    return _added(x, step, add=lambda x, step: x + 2 * step)

@variant(increment_twice)
def _increment_by_a_doubled_number(x, step=1):
    return _added(2 * x, step)

@misconception("increment", "In which order do the numbers stand?")
def increment_backwards(x, step=1):
    return _added(x, step)[::-1].copy()

@misconception("increment", "Which dtype comes in?", aspect="dtype")
def increment_to_float64(x, step=1):
    return _added(x, step).astype(np.float64)

@misconception("increment", "What of a negative step?", aspect="errors")
def increment_trusts(x, step=1):
    return _added(x, step, check=lambda step: None)

@misconception("increment", "What does the caller find in x?", aspect="purity")
def increment_in_place(x, step=1):
    y = _added(x, step)
    x[...] = 0
    return y

@misconception("increment", "What if nothing comes in?", aspect="empty")
def increment_needs_a_number(x, step=1):
    if not len(x):
        raise ValueError("x must hold a number")
    return _added(x, step)

@misconception("increment", "Is a negative number left as it is?", by="cells")
def increment_leaves_out_negative_numbers(x, step=1):
    return np.where(x < 0, x, _added(x, step))

@misconception("increment", "By the square of what?")
def increment_by_the_square(x, step=1):
    return _added(x, step, add=lambda x, step: x + step**2 * 5)
"""


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    course = write_mini_course(tmp_path)
    course.misconceptions_file.write_text(CATALOGUE, encoding="utf-8")
    course.solution_module.write_text(module_text(increment=SOLUTION), encoding="utf-8")
    return diagnosis.load(course)


def names(catalogue: Catalogue, function) -> list[str]:
    given = reactions_of(function, "increment", catalogue)
    found = explained_by(catalogue, "increment", given)
    return [each.name.removeprefix("increment_") for each in found]


def refuse(step) -> None:
    if step < 0:
        raise ValueError("step must not be negative")


def test_each_misconception_explains_itself_and_nothing_else(catalogue):
    for which in catalogue.misconceptions:
        assert names(catalogue, which.function) == [which.name.removeprefix("increment_")]


def test_a_right_answer_shows_none(catalogue):
    def right(x, step=1):
        refuse(step)
        return x + step

    assert names(catalogue, right) == []


def test_what_is_not_written_shows_none(catalogue):
    def unfinished(x, step=1):
        raise NotImplementedError

    assert names(catalogue, unfinished) == []


def test_another_dtype_and_missing_checks_do_not_hide_wrong_values(catalogue):
    def several(x, step=1):
        return np.asarray(x, np.float64) + 2 * step

    assert names(catalogue, several) == ["twice", "to_float64", "trusts"]


def test_two_mistakes_that_change_the_same_values_are_both_named(catalogue):
    def two(x, step=1):
        refuse(step)
        return (x + 2 * step)[::-1]

    assert sorted(names(catalogue, two)) == ["backwards", "twice"]


def test_a_variant_is_named_by_its_misconception(catalogue):
    def doubled(x, step=1):
        refuse(step)
        return x * 2 + step

    assert names(catalogue, doubled) == ["twice"]


def test_wrong_numbers_in_the_same_cells_are_enough_where_the_catalogue_says_so(catalogue):
    def other_numbers(x, step=1):
        refuse(step)
        return np.where(x < 0, np.float32(77), x + step).astype(x.dtype)

    assert names(catalogue, other_numbers) == ["leaves_out_negative_numbers"]


def test_one_accidental_agreement_is_no_evidence(catalogue):
    def wrong_for_one_number(x, step=1):
        refuse(step)
        return x + (2 * step if len(x) == 1 else step)

    assert names(catalogue, wrong_for_one_number) == []


@pytest.mark.parametrize("answer", [0, None, "text", np.zeros((1, 1))])
def test_a_constant_shows_none(catalogue, answer):
    assert names(catalogue, lambda x, step=1: answer) == []


def test_a_function_that_always_raises_does_not_just_need_a_number(catalogue):
    def broken(x, step=1):
        raise ValueError("x is broken")

    assert names(catalogue, broken) == []


def test_what_is_wrong_everywhere_and_not_explained_gets_no_hint_on_its_dtype(catalogue):
    def unknown(x, step=1):
        return np.sin(np.asarray(x, np.float64)) - 40

    assert names(catalogue, unknown) == []


def test_a_call_that_returns_contradicts_a_mistake_that_raises(catalogue):
    def wrong_on_nothing(x, step=1):
        refuse(step)
        return x + step if len(x) else np.ones(5, x.dtype)

    assert names(catalogue, wrong_on_nothing) == []


def test_mistakes_in_the_same_part_are_not_composed(catalogue):
    by_name = {each.name: each.function for each in catalogue.misconceptions}
    one, other = by_name["increment_twice"], by_name["increment_by_the_square"]
    composed = compose(catalogue, "increment", one, other)
    with pytest.raises(NotComposable):
        composed(np.ones(2))


def test_without_a_right_answer_nothing_is_composed(catalogue):
    def leaf(x, step=1):
        return x

    assert compose(catalogue, "increment", leaf, leaf) is None
    assert compose(catalogue, "double", leaf, leaf) is None


def test_composed_mistakes_leave_the_catalogue_as_it_was(catalogue):
    by_name = {each.name: each.function for each in catalogue.misconceptions}
    before = by_name["increment_twice"](np.ones(2))
    composed = compose(
        catalogue, "increment", by_name["increment_backwards"], by_name["increment_twice"]
    )
    assert composed(np.array([1.0, 5.0])).tolist() == [7.0, 3.0]
    assert by_name["increment_twice"](np.ones(2)).tolist() == before.tolist() == [3.0, 3.0]


def test_figures_count_what_is_left_out_and_what_is_paired(catalogue):
    alone, two = hint_figures.left_out(catalogue), hint_figures.paired(catalogue)
    assert alone.tried == len(catalogue.misconceptions) == 8
    assert alone.without_hint == alone.tried - len(alone.others)
    assert two.tried > 15
    assert two.both >= 0.7 * two.tried
    assert two.both + two.one >= 0.95 * two.tried


def test_a_result_has_both_hints_on_different_tests(tmp_path):
    course = write_mini_course(tmp_path / "course")
    course.misconceptions_file.write_text(CATALOGUE, encoding="utf-8")
    course.solution_module.write_text(module_text(increment=SOLUTION), encoding="utf-8")
    path = tmp_path / "submission.py"
    body = """
    def increment(x, step=1):
        if np.ndim(x) and step < 0:
            raise ValueError("step must not be negative")
        return (np.asarray(x, float) + 2 * step)
    """
    path.write_text(module_text(increment=body), encoding="utf-8")
    result = grade(path, course, b"seed" * 8, advice=("hints",))
    exercise = next(each for each in result.exercises if each.name == "increment")
    expected = ["increment_twice", "increment_to_float64"]
    assert [hint.misconception for hint in exercise.hints] == expected
    assert exercise.hints[0].steps == ("How often is the step added?",)
    failed = [test for test in exercise.tests if not test.passed]
    assert [test.misconception for test in failed if test.misconception] == expected


# -- empty batches -------------------------------------------------------------------------------

BATCH, KERNEL = np.ones((2, 4, 4, 1)), np.ones((3, 3))
OF_BATCHES = [
    call(BATCH, KERNEL),
    call(BATCH, KERNEL, 2),
    call(BATCH, KERNEL[:2]),
    call(BATCH[:0], KERNEL),
    call(BATCH[:0], KERNEL[:2], 3),
    call(BATCH[:0, :3], KERNEL),
]


def reactions_of_batches(function: Any) -> list[diagnosis.Reaction]:
    return [diagnosis.react(function, probe) for probe in OF_BATCHES]


def test_a_call_with_an_empty_batch_is_compared_with_the_same_call_with_images() -> None:
    assert with_images(OF_BATCHES) == {3: (0,), 4: (2,), 5: ()}


def test_whoever_raises_for_images_too_is_not_said_to_need_an_image() -> None:
    def needs_an_image(x, kernel, step=1):
        return x[0] * step

    def needs_a_large_kernel(x, kernel, step=1):
        return kernel[2] * step

    likes = with_images(OF_BATCHES)
    assert says_nothing(reactions_of_batches(needs_an_image), likes) == set()
    assert says_nothing(reactions_of_batches(needs_a_large_kernel), likes) == {4}
