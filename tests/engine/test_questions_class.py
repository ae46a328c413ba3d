"""Sheets for a class: who gets one, what is in it, where keys are, and how answers are marked."""

from __future__ import annotations

import csv
import json
import shutil
import stat
import subprocess
from pathlib import Path

import class_course
import nbformat
import pytest
from chromium import CHROMIUM, QUIET
from class_course import NAME, PROGRAM
from nbgrader.nbgraderformat import MetadataValidator
from page_checks import structure, wider_than

from autograder.course.assignment import load_assignment
from autograder.forgetting.stored import delete_stored, stored
from autograder.questions.question import Sheet
from autograder.questions.storing import stored_sheet, stored_sheets

GENERATORS = """
import numpy as np
from autograder.counterexamples import call, counterexamples

@counterexamples("double")
def _(draw):
    return call(draw.array((draw.integer(1, 4),), 1, 9))
"""
LOOP = """
import numpy as np

def double(x):
    parts = []  # <script>alert("code")</script> `` & $x$
    for each in np.asarray(x).reshape(-1):
        if each > 4:
            parts.append(each + each)
        else:
            parts.append(2 * each)
    return np.array(parts).reshape(np.shape(x))
"""
COUNTING = """
import numpy as np
calls = []

def double(x):
    calls.append(x)
    number = len(calls)
    return np.asarray(x) * 2
"""
SCRIPT = "<script>alert(1)"
CLASS = {
    "ada": LOOP,
    "ben": LOOP.replace("parts", "all_of_them").replace("> 4", ">= 6"),
    SCRIPT: LOOP.replace("each", "number"),
    "short": class_course.RIGHT,
    "counting": COUNTING,
    "wrong": class_course.WRONG,
}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A graded class with sheets; its tests must leave them as they are."""
    root = class_course.write_class(tmp_path_factory.mktemp("class") / "course", **CLASS)
    generators = root / "tests" / "counterexamples" / f"{NAME}.py"
    generators.parent.mkdir(parents=True)
    generators.write_text(GENERATORS, encoding="utf-8")
    class_course.grade(root)
    done = questions(root, "--each", "6")
    assert done.returncode == 1, done.stderr
    return root


def questions(root: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [PROGRAM, "questions", NAME, *options]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


def sheet_of(root: Path, student: str) -> Sheet:
    sheet = stored_sheet(load_assignment(NAME, root), student)
    assert sheet is not None
    return sheet


def notebook(root: Path, student: str) -> Path:
    return root / "questions" / NAME / "sheets" / student / f"{NAME}_questions.ipynb"


def answer(root: Path, student: str, answers: dict[int, str], sheet: str = "") -> None:
    """Hand in the notebook of a student, or of another, with these answers."""
    document = json.loads(notebook(root, sheet or student).read_text(encoding="utf-8"))
    for cell in document["cells"]:
        name = cell["metadata"]["nbgrader"]["grade_id"]
        if name.startswith("answer-"):
            number = int(name.removeprefix("answer-"))
            cell["source"] = f"answer_{number} = {answers.get(number, '')!r}  # done"
    path = root / "submitted" / student / f"{NAME}_questions" / f"{NAME}_questions.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document), encoding="utf-8")


def test_who_has_passed_gets_questions_of_several_kinds(course: Path) -> None:
    for student in ("ada", "ben", SCRIPT):
        sheet = sheet_of(course, student)
        assert len(sheet.questions) == 6
        assert len({question.kind for question in sheet.questions}) >= 4


def test_short_code_gets_fewer_questions_and_none_is_empty(course: Path) -> None:
    for question in sheet_of(course, "short").questions:
        assert question.prompt
        assert question.key
        assert all(question.options) or not question.options


def test_who_counts_calls_gets_no_file(course: Path) -> None:
    assert not sheet_of(course, "counting").questions
    assert not notebook(course, "counting").exists()


def test_who_has_passed_nothing_has_no_sheet(course: Path) -> None:
    assert stored_sheet(load_assignment(NAME, course), "wrong") is None


def test_nobody_gets_the_question_and_key_of_somebody_with_other_code(course: Path) -> None:
    sheets = list(stored_sheets(load_assignment(NAME, course)))
    identities = [q.identity for sheet in sheets for q in sheet.questions]
    assert len(identities) == len(set(identities)) > 12


def test_keys_lie_apart_and_only_the_owner_reads_them(course: Path) -> None:
    keys = course / "questions" / NAME / "keys"
    assert stat.S_IMODE(keys.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in keys.iterdir()} == {0o600}


def test_what_students_get_is_the_same_whatever_the_keys_are(course: Path) -> None:
    from dataclasses import replace

    from autograder.questions import pages
    from autograder.questions.notebook import notebook_json

    sheet = sheet_of(course, "ada")
    (part,) = sheet.parts
    other = [replace(q, key="a" if q.options else "0") for q in part.questions]
    changed = replace(sheet, parts=(replace(part, questions=tuple(other)),))
    number = {sheet.number: "number", changed.number: "number"}

    def without_number(text: str) -> str:
        for each, word in number.items():
            text = text.replace(each, word)
        return text

    for made in (notebook_json, pages.sheet_page):
        assert without_number(made(sheet)) == without_number(made(changed))


def test_a_second_run_changes_nothing_and_again_makes_new_sheets(
    course: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "course"
    shutil.copytree(course, copy)
    before = notebook(copy, "ada").read_bytes()
    done = questions(copy, "--each", "6", "--student", "ada")
    assert done.returncode == 0, done.stderr
    assert "0 of them a new one" in done.stdout + done.stderr
    assert notebook(copy, "ada").read_bytes() == before
    assert questions(copy, "--each", "6", "--student", "ada", "--again").returncode == 0
    assert notebook(copy, "ada").read_bytes() != before


def test_the_notebook_is_one_that_nbgrader_accepts(course: Path) -> None:
    found = nbformat.read(notebook(course, SCRIPT), as_version=4)
    nbformat.validate(found)
    MetadataValidator().validate_nb(found)
    cells = [cell.metadata["nbgrader"] for cell in found.cells]
    assert sum(cell.get("points", 0) for cell in cells) == 6
    assert len({cell["grade_id"] for cell in cells}) == len(cells)


def test_right_answers_get_all_points(course: Path) -> None:
    keys = {n: q.key for n, q in enumerate(sheet_of(course, "ada").questions, 1)}
    answer(course, "ada", {n: key.upper() for n, key in keys.items()})
    wrong = {
        n: "d" if q.key != "d" else "a" for n, q in enumerate(sheet_of(course, "ben").questions, 1)
    }
    answer(course, "ben", wrong)
    answer(course, SCRIPT, keys, sheet="ada")
    done = questions(course, "--grade")
    assert done.returncode == 1
    rows = {}
    with (course / "questions" / NAME / "keys" / "answers.csv").open(encoding="utf-8") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert (rows["ada"]["points"], rows["ada"]["of"]) == ("6", "6")
    assert rows["ben"]["points"] == "0"
    assert rows[SCRIPT]["problem"].startswith("answered another sheet")
    assert rows["short"]["problem"] == "has not answered the questions."


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"nbformat": 4, "cells": [{}]}', b"[" * 100_000, b"\xff\xfe"]
)
def test_a_broken_notebook_is_a_sentence(course: Path, tmp_path: Path, content: bytes) -> None:
    from autograder.questions.notebook import read_answers
    from convgrade.errors import SubmissionRejected

    path = tmp_path / "broken.ipynb"
    path.write_bytes(content)
    with pytest.raises(SubmissionRejected):
        read_answers(path)


def test_what_is_not_there_is_a_sentence(course: Path) -> None:
    for options, word in (
        (("--student", "nobody"), "nobody of that name"),
        (("--exercise", "triple"), "has no exercise triple"),
    ):
        done = questions(course, *options)
        assert done.returncode == 2
        assert word in " ".join(done.stderr.split())
        assert "Traceback" not in done.stderr


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")
def test_pages_show_text_as_text_and_fit_a_phone(course: Path) -> None:
    from playwright.sync_api import sync_playwright

    folder = course / "questions" / NAME
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_page(viewport={"width": 390, "height": 800})
        dialogs: list[str] = []
        page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        files = [notebook(course, SCRIPT).with_suffix(".html"), folder / "keys" / "examiner.html"]
        for file in files:
            page.goto(file.as_uri())
            assert wider_than(page, 390) == []
            assert structure(page) == []
            assert page.locator("script").count() == 0
            assert SCRIPT in page.inner_text("body")
        browser.close()
    assert dialogs == []


def test_who_is_forgotten_has_no_sheet_and_no_keys(course: Path, tmp_path: Path) -> None:
    copy = tmp_path / "course"
    shutil.copytree(course, copy)
    found = stored(copy, "ben")
    delete_stored(found, "ben")
    left = [file for file in (copy / "questions").rglob("*") if file.is_file()]
    assert not notebook(copy, "ben").exists()
    assert notebook(copy, "ada").exists()
    assert not [file for file in left if "all_of_them" in file.read_text(encoding="utf-8")]
