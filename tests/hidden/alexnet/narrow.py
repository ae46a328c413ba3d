"""The narrow net of the suite's own that `train_alexnet` trains, and what its weights compute.

AlexNet in small: three convolutions, two of them pooled by windows that overlap, dropout.
`tests/evidence/alexnet.py` trains the same net.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image

from autograder.suite import Mismatch, networks
from autograder.suite.training import GradingData

Array = np.ndarray
CONVOLUTIONS = ((16, 5), (32, 3), (32, 3))
POOLED = 2
"""How many of them are pooled, the first ones."""
UNITS = 64
BRIGHTNESS = 0.4
"""What the first layer's biases take for the middle of the images."""


def layers(classes: int, seed: int, dropout: float = 0.25) -> list[tuple[str, dict[str, Any]]]:
    """The net as `student.make_model` takes it.

    What it drops comes from its own seed: a layer draws that when it is made, and not when a
    student's training begins.
    """
    made: list[tuple[str, dict[str, Any]]] = []
    for layer, (filters, side) in enumerate(CONVOLUTIONS):
        settings = {"filters": filters, "kernel_size": side, "padding": "same"}
        made.append(("Conv2D", {**settings, "activation": "relu"}))
        if layer < POOLED:
            made.append(("MaxPooling2D", {"pool_size": 3, "strides": 2}))
    return [
        *made,
        ("Flatten", {}),
        ("Dense", {"units": UNITS, "activation": "relu"}),
        ("Dropout", {"rate": dropout, "seed": seed}),
        ("Dense", {"units": classes, "activation": "softmax"}),
    ]


def shapes(input_shape: Sequence[int], classes: int) -> list[tuple[int, ...]]:
    """The shapes of its weights, in order."""
    rows, columns, inputs = input_shape
    found: list[tuple[int, ...]] = []
    for layer, (filters, side) in enumerate(CONVOLUTIONS):
        found += [(side, side, inputs, filters), (filters,)]
        inputs = filters
        if layer < POOLED:
            rows, columns = (rows - 3) // 2 + 1, (columns - 3) // 2 + 1
    found += [(rows * columns * inputs, UNITS), (UNITS,)]
    return [*found, (UNITS, classes), (classes,)]


def start(rng: np.random.Generator, input_shape: Sequence[int], classes: int) -> list[Array]:
    """Weights as He and others draw them for ReLU; the first biases allow for the brightness."""
    drawn = []
    for shape in shapes(input_shape, classes):
        if len(shape) == 1:
            drawn.append(np.zeros(shape, np.float32))
            continue
        limit = np.sqrt(6 / np.prod(shape[:-1]))
        drawn.append(rng.uniform(-limit, limit, size=shape).astype(np.float32))
    drawn[1] = (-BRIGHTNESS * drawn[0].sum(axis=(0, 1, 2))).astype(np.float32)
    return drawn


def predicted(x: Array, weights: Sequence[Array]) -> Array:
    """The class of each image."""
    return np.concatenate(
        [_logits(x[i : i + 64], weights).argmax(axis=1) for i in range(0, len(x), 64)]
    )


def probabilities(x: Array, weights: Sequence[Array]) -> Array:
    """What the net holds each class for, of each image: shape (N, classes)."""
    raised = _logits(x, weights).astype(np.float64)
    raised = np.exp(raised - raised.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def _logits(x: Array, weights: Sequence[Array]) -> Array:
    for layer in range(len(CONVOLUTIONS)):
        kernel, bias = weights[2 * layer : 2 * layer + 2]
        x = np.maximum(networks.convolved(x, kernel, padding="same") + bias, 0)
        if layer < POOLED:
            x = networks.pooled(x, networks.Pool(3, 2))
    kernel, bias, last, last_bias = weights[-4:]
    return np.maximum(x.reshape(len(x), -1) @ kernel + bias, 0) @ last + last_bias


def require(weights: Sequence[Array], input_shape: Sequence[int], classes: int) -> None:
    """Require that these are weights of the net, and numbers.

    Raises:
        Mismatch: they are not.
    """
    if [weight.shape for weight in weights] != shapes(input_shape, classes):
        raise Mismatch("left a model that has other weights than the one it was given.")
    if not all(np.isfinite(weight).all() for weight in weights):
        raise Mismatch("left weights that are not finite numbers: the training has diverged.")


def reduced(images: Array, side: int) -> Array:
    """Images of a smaller side: float32 (N, side, side, 3) from 0 to 1."""
    small = [Image.fromarray(each).resize((side, side), Image.Resampling.BOX) for each in images]
    return np.stack([np.asarray(each) for each in small]).astype(np.float32) / 255


_SMALL: dict[tuple[str, int], tuple[Array, Array]] = {}


def small(dataset: GradingData, side: int) -> tuple[Array, Array]:
    """A dataset's images to train with and to judge by, reduced once for all submissions."""
    key = dataset.name, side
    if key not in _SMALL:
        images = dataset.train[0], dataset.held_out[0]
        _SMALL[key] = reduced(images[0], side), reduced(images[1], side)
    return _SMALL[key]


def cut(x: Array, size: int, rng: np.random.Generator) -> Array:
    """A square of each image, somewhere in it."""
    places = rng.integers(0, np.array(x.shape[1:3]) - size + 1, size=(len(x), 2))
    return np.stack(
        [
            image[top : top + size, left : left + size]
            for image, (top, left) in zip(x, places, strict=True)
        ]
    )
