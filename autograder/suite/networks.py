"""Convolutional networks in NumPy: what the weights of a model compute, without Keras.

A `Network` has the layers with weights in order, each with what follows it. It is a plain record,
so that a network with one layer exchanged is made in one line. Names of layers are the suite's.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Shape = tuple[int, ...]
Weights = dict[str, Array]

MOMENTS = ("gamma", "beta", "mean", "variance")
TRAINED = ("factor", "offset")
EPSILON = 1e-3


def softmax(a: Array) -> Array:
    """Shares that add up to 1 along the last axis."""
    raised: Array = np.exp(a - a.max(axis=-1, keepdims=True))
    shares: Array = raised / raised.sum(axis=-1, keepdims=True)
    return shares


def _sigmoid(a: Array) -> Array:
    shares: Array = 1 / (1 + np.exp(-np.clip(a, -700, 700)))
    return shares


_ELU = 1.6732632423543772
_SELU = 1.0507009873554805
ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "relu": lambda a: np.maximum(a, 0),
    "tanh": np.tanh,
    "sigmoid": _sigmoid,
    "linear": lambda a: a,
    "softmax": softmax,
    "scaled_tanh": lambda a: 1.7159 * np.tanh(2 * a / 3),
    "elu": lambda a: np.where(a > 0, a, np.expm1(np.minimum(a, 0))),
    "selu": lambda a: _SELU * np.where(a > 0, a, _ELU * np.expm1(np.minimum(a, 0))),
    "leaky_relu": lambda a: np.where(a > 0, a, 0.2 * a),
    "relu6": lambda a: np.clip(a, 0, 6),
    "silu": lambda a: a * _sigmoid(a),
    "softplus": lambda a: np.logaddexp(a, 0),
    "softsign": lambda a: a / (1 + np.abs(a)),
    "hard_sigmoid": lambda a: np.clip(a / 6 + 0.5, 0, 1),
}
"""By Keras' names; `scaled_tanh` is 1.7159 tanh(2a/3). Several in a row are joined by commas."""


@dataclass(frozen=True)
class Lrn:
    """The constants of a local response normalisation, named as TensorFlow names them."""

    depth_radius: int = 5
    bias: float = 1.0
    alpha: float = 1.0
    beta: float = 0.5


@dataclass(frozen=True)
class Pool:
    """One way of pooling: the kind is `max`, `average` or `sum`."""

    window: int = 2
    strides: int = 2
    padding: str = "valid"
    kind: str = "max"


@dataclass(frozen=True)
class Layer:
    """A layer with weights, and what follows it up to the next one.

    Attributes:
        count: its filters or units.
        side: the side of its kernels; None for a dense layer.
        zeros: rows and columns of zeros that are added on each side before it.
        activation: names from `ACTIVATIONS`.
        order: the steps after it: r for the activation, n for the normalisation of local responses,
            b for that of batches (twice at most), p for pooling, g for the mean of each whole map,
            t for a trained factor and offset of each map.
        moments: the arrays of its normalisation of batches.
        scaled: what its input is multiplied by, and what is added then.
        before: b where its input is normalised as batches, else nothing.
    """

    count: int
    side: int | None = None
    strides: int = 1
    padding: str = "valid"
    zeros: int = 0
    groups: int = 1
    bias: bool = True
    activation: str = "relu"
    order: str = "r"
    pool: Pool = Pool()
    lrn: Lrn = Lrn()
    moments: tuple[str, ...] = field(default=MOMENTS)
    scaled: tuple[float, float] = (1.0, 0.0)
    before: str = ""

    def batches(self) -> list[tuple[str, ...]]:
        """The names of the arrays of each normalisation of batches that follows the layer."""
        names = (self.moments, tuple(f"second_{moment}" for moment in self.moments))
        return list(names[: self.order.count("b")])


