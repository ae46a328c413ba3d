"""What is looked at of an odd answer: a look that fails leaves the others, and none raises."""

from __future__ import annotations

from pathlib import Path

import pytest
from graders import grade
from mini_course import module_text, write_mini_course

from autograder.diagnosis import look, look_into, suite_module
from autograder.diagnosis.inspecting import NotSeen
from autograder.errors import AutograderError
from autograder.sandbox import StudentRaised
from autograder.sandbox.failures import CallFailed
from autograder.suite import Mismatch

CATALOGUE = """
from autograder.diagnosis import inspect_answer, look, misconception

@inspect_answer("increment")
def _(student):
    return look(
        small=lambda: student.increment(1),
        odd=lambda: student.increment("odd").nothing,
        large=lambda: student.increment(100),
    )

@misconception("increment", "Is it odd?", matches=lambda seen: seen["odd"] == 1)
def increment_oddly(x):
    return x

@misconception("increment", "Does a small number grow?", matches=lambda seen: seen["small"] == 1)
def increment_leaves_small_ones(x):
    return x

@misconception("increment", "Does a large number grow?", matches=lambda seen: seen["large"] == 100)
def increment_leaves_large_ones(x):
    return x
"""


def failing(error):
    def ask():
        raise error

    return ask


class TimedOut(CallFailed):
    outcome = "timeout"


@pytest.mark.parametrize(
    "error", [StudentRaised("no"), Mismatch("no"), TypeError("no"), IndexError(), KeyError("a")]
)
def test_a_look_that_fails_leaves_the_others(error):
    seen = look(first=lambda: 1, odd=failing(error), last=lambda: 3)
    assert dict(seen) == {"first": 1, "last": 3}
    with pytest.raises(NotSeen):
        seen["odd"]


def test_nothing_more_is_asked_of_a_process_that_runs_out_of_time():
    assert dict(look(first=lambda: 1, slow=failing(TimedOut("slow")), last=lambda: 3)) == {
        "first": 1
    }


def test_an_error_of_the_grader_is_not_taken_for_an_odd_answer():
    with pytest.raises(AutograderError):
        look(odd=failing(AutograderError("the sandbox is lost")))


def test_looks_that_see_several_things_are_put_together():
    seen = look_into(one=lambda: {"a": 1, "b": 2}, odd=failing(ValueError()), two=lambda: {"c": 3})
    assert dict(seen) == {"a": 1, "b": 2, "c": 3}


def test_all_misconceptions_that_are_seen_are_found(tmp_path: Path):
    course = write_mini_course(tmp_path)
    course.misconceptions_file.write_text(CATALOGUE, encoding="utf-8")
    path = tmp_path / "submission.py"
    path.write_text(module_text(increment="def increment(x):\n    return x"), encoding="utf-8")
    result = grade(path, course, b"seed" * 8, advice=("hints",))
    assert result.status == "graded"
    assert result.faults == ()
    (exercise,) = (each for each in result.exercises if each.name == "increment")
    assert [hint.misconception for hint in exercise.hints] == [
        "increment_leaves_small_ones",
        "increment_leaves_large_ones",
    ]


def test_a_module_of_the_suites_is_loaded_once_from_its_own_folder(tmp_path: Path):
    for folder in ("one", "other"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "parts_of_it.py").write_text(f"NAME = {folder!r}", encoding="utf-8")
    first = suite_module(tmp_path / "one", "parts_of_it")
    assert first.NAME == "one"
    assert suite_module(tmp_path / "one", "parts_of_it") is first
    assert suite_module(tmp_path / "other", "parts_of_it").NAME == "other"
