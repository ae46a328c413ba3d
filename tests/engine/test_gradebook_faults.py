"""The gradebook after a fault of a suite, and what stands beside a hand-in: names and times."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from book_course import NAME, SOURCE, write_course
from nbgrader.api import Gradebook
from test_gradebook import graded_notebook, hand_in, mark, result_of, scores, write
from traitlets.config import Config

from autograder.authoring import build
from autograder.course.assignment import Assignment, load_assignment
from autograder.errors import CourseError
from autograder.gradebook import writer
from autograder.gradebook.book import open_book
from autograder.gradebook.feedback import feedback
from autograder.gradebook.submission_time import timestamp
from autograder.results import ExerciseResult, Fault, Observed, Result, TestResult

TWO = (
    SOURCE
    + '''
# %% nbgrader={"grade_id": "halve", "solution": true}
def halve(x):
    """Half of `x`."""
    ### BEGIN SOLUTION
    return np.asarray(x) / 2
    ### END SOLUTION

# %% nbgrader={"grade_id": "test_halve", "grade": true, "locked": true, "points": 2}
print(halve(2))
'''
)


@pytest.fixture(scope="session")
def two_exercises(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_course(tmp_path_factory.mktemp("two"), TWO)
    suites = root / "tests" / "hidden" / NAME
    (suites / "test_halve.py").write_text((suites / "test_double.py").read_text())
    build.build(NAME, root)
    writer.register(load_assignment(NAME, root))
    return root


@pytest.fixture
def course(two_exercises: Path, tmp_path: Path) -> Assignment:
    shutil.copytree(two_exercises, tmp_path / "course [2026]")
    return load_assignment(NAME, tmp_path / "course [2026]")


@pytest.fixture
def gradebook(course: Assignment) -> Iterator[Gradebook]:
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as opened:
        yield opened


def whole(student: str, double: float = 3.0, halve: float = 2.0, key: str = "1") -> Result:
    test = TestResult("test_a", "Halves.", "hidden", "passed", 1.0)
    exercises = (
        result_of(student, double).exercises[0],
        ExerciseResult("halve", halve, 2.0, "passed", (test,)),
    )
    return result_of(student, key=key, exercises=exercises)


def at_fault(student: str, halve: float = 2.0, key: str = "1") -> Result:
    """The suite of `double` is broken; `halve` is graded."""
    exercises = (
        ExerciseResult("double", None, 3.0, "grader_error"),
        whole(student, halve=halve).exercises[1],
    )
    fault = Fault(
        "NameError: name 'expcet' is not defined", "test_double.py", 3, "test_a", "double"
    )
    return result_of(
        student,
        status="grader_error",
        reason=f"The grader failed on double ({fault})",
        exercises=exercises,
        faults=(fault,),
        key=key,
    )


def grade_of(gradebook: Gradebook, student: str, cell: str) -> tuple[float | None, bool]:
    gradebook.db.expire_all()
    grade = gradebook.find_grade(cell, NAME, NAME, student)
    return grade.auto_score, grade.needs_manual_grade


def test_an_exercise_whose_suite_is_at_fault_has_no_score_and_the_others_are_written(
    course: Assignment, gradebook: Gradebook
) -> None:
    hand_in(course, "ada", "Because.")
    problems = write(course, at_fault("ada"))
    assert problems == {"ada": "not graded in double, what else was handed in is."}
    assert grade_of(gradebook, "ada", "test_double") == (None, True)
    assert grade_of(gradebook, "ada", "test_halve") == (2.0, False)
    assert grade_of(gradebook, "ada", "why") == (None, True)


def test_a_fault_keeps_the_score_that_was_there_and_what_a_person_has_marked(
    course: Assignment, gradebook: Gradebook
) -> None:
    hand_in(course, "ada", "Because.")
    write(course, whole("ada", double=1.0))
    mark(gradebook, "ada", "why", 3.5)
    write(course, at_fault("ada", halve=1.0, key="2"))
    assert grade_of(gradebook, "ada", "test_double") == (1.0, True)
    assert grade_of(gradebook, "ada", "test_halve") == (1.0, False)
    assert grade_of(gradebook, "ada", "why") == (None, False)
    assert scores(course, "ada")["why"] == 3.5


def test_points_that_a_person_gave_for_an_exercise_stand_while_its_suite_is_at_fault(
    course: Assignment, gradebook: Gradebook
) -> None:
    hand_in(course, "ada")
    write(course, whole("ada", double=1.0))
    mark(gradebook, "ada", "test_double", 2.0)
    write(course, at_fault("ada", key="2"))
    assert grade_of(gradebook, "ada", "test_double") == (1.0, False)
    assert scores(course, "ada")["test_double"] == 2.0


def test_a_fault_of_everything_asks_for_no_written_answer_again(
    course: Assignment, gradebook: Gradebook
) -> None:
    hand_in(course, "ada", "Because.")
    write(course, whole("ada"))
    mark(gradebook, "ada", "why", 3.5)
    write(course, result_of("ada", 0.0, status="grader_error", reason="Broken.", key="2"))
    assert grade_of(gradebook, "ada", "why") == (None, False)
    assert grade_of(gradebook, "ada", "test_double") == (3.0, True)


def test_once_the_suite_is_mended_the_same_key_is_written_and_nobody_need_look(
    course: Assignment, gradebook: Gradebook
) -> None:
    hand_in(course, "ada")
    write(course, at_fault("ada"))
    assert write(course, whole("ada")) == {}
    assert grade_of(gradebook, "ada", "test_double") == (3.0, False)


def test_the_page_says_that_the_grader_failed_and_not_the_work(course: Assignment) -> None:
    hand_in(course, "ada")
    write(course, at_fault("ada"))
    (page,) = feedback(course, ["ada"])
    text = page.read_text()
    assert "not graded yet, worth 3 points" in text
    assert "double: the grader failed here, not your work. Where this page shows 0" in text
    assert "2 of 2 points" in text
    assert "expcet" not in text


def test_the_page_says_what_was_made_of_the_files_and_which_cells_failed(
    course: Assignment,
) -> None:
    hand_in(course, "ada")
    seen = Observed(
        attention=("Of two notebooks the newer one was graded.",),
        failed_cells=("cell 4 (double): SyntaxError: '(' was never closed (line 44)",),
    )
    write(course, result_of("ada", exercises=whole("ada").exercises, observed=seen))
    text = graded_notebook(course, "ada").cells[0].source
    assert "Of two notebooks the newer one was graded." in text
    assert "was never closed (line 44)" in text


def test_standing_is_what_the_gradebook_has_and_falls_when_a_person_marks(
    course: Assignment, gradebook: Gradebook
) -> None:
    hand_in(course, "ada", "Because.")
    write(course, whole("ada"))
    before = writer.standing(course)["ada"]
    mark(gradebook, "ada", "why", 3.5)
    after = writer.standing(course)["ada"]
    assert (before.score, before.max_score, before.to_mark) == (5.0, 9.0, 1)
    assert (after.score, after.to_mark) == (8.5, 0)


@pytest.mark.parametrize("student", ["ada [2]", "x[ab]y", "why?", "a*"])
def test_a_student_whose_name_looks_like_a_pattern_has_a_page(
    course: Assignment, student: str
) -> None:
    for each in (student, "xay"):
        hand_in(course, each)
        write(course, whole(each))
    (page,) = feedback(course, [student])
    assert page.parent.parent.name == student
    assert page.is_file()


@pytest.mark.parametrize(
    ("said", "hour"),
    [
        ("2026-03-01 12:00:00 UTC", 12),
        ("2026-03-01 12:00:00.123456 UTC", 12),
        ("2026-03-01T12:00:00Z", 12),
        ("2026-03-01 12:00", 12),
        ("2026-03-01 12:00:00+01:00", 11),
        ("2026-03-01 12:00:00 -0200", 14),
        ("2026-03-01 12:00:00 Europe/Berlin", 11),
        ("2026-03-01 12:00:00 CET", 11),
        ("\ufeff2026-03-01 12:00:00 GMT\n", 12),
    ],
)
def test_a_certain_time_is_read(tmp_path: Path, said: str, hour: int) -> None:
    (tmp_path / "timestamp.txt").write_text(said, encoding="utf-8")
    config = Config({"Exchange": {"timezone": "Europe/Berlin"}})
    found = timestamp(tmp_path, config)
    assert found is not None
    assert found.replace(minute=0, second=0, microsecond=0) == datetime(2026, 3, 1, hour)


@pytest.mark.parametrize(
    "said",
    [
        "01.03.2026",
        "01.03.2026 12:00",
        "03/01/2026 12:00:00",
        "12:00 CEST",
        "2026-03-01",
        "2026-03-01 12:00:00 CEST",
        "2026-07-01 12:00:00 EST",
        "2026-02-30 12:00:00 UTC",
        "2026-03-01 25:00:00 UTC",
        "2026-03-01 12:00:00 No/Where",
        "2026-03-01 12:00:00 ../../etc/passwd",
        "tomorrow",
        "9" * 5000,
    ],
)
def test_a_time_that_could_be_another_is_refused_with_the_form_that_is_wanted(
    tmp_path: Path, said: str
) -> None:
    (tmp_path / "timestamp.txt").write_text(said)
    with pytest.raises(CourseError, match="2026-03-01 12:00:00 UTC") as refused:
        timestamp(tmp_path, Config())
    assert len(str(refused.value)) < 400


def test_no_time_is_none(tmp_path: Path) -> None:
    assert timestamp(tmp_path) is None
    (tmp_path / "timestamp.txt").write_text(" \n")
    assert timestamp(tmp_path) is None


def test_the_book_lists_the_course_in_a_folder_with_brackets(course: Assignment) -> None:
    hand_in(course, "ada")
    write(course, whole("ada"))
    with open_book(course) as book:
        assert book.students() == {"ada"}
