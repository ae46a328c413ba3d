"""Honest work survives whatever editors do to the file: mangled hand-ins score as the clean one."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from bank_course import solved, write_bank_course
from graders import grade
from mangling import mangled

from autograder.course.assignment import Assignment
from autograder.sandbox import WarmProcess

SEEDS = range(36)


@dataclass(frozen=True)
class Course:
    assignment: Assignment
    address: str


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Course]:
    assignment = write_bank_course(tmp_path_factory.mktemp("course"))
    with WarmProcess(("numpy",)) as warm_process:
        yield Course(assignment, warm_process.address)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_mangled_hand_in_scores_as_the_clean_one(
    seed: int, course: Course, tmp_path: Path
) -> None:
    release = course.assignment.release_notebook.read_text(encoding="utf-8")
    hand_in = mangled(solved(), release, course.assignment.name, random.Random(seed))
    hand_in.write(tmp_path)
    result = grade(
        tmp_path, course.assignment, b"0" * 32, student="ada", warm_process=course.address
    )
    states = {question.state for question in result.written}
    assert (result.status, result.score, states) == ("graded", 6.0, {"needs_marking"}), (
        hand_in.done,
        result.reason,
        result.observed,
    )
