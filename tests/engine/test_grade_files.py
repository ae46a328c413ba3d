"""Grade files for Canvas and Moodle, read as these platforms read them."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from feedback_pages import RIGHT, WRONG, made_course, result_of
from typer.testing import CliRunner

from autograder.class_report.grade_files import canvas_file, moodle_file
from autograder.class_report.records import ClassData, State, Student
from autograder.cli import app
from autograder.course.assignment import Assignment
from autograder.course.rosters import Roster, read_roster
from autograder.errors import AutograderError
from autograder.gradebook.changes import CellState

CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Doubling (5678),Other (9)
    Points Possible,,,,,15,3
"Lovelace, Ada",11,S1,ada,"Section 1, Monday",,
=cmd|'/C calc'!A0,12,S2,bob,Section 2,3,
"Nobody, Nina",13,S3,nina,Section 2,,
"""
WORKSHEET = """\
Identifier,Full name,Email address,Status,Grade,Maximum grade,Grade can be changed,\
Last modified (submission),Last modified (grade),Feedback comments,student
Participant 901,Ada Lovelace,ada@example.org,Submitted for grading,,15.00,Yes,-,-,"-- see
me",ada
Participant 902,@Bob,bob@example.org,Submitted for grading,3.00,"15,00",Yes,-,\
"Monday, 2 March 2026, 3:00 PM",=1+1,bob
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    return made_course(tmp_path_factory.mktemp("grades") / "course")


@pytest.fixture(scope="module")
def data(course: Assignment) -> ClassData:
    """Ada is done, an answer of Bob waits, Cleo is in no roster, Dan is rejected."""
    return ClassData(
        course,
        (
            Student("ada", State.GRADED, result_of("ada", RIGHT), 13.125),
            Student(
                "bob",
                State.GRADED,
                result_of("bob", WRONG),
                4.25,
                cells={"why": CellState(None, None, True)},
            ),
            Student("cleo", State.GRADED, result_of("cleo", RIGHT), 10.0),
            Student("dan", State.ABSENT),
        ),
    )


def roster_of(folder: Path, text: str) -> Roster:
    path = folder / "roster.csv"
    path.write_text(text, encoding="utf-8")
    return read_roster(path)


def read_by_canvas(text: str) -> tuple[list[str], float, Mapping[str, str]]:
    """The assignment columns, the points possible, and the grade of each user by id, as
    `GradebookImporter` finds them: by the places of columns, and the words in them.
    """
    header, *rows = csv.reader(io.StringIO(text))
    assert "Student" in header[0]
    assert "ID" in header[1]
    assert header[2:4] == ["SIS User ID", "SIS Login ID"]
    assert "Section" in header[4]
    possible, *students = rows
    assert "Points Possible" in possible[0]
    return header[5:], float(possible[5]), {row[1]: row[5] for row in students}


def read_by_moodle(text: str) -> Mapping[int, tuple[str, str]]:
    """The grade and its time by participant, as `assignfeedback_offline_grade_importer` does."""
    header, *rows = csv.reader(io.StringIO(text))
    number, grade, modified = map(header.index, ("Identifier", "Grade", "Last modified (grade)"))
    prefix = len("Participant ")
    return {int(row[number][prefix:]): (row[grade], row[modified]) for row in rows}


def test_canvas_finds_the_assignment_its_points_and_its_students(
    data: ClassData, tmp_path: Path
) -> None:
    made = canvas_file(data, roster_of(tmp_path, CANVAS))
    columns, possible, grades = read_by_canvas(made.text)
    assert columns == ["Doubling (5678)"]
    assert possible == 15
    assert grades == {"11": "13.12", "12": "4.25"}
    assert '"Section 1, Monday"' in made.text
    assert made.count == 2


def test_who_is_missing_on_one_side_is_named(data: ClassData, tmp_path: Path) -> None:
    made = canvas_file(data, roster_of(tmp_path, CANVAS))
    assert made.without_grade == ("nina",)
    assert made.without_row == ("cleo",)
    assert made.not_final == ("bob",)


def test_a_name_that_looks_like_a_formula_is_harmless(data: ClassData, tmp_path: Path) -> None:
    made = canvas_file(data, roster_of(tmp_path, CANVAS))
    names = [row[0] for row in csv.reader(io.StringIO(made.text))]
    assert names[3] == "'=cmd|'/C calc'!A0"


def test_without_the_column_canvas_gets_the_title(data: ClassData, tmp_path: Path) -> None:
    text = CANVAS.replace("Doubling (5678)", "Another (5678)")
    columns, _, _ = read_by_canvas(canvas_file(data, roster_of(tmp_path, text)).text)
    assert columns == ["Doubling"]


def test_a_student_whom_canvas_cannot_find_is_left_out_and_named(
    data: ClassData, tmp_path: Path
) -> None:
    text = "student,sis_user_id\nada,\nbob,S2\n"
    made = canvas_file(data, roster_of(tmp_path, text))
    assert made.without_id == ("ada",)
    _, _, grades = read_by_canvas(made.text)
    assert grades == {"": "4.25"}  # Canvas's own id is not known, and S2 is in its own column


def test_a_roster_without_ids_is_refused(data: ClassData, tmp_path: Path) -> None:
    roster = roster_of(tmp_path, "student\nada\n")
    with pytest.raises(AutograderError, match="no id by which the platform finds a student"):
        canvas_file(data, roster)
    with pytest.raises(AutograderError, match="no id by which the platform finds a student"):
        moodle_file(data, roster)


def test_moodles_worksheet_keeps_its_form_and_gets_grades(data: ClassData, tmp_path: Path) -> None:
    made = moodle_file(data, roster_of(tmp_path, WORKSHEET))
    assert read_by_moodle(made.text) == {
        901: ("13.12", "-"),
        902: ("4.25", "Monday, 2 March 2026, 3:00 PM"),
    }
    assert "'@Bob" in made.text
    assert "Maximum grade" in made.text


def test_moodles_worksheet_overwrites_no_feedback(data: ClassData, tmp_path: Path) -> None:
    """Moodle takes every column with the name of a feedback field, also if it is altered."""
    made = moodle_file(data, roster_of(tmp_path, WORKSHEET))
    assert "Feedback comments" not in made.text
    assert "see" not in made.text


def test_another_maximum_grade_is_refused_because_moodle_drops_what_is_above(
    data: ClassData, tmp_path: Path
) -> None:
    roster = roster_of(tmp_path, WORKSHEET.replace("15.00", "10.00"))
    with pytest.raises(
        AutograderError, match=r"line 2: the maximum grade is '10.00', and doubling"
    ):
        moodle_file(data, roster)


def test_moodles_gradebook_gets_what_identifies_a_user(data: ClassData, tmp_path: Path) -> None:
    text = (
        "First name,Last name,ID number,Email address,student\n"
        "Ada,Lovelace,S1,ada@example.org,ada\nBob,Byron,S2,bob@example.org,bob\n"
    )
    made = moodle_file(data, roster_of(tmp_path, text))
    first, *_ = csv.DictReader(io.StringIO(made.text))
    assert first == {
        "Full name": "Ada Lovelace",
        "Email address": "ada@example.org",
        "Username": "",
        "ID number": "S1",
        "Doubling": "13.12",
    }


def test_nobody_who_is_not_graded_gets_a_zero(data: ClassData, tmp_path: Path) -> None:
    ungraded = replace(data, students=tuple(replace(each, total=None) for each in data.students))
    made = canvas_file(ungraded, roster_of(tmp_path, CANVAS))
    assert made.count == 0
    assert read_by_canvas(made.text)[2] == {}


def test_the_command_writes_both_and_says_who_is_missing(
    course: Assignment, tmp_path: Path
) -> None:
    roster_of(tmp_path, CANVAS)
    arguments = ["report", "doubling", "--course", str(course.root)]
    arguments += ["--roster", str(tmp_path / "roster.csv"), "--canvas", str(tmp_path / "c.csv")]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    assert "Report on 3 students" in done.output
    assert "Canvas: 0 grades" in done.output
    assert "In the roster, but without a grade: ada, bob, nina." in done.output
