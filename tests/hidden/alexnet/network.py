"""The suite's own AlexNet and its variant with batch normalisation, in NumPy, without Keras.

A `Network` says what is done with the weights, part by part; `ALEXNET` and `VARIANT` are the right
ones. Knows neither Keras nor any model; `naming` finds out which network a model is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

Array = np.ndarray
Weights = dict[str, Array]

FILTERS = {"conv1": 96, "conv2": 256, "conv3": 384, "conv4": 384, "conv5": 256}
UNITS = {"fc6": 4096, "fc7": 4096}
SIDES = {"conv1": 11, "conv2": 5, "conv3": 3, "conv4": 3, "conv5": 3}
LAYERS = (*FILTERS, *UNITS, "fc8")
NORMALISED = ("conv1", "conv2")
POOLED = {"conv1": "pool1", "conv2": "pool2", "conv5": "pool5"}

RECTIFIERS: dict[str, Callable[[Array], Array]] = {
    "ReLU": lambda a: np.maximum(a, 0),
    "tanh": np.tanh,
    "a sigmoid": lambda a: 1 / (1 + np.exp(-a)),
    "nothing": lambda a: a,
}


def softmax(a: Array) -> Array:
    raised = np.exp(a - a.max(axis=-1, keepdims=True))
    return raised / raised.sum(axis=-1, keepdims=True)


ENDS: dict[str, Callable[[Array], Array]] = {
    "softmax": softmax,
    "nothing": lambda a: a,
    "ReLU and softmax": lambda a: softmax(np.maximum(a, 0)),
    "ReLU": lambda a: np.maximum(a, 0),
    "a sigmoid": lambda a: 1 / (1 + np.exp(-a)),
    "tanh and softmax": lambda a: softmax(np.tanh(a)),
}


@dataclass(frozen=True)
class Lrn:
    """The constants of a local response normalisation, named as TensorFlow names them."""

    depth_radius: int = 2
    bias: float = 2.0
    alpha: float = 1e-4
    beta: float = 0.75


@dataclass(frozen=True)
class Pool:
    """One way of pooling."""

    window: int = 3
    strides: int = 2
    padding: str = "valid"
    kind: str = "max"


@dataclass(frozen=True)
class Layer:
    """What is done with one layer's weights, and with what it gives.

    `order` has the steps after the convolution: r for the activation, n for the normalisation
    (local responses or the batch), p for pooling.
    """

    padding: str = "same"
    strides: int = 1
    activation: str = "ReLU"
    order: str = "r"
    lrn: Lrn = Lrn()
    pool: Pool = Pool()


@dataclass(frozen=True)
class Network:
    """Every layer by name, and how the answers end."""

    layers: Mapping[str, Layer]
    batchnorm: bool = False
    end: str = "softmax"

    def changed(self, *names: str, end: str | None = None, **changes: object) -> Network:
        """The same with changes in these layers."""
        layers = {
            name: replace(layer, **changes) if name in names else layer  # type: ignore[arg-type]
            for name, layer in self.layers.items()
        }
        return replace(self, layers=layers, end=end or self.end)


ALEXNET = Network(
    {
        "conv1": Layer("valid", 4, order="rnp"),
        "conv2": Layer(order="rnp"),
        "conv3": Layer(),
        "conv4": Layer(),
        "conv5": Layer(order="rp"),
        "fc6": Layer(),
        "fc7": Layer(),
    }
)
VARIANT = Network(
    {
        "conv1": Layer("valid", 4, order="rpn"),
        "conv2": Layer(order="rpn"),
        "conv3": Layer("valid", order="rn"),
        "conv4": Layer("valid", order="rn"),
        "conv5": Layer("valid", order="rpn"),
        "fc6": Layer(order="rn"),
        "fc7": Layer(order="rn"),
    },
    batchnorm=True,
)


def scaled(count: int, width: float) -> int:
    """The units of a layer in a net of another width."""
    return max(1, round(count * width))


def sizes(network: Network, input_shape: tuple[int, ...]) -> list[tuple[int, int]]:
    """Rows and columns after each convolution with its pooling; below 1 where nothing is left."""
    sides: tuple[int, ...] = input_shape[:2]
    found = []
    for name, kernel in SIDES.items():
        layer = network.layers[name]
        sides = tuple(_covered(side, kernel, layer.strides, layer.padding) for side in sides)
        if "p" in layer.order:
            pool = layer.pool
            sides = tuple(_covered(s, pool.window, pool.strides, pool.padding) for s in sides)
        found.append((sides[0], sides[1]))
    return found


def shapes(
    input_shape: tuple[int, int, int],
    classes: int,
    width: float = 1.0,
    network: Network = ALEXNET,
) -> dict[str, tuple[int, ...]]:
    """The shape of each array of weights; all units as dense layers."""
    found: dict[str, tuple[int, ...]] = {}
    channels = input_shape[2]
    for name, filters in FILTERS.items():
        side, count = SIDES[name], scaled(filters, width)
        _add(found, name, (side, side, channels, count), network)
        channels = count
    rows, columns = sizes(network, input_shape)[-1]
    inputs = max(0, rows) * max(0, columns) * channels
    for name, units in UNITS.items():
        _add(found, name, (inputs, scaled(units, width)), network)
        inputs = scaled(units, width)
    _add(found, "fc8", (inputs, classes), network)
    return found


MOMENTS = ("gamma", "beta", "mean", "variance")


def _add(found: dict, name: str, kernel: tuple[int, ...], network: Network) -> None:
    found[f"{name}_kernel"] = kernel
    found[f"{name}_bias"] = kernel[-1:]
    if network.batchnorm and name != "fc8":
        found |= {f"{name}_{moment}": kernel[-1:] for moment in MOMENTS}


def forward(x: Array, weights: Weights, network: Network = ALEXNET) -> Array:
    """What `network` answers for images of shape (N, height, width, channels)."""
    for name in LAYERS[:-1]:
        x = after(x, name, weights, network)
    return ended(x, weights, network)


def after(x: Array, name: str, weights: Weights, network: Network) -> Array:
    """What a layer gives, with all that follows up to the next one."""
    layer = network.layers[name]
    kernel, bias = weights[f"{name}_kernel"], weights[f"{name}_bias"]
    if name in FILTERS:
        x = convolved(x, kernel, layer.strides, layer.padding) + bias
    else:
        x = x.reshape(len(x), -1) @ kernel + bias
    for step in layer.order:
        if step == "r":
            x = RECTIFIERS[layer.activation](x)
        elif step == "p":
            x = pooled(x, layer.pool)
        elif network.batchnorm:
            x = _standardised(x, *(weights[f"{name}_{moment}"] for moment in MOMENTS))
        else:
            x = local_response_norm(x, layer.lrn)
    return x


def ended(x: Array, weights: Weights, network: Network) -> Array:
    """The answers, from what the last hidden layer gives."""
    x = x.reshape(len(x), -1)
    return ENDS[network.end](x @ weights["fc8_kernel"] + weights["fc8_bias"])


def convolved(x: Array, kernel: Array, strides: int = 1, padding: str = "same") -> Array:
    """Cross-correlation with zeros around, where there must be something around."""
    if padding == "same":
        x = _padded(x, kernel.shape[0], strides, 0)
    patches = np.lib.stride_tricks.sliding_window_view(x, kernel.shape[:2], axis=(1, 2))
    return np.tensordot(patches[:, ::strides, ::strides], kernel, ((3, 4, 5), (2, 0, 1)))


def pooled(x: Array, pool: Pool = Pool()) -> Array:
    """The greatest, or the mean, of each window; cells around the image do not count."""
    if pool.padding == "same":
        x = _padded(x, pool.window, pool.strides, np.nan)
    sides = (pool.window, pool.window)
    windows = np.lib.stride_tricks.sliding_window_view(x, sides, axis=(1, 2))
    windows = windows[:, :: pool.strides, :: pool.strides]
    if pool.padding == "same":
        return (np.nanmax if pool.kind == "max" else np.nanmean)(windows, axis=(4, 5))
    return (np.max if pool.kind == "max" else np.mean)(windows, axis=(4, 5))


def local_response_norm(x: Array, lrn: Lrn = Lrn()) -> Array:
    """a / (bias + alpha · Σ a²)^beta over neighbouring channels."""
    squares = np.zeros_like(x)
    count = x.shape[-1]
    for step in range(-min(lrn.depth_radius, count - 1), min(lrn.depth_radius, count - 1) + 1):
        low, high = max(0, -step), min(count, count - step)
        squares[..., low:high] += x[..., low + step : high + step] ** 2
    return x / (lrn.bias + lrn.alpha * squares) ** lrn.beta


def _standardised(x: Array, gamma: Array, beta: Array, mean: Array, variance: Array) -> Array:
    return gamma * (x - mean) / np.sqrt(variance + 1e-3) + beta


def _covered(side: int, window: int, strides: int, padding: str) -> int:
    if padding == "same":
        return -(-side // strides)
    return (side - window) // strides + 1 if side >= window else 0


def _padded(x: Array, window: int, strides: int, value: float) -> Array:
    before_after = []
    for side in x.shape[1:3]:
        total = max((-(-side // strides) - 1) * strides + window - side, 0)
        before_after.append((total // 2, total - total // 2))
    return np.pad(x, ((0, 0), *before_after, (0, 0)), constant_values=value)
