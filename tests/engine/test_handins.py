"""The bank of hand-ins: every folder of tests/handins is graded, checked, and compared.

tests/handins/README.md says what a case is; adding a folder adds one.
"""

from __future__ import annotations

import pytest
from handins import Case, Courses, assert_expected, case, courses

from autograder.gradebook.notebooks import canonical
from convgrade.submission import read

__all__ = ["case", "courses"]


def test_the_right_thing_comes_of_it(case: Case, courses: Courses) -> None:
    assert_expected(courses.graded(case), case.expected)


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
