"""In what a network differs from the right one, layer by layer, and a sentence for each mistake."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from autograder.suite.networks import Layer, Network, covered

_STEPS = {
    "r": "activation", "n": "normalisation", "b": "normalisation", "p": "pooling",
    "t": "training", "g": "mean",
}  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """One thing that a layer of a network does otherwise than the right one.

    Attributes:
        layer: the name of the layer.
        what: in what it differs, see `differences`.
        value: what it is or has instead.
    """

    layer: str
    what: str
    value: Any = None


def differences(
    found: Network, right: Network, input_shape: Sequence[int]
) -> tuple[Difference, ...]:
    """All differences of a network from the right one, in the order of the layers.

    The words are: missing and extra of whole layers (extra with `convolution` or `dense layer` as
    value); count, side, strides, padding (same, valid, or the number of zeros on each side),
    groups, bias and activation of what a layer is; scaled and before for what is done to its
    input; pooling, normalisation, mean (of whole maps) and training (of a factor), with
    `missing`, `extra` or `twice` as value; pool kind, pool window, pool strides and pool padding;
    constants and moments of the normalisation, kind for the other kind of normalisation; order,
    with the two steps that are exchanged as value.
    """
    return tuple(_differences(canonical(found, input_shape), canonical(right, input_shape)))


def _differences(found: Network, right: Network) -> Iterator[Difference]:
    for name, layer in found.layers.items():
        if name not in right.layers:
            yield Difference(name, "extra", "convolution" if layer.side else "dense layer")
            continue
        for what, value in _of_layer(layer, right.layers[name]):
            yield Difference(name, what, value)
    for name in right.layers:
        if name not in found.layers:
            yield Difference(name, "missing")


def _of_layer(layer: Layer, right: Layer) -> Iterator[tuple[str, Any]]:
    for what in ("scaled", "before", "count", "side", "strides", "groups", "bias"):
        if getattr(layer, what) != getattr(right, what):
            yield what, getattr(layer, what)
    if (layer.zeros, layer.padding) != (right.zeros, right.padding):
        yield "padding", layer.zeros or layer.padding
    if _activation(layer) != _activation(right):
        yield "activation", _activation(layer)
    steps, wanted = ([_STEPS[step] for step in each.order] for each in (layer, right))
    for step in ("pooling", "normalisation", "mean", "training"):
        if (step in steps) != (step in wanted):
            yield step, "extra" if step in steps else "missing"
        elif steps.count(step) > wanted.count(step):
            yield step, "twice"
    if "p" in layer.order and "p" in right.order:
        for what in ("kind", "window", "strides", "padding"):
            if getattr(layer.pool, what) != getattr(right.pool, what):
                yield f"pool {what}", getattr(layer.pool, what)
    if "n" in layer.order and "n" in right.order and layer.lrn != right.lrn:
        yield "constants", layer.lrn
    if "normalisation" in steps and "normalisation" in wanted:
        if ("b" in layer.order) != ("b" in right.order):
            yield "kind", "batches" if "b" in layer.order else "responses"
        elif "b" in layer.order and layer.moments != right.moments:
            yield "moments", layer.moments
    both = [step for step in wanted if steps.count(step) == 1]
    for before, behind in combinations(both, 2):
        if steps.index(before) > steps.index(behind):
            yield "order", (behind, before)


def _activation(layer: Layer) -> str:
    return layer.activation if "r" in layer.order else "linear"


def canonical(network: Network, input_shape: Sequence[int]) -> Network:
    """The same function, written in one way: padding that adds nothing is left out, and so on."""
    made = {}
    sides: tuple[int, ...] = tuple(input_shape[:2])
    for name, layer in network.layers.items():
        side = layer.side
        if side is not None:
            if layer.strides == 1 and side % 2 and layer.zeros == side // 2 > 0:
                layer = replace(layer, zeros=0, padding="same")
            sides = tuple(
                covered(n + 2 * layer.zeros, side, layer.strides, layer.padding) for n in sides
            )
            if "p" in layer.order:
                layer, sides = _pool_canonical(layer, sides)
        if layer.activation == "linear":
            layer = replace(layer, order=layer.order.replace("r", ""))
        if layer.pool.kind == "max" and "softmax" not in layer.activation:
            layer = replace(layer, order=layer.order.replace("pr", "rp"))
        made[name] = layer
    return Network(made)


def _pool_canonical(layer: Layer, sides: tuple[int, ...]) -> tuple[Layer, tuple[int, ...]]:
    pool = layer.pool
    same, valid = (
        tuple(covered(n, pool.window, pool.strides, padding) for n in sides)
        for padding in ("same", "valid")
    )
    whole = all((n - pool.window) % pool.strides == 0 for n in sides)
    if pool.padding == "same" and same == valid and whole:
        return replace(layer, pool=replace(pool, padding="valid")), valid
    return layer, same if pool.padding == "same" else valid


# -- sentences -----------------------------------------------------------------------------

_ACTIVATIONS = {"linear": "no activation", "relu": "ReLU", "scaled_tanh": "the tanh of 1998"}
_SAID = {
    ("pooling", "missing"): "does not pool the maps of {}",
    ("pooling", "extra"): "pools the maps of {}, which are not pooled",
    ("normalisation", "missing"): "does not normalise the output of {}",
    ("normalisation", "twice"): "normalises the output of {} twice",
    ("pooling", "twice"): "pools the maps of {} twice",
    ("before", "b"): "normalises batches before {}",
    ("before", ""): "does not normalise batches before {}",
    ("normalisation", "extra"): "normalises the output of {}, where nothing is normalised",
    ("training", "extra"): "multiplies the maps of {} by trained numbers",
    ("mean", "extra"): "takes the mean of each whole map of {}",
    ("kind", "batches"): "normalises batches after {}, not the responses of neighbouring maps",
    ("kind", "responses"): "normalises responses after {}, not batches",
    ("padding", "same"): "pads the maps for {}",
    ("padding", "valid"): "does not pad the maps for {}",
    ("pool padding", "same"): "pads the maps before it pools, after {}",
    ("pool kind", "max"): "pools the greatest of each window after {}",
    ("pool kind", "average"): "takes the mean of windows after {}",
    ("pool kind", "sum"): "takes the sum of windows after {}",
    ("bias", False): "has no bias in {}",
    ("order", ("pooling", "activation")): "pools before the activation of {}",
    ("order", ("normalisation", "activation")): "normalises before the activation of {}",
    ("order", ("pooling", "normalisation")): "pools before it normalises after {}",
    ("order", ("normalisation", "pooling")): "normalises before it pools after {}",
}  # fmt: skip
_VALUES = {
    "frozen": "never normalises a batch by what it is itself, also not while it is trained",
    "scaled": "scales the numbers that go into {}",
    "count": "has {value} filters or units in {}",
    "side": "has kernels of {value} by {value} in {}",
    "strides": "moves the kernels of {} by {value} cells at a time",
    "groups": "splits {} into {value} groups, each of which sees a part of the maps",
    "padding": "adds {value} rows and columns of zeros on each side for {}",
    "pool window": "pools windows of {value} by {value} after {}",
    "pool strides": "moves the windows of pooling by {value} after {}",
    "missing": "has no {}",
    "extra": "has a {value} more than the right one",
    "constants": "has other constants in the normalisation of {}",
    "moments": "has batch normalisation without a scale or a shift in {}",
    "pool padding": "does not pad before it pools after {}",
    "pool kind": "pools otherwise after {}",
    "order": "does the steps after {} in another order",
}


def sentences(found: Sequence[Difference]) -> list[str]:
    """What differs, each sentence going on from "returned a model that …".

    The same difference in several layers is one sentence. Nothing is said of the right network.
    """
    layers: dict[tuple[str, Any], list[str]] = {}
    for each in found:
        layers.setdefault((each.what, each.value), []).append(each.layer)
    return [_sentence(what, value, names) for (what, value), names in layers.items()]


def _sentence(what: str, value: Any, names: Sequence[str]) -> str:
    listed = " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    if what == "activation":
        kinds = " and then ".join(_ACTIVATIONS.get(each, each) for each in value.split(", "))
        return f"applies {kinds} in {listed}"
    text = _SAID.get((what, value)) or _VALUES[what]
    return text.format(listed, value=value)