@dataclass(frozen=True)
class Network:
    """The layers in order, by name. The last one gives the answers."""

    layers: Mapping[str, Layer]

    def changed(self, *names: str, **changes: object) -> Network:
        """The same with changes in these layers, as far as it has them."""
        layers = {
            name: replace(layer, **changes) if name in names else layer  # type: ignore[arg-type]
            for name, layer in self.layers.items()
        }
        return Network(layers)

    @property
    def last(self) -> str:
        """The name of the layer that gives the answers."""
        return next(reversed(list(self.layers)))

    @property
    def convolutions(self) -> tuple[str, ...]:
        """The names of the layers with kernels that are smaller than their input."""
        return tuple(name for name, layer in self.layers.items() if layer.side is not None)

    @property
    def dense(self) -> tuple[str, ...]:
        """The names of the other layers."""
        return tuple(name for name, layer in self.layers.items() if layer.side is None)


def sizes(network: Network, input_shape: Sequence[int]) -> list[tuple[int, int]]:
    """Rows and columns after each convolution with what follows; 0 where nothing is left."""
    sides = (input_shape[0], input_shape[1])
    found = []
    for name in network.convolutions:
        sides = _sides_after(network.layers[name], sides)
        found.append(sides)
    return found


def _sides_after(layer: Layer, sides: tuple[int, int]) -> tuple[int, int]:
    rows, columns = (
        covered(side + 2 * layer.zeros, layer.side or 1, layer.strides, layer.padding)
        for side in sides
    )
    for step in layer.order:
        pool = layer.pool
        if step == "p":
            rows, columns = (
                covered(n, pool.window, pool.strides, pool.padding) for n in (rows, columns)
            )
        elif step == "g":
            rows, columns = min(rows, 1), min(columns, 1)
    return rows, columns


