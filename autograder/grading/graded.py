"""A result together with its hand-in, as one run returns both."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.results import Result
from convgrade.submission import HandIn


@dataclass(frozen=True)
class Graded:
    """A result, and its hand-in without the accompanying files.

    There is no hand-in if it was read in an earlier run and is unchanged, if reading it failed, or
    if the grader's own process died. `known_digest` is the one of the earlier run.
    """

    result: Result
    hand_in: HandIn | None = None
    known_digest: str = ""

    @property
    def digest(self) -> str:
        """The digest of the hand-in; "" if it is not known."""
        return self.hand_in.digest if self.hand_in is not None else self.known_digest
