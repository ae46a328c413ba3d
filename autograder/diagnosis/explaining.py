"""Chooses the smallest set of misconceptions that explains most of what a function does wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from autograder.diagnosis.aspects import ASPECTS, Aspect, equal
from autograder.diagnosis.candidates import Mask, Pair, pair, singles
from autograder.diagnosis.catalogue import Catalogue, Misconception
from autograder.diagnosis.composing import NotComposable
from autograder.diagnosis.evidence import Match, Observed, match

MOST_MISTAKES = 4
MOST_PAIRS, MOST_WHOLE_PAIRS = 200, 40
"""How many hints an exercise may get; how many pairs are composed for one submission, and how many
of them are called on all probes."""
LARGEST_CONTRADICTION = 0.2
"""The share of a misconception's wrong parts, by weight, that the function may have right."""
SMALLEST_AGREEMENT = 0.6
"""The share of a misconception's wrong parts that are wrong in its way, of those that no other
mistake explains."""
LEAST_OF_ALL = 0.51
"""The same share, of all its wrong parts."""
LEAST_AGREEMENT_OF_PAIRS = 0.8
MOSTLY, HALF = 0.8, 0.5
"""A function with so much wrong, of which less than that is explained, gets no hint."""
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
    if _is_constant(observed) or _is_thin(observed, chosen):
        return []
    return _ranked(observed, chosen)


def _is_constant(observed: Observed) -> bool:
    """Whether the function always returns the same: it may agree with anything by chance."""
    indices = np.flatnonzero(observed.outline.of["values"] & ~observed.raises)
    returned = [observed.taken[index] for index in indices]
    return len(returned) > 3 and all(equal(returned[0], other) for other in returned)


def _mostly_raises(observed: Observed) -> bool:
    weights = observed.outline.weights * observed.outline.of["values"]
    return float(weights @ observed.raises) > HALF * float(weights.sum())


def _is_thin(observed: Observed, chosen: Sequence[Match]) -> bool:
    """Whether the function has hardly any value right, and that is not explained.

    Then its values may agree with any misconception by chance.
    """
    weights = observed.outline.weights * observed.outline.of["values"]
    wrong, explained = observed.wrong, _explained(observed, chosen)
    most = float(weights @ wrong) >= MOSTLY * float(weights.sum())
    returned_wrong = wrong & ~observed.raises
    if float(weights @ returned_wrong) >= HALF * float(weights @ wrong):
        wrong = returned_wrong  # exceptions say little
    return most and float(weights @ (wrong & explained)) < HALF * float(weights @ wrong)


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
    """Whether the agreement is only that both raise, and the function raises in most calls."""
    of_values = observed.outline.of["values"]
    if found.candidate.aspect != "values" or (found.explained & of_values & ~observed.raises).any():
        return False
    weights = observed.outline.weights * of_values
    raised = float(weights @ observed.raises)
    return _mostly_raises(observed) and float(weights @ found.explained) < MOSTLY * raised


def _is_unexplained(observed: Observed, chosen: Sequence[Match]) -> bool:
    weights = observed.outline.weights * observed.outline.of["values"]
    left = float(weights @ (observed.wrong & ~_explained(observed, chosen)))
    return left > 0.05 * float(weights @ observed.wrong)


def _best_pair(
    catalogue: Catalogue, observed: Observed, matches: Sequence[Match], chosen: Sequence[Match]
) -> Match | None:
    """Two misconceptions that explain more of the values at once than those that were chosen."""
    outline, weights = observed.outline, observed.outline.weights * observed.outline.of["values"]
    explained = _explained(observed, [each for each in chosen if each.candidate.aspect == "values"])
    least = float(weights @ explained) + PRICE_OF_A_MISTAKE
    best: Match | None = None
    left = MOST_WHOLE_PAIRS
    for a, b in _plausible_pairs(observed, matches, explained):
        both = pair(catalogue, a.candidate, b.candidate)
        try:
            if not _may_agree(observed, both, a.candidate.differs & b.candidate.differs):
                continue
            if not left:
                break
            left -= 1
            found = match(observed, both.candidate(outline))
        except NotComposable:
            continue
        value = _worth(found, weights)
        if value > least and all(_adds_to(each, found, weights) for each in (a, b)):
            best, least = found, value
    return best