def covered(side: int, window: int, strides: int, padding: str) -> int:
    """How many windows there are along one side; 0 where none fits."""
    if padding == "same":
        return -(-side // strides)
    return (side - window) // strides + 1 if side >= window else 0


def shapes(network: Network, input_shape: Sequence[int]) -> dict[str, Shape]:
    """The shape of each array of weights, by `<layer>_<part>`; all units as dense layers."""
    found: dict[str, Shape] = {}
    channels = input_shape[2]
    maps = [tuple(input_shape[:2]), *sizes(network, input_shape)][-1]
    flat = False
    for name, layer in network.layers.items():
        if layer.side is not None:
            kernel: Shape = (layer.side, layer.side, channels // layer.groups, layer.count)
        else:
            kernel = (channels if flat else max(0, math.prod(maps)) * channels, layer.count)
            flat = True
        if layer.before:
            found |= {f"{name}_before_{moment}": (channels,) for moment in MOMENTS}
        channels = layer.count
        found[f"{name}_kernel"] = kernel
        if layer.bias:
            found[f"{name}_bias"] = (layer.count,)
        more = [*layer.batches(), TRAINED if "t" in layer.order else ()]
        found |= {f"{name}_{part}": (layer.count,) for parts in more for part in parts}
    return found


def fits(network: Network, input_shape: Sequence[int], weights: Mapping[str, Any]) -> bool:
    """Whether weights, arrays or their shapes, are of the sizes that the network gives."""
    wanted = shapes(network, input_shape)
    have = {name: getattr(each, "shape", each) for name, each in weights.items()}
    return wanted == {name: tuple(shape) for name, shape in have.items()}


def forward(x: Array, weights: Weights, network: Network) -> Array:
    """What a network answers for images of shape (N, height, width, channels)."""
    for name in network.layers:
        x = after(x, name, weights, network)
    return x


def steps(x: Array, name: str, weights: Weights, layer: Layer) -> Iterator[Array]:
    """What a layer computes, and what becomes of it in each of the steps that follow."""
    kernel = weights[f"{name}_kernel"]
    if layer.scaled != (1.0, 0.0):
        x = x * layer.scaled[0] + layer.scaled[1]
    if layer.before:
        x = _standardised(x, {each: weights[f"{name}_before_{each}"] for each in MOMENTS})
    if layer.side is None:
        x = x.reshape(len(x), -1) @ kernel
    else:
        x = convolved(_with_zeros(x, layer.zeros), kernel, layer.strides, layer.padding)
    x = x + weights[f"{name}_bias"] if layer.bias else x
    yield x
    batches = iter(layer.batches())
    for step in layer.order:
        if step == "r":
            for kind in layer.activation.split(", "):
                x = ACTIVATIONS[kind](x)
        elif step == "p":
            x = pooled(x, layer.pool)
        elif step == "g":
            x = x.mean(axis=(1, 2), keepdims=True)
        elif step == "t":
            x = x * weights[f"{name}_factor"] + weights[f"{name}_offset"]
        elif step == "b":
            given = zip(layer.moments, next(batches), strict=True)
            x = _standardised(x, {each: weights[f"{name}_{array}"] for each, array in given})
        else:
            x = local_response_norm(x, layer.lrn)
        yield x


def after(x: Array, name: str, weights: Weights, network: Network) -> Array:
    """What a layer gives, with all that follows up to the next one."""
    *_, x = steps(x, name, weights, network.layers[name])
    return x


def convolved(x: Array, kernel: Array, strides: int = 1, padding: str = "valid") -> Array:
    """Cross-correlation; as many groups as the kernels see fewer channels than there are."""
    if padding == "same":
        x = _padded(x, kernel.shape[0], strides, 0)
    groups = x.shape[3] // kernel.shape[2]
    patches = np.lib.stride_tricks.sliding_window_view(x, kernel.shape[:2], axis=(1, 2))
    patches = np.moveaxis(patches[:, ::strides, ::strides], 3, 5)  # as in memory: fast to copy
    parts = zip(np.split(patches, groups, 5), np.split(kernel, groups, 3), strict=True)
    return np.concatenate([np.tensordot(a, b, 3) for a, b in parts], axis=3)


def pooled(x: Array, pool: Pool) -> Array:
    """The greatest, the mean or the sum of each window; cells around the image do not count."""
    sides = [covered(side, pool.window, pool.strides, pool.padding) for side in x.shape[1:3]]
    fill, combine = (-np.inf, np.maximum) if pool.kind == "max" else (0, np.add)
    together = reduce(combine, _cells(x, pool, sides, fill))
    if pool.kind == "average":
        ones = np.ones((1, *x.shape[1:3], 1), x.dtype)
        return together / reduce(np.add, _cells(ones, pool, sides, 0))
    return together


def _cells(x: Array, pool: Pool, sides: Sequence[int], fill: float) -> Iterator[Array]:
    """The first cell of each window, the second one of each, and so on."""
    if pool.padding == "same":
        x = _padded(x, pool.window, pool.strides, fill)
    rows, columns = (pool.strides * (side - 1) + 1 if side else 0 for side in sides)
    for top, left in itertools.product(range(pool.window), repeat=2):
        yield x[:, top : top + rows : pool.strides, left : left + columns : pool.strides]


def local_response_norm(x: Array, lrn: Lrn) -> Array:
    """a / (bias + alpha · Σ a²)^beta over neighbouring channels."""
    squares = np.zeros_like(x)
    count = x.shape[-1]
    for step in range(-min(lrn.depth_radius, count - 1), min(lrn.depth_radius, count - 1) + 1):
        low, high = max(0, -step), min(count, count - step)
        squares[..., low:high] += x[..., low + step : high + step] ** 2
    answer: Array = x / (lrn.bias + lrn.alpha * squares) ** lrn.beta
    return answer


def _standardised(x: Array, moments: Mapping[str, Array]) -> Array:
    scaled = (x - moments["mean"]) / np.sqrt(moments["variance"] + EPSILON)
    answer: Array = moments.get("gamma", 1.0) * scaled + moments.get("beta", 0.0)
    return answer


def _with_zeros(x: Array, count: int) -> Array:
    return np.pad(x, ((0, 0), (count, count), (count, count), (0, 0))) if count else x


def _padded(x: Array, window: int, strides: int, value: float) -> Array:
    before_after = []
    for side in x.shape[1:3]:
        total = max((-(-side // strides) - 1) * strides + window - side, 0)
        before_after.append((total // 2, total - total // 2))
    return np.pad(x, ((0, 0), *before_after, (0, 0)), constant_values=value)
