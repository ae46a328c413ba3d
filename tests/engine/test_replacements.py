"""An exercise that builds on another: a mistake is paid for once, a right value earns nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from graders import grade
from mini_course import module_text, write_mini_course

from autograder.course.assignment import Assignment
from autograder.gradebook.explanation import texts
from autograder.publish.json import document
from autograder.publish.visibility import FeedbackVisibility
from autograder.results import ExerciseResult, Result
from autograder.suite.dependencies import topological_order

SEED = b"a seed for tests" * 2
BUILDS = '\npytestmark = pytest.mark.builds_on("double")\n'
DOUBLE = "def double(x):\n    return np.asarray(x) * 2"
WRONG_DOUBLE = "def double(x):\n    return np.asarray(x) * 3"
ENDLESS = """
def double(x):
    while np.ndim(x) == 0 and x == -1:
        pass
    return np.asarray(x) * 2
"""
INCREMENT = "def increment(x):\n    return double(x) - np.asarray(x) + 1"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    """The miniature, in which `increment`, although it comes first, builds on `double`."""
    course = write_mini_course(tmp_path_factory.mktemp("course"))
    suite = course.suite_file("increment")
    suite.write_text(suite.read_text(encoding="utf-8") + BUILDS, encoding="utf-8")
    return course


def graded(course: Assignment, folder: Path, **functions: str) -> Result:
    path = folder / "ada.py"
    path.write_text(module_text(**functions), encoding="utf-8")
    result = grade(path, course, SEED, advice=("hints",))
    assert (result.status, result.reason) == ("graded", "")
    return result


def exercise(result: Result, name: str) -> ExerciseResult:
    return next(each for each in result.exercises if each.name == name)


def test_a_failed_function_is_replaced_where_another_exercise_uses_it(course, tmp_path):
    result = graded(course, tmp_path, increment=INCREMENT, double=WRONG_DOUBLE)
    assert exercise(result, "double").score == 0
    assert (exercise(result, "increment").score, exercise(result, "increment").replaced) == (
        4,
        ("double",),
    )


def test_a_missing_function_is_replaced_too(course, tmp_path):
    result = graded(course, tmp_path, increment=INCREMENT, double="")
    assert (exercise(result, "double").outcome, result.score) == ("missing", 4)


def test_nothing_is_replaced_where_nothing_failed(course, tmp_path):
    result = graded(course, tmp_path, increment=INCREMENT, double=DOUBLE)
    assert result.score == result.max_score
    assert [each.replaced for each in result.exercises] == [(), ()]


def test_a_replacement_mends_no_mistake_of_the_exercise_itself(course, tmp_path):
    wrong = "def increment(x):\n    return double(x) - np.asarray(x) + 2"
    result = graded(course, tmp_path, increment=wrong, double=WRONG_DOUBLE)
    assert exercise(result, "increment").score == 0


def test_a_mistake_is_diagnosed_as_if_nothing_else_were_wrong(course, tmp_path):
    wrong = "def increment(x):\n    return double(x) - np.asarray(x) + 2"
    result = graded(course, tmp_path, increment=wrong, double=WRONG_DOUBLE)
    hints = [test.misconception for test in exercise(result, "increment").tests if test.hint]
    assert hints == ["increment_by_two"]


def test_code_that_relies_on_its_own_function_is_judged_with_that(course, tmp_path):
    """It takes one argument more than the right one, and is wrong without it."""
    own = "def double(x, times=3):\n    return np.asarray(x) * times"
    body = "def increment(x):\n    return double(x, 2) - np.asarray(x) + 1"
    result = graded(course, tmp_path, increment=body, double=own)
    assert exercise(result, "double").score == 0
    assert (exercise(result, "increment").score, exercise(result, "increment").replaced) == (4, ())


def test_code_that_puts_its_own_mistake_right_is_judged_with_that(course, tmp_path):
    body = "def increment(x):\n    return double(x) - 2 * np.asarray(x) + 1"
    result = graded(course, tmp_path, increment=body, double=WRONG_DOUBLE)
    assert (exercise(result, "increment").score, exercise(result, "increment").replaced) == (4, ())


def test_what_fails_either_way_is_told_as_it_fails_with_the_replacement(course, tmp_path):
    body = "def increment(x):\n    raise ValueError(f'{double(7)}')"
    result = graded(course, tmp_path, increment=body, double=WRONG_DOUBLE)
    assert "14" in exercise(result, "increment").tests[0].message
    assert exercise(result, "increment").replaced == ("double",)


def test_what_is_not_asked_for_is_not_said_to_be_replaced(course, tmp_path):
    result = graded(course, tmp_path, double=WRONG_DOUBLE)
    assert (exercise(result, "increment").score, exercise(result, "increment").replaced) == (4, ())


def test_exercises_stand_in_the_order_of_the_source(course, tmp_path):
    result = graded(course, tmp_path, increment=INCREMENT, double=WRONG_DOUBLE)
    assert [each.name for each in result.exercises] == ["increment", "double"]


def test_the_right_function_refuses_as_it_does(course, tmp_path):
    body = """
    def increment(x):
        try:
            double("text")
        except Exception as error:
            raise ValueError(f"not {type(error).__name__}") from None
        return np.asarray(x) + 1
    """
    result = graded(course, tmp_path, increment=body, double=WRONG_DOUBLE)
    assert "ValueError: not " in exercise(result, "increment").tests[0].message


def test_what_was_learnt_from_a_replacement_earns_nothing_in_its_own_exercise(course, tmp_path):
    """Asks for every right value it can get, and answers with them from then on."""
    oracle = """
    known = {}
    def increment(x):
        known[np.asarray(x).tobytes()] = asked = double(x)
        known["double"] = double
        return asked - np.asarray(x) + 1
    def double(x):
        try:
            return known["double"](x)
        except Exception:
            return known.get(np.asarray(x).tobytes(), 0)
    """
    result = graded(course, tmp_path, increment=oracle, double="")
    assert exercise(result, "double").score == 0
    assert exercise(result, "increment").score == 4


def test_a_process_that_dies_meanwhile_costs_only_the_tests_it_touched(course, tmp_path):
    body = """
    def increment(x):
        import os
        if np.ndim(x) == 0:
            double(x)
            os._exit(0)
        return double(x) - np.asarray(x) + 1
    """
    result = graded(course, tmp_path, increment=body, double=WRONG_DOUBLE)
    outcomes = [test.outcome for test in exercise(result, "increment").tests]
    assert outcomes == ["crashed", "passed", "passed", "passed"]


def test_the_right_function_runs_as_confined_as_the_students(tmp_path):
    """Here it runs for ever on an argument that the student's code chose."""
    course = write_mini_course(tmp_path / "course")
    for file, text in ((course.suite_file("increment"), BUILDS), (course.solution_module, ENDLESS)):
        file.write_text(file.read_text(encoding="utf-8") + text, encoding="utf-8")
    body = """
    def increment(x):
        if np.ndim(x) == 0:
            try:
                double(-1)
            except RuntimeError as error:
                assert "double" in str(error)
        return double(x) - np.asarray(x) + 1
    """
    result = graded(course, tmp_path, increment=body, double="")
    assert exercise(result, "increment").outcome == "passed"


