"""Makes a counterexample smaller: repeats its choices with smaller ones, as long as it stays wrong.

Each step makes the call simpler, so this ends. The kind of what is wrong stays the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from autograder.counterexamples.asking import Asking, Finding
from autograder.counterexamples.budget import Spent
from autograder.counterexamples.draws import Choice, Draw


def shrunk(finding: Finding, asking: Asking, most: int) -> Finding:
    """The simplest finding that at most so many calls lead to.

    Raises:
        CallFailed: the student's process ended.
    """
    left = [most]
    try:
        while (smaller := _smaller(finding, asking, left)) is not None:
            finding = smaller
    except Spent:
        pass
    return finding


def _smaller(finding: Finding, asking: Asking, left: list[int]) -> Finding | None:
    """A simpler finding after one round of all choices; None if there is none."""
    best = finding
    place = 0
    while place < len(best.choices):
        for choices in _variants(best.choices, place):
            if left[0] <= 0:
                return None if best is finding else best
            left[0] -= 1
            found = asking.look(Draw(choices=choices))
            if found is None or found.wrong.kind != best.wrong.kind:
                continue
            if _rank(found) < _rank(best):
                best = found
                break
        else:
            place += 1
    return None if best is finding else best


def _rank(finding: Finding) -> tuple[float, ...]:
    """How simple a call is; of equally simple ones, how simple its choices are."""
    chosen = sum(each for each in finding.choices if isinstance(each, int))
    return *finding.example.cost, chosen


def _variants(choices: Sequence[Choice], place: int) -> Iterator[list[Choice]]:
    """The choices with a smaller one at `place`, the smallest first."""
    chosen = choices[place]
    smaller = _smaller_arrays(chosen) if isinstance(chosen, np.ndarray) else _smaller_ints(chosen)
    for each in smaller:
        yield [*choices[:place], each, *choices[place + 1 :]]


def _smaller_ints(number: int) -> Iterator[int]:
    yield from sorted({0, number // 2, number - 1} - {number, -1})


def _smaller_arrays(array: np.ndarray) -> Iterator[np.ndarray]:
    """Arrays with zeros in place of numbers, all of them first; then with smaller numbers."""
    flat = array.reshape(-1)
    nonzero = np.flatnonzero(flat)
    length = len(nonzero)
    while length:
        for start in range(0, len(nonzero), length):
            yield _with(array, nonzero[start : start + length], 0)
        length //= 2
    for cell in nonzero:
        for smaller in dict.fromkeys((1, -1, int(flat[cell] / 2))):
            if abs(smaller) < abs(flat[cell]) or (smaller == 1 and flat[cell] == -1):
                yield _with(array, np.array([cell]), smaller)


def _with(array: np.ndarray, cells: np.ndarray, value: int) -> np.ndarray:
    changed = array.copy()
    changed.reshape(-1)[cells] = value
    return changed
