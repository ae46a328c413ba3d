"""nbgrader's own check for students, as a command and as a button, on the released notebook."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from jupyter_lab import environment, jupyter_lab
from playwright.sync_api import Browser, expect

from autograder.course.assignment import Assignment, find_root, load_assignment
from autograder.demo.notebooks import filled

LONG = 120_000
"""Milliseconds that a kernel may take to run the notebook."""


@pytest.fixture
def assignment() -> Assignment:
    return load_assignment("pooling_padding", find_root(None))


@pytest.fixture
def folder(tmp_path: Path, assignment: Assignment) -> Path:
    """A student's folder with the release as it was given out."""
    release = assignment.release_notebook
    for file in (release, release.with_suffix(".hints.json")):
        shutil.copy(file, tmp_path)
    return tmp_path


def validate(folder: Path, notebook: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "validate", notebook],
        cwd=folder,
        env=environment(folder / "home"),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_finished_notebook_passes(folder: Path, assignment: Assignment) -> None:
    finished = filled(assignment, assignment.solution_module.read_text(encoding="utf-8"))
    for cell in finished["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("solution") and cell["cell_type"] != "code":
            cell["source"] = "Since each window moves by the stride."
    (folder / "finished.ipynb").write_text(json.dumps(finished), encoding="utf-8")
    assert validate(folder, "finished.ipynb") == "Success! Your notebook passes all the tests.\n"


def test_the_button_says_what_is_not_written(browser: Browser, folder: Path) -> None:
    with jupyter_lab(folder, folder / "home") as address:
        page = browser.new_page()
        page.goto(f"{address}lab/tree/pooling_padding.ipynb?reset")
        page.get_by_role("button", name="Validate").click(timeout=LONG)
        answer = page.get_by_role("dialog")
        expect(answer).to_contain_text("output_size is not written yet", timeout=LONG)
        expect(answer).not_to_contain_text("Traceback")
        page.close()
