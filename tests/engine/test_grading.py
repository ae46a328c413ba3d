"""Grading one submission of the miniature course through a real sandbox."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from graders import grade
from mini_course import (
    SOLUTIONS,
    code_cell,
    mini_cells,
    module_text,
    notebook_json,
    write_mini_course,
)

import autograder
from autograder import diagnosis
from autograder.course.assignment import Assignment
from autograder.errors import UnknownAssignment
from autograder.results import ExerciseResult, Result

SEED = b"a seed for tests" * 2


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Assignment:
    return write_mini_course(tmp_path_factory.mktemp("course"))


def graded(course: Assignment, folder: Path, content: str, name: str = "ada.py") -> Result:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return grade(path, course, SEED, advice=("hints",))


def exercise(result: Result, name: str) -> ExerciseResult:
    return next(each for each in result.exercises if each.name == name)


def test_a_right_module_gets_full_marks(course, tmp_path):
    result = graded(course, tmp_path, module_text())
    assert (result.status, result.score, result.max_score) == ("graded", 6.0, 6.0)
    assert [each.outcome for each in result.exercises] == ["passed", "passed"]
    assert result.student == "ada"


def test_options_for_the_graders_own_tests_disturb_nothing(course, tmp_path, monkeypatch):
    """As in a CI that sets them for the tests of something else."""
    monkeypatch.setenv("PYTEST_ADDOPTS", "--junitxml=report.xml -k nothing")
    monkeypatch.setenv("PYTEST_PLUGINS", "no_such_plugin")
    assert graded(course, tmp_path, module_text()).score == 6.0
    assert os.environ["PYTEST_ADDOPTS"] == "--junitxml=report.xml -k nothing"


def test_a_right_notebook_gets_full_marks_and_its_answer_waits_for_a_person(course, tmp_path):
    text = notebook_json(mini_cells(SOLUTIONS, "Because."))
    result = graded(course, tmp_path, text, "ada.ipynb")
    assert result.score == 6.0
    assert [(each.name, each.state) for each in result.written] == [("why", "needs_marking")]


def test_the_release_gets_nothing_and_is_told_what_is_not_written(course):
    result = grade(course.release_notebook, course, SEED)
    assert result.score == 0
    assert {each.outcome for each in result.exercises} == {"not_implemented"}
    assert [each.state for each in result.written] == ["no_response"]


def test_a_regrade_is_exact(course, tmp_path):
    one, two = (graded(course, tmp_path, module_text()) for _ in range(2))
    assert (one.key, one.seed, one.score) == (two.key, two.seed, two.score)


def test_a_known_mistake_gets_its_hint_once_and_keeps_the_other_exercise(course, tmp_path):
    wrong = module_text(increment="def increment(x):\n    return np.asarray(x) + 2")
    result = graded(course, tmp_path, wrong)
    hints = [test.hint for test in exercise(result, "increment").tests if test.hint]
    assert hints == ["By how much should it grow?"]
    assert exercise(result, "increment").score == 0
    assert exercise(result, "double").score == 2


def test_an_unknown_mistake_gets_no_hint(course, tmp_path):
    wrong = module_text(increment="def increment(x):\n    return np.asarray(x) + 3")
    tests = exercise(graded(course, tmp_path, wrong), "increment").tests
    assert [test.hint for test in tests] == [None] * 4


def test_a_misconception_becomes_a_submission_with_one_wrong_function(course, tmp_path):
    (which,) = diagnosis.load(course).misconceptions
    result = graded(course, tmp_path, diagnosis.as_submission(course, which.function))
    assert exercise(result, "increment").tests[1].outcome == "failed"
    assert [test.misconception for test in exercise(result, "increment").tests if test.hint] == [
        "increment_by_two"
    ]
    assert exercise(result, "double").score == 2


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ("def increment(x):\n    raise RuntimeError('no')", "error"),
        ("def increment(x):\n    raise NotImplementedError", "not_implemented"),
        ("def increment(x):\n    while True: pass", "timeout"),
        ("def increment(x):\n    import os; os._exit(0)", "crashed"),
        ("def increment(x):\n    return None", "failed"),
        ("def increment(x):\n    return object()", "failed"),
        ("def increment(x):\n    raise SystemExit(0)", "error"),
        ("increment = 5", "missing"),
        ("", "missing"),
    ],
)
def test_each_way_to_fail_has_its_outcome_and_leaves_the_rest_alone(
    course, tmp_path, body, outcome
):
    result = graded(course, tmp_path, module_text(increment=body))
    assert exercise(result, "increment").score == 0
    values = exercise(result, "increment").tests[:2]
    assert {test.outcome for test in values} == {outcome}
    assert exercise(result, "double").score == 2
    assert result.status == "graded"


def test_a_message_tells_of_the_call_that_was_made(course, tmp_path):
    body = "def increment(x):\n    raise RuntimeError('no')"
    tests = exercise(graded(course, tmp_path, module_text(increment=body)), "increment").tests
    assert tests[0].message == "increment(1) raised RuntimeError: no (line 4)"


def test_an_error_in_one_cell_leaves_the_other_exercises(course, tmp_path):
    cells = mini_cells(SOLUTIONS, "")
    cells[2]["source"] = "def increment(x) return"
    cells.insert(2, code_cell("1 / 0"))
    result = graded(course, tmp_path, notebook_json(cells), "ada.ipynb")
    assert exercise(result, "increment").outcome == "missing"
    assert exercise(result, "double").score == 2
    said = " ".join(result.observed.failed_cells)
    assert "SyntaxError" in said
    assert "ZeroDivisionError" in said


def test_a_notebook_of_failing_cells_makes_no_large_result(course, tmp_path):
    cells = [code_cell(f"raise ValueError('x' * 10_000 + '{n}')") for n in range(500)]
    text = notebook_json([*mini_cells(SOLUTIONS, ""), *cells])
    result = graded(course, tmp_path, text, "ada.ipynb")
    assert result.score == 6
    assert result.observed.failed_cells[-1] == "And 460 more."
    assert len(result.to_json()) < 200_000


def test_a_file_that_cannot_be_read_is_rejected_with_the_reason(course, tmp_path):
    result = graded(course, tmp_path, "{", "ada.ipynb")
    assert (result.status, result.score, result.max_score) == ("rejected", 0.0, 6.0)
    assert "not valid JSON" in result.reason


def test_an_unknown_assignment_names_the_known_ones(course):
    with pytest.raises(UnknownAssignment, match="mini"):
        autograder.grade("x.py", "nonsense", root=course.root)


def test_a_broken_suite_is_the_graders_fault_and_nobodys_zero(tmp_path):
    course = write_mini_course(tmp_path / "course")
    suite = course.suite_file("double")
    text = suite.read_text(encoding="utf-8")
    suite.write_text(text.replace("student.double(1)", "undefined_name"), encoding="utf-8")
    result = graded(course, tmp_path, module_text())
    assert result.status == "grader_error"
    assert "test_example" in result.reason
    assert (result.score, exercise(result, "double").score) == (None, None)


def test_a_test_that_a_students_value_breaks_is_the_students_failure(tmp_path):
    course = write_mini_course(tmp_path / "course")
    suite = course.suite_file("double")
    text = suite.read_text(encoding="utf-8")
    suite.write_text(
        text.replace("expect.close(student.double(1), 2)", "assert student.double(1).shape == ()"),
        encoding="utf-8",
    )
    result = graded(course, tmp_path, module_text(double="def double(x):\n    return 'text'"))
    assert result.status == "graded"
    assert exercise(result, "double").tests[0].outcome == "failed"


def test_the_students_messages_hold_no_expected_value(course, tmp_path):
    wrong = module_text(double="def double(x):\n    return np.asarray(x) * 3")
    test = exercise(graded(course, tmp_path, wrong), "double").tests[1]
    assert "expected" in test.detail
    assert "expected" not in test.message
    assert test.message.startswith("double(<float64 array of shape (3, 4)>)")
