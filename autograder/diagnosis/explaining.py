"""Chooses the smallest set of misconceptions that explains most of what a function does wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from autograder.diagnosis.aspects import ASPECTS, Aspect
from autograder.diagnosis.candidates import Mask, pair, singles
from autograder.diagnosis.catalogue import Catalogue, Misconception
from autograder.diagnosis.evidence import Match, Observed, match

MOST_MISTAKES = 4
MOST_PAIRS = 150
"""How many hints an exercise may get, and how many pairs are composed for one submission."""
LARGEST_CONTRADICTION = 0.15
"""The share of a misconception's wrong parts, by weight, that the function may have right."""
SMALLEST_AGREEMENT = 0.6
"""The share of a misconception's wrong parts that are wrong in its way, of those that no other
mistake explains."""
LEAST_OF_ALL = 0.34
"""The same share, of all its wrong parts."""
PRICE_OF_A_MISTAKE = 0.5
PRICE_OF_UNLIKE = 0.5


@dataclass(frozen=True)
class Found:
    """A misconception that explains parts of a wrong answer, and how much of them by weight."""

    misconception: Misconception
    aspect: Aspect
    weight: float


def explain(
    catalogue: Catalogue, observed: Observed, known: Sequence[Misconception]
) -> list[Found]:
    """The misconceptions that a function shows, the surest first; none if the evidence is thin.

    Args:
        catalogue: the misconceptions of the assignment.
        observed: a function of a student.
        known: the misconceptions of that function.
    """
    if not observed.wrong.any():
        return []
    ways = [way for each in known for way in singles(catalogue, each)]
    matches = [match(observed, way) for way in ways]
    chosen = _choose(observed, matches)
    if _is_unexplained(observed, chosen):
        better = _best_pair(catalogue, observed, matches, chosen)
        if better is not None:
            chosen = _choose(observed, matches, first=better)
    return _ranked(observed, chosen)


def _choose(
    observed: Observed, matches: Sequence[Match], first: Match | None = None
) -> list[Match]:
    """Take the best explanation, then the best of what it leaves unexplained, and so on."""
    chosen = [first] if first else []
    explained = first.explained.copy() if first else np.zeros_like(observed.wrong)
    named = {each for taken in chosen for each in taken.candidate.misconceptions}
    for aspect in ASPECTS:
        of_aspect = [each for each in matches if each.candidate.aspect == aspect]
        while len(named) < MOST_MISTAKES:
            scored = [(_score(observed, each, explained), each) for each in of_aspect]
            likely = [(score, each.exactly, each) for score, each in scored if score > 0]
            if not likely:
                break
            *_, found = max(likely, key=lambda one: one[:2])
            chosen.append(found)
            named.update(found.candidate.misconceptions)
            explained |= found.explained
            if aspect == "refusals":  # one hint on arguments is enough
                break
    return chosen


def _score(observed: Observed, found: Match, explained: Mask) -> float:
    """How much a match explains that nothing else does, less its price; 0 if it is no evidence."""
    weights = observed.outline.weights * observed.outline.of[found.candidate.aspect]

    def weigh(mask: Mask) -> float:
        return float(weights @ mask)

    new = weigh(found.explained & ~explained)
    agreed, contradicted = weigh(found.explained), weigh(found.contradicted)
    unlike = weigh(found.unlike & ~explained)
    predicted = agreed + contradicted + unlike
    if not new or contradicted > LARGEST_CONTRADICTION * predicted:
        return 0.0
    if agreed < SMALLEST_AGREEMENT * predicted or new < 0.5 * agreed:
        return 0.0
    if agreed < LEAST_OF_ALL * (agreed + contradicted + weigh(found.unlike)):
        return 0.0
    if _only_raises_too(observed, found):
        return 0.0
    price = PRICE_OF_A_MISTAKE * min(1.0, agreed)
    return new - contradicted - PRICE_OF_UNLIKE * unlike - price


def _only_raises_too(observed: Observed, found: Match) -> bool:
    """Whether the agreement is only that both raise, and the function raises nearly everywhere."""
    if (
        found.candidate.aspect != "values"
        or (found.explained & observed.outline.of["values"] & ~observed.raises).any()
    ):
        return False
    weights = observed.outline.weights
    raised = float(weights @ observed.raises)
    return raised > 4 * float(weights @ (found.explained & observed.raises))


def _is_unexplained(observed: Observed, chosen: Sequence[Match]) -> bool:
    weights = observed.outline.weights * observed.outline.of["values"]
    explained = np.zeros_like(observed.wrong)
    for each in chosen:
        explained |= each.explained
    left = float(weights @ (observed.wrong & ~explained))
    return left > 0.05 * float(weights @ observed.wrong)


def _best_pair(
    catalogue: Catalogue, observed: Observed, matches: Sequence[Match], chosen: Sequence[Match]
) -> Match | None:
    """Two misconceptions that explain more of the values at once than those that were chosen."""
    weights = observed.outline.weights * observed.outline.of["values"]
    plausible = [each for each in matches if _is_plausible(each, weights)]
    ranked = sorted(plausible, key=lambda each: -float(weights @ each.explained))
    combos = [(a, b) for j, b in enumerate(ranked) for a in ranked[:j]]
    combos.sort(key=lambda two: -float(weights @ (two[0].explained | two[1].explained)))
    explained = np.zeros_like(observed.wrong)
    for each in chosen:
        if each.candidate.aspect == "values":
            explained |= each.explained
    least = float(weights @ explained) + PRICE_OF_A_MISTAKE
    best: Match | None = None
    for a, b in combos[:MOST_PAIRS]:
        candidate = pair(catalogue, a.candidate.misconceptions[0], b.candidate.misconceptions[0])
        if candidate is None:
            continue
        found = match(observed, candidate)
        agreed = float(weights @ found.explained)
        contradicted, unlike = float(weights @ found.contradicted), float(weights @ found.unlike)
        predicted = agreed + contradicted + unlike
        value = agreed - contradicted - PRICE_OF_UNLIKE * unlike
        if (
            value > least
            and contradicted <= LARGEST_CONTRADICTION * predicted
            and agreed >= 0.8 * predicted
            and _adds_to(a, found, weights)
            and _adds_to(b, found, weights)
        ):
            best, least = found, value
    return best


def _adds_to(one: Match, both: Match, weights: npt.NDArray[np.float64]) -> bool:
    return float(weights @ (both.explained & ~one.explained)) > 0


def _is_plausible(found: Match, weights: npt.NDArray[np.float64]) -> bool:
    predicted = float(weights @ found.candidate.differs)
    return predicted > 0 and float(weights @ found.contradicted) <= 0.25 * predicted


def _ranked(observed: Observed, chosen: Sequence[Match]) -> list[Found]:
    found: dict[Misconception, Found] = {}
    for each in chosen:
        aspect = each.candidate.aspect
        weights = observed.outline.weights * observed.outline.of[aspect]
        for which in each.candidate.misconceptions:
            found.setdefault(which, Found(which, aspect, float(weights @ each.explained)))
    return sorted(found.values(), key=lambda one: (ASPECTS.index(one.aspect), -one.weight))
