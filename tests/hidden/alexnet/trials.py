"""A model of the student's on trial: which network it is, by its answers to weights of the suite's.

What it says of itself is not believed: the shapes of its weights are those of arrays that were
pulled out, and everything else is told by answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import naming
import network as net
import numpy as np
import places

from autograder.sandbox import CallFailed
from autograder.suite import Mismatch, expect

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Built:
    """A model with what it should be: its weights' shapes, and where they stand."""

    model: Any
    input_shape: Shape
    wanted: Mapping[str, Shape]
    have: tuple[Shape, ...]
    found: places.Places

    def put(self, weights: net.Weights) -> None:
        """Put weights into the model."""
        self.model.set_weights(places.arranged(weights, self.found, self.have))


def built(
    model: Any, input_shape: Shape, classes: int, width: float, network: net.Network
) -> Built:
    """The student's model; one that makes its weights when it is first used is used once.

    The weights of a net as wide as the paper's are too many to be pulled out: their shapes are
    claims, until the answers for weights of these shapes are right.
    """
    if not model.weight_shapes():
        model.predict(np.zeros((1, *input_shape), np.float32))
    pulled = width < 1
    have = [weight.shape for weight in model.weights()] if pulled else model.weight_shapes()
    wanted = net.shapes(input_shape, classes, width, network)
    found = places.find(have, wanted, net.sizes(network, input_shape)[-1])
    return Built(model, input_shape, wanted, tuple(have), found)


def whole(trial: Built, network: net.Network) -> Built:
    """The same, if all its weights are there and no others.

    Raises:
        Mismatch: it has other weights; where the maps are of another size, how that may come.
    """
    missing = {key.split("_")[0] for key in trial.wanted if key not in trial.found}
    if "fc6" in missing and not missing & set(net.FILTERS):
        units = trial.wanted["fc6_bias"][0]
        channels = trial.wanted["conv5_bias"][0]
        rows = {
            int(np.prod(shape[:-1]))
            for index, shape in enumerate(trial.have)
            if index not in trial.found.values() and len(shape) > 1 and shape[-1] == units
        }
        for each in naming.deviations(network):
            sides = net.sizes(each.applied(network), trial.input_shape)[-1]
            if int(np.prod(sides)) * channels in rows and each.part in (
                naming.CONVOLUTIONS,
                naming.POOLING,
            ):
                raise Mismatch(
                    f"returned a model whose maps have other sizes, as if it {each.said}."
                )
    places.require_all(trial.found, trial.wanted, len(trial.have))
    return trial


def images(rng: np.random.Generator, input_shape: Shape, count: int = 3) -> np.ndarray:
    """Images of both signs, each with its own scale."""
    scale = rng.uniform(0.3, 2.0, size=(count, 1, 1, 1))
    return (scale * rng.normal(size=(count, *input_shape))).astype(np.float32)


def identified(
    trial: Built, rng: np.random.Generator, network: net.Network, scale: float = 1.0
) -> tuple[naming.Deviation, ...]:
    """What the model does otherwise than the right network.

    Raises:
        Mismatch: it computes what no known network does.
    """
    x = images(rng, trial.input_shape) * np.float32(scale)
    weights = places.drawn(rng, x, trial.wanted, network)
    trial.put(weights)
    return named(trial.model.predict(x), x, weights, network)


def named(
    answer: np.ndarray, x: np.ndarray, weights: net.Weights, network: net.Network
) -> tuple[naming.Deviation, ...]:
    """What a model that answers so does otherwise than the right network."""
    classes = weights["fc8_bias"].shape[0]
    expect.that(
        answer.shape == (len(x), classes),
        f"returned a model that answers {answer.shape} for {len(x)} images.",
    )
    known = naming.identify(answer, x.astype(np.float64), weights, network)
    if known is None and (answer.dtype.itemsize < 4 or expect.too_coarse(answer)):
        raise Mismatch(
            "returned a model that keeps its weights in half precision, too coarse to tell what it "
            "computes: use float32, or the policy mixed_float16, which keeps them in float32.",
            expect.shown(answer, 2000),
        )
    if known is None:
        raise Mismatch(
            "returned a model that has the right weights and computes something else: look at "
            "the order of the layers, at strides and padding, and at the activations.",
            expect.shown(answer, 2000),
        )
    return known


_remembered: WeakKeyDictionary[Any, dict[str, Any]] = WeakKeyDictionary()


def once(student: Any, what: str, make: Callable[[], Any]) -> Any:
    """What `make` returned or raised when it was first called for this student.

    For models that take seconds to build: several tests look at one, each at its own part.
    """
    known = _remembered.setdefault(student, {})
    if what not in known:
        try:
            known[what] = make()
        except (CallFailed, Mismatch) as wrong:
            known[what] = wrong
    if isinstance(known[what], Exception):
        raise known[what]
    return known[what]


def require(known: tuple[naming.Deviation, ...], *parts: str) -> None:
    """Require that nothing in these parts of the network is otherwise."""
    for each in known:
        if each.part in parts:
            raise Mismatch(f"returned a model that {each.said}.", f"{known}")


def takes_logits(student: Any, train: str = "train_alexnet") -> bool:
    """Whether the student's training takes answers without a softmax for what they are."""
    return once(student, f"{train} takes logits", lambda: _learns_from_logits(student, train))


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
