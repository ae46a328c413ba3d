"""A suite is corrected after the marks are out: whose points change, before and after, and why."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest
from book_course import NAME, write_course
from nbgrader.api import Gradebook
from test_gradebook import hand_in
from typer.testing import CliRunner, Result

from autograder.authoring import build
from autograder.cli import app
from autograder.course.assignment import Assignment, load_assignment
from autograder.gradebook import writer
from autograder.gradebook.feedback import feedback

CAUSE = "double 3 → 0 (fails now: “Doubles numbers”)"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class of two that is graded; a person has set the points of one."""
    root = write_course(tmp_path_factory.mktemp("corrected") / "course")
    build.build(NAME, root)
    for student in ("ada", "ben"):
        hand_in(load_assignment(NAME, root), student, "Since it is added.")
    assert autograder(root, "grade").exit_code == 0
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        grade = gradebook.find_grade("test_double", NAME, NAME, "ben")
        grade.manual_score, grade.needs_manual_grade = 2.5, False
        gradebook.db.commit()
    return root


@pytest.fixture
def copied(template: Path, tmp_path: Path) -> Path:
    """The course of the class, to be changed."""
    return shutil.copytree(template, tmp_path / "course")


@pytest.fixture
def course(copied: Path) -> Assignment:
    """The class after its suite has been changed."""
    course = load_assignment(NAME, copied)
    suite = course.suite_file("double")
    text = suite.read_text(encoding="utf-8")
    suite.write_text(text.replace("2 * x", "3 * x"), encoding="utf-8")
    return course


def autograder(root: Path, *arguments: str) -> Result:
    command, *options = arguments
    return CliRunner().invoke(app, [command, NAME, *options, "--course", str(root)])


def written(root: Path) -> dict[str, str]:
    """A digest of each file that grading writes."""
    folders = [root / "results", root / "autograded"]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (*files, root / "gradebook.db")
    }


def test_a_dry_run_says_whose_points_would_change_and_writes_nothing(course: Assignment) -> None:
    before = written(course.root)
    done = autograder(course.root, "grade", "--dry-run")
    assert done.exit_code == 0, done.output
    assert "Would change for 2:" in done.stderr
    assert f"ada: {CAUSE}" in done.stderr
    assert "ben: double: the 2.5 points that a person gave stay, though the tests" in done.stderr
    assert written(course.root) == before


def test_grading_says_what_changed_and_why(course: Assignment) -> None:
    target = course.root / "changes.json"
    done = autograder(course.root, "grade", "--changes", str(target))
    assert f"ada: {CAUSE}" in done.stderr
    first, second = json.loads(target.read_text(encoding="utf-8"))
    assert (first["student"], first["what"]) == ("ada", CAUSE)
    (change,) = first["exercises"]
    assert (change["exercise"], change["before"], change["after"]) == ("double", 3, 0)
    assert change["fails"] == ["Doubles numbers."]
    assert second["student"] == "ben"
    again = autograder(course.root, "grade", "--changes", "-")
    assert json.loads(again.stdout) == []


def test_students_read_it_in_their_next_feedback(course: Assignment) -> None:
    autograder(course.root, "grade")
    pages = {page.parent.parent.name: page.read_text("utf-8") for page in feedback(course)}
    sentence = "It had 3 of 3 points, and has 0 of 3 now."
    assert sentence in pages["ada"]
    assert sentence not in pages["ben"], "a person set these points"
    (course.root / "submitted" / "ada" / NAME).rename(course.root / "old")
    hand_in(course, "ada", "Something else.")
    autograder(course.root, "grade")
    (page,) = feedback(course, ["ada"])
    assert sentence not in page.read_text("utf-8"), "other work than before"


def test_an_exercise_that_is_dropped_counts_nothing_and_loses_no_mark(copied: Path) -> None:
    root, source = copied, copied / "source" / NAME / f"{NAME}.py"
    text = source.read_text(encoding="utf-8")
    source.write_text(text.replace('"points": 3', '"points": 0'), encoding="utf-8")
    assert autograder(root, "build").exit_code == 0
    done = autograder(root, "grade")
    assert done.exit_code == 0, done.output
    assert "ada: double 3 → 0 (it has 0 points now, it had 3)" in done.stderr
    assert "ben: double: the 2.5 points that a person gave stay" in done.stderr
    (page,) = feedback(load_assignment(NAME, root), ["ada"])
    assert "does not count" in page.read_text("utf-8")
    source.write_text(text.replace('"points": 3', '"points": 6'), encoding="utf-8")
    autograder(root, "build")
    assert "ada: double 0 → 6" in autograder(root, "grade").stderr


