"""Chooses the mistakes that examples are to catch: few, so that catching them catches most.

An example that shows a chosen mistake shows others too. The choice maximizes the share of all known
mistakes that such examples show. The same course gives the same choice.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from autograder.break_first.drawing import DrawnCall
from convgrade.notebook.examples import MOST

MOST_MISTAKES = 8
ASKED_FOR = 3
"""How many examples a student is asked for; with so many, full marks are possible."""
SMALLEST_GAIN = 1e-9

Table = NDArray[np.bool_]
"""Which calls show which mistakes, shape (calls, mistakes)."""


@dataclass(frozen=True)
class Choice:
    """The chosen mistakes, and calls that show all of them.

    Attributes:
        mistakes: their columns in the table.
        calls: rows of calls that together show all of them, at most as many as count.
        reachable: the most of them that `ASKED_FOR` calls show together.
    """

    mistakes: tuple[int, ...]
    calls: tuple[int, ...]
    reachable: int


def chosen(table: Table, calls: Sequence[DrawnCall]) -> Choice:
    """Choose at most `MOST_MISTAKES` mistakes.

    Args:
        table: which calls show which mistakes.
        calls: the calls; simple ones are preferred.
    """
    share = _expected_share(table)
    picked: list[int] = []
    able = [int(column) for column in np.flatnonzero(table.any(axis=0))]
    while len(picked) < min(MOST_MISTAKES, len(able)):
        picked.append(
            max(set(able) - set(picked), key=lambda each: (share([*picked, each]), -each))
        )
        if share(picked) > 1 - SMALLEST_GAIN:
            break
    picked = sorted(_exchanged(picked, able, share))
    few = table[:, picked]
    return Choice(tuple(picked), _showing_all(few, calls), _reachable(few))


def _expected_share(table: Table) -> Callable[[Sequence[int]], float]:
    """The share of all mistakes that is shown by one call for each chosen mistake, as expected.

    The call for a mistake is any of those that show it.
    """
    shown = table.astype(np.float64)
    together = (shown.T @ shown) / np.maximum(shown.sum(axis=0)[:, None], 1)
    return lambda picked: float((1 - np.prod(1 - together[list(picked)], axis=0)).mean())


def _exchanged(
    picked: list[int], able: Sequence[int], share: Callable[[Sequence[int]], float]
) -> list[int]:
    """Exchange single mistakes for others as long as the share grows."""
    best = share(picked)
    is_better = True
    while is_better:
        is_better = False
        for place, other in itertools.product(range(len(picked)), able):
            tried = [*picked[:place], other, *picked[place + 1 :]]
            if other not in picked and share(tried) > best + SMALLEST_GAIN:
                picked, best, is_better = tried, share(tried), True
    return picked


def _showing_all(table: Table, calls: Sequence[DrawnCall]) -> tuple[int, ...]:
    """Few simple calls that show every mistake of the table: greedily the one that shows most."""
    missing = np.ones(table.shape[1], bool)
    rows: list[int] = []
    while missing.any():
        gains = table[:, missing].sum(axis=1)
        best = [int(row) for row in np.flatnonzero(gains == gains.max())]
        rows.append(min(best, key=lambda row: (calls[row].example.cost, row)))
        missing &= ~table[rows[-1]]
    return tuple(rows[:MOST])


def _reachable(table: Table) -> int:
    """The most mistakes of the table that `ASKED_FOR` calls show together."""
    kinds = np.unique(table, axis=0)
    rows = [
        kind
        for kind in kinds
        if not any((kind < other).any() and (kind <= other).all() for other in kinds)
    ]
    groups = itertools.combinations_with_replacement(rows, ASKED_FOR)
    return max((int(np.any(group, axis=0).sum()) for group in groups), default=0)
