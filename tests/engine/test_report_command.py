"""`autograder report` in a graded course: what it writes, and that it agrees with nbgrader."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from feedback_pages import CODE, hand_in, made_class, made_course, mark
from nbgrader.api import Gradebook
from typer.testing import CliRunner, Result

from autograder.cli import app
from autograder.course.assignment import Assignment
from autograder.grading.result_store import stored, stored_students
from autograder.publish import json as results_json

NAME = "doubling"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    """A class that was graded: one is late, one is not graded yet, one has nothing handed in."""
    course = made_course(tmp_path_factory.mktemp("command") / "course")
    made_class(course)
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        entry = gradebook.find_submission_notebook(NAME, NAME, "right")
        entry.late_submission_penalty = 2.5
        gradebook.add_student("never-came")
        gradebook.db.commit()
    mark(course, "wrong", "test_triple", 4.0)
    (course.root / "submitted" / "new" / NAME).mkdir(parents=True)
    return course


def report(course: Assignment, *options: str | Path) -> Result:
    arguments = ["report", NAME, "--course", str(course.root), *map(str, options)]
    return CliRunner().invoke(app, arguments)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_page_is_written_into_the_course(course: Assignment) -> None:
    done = report(course)
    assert done.exit_code == 0, done.output
    page = course.root / "reports" / f"{NAME}.html"
    assert f"Report on 7 students: {page}" in done.output
    text = page.read_text(encoding="utf-8")
    assert "The notebook is not valid JSON &lt;b&gt;(line 1)&lt;/b&gt;." in text
    assert "Not graded yet: 1 student" in text
    assert "(2.5 late)" in text


def test_totals_agree_with_nbgrader_export(course: Assignment, tmp_path: Path) -> None:
    report(course, "--csv", tmp_path, "--output", tmp_path / "page.html")
    command = [sys.executable, "-m", "nbgrader", "export", "--to", str(tmp_path / "grades.csv")]
    subprocess.run(command, cwd=course.root, check=True, capture_output=True, timeout=300)
    exported = {row["student_id"]: row for row in rows(tmp_path / "grades.csv")}
    own = {row["student"]: row for row in rows(tmp_path / "students.csv")}
    graded = {student for student, row in own.items() if row["score"]}
    assert graded == {"right", "wrong", "hostile", "unfinished", "rejected"}
    for student in graded:
        assert float(own[student]["score"]) == float(exported[student]["score"])
        assert float(own[student]["max_score"]) == float(exported[student]["max_score"])
        penalty = exported[student]["late_submission_penalty"]
        assert float(own[student]["late_penalty"]) == float(penalty or 0)
    assert {exported[each]["score"] for each in exported.keys() - graded} <= {"", "0.0"}


def test_points_per_exercise_add_up_to_the_total(course: Assignment, tmp_path: Path) -> None:
    report(course, "--csv", tmp_path, "--output", tmp_path / "page.html")
    students = {row["student"]: row for row in rows(tmp_path / "students.csv")}
    parts = rows(tmp_path / "exercises.csv")
    for student in ("right", "wrong", "hostile", "unfinished"):
        earned = sum(float(row["points"]) for row in parts if row["student"] == student)
        own = students[student]
        assert round(earned - float(own["late_penalty"]), 2) == float(own["score"])
    (triple,) = [row for row in parts if (row["student"], row["exercise"]) == ("wrong", "triple")]
    assert (triple["score"], triple["points"]) == ("1.25", "4.0")


@pytest.mark.parametrize("names", ["--names", "--no-names"])
def test_a_report_is_compared_with_an_earlier_one(
    course: Assignment, tmp_path: Path, names: str
) -> None:
    earlier = tmp_path / "earlier.json"
    report(course, "--json", earlier, "--output", tmp_path / "page.html", names)
    document = json.loads(earlier.read_text())
    for student in document["students"] if names == "--names" else ():
        if student["student"] == "wrong":
            student["exercises"][0]["score"] = 1.0
    document["tests"][0]["passed"] -= 1
    earlier.write_text(json.dumps(document))
    done = report(course, "--compare", earlier, "--output", "-", "--json", tmp_path / "now.json")
    found = json.loads((tmp_path / "now.json").read_text())["comparison"]
    changes = [(each["student"], each["before"], each["after"]) for each in found["changes"]]
    assert changes == ([("wrong", 1.0, 3.0)] if names == "--names" else [])
    assert [(each["passed_before"], each["passed_now"]) for each in found["tests"]] == [(2, 3)]
    assert done.stdout.startswith("<!DOCTYPE html>")
    assert "Since earlier.json" in done.stdout
    assert ("has no names" in done.stdout) == (names == "--no-names")


def test_a_report_is_compared_with_the_json_of_grading(course: Assignment, tmp_path: Path) -> None:
    results = [found for name in stored_students(course) if (found := stored(course, name))]
    path = tmp_path / "results.json"
    path.write_text(results_json.dumps(results))
    done = report(course, "--compare", path, "--output", "-")
    assert done.exit_code == 0, done.output
    assert "0 students new, 0 not there any more, 0 changes" in done.stdout
    assert "Each test is passed by the same share of students." in done.stdout


def test_reading_changes_nothing_in_the_course(course: Assignment, tmp_path: Path) -> None:
    def state() -> dict[str, bytes]:
        files = (path for path in course.root.rglob("*") if path.is_file())
        return {str(path): path.read_bytes() for path in files if "reports" not in path.parts}

    report(course)
    before = state()
    report(course, "--json", tmp_path / "x.json", "--no-names")
    assert state() == before


def test_without_names_no_output_has_one(course: Assignment, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    report(course, "--no-names", "--json", tmp_path / "a.json", "--csv", tmp_path, "--output", page)
    told = "".join(path.read_text(encoding="utf-8") for path in tmp_path.iterdir())
    for told_of in ("hostile", "unfinished", "never-came", "notebook is not valid", "newer one"):
        assert told_of not in told
    assert "student 7" in told


def test_hand_ins_that_are_alike_are_named_as_pairs(tmp_path: Path) -> None:
    course = made_course(tmp_path / "course")
    own = (
        "def triple(x):\n    marmot = np.zeros(7)\n    for badger in range(len(marmot)):\n"
        "        marmot[badger] = badger ** 3 - 11  # mumblecrust for the hedgehog\n"
        "        if marmot[badger] > 40:\n            marmot[badger] -= np.hypot(3, badger)\n"
        "    return np.asarray(x) + marmot.sum() * 0 + 2 * np.asarray(x)\n"
    )
    for student in ("ann", "bob"):
        hand_in(course, student, {**CODE, "triple": own, "why": "Owls count in pairs " * 9})
    for student in ("cleo", "dan", "eve"):
        hand_in(course, student, CODE)
    document = tmp_path / "a.json"
    done = report(course, "--json", document, "--output", "-")
    (pair, *_) = json.loads(document.read_text())["pairs"]
    assert (pair["first"], pair["second"]) == ("ann", "bob")
    assert "Pairs to look at" in done.stdout
    assert "mumblecrust" in done.stdout
    hidden = report(course, "--json", document, "--output", "-", "--no-names").stdout
    assert "Pairs to look at" in hidden
    assert "mumblecrust" not in hidden + document.read_text()
    report(course, "--json", document, "--no-pairs")
    assert json.loads(document.read_text())["pairs"] == []


# -- where nothing or not much is there -----------------------------------------------------------


def test_a_course_without_hand_ins_or_gradebook_has_a_report(tmp_path: Path) -> None:
    course = made_course(tmp_path / "course")
    (course.root / "gradebook.db").unlink()
    done = report(course, "--csv", tmp_path / "csv", "--json", tmp_path / "a.json")
    assert done.exit_code == 0, done.output
    text = (course.root / "reports" / f"{NAME}.html").read_text()
    assert "Nobody has handed in anything yet." in text
    assert not (course.root / "gradebook.db").exists()


def test_a_broken_result_file_is_a_hand_in_that_is_not_graded(
    course: Assignment, tmp_path: Path
) -> None:
    broken = course.root / "results" / NAME / "cut-off.json"
    broken.write_text('{"format_version": 1, "exer')
    try:
        report(course, "--json", tmp_path / "a.json")
    finally:
        broken.unlink()
    document = json.loads((tmp_path / "a.json").read_text())
    states = {each["student"]: each["state"] for each in document["students"]}
    assert states["cut-off"] == "not graded yet"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--output", "/proc/nothing/page.html"], "/proc/nothing/page.html cannot be written"),
        (["--output", "{tmp}"], "{tmp} cannot be written (Is a directory)"),
        (["--json", "-", "--output", "-"], "Only one report can go to stdout"),
        (["--json", "{tmp}/a", "--output", "{tmp}/a"], "Two reports cannot go to"),
        (["--csv", "{tmp}/file/csv"], "cannot be written"),
        (["--compare", "{tmp}/nothing.json"], "{tmp}/nothing.json cannot be read"),
        (["--compare", "{tmp}/file"], "{tmp}/file is not valid JSON."),
        (["--compare", "{tmp}/list.json"], "{tmp}/list.json is neither"),
        (["--compare", "{tmp}/other.json"], "other.json is of other, not of doubling"),
        (["--compare", "{tmp}/deep.json"], "{tmp}/deep.json is not valid JSON."),
        (["--canvas", "-"], "--canvas and --moodle need the ids of --roster ROSTER.csv."),
        (["--roster", "{tmp}/nothing.csv"], "{tmp}/nothing.csv"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    course: Assignment, tmp_path: Path, options: list[str], sentence: str
) -> None:
    (tmp_path / "file").write_text("{")
    (tmp_path / "list.json").write_text('[{"no": "result"}, 3]')
    (tmp_path / "deep.json").write_text("[" * 200_000)
    other: dict[str, Any] = {"assignment": "other", "names": True, "students": [], "tests": []}
    (tmp_path / "other.json").write_text(json.dumps(other))
    done = report(course, *(each.format(tmp=tmp_path) for each in options))
    assert done.exit_code == 2
    assert sentence.format(tmp=tmp_path) in " ".join(done.output.split())
    assert "Traceback" not in done.output
    assert len(done.output.strip().splitlines()) <= 4


def test_an_unknown_assignment_and_a_folder_that_is_no_course(
    course: Assignment, tmp_path: Path
) -> None:
    for arguments in (
        ["report", "nothing", "--course", str(course.root)],
        ["report", NAME, "--course", str(tmp_path)],
    ):
        done = CliRunner().invoke(app, arguments)
        assert done.exit_code == 2
        assert len(done.output.strip().splitlines()) <= 3


def test_a_gradebook_that_is_no_database_is_one_sentence(tmp_path: Path) -> None:
    course = made_course(tmp_path / "course")
    (course.root / "gradebook.db").write_bytes(b"not a database " * 100)
    done = report(course)
    assert done.exit_code == 2
    assert "gradebook.db" in done.output
    assert not (course.root / "reports" / f"{NAME}.html").exists()
