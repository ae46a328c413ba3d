"""Variants in nbgrader's own commands and in formgrader's marking page."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from formgrader_page import formgrader_page
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from typer.testing import CliRunner
from variant_course import NAME, right, write_variant_course

from autograder.authoring import variant_releases
from autograder.cli import app
from autograder.course.assignment import Assignment, load_assignment
from autograder.course.variants import folder_of, table_of
from autograder.nbgrader_bridge import configuration

ADA = {"order": "after", "layout": "columns"}
WHY = "Since each of them is as large as before."


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    """A course with a variant for ada; ben has the default, and cyd is not in the table."""
    root = write_variant_course(tmp_path_factory.mktemp("course")).root
    done = CliRunner().invoke(app, ["build", "--course", str(root)])
    assert done.exit_code == 0, done.output
    course = load_assignment(NAME, root)
    table = table_of(root, NAME)
    table.parent.mkdir(parents=True)
    table.write_text("student,order,layout\nada,after,columns\nben,before,rows\n", "utf-8")
    variant_releases.build_for_students(course, ["ada", "ben"], bytes(32))
    for student, given, code in (
        ("ada", "ada", right(**ADA)),
        ("ben", "ben", right("before", "rows")),
        ("cyd", "ada", right(**ADA)),
    ):
        hand_in(course, student, given, code)
    return course


def hand_in(course: Assignment, student: str, given: str, code: str) -> None:
    """Hand in the release that `given` got, with this code and changed public checks."""
    release = variant_releases.student_folder(course, given) / f"{NAME}.ipynb"
    notebook = json.loads(release.read_text(encoding="utf-8"))
    changed = {"pad": code, "why": WHY, "test_pad": "print('nothing is checked')"}
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        cell["source"] = changed.get(name, cell["source"])
    file = course.root / "submitted" / student / NAME / f"{NAME}.ipynb"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(notebook), encoding="utf-8")


@pytest.fixture(scope="module")
def api(course: Assignment) -> NbGraderAPI:
    """What formgrader's buttons call, after all were graded with them."""
    config = configuration.load(course.root)
    found = NbGraderAPI(CourseDirectory(config=config, root=str(course.root)), config=config)
    for student in ("ada", "ben", "cyd"):
        done = found.autograde(NAME, student)
        assert done["success"], done["log"]
        assert "has changed!" not in done["log"]
    return found


def locked(notebook: Path) -> dict[str, str]:
    cells: list[dict[str, Any]] = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    found = {}
    for cell in cells:
        roles = cell["metadata"].get("nbgrader", {})
        if roles.get("locked"):
            found[roles["grade_id"]] = "".join(cell["source"])
    return found


@pytest.mark.parametrize(("student", "given"), [("ada", "ada"), ("ben", "ben"), ("cyd", "ada")])
def test_the_graded_copy_has_the_text_of_the_variant(
    course: Assignment, api: NbGraderAPI, student: str, given: str
) -> None:
    assert api.get_submission(NAME, student)["score"] == 4
    graded = course.root / "autograded" / student / NAME / f"{NAME}.ipynb"
    release = variant_releases.student_folder(course, given) / f"{NAME}.ipynb"
    assert locked(graded) == locked(release)
    assert "check(pad" in locked(graded)["test_pad"]


def test_formgrader_shows_the_model_answer_of_the_variant(
    course: Assignment, api: NbGraderAPI
) -> None:
    for student in ("ada", "cyd"):
        page = formgrader_page(course, student, submission_id="1")
        assert "They keep the size of each column." in page
        assert "Of the student's variant: order=after, layout=columns." in page
    page = formgrader_page(course, "ben", submission_id="1")
    assert "They keep the size of each row." in page


def test_it_is_said_where_the_model_answer_of_a_variant_is_missing(
    course: Assignment, api: NbGraderAPI
) -> None:
    staff = folder_of(course.root, NAME) / "staff"
    shutil.move(staff, staff.with_name("elsewhere"))
    try:
        page = formgrader_page(course, "ada", submission_id="1")
    finally:
        shutil.move(staff.with_name("elsewhere"), staff)
    assert "They keep the size of each row." in page
    assert "(order=after, layout=columns) is not on this machine." in page
