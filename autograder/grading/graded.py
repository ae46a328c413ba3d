"""A result together with its hand-in, as one run returns both."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.results import Result
from convgrade.submission import HandIn


@dataclass(frozen=True)
class Graded:
    """A result, and its hand-in without the accompanying files.

    There is no hand-in if reading it failed or the grader's own process died.
    """

    result: Result
    hand_in: HandIn | None = None
