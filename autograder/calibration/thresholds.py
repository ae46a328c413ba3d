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
    "at most 0.0003 + 3 · 0.015² < 1/1000, since a run that is near is repeated."
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

    def supports(self, threshold: float, spread: float) -> bool:
        """Whether with these terms, too, a right solution fails less than once in 1,000."""
        lowest = self.threshold - self.spread
        return threshold <= self.threshold + 1e-9 and threshold - spread <= lowest + 1e-9


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
        usual=_share(mean - tolerance_factor(count, BELOW) * deviation, images),
        least=_share(mean - tolerance_factor(count, FAR_BELOW) * deviation, images),
    )


def proposal(recipes: Mapping[str, Distribution]) -> Proposal:
    """The threshold and the spread that are safe for every one of these recipes."""
    usual = min(recipe.usual for recipe in recipes.values())
    lowest = min(min(recipe.least, recipe.smallest) for recipe in recipes.values())
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


def logit(accuracy: float, images: int) -> float:
    """The log-odds of an accuracy on that many images. It is finite for 0 and 1 too."""
    share = (accuracy * images + 0.5) / (images + 1)
    return math.log(share / (1 - share))


def _share(log_odds: float, images: int) -> float:
    share = 1 / (1 + math.exp(-log_odds))
    return min(1.0, max(0.0, (share * (images + 1) - 0.5) / images))
