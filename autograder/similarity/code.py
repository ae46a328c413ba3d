"""Finds pairs of hand-ins with uncommon code in common."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Set

from autograder.similarity.code_parts import ELSEWHERE, Code, Part
from autograder.similarity.rarity import Fragment, Rarity
from autograder.similarity.records import Passages, SimilarPair

LEAST_EVIDENCE = 20.0
"""From here a pair is worth a look; `benchmarks/similarity.py` has the figures behind it."""
TEXTS = "comments and strings"
"""Where two hand-ins are alike that have no code in common."""
MAX_PASSAGES = 20
MAX_TRACES = 20

_CLEAR_SHARE = 0.25


def similar_code(
    codes: Mapping[str, Code], usual: Set[Fragment], least: float = LEAST_EVIDENCE
) -> Iterator[SimilarPair]:
    """Yield the pairs that are worth a look.

    Args:
        codes: each student's code.
        usual: fragments that count nothing.
        least: the evidence from which a pair is one of them.
    """
    rarity = Rarity({student: code.fragments for student, code in codes.items()}, usual)
    for first, second in rarity.pairs(least):
        one, other = codes[first], codes[second]
        there, back = _Comparison(one, other, rarity), _Comparison(other, one, rarity)
        best = max(there, back, key=lambda each: each.evidence)
        traces = [each for each in one.texts & other.texts if rarity.weight(each)]
        evidence = best.evidence + rarity.total(traces)
        if evidence >= least:
            texts = min(rarity.total(one.texts), rarity.total(other.texts))
            yield SimilarPair(
                first,
                second,
                "code",
                best.where,
                best.share or rarity.total(traces) / texts,
                best.passages if best is there else tuple((a, b) for b, a in best.passages),
                tuple(sorted(traces, key=lambda text: (-len(text), text))[:MAX_TRACES]),
                evidence,
            )


class _Comparison:
    """How much of one hand-in's code another has.

    A part counts with the weight of what is common, multiplied by its share of the part: a little
    in common in many places is natural.
    """

    def __init__(self, code: Code, other: Code, rarity: Rarity) -> None:
        self._other, self._rarity = other, rarity
        found = [_Overlap(part, part.kept.keys() & other.fragments, rarity) for part in code.parts]
        self.evidence = math.fsum(each.evidence for each in found)
        clear = [each for each in found if each.share >= _CLEAR_SHARE]
        self._overlaps = clear or [each for each in found if each.common]

    @property
    def share(self) -> float:
        """The share of the uncommon code in these places."""
        whole = math.fsum(each.whole for each in self._overlaps)
        return math.fsum(each.common for each in self._overlaps) / whole if whole else 0.0

    @property
    def where(self) -> str:
        """The exercises in which it is."""
        exercises = dict.fromkeys(each.part.exercise for each in self._overlaps)
        return ", ".join(sorted(exercises, key=ELSEWHERE.__eq__)) or TEXTS

    @property
    def passages(self) -> Passages:
        """What is alike in each part, beside the part of the other code with most of it."""
        clearest = sorted(self._overlaps, key=lambda each: -each.evidence)[:MAX_PASSAGES]
        return tuple(self._passage(each) for each in clearest)

    def _passage(self, overlap: _Overlap) -> tuple[str, str]:
        def common(part: Part) -> float:
            return self._rarity.total(overlap.fragments & part.kept.keys())

        other = max(self._other.parts, key=common)
        both = {each for each in overlap.fragments & other.kept.keys() if self._rarity.weight(each)}
        return overlap.part.passage(both), other.passage(both)


class _Overlap:
    """The fragments of a part that the other code has too, with their weights."""

    def __init__(self, part: Part, fragments: Set[int], rarity: Rarity) -> None:
        self.part, self.fragments = part, fragments
        self.common, self.whole = rarity.total(fragments), rarity.total(part.kept)
        self.share = self.common / self.whole if self.whole else 0.0
        self.evidence = self.common * self.share
