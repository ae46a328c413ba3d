"""How often a suite judges wrongly, with exact limits (Clopper and Pearson)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from scipy import stats

from autograder.attack.candidate import RIGHT_KINDS
from autograder.attack.record import Trial

CONFIDENCE = 0.95
OFTEN = 0.01
"""A candidate that is wrong on a greater share of the inputs is wrong often."""


@dataclass(frozen=True)
class Rate:
    """How many of `n` were judged wrongly, and the limits of 95 % confidence of that share."""

    count: int
    n: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """The share; 0 if there are none."""
        return self.count / self.n if self.n else 0.0


def rate(count: int, n: int) -> Rate:
    """The share `count / n` with Clopper and Pearson's interval; from 0 to 1 if `n` is 0."""
    if n == 0:
        return Rate(0, 0, 0.0, 1.0)
    interval = stats.binomtest(count, n).proportion_ci(CONFIDENCE, method="exact")
    return Rate(count, n, float(interval.low), float(interval.high))


@dataclass(frozen=True)
class Figures:
    """How a suite judges generated answers.

    Attributes:
        exercise: the exercise.
        tried: how many different candidates were graded and compared.
        set_aside: wrong candidates that differ from the right function on no input.
        accepted: of the wrong candidates, those with full marks.
        accepted_values: of the wrong candidates, those that pass all tests of values.
        often: of those that are wrong on more than one input in 100, those with full marks.
        by_kind: of the wrong candidates of each kind, those with full marks.
        refused: of the right candidates, those without full marks.
        not_right: rewrites that did change something, which count among the wrong candidates.
        doubtful: candidates set aside that the suite refused, although no input shows why.
    """

    exercise: str
    tried: int
    set_aside: int
    accepted: Rate
    accepted_values: Rate
    often: Rate
    by_kind: dict[str, Rate]
    refused: Rate
    not_right: int
    doubtful: int

    def as_plain(self) -> dict[str, Any]:
        """As data for JSON."""
        return asdict(self)


def distinct(trials: Iterable[Trial]) -> list[Trial]:
    """The trials of candidates that could be made, each code once."""
    return list({each.digest: each for each in reversed([*trials]) if each.digest}.values())[::-1]


def figures(exercise: str, trials: Iterable[Trial]) -> Figures:
    """The figures of one exercise from its trials."""
    found = distinct(trials)
    wrong = [each for each in found if each.is_wrong]
    rewrites = [each for each in found if each.kind in RIGHT_KINDS]
    right = [each for each in rewrites if not each.is_wrong]
    aside = [each for each in found if not each.is_wrong and each.kind not in RIGHT_KINDS]
    often = [each for each in wrong if each.share > OFTEN]
    kinds = dict.fromkeys(each.kind for each in wrong)
    return Figures(
        exercise,
        len(found),
        len(aside),
        _accepted(wrong),
        rate(sum(not each.failed_values for each in wrong), len(wrong)),
        _accepted(often),
        {kind: _accepted([each for each in wrong if each.kind == kind]) for kind in kinds},
        rate(sum(bool(each.failed) for each in right), len(right)),
        len(rewrites) - len(right),
        sum(bool(each.failed) for each in aside),
    )


def _accepted(trials: Sequence[Trial]) -> Rate:
    return rate(sum(not each.failed for each in trials), len(trials))
