"""Wrong functions that disturb an exercise which does not name them, by what they leave behind."""

from __future__ import annotations

from pathlib import Path

import pytest
from mini_course import MISCONCEPTIONS, write_mini_course

from autograder.audit import audit
from autograder.course.assignment import Assignment, load_assignment

CHECK = "a misconception disturbs no network that it does not name"
SOLUTIONS = """
import decimal

import numpy as np


def increment(x):
    return np.asarray(x) + 1


def double(x):
    return np.asarray(x) * (3 if hasattr(decimal, "spoiled") else 2)
"""
MORE = """

@misconception("increment", "How much is added?")
def increment_by_three(x):
    return np.asarray(x) + 3

@misconception("increment", "What else does it change?")
def increment_spoils(x):
    import decimal

    decimal.spoiled = True
    return np.asarray(x) + 4
"""


@pytest.fixture
def course(tmp_path: Path) -> Assignment:
    """The miniature, in which `double` counts as a network: it needs more than NumPy."""
    course = write_mini_course(tmp_path / "course")
    settings = course.source_notebook.with_name("assignment.toml")
    text = 'preload = ["numpy", "decimal"]\n' + settings.read_text(encoding="utf-8")
    settings.write_text(text, encoding="utf-8")
    course.solution_module.write_text(SOLUTIONS, encoding="utf-8")
    return load_assignment(course.name, course.root)


def test_the_one_that_disturbs_is_found_by_name(course: Assignment) -> None:
    course.misconceptions_file.write_text(MISCONCEPTIONS + MORE, encoding="utf-8")
    found = {check.name: check for check in audit(course, jobs=1, seeds=1).checks}
    assert (found[CHECK].cases, found[CHECK].failures) == (
        3,
        ("increment_spoils: disturbs double",),
    )


def test_where_nothing_disturbs_one_grading_tells_so(course: Assignment) -> None:
    course.misconceptions_file.write_text(MISCONCEPTIONS, encoding="utf-8")
    counts: list[int] = []
    found = audit(course, jobs=1, seeds=1, on_start=counts.append).checks
    assert [check.failures for check in found if check.name == CHECK] == [()]
    assert counts == [3, 4]
