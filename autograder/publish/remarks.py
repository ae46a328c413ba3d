"""Remarks on a submission for every report: what a person must know, and what did not run."""

from __future__ import annotations

from autograder.results import Result
from convgrade.safe_text import sentences

UNGRADED = "Not graded: the grader failed here, which takes no points from anybody."


def remarks(result: Result) -> list[str]:
    """One sentence for each remark, of limited number and length."""
    observed = result.observed
    failed = [f"Did not run through: {cell}" for cell in observed.failed_cells]
    return [*sentences(observed.attention), *sentences(failed)]
