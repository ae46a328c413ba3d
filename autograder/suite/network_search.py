"""Which network a model is, by what it answers for weights and images that the suite chose.

Tried are the network that its weights show, the one that it claims to be, and each of them with one
or two known changes. A claim is believed only if the answers are those of the claimed network.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from autograder.sandbox import CallFailed
from autograder.suite.expect import Mismatch
from autograder.suite.models import LayerSummary, Model
from autograder.suite.network_claims import claimed
from autograder.suite.network_weights import Read, read
from autograder.suite.networks import Layer, Network, Shape, Weights, after, shapes

Change = tuple[tuple[str, str, object], ...]
"""What to exchange in a network: layer, field of `Layer`, value."""

MOST_REMEMBERED = 3000
"""The most layers whose outputs are kept while networks are compared."""


def claims_of(model: Model) -> tuple[LayerSummary, ...]:
    """What a model says about its layers; nothing if it cannot say it."""
    try:
        return model.layers
    except (CallFailed, Mismatch):
        return ()


def read_model(
    have: Sequence[Shape],
    claims: Sequence[LayerSummary],
    right: Network,
    input_shape: Sequence[int],
) -> Read | None:
    """What a model's weights show, see `network_weights.read`."""
    bare = any(each.config.get("use_bias") is False for each in claims)
    normalises = any("Normalization" in each.class_name for each in claims)
    normalises = normalises or any("b" in layer.order for layer in right.layers.values())
    return read(have, right, input_shape, bare=bare, trained=not normalises)


def bases(found: Read, claims: Sequence[LayerSummary], right: Network) -> list[Network]:
    """The networks that a model is likely to be, before any change: shown first, then claimed."""
    shown = found.network
    said = claimed(claims, shown, right)
    if said is None:
        return [shown]
    geometry = {
        name: _in_place_of(layer, said.layers[name]) for name, layer in shown.layers.items()
    }
    return list({id(each): each for each in (shown, said, Network(geometry))}.values())


def _in_place_of(layer: Layer, said: Layer) -> Layer:
    """The layer with strides and padding as claimed; its activation may stand elsewhere in code."""
    fields = ("strides", "padding", "zeros", "scaled")
    return layer if layer.side is None else _replaced(layer, {f: getattr(said, f) for f in fields})


def _replaced(layer: Layer, values: dict[str, Any]) -> Layer:
    return Layer(**{**vars(layer), **values})


def candidates(some: Sequence[Network], changes: Sequence[Change]) -> Iterator[Network]:
    """Networks in the order in which they are tried: without a change, with one, with two."""
    yield from some
    for network in some:
        for each in changes:
            yield applied(network, each)
    for network in some:
        for one, other in combinations(changes, 2):
            places = {(layer, field) for layer, field, _ in one}
            if not places & {(layer, field) for layer, field, _ in other}:
                yield applied(applied(network, one), other)


def applied(network: Network, change: Change) -> Network:
    """The network with a change."""
    for layer, field, value in change:
        network = network.changed(layer, **{field: value})
    return network


def fitting(
    some: Sequence[Network], changes: Sequence[Change], wanted: dict[str, Shape], shape: Shape
) -> Iterator[Network]:
    """The candidates whose weights have the shapes that the model's have."""
    tried: set[tuple[Layer, ...]] = set()
    fit: dict[tuple[Any, ...], bool] = {}
    for network in candidates(some, changes):
        layers = tuple(network.layers.values())
        if layers in tried:
            continue
        tried.add(layers)
        sized = tuple(map(_sized, layers))
        if sized not in fit:
            fit[sized] = shapes(network, shape) == wanted
        if fit[sized]:
            yield network


def _sized(layer: Layer) -> tuple[Any, ...]:
    """What of a layer the shapes of weights depend on."""
    pool = layer.pool
    pooling = (layer.order.count("p"), pool.window, pool.strides, pool.padding)
    steps = ("g" in layer.order, "t" in layer.order, layer.before, *layer.batches())
    own = (layer.count, layer.side, layer.strides, layer.padding, layer.zeros, layer.groups)
    return (*own, layer.bias, *pooling, *steps)


def search(answer: Any, x: Any, weights: Weights, networks: Iterable[Network]) -> Network | None:
    """The first of these networks that gives this answer for these images and weights.

    Most of them are wrong for the first image already.
    """
    answer = np.asarray(answer, np.float64)
    if not np.isfinite(answer).all():
        return None
    known: dict[tuple[Layer, ...], Any] = {}
    for network in networks:
        if agrees(_answered(x[:1], weights, network, known), answer[:1]):
            whole = _answered(x, weights, network, {}) if len(x) > 1 else answer
            if agrees(whole, answer):
                return network
    return None


def agrees(computed: Any, answer: Any) -> bool:
    """Whether a model with single precision may have answered what was computed."""
    if computed.shape != answer.shape or not np.isfinite(computed).all():
        return False
    atol = 2e-5 * max(1.0, float(np.abs(computed).max(initial=0)))
    return bool(np.allclose(computed, answer, rtol=5e-3, atol=atol))


def _answered(
    x: Any, weights: Weights, network: Network, known: dict[tuple[Layer, ...], Any]
) -> Any:
    """The answer of a network; what it has in common with earlier ones is computed once."""
    key: tuple[Layer, ...] = ()
    for name, layer in network.layers.items():
        key = (*key, layer)
        if key not in known:
            if len(known) > MOST_REMEMBERED:
                known.clear()
            with np.errstate(all="ignore"):
                known[key] = after(x, name, weights, network)
        x = known[key]
    return x.reshape(len(x), -1) if math.prod(x.shape) else x
