"""One made-up submission: its kind, how it is written, and how grading it should end.

It knows no assignment and no way of grading; it only compares a result with the expected one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from autograder.results import Result

Expectation = Literal["full", "only these lost", "nothing", "rejected"]


@dataclass(frozen=True)
class MadeUp:
    """A kind of submission, in a line, and how it should end.

    `write` puts the file into a student's folder. If `expected` is "only these lost", `lost` names
    the exercises that it does not earn in full.
    """

    kind: str
    what: str
    expected: Expectation
    write: Callable[[Path], None]
    lost: tuple[str, ...] = ()


def surprise(made_up: MadeUp, result: Result) -> str:
    """Say how a result differs from what its kind should give; "" if it does not."""
    if made_up.expected == "rejected":
        return "" if result.status == "rejected" else f"should be rejected, was {result.status}"
    if result.status != "graded":
        return f"should be graded, was {result.status} ({result.reason})"
    lost = tuple(item.name for item in result.exercises if item.score != item.max_score)
    if made_up.expected == "full":
        return f"should earn full marks, lost points in {', '.join(lost)}" if lost else ""
    if made_up.expected == "nothing":
        return f"should earn nothing, earned {result.score:g}" if result.score else ""
    if set(lost) != set(made_up.lost):
        expected, got = ", ".join(made_up.lost), ", ".join(lost) or "nothing"
        return f"should lose points in {expected} only, lost them in {got}"
    return ""
