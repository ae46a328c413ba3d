"""How well hints fit, measured on a course's own catalogue.

A misconception that is left out stands for a mistake that the catalogue does not know: whatever
hint it gets is that of another mistake. Two composed misconceptions stand for a function with two
mistakes. All of this is the course's own code, so it runs in this process, without a sandbox.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from autograder.course.assignment import Assignment
from autograder.diagnosis import Catalogue, Misconception, Reaction, agree, load, reactions
from autograder.diagnosis.composing import NotComposable, compose
from autograder.diagnosis.diagnosing import explained_by
from autograder.diagnosis.reactions import reactions_of

MOST_PAIRS = 400
_SEED = "pairs of misconceptions"


@dataclass(frozen=True)
class LeftOut:
    """What misconceptions get as hints that are not in the catalogue.

    Attributes:
        tried: how many were left out, each in turn.
        without_hint: how many got none.
        others: for each of the rest, its name and the names of those whose hints it got.
    """

    tried: int
    without_hint: int
    others: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Paired:
    """What functions with two mistakes get as hints.

    Attributes:
        both: how many got the hints of both mistakes.
        one: how many got the hint of one of them.
        none: how many got the hint of neither.
        wrong: how many got the hint of a third one, too or only.
    """

    both: int
    one: int
    none: int
    wrong: int

    @property
    def tried(self) -> int:
        return self.both + self.one + self.none


def left_out(catalogue: Catalogue) -> LeftOut:
    """Leave out each misconception in turn, and diagnose its function with the others."""
    others = []
    compared = _compared(catalogue)
    for which in compared:
        given = reactions(which, catalogue)
        found = explained_by(catalogue, which.replaces, given, without=which)
        if found:
            others.append((which.name, tuple(each.name for each in found)))
    return LeftOut(len(compared), len(compared) - len(others), tuple(others))


def paired(catalogue: Catalogue, most: int = MOST_PAIRS) -> Paired:
    """Diagnose functions that make two mistakes of one function, drawn at random.

    Pairs do not count that cannot be composed, or that do the same as one of the two.
    """
    pairs = [
        pair
        for pair in combinations(_compared(catalogue), 2)
        if pair[0].replaces == pair[1].replaces
    ]
    random.Random(_SEED).shuffle(pairs)
    counts: Counter[str] = Counter()
    for one, other in pairs:
        if counts["both"] + counts["one"] + counts["none"] >= most:
            break
        given = _made_at_once(catalogue, one, other)
        if given is None:
            continue
        found = set(explained_by(catalogue, one.replaces, given))
        counts[("none", "one", "both")[len(found & {one, other})]] += 1
        counts["wrong"] += bool(found - {one, other})
    return Paired(counts["both"], counts["one"], counts["none"], counts["wrong"])


def _compared(catalogue: Catalogue) -> list[Misconception]:
    """The misconceptions that are compared by probes."""
    return [
        each
        for each in catalogue.misconceptions
        if each.matches is None and catalogue.probes.get(each.replaces)
    ]


def _made_at_once(
    catalogue: Catalogue, one: Misconception, other: Misconception
) -> Sequence[Reaction] | None:
    """The reactions of a function with both mistakes; None if one of them hides the other."""
    composed = compose(catalogue, one.replaces, one.function, other.function)
    if composed is None:
        return None
    try:
        given = reactions_of(composed, one.replaces, catalogue)
    except NotComposable:
        return None
    for each in (one, other):
        if all(map(agree, given, reactions(each, catalogue))):
            return None
    return given


def as_text(assignment: Assignment) -> list[str]:
    """The figures as lines for the terminal; none if no misconception is compared by probes.

    Raises:
        SuiteError: the misconceptions cannot be loaded.
    """
    catalogue = load(assignment)
    alone = left_out(catalogue)
    if not alone.tried:
        return []
    lines = [
        f"left out in turn, {alone.without_hint} of {alone.tried} misconceptions get no hint, "
        f"the others that of another mistake"
    ]
    if (two := paired(catalogue)).tried:
        lines.append(
            f"of {two.tried} pairs, both are named in {two.both}, one in {two.one}, "
            f"none in {two.none}; a wrong one in {two.wrong}"
        )
    return lines
