"""Accuracies as log-odds and back. They are finite for 0 and 1 too."""

from __future__ import annotations

import math


def logit(accuracy: float, images: int) -> float:
    """The log-odds of an accuracy on that many images. It is finite for 0 and 1 too."""
    share = (accuracy * images + 0.5) / (images + 1)
    return math.log(share / (1 - share))


def share_of(log_odds: float, images: int) -> float:
    """The accuracy on that many images, from 0 to 1, that has these log-odds."""
    share = 1 / (1 + math.exp(-log_odds))
    return min(1.0, max(0.0, (share * (images + 1) - 0.5) / images))
