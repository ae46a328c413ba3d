"""Many students are written in one transaction, with few statements; none depends on another."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from book_course import NAME, write_course
from nbgrader.api import Gradebook
from sqlalchemy import delete, event
from sqlalchemy.engine import Engine
from test_gradebook import hand_in, mark, result_of, scores, write

from autograder.authoring import build
from autograder.course.assignment import Assignment, load_assignment
from autograder.gradebook import lateness, writer
from autograder.gradebook.book import open_book

DUE = datetime(2026, 3, 1, 12)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_course(tmp_path_factory.mktemp("batches") / "course")
    build.build(NAME, root)
    writer.register(load_assignment(NAME, root))
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        gradebook.update_or_create_assignment(NAME, duedate=DUE)
    return root


@pytest.fixture
def course(template: Path, tmp_path: Path) -> Assignment:
    shutil.copytree(template, tmp_path / "course")
    return load_assignment(NAME, tmp_path / "course")


@pytest.fixture
def gradebook(course: Assignment) -> Iterator[Gradebook]:
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as opened:
        yield opened


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that any database is sent meanwhile; one with many rows counts once."""
    statements: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def names(count: int) -> list[str]:
    return [f"student{number:03}" for number in range(count)]


def class_of(course: Assignment, count: int) -> list[str]:
    for name in names(count):
        (hand_in(course, name, "Because.") / "timestamp.txt").write_text("2026-03-03 12:00 UTC")
    return names(count)


def statements_for(course: Assignment, count: int, score: float) -> dict[str, int]:
    students = class_of(course, count)
    found = {}
    with counted() as statements:
        assert write(course, *(result_of(each, score) for each in students)) == {}
    found["written"] = len(statements)
    with counted() as statements:
        assert write(course, *(result_of(each, score) for each in students)) == {}
    found["written again"] = len(statements)
    with counted() as statements:
        assert len(writer.standing(course)) == count
    found["standing"] = len(statements)
    with counted() as statements:
        lateness.apply_lateness(course)
    found["lateness"] = len(statements)
    return found


def test_the_number_of_statements_does_not_grow_with_the_class(
    course: Assignment, template: Path, tmp_path: Path
) -> None:
    shutil.copytree(template, tmp_path / "other")
    few = statements_for(course, 2, 2.5)
    many = statements_for(load_assignment(NAME, tmp_path / "other"), 30, 2.5)
    assert few == many


def test_more_students_than_one_transaction_takes(
    course: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "SUBMISSIONS_PER_TRANSACTION", 3)
    students = class_of(course, 7)
    write(course, *(result_of(each, 0.25 * number) for number, each in enumerate(students)))
    for number, student in enumerate(students):
        assert scores(course, student)["test_double"] == 0.25 * number


def test_a_student_who_cannot_be_written_stops_nobody_else(
    course: Assignment, gradebook: Gradebook
) -> None:
    students = class_of(course, 4)
    write(course, *map(result_of, students))
    broken, unclear = students[1], students[2]
    grade = gradebook.find_grade("test_double", NAME, NAME, broken)
    gradebook.db.execute(delete(type(grade)).where(type(grade).id == grade.id))
    gradebook.db.commit()
    (course.root / "submitted" / unclear / NAME / "timestamp.txt").write_text("yesterday")
    problems = write(course, *(result_of(each, 1.0, key="2") for each in students))
    assert set(problems) == {broken, unclear}
    assert "could not be written to the gradebook" in problems[broken]
    assert "no certain time" in problems[unclear]
    found = {each: scores(course, each).get("test_double") for each in students}
    assert found == {students[0]: 1.0, broken: None, unclear: 3.0, students[3]: 1.0}


def test_a_submission_that_was_removed_is_written_again(
    course: Assignment, gradebook: Gradebook
) -> None:
    students = class_of(course, 3)
    write(course, *map(result_of, students))
    gradebook.remove_submission(NAME, students[1])
    assert write(course, *map(result_of, students)) == {}
    assert scores(course, students[1])["test_double"] == 3.0


def test_a_student_who_was_removed_is_written_again(
    course: Assignment, gradebook: Gradebook
) -> None:
    students = class_of(course, 2)
    write(course, *map(result_of, students))
    gradebook.remove_student(students[0])
    assert write(course, *map(result_of, students)) == {}
    assert scores(course, students[0])["test_double"] == 3.0


def test_what_a_kill_between_gradebook_and_folders_left_is_completed(
    course: Assignment, gradebook: Gradebook
) -> None:
    students = class_of(course, 3)
    write(course, *map(result_of, students))
    mark(gradebook, students[0], "why", 3.5)
    shutil.rmtree(course.root / "autograded" / students[1])
    assert write(course, *map(result_of, students)) == {}
    assert (course.root / "autograded" / students[1] / NAME / f"{NAME}.ipynb").is_file()
    assert scores(course, students[0]) == {"test_double": 3.0, "why": 3.5}


def test_the_standing_is_what_nbgrader_says(course: Assignment, gradebook: Gradebook) -> None:
    students = class_of(course, 2)
    late = 'c.AssignLatePenalties.plugin_class = "autograder.gradebook.late_penalty.LatePenalty"\n'
    with (course.root / "nbgrader_config.py").open("a", encoding="utf-8") as config:
        config.write(f"\n{late}")
    write(course, result_of(students[0]), result_of(students[1], 1.5))
    mark(gradebook, students[0], "why", 3.5)
    lateness.apply_lateness(course)
    found = writer.standing(course)
    for each in gradebook.submission_dicts(NAME):
        standing = found.pop(each["student"])
        penalty = gradebook.find_submission(NAME, each["student"]).late_submission_penalty
        assert penalty > 0
        assert standing.score == pytest.approx(each["score"] - penalty)
        assert standing.max_score == each["max_score"]
        assert bool(standing.to_mark) == each["needs_manual_grade"]
        assert standing.is_graded
    assert not found


def test_extra_time_alone_is_no_grade(course: Assignment) -> None:
    lateness.give_extra_time(course, "ada", 24, may_be_new=True)
    (found,) = writer.standing(course).values()
    assert (found.score, found.to_mark, found.is_graded) == (0.0, 0, False)
    with open_book(course) as book:
        assert book.has_submission("ada")
