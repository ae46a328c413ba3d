"""A hand-in's code in parts, each as fragments; its comments and strings as they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property

from autograder.similarity.code_tokens import code_tokens
from autograder.similarity.fragments import Token, all_fragments, kept_fragments
from autograder.similarity.rarity import Fragment
from convgrade.submission.blocks import blocks, tokens

LENGTH = 10
"""The tokens of a fragment."""
ELSEWHERE = "other code"
"""The name for code outside the exercises' functions."""
MAX_TOKENS = 20_000
"""So many tokens of a hand-in are compared; the rest is left out."""
SHORTEST_TEXT = 12
"""Comments and strings with fewer characters are alike by chance."""

_LONGEST_TEXT = 300


@dataclass(frozen=True)
class Part:
    """A top-level statement, or neighbouring ones that define nothing.

    Args:
        exercise: the exercise whose function it defines; `ELSEWHERE` if there is none.
        text: the code as it was written.
        tokens: its tokens, each with the first and last line of its statement.
    """

    exercise: str
    text: str
    tokens: Sequence[Token]

    @cached_property
    def kept(self) -> Mapping[int, Sequence[int]]:
        """The fragments that stand for the part, with their places among its tokens."""
        return kept_fragments(self.tokens, LENGTH)

    def passage(self, fragments: Set[int]) -> str:
        """The lines from the first to the last of some fragments of the part."""
        places = [place for each in fragments for place in self.kept[each]]
        lines = [token for place in places for token in self.tokens[place : place + LENGTH]]
        begin, end = min(each.begin for each in lines), max(each.end for each in lines)
        return "\n".join(self.text.split("\n")[begin : end + 1])


@dataclass(frozen=True)
class Code:
    """The code of one hand-in, or of the course.

    Args:
        parts: what it consists of.
        texts: comments and strings of two words or more, without marks and extra white space.
    """

    parts: Sequence[Part]
    texts: Set[str]

    @classmethod
    def of(cls, cells: Iterable[str], exercises: Mapping[str, str]) -> Code:
        """Split code into its parts.

        Args:
            cells: the code.
            exercises: the exercise of each function that the assignment asks for.
        """
        cells, given = list(cells), frozenset(exercises)
        parts, room = list[Part](), MAX_TOKENS
        for exercise, text in (each for cell in cells for each in _split(cell, exercises)):
            if room:
                found = code_tokens(text, given)[:room]
                parts.append(Part(exercise, text, found))
                room -= len(found)
        return cls(parts, {text for cell in cells for text in _texts(cell)})

    @cached_property
    def fragments(self) -> frozenset[Fragment]:
        """The texts, and the fragments that stand for the code."""
        return frozenset(self.texts).union(*(part.kept for part in self.parts))

    @property
    def all_fragments(self) -> frozenset[Fragment]:
        """The texts, and each fragment of the code."""
        found = (all_fragments(part.tokens, LENGTH) for part in self.parts)
        return frozenset(self.texts).union(*found)


def _split(cell: str, exercises: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield exercise and text of each definition, and of the statements between them."""
    between: list[str] = []
    for block in blocks(cell):
        named = [exercises[name] for name in block.names if name in exercises]
        if not (block.is_definition or named):
            between.append(block.text)
            continue
        yield ELSEWHERE, "\n".join(between)
        yield (named[0] if named else ELSEWHERE), block.text
        between = []
    yield ELSEWHERE, "\n".join(between)


def _texts(cell: str) -> Iterator[str]:
    for kind, begin, end in tokens(cell):
        if kind in ("comment", "string", "quotes"):
            text = " ".join(cell[begin:end].strip("#'\" \t\n").split())[:_LONGEST_TEXT]
            if len(text) >= SHORTEST_TEXT and " " in text:
                yield text
