"""From accuracies of right solutions to a threshold at which they fail less than once in 1,000.

A run near the threshold is repeated, and the median of three counts. A right solution then fails
with a chance of at most q + 3p² (`suite.training`): p is the chance that one run is below the
threshold, and q the chance that it is below by more than the spread. This module is pure
arithmetic. It knows no network, no dataset and no file.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

from autograder.calibration.logits import logit, share_of
from autograder.calibration.tails import tail_of

BELOW = 0.015  # p
FAR_BELOW = 3e-4  # q; together less than 1/1000
CONFIDENCE = 0.95
STEP = 0.005  # thresholds are multiples of it
FEWEST_RUNS = 10  # of one recipe, to fit a distribution
METHOD = (
    "For each way of training: a normal distribution fitted to logit((a·m + ½)/(m + 1)) of the "
    "accuracies a on m images, and its one-sided tolerance limits with 95 % confidence (Natrella's "
    "approximation). The threshold is the least, over the ways, of the limits that 98.5 % of runs "
    "exceed, rounded down to half a percent; the spread reaches down to the least of the limits "
    "that 99.97 % exceed and of the accuracies seen. A right solution then fails with a chance of "
    "at most 0.0003 + 3 · 0.015² < 1/1000, since a run that is near is repeated. The same limits "
    "are computed a second way, without a normal distribution: how far runs lie below the mean of "
    "their way, in log-odds, over all ways together; a generalised Pareto distribution fitted to "
    "the lowest fifth by probability-weighted moments. Of the two limits the lower one counts."
)
_NORMAL = NormalDist()


@dataclass(frozen=True)
class Distribution:
    """The distribution of the runs of one recipe; accuracies are from 0 to 1."""

    runs: int
    mean: float
    deviation: float
    smallest: float
    usual: float
    """Exceeded by 985 of 1,000 runs, with 95 % confidence."""
    least: float
    """Exceeded by 9,997 of 10,000 runs, with 95 % confidence."""


@dataclass(frozen=True)
class Proposal:
    """The threshold and the spread that the evidence supports."""

    threshold: float
    spread: float

    @property
    def lowest(self) -> float:
        """The accuracy below which one run decides."""
        return self.threshold - self.spread

    def cautious(self, other: Proposal) -> Proposal:
        """The terms by which a right solution fails no more often than by either of two."""
        return _terms(min(self.threshold, other.threshold), min(self.lowest, other.lowest))

    def supports(self, threshold: float, spread: float) -> bool:
        """Whether with these terms, too, a right solution fails less than once in 1,000."""
        return threshold <= self.threshold + 1e-9 and threshold - spread <= self.lowest + 1e-9


def distribution(accuracies: Sequence[float], images: int) -> Distribution:
    """Fit a distribution to the accuracies of one recipe.

    Args:
        accuracies: one per run, from 0 to 1.
        images: how many images each accuracy was measured on.

    Raises:
        ValueError: there are fewer than ten runs.
    """
    count = len(accuracies)
    if count < FEWEST_RUNS:
        raise ValueError(f"{count} runs are too few to tell how they scatter")
    logits = [logit(each, images) for each in accuracies]
    mean, deviation = statistics.mean(logits), statistics.stdev(logits)
    return Distribution(
        runs=count,
        mean=statistics.mean(accuracies),
        deviation=statistics.stdev(accuracies),
        smallest=min(accuracies),
        usual=share_of(mean - tolerance_factor(count, BELOW) * deviation, images),
        least=share_of(mean - tolerance_factor(count, FAR_BELOW) * deviation, images),
    )


def proposal(recipes: Mapping[str, Distribution]) -> Proposal:
    """The threshold and the spread that are safe for every one of these recipes."""
    usual = min(recipe.usual for recipe in recipes.values())
    lowest = min(min(recipe.least, recipe.smallest) for recipe in recipes.values())
    return _terms(usual, lowest)


def tail_proposal(recipes: Mapping[str, Sequence[float]], images: int) -> Proposal | None:
    """The same from the tail of all runs, for no particular distribution.

    Args:
        recipes: the accuracies of each recipe.
        images: how many images each accuracy was measured on.

    Returns:
        The terms; None if there are too few runs.
    """
    tail = tail_of(recipes, images)
    if tail is None:
        return None
    usual = min(tail.limit(each, images, BELOW) for each in recipes.values())
    least = min(tail.limit(each, images, FAR_BELOW) for each in recipes.values())
    return _terms(usual, min(least, *map(min, recipes.values())))


def _terms(usual: float, lowest: float) -> Proposal:
    """A threshold at most `usual`, and a spread that reaches down to `lowest`, in whole steps."""
    threshold = max(0.0, math.floor(usual / STEP + 1e-9) * STEP)
    spread = max(0.0, math.ceil((threshold - lowest) / STEP - 1e-9) * STEP)
    return Proposal(round(threshold, 4), round(spread, 4))


def chance_below(threshold: float, accuracies: Sequence[float], images: int) -> float:
    """The chance that one run ends below a threshold, by the fitted distribution."""
    logits = [logit(each, images) for each in accuracies]
    deviation = statistics.stdev(logits)
    distance = logit(threshold, images) - statistics.mean(logits)
    return _NORMAL.cdf(distance / deviation) if deviation else float(distance > 0)


def tolerance_factor(count: int, chance: float) -> float:
    """How many standard deviations below the mean a tolerance limit must be.

    Args:
        count: how many values the mean and the deviation were computed from.
        chance: the share of all values that may lie below the limit, with a confidence of 95 %.
    """
    z, confidence = _NORMAL.inv_cdf(1 - chance), _NORMAL.inv_cdf(CONFIDENCE)
    a = 1 - confidence**2 / (2 * (count - 1))
    b = z**2 - confidence**2 / count
    return (z + math.sqrt(z**2 - a * b)) / a
