"""What comparing the hand-ins of a class gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Passages = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class SimilarPair:
    """Two hand-ins that are worth a look; it says nothing about how they came to be alike.

    Args:
        first: a student; `first` and `second` are in alphabetical order.
        second: another student.
        kind: what is alike, code or a written answer.
        where: the exercises with commas, or the name of the written question.
        share: how much of the uncommon text in these places both have, above 0 and at most 1.
        passages: what is alike, as the first and the second wrote it.
        traces: comments and strings that both have and hardly anybody else.
        evidence: how much uncommon text both have; greater is more remarkable.
    """

    first: str
    second: str
    kind: Literal["code", "answer"]
    where: str
    share: float
    passages: Passages
    traces: tuple[str, ...] = ()
    evidence: float = 0.0
