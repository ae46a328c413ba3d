"""From accuracies of right solutions to a threshold that they fall below less than once in 1,000.

Pure arithmetic. Knows no network, no dataset and no file.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

CHANCE = 1e-3
CONFIDENCE = 0.95
STEP = 0.005  # thresholds are multiples of it
FEWEST_RUNS = 10  # of one way, to fit a distribution to
METHOD = (
    "For each way of training: a normal distribution fitted to logit((a·m + ½)/(m + 1)) of the "
    "accuracies a on m images, its one-sided tolerance limit that 99.9 % of runs exceed with 95 % "
    "confidence (Natrella's approximation), and the smallest accuracy seen; the threshold is the "
    "least of all these, rounded down to half a percent. The spread is the greatest standard "
    "deviation of a way, rounded up to half a percent."
)
_NORMAL = NormalDist()


@dataclass(frozen=True)
class Distribution:
    """What the runs of one way of training amount to; accuracies are shares of one."""

    runs: int
    mean: float
    deviation: float
    smallest: float
    limit: float
    """Exceeded by 999 of 1,000 runs, with 95 % confidence."""


@dataclass(frozen=True)
class Proposal:
    """The threshold and the margin that the evidence supports."""

    threshold: float
    spread: float


def distribution(accuracies: Sequence[float], images: int) -> Distribution:
    """Fit one way's accuracies, each measured on that many images.

    Raises:
        ValueError: there are fewer than ten.
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
        limit=_share(mean - tolerance_factor(count) * deviation, images),
    )


def proposal(ways: Mapping[str, Distribution]) -> Proposal:
    """What is safe for every one of these ways."""
    least = min(min(way.limit, way.smallest) for way in ways.values())
    scatter = max(way.deviation for way in ways.values())
    return Proposal(
        threshold=round(max(0.0, math.floor(least / STEP + 1e-9) * STEP), 4),
        spread=round(math.ceil(scatter / STEP - 1e-9) * STEP, 4),
    )


def chance_below(threshold: float, accuracies: Sequence[float], images: int) -> float:
    """The fitted chance that one run ends below a threshold."""
    logits = [logit(each, images) for each in accuracies]
    deviation = statistics.stdev(logits)
    distance = logit(threshold, images) - statistics.mean(logits)
    return _NORMAL.cdf(distance / deviation) if deviation else float(distance > 0)


def tolerance_factor(count: int) -> float:
    """How many standard deviations below the mean of `count` values the tolerance limit lies."""
    z, confidence = _NORMAL.inv_cdf(1 - CHANCE), _NORMAL.inv_cdf(CONFIDENCE)
    a = 1 - confidence**2 / (2 * (count - 1))
    b = z**2 - confidence**2 / count
    return (z + math.sqrt(z**2 - a * b)) / a


def logit(accuracy: float, images: int) -> float:
    """The log-odds of a share of that many images, finite for none and all too."""
    share = (accuracy * images + 0.5) / (images + 1)
    return math.log(share / (1 - share))


def _share(log_odds: float, images: int) -> float:
    share = 1 / (1 + math.exp(-log_odds))
    return min(1.0, max(0.0, (share * (images + 1) - 0.5) / images))
