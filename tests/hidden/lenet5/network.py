"""The suite's own modern LeNet-5: what weights pulled out of a model compute, without Keras.

Weights are told apart by their shapes, which are all different, so that it does not matter in
which order a model keeps them. `identify` finds out which network a model *is*, among LeNet-5 and
its likely mistakes, from what it answered for weights and images that the suite chose.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np

from autograder.suite import Mismatch

Array = np.ndarray
Weights = dict[str, Array]

SQUASHERS: dict[str, Callable[[Array], Array]] = {
    "tanh": np.tanh,
    "relu": lambda a: np.maximum(a, 0),
    "sigmoid": lambda a: 1 / (1 + np.exp(-a)),
    "nothing": lambda a: a,
    "the tanh of 1998": lambda a: 1.7159 * np.tanh(2 * a / 3),
    "softmax": lambda a: softmax(a),
}
STRAIGHT = ("nothing",)


@dataclass(frozen=True)
class Network:
    """LeNet-5, or what a model does otherwise, layer by layer."""

    c1: str = "tanh"
    s2: str = "average"
    c3: str = "tanh"
    s4: str = "average"
    c5: str = "tanh"
    f6: str = "tanh"
    output: str = "softmax"

    @property
    def learns_curves(self) -> bool:
        """Whether anything but the last layer is not linear."""
        inner = (self.c1, self.c3, self.c5, self.f6)
        return any(each not in STRAIGHT for each in inner)


LENET5 = Network()


def shapes(input_shape: tuple[int, int, int] = (32, 32, 1), classes: int = 10) -> dict[str, tuple]:
    """The shape of each array of weights; C5 as a dense layer."""
    rows, columns = (((side - 4) // 2 - 4) // 2 for side in input_shape[:2])
    return {
        "c1_kernel": (5, 5, input_shape[2], 6),
        "c1_bias": (6,),
        "c3_kernel": (5, 5, 6, 16),
        "c3_bias": (16,),
        "c5_kernel": (rows * columns * 16, 120),
        "c5_bias": (120,),
        "f6_kernel": (120, 84),
        "f6_bias": (84,),
        "output_kernel": (84, classes),
        "output_bias": (classes,),
    }


LAYERS = {
    "c1": "a convolution with 6 filters of 5 by 5, each with a bias",
    "c3": "a convolution with 16 filters of 5 by 5 on 6 maps, each with a bias",
    "c5": "120 units that see all of S4, each with a bias",
    "f6": "84 units on 120, each with a bias",
    "output": "a unit for each class on 84, each with a bias",
}


def places(
    weights: Sequence[Array], input_shape: tuple[int, int, int] = (32, 32, 1), classes: int = 10
) -> dict[str, int]:
    """Where each array of LeNet-5's weights stands in a model's list; absent where there is none.

    Units may be dense layers or convolutions: of 1 by 1, or for C5 one that covers all of S4.
    """
    found: dict[str, int] = {}
    left = dict(enumerate(weight.shape for weight in weights))
    for name, shape in shapes(input_shape, classes).items():
        wanted = {shape}
        if len(shape) == 2:
            wanted.add((1, 1, *shape))
        if name == "c5_kernel":
            rows, columns = (((side - 4) // 2 - 4) // 2 for side in input_shape[:2])
            wanted.add((rows, columns, 16, 120))
        for index, have in left.items():
            if have in wanted:
                found[name] = index
                del left[index]
                break
    return found


def require_layer(layer: str, found: Mapping[str, int]) -> None:
    """Require the kernel and the bias of a layer among the weights of a model.

    Raises:
        Mismatch: one of them is not there.
    """
    missing = [kind for kind in ("kernel", "bias") if f"{layer}_{kind}" not in found]
    if missing:
        name = "the output layer" if layer == "output" else layer.upper()
        raise Mismatch(
            f"returned a model in whose weights the {' and the '.join(missing)} of {name} is not "
            f"to be found; it is {LAYERS[layer]}."
        )


def require_lenet5(
    weights: Sequence[Array], input_shape: tuple[int, int, int] = (32, 32, 1), classes: int = 10
) -> dict[str, int]:
    """The places of LeNet-5's weights in a model's list, all of them and no others.

    Raises:
        Mismatch: the model has other weights.
    """
    found = places(weights, input_shape, classes)
    for layer in LAYERS:
        require_layer(layer, found)
    if len(weights) != len(found):
        raise Mismatch(
            "returned a model with more weights than LeNet-5 has: "
            f"{len(weights)} arrays in place of {len(found)}."
        )
    return found


def named(weights: Sequence[Array], found: Mapping[str, int]) -> Weights:
    """Weights by their names, all units as dense layers."""
    taken = {name: np.asarray(weights[index], np.float64) for name, index in found.items()}
    for name in ("c5_kernel", "f6_kernel", "output_kernel"):
        taken[name] = taken[name].reshape(-1, taken[name].shape[-1])
    return taken


def drawn(rng: np.random.Generator, weights: Sequence[Array], found: Mapping[str, int]) -> list:
    """Weights for a model such that every unit is squashed somewhat and none is saturated."""
    new = [np.zeros(weight.shape, np.float32) for weight in weights]
    for name, index in found.items():
        shape = weights[index].shape
        if name.endswith("bias"):
            new[index] = rng.normal(scale=0.3, size=shape).astype(np.float32)
            continue
        inputs = int(np.prod(shape[:-1]))
        new[index] = rng.normal(scale=1.6 / np.sqrt(inputs), size=shape).astype(np.float32)
    return new


def forward(x: Array, weights: Weights, network: Network = LENET5) -> Array:
    """What `network` answers for images of shape (N, height, width, channels)."""
    squash = SQUASHERS
    maps = squash[network.c1](_convolved(x, weights["c1_kernel"], weights["c1_bias"]))
    maps = _pooled(maps, network.s2)
    maps = squash[network.c3](_convolved(maps, weights["c3_kernel"], weights["c3_bias"]))
    flat = _pooled(maps, network.s4).reshape(len(x), -1)
    c5 = squash[network.c5](flat @ weights["c5_kernel"] + weights["c5_bias"])
    f6 = squash[network.f6](c5 @ weights["f6_kernel"] + weights["f6_bias"])
    return squash[network.output](f6 @ weights["output_kernel"] + weights["output_bias"])


def predicted(x: Array, weights: Weights, network: Network = LENET5) -> Array:
    """The class of each image."""
    parts = [forward(x[i : i + 256], weights, network) for i in range(0, len(x), 256)]
    return np.concatenate(parts).argmax(axis=1)


def identify(answer: Array, x: Array, weights: Weights) -> Network | None:
    """The network that gives this answer for these images and weights; None where none does.

    Tried are LeNet-5 and all that squash, pool or end otherwise, layer by layer.
    """
    answer = np.asarray(answer, np.float64)
    if not np.isfinite(answer).all():
        return None
    for network, computed in _answers(x, weights):
        if computed.shape == answer.shape and np.allclose(computed, answer, rtol=1e-3, atol=2e-5):
            return network
    return None


def _answers(x: Array, weights: Weights) -> Iterator[tuple[Network, Array]]:
    """Every network with its answer, LeNet-5 first; what they have in common is computed once."""
    squashers = [name for name in SQUASHERS if name != "softmax"]
    ends = ("softmax", *squashers)
    yield LENET5, forward(x, weights)
    first = _convolved(x, weights["c1_kernel"], weights["c1_bias"])
    for c1, s2 in itertools.product(squashers, POOLINGS):
        maps = _pooled(SQUASHERS[c1](first), s2)
        second = _convolved(maps, weights["c3_kernel"], weights["c3_bias"])
        for c3, s4 in itertools.product(squashers, POOLINGS):
            flat = _pooled(SQUASHERS[c3](second), s4).reshape(len(x), -1)
            third = flat @ weights["c5_kernel"] + weights["c5_bias"]
            for c5 in squashers:
                fourth = SQUASHERS[c5](third) @ weights["f6_kernel"] + weights["f6_bias"]
                for f6 in squashers:
                    last = SQUASHERS[f6](fourth) @ weights["output_kernel"]
                    last = last + weights["output_bias"]
                    for end in ends:
                        yield Network(c1, s2, c3, s4, c5, f6, end), SQUASHERS[end](last)


def differences(network: Network) -> dict[str, str]:
    """What a network has in place of LeNet-5's, by layer."""
    found = {field.name: getattr(network, field.name) for field in fields(network)}
    return {name: what for name, what in found.items() if what != getattr(LENET5, name)}


def softmax(a: Array) -> Array:
    raised = np.exp(a - a.max(axis=-1, keepdims=True))
    return raised / raised.sum(axis=-1, keepdims=True)


POOLINGS: dict[str, Callable[..., Array]] = {
    "average": np.mean,
    "max": np.max,
    "sum": np.sum,
}


def _pooled(maps: Array, kind: str) -> Array:
    rows, columns = maps.shape[1] // 2, maps.shape[2] // 2
    whole = maps[:, : 2 * rows, : 2 * columns]
    windows = whole.reshape(len(maps), rows, 2, columns, 2, maps.shape[3])
    return POOLINGS[kind](windows, axis=(2, 4))


def _convolved(x: Array, kernel: Array, bias: Array) -> Array:
    patches = np.lib.stride_tricks.sliding_window_view(x, kernel.shape[:2], axis=(1, 2))
    return np.tensordot(patches, kernel, ((3, 4, 5), (2, 0, 1))) + bias
