"""What is said of a training: what is asked for, what came, and whether it was still learning.

The notebook, the public check and the feedback use these words, so that they say the same. Plain
arithmetic on what a training returned; knows no framework and no dataset.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import fmean

ACCURACIES = ("accuracy", "categorical_accuracy", "acc")
"""What Keras calls the share of training images that are right, after each epoch."""
STILL_RISING = 0.005
"""By how much of all images an accuracy rises in an epoch, at the least, where it still learns."""
STILL_FALLING = 0.02
"""By which share of itself a loss falls likewise."""
MOST_COMPARED = 3
ADVICE = "a larger learning rate, or another optimiser, gets further in as many epochs"


def asked_for(share: float) -> str:
    """The bar, as it stands in notebooks, checks and feedback."""
    return f"at least {share:.1%} of unseen images right"


def still_learning(history: Mapping[str, Sequence[float]]) -> str:
    """A sentence where more epochs would bring more; empty where nothing speaks for it.

    The last few epochs are compared with as many before them, since a single one goes up and down
    by chance. Where there is no accuracy, the loss tells.

    Args:
        history: lists of numbers, one for each epoch, by name; as `History.history` of Keras.
    """
    for name in ACCURACIES:
        if history.get(name):
            if _rise(history[name]) > STILL_RISING:
                return f"Its accuracy was still rising after the last epoch: {ADVICE}."
            return ""
    losses = history.get("loss", ())
    if _rise(losses) < -STILL_FALLING * abs(losses[-1] if losses else 0.0):
        return f"Its loss was still falling after the last epoch: {ADVICE}."
    return ""


def _rise(values: Sequence[float]) -> float:
    """By how much they rise from one epoch to the next, at the end; 0 where that cannot be told."""
    compared = min(MOST_COMPARED, max(1, len(values) // 3))
    ends = values[-2 * compared :]
    if len(ends) < 2 * compared or not all(map(math.isfinite, ends)):
        return 0.0
    return (fmean(ends[compared:]) - fmean(ends[:compared])) / compared