def test_a_question_that_is_dropped_waits_for_nobody(copied: Path) -> None:
    source = copied / "source" / NAME / f"{NAME}.py"
    text = source.read_text(encoding="utf-8")
    source.write_text(text.replace('"points": 4', '"points": 0'), encoding="utf-8")
    autograder(copied, "build")
    autograder(copied, "grade")
    course = load_assignment(NAME, copied)
    assert {each.to_mark for each in writer.standing(course).values()} == {0}
    (page,) = feedback(course, ["ada"])
    text = page.read_text("utf-8")
    assert "waits for a person" not in text
    assert "not marked yet" not in text
    refused = autograder(copied, "mark", "--no-browser")
    assert (refused.exit_code, "no written questions to mark" in refused.stderr) == (2, True)


def test_a_cell_that_is_removed_is_refused_before_anything_is_graded(copied: Path) -> None:
    root, source = copied, copied / "source" / NAME / f"{NAME}.py"
    text = source.read_text(encoding="utf-8")
    source.write_text(text[: text.index('# %% [markdown] nbgrader={"grade_id": "why"')])
    assert autograder(root, "build").exit_code == 1
    before = written(root)
    done = autograder(root, "grade")
    assert done.exit_code == 2
    assert "give it 0 points" in done.stderr
    assert written(root) == before


def freeze(course: Assignment, setting: str) -> None:
    with (course.source_text.parent / "assignment.toml").open("a", encoding="utf-8") as settings:
        settings.write(f"[frozen]\n{setting}\n")


@pytest.mark.parametrize("setting", ["assignment = true", "students = ['ada', 'ben']"])
def test_what_is_frozen_does_not_move(course: Assignment, setting: str) -> None:
    freeze(course, setting)
    before = written(course.root)
    for options in ((), ("--fresh",), ("--dry-run",)):
        done = autograder(course.root, "grade", *options)
        assert done.exit_code == 0, done.output
        assert "Changed" not in done.stderr
    assert written(course.root) == before


def test_a_frozen_student_who_hands_in_again_is_pointed_out(course: Assignment) -> None:
    freeze(course, "students = ['ada']")
    (course.root / "submitted" / "ada" / NAME).rename(course.root / "old")
    hand_in(course, "ada", "Something else.")
    done = autograder(course.root, "grade")
    assert done.exit_code == 1
    assert "ada: is frozen: what was handed in later is not graded." in done.stderr
    assert "ben: double: the 2.5 points that a person gave stay, though" in done.stderr


def test_a_run_can_be_frozen_and_new_students_are_graded(course: Assignment) -> None:
    hand_in(course, "cyd", "Since.")
    done = autograder(course.root, "grade", "--frozen")
    rows = {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines() if line.split()}
    assert (rows["ada"][0], rows["cyd"][0]) == ("3", "0")


def test_an_exercise_is_frozen_in_work_that_was_graded(course: Assignment) -> None:
    freeze(course, "exercises = ['double']")
    hand_in(course, "cyd", "Since.")
    assert "Changed" not in autograder(course.root, "grade").stderr
    (course.root / "submitted" / "ada" / NAME).rename(course.root / "old")
    hand_in(course, "ada", "Something else.")
    assert "ada: double 3 → 0" in autograder(course.root, "grade").stderr


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("exercises = ['treble']", "doubling has no exercise 'treble'"),
        ("student = ['ada']", "no student; did you mean students"),
        ("students = 'ada'", "must be a list of names"),
        ("assignment = 'yes'", "must be true or false"),
    ],
)
def test_a_name_that_is_unknown_is_refused(course: Assignment, setting: str, sentence: str) -> None:
    freeze(course, setting)
    done = autograder(course.root, "grade")
    assert done.exit_code == 2
    assert sentence in done.stderr


def test_a_dry_run_before_anything_was_graded_makes_no_gradebook(tmp_path: Path) -> None:
    root = write_course(tmp_path)
    build.build(NAME, root)
    hand_in(load_assignment(NAME, root), "ada")
    done = autograder(root, "grade", "--dry-run")
    assert done.exit_code == 0, done.output
    assert "No points that are in the gradebook would change." in done.stderr
    assert not (root / "gradebook.db").exists()
    assert not (root / "results").exists()
    refused = autograder(root, "grade", "work.ipynb", "--dry-run")
    assert (refused.exit_code, "are for a class" in refused.stderr) == (2, True)
