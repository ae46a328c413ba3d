"""Where a model drops units while it is trained, and how many, told by its answers.

Weights are set so that the units in question are read at the answers: with a kernel of zeros and
one of ones on its diagonal, a logit is a unit, and the last class, whose column is zero, is what
the others are measured from.
"""

from __future__ import annotations

import numpy as np

from autograder.suite import Mismatch, expect
from autograder.suite.identifying import Shown
from autograder.suite.networks import Weights

COUNT = 24
"""Images at a time, each with masks of its own."""
FEW = 3
"""Images that show whether anything is dropped at all: each has a mask for every unit."""


def logits(answer: np.ndarray) -> np.ndarray:
    """What the first classes get beyond the last one, from probabilities or from logits."""
    answer = np.asarray(answer, np.float64)
    if (answer >= 0).all() and np.allclose(answer.sum(axis=1), 1, atol=1e-3):
        answer = np.log(np.maximum(answer, 1e-30))
    return answer[:, :-1] - answer[:, -1:]


def read(trial: Shown, weights: Weights, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The units before the answers, without and with training."""
    trial.put(weights)
    return logits(trial.model.predict(x, dropping=False)), trained(trial, x)


def require_rest(trial: Shown, x: np.ndarray) -> None:
    """Require that two answers for some of the images are the same outside of training."""
    one, other = (trial.model.predict(x[:FEW]) for _ in range(2))
    if not np.allclose(one, other, rtol=1e-3, atol=1e-5):
        raise DroppedWrongly(
            "always", "returned a model that drops units also when it is not trained"
        )


def trained(trial: Shown, x: np.ndarray) -> np.ndarray:
    """The units before the answers, in training."""
    return logits(trial.model.predict(x, training=True))


def reading(trial: Shown) -> Weights:
    """Zeros, but each class reads a unit of fc7; what is normalised stays as it is.

    Layers that the right network has not pass on what they are given.

    Raises:
        Mismatch: the model lacks one of the dense layers, or has too few units in them, or answers
            with one number.
    """
    weights = {name: np.zeros(shape, np.float32) for name, shape in trial.wanted.items()}
    for name, array in weights.items():
        if name.endswith(("gamma", "variance")):
            array += 1
    units = len(weights["fc8_kernel"]), weights["fc8_kernel"].shape[1] - 1
    if not {"fc6_kernel", "fc7_kernel"} <= set(weights) or not 0 < units[1] <= units[0]:
        raise Mismatch("returned a model in which units cannot be told from their neighbours.")
    weights["fc8_kernel"][np.arange(units[1]), np.arange(units[1])] = 1
    behind = trial.read.network.dense[trial.read.network.dense.index("fc7") + 1 : -1]
    for name in behind:
        np.fill_diagonal(weights[f"{name}_kernel"], 1)
    return weights


def passing(trial: Shown, weights: Weights) -> None:
    """Let every hidden dense layer but the first pass on what it is given."""
    for name in trial.read.network.dense[1:-1]:
        np.fill_diagonal(weights[f"{name}_kernel"], 1)


class DroppedWrongly(Mismatch):
    """Units are dropped otherwise than they should be; `kind` says how.

    It is `none`, `one` (of the two layers is not dropped), `always` (outside of training too),
    `share`, `scale`, `order` (after the normalisation), `maps`, `answers` or `batches` (they are
    normalised).
    """

    def __init__(self, kind: str, message: str, detail: str = "") -> None:
        super().__init__(message, detail)
        self.kind = kind


def ratios(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """What became of each unit in training, as a multiple of what it is otherwise."""
    expect.that(
        bool((np.abs(before) > 1e-4).all()),
        "returned a model whose dense layers do not pass on positive numbers",
    )
    return after / before


def require_rate(kept: np.ndarray, rate: float, where: str) -> None:
    """Require that of these units, marked where they were kept, that share was dropped.

    `kept` has at least 900 entries, each kept or not by itself: for a right model the share of
    those dropped is six standard deviations away with a chance below 1e-8.
    """
    share = 1 - float(np.mean(kept))
    if share == 0:
        raise DroppedWrongly(
            "none", f"returned a model that drops no units after {where} while it is trained."
        )
    deviation = np.sqrt(rate * (1 - rate) / np.size(kept))
    if abs(share - rate) >= 6 * deviation:
        raise DroppedWrongly(
            "share",
            f"returned a model that drops {share:.0%} of the units after {where} while it is "
            "trained",
        )


def require_scale(found: np.ndarray, wanted: float, where: str) -> None:
    """Require that units that were kept are so many times what they were."""
    if not np.allclose(found, wanted, rtol=0.06):
        raise DroppedWrongly(
            "scale",
            f"returned a model in which units that dropout keeps after {where} are "
            f"{np.median(found):.3g} times what they are without it",
            f"expected {wanted:g}, got {expect.shown(found, 400)}",
        )
