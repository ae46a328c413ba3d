"""The bank of hand-ins: every folder of tests/handins is graded, checked, and compared.

tests/handins/README.md says what a case is; adding a folder adds one.
"""

from __future__ import annotations

import os
import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from bank_course import write_bank_course

from autograder.checking.checker import Checker
from autograder.course import Assignment, load_assignment
from autograder.gradebook.notebooks import canonical
from autograder.grading import grade
from autograder.results import Result
from autograder.sandbox import Zygote
from autograder.submission import read

BANK = Path(__file__).parents[1] / "handins"
REPOSITORY = Path(__file__).resolve().parents[2]
CASES = sorted(path.parent for path in BANK.glob("*/case.toml"))
SEED = b"0123456789abcdef0123456789abcdef"
KEYS = {
    "what", "course", "status", "reason", "score", "exercises", "written", "attention",
    "modified", "check", "pictures", "missing",
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A hand-in as a student's folder, and what must come of it."""

    folder: Path
    expected: dict[str, Any]
    assignment: Assignment


@dataclass(frozen=True)
class Courses:
    """The courses that hand-ins may be to, and a warm process for them."""

    mini: Assignment
    zygote: str

    def named(self, name: str) -> Assignment:
        return self.mini if name == "mini" else load_assignment(name, REPOSITORY)


@pytest.fixture(scope="module")
def courses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Courses]:
    mini = write_bank_course(tmp_path_factory.mktemp("course"))
    with Zygote(("numpy",)) as zygote:
        yield Courses(mini, zygote.address)


@pytest.fixture(params=CASES, ids=lambda path: path.name)
def case(request: pytest.FixtureRequest, courses: Courses, tmp_path: Path) -> Case:
    """The case in a folder of its own, with the times of its files as it says."""
    expected = tomllib.loads((request.param / "case.toml").read_text(encoding="utf-8"))
    folder = tmp_path / "ada"
    shutil.copytree(request.param / "handed_in", folder)
    for path in folder.rglob("*"):
        os.utime(path, (1_000_000, 1_000_000))
    for name, seconds in expected.get("modified", {}).items():
        os.utime(folder / name, (seconds, seconds))
    return Case(folder, expected, courses.named(expected.get("course", "mini")))


def test_the_right_thing_comes_of_it(case: Case, courses: Courses) -> None:
    """Status, points, written answers and sentences are those that the case names."""
    expected = case.expected
    result = grade(case.folder, case.assignment, SEED, student="ada", zygote=courses.zygote)
    assert set(expected) <= KEYS
    assert result.status == expected.get("status", "graded"), result.reason
    assert expected.get("reason", "") in result.reason
    if "score" in expected:
        assert result.score == pytest.approx(expected["score"]), told(result)
    outcomes = {exercise.name: exercise.outcome for exercise in result.exercises}
    for name, outcome in expected.get("exercises", {}).items():
        assert outcomes[name] == outcome, told(result)
    states = {question.name: question.state for question in result.written}
    for name, state in expected.get("written", {}).items():
        assert states[name] == state, (name, told(result))
    attention = result.observed.attention
    for sentence in expected.get("attention", ()):
        assert any(sentence in said for said in attention), attention
    if expected.get("attention") == []:
        assert attention == ()
    for word in expected.get("missing", ()):
        assert word in told(result)


def test_the_students_checks_see_the_same(case: Case, courses: Courses) -> None:
    """What passes the public checks passes the public tests, and the other way round."""
    expected = case.expected
    if expected.get("status", "graded") != "graded" or not expected.get("check", True):
        pytest.skip("there is no file that could be checked in its folder")
    readable = read(case.folder, case.assignment.release)
    with Checker(readable.path, case.assignment.release_notebook, 60.0) as checker:
        report, _ = checker.check()
    result = grade(case.folder, case.assignment, SEED, student="ada", zygote=courses.zygote)
    graded = {
        exercise.name: all(
            test.outcome == "passed" for test in exercise.tests if test.visibility == "public"
        )
        for exercise in result.exercises
    }
    assert {each.name: each.passed for each in report.exercises} == graded, report


def test_nothing_that_was_written_is_lost(case: Case) -> None:
    """Each line of text that is no code stands in the graded notebook, and nothing raises."""
    if case.expected.get("status", "graded") != "graded":
        pytest.skip("a file that is rejected has no cells")
    readable = read(case.folder, case.assignment.release)
    notebook = canonical(readable, case.assignment)
    shown = "\n".join(cell.source for cell in notebook.cells).replace("\u200b", "")
    for text in readable.written.values():
        for line in text.split("\n"):
            assert line in shown or "attachment" in line
    pictures = sum(len(cell.get("attachments", {})) for cell in notebook.cells)
    assert pictures == case.expected.get("pictures", 0)


def told(result: Result) -> str:
    observed = result.observed
    sentences = [*observed.attention, *observed.notes, *observed.failed_cells]
    for exercise in result.exercises:
        sentences += [f"{exercise.name}: {test.message}" for test in exercise.tests]
    return "\n".join(sentences)
