"""Functions and generators of the suite's as arguments: their values cross, and what they raise."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from graders import grade
from mini_course import module_text, write_mini_course
from sandboxes import sandbox

from autograder.errors import SuiteError
from autograder.sandbox import (
    CallFailed,
    Limits,
    Sandbox,
    WarmProcess,
)
from autograder.suite import Mismatch
from autograder.suite.student import CalledWrongly, Student

CELL = """
    import os, threading
    import numpy as np

    kept = []

    def apply(f, *args, **kwargs):
        return f(*args, **kwargs)

    def apply_second(functions):
        return functions["second"](3)

    def swallows(f, *args):
        try:
            f(*args)
        except Exception as error:
            return [type(error).__name__, str(error)]

    def swallows_and_goes_on(f, *args):
        swallows(f, *args)
        return f(3)

    def raises_another(f, *args):
        swallows(f, *args)
        raise ValueError("another")

    def ends(f, *args):
        swallows(f, *args)
        os._exit(0)

    def for_ever(f, *args):
        swallows(f, *args)
        while True:
            pass

    def keep(value):
        kept.append(value)

    def last():
        return kept[-1]

    def keeps_what_it_saw(f, *args):
        kept.append(swallows(f, *args))

    def in_threads(f):
        found = []
        threads = [
            threading.Thread(target=lambda n=n: found.append(f(n))) for n in range(8)
        ]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        return sorted(found)

    def code_of(f):
        code = f.__code__
        return [f.__name__, *code.co_names, *(str(each) for each in code.co_consts)]

    def draw(rng, count):
        return rng.random(count)

    def patch():
        np.random.default_rng = lambda seed: 5
