"""The line to look at first: named where edits show it, and nothing that a function does changes
more."""

from __future__ import annotations

from pathlib import Path

import pytest
from graders import grade
from mini_course import module_text, write_mini_course

from autograder.cli.one_submission import show_submission
from autograder.course.assignment import Assignment
from autograder.grading.advice import ADVICE_KINDS
from autograder.results import Result

SEED = b"seed" * 8
CATALOGUE = """
import numpy as np
from autograder.diagnosis import call, misconception, probes

@probes("increment")
def _():
    return [call(np.array([1.0, 5.0])), call(np.array([-3.0])), call(np.array([[2.0], [7.0]]))]
"""
WRONG = "def increment(x):\n    x = np.asarray(x)\n    return x - 1\n"


@pytest.fixture
def course(tmp_path: Path) -> Assignment:
    assignment = write_mini_course(tmp_path)
    assignment.misconceptions_file.write_text(CATALOGUE, encoding="utf-8")
    return assignment


def graded(course: Assignment, text: str) -> Result:
    path = course.root / "submission.py"
    path.write_text(text, encoding="utf-8")
    return grade(path, course, SEED, advice=ADVICE_KINDS)


def suspect(result: Result) -> str:
    (exercise,) = [each for each in result.exercises if each.name == "increment"]
    return exercise.suspect.text if exercise.suspect else ""


def test_the_line_with_the_mistake_is_named(course):
    assert suspect(graded(course, module_text(increment=WRONG))) == "return x - 1"


def test_its_number_is_that_in_the_cell(course):
    text = module_text(increment=WRONG)
    (found,) = [each.suspect for each in graded(course, text).exercises if each.suspect]
    assert text.split("\n")[found.number - 1].strip() == found.text


def test_a_line_of_another_function_is_named_if_the_mistake_is_there(course):
    body = """
    def step(x):
        return x * 0 + 2

    def increment(x):
        x = np.asarray(x)
        return x + step(x)
    """
    assert suspect(graded(course, module_text(increment=body))) == "return x * 0 + 2"


def test_a_method_is_edited_too(course):
    body = """
    class Step:
        def of(self, x):
            return np.asarray(x) - 1

    def increment(x):
        return Step().of(x)
    """
    assert suspect(graded(course, module_text(increment=body))) == "return np.asarray(x) - 1"


def test_nothing_is_named_if_two_lines_are_as_likely(course):
    body = """
    def increment(x):
        first = np.asarray(x) + 1
        second = first + 1
        return second
    """
    result = graded(course, module_text(increment=body))
    assert (result.exercises[0].outcome, suspect(result)) == ("failed", "")


def test_nothing_is_named_in_a_right_or_unfinished_function_or_one_wrong_throughout(course):
    stub = "def increment(x):\n    raise NotImplementedError()"
    throughout = "def increment(x):\n    return np.cumprod(np.tan(x)).tolist()"
    for text in (module_text(), module_text(increment=stub), module_text(increment=throughout)):
        assert suspect(graded(course, text)) == ""


def test_an_edit_that_loops_for_ever_ends_after_its_steps(course):
    body = """
    def increment(x):
        x = np.array(x, dtype=float)
        done = 0
        while done < 1:
            done += 1
        return x - done
    """
    result = graded(course, module_text(increment=body))
    assert result.observed.limits_hit == ()
    assert suspect(result) == "return x - done"


@pytest.mark.parametrize(
    "does",
    [
        "os._exit(3)",
        "[None] * (1 << 36)",
        "os.kill(os.getpid(), 9)",
        "sys.settrace(None)",
        "exec('while True: pass')",
    ],
)
def test_what_a_function_does_only_after_the_tests_changes_nothing_else(course, does):
    body = """
    import os, sys

    def increment(x):
        if sys.gettrace() or increment.__code__ is not own:
            {does}
        return np.asarray(x) - 1

    own = increment.__code__
    """
    honest = graded(course, module_text(increment=body.format(does="pass")))
    hostile = graded(course, module_text(increment=body.format(does=does)))
    for found in (honest, hostile):
        assert (found.status, found.observed.restarts) == ("graded", 0)
        assert (found.observed.limits_hit, found.observed.violations) == ((), ())
    points = [each.score for each in honest.exercises]
    assert [each.score for each in hostile.exercises] == points


def test_a_claimed_line_that_is_not_there_is_not_named(course):
    body = """
    import linecache

    def increment(x):
        for file in list(linecache.cache):
            if "submission" in file:
                lines = [chr(10)] * 500 + linecache.cache[file][2]
                linecache.cache[file] = (len(lines), None, lines, file)
        return np.asarray(x) - 1
    """
    result = graded(course, module_text(increment=body))
    assert result.status == "graded"
    assert suspect(result) in ("", "return np.asarray(x) - 1")


def test_the_terminal_shows_it(course, capsys):
    show_submission(graded(course, module_text(increment=WRONG)))
    shown = " ".join(capsys.readouterr().out.split())
    assert "Look first at line" in shown
    assert "return x - 1" in shown
