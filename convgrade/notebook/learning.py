"""Words for a training: what is asked for, what was reached, and whether it was still learning.

The notebook, the public check and the feedback share these words, so that they agree. It is plain
arithmetic on the history of a training, and knows no framework and no dataset.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import fmean

ACCURACIES = ("accuracy", "categorical_accuracy", "acc")
"""Keras' names for the share of right training images after each epoch."""
STILL_RISING = 0.005
"""An accuracy that rises by at least this share of all images per epoch is still learning."""
STILL_FALLING = 0.02
"""A loss that falls by at least this share of itself per epoch is still learning."""
MOST_COMPARED = 3
ADVICE = "a larger learning rate, or another optimiser, gets further in as many epochs"


def asked_for(share: float) -> str:
    """The required accuracy in words, as in notebooks, checks and feedback.

    Args:
        share: a share from 0 to 1.
    """
    return f"at least {share:.1%} of unseen images right"


def still_learning(history: Mapping[str, Sequence[float]]) -> str:
    """Return a sentence if more epochs would bring more; "" if nothing shows it.

    The last few epochs are compared with the same number before them, because a single epoch goes
    up and down by chance. Without an accuracy, the loss decides.

    Args:
        history: lists of numbers by name, one number per epoch, as in Keras' `History.history`.
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
    """The mean rise per epoch at the end; 0 if it cannot be determined."""
    compared = min(MOST_COMPARED, max(1, len(values) // 3))
    ends = values[-2 * compared :]
    if len(ends) < 2 * compared or not all(map(math.isfinite, ends)):
        return 0.0
    return (fmean(ends[compared:]) - fmean(ends[:compared])) / compared
