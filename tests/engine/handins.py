"""The cases of the bank of hand-ins, for the tests that grade and check them."""

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

from autograder.course.assignment import Assignment, load_assignment
from autograder.sandbox import WarmProcess

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
    address: str

    def named(self, name: str) -> Assignment:
        return self.mini if name == "mini" else load_assignment(name, REPOSITORY)


@pytest.fixture(scope="module")
def courses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Courses]:
    mini = write_bank_course(tmp_path_factory.mktemp("course"))
    with WarmProcess(("numpy",)) as warm_process:
        yield Courses(mini, warm_process.address)


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