def test_explanations_and_documents_say_what_was_replaced(course, tmp_path):
    result = graded(course, tmp_path, increment=INCREMENT, double=WRONG_DOUBLE)
    shown = FeedbackVisibility()
    for told in texts(exercise(result, "increment"), shown).values():
        assert "Graded with the right double in place of yours." in told
    for told in texts(exercise(result, "double"), shown).values():
        assert "in place of yours" not in told
    first, second = document([result])[0]["exercises"]
    assert first["replaced"] == ["double"]
    assert "replaced" not in second
    assert Result.from_json(result.to_json()) == result


# -- the order of exercises ----------------------------------------------------------------


def test_exercises_keep_their_order_but_for_what_they_build_on():
    order, wrong = topological_order(["a", "b", "c", "d"], {"a": ["d"], "c": ["a"]})
    assert (order, wrong) == (["b", "d", "a", "c"], {})


def test_exercises_that_build_on_each_other_are_the_suites_fault():
    order, wrong = topological_order(["a", "b", "c"], {"a": ["b"], "b": ["a"]})
    assert "c" in order
    assert set(wrong) == {"a", "b"}
    assert "build on each other" in wrong["a"]


def test_what_is_built_on_must_be_an_exercise(tmp_path):
    course = write_mini_course(tmp_path / "course")
    suite = course.suite_file("increment")
    text = suite.read_text(encoding="utf-8") + BUILDS.replace("double", "nothing")
    suite.write_text(text, encoding="utf-8")
    path = tmp_path / "ada.py"
    path.write_text(module_text(), encoding="utf-8")
    result = grade(path, course, SEED)
    assert result.status == "grader_error"
    assert "'increment' builds on 'nothing', which is no exercise." in result.reason
    assert [each.score for each in result.exercises] == [None, 2.0]


# -- time ----------------------------------------------------------------------------------


def test_a_test_may_give_its_calls_more_time_than_others(tmp_path):
    course = write_mini_course(tmp_path / "course")
    course = replace(course, limits={**course.limits, "call_seconds": 0.2})  # at most 8 times that
    suite = course.suite_file("double")
    text = suite.read_text(encoding="utf-8")
    suite.write_text(text.replace("@pytest.mark.public", "@pytest.mark.seconds(30)"), "utf-8")
    body = """
    import time
    def double(x):
        start = time.process_time()
        while time.process_time() - start < 1.8:
            pass
        return np.asarray(x) * 2
    """
    result = graded(course, tmp_path, double=body)
    outcomes = [test.outcome for test in exercise(result, "double").tests]
    assert outcomes[:2] == ["passed", "timeout"]
