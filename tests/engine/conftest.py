"""Fixtures that several tests of the engine share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from graders import grade
from hypothesis import settings
from mini_course import write_mini_course

from autograder import diagnosis
from autograder.course.assignment import Assignment
from autograder.diagnosis import Misconception
from autograder.results import Result
from autograder.sandbox import WarmProcess

pytest.register_assert_rewrite("suite_checks")

# How long an example takes is the machine's affair.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


@pytest.fixture
def mini_course(tmp_path: Path) -> Assignment:
    """The miniature assignment, in a course of its own."""
    return write_mini_course(tmp_path / "course")


@pytest.fixture(scope="module")
def tensorflow(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a warm process with what the `SUITE` of the tests' module preloads."""
    with WarmProcess(request.module.SUITE.assignment.preload) as warm_process:
        yield warm_process.address


@pytest.fixture(scope="module")
def graded(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Callable[[Misconception], Result]:
    """The result of a misconception of `SUITE` among right answers, graded once."""
    suite = request.module.SUITE
    folder = tmp_path_factory.mktemp("misconceptions")
    known: dict[str, Result] = {}

    def result(which: Misconception) -> Result:
        if which.name not in known:
            path = folder / f"{which.name}.py"
            text = diagnosis.as_submission(suite.assignment, which.function)
            path.write_text(text, encoding="utf-8")
            part = suite.part(suite.touched(which))
            in_keras = part.preload != ("numpy",)
            warm_process = request.getfixturevalue("tensorflow") if in_keras else None
            known[which.name] = grade(path, part, suite.seeds[0], warm_process=warm_process)
        return known[which.name]

    return result
