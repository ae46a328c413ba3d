"""Cases that are folders: a hand-in and what must come of it, for the tests that grade and check.

tests/handins has hand-ins in every form, tests/golden what can happen when one is graded.
"""

from __future__ import annotations

import os
import shutil
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from bank_course import write_bank_course
from graders import grade
from mini_course import write_mini_course

from autograder.course.assignment import Assignment, load_assignment
from autograder.results import Result
from autograder.sandbox import WarmProcess

BANK = Path(__file__).parents[1] / "handins"
GOLDEN = Path(__file__).parents[1] / "golden"
REPOSITORY = Path(__file__).resolve().parents[2]
CASES = sorted(path.parent for path in BANK.glob("*/case.toml"))
GOLDEN_CASES = sorted(path.parent for path in GOLDEN.glob("*/case.toml"))
SEED = b"0123456789abcdef0123456789abcdef"
KEYS = {
    "what", "course", "status", "reason", "score", "exercises", "written", "attention",
    "modified", "check", "pictures", "missing", "points", "hints", "builds_on",
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A hand-in as a student's folder, and what must come of it."""

    name: str
    folder: Path
    expected: dict[str, Any]
    assignment: Assignment


@dataclass(frozen=True)
class Courses:
    """The courses that hand-ins may be to, and a warm process for them."""

    mini: Assignment
    address: str
    known: dict[str, Result] = field(default_factory=dict)

    def named(self, name: str) -> Assignment:
        return self.mini if name == "mini" else load_assignment(name, REPOSITORY)

    def graded(self, case: Case) -> Result:
        """The result of a case, graded once."""
        if case.name not in self.known:
            self.known[case.name] = grade(
                case.folder,
                case.assignment,
                SEED,
                student="ada",
                warm_process=self.address,
                advice=("hints",),
            )
        return self.known[case.name]


@pytest.fixture(scope="session")
def courses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Courses]:
    mini = write_bank_course(tmp_path_factory.mktemp("course"))
    with WarmProcess(("numpy",)) as warm_process:
        yield Courses(mini, warm_process.address)


@pytest.fixture(params=CASES, ids=lambda path: path.name)
def case(request: pytest.FixtureRequest, courses: Courses, tmp_path: Path) -> Case:
    """A case of the bank of hand-ins."""
    return unpacked(request.param, courses.named, tmp_path)


@pytest.fixture(params=GOLDEN_CASES, ids=lambda path: path.name)
def golden(request: pytest.FixtureRequest, tmp_path: Path) -> Case:
    """A case of grading, in a miniature course of its own."""
    course = write_mini_course(tmp_path / "course")
    case = unpacked(request.param, lambda name: course, tmp_path)
    for name, other in case.expected.get("builds_on", {}).items():
        with open(course.suite_file(name), "a", encoding="utf-8") as suite:
            suite.write(f"\npytestmark = pytest.mark.builds_on({other!r})\n")
    return case


def unpacked(source: Path, named: Callable[[str], Assignment], tmp_path: Path) -> Case:
    """A case in a folder of its own, with the times of its files as it says."""
    expected = tomllib.loads((source / "case.toml").read_text(encoding="utf-8"))
    assert set(expected) <= KEYS
    folder = tmp_path / "ada"
    shutil.copytree(source / "handed_in", folder)
    for path in folder.rglob("*"):
        os.utime(path, (1_000_000, 1_000_000))
    for name, seconds in expected.get("modified", {}).items():
        os.utime(folder / name, (seconds, seconds))
    return Case(source.name, folder, expected, named(expected.get("course", "mini")))


def assert_expected(result: Result, expected: dict[str, Any]) -> None:
    """Status, points, outcomes, written answers and sentences are those that the case names."""
    assert result.status == expected.get("status", "graded"), result.reason
    assert expected.get("reason", "") in result.reason
    if "score" in expected:
        assert result.score == pytest.approx(expected["score"]), told(result)
    exercises = {exercise.name: exercise for exercise in result.exercises}
    for name, outcome in expected.get("exercises", {}).items():
        assert exercises[name].outcome == outcome, told(result)
    for name, points in expected.get("points", {}).items():
        assert exercises[name].score == pytest.approx(points), (name, told(result))
    if "hints" in expected:
        tests = [test for exercise in result.exercises for test in exercise.tests]
        assert [test.hint for test in tests if test.hint] == expected["hints"]
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


def told(result: Result) -> str:
    observed = result.observed
    sentences = [*observed.attention, *observed.notes, *observed.failed_cells]
    for exercise in result.exercises:
        sentences += [f"{exercise.name}: {test.message}" for test in exercise.tests]
    return "\n".join(sentences)
