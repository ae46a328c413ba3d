"""A model of the student's on trial: which network it is, by its answers to weights of the suite's.

What it says of itself is not believed: the shapes of its weights are those of arrays that were
pulled out, and everything else is told by answers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import network as net
import numpy as np

from autograder.sandbox import CallFailed, StudentRaised
from autograder.suite import Mismatch, identifying
from autograder.suite.network_differences import Difference, differences
from autograder.suite.networks import Network, Shape


def shown(
    model: Any, input_shape: Shape, right: Network, *, batchnorm: bool = False, pulled: bool = True
) -> identifying.Shown:
    """What a student's model shows.

    The weights of a net as wide as the paper's are too many to be pulled out: their shapes are
    claims, until the answers for weights of these shapes are right.
    """
    if pulled:
        count = sum(math.prod(shape) for shape in model.weight_shapes())
        if count > MOST_PULLED:
            raise TooWide(f"returned a model with {count:,} weights, too many for this width.")
    return identifying.shown(model, right, input_shape, net.changes(batchnorm), pulled=pulled)


MOST_PULLED = 10_000_000
"""No narrow net has as many weights."""


class TooWide(Mismatch):
    """A narrow net was asked for, and it is not narrow."""


def first_built(build: Callable[[Shape], Any], sizes: Iterable[Shape]) -> tuple[Any, Shape]:
    """What is built for the first of these sizes of which something is left, and that size.

    A network that makes its maps smaller than the right one needs larger images.

    Raises:
        StudentRaised: it can be built for none of them.
    """
    failure = None
    for size in sizes:
        try:
            return build(size), size
        except StudentRaised as raised:
            failure = failure or raised
    assert failure is not None
    raise failure


def by_weights(seen: identifying.Shown, right: Network) -> tuple[Difference, ...]:
    """In what the layers that the weights show differ from the right ones."""
    found = differences(seen.read.network, right, seen.input_shape)
    return tuple(each for each in found if each.what in IN_WEIGHTS)


IN_WEIGHTS = ("missing", "extra", "count", "side", "groups", "bias", "normalisation", "kind",
              "moments")  # fmt: skip


def wrong_weights(
    student: Any, rng: np.random.Generator, identify: Callable, show: Callable
) -> tuple[Difference, ...]:
    """All that is wrong with a model; where it is not known what it computes, with its weights.

    Both functions are asked once.
    """
    try:
        found: tuple[Difference, ...] = student.once(identify, rng).differences
    except Mismatch:
        found = student.once(show)
    net.require_like(found)
    return found


def require_no_more(found: Sequence[Difference], known: Sequence[Difference]) -> None:
    """Require that nothing is wrong that is not known to be wrong with other arguments."""
    told = {(each.layer, each.what) for each in known}
    net.require([each for each in found if (each.layer, each.what) not in told], *net.PARTS)


def takes_logits(student: Any, train: str = "train_alexnet") -> bool:
    """Whether the student's training takes answers without a softmax for what they are."""
    return bool(student.once(_learns_from_logits, train))


def _learns_from_logits(student: Any, train: str) -> bool:
    """A net that ends in logits learns images of two kinds.

    A loss that takes its answers for probabilities cannot teach it: divided by their sum, those for
    the two kinds are beyond 1 at the start, where they are clipped and have no gradient. They are
    small, so that a few hundred steps of Adam with a low rate are enough for a loss that fits.
    """
    labels = np.arange(160) % 2
    x = np.zeros((160, 2, 2, 1), np.float32)
    x[labels == 1, 0] = 1.0
    x[labels == 0, 1] = 1.0
    model = student.make_model((2, 2, 1), [("Flatten", {}), ("Dense", {"units": 3})])
    start = [np.zeros((4, 3), np.float32), np.array([-0.25, -0.125, 0.25], np.float32)]
    model.set_weights(start)
    try:
        getattr(student, train)(model.handle, x, np.eye(3, dtype=np.float32)[labels], 30, 8, 1)
        return bool((model.predict(x).argmax(axis=1) == labels).all())
    except (CallFailed, Mismatch):
        return False


def require_output(student: Any, found: Sequence[Difference]) -> None:
    """Require a softmax at the end, or nothing there if the training knows of it."""
    ends = [each for each in found if net.part_of(each) == net.OUTPUT]
    logits = [each for each in ends if (each.what, each.value) == ("activation", "linear")]
    net.require([each for each in ends if each not in logits], net.OUTPUT)
    if logits and not takes_logits(student):
        raise Mismatch(
            "returned a model that ends without a softmax, and train_alexnet does not take its "
            "answers for logits"
        )


def starts(student: Any, build: Callable[[], Any]) -> None:
    """Require that two models have kernels of their own, drawn by chance."""
    one, other = ([each for each in build().weights() if each.ndim > 1] for _ in range(2))
    if any(np.std(each) == 0 for each in one):
        raise Constant(
            "returned a model in which all weights of a layer are equal at the start: training "
            "needs them to differ"
        )
    if any(map(np.array_equal, one, other)):
        raise Repeated(
            "returned a model that starts with the same weights as the one before: each new model "
            "draws its own"
        )


class Constant(Mismatch):
    """A kernel is constant at the start."""


class Repeated(Mismatch):
    """Two models start with the same kernel."""