def _plausible_pairs(
    observed: Observed, matches: Sequence[Match], explained: Mask
) -> list[tuple[Match, Match]]:
    """The pairs that could be wrong where the function is, the likeliest first."""
    weights = observed.outline.weights * observed.outline.of["values"]
    returned = observed.wrong & ~observed.raises  # an accident says nothing of the rest
    wrong = float(weights @ returned)
    scored: list[tuple[float, int, Match, Match]] = []
    in_values = observed.outline.of["values"]
    right = observed.shown & ~_whole_calls(observed, observed.wrong & in_values)
    able = [
        (each, _whole_calls(observed, each.candidate.differs & in_values))
        for each in matches
        if (each.candidate.differs & in_values).any()
    ]
    for (a, calls_of_a), (b, calls_of_b) in combinations(able, 2):
        one, other = a.candidate.misconceptions[0], b.candidate.misconceptions[0]
        either = a.candidate.differs | b.candidate.differs
        missed = float(weights @ (returned & ~explained & ~calls_of_a & ~calls_of_b))
        too_much = float(weights @ (either & right))
        agreed = float(weights @ (a.explained | b.explained))
        if one != other and missed + too_much <= LARGEST_CONTRADICTION * wrong:
            scored.append((agreed - missed - too_much, len(scored), a, b))
    scored.sort(key=lambda one: (-one[0], one[1]))
    return [(a, b) for *_, a, b in scored[:MOST_PAIRS]]


def _whole_calls(observed: Observed, where: Mask) -> Mask:
    """All parts of the calls that have one there.

    What two mistakes do to one part of a call may depend on another: a part that either of them
    changes can be right by chance, and one that neither changes can be wrong.
    """
    return np.isin(observed.outline.probes, observed.outline.probes[where])


def _may_agree(observed: Observed, both: Pair, overlap: Mask) -> bool:
    """Whether the pair is wrong as the function is in enough of the parts that both change.

    It stops as soon as that cannot be: most pairs fail in the first two parts, which spares calls.
    """
    outline = observed.outline
    weights = outline.weights * outline.of["values"]
    left = (1 - LEAST_AGREEMENT_OF_PAIRS) * float(weights @ observed.wrong)
    tried = np.flatnonzero(observed.wrong & ~observed.raises & outline.of["values"] & overlap)
    agreed = 0
    for number, index in enumerate(map(int, tried)):
        if equal(observed.taken[index], both.taken(outline, index)):
            agreed += 1
        else:
            left -= float(weights[index])
        if left < 0 or (number == 1 and not agreed):
            return False
    return True


def _worth(found: Match, weights: npt.NDArray[np.float64]) -> float:
    """How much of the values a pair explains; 0 if it does not agree with the function."""
    agreed, contradicted, unlike = (
        float(weights @ mask) for mask in (found.explained, found.contradicted, found.unlike)
    )
    predicted = agreed + contradicted + unlike
    if (
        contradicted > LARGEST_CONTRADICTION * predicted
        or agreed < LEAST_AGREEMENT_OF_PAIRS * predicted
    ):
        return 0.0
    return agreed - contradicted - PRICE_OF_UNLIKE * unlike


def _adds_to(one: Match, both: Match, weights: npt.NDArray[np.float64]) -> bool:
    return float(weights @ (both.explained & ~one.explained)) > 0


def _explained(observed: Observed, chosen: Sequence[Match]) -> Mask:
    explained = np.zeros_like(observed.wrong)
    for each in chosen:
        explained |= each.explained
    return explained


def _ranked(observed: Observed, chosen: Sequence[Match]) -> list[Found]:
    found: dict[Misconception, Found] = {}
    for each in chosen:
        aspect = each.candidate.aspect
        weights = observed.outline.weights * observed.outline.of[aspect]
        for which in each.candidate.misconceptions:
            found.setdefault(which, Found(which, aspect, float(weights @ each.explained)))
    return sorted(found.values(), key=lambda one: (ASPECTS.index(one.aspect), -one.weight))
