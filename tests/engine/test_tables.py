"""What people read in the terminal: whole at 80 columns, and harmless whatever students wrote."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.cli.one_submission import show_submission
from autograder.cli.tables import in_brief, show_class
from autograder.course.assignment import Assignment, Exercise
from autograder.gradebook.standing import Standing
from autograder.results import ExerciseResult, Fault, Result, TestResult, WrittenResult


def result(assignment: Assignment, student: str = "ada", share: float = 1.0) -> Result:
    """A student who earned that share of every exercise."""
    exercises = tuple(
        ExerciseResult(each.name, each.points * share, each.points, "passed")
        for each in assignment.exercises
    )
    written = (WrittenResult("why", 4.0, "needs_marking"),)
    return Result(
        assignment.name, student, f"{student}.ipynb", "graded", "", exercises, written=written
    )


def with_exercises(assignment: Assignment, count: int) -> Assignment:
    """The same with that many exercises of long names."""
    larger = replace(assignment)
    larger.__dict__["exercises"] = tuple(
        Exercise(f"an_exercise_with_a_long_name_{number}", 5.0) for number in range(count)
    )
    return larger


@pytest.mark.parametrize("exercises", [1, 7, 8, 14])
def test_a_class_fits_into_80_columns(
    exercises: int, mini_course: Assignment, capsys: pytest.CaptureFixture[str]
) -> None:
    assignment = with_exercises(mini_course, exercises)
    results = [
        result(assignment, "a-student-with-a-very-long-name-indeed", 0.45),
        replace(result(assignment, "b"), status="rejected", reason="The file is empty. " * 9),
    ]
    show_class(assignment, results)
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 80
    assert "needs_marking" not in shown


def test_a_row_holds_name_scores_total_and_answers_to_mark(
    mini_course: Assignment, capsys: pytest.CaptureFixture[str]
) -> None:
    show_class(mini_course, [result(mini_course, "ada", 0.5)])
    (row,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("ada")]
    assert row.split() == ["ada", "2", "1", "3", "1"]


def test_a_rejected_file_shows_its_reason_and_no_score(
    mini_course: Assignment, capsys: pytest.CaptureFixture[str]
) -> None:
    rejected = replace(result(mini_course), status="rejected", reason="The file is empty.")
    show_class(mini_course, [rejected])
    (row,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("ada")]
    assert "The file is empty." in row
    assert row.split()[1:4] == ["-", "-", "!!!"]


def test_a_submission_shows_what_failed_and_the_hint(
    mini_course: Assignment, capsys: pytest.CaptureFixture[str]
) -> None:
    failed = TestResult(
        "test_a", "Handles strides.", "hidden", "failed", 1.0, "The shape differs.", hint="Why?"
    )
    exercise = ExerciseResult("size", 1.0, 2.0, "failed", (failed,))
    show_submission(replace(result(mini_course), exercises=(exercise,)))
    shown = capsys.readouterr().out
    for part in ("size  1/2", "Handles strides.", "The shape differs.", "Why?", "1 of 2 points"):
        assert part in shown


def test_a_students_text_neither_paints_nor_commands(
    mini_course: Assignment, capsys: pytest.CaptureFixture[str]
) -> None:
    nasty = TestResult(
        "test_a", "Handles it.", "hidden", "error", 1.0, "[bold]\x1b[2J\n::error::x\n##[group]y"
    )
    exercise = ExerciseResult("size", 0.0, 2.0, "error", (nasty,))
    show_submission(replace(result(mini_course), exercises=(exercise,)))
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "[bold]" in shown
    assert "::" not in shown
    assert "##[" not in shown


def test_in_brief_names_the_student_and_the_points(mini_course: Assignment) -> None:
    assert in_brief(result(mini_course)) == "ada 6/6"
    assert in_brief(replace(result(mini_course), status="rejected")) == "ada rejected"


def test_a_function_that_is_not_there_is_told_once(
    mini_course: Assignment, capsys: pytest.CaptureFixture[str]
) -> None:
    said = "There is no function called size."
    tests = tuple(TestResult(f"t{n}", f"T{n}.", "hidden", "missing", 1, said) for n in range(9))
    exercise = ExerciseResult("size", 0.0, 2.0, "missing", tests)
    show_submission(replace(result(mini_course), exercises=(exercise,)))
    shown = capsys.readouterr().out
    assert shown.count(said) == 1
    assert "T0." not in shown


def test_an_exercise_without_a_grade_is_no_zero(
    mini_course: Assignment, capsys: pytest.CaptureFixture[str]
) -> None:
    ungraded = replace(result(mini_course).exercises[0], score=None, outcome="grader_error")
    fault = Fault("NameError: x", "test_increment.py", 3, "test_a", "increment")
    exercises = (ungraded, *result(mini_course).exercises[1:])
    failed = replace(
        result(mini_course), status="grader_error", exercises=exercises, faults=(fault,)
    )
    show_class(mini_course, [failed, result(mini_course, "ben")])
    shown = capsys.readouterr().out
    rows = {line.split()[0]: line.split()[1:] for line in shown.splitlines() if line.split()}
    assert rows["ada"][:4] == ["!", "2", "!!!", "1"]
    assert rows["ben"][:4] == ["4", "2", "6", "1"]
    assert "test_increment.py, line 3, test_a: NameError: x" in shown


def test_the_total_is_the_gradebooks_where_there_is_one(
    mini_course: Assignment, capsys: pytest.CaptureFixture[str]
) -> None:
    show_class(mini_course, [result(mini_course)], standing={"ada": Standing(9.5, 10.0, 0)})
    shown = capsys.readouterr().out
    (row,) = [line.split() for line in shown.splitlines() if line.startswith("ada")]
    assert row == ["ada", "4", "2", "9.5"]
    assert "of 10 points" in shown
    show_class(mini_course, [result(mini_course)])
    assert "auto: what is graded automatically, of 6 points." in capsys.readouterr().out
