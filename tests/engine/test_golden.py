"""Golden cases: every folder of tests/golden is graded and compared with what its case says.

docs/engine.md says how to add one.
"""

from __future__ import annotations

from graders import grade
from handins import SEED, Case, assert_expected, golden

__all__ = ["golden"]


def test_grading_gives_what_the_case_says(golden: Case) -> None:
    assert {"what", "status", "attention"} <= set(golden.expected)
    if golden.expected["status"] == "graded":
        assert set(golden.expected["exercises"]) == set(golden.expected["points"])
        assert "hints" in golden.expected
    result = grade(golden.folder, golden.assignment, SEED, student="ada", advice=("hints",))
    assert_expected(result, golden.expected)
