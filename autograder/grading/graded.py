"""A result beside the hand-in that it is of, as one run hands both on."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.results import Result
from autograder.submission import HandIn


@dataclass(frozen=True)
class Graded:
    """A result, and its hand-in without the files beside it.

    There is no hand-in where reading it failed, or the grader's own process.
    """

    result: Result
    hand_in: HandIn | None = None
