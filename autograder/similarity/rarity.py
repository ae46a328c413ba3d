"""How uncommon a fragment is in a class. What many have, or the course shows, counts nothing."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set

USUAL_SHARE = 0.03
"""What more than this share of a class has is usual…"""
USUAL_COUNT = 5
"""… if more than this number of students have it."""
_SMALL_CLASS = 30

Fragment = int | str
"""The number of a run of tokens, or a text as it is."""


class Rarity:
    """What each student's text consists of, as fragments, and how much each of them counts."""

    def __init__(self, fragments: Mapping[str, Set[Fragment]], usual: Set[Fragment]) -> None:
        """Count who has what.

        Args:
            fragments: those of each student.
            usual: those of the course's own texts.
        """
        most = max(USUAL_COUNT, int(USUAL_SHARE * len(fragments)))
        having: defaultdict[Fragment, list[str]] = defaultdict(list)
        for student in sorted(fragments):
            for fragment in fragments[student] - usual:
                having[fragment].append(student)
        self._having = {each: names for each, names in having.items() if len(names) <= most}
        self._class_size = max(len(fragments), _SMALL_CLASS)

    def weight(self, fragment: Fragment) -> float:
        """From 0 for a usual fragment to 1 for one that at most two students have."""
        count = len(self._having.get(fragment, ()))
        if count == 0:
            return 0.0
        return math.log(self._class_size / max(count, 2)) / math.log(self._class_size / 2)

    def total(self, fragments: Iterable[Fragment]) -> float:
        """The weight of some fragments together."""
        return math.fsum(self.weight(fragment) for fragment in fragments)

    def pairs(self, least: float) -> Iterator[tuple[str, str]]:
        """Yield the pairs of students whose common fragments weigh at least this much."""
        common: defaultdict[tuple[str, str], float] = defaultdict(float)
        for fragment, students in self._having.items():
            for pair in itertools.combinations(students, 2):
                common[pair] += self.weight(fragment)
        yield from sorted(pair for pair, weight in common.items() if weight >= least)
