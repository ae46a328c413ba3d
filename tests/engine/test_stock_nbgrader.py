"""The stock `nbgrader` commands in a course of ours: they agree with `autograder`, and are safe."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
from book_course import MODEL_ANSWER, NAME, SOLUTION_LINE, write_course
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory

from autograder.authoring import build
from autograder.course.assignment import Assignment, load_assignment
from autograder.gradebook import preprocessors, writer
from autograder.gradebook.book import open_book
from autograder.grading.scheduling import grade_class, handed_in
from autograder.nbgrader_bridge import configuration
from autograder.nbgrader_bridge.release import quiet_log
from autograder.results import ExerciseResult, Result

RIGHT = "def double(x):\n    return 2 * x"
WRONG = "print('hello')\nopen({marker!r}, 'w').write('I was here')\ndef double(x):\n    return x"


def run_nbgrader(
    root: Path, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a stock command in the course root."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=root,
        env={**os.environ, "PATH": path, **environment},
        capture_output=True,
        text=True,
        timeout=300,
    )


def nbgrader(root: Path, *arguments: str) -> str:
    """Run a stock command in the course root, where it must succeed; returns what it said."""
    done = run_nbgrader(root, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def hand_in(course: Assignment, student: str, code: str) -> Path:
    document = json.loads(course.release_notebook.read_text())
    for cell in document["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "double":
            cell["source"] = code
    folder = course.root / "submitted" / student / NAME
    folder.mkdir(parents=True)
    (folder / f"{NAME}.ipynb").write_text(json.dumps(document))
    return folder


def graded_notebooks(root: Path) -> dict[str, Any]:
    """The graded notebooks by student, without the mark of the result that they were made from."""
    found = {}
    for path in (root / "autograded").glob(f"*/{NAME}/{NAME}.ipynb"):
        found[path.parent.parent.name] = notebook = nbformat.read(path, as_version=4)
        del notebook.metadata["autograder"]
    return found


def all_scores(course: Assignment) -> dict[str, dict[str, float]]:
    with open_book(course) as book:
        return {student: row["cells"] for student, row in book.scores().items()}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_course(tmp_path_factory.mktemp("stock") / "course")
    build.build(NAME, root)
    writer.register(load_assignment(NAME, root))
    return root


@pytest.fixture
def course(template: Path, tmp_path: Path) -> Assignment:
    shutil.copytree(template, tmp_path / "course")
    return load_assignment(NAME, tmp_path / "course")


def test_the_stock_commands_agree_with_ours_end_to_end(course: Assignment, tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    hand_in(course, "ada", RIGHT)
    hand_in(course, "bob", WRONG.format(marker=str(marker)))
    (hand_in(course, "cyd", RIGHT) / f"{NAME}.ipynb").write_text("{broken")
    results = grade_class(course, handed_in(course), jobs=1)
    problems = writer.write(results, handed_in(course), course)
    assert [problem.student for problem in problems] == ["cyd"]
    scores, notebooks = all_scores(course), graded_notebooks(course.root)
    assert {student: cells["test_double"] for student, cells in scores.items()} == {
        "ada": 3.0,
        "bob": 0.0,
        "cyd": 0.0,
    }

    shutil.rmtree(course.root / "results")
    nbgrader(course.root, "autograde", NAME, "--force")
    assert all_scores(course) == scores
    assert graded_notebooks(course.root) == notebooks
    assert not marker.exists(), "student code ran outside the sandbox"

    nbgrader(course.root, "generate_feedback", NAME)
    pages = sorted((course.root / "feedback").rglob("*"))
    assert [page.suffix for page in pages if page.is_file()] == [".html"] * 3
    for page in pages:
        if page.is_file():
            text = page.read_text()
            assert "rng.normal" not in text
            assert MODEL_ANSWER not in text
    nbgrader(course.root, "export")
    with (course.root / "grades.csv").open() as file:
        assert {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)} == {
            "ada": 3.0,
            "bob": 0.0,
            "cyd": 0.0,
        }


def test_stock_generate_assignment_gives_what_build_gives(course: Assignment) -> None:
    folder = course.release_notebook.parent
    built = {path.name: path.read_bytes() for path in folder.iterdir()}
    nbgrader(course.root, "generate_assignment", NAME, "--force")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == built
    assert not any(SOLUTION_LINE.encode() in content for content in built.values())


def autograde(course: Assignment) -> None:
    """What `nbgrader autograde` does, in this process."""
    config = configuration.load(course.root)
    log, _ = quiet_log()
    folders = CourseDirectory(config=config, log=log, root=str(course.root), assignment_id=NAME)
    Autograde(coursedir=folders, config=config, log=log, force=True).start()


def stub_result(
    monkeypatch: pytest.MonkeyPatch, change: Callable[[Result], Result] = lambda result: result
) -> None:
    """Let the preprocessor find a result without grading."""

    def current_result(folder: Path, assignment: Assignment, student: str, _: str) -> Result:
        exercise = ExerciseResult("double", 2.5, 3.0, "failed")
        return change(Result(NAME, student, str(folder), "graded", exercises=(exercise,), key="1"))

    monkeypatch.setattr(preprocessors, "current_result", current_result)


def test_partial_credit_is_exact(course: Assignment, monkeypatch: pytest.MonkeyPatch) -> None:
    hand_in(course, "ada", RIGHT)
    stub_result(monkeypatch)
    autograde(course)
    assert all_scores(course)["ada"]["test_double"] == 2.5


def test_a_fault_of_the_grader_leaves_the_submission_for_a_person(
    course: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(course, "ada", RIGHT)
    stub_result(
        monkeypatch, lambda result: replace(result, status="grader_error", reason="Broken.")
    )
    with pytest.raises(NbGraderException):
        autograde(course)
    with open_book(course) as book:
        assert book.scores()["ada"]["needs_marking"]
    assert graded_notebooks(course.root) == {}


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"\xff\xfe", b'{"nbformat": 3, "worksheets": []}', b'{"nbformat": 4}'],
)
def test_an_unreadable_file_becomes_a_notebook_that_says_so(
    course: Assignment, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    (hand_in(course, "ada", RIGHT) / f"{NAME}.ipynb").write_bytes(content)
    zero = ExerciseResult("double", 0.0, 3.0, "missing")
    stub_result(monkeypatch, lambda r: replace(r, status="rejected", exercises=(zero,)))
    autograde(course)
    assert all_scores(course)["ada"] == {"test_double": 0.0, "why": 0.0}
    assert "could not be graded" in graded_notebooks(course.root)["ada"].cells[0].source


def test_links_beside_a_submission_are_not_followed(
    course: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    (hand_in(course, "ada", RIGHT) / "suite.txt").symlink_to(course.suite_file("double"))
    stub_result(monkeypatch)
    autograde(course)
    left = [path.name for path in (course.root / "autograded" / "ada" / NAME).iterdir()]
    assert left == [f"{NAME}.ipynb"]


def test_a_folder_that_links_to_anothers_is_rejected(course: Assignment) -> None:
    folder = hand_in(course, "ada", RIGHT)
    (folder / "figure.png").write_bytes(b"picture")
    (course.root / "submitted" / "eve").mkdir()
    (course.root / "submitted" / "eve" / NAME).symlink_to(folder)
    autograde(course)
    assert all_scores(course)["eve"] == {"test_double": 0.0, "why": 0.0}
    assert "symbolic link" in graded_notebooks(course.root)["eve"].cells[0].source
    left = [path.name for path in (course.root / "autograded" / "eve" / NAME).iterdir()]
    assert left == [f"{NAME}.ipynb"]
