"""Compares what was observed of two Keras models that were built for the same arguments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.suite.expect import Mismatch

Observed = Mapping[str, Any]
"""What `model_observer.observed_model` returns."""
LEAST, SHARE = 5e-5, 1e-3
"""How far answers may be apart: so much, and this share of what they differ over the images."""
TINY = 1e-12


def require_alike(got: Observed, want: Observed, example: object = None) -> None:
    """Require that a model is the right one in all that the contract fixes.

    These are its weights, but for their order; which of them are trained; that kernels are drawn
    anew for each model; its answers for weights and images that are drawn, also in training, where
    the same units are dropped; and the moving statistics after a batch in training.

    Raises:
        Mismatch: it is another model; `kind` says in what, in one word.
    """
    if not got["like"]:
        raise _differs("weights")
    if [each[2] for each in got["weights"]] != [each[2] for each in want["weights"]]:
        raise _differs("trained")
    if got["start"]:
        raise _differs("start")
    for part in ("answer", "training"):
        if not are_near(got[part], want[part]):
            raise _differs(part)
    for one, other in zip(got["moved"], want["moved"], strict=True):
        if one.shape != other.shape or not np.allclose(one, other, rtol=1e-3, atol=1e-4):
            raise _differs("moved")


def are_near(got: NDArray[Any], want: NDArray[Any]) -> bool:
    """Whether probabilities are the same within what float32 makes of them."""
    if got.shape != want.shape or not np.isfinite(got).all() or got.min() < 0:
        return False
    one, other = np.log(got + TINY), np.log(want + TINY)
    spread = float(other.std(axis=0).max())
    return bool(np.abs(one - other).max() <= LEAST + SHARE * spread)


def _differs(kind: str) -> Mismatch:
    return Mismatch(f"built another model: its {kind} differs.", kind=kind)
