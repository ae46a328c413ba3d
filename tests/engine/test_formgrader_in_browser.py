"""A term in nbgrader's own pages, in JupyterLab and Chromium: from the release to the grades."""

from __future__ import annotations

import csv
import getpass
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from book_course import MODEL_ANSWER, NAME, write_course
from jupyter_lab import environment, jupyter_lab
from playwright.sync_api import Browser, FrameLocator, Locator, Page, expect
from typer.testing import CliRunner

from autograder.cli import app
from autograder.course.assignment import load_assignment
from autograder.gradebook.marking_page import TITLE
from autograder.gradebook.written_marks import Mark, marks, save

LONG = 120_000
"""Milliseconds that a button of nbgrader may take."""
STUDENT = getpass.getuser()
ANSWER = "Since the number is added to itself."


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course that is built, with an exchange of its own."""
    exchange = tmp_path / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)
    root = write_course(tmp_path / "course")
    with (root / "nbgrader_config.py").open("a", encoding="utf-8") as config:
        config.write(
            f"\nc.Exchange.root = {str(exchange)!r}\nc.CourseDirectory.course_id = 'nets'\n"
        )
    done = CliRunner().invoke(app, ["build", "--course", str(root)])
    assert done.exit_code == 0, done.output
    return root


def nbgrader(folder: Path, home: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=folder,
        env=environment(home),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def answered(notebook: Path) -> None:
    """What a student does with a released notebook."""
    document = json.loads(notebook.read_text(encoding="utf-8"))
    for cell in document["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name == "double":
            cell["source"] = "def double(x):\n    return 2 * np.asarray(x)"
        if name == "why":
            cell["source"] = ANSWER
    notebook.write_text(json.dumps(document), encoding="utf-8")


def press(place: FrameLocator, row: Locator, what: str, success: str) -> None:
    """Press a button in a row of formgrader, and close the message that it was a success."""
    row.locator(f".{what} a").click(timeout=LONG)
    message = place.locator(".modal-body p").first
    expect(message).to_contain_text(success, timeout=LONG)
    place.locator(".modal-footer button", has_text="OK").click()
    expect(place.locator(".modal")).to_have_count(0)


def formgrader(page: Page, address: str) -> FrameLocator:
    """Open formgrader from the menu of JupyterLab."""
    page.goto(f"{address}lab?reset")
    page.get_by_role("menuitem", name="Nbgrader").click(timeout=LONG)
    page.get_by_role("menuitem", name="Formgrader").click()
    return page.frame_locator("iframe[src*='formgrader']")


def test_a_term_from_release_to_grades(browser: Browser, course: Path, tmp_path: Path) -> None:
    home, pupil = tmp_path / "home", tmp_path / "pupil"
    pupil.mkdir()
    settings = f"c = get_config()\nc.Exchange.root = {str(tmp_path / 'exchange')!r}\n"
    (pupil / "nbgrader_config.py").write_text(f"{settings}c.CourseDirectory.course_id = 'nets'\n")
    with jupyter_lab(course, home) as address:
        page = browser.new_page()
        place = formgrader(page, address)
        row = place.locator("tr", has_text=NAME).last
        press(place, row, "assign", "Successfully created the student version")
        press(place, row, "release", "Successfully released")
        nbgrader(pupil, home, "fetch_assignment", NAME)
        answered(pupil / NAME / f"{NAME}.ipynb")
        nbgrader(pupil, home, "submit", NAME)
        press(place, row, "collect", "Successfully collected")
        row.locator(".num-submissions a").click()

        submitted = place.locator("tr", has_text=STUDENT).last
        expect(submitted).to_contain_text("needs autograding", timeout=LONG)
        press(place, submitted, "autograde", "Successfully autograded")
        expect(submitted).to_contain_text("needs manual grading")
        expect(submitted).to_contain_text("3 / 7")

        mark_in_formgrader(page, address)
        now = load_assignment(NAME, course)
        mark = marks(now, "why")[STUDENT]
        assert (mark.points, mark.comment, mark.waits) == (2.5, "Well put.", False)
        save(now, "why", STUDENT, Mark(3.5, False, "Better than I thought."), mark.version)
        page.goto(f"{address}formgrader/manage_submissions/{NAME}")
        body = page.locator("body")
        expect(body).to_contain_text("6.5 / 7", timeout=LONG)

        place = formgrader(page, address)
        row = place.locator("tr", has_text=NAME).last
        press(place, row, "generate-feedback", "Successfully generated feedback")
        press(place, row, "release-feedback", "Successfully released feedback")
        page.close()
    nbgrader(pupil, home, "fetch_feedback", NAME)
    (received,) = (pupil / NAME / "feedback").rglob("*.html")
    text = received.read_text(encoding="utf-8")
    assert "6.5 of 7 points" in text
    assert "Better than I thought." in text
    assert not [path for path in pupil.rglob("*") if path.is_file() and holds_the_answer(path)]
    nbgrader(course, home, "export")
    with (course / "grades.csv").open() as file:
        assert {row["student_id"]: row["score"] for row in csv.DictReader(file)} == {STUDENT: "6.5"}


def mark_in_formgrader(page: Page, address: str) -> None:
    """Mark the written answer in formgrader's page, where the model answer is in view."""
    page.goto(f"{address}formgrader/gradebook/{NAME}/{NAME}")
    page.get_by_role("link", name="Submission #1").click(timeout=LONG)
    note, answer = page.get_by_text(MODEL_ANSWER), page.get_by_text(ANSWER)
    expect(page.get_by_text(TITLE)).to_be_visible()
    expect(note).to_be_visible()
    left, right = answer.bounding_box(), note.bounding_box()
    assert left
    assert right
    assert left["x"] + left["width"] <= right["x"], "the model answer is not beside the answer"
    score = page.locator("#why")
    score.fill("2.5")
    score.press("Tab")
    comment = page.locator("#why-comment")
    comment.fill("Well put.")
    with page.expect_response(lambda response: "/api/comment/" in response.url):
        comment.press("Tab")


def holds_the_answer(path: Path) -> bool:
    return MODEL_ANSWER in path.read_text(encoding="utf-8", errors="replace")


def test_a_zip_of_a_learning_platform_is_collected_and_graded(course: Path, tmp_path: Path) -> None:
    name = r"(?P<student_id>\w+)_attempt_(?P<timestamp>[0-9\-]+)_(?P<file_id>\w+)"
    with (course / "nbgrader_config.py").open("a", encoding="utf-8") as config:
        config.write(f"c.FileNameCollectorPlugin.named_regexp = {'.*_' + name!r}\n")
    notebook = tmp_path / f"{NAME}.ipynb"
    shutil.copy(course / "assignments" / NAME / f"{NAME}.ipynb", notebook)
    answered(notebook)
    archives = course / "downloaded" / NAME / "archive"
    archives.mkdir(parents=True)
    with zipfile.ZipFile(archives / "all.zip", "w") as archive:
        for student in ("ada", "ben"):
            archive.write(notebook, f"hw_{student}_attempt_2026-03-01-10-00-00_{NAME}.ipynb")
    nbgrader(course, tmp_path / "home", "zip_collect", NAME, "--force")
    done = CliRunner().invoke(app, ["grade", NAME, "--course", str(course)])
    assert done.exit_code == 0, done.output
    assert "ada" in done.output
    assert "ben" in done.output
