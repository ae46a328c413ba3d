"""One generated answer: which kind, which number of that kind, and its text."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

WrongKind = Literal["edit", "two edits", "region", "two misconceptions", "memoriser"]
Kind = Literal["edit", "two edits", "region", "two misconceptions", "memoriser", "rewrite", "known"]
CYCLE: tuple[WrongKind, ...] = (
    "edit", "two edits", "region", "edit", "two misconceptions",
    "edit", "two edits", "region", "edit", "memoriser",
)  # fmt: skip
"""The kinds of wrong candidates, as they follow each other."""
RIGHT_KINDS = ("rewrite", "known")
MOST_KNOWN = 40
"""The course's own right answers are candidates too, as they are."""


@dataclass(frozen=True)
class Recipe:
    """What a candidate is made from: with the seed it determines the text."""

    kind: Kind
    number: int


@dataclass(frozen=True)
class Candidate:
    """A generated answer to an exercise.

    Attributes:
        recipe: what it was made from.
        origin: what was changed, in words.
        function: the function of the contract that it defines.
        name: the name of the function in `text`.
        text: code that defines it.
    """

    recipe: Recipe
    origin: str
    function: str
    name: str
    text: str

    @cached_property
    def digest(self) -> str:
        """The same for the same code."""
        return hashlib.sha256(f"{self.function}\n{self.text}".encode()).hexdigest()[:16]


def recipes(wrong: int, right: int) -> list[Recipe]:
    """The recipes of so many candidates that should be wrong, and that should be right.

    More candidates continue the list: the first ones stay the same.
    """
    counts: dict[WrongKind, int] = {}
    found = []
    for place in range(wrong):
        kind = CYCLE[place % len(CYCLE)]
        found.append(Recipe(kind, counts.get(kind, 0)))
        counts[kind] = counts.get(kind, 0) + 1
    known = (Recipe("known", number) for number in range(MOST_KNOWN if right else 0))
    return [*known, *found, *(Recipe("rewrite", number) for number in range(right))]
