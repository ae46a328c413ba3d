"""The network that a model claims to be, read from what it says about its layers.

A claim proves nothing. It is one of the networks whose answers are compared with the model's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from autograder.suite.models import LayerSummary
from autograder.suite.networks import ACTIVATIONS, Layer, Lrn, Network, Pool

_POOLS = {"MaxPooling2D": "max", "AveragePooling2D": "average"}
_ACTIVATION_LAYERS = {
    "ReLU": "relu", "Softmax": "softmax", "ELU": "elu", "LeakyReLU": "leaky_relu",
}  # fmt: skip
_WITHOUT_EFFECT = ("Dropout", "Flatten", "Reshape", "SpatialDropout2D", "InputLayer")


LARGEST = 32
"""No claim of a larger stride, window or padding is tried: it would cost the grader memory."""


def claimed(layers: Sequence[LayerSummary], read: Network, right: Network) -> Network | None:
    """The network that layers describe; None where they are not the layers that weights show.

    Args:
        layers: what the model says about its layers.
        read: the network that its weights show.
        right: the right network, whose normalisation stands for layers of unknown classes.
    """
    with_weights = list(read.layers)
    made: dict[str, Layer] = {}
    zeros, scaled = 0, (1.0, 0.0)
    for each in layers:
        if each.class_name in ("Conv2D", "Dense"):
            if len(made) == len(with_weights):
                return None
            name = with_weights[len(made)]
            layer = _layer(each, read.layers[name], zeros)
            if layer is None:
                return None
            made[name] = replace(layer, scaled=scaled)
            zeros, scaled = 0, (1.0, 0.0)
        elif each.class_name == "ZeroPadding2D":
            zeros = _number(each.config.get("padding")) or 0
        elif each.class_name == "Rescaling":
            scaled = _scaled(each.config)
        elif made:
            name = with_weights[len(made) - 1]
            followed = _followed(made[name], each, right.layers.get(name))
            if followed is None:
                return None
            made[name] = followed
        elif each.class_name != "BatchNormalization" and each.class_name not in _WITHOUT_EFFECT:
            return None  # the arrays show a normalisation before the first layer
    return Network(made) if len(made) == len(with_weights) else None


def frozen(layers: Sequence[LayerSummary]) -> list[str]:
    """The classes of the layers with weights that say that they are not trained."""
    return [
        each.class_name
        for each in layers
        if each.weight_shapes and each.config.get("trainable") is False
    ]


def _layer(each: LayerSummary, shown: Layer, zeros: int) -> Layer | None:
    """A layer with weights as it describes itself, followed by its own activation."""
    config = each.config
    activation = _activation(config.get("activation"))
    if activation is None or (config.get("filters") or config.get("units")) != shown.count:
        return None
    order = "" if activation == "linear" else "r"
    layer = replace(shown, activation=activation, order=order, zeros=zeros)
    if each.class_name == "Conv2D" and shown.side is not None:
        strides = _number(config.get("strides"))
        if not strides or _number(config.get("dilation_rate")) != 1:
            return None
        return replace(layer, strides=strides, padding=str(config.get("padding")))
    return layer


def _followed(layer: Layer, each: LayerSummary, right: Layer | None) -> Layer | None:
    """The layer with one more step after it."""
    kind, config = each.class_name, each.config
    if kind in _WITHOUT_EFFECT:
        return layer
    if kind in _POOLS:
        window = _number(config.get("pool_size"))
        strides = _number(config.get("strides"))
        if not window or not strides:
            return None
        pool = Pool(window, strides, str(config.get("padding")), _POOLS[kind])
        return replace(layer, order=layer.order + "p", pool=pool)
    if kind == "GlobalAveragePooling2D":
        return replace(layer, order=layer.order + "g")
    if kind == "BatchNormalization":
        return replace(layer, order=layer.order + "b")
    if kind == "Activation" or kind in _ACTIVATION_LAYERS:
        activation = _ACTIVATION_LAYERS.get(kind) or _activation(config.get("activation"))
        if activation is None:
            return None
        return _activated(layer, activation)
    lrn = _constants(config) or (right.lrn if right and "n" in right.order else None)
    return replace(layer, order=layer.order + "n", lrn=lrn) if lrn else None


def _activated(layer: Layer, activation: str) -> Layer | None:
    if activation == "linear":
        return layer
    if "r" not in layer.order:
        return replace(layer, order=layer.order + "r", activation=activation)
    if layer.order.endswith("r"):
        return replace(layer, activation=f"{layer.activation}, {activation}")
    return None


def _activation(claim: Any) -> str | None:
    """A name of `ACTIVATIONS`; None for any other activation."""
    name = claim.get("class_name", "").lower() if isinstance(claim, Mapping) else claim
    name = {None: "linear", "swish": "silu"}.get(name, name)
    return name if name in ACTIVATIONS else None


def _number(claim: Any) -> int | None:
    """A whole number, alone or the same for rows and columns; None for anything else."""
    while isinstance(claim, list) and claim and all(each == claim[0] for each in claim):
        claim = claim[0]
    return claim if type(claim) is int and 0 <= claim < LARGEST else None


def _scaled(config: Mapping[str, Any]) -> tuple[float, float]:
    """Factor and offset of a layer that rescales; those of one that does not, where unclear."""
    pair = config.get("scale"), config.get("offset", 0.0)
    if all(type(each) in (int, float) for each in pair):
        return float(pair[0]), float(pair[1])  # type: ignore[arg-type]
    return 1.0, 0.0


def _constants(config: Mapping[str, Any]) -> Lrn | None:
    """The constants of a normalisation of local responses, if the layer names them."""
    named = config.get("arguments") or config
    names = ("depth_radius", "bias", "alpha", "beta")
    if not isinstance(named, Mapping) or "depth_radius" not in named:
        return None
    found = {name: named[name] for name in names if type(named.get(name)) in (int, float)}
    return Lrn(**found)
