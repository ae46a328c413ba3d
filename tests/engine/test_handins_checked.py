"""The bank of hand-ins again: the student's own checks see what grading sees."""

from __future__ import annotations

from pathlib import Path

import pytest
from handins import CASES, Case, Courses, courses, unpacked

from convgrade.checking.checker import Checker
from convgrade.submission import read

__all__ = ["courses"]
EVERY = 3
"""Of so many cases, `make test` checks one; `make test-all` checks all."""


@pytest.fixture(
    params=[
        pytest.param(path, id=path.name, marks=[pytest.mark.slow] if number % EVERY else [])
        for number, path in enumerate(CASES)
    ]
)
def case(request: pytest.FixtureRequest, courses: Courses, tmp_path: Path) -> Case:
    return unpacked(request.param, courses.named, tmp_path)


def test_the_students_checks_see_the_same(case: Case, courses: Courses) -> None:
    """What passes the public checks passes the public tests, and the other way round."""
    expected = case.expected
    if expected.get("status", "graded") != "graded" or not expected.get("check", True):
        pytest.skip("there is no file that could be checked in its folder")
    readable = read(case.folder, case.assignment.release)
    with Checker(readable.path, case.assignment.release_notebook, 60.0) as checker:
        report, _ = checker.check()
    result = courses.graded(case)
    graded = {
        exercise.name: all(
            test.outcome == "passed" for test in exercise.tests if test.visibility == "public"
        )
        for exercise in result.exercises
    }
    assert {each.name: each.passed for each in report.exercises} == graded, report
