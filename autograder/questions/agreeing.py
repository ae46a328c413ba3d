"""What several runs of the same calls agree on. What they do not agree on is no fact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from autograder.questions.comparing import Answer, same
from autograder.questions.drawn_calls import DrawnCall
from autograder.questions.observed import Seen


class Uncertain(Exception):
    """Nothing certain can be said about a function; the message says why."""


def certain_answers(
    calls: Sequence[DrawnCall],
    plain: Sequence[Answer],
    runs: Sequence[Sequence[Answer] | None],
) -> tuple[Answer, ...]:
    """The answers of the watched function, if they are those of the plain one.

    Other seeds may change what a random function returns, but not whether it is the same for the
    first seeds.
    """
    for number, call in enumerate(calls):
        for run in runs[:1] if call.is_random else runs:
            if run is None or not same(plain[number], run[number]):
                raise Uncertain("The function answers otherwise when it is watched.")
    first, *others = [run or () for run in runs]
    return tuple(
        answer if all(same(answer, other[n]) for other in others) else Answer()
        for n, answer in enumerate(first)
    )


def by_number(
    run: Sequence[Answer] | None, numbers: Mapping[tuple[int, int], int]
) -> list[dict[int, Seen]]:
    """What was recorded in each call, by the number of the spot."""
    found = []
    for answer in run or ():
        seen = {}
        for definition, index, count, values in answer.spots:
            number = numbers.get((definition, index))
            if number is not None:
                seen[number] = Seen(
                    count, tuple(v for v, _ in values), tuple(shape for _, shape in values)
                )
        found.append(seen)
    return found


def certain_spots(
    calls: Sequence[DrawnCall],
    runs: Sequence[Sequence[Mapping[int, Seen]]],
    may_differ: bool,
) -> tuple[tuple[Mapping[int, Seen], ...], frozenset[int]]:
    """For each call what all runs recorded alike, and the spots where some did not.

    Without a random generator everything must be alike; values may differ if memory is read that
    nobody wrote, as that of `np.empty`.
    """
    certain: list[Mapping[int, Seen]] = []
    uncertain: set[int] = set()
    for number, call in enumerate(calls):
        first, *others = [run[number] for run in runs]
        common = {s: _common(seen, [each.get(s) for each in others]) for s, seen in first.items()}
        differing = {spot for run in others for spot in run} - set(first)
        differing |= {spot for spot, seen in common.items() if seen is None}
        values_differ = any(
            seen is not None and len(seen.values) < len(first[spot].values)
            for spot, seen in common.items()
        )
        if not call.is_random and (differing or (values_differ and not may_differ)):
            raise Uncertain("The function computes otherwise when it is called again.")
        uncertain |= differing
        certain.append({spot: seen for spot, seen in common.items() if seen is not None})
    return tuple(certain), frozenset(uncertain)


def _common(seen: Seen, others: Sequence[Seen | None]) -> Seen | None:
    """What is the same in all runs; without values where these differ, None if nothing is."""
    for other in others:
        if other is None or (other.count, other.shapes) != (seen.count, seen.shapes):
            return None
        pairs = zip(seen.values, other.values, strict=True)
        if not all(same(Answer(value=a), Answer(value=b)) for a, b in pairs):
            return Seen(seen.count, (), seen.shapes)
    return seen


def agreed(runs: Sequence[Sequence[Answer] | None], count: int) -> tuple[Answer | None, ...]:
    """For each call the answer on which all runs of an edit agree; None elsewhere."""
    if any(run is None for run in runs):
        return (None,) * count
    first, *others = [run for run in runs if run is not None]
    return tuple(
        answer if not answer.is_unknown and all(same(answer, o[n]) for o in others) else None
        for n, answer in enumerate(first)
    )
