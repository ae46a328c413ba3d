"""A gradebook on a PostgreSQL server: graded by our commands and nbgrader's, shown and missed."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

import postgresql
import pytest
from book_course import NAME, write_course
from nbgrader.api import Gradebook
from test_gradebook import hand_in, result_of, write
from test_stock_nbgrader import nbgrader, run_nbgrader
from typer.testing import CliRunner

from autograder.authoring import build
from autograder.cli import app
from autograder.course.assignment import Assignment, load_assignment
from autograder.errors import CourseError
from autograder.gradebook import lateness, writer
from autograder.gradebook.address import check_address_of_course
from autograder.gradebook.book import open_book
from autograder.gradebook.cell_scores import GradedNotebook
from autograder.gradebook.rubric_points import item_key
from autograder.gradebook.written_marks import Mark, marks, save

SERVER = "postgresql+psycopg://teacher:secret@localhost/marks"


def course_with(root: Path, *settings: str) -> Assignment:
    """The course with further lines in its `nbgrader_config.py`."""
    write_course(root)
    config = root / "nbgrader_config.py"
    config.write_text("\n".join([config.read_text(encoding="utf-8"), *settings, ""]))
    return load_assignment(NAME, root)


def at(address: str) -> str:
    return f"c.CourseDirectory.db_url = {address!r}"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    if reason := postgresql.lacking():
        pytest.skip(reason)
    with postgresql.server() as address:
        yield address


@pytest.fixture(scope="module")
def course(server: str, tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    root = tmp_path_factory.mktemp("course")
    course = course_with(root, at(server), "c.CourseDirectory.course_id = 'networks'")
    build.build(NAME, course.root)
    return course


def test_a_class_is_graded_marked_and_graded_again(course: Assignment, server: str) -> None:
    hand_in(course, "ada", "Since it is added.")
    hand_in(course, "ben")
    assert write(course, result_of("ada"), result_of("ben", 1.5)) == {}
    with Gradebook(server, "networks") as gradebook:
        grade = gradebook.find_grade("why", NAME, NAME, "ada")
        grade.manual_score, grade.needs_manual_grade = 3.5, False
        gradebook.db.commit()
    assert write(course, result_of("ada", 2.0, key="2")) == {}
    standing = writer.standing(course)
    assert (standing["ada"].score, standing["ada"].to_mark) == (5.5, 0)
    assert (standing["ben"].score, standing["ben"].max_score) == (1.5, 7.0)
    assert not (course.root / "gradebook.db").exists()


def test_nbgraders_own_commands_use_the_same_server(course: Assignment) -> None:
    hand_in(course, "cyd")
    nbgrader(course.root, "autograde", NAME, "--student", "cyd", "--create")
    nbgrader(course.root, "generate_feedback", NAME, "--student", "cyd")
    nbgrader(course.root, "export")
    with (course.root / "grades.csv").open() as file:
        scores = {row["student_id"]: row["score"] for row in csv.DictReader(file)}
    assert float(scores["cyd"]) == 3.0
    assert "3 of 3 points" in (course.root / "feedback" / "cyd" / NAME / f"{NAME}.html").read_text(
        encoding="utf-8"
    )
    assert not (course.root / "gradebook.db").exists()


def test_what_is_printed_names_the_server_and_no_file(course: Assignment) -> None:
    hand_in(course, "ada", "Since it is added.")
    said = CliRunner().invoke(app, ["grade", NAME, "--course", str(course.root)]).output
    said += CliRunner().invoke(app, ["doctor", "--course", str(course.root)]).output
    unfolded = "".join(said.split())
    assert unfolded.count("postgresql+psycopg://teacher:***@/postgres") == 2
    assert "secret@" not in unfolded
    assert "gradebook.db" not in said


def test_one_student_who_cannot_be_written_is_rolled_back_alone(
    course: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    for student in ("dan", "eva"):
        hand_in(course, student)
    save = writer.Book.save

    def failing(self: writer.Book, graded: Mapping[str, GradedNotebook]) -> None:
        save(self, graded)
        if "dan" in graded:
            raise RuntimeError("no")

    monkeypatch.setattr(writer.Book, "save", failing)
    assert list(write(course, result_of("dan"), result_of("eva"))) == ["dan"]
    with open_book(course) as book:
        assert not book.has_submission("dan")
        assert book.scores()["eva"]["score"] == 3.0


def test_written_answers_are_marked_there(course: Assignment) -> None:
    hand_in(course, "fay", "Since it is added.")
    assert write(course, result_of("fay")) == {}
    given = Mark(2.5, False, "Well put.", {item_key("1 point: so."): 1.0})
    for _ in range(2):
        save(course, "why", "fay", given, marks(course, "why")["fay"].version)
    assert marks(course, "why")["fay"] == given
    assert writer.standing(course)["fay"].score == 5.5


def test_extra_time_and_penalties_are_kept_there(course: Assignment, server: str) -> None:
    with Gradebook(server, "networks") as gradebook:
        gradebook.update_or_create_assignment(NAME, duedate=datetime(2026, 3, 1))
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write("c.LateSubmissionPlugin.penalty_method = 'zero'\n")
    (hand_in(course, "gil") / "timestamp.txt").write_text("2026-03-02 12:00:00 UTC")
    assert write(course, result_of("gil")) == {}
    assert writer.standing(course)["gil"].score == 0.0
    change = lateness.give_extra_time(course, "gil", 36)
    assert change == "late penalty 3 → 0 (in time)"
    assert writer.standing(course)["gil"].score == 3.0


# -- what is missed --------------------------------------------------------------------------


def test_a_missing_driver_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    course = course_with(tmp_path, at(SERVER), "c.CourseDirectory.course_id = 'networks'")
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(CourseError, match=r"pip install 'convgrade\[postgresql\]'"):
        open_book(course)


def test_a_missing_course_id_is_one_sentence_before_anything_is_graded(tmp_path: Path) -> None:
    course = course_with(tmp_path, at(SERVER))
    build.build(NAME, course.root)
    hand_in(course, "ada")
    done = CliRunner().invoke(app, ["grade", NAME, "--course", str(course.root)])
    assert done.exit_code == 2
    assert "add c.CourseDirectory.course_id =" in " ".join(done.stderr.split())
    assert "secret" not in done.stderr
    assert not list((course.root / "results").rglob("*.json"))


@pytest.mark.parametrize("address", ["nonsense", "oracle://x/y", "mysql-of-mine://x"])
def test_an_address_that_is_none_is_one_sentence(tmp_path: Path, address: str) -> None:
    with pytest.raises(CourseError, match=r"db_url|driver"):
        open_book(course_with(tmp_path, at(address), "c.CourseDirectory.course_id = 'networks'"))


def test_a_server_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    address = "postgresql+psycopg://teacher:secret@/marks?host=/nowhere"
    course = course_with(tmp_path, at(address), "c.CourseDirectory.course_id = 'networks'")
    with pytest.raises(CourseError, match="start the server, or correct") as caught:
        writer.standing(course)
    assert "secret" not in str(caught.value)
    done = CliRunner().invoke(app, ["doctor", "--course", str(course.root)])
    assert done.exit_code == 1
    assert "gradebook.db" not in done.output
    build.build(NAME, course.root)
    hand_in(course, "ada")
    for command in (("grade", NAME), ("mark", NAME, "--no-browser")):
        done = CliRunner().invoke(app, [*command, "--course", str(course.root)])
        assert done.exit_code == 2
        assert "cannot be" in done.stderr
        assert "Grading" not in done.stderr


@pytest.mark.parametrize(
    ("lacking", "command", "sentence"),
    [
        ("driver", ("export",), "install the driver with `pip install 'convgrade[postgresql]'`"),
        ("driver", ("autograde", NAME, "--create"), "install the driver with `pip install"),
        ("course", ("db", "student", "list"), "add c.CourseDirectory.course_id ="),
        ("server", ("autograde", NAME, "--create"), "start the server, or correct"),
    ],
)
def test_nbgraders_own_commands_say_the_same_sentences(
    tmp_path: Path, lacking: str, command: tuple[str, ...], sentence: str
) -> None:
    root = tmp_path / "course"
    named = [] if lacking == "course" else ["c.CourseDirectory.course_id = 'networks'"]
    course_with(root, at("postgresql+psycopg://teacher:secret@/marks?host=/none"), *named)
    (root / "submitted" / "ada" / NAME).mkdir(parents=True)
    (root / "submitted" / "ada" / NAME / f"{NAME}.ipynb").touch()
    packages = tmp_path / "packages"
    packages.mkdir()
    if lacking == "driver":
        (packages / "psycopg.py").write_text("raise ModuleNotFoundError(name='psycopg')")
    done = run_nbgrader(root, *command, PYTHONPATH=str(packages))
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("nbgrader: The gradebook postgresql")
    assert sentence in last
    assert "Traceback" not in done.stderr
    assert "secret" not in done.stderr + done.stdout


def test_a_relative_file_is_relative_to_the_course(tmp_path: Path) -> None:
    course = course_with(tmp_path, at("sqlite:///marks/book.db"))
    assert check_address_of_course(course.root) == f"sqlite:///{tmp_path}/marks/book.db"
