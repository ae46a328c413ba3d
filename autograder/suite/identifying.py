"""Finding out what a student's model computes, and in what it differs from the right network.

What a model says about itself is not believed. Its weights are pulled out, others are put in, and
its answers decide.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from autograder.suite import expect
from autograder.suite.expect import Mismatch
from autograder.suite.models import LayerSummary, Model
from autograder.suite.network_differences import Difference, differences
from autograder.suite.network_search import (
    Change,
    bases,
    claims_of,
    fitting,
    read_model,
    search,
)
from autograder.suite.network_weights import Read, drawn
from autograder.suite.networks import Array, Network, Shape

HALF_PRECISION = (
    "returned a model that keeps its weights in half precision, too coarse to tell what it "
    "computes: use float32, or the policy mixed_float16, which keeps them in float32."
)
IN_A_ROW = "returned a model whose weights are not those of such a network, layer after layer."
OTHER_SIZES = "returned a model whose maps have other sizes than those of the right layers."
UNKNOWN = (
    "returned a model that computes something else: look at the order of the layers, at strides "
    "and padding, and at the activations."
)


@dataclass(frozen=True)
class Shown:
    """What a model shows before it is asked for an answer.

    `likely` are the networks that it may be, before any of the `changes`.
    """

    model: Model
    input_shape: Shape
    read: Read
    claims: tuple[LayerSummary, ...]
    likely: tuple[Network, ...]
    changes: Sequence[Change]

    @property
    def wanted(self) -> dict[str, Shape]:
        """The shapes of its weights by their names, see `Read.wanted`."""
        return self.read.wanted

    def put(self, weights: Mapping[str, Any]) -> None:
        """Put weights, by their names, into the model."""
        self.model.set_weights(self.read.arranged(weights))

    def networks(self) -> Iterator[Network]:
        """Those whose weights have the shapes of the model's, in the order in which they are tried.

        The first one is the likeliest.
        """
        return fitting(self.likely, self.changes, self.read.wanted, self.input_shape)

    def likeliest(self) -> Network:
        """The first of the networks.

        Raises:
            Mismatch: there is none with such weights.
        """
        network = next(self.networks(), None)
        if network is None:
            raise Mismatch(OTHER_SIZES, f"its weights: {self.read.have}"[:2000])
        return network


@dataclass(frozen=True)
class Identified:
    """What a model is, by its answers: its network, and how that differs from the right one."""

    found: Network
    right: Network
    input_shape: Shape
    claims: tuple[LayerSummary, ...]
    differences: tuple[Difference, ...]


def shown(
    model: Model,
    right: Network,
    input_shape: Shape,
    changes: Sequence[Change],
    *,
    pulled: bool = True,
) -> Shown:
    """What the weights of a model show. One that makes them when it is first used is used once.

    Args:
        model: the student's model.
        right: the right network.
        input_shape: of one image.
        changes: what may be otherwise and does not show in weights.
        pulled: whether the weights are pulled out; else their shapes are claims, until the answers
            for weights of these shapes are right.

    Raises:
        Mismatch: the weights are not those of a network of this kind.
        CallFailed: the model cannot answer.
    """
    if not model.weight_shapes():
        model.predict(np.zeros((1, *input_shape), np.float32))
    have = [each.shape for each in model.weights()] if pulled else model.weight_shapes()
    claims = claims_of(model)
    read = read_model(have, claims, right, input_shape)
    if read is None:
        raise Mismatch(IN_A_ROW, f"its weights: {have}"[:2000])
    likely = tuple(bases(read, claims, right))
    return Shown(model, input_shape, read, claims, likely, changes)


def identified(
    seen: Shown,
    right: Network,
    rng: np.random.Generator,
    *,
    scale: float = 1.0,
    loud: Mapping[str, float] = MappingProxyType({}),
) -> Identified:
    """The network that a model is, by its answers for weights and images that are drawn.

    Args:
        seen: what the model shows.
        right: the right network.
        rng: draws both.
        scale: the size of the pixels.
        loud: factors for the size of what layers compute, by name.

    Raises:
        Mismatch: no known network gives its answers.
        CallFailed: the model cannot answer.
    """
    x = images(rng, seen.input_shape) * np.float32(scale)
    weights = drawn(rng, x, seen.wanted, seen.likeliest(), loud)
    seen.put(weights)
    answer = seen.model.predict(x, dropping=False)
    return named(
        seen, right, answer, search(answer, x.astype(np.float64), weights, seen.networks())
    )


def named(seen: Shown, right: Network, answer: Array, known: Network | None) -> Identified:
    """A network that was found, compared with the right one.

    Raises:
        Mismatch: none was found.
    """
    if known is None:
        coarse = answer.dtype.itemsize < 4 or expect.too_coarse(answer)
        raise Mismatch(HALF_PRECISION if coarse else UNKNOWN, expect.shown(answer, 2000))
    found = differences(known, right, seen.input_shape)
    return Identified(known, right, seen.input_shape, seen.claims, found)


def images(rng: np.random.Generator, input_shape: Shape, count: int = 3) -> Array:
    """Images of both signs, each with its own scale."""
    scale = rng.uniform(0.3, 2.0, size=(count, 1, 1, 1))
    drawn_images: Array = (scale * rng.normal(size=(count, *input_shape))).astype(np.float32)
    return drawn_images
