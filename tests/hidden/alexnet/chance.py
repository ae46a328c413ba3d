"""How far what is random may be from what is expected, before it is wrong.

Every bound here holds for a right solution but for a chance that is at most `chance`; it is
computed, not approximated, or is a theorem.
"""

from __future__ import annotations

import math

import numpy as np

CHANCE = 1e-9
"""Of one bound. A suite has fewer than 200, so that it fails a right solution less than once in
five million times."""


def binomial_bounds(count: int, p: float, chance: float = CHANCE) -> tuple[int, int]:
    """The least and the most successes in `count` trials that are not too improbable.

    Fewer than the least have a probability of at most chance / 2, and so have more than the most:
    both tails are summed up.
    """
    logs = np.array([math.lgamma(k + 1) for k in range(count + 1)])
    k = np.arange(count + 1)
    choose = logs[count] - logs - logs[::-1]
    probabilities = np.exp(choose + k * math.log(p) + (count - k) * math.log1p(-p))
    below = np.cumsum(probabilities)  # P(X <= k)
    above = np.cumsum(probabilities[::-1])[::-1]  # P(X >= k)
    return int((below <= chance / 2).sum()), int(count - (above <= chance / 2).sum())


def is_binomial(successes: int, count: int, p: float, chance: float = CHANCE) -> bool:
    """Whether so many successes in `count` trials, each with probability p, may well be."""
    least, most = binomial_bounds(count, p, chance)
    return least <= successes <= most


def squares_bounds(count: int, chance: float = CHANCE) -> tuple[float, float]:
    """Bounds of the mean of `count` squares of standard normal numbers.

    By Laurent and Massart (2000, lemma 1), for X with the chi-square distribution of n degrees of
    freedom and any t > 0, P(X >= n + 2 sqrt(n t) + 2 t) <= exp(-t) and
    P(X <= n - 2 sqrt(n t)) <= exp(-t). Here exp(-t) is chance / 2.
    """
    t = math.log(2 / chance)
    wide = 2 * math.sqrt(t / count)
    return 1 - wide, 1 + wide + 2 * t / count


def all_equal_chance(count: int, p: float, times: int) -> float:
    """At most the chance that `times` binomial numbers (count, p) are all the same.

    The first may be anything; each further one equals it with the greatest of the probabilities at
    most.
    """
    k = np.arange(count + 1)
    logs = np.array([math.lgamma(each + 1) for each in range(count + 1)])
    logarithms = logs[count] - logs - logs[::-1] + k * math.log(p) + (count - k) * math.log1p(-p)
    return float(np.exp(logarithms).max()) ** (times - 1)
