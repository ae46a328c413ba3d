"""A fault of a hidden suite costs its exercise, is told whole, and is nobody's zero."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from graders import grade
from mini_course import SOLUTIONS, mini_cells, module_text, notebook_json, write_mini_course

from autograder.course.assignment import Assignment
from autograder.grading.result_store import load_if_current, result_file
from autograder.publish import gradescope, junit, markdown
from autograder.publish import json as publish_json
from autograder.publish.visibility import FeedbackVisibility
from autograder.results import ExerciseResult, Result
from convgrade.submission import read_hand_in

SEED = b"a seed for tests" * 2
FAULTS = {
    "an import of what is not there": ("import pytest", "import pytest, no_such_module", 2),
    "a syntax error": ("def test_arrays(student, rng):", "def test_arrays(student, rng)", 11),
    "a misspelt name while it is read": ("@pytest.mark.weight(3)", "@pytest.mrak.weight(3)", 10),
    "a misspelt mark": ("@pytest.mark.public", "@pytest.mark.publik", 5),
    "a misspelt name in a test": ("expect.close(student.double(x)", "expcet.close(x", 14),
    "a misspelt fixture": ("def test_arrays(student, rng)", "def test_arrays(student, rgn)", 10),
    "a misspelt function of expect": ("expect.close(student.double(x)", "expect.clsoe(x", 14),
    "a test that is skipped": ("x = rng.normal(size=(3, 4))", "pytest.skip('later')", 0),
    "a weight that is not positive": ("weight(3)", "weight(0)", 0),
}


@pytest.fixture
def course(tmp_path: Path) -> Assignment:
    return write_mini_course(tmp_path / "course")


def break_suite(course: Assignment, old: str, new: str, exercise: str = "double") -> None:
    suite = course.suite_file(exercise)
    text = suite.read_text(encoding="utf-8")
    assert old in text
    suite.write_text(text.replace(old, new), encoding="utf-8")


def graded(course: Assignment, folder: Path, content: str | None = None) -> Result:
    path = folder / "ada.ipynb"
    path.write_text(content or notebook_json(mini_cells(SOLUTIONS, "Because.")), encoding="utf-8")
    return grade(path, course, SEED)


def exercise(result: Result, name: str) -> ExerciseResult:
    return next(each for each in result.exercises if each.name == name)


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_in_one_suite_leaves_its_exercise_ungraded_and_the_others_graded(
    course: Assignment, tmp_path: Path, kind: str
) -> None:
    old, new, line = FAULTS[kind]
    break_suite(course, old, new)
    result = graded(course, tmp_path)
    assert (result.status, result.score) == ("grader_error", None)
    assert (exercise(result, "double").score, exercise(result, "double").outcome) == (
        None,
        "grader_error",
    )
    assert exercise(result, "increment").score == 4
    assert [item.state for item in result.written] == ["needs_marking"]
    (fault,) = result.faults
    assert (fault.exercise, fault.file) == ("double", "tests/hidden/mini/test_double.py")
    assert line in (0, fault.line)
    assert fault.error
    assert str(fault) in result.reason


def test_a_fault_of_a_suite_is_none_of_the_other_suites_test_of_the_same_name(
    course: Assignment, tmp_path: Path
) -> None:
    break_suite(course, "student.double(1)", "undefined_name")
    result = graded(course, tmp_path)
    assert (result.faults[0].test, result.faults[0].exercise) == ("test_example", "double")
    assert "NameError: name 'undefined_name' is not defined" in str(result.faults[0])
    assert exercise(result, "increment").score == 4


def test_a_suite_that_is_not_there_costs_its_exercise_only(
    course: Assignment, tmp_path: Path
) -> None:
    course.suite_file("double").unlink()
    result = graded(course, tmp_path)
    assert [each.score for each in result.exercises] == [4, None]
    assert "test_double.py" in result.reason


def test_a_module_that_all_suites_import_costs_all_that_import_it(
    course: Assignment, tmp_path: Path
) -> None:
    (course.suite_folder / "reference.py").write_text("x = (1,\n")
    break_suite(course, "import pytest", "import pytest, reference", "increment")
    result = graded(course, tmp_path)
    assert [each.score for each in result.exercises] == [None, 2]
    assert result.faults[0].file == "tests/hidden/mini/reference.py"


def test_a_fault_of_the_misconceptions_costs_hints_and_no_points(
    course: Assignment, tmp_path: Path
) -> None:
    course.misconceptions_file.write_text("undefined_name\n")
    wrong = module_text(double="def double(x):\n    return x")
    (tmp_path / "ben.py").write_text(wrong)
    result = grade(tmp_path / "ben.py", course, SEED, advice=("hints",))
    assert (result.status, result.score) == ("graded", 4.0)
    assert "undefined_name" in str(result.faults[0])


@pytest.mark.parametrize(
    "body",
    [
        "def double(x):\n    raise NameError('expcet')",
        "def double(x):\n    import os; os._exit(3)",
        "def double(x):\n    return object()",
        "def double(x):\n    return 'text'",
        "def double(x):\n    raise SystemExit",
    ],
)
def test_nothing_that_a_students_code_does_is_a_fault_of_the_suite(
    course: Assignment, tmp_path: Path, body: str
) -> None:
    fixture = "\n@pytest.fixture\ndef asked(student):\n    return student.double(2.0) + 1\n"
    break_suite(course, "@pytest.mark.public", fixture + "@pytest.mark.public")
    break_suite(course, "def test_arrays(student, rng)", "def test_arrays(student, rng, asked)")
    (tmp_path / "eve.py").write_text(module_text(double=body))
    result = grade(tmp_path / "eve.py", course, SEED)
    assert (result.status, result.score) == ("graded", 4.0)
    assert result.faults == ()


def test_what_builds_on_an_exercise_without_a_grade_is_graded_with_the_right_one(
    course: Assignment, tmp_path: Path
) -> None:
    suite = course.suite_file("increment")
    builds = 'pytestmark = pytest.mark.builds_on("double")\n'
    suite.write_text(
        suite.read_text().replace("@pytest.mark.public", builds + "@pytest.mark.public", 1)
    )
    break_suite(course, "import pytest", "import pytest, no_such_module")
    uses = "def increment(x):\n    return double(x) / 2 + 1"
    (tmp_path / "ben.py").write_text(module_text(increment=uses, double="def double(x): return x"))
    result = grade(tmp_path / "ben.py", course, SEED)
    assert exercise(result, "increment").score == 4
    assert exercise(result, "increment").replaced == ("double",)


def test_a_result_with_a_fault_is_not_current(course: Assignment, tmp_path: Path) -> None:
    break_suite(course, "student.double(1)", "undefined_name")
    path = tmp_path / "ada.py"
    path.write_text(module_text())
    result = grade(path, course)
    result.write(result_file(course, "ada"))
    assert Result.from_json(result.to_json()) == result
    assert load_if_current(read_hand_in(path, course.release).digest, course, "ada") is None


def test_no_format_gives_a_zero_for_a_fault(course: Assignment, tmp_path: Path) -> None:
    break_suite(course, "student.double(1)", "undefined_name")
    result = graded(course, tmp_path)
    assert gradescope.dumps(result) is None
    (document,) = json.loads(publish_json.dumps([result]))
    assert (document["status"], document["score"], document["max_score"]) == (
        "grader_error",
        None,
        6.0,
    )
    assert [each["score"] for each in document["exercises"]] == [4.0, None]
    report = junit.dumps([result])
    assert 'type="grader_error"' in report
    assert 'name="score"' not in report
    assert "none / 2" in markdown.dumps([result])
    assert json.loads(result.to_json())["score"] is None


@pytest.mark.parametrize("hidden_tests", ["titles", "none"])
def test_a_fault_tells_no_more_of_a_hidden_test_than_the_settings(
    course: Assignment, tmp_path: Path, hidden_tests: str
) -> None:
    break_suite(course, "x = rng.normal(size=(3, 4))", "raise ValueError('expected 7')")
    shown = FeedbackVisibility.of({"hidden_tests": hidden_tests}).applied(graded(course, tmp_path))
    text = publish_json.dumps([shown]) + junit.dumps([shown]) + markdown.dumps([shown])
    assert "expected 7" not in text
    assert "The grader failed on double" in text
    assert "test_double.py, line 13" in text
