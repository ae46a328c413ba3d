"""A term in nbgrader's own pages, in JupyterLab and Chromium, by keyboard: release to grades."""

from __future__ import annotations

import csv
import getpass
import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from accessible_pages import IN_NOTEBOOKS
from book_course import MODEL_ANSWER, NAME, SOURCE, write_course
from by_keyboard import command, enter, page_without_mouse, write
from jupyter_lab import environment, jupyter_lab
from playwright.sync_api import Browser, FrameLocator, Locator, Page, expect
from scanning import IN_OTHERS, axe
from typer.testing import CliRunner

from autograder.cli import app
from autograder.course.assignment import load_assignment
from autograder.gradebook.marking_page import TITLE
from autograder.gradebook.written_marks import Mark, marks, save

LONG = 120_000
"""Milliseconds that a button of nbgrader may take."""
CHOSEN = re.compile("jp-mod-active")
STUDENT = getpass.getuser()
ANSWER = "Since the number is added to itself."
TERM = SOURCE.replace(
    "import numpy as np\n",
    "import numpy as np\nfrom convgrade import check, show_padding\n\n"
    "show_padding([[1, 2]], ((1, 0), (0, 1)))\n",
).replace("print(double(2))", "check(double, 2, expected=4)")
"""The course with what notebooks of ours have: a picture, and a public check."""


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course that is built, with an exchange of its own."""
    exchange = tmp_path / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)
    root = write_course(tmp_path / "course", TERM)
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


def press(page: Page, place: FrameLocator, row: Locator, what: str, success: str) -> None:
    """Press a button in a row of formgrader, and close the message that it was a success."""
    button = row.locator(f".{what} a")
    button.wait_for(timeout=LONG)
    enter(page, button)
    message = place.locator(".modal-body p").first
    expect(message).to_contain_text(success, timeout=LONG)
    enter(page, place.locator(".modal-footer button", has_text="OK"))
    expect(place.locator(".modal")).to_have_count(0)


def formgrader(page: Page, address: str) -> FrameLocator:
    """Open formgrader in JupyterLab, with the palette of commands."""
    page.goto(f"{address}lab?reset")
    page.get_by_role("menuitem", name="Nbgrader").wait_for(timeout=LONG)
    command(page, "Formgrader")
    return page.frame_locator("iframe[src*='formgrader']")


def test_a_term_from_release_to_grades(browser: Browser, course: Path, tmp_path: Path) -> None:
    home, pupil = tmp_path / "home", course / "pupil"
    used: list[str] = []
    pupil.mkdir()
    settings = f"c = get_config()\nc.Exchange.root = {str(tmp_path / 'exchange')!r}\n"
    (pupil / "nbgrader_config.py").write_text(f"{settings}c.CourseDirectory.course_id = 'nets'\n")
    with jupyter_lab(course, home) as address:
        page = page_without_mouse(browser, used)
        place = formgrader(page, address)
        row = place.locator("tr", has_text=NAME).last
        press(page, place, row, "assign", "Successfully created the student version")
        press(page, place, row, "release", "Successfully released")
        nbgrader(pupil, home, "fetch_assignment", NAME)
        solve_in_jupyterlab(page, address, f"pupil/{NAME}/{NAME}.ipynb")
        nbgrader(pupil, home, "submit", NAME)
        place = formgrader(page, address)
        row = place.locator("tr", has_text=NAME).last
        press(page, place, row, "collect", "Successfully collected")
        enter(page, row.locator(".num-submissions a"))

        submitted = place.locator("tr", has_text=STUDENT).last
        expect(submitted).to_contain_text("needs autograding", timeout=LONG)
        press(page, place, submitted, "autograde", "Successfully autograded")
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
        press(page, place, row, "generate-feedback", "Successfully generated feedback")
        press(page, place, row, "release-feedback", "Successfully released feedback")
        page.context.close()
    assert used == [], "this term is by keyboard alone"
    nbgrader(pupil, home, "fetch_feedback", NAME)
    (received,) = (pupil / NAME / "feedback").rglob("*.html")
    text = received.read_text(encoding="utf-8")
    assert "6.5 of 7 points" in text
    assert "Better than I thought." in text
    assert not [path for path in pupil.rglob("*") if path.is_file() and holds_the_answer(path)]
    nbgrader(course, home, "export")
    with (course / "grades.csv").open() as file:
        assert {row["student_id"]: row["score"] for row in csv.DictReader(file)} == {STUDENT: "6.5"}


def solve_in_jupyterlab(page: Page, address: str, notebook: str) -> None:
    """What a student does in JupyterLab: write a function, run its checks, answer in words."""
    page.goto(f"{address}lab/tree/{notebook}?reset")
    page.get_by_role("button", name="| Idle").wait_for(timeout=LONG)
    for place in range(3):  # the title, the set-up with a picture, the heading
        run_cell(page, place)
    expect(page.get_by_role("img", name="padded, 2×3")).to_be_visible(timeout=LONG)  # noqa: RUF001
    for factor, said in ((3, "expected"), (2, "✓")):
        rewrite(page, f"def double(x): return {factor} * np.asarray(x)")
        run_cell(page, 3)
        run_cell(page, 4)
        expect(cell(page, 4).locator(".jp-OutputArea")).to_contain_text(said, timeout=LONG)
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowUp")
        expect(cell(page, 3)).to_have_class(CHOSEN)
    found = axe(page, IN_OTHERS, IN_NOTEBOOKS)
    assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []
    run_cell(page, 3)
    run_cell(page, 4)
    rewrite(page, ANSWER)
    run_cell(page, 5)
    with page.expect_response(lambda answer: answer.request.method == "PUT"):
        page.keyboard.press("ControlOrMeta+s")


def cell(page: Page, place: int) -> Locator:
    return page.locator(f".jp-Cell[data-windowed-list-index='{place}']")


def run_cell(page: Page, place: int) -> None:
    """Run the chosen cell, which goes on to the next one."""
    page.keyboard.press("Shift+Enter")
    expect(cell(page, place + 1)).to_have_class(CHOSEN)


def rewrite(page: Page, text: str) -> None:
    """Write a text into the chosen cell in place of its own."""
    page.keyboard.press("Enter")
    expect(page.locator(".jp-mod-editMode.jp-Notebook")).to_be_visible()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(text)


def mark_in_formgrader(page: Page, address: str) -> None:
    """Mark the written answer in formgrader's page, where the model answer is in view."""
    page.goto(f"{address}formgrader/gradebook/{NAME}/{NAME}")
    link = page.get_by_role("link", name="Submission #1")
    link.wait_for(timeout=LONG)
    enter(page, link)
    note, answer = page.get_by_text(MODEL_ANSWER), page.get_by_text(ANSWER)
    expect(page.get_by_text(TITLE)).to_be_visible()
    expect(note).to_be_visible()
    left, right = answer.bounding_box(), note.bounding_box()
    assert left
    assert right
    assert left["x"] + left["width"] <= right["x"], "the model answer is not beside the answer"
    write(page, page.locator("#why"), "2.5")
    with page.expect_response(lambda response: "/api/comment/" in response.url):
        write(page, page.locator("#why-comment"), "Well put.")


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
