"""Limits of the accuracies of right solutions from the tail of all runs: peaks over a threshold.

No distribution is assumed for the runs. How far each run lies below the mean of its recipe is taken
together over all recipes, as log-odds; a generalised Pareto distribution is fitted to the lowest
fifth of them by probability-weighted moments (Hosking and Wallis, Technometrics 29, 1987). This
module is pure arithmetic, as `thresholds` is.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.calibration.logits import logit, share_of

TAIL = 0.2  # of all runs
FEWEST_IN_TAIL = 20
_PLOTTING = 0.35  # the plotting position that Hosking and Wallis recommend


@dataclass(frozen=True)
class Tail:
    """The tail of how far runs lie below their mean, in log-odds.

    Attributes:
        begins: where the tail begins.
        share: of the runs that lie in it.
        shape: above 0 for a tail heavier than exponential, below 0 for one that ends.
        scale: in log-odds, above 0.
        runs: how many lie in it.
    """

    begins: float
    share: float
    shape: float
    scale: float
    runs: int

    def exceeded_by(self, chance: float) -> float:
        """How far below its mean a run lies with this chance; at most `share`."""
        ratio = math.log(self.share / chance)
        if abs(self.shape) < 1e-9:
            return self.begins + self.scale * ratio
        return self.begins + self.scale * math.expm1(self.shape * ratio) / self.shape

    def limit(self, accuracies: Sequence[float], images: int, chance: float) -> float:
        """The accuracy that a further run of a recipe falls below with this chance.

        Args:
            accuracies: the runs of the recipe; few runs say less about its mean.
            images: how many images each accuracy was measured on.
            chance: at most `share`.
        """
        logits = [logit(each, images) for each in accuracies]
        distance = self.exceeded_by(chance) * math.sqrt(1 + 1 / len(logits))
        return share_of(statistics.mean(logits) - distance, images)


def tail_of(recipes: Mapping[str, Sequence[float]], images: int) -> Tail | None:
    """The tail of the runs of all recipes; None if too few runs lie in it.

    Args:
        recipes: the accuracies of each recipe, two or more.
        images: how many images each accuracy was measured on.
    """
    below = sorted(each for runs in recipes.values() for each in _below_the_mean(runs, images))
    count = round(TAIL * len(below))
    if count < FEWEST_IN_TAIL:
        return None
    begins = below[-count - 1]
    excesses = [each - begins for each in below[-count:]]
    if excesses[-1] <= 0:
        return None
    weights = ((count - place + _PLOTTING) / count for place in range(1, count + 1))
    mean = statistics.mean(excesses)
    weighted = statistics.mean(w * each for w, each in zip(weights, excesses, strict=True))
    rest = mean - 2 * weighted
    return Tail(begins, count / len(below), 2 - mean / rest, 2 * mean * weighted / rest, count)


def _below_the_mean(accuracies: Sequence[float], images: int) -> list[float]:
    """How far each run lies below the mean, as far as it would from the mean of other runs."""
    logits = [logit(each, images) for each in accuracies]
    mean, count = statistics.mean(logits), len(logits)
    return [(mean - each) * math.sqrt(count / (count - 1)) for each in logits]