"""
LIMITS = Limits(call_seconds=1)


@pytest.fixture
def inside(warm_process: WarmProcess) -> Iterator[Sandbox]:
    with sandbox(warm_process, CELL, limits=LIMITS) as entered:
        yield entered


@pytest.fixture
def student(inside: Sandbox) -> Student:
    return Student(inside)


def square(x: Any) -> Any:
    if isinstance(x, np.ndarray | int):
        return x * x
    raise Mismatch("squared what is no number.", "a detail of the grader's")


def test_a_function_gives_its_values_while_the_call_lasts(student: Student) -> None:
    x = np.arange(3.0)
    np.testing.assert_array_equal(student.apply(student.remote_function(square), x), x * x)
    assert x.tolist() == [0, 1, 2]


def test_keywords_and_several_functions_cross(student: Student) -> None:
    assert student.apply(student.remote_function(lambda x, by: x + by), 3, by=4) == 7
    functions = {
        "first": student.remote_function(lambda x: 1),
        "second": student.remote_function(square),
    }
    assert student.apply_second(functions) == 9


def test_the_same_function_may_be_passed_again(student: Student) -> None:
    remote = student.remote_function(square)
    assert [student.apply(remote, n) for n in (2, 3)] == [4, 9]


def test_a_call_is_told_with_its_name(student: Student) -> None:
    student.apply(student.remote_function(square), 3)
    assert student.last_call == "apply(square, 3)"
    student.apply(student.remote_function(lambda x: x), 3)
    assert student.last_call == "apply(function, 3)"


def test_threads_may_ask_at_once(student: Student) -> None:
    assert student.in_threads(student.remote_function(square)) == [n * n for n in range(8)]


def test_nothing_of_the_function_is_inside(student: Student) -> None:
    code = student.code_of(student.remote_function(square))
    assert code[0] == "square"
    assert "squared what" not in " ".join(code)
    assert "Mismatch" not in " ".join(code)


# -- what it raises --------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["swallows", "apply", "raises_another", "ends", "for_ever"])
def test_a_mismatch_ends_the_call_whatever_the_students_code_does(
    student: Student, name: str
) -> None:
    with pytest.raises(Mismatch, match="no number") as mismatch:
        getattr(student, name)(student.remote_function(square), "text")
    assert mismatch.value.detail == "a detail of the grader's"


def test_the_first_mismatch_counts_where_a_later_call_is_right(student: Student) -> None:
    with pytest.raises(Mismatch, match="no number"):
        student.swallows_and_goes_on(student.remote_function(square), "text")
    assert student.apply(student.remote_function(square), 3) == 9


def test_an_error_that_is_expected_does_not_hide_a_mismatch(student: Student) -> None:
    with pytest.raises(Mismatch, match="no number"), student.raises(ValueError):
        student.raises_another(student.remote_function(square), "text")


def test_the_students_code_sees_the_sentence_and_no_detail(student: Student) -> None:
    with pytest.raises(Mismatch):
        student.keeps_what_it_saw(student.remote_function(square), "text")
    assert student.last() == ["TypeError", "square: squared what is no number."]


@pytest.mark.parametrize("argument", ["text", None, {"a": 1}, np.zeros((0, 1 << 20))], ids=repr)
def test_any_other_exception_is_one_of_what_it_was_called_with(
    student: Student, argument: Any
) -> None:
    def reads(x: Any) -> Any:
        return x.shape[0] // x.size

    with pytest.raises(CalledWrongly, match="called reads with") as wrong:
        student.swallows(student.remote_function(reads), argument)
    assert isinstance(wrong.value.__cause__, AttributeError | ZeroDivisionError)


def test_a_fault_of_the_kit_is_none_of_the_students(student: Student) -> None:
    def broken(x: Any) -> None:
        raise SuiteError("a fault")

    with pytest.raises(SuiteError, match="a fault"):
        student.swallows(student.remote_function(broken), 3)


def test_a_function_that_calls_the_student_is_the_suites_fault(student: Student) -> None:
    def calls_back(x: Any) -> Any:
        return student.apply(student.remote_function(square), x)

    with pytest.raises(SuiteError, match="same submission"):
        student.apply(student.remote_function(calls_back), 3)


def test_a_value_that_is_not_plain_is_refused_inside(student: Student) -> None:
    raised = student.swallows(student.remote_function(lambda x: object()), 3)
    assert raised[0] == "TypeError"
    assert "cannot be passed on" in raised[1]


# -- generators ------------------------------------------------------------------------------


def test_a_generator_draws_on_from_call_to_call(student: Student) -> None:
    generator, expected = student.generator(7), np.random.default_rng(7)
    assert student.draw(generator, 4).tolist() == expected.random(4).tolist()
    assert student.draw(generator, 3).tolist() == expected.random(3).tolist()
    assert student.last_call == "draw(<Generator>, 3)"


def test_the_same_seed_makes_the_same_generator_again(student: Student) -> None:
    one, other = (student.draw(student.generator(7), 4) for _ in range(2))
    assert one.tolist() == other.tolist()


def test_a_generator_that_cannot_be_made_fails_the_test(student: Student) -> None:
    student.patch()
    with pytest.raises(Mismatch, match="no generator"):
        student.generator(7)


def test_a_generator_is_lost_with_its_process(student: Student) -> None:
    generator = student.generator(7)
    with pytest.raises(CallFailed):
        student.ends(5)
    with pytest.raises(CallFailed, match="was lost"):
        student.draw(generator, 3)


# -- in a suite ------------------------------------------------------------------------------

SUITE = '''
import numpy as np
import pytest

from autograder.suite import expect


@pytest.mark.parametrize("count", [1, 2, 3])
def test_maps(student, rng, count):
    """Calls the function on the whole batch, once."""
    x = rng.normal(size=count)

    def plus_one(batch):
        expect.close(batch, x)
        return np.add(batch, 1)

    expect.close(student.increment(x, student.remote_function(plus_one, calls=1)), x + 1)
'''


@pytest.mark.parametrize(
    ("body", "outcome", "message"),
    [
        ("return f(x)", "passed", ""),
        ("return f(f(x))", "error", "more than 1 times"),
        ("return f(f)", "error", "cannot be used"),
        ("try: f(x + 1)\n    except Exception: pass\n    return x + 1", "failed", ""),
        ("f(object)", "error", "cannot be used"),
        ("f(x); f(x)", "error", "more than 1 times"),
        ("return f({1: x})", "failed", ""),
        ("return f(x, x)", "failed", "called plus_one with something that it cannot take"),
        ("return f(batches=x)", "failed", "called plus_one with something that it cannot take"),
        ("return x + 1", "passed", ""),
    ],
)
def test_nothing_that_is_called_makes_the_grader_fail(
    tmp_path: Path, body: str, outcome: str, message: str
) -> None:
    course = write_mini_course(tmp_path / "course")
    course.suite_file("increment").write_text(SUITE, encoding="utf-8")
    solution = course.solution_module
    text = solution.read_text(encoding="utf-8")
    right = "\n\ndef increment(x, f):\n    return f(x)\n"
    solution.write_text(text + right, encoding="utf-8")
    path = tmp_path / "ada.py"
    source = f"import numpy as np\ndef increment(x, f):\n    {body}"
    path.write_text(module_text(increment=source), encoding="utf-8")
    result = grade(path, course, b"a seed for tests" * 2)
    assert (result.status, result.reason) == ("graded", "")
    tests = next(each for each in result.exercises if each.name == "increment").tests
    assert {test.outcome for test in tests} == {outcome}
    assert all(message in test.message for test in tests)
