"""A model without Keras for tests: it answers as a network does, and claims what it is told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograder.sandbox import StudentRaised
from autograder.suite.models import LayerSummary
from autograder.suite.networks import Layer, Network, Pool, forward, shapes

SHAPE = (16, 16, 2)
RIGHT = Network(
    {
        "first": Layer(3, 5, activation="tanh", order="rp", pool=Pool(kind="average")),
        "second": Layer(4, 3, activation="tanh", order="rp", pool=Pool(kind="average")),
        "hidden": Layer(6, activation="tanh"),
        "wide": Layer(5, activation="tanh"),
        "last": Layer(3, activation="softmax"),
    }
)


class FakeModel:
    """A model that computes what `network` computes."""

    def __init__(
        self,
        network: Network,
        claims: Sequence[LayerSummary] = (),
        shape: tuple[int, int, int] = SHAPE,
    ) -> None:
        self.network, self.layers = network, tuple(claims)
        wanted = shapes(network, shape)
        if any(0 in shape for shape in wanted.values()):
            raise StudentRaised("nothing is left of the maps")
        self._names = tuple(wanted)
        self._kept = [np.ones(shape, np.float32) for shape in wanted.values()]

    def weight_shapes(self) -> list[tuple[int, ...]]:
        return [each.shape for each in self._kept]

    def weights(self) -> list[Any]:
        return self._kept

    def set_weights(self, weights: Sequence[Any]) -> None:
        self._kept = list(weights)

    def predict(self, x: Any, *, dropping: bool = True) -> Any:
        named = dict(zip(self._names, self._kept, strict=True))
        return forward(x.astype(float), named, self.network).astype(np.float32)


def claims_of(network: Network) -> list[LayerSummary]:
    """What a sequential Keras model of this network says about its layers."""
    said: list[tuple[str, dict[str, Any]]] = []
    for layer in network.layers.values():
        if layer.scaled != (1.0, 0.0):
            scale, offset = layer.scaled
            said.append(("Rescaling", {"scale": scale, "offset": offset}))
        if layer.side is None:
            said.append(("Dense", {"units": layer.count, "activation": "linear"}))
        else:
            if layer.zeros:
                said.append(("ZeroPadding2D", {"padding": [[layer.zeros] * 2] * 2}))
            config = {
                "filters": layer.count, "strides": [layer.strides] * 2, "padding": layer.padding,
                "dilation_rate": [1, 1], "activation": "linear",
            }  # fmt: skip
            said.append(("Conv2D", config))
        for step in layer.order:
            pool = layer.pool
            said += {
                "r": [
                    ("Activation", {"activation": each}) for each in layer.activation.split(", ")
                ],
                "b": [("BatchNormalization", {})],
                "g": [("GlobalAveragePooling2D", {})],
                "n": [("Lambda", {"arguments": vars(layer.lrn)})],
                "p": [
                    (
                        "MaxPooling2D" if pool.kind == "max" else "AveragePooling2D",
                        {
                            "pool_size": [pool.window] * 2,
                            "strides": [pool.strides] * 2,
                            "padding": pool.padding,
                        },
                    )
                ],
            }[step]
    return [
        LayerSummary(kind, f"layer_{i}", config, (None,), (None,), (), ())
        for i, (kind, config) in enumerate(said)
    ]
