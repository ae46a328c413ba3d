"""Estimates with intervals, and a distribution in numbers. Pure functions of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy import stats

CONFIDENCE = 0.95
FEWEST_FOR_CORRELATION = 10
"""With fewer students, no interval of a correlation says anything."""
LEAST_USEFUL = 0.2
"""An item with a smaller correlation hardly tells students apart."""


@dataclass(frozen=True)
class Estimate:
    """A value that was found in `n` students, and its confidence interval of 95 %."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Distribution:
    """A distribution in numbers; `deviation` is that of a sample, None for one value."""

    n: int
    mean: float
    deviation: float | None
    least: float
    lower_quartile: float
    median: float
    upper_quartile: float
    greatest: float


class Separation(StrEnum):
    """Whether an item tells students apart, as far as its interval says."""

    GOOD = "separates"
    POOR = "hardly separates"
    REVERSED = "reversed"
    UNCLEAR = "unclear"
    UNKNOWN = "not known"


def share(count: int, n: int) -> Estimate | None:
    """The share `count / n` with Wilson's interval; None if `n` is 0."""
    if n == 0:
        return None
    interval = stats.binomtest(count, n).proportion_ci(CONFIDENCE, method="wilson")
    return Estimate(count / n, float(interval.low), float(interval.high), n)


def correlation(item: Sequence[float], rest: Sequence[float]) -> Estimate | None:
    """Pearson's correlation with Fisher's interval; for items of 0 and 1 it is point-biserial.

    Args:
        item: the points of each student in an item, or 1 and 0.
        rest: the same students' points in the rest of the assignment.

    Returns:
        The estimate; None with fewer than `FEWEST_FOR_CORRELATION` students, or if all students
        have the same points in the item or in the rest.
    """
    if len(item) < FEWEST_FOR_CORRELATION or np.ptp(item) == 0 or np.ptp(rest) == 0:
        return None
    found = stats.pearsonr(item, rest)
    interval = found.confidence_interval(CONFIDENCE)
    return Estimate(float(found.statistic), float(interval.low), float(interval.high), len(item))


def separation(found: Estimate | None) -> Separation:
    """Judge an item by the interval of its correlation, not by the value alone."""
    if found is None:
        return Separation.UNKNOWN
    if found.high < 0:
        return Separation.REVERSED
    if found.high < LEAST_USEFUL:
        return Separation.POOR
    return Separation.GOOD if found.low > 0 else Separation.UNCLEAR


def distribution(values: Sequence[float]) -> Distribution | None:
    """The distribution of some numbers; None if there are none."""
    if not values:
        return None
    least, lower, median, upper, greatest = np.percentile(values, (0, 25, 50, 75, 100))
    return Distribution(
        n=len(values),
        mean=float(np.mean(values)),
        deviation=float(np.std(values, ddof=1)) if len(values) > 1 else None,
        least=float(least),
        lower_quartile=float(lower),
        median=float(median),
        upper_quartile=float(upper),
        greatest=float(greatest),
    )
