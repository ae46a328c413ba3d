"""`autograder grade ASSIGNMENT`: a class from its hand-ins to gradebook, table and exit code."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from book_course import NAME, SOURCE, write_course
from typer.testing import CliRunner, Result

from autograder.authoring import build
from autograder.cli import app
from autograder.course.assignment import load_assignment
from autograder.course.locks import locked
from autograder.gradebook.book import open_book

RIGHT = "import numpy as np\n\n\ndef double(x):\n    return np.asarray(x) * 2\n"
WRONG = "def double(x):\n    return x\n"


@pytest.fixture(scope="module")
def classroom(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One right, one wrong, one whose upload was cut off, and two without a hand-in."""
    root = write_course(tmp_path_factory.mktemp("class"))
    build.build(NAME, root)
    for student, text in (("ada", RIGHT), ("ben", WRONG)):
        hand_in(root, student, f"{NAME}.py", text)
    hand_in(root, "cleo", f"{NAME}.ipynb", '{"cells": [')
    (root / "submitted" / "dan" / "another").mkdir(parents=True)
    with open_book(load_assignment(NAME, root)) as book:
        book.add_students(["eva"])
        book.commit()
    return root


def hand_in(root: Path, student: str, file: str, text: str) -> None:
    folder = root / "submitted" / student / NAME
    folder.mkdir(parents=True)
    (folder / file).write_text(text)


@pytest.fixture(scope="module")
def graded(classroom: Path) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of the command."""
    result = CliRunner().invoke(
        app, ["grade", NAME, "--course", str(classroom), "--json", str(classroom / "all.json")]
    )
    return result.exit_code, result.stdout, result.stderr


def test_everyone_gets_a_row_and_a_score(graded: tuple[int, str, str]) -> None:
    rows = {line.split()[0]: line.split()[1:] for line in graded[1].splitlines() if line.split()}
    assert rows["ada"][:2] == ["3", "3"]
    assert rows["ben"][:2] == ["0", "0"]
    assert rows["cleo"][:2] == ["-", "!!!"]


def test_what_needs_attention_is_listed_and_exits_with_1(graded: tuple[int, str, str]) -> None:
    code, _, said = graded
    listed = said[said.index("need attention") :]
    assert code == 1
    assert "cleo: The notebook is not valid JSON" in listed
    assert "dan: has handed in nothing." in listed
    assert "eva: has handed in nothing." in listed
    assert "ada" not in listed
    assert "ben" not in listed


def test_the_scores_stand_in_the_gradebook(graded: tuple[int, str, str], classroom: Path) -> None:
    query = (
        "select s.student_id, g.auto_score from grade g join base_cell b on b.id = g.cell_id "
        "join submitted_notebook n on n.id = g.notebook_id "
        "join submitted_assignment s on s.id = n.assignment_id where b.name = 'test_double'"
    )
    with sqlite3.connect(classroom / "gradebook.db") as gradebook:
        assert dict(gradebook.execute(query)) == {"ada": 3.0, "ben": 0.0, "cleo": 0.0}


def test_the_class_can_be_had_as_json(graded: tuple[int, str, str], classroom: Path) -> None:
    document = json.loads((classroom / "all.json").read_text())
    assert [(each["student"], each["status"]) for each in document] == [
        ("ada", "graded"),
        ("ben", "graded"),
        ("cleo", "rejected"),
    ]


# -- a fault of a suite ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def at_fault(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """Four who have handed in, and a misspelt name in one of two hidden suites."""
    second = SOURCE[SOURCE.index("# %% [markdown]\n# ## 1.") :]
    second = second.replace("double", "twice").replace("why", "how")
    root = write_course(tmp_path_factory.mktemp("fault"), SOURCE + "\n" + second)
    suites = root / "tests" / "hidden" / NAME
    suite = (suites / "test_double.py").read_text()
    (suites / "test_twice.py").write_text(suite.replace("student.double", "student.twice"))
    settings = root / "source" / NAME / "assignment.toml"
    settings.write_text(settings.read_text() + '[feedback]\nhidden_tests = "none"\n')
    build.build(NAME, root)  # it would refuse the suite
    (suites / "test_double.py").write_text(suite.replace("expect.close", "expcet.close"))
    for student in ("ada", "ben", "eve", "fay"):
        code = RIGHT + RIGHT.replace("double", "twice")
        hand_in(root, student, f"{NAME}.py", code)
    arguments = ["grade", NAME, "--course", str(root), "--json", str(root / "all.json")]
    return root, CliRunner().invoke(app, arguments)


def test_a_fault_is_named_once_at_the_top_and_the_other_exercises_have_scores(
    at_fault: tuple[Path, Result],
) -> None:
    _, done = at_fault
    assert done.exit_code == 1, done.output
    top = " ".join(done.stdout[: done.stdout.index("student")].split())
    assert "test_double.py, line 7, test_numbers: NameError: name 'expcet'" in top
    assert "double is not graded for 4 submissions, and nobody loses points for it." in top
    assert done.stdout.count("expcet") == 1
    (row,) = [line.split() for line in done.stdout.splitlines() if line.startswith("ada")]
    assert row[1:4] == ["!", "3", "!!!"]
    assert "traceback" not in done.output.lower()


def test_a_fault_for_everybody_is_one_line_of_what_needs_attention(
    at_fault: tuple[Path, Result],
) -> None:
    said = at_fault[1].stderr[at_fault[1].stderr.index("need attention") :]
    assert "ada, ben, eve and 1 more: not graded in double" in said


def test_the_json_of_a_class_obeys_the_settings_and_has_no_zero(
    at_fault: tuple[Path, Result],
) -> None:
    document = json.loads((at_fault[0] / "all.json").read_text())
    assert {each["score"] for each in document} == {None}
    assert [each["score"] for each in document[0]["exercises"]] == [None, 3.0]
    assert "test_numbers" not in json.dumps(document)
    assert "hidden_1" in json.dumps(document)


def test_a_second_run_grades_what_a_fault_left_once_the_suite_is_mended(
    at_fault: tuple[Path, Result],
) -> None:
    root, _ = at_fault
    suite = root / "tests" / "hidden" / NAME / "test_double.py"
    suite.write_text(suite.read_text().replace("expcet", "expect"))
    done = CliRunner().invoke(app, ["grade", NAME, "--course", str(root)])
    assert done.exit_code == 0, done.output
    (row,) = [line.split() for line in done.stdout.splitlines() if line.startswith("ada")]
    assert row[1:4] == ["3", "3", "6"]
    assert "of 14 points" in done.stdout


def test_a_second_run_waits_for_the_first_or_ends_at_once(classroom: Path) -> None:
    command = ["grade", NAME, "--course", str(classroom)]
    with locked(classroom, f"grading-{NAME}"):
        refused = CliRunner().invoke(app, [*command, "--no-wait"])
        assert refused.exit_code == 2
        assert f"Another run is grading {NAME}" in refused.stderr
        waiting = subprocess.Popen(
            [str(Path(sys.executable).parent / "autograder"), *command],
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )
        assert waiting.stderr
        assert "waiting for it" in waiting.stderr.readline()
    said = waiting.communicate()[1]
    assert ": 3 unchanged; 1 rejected" in said
