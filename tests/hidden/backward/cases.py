"""Layers and batches that tell right backward passes from wrong ones.

Heights, widths, windows and strides differ in both directions. Derivatives are drawn, too, of both
signs: with ones all over, many wrong answers are right.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import reference

from autograder.sandbox import Call

Rng = np.random.Generator
Shape = tuple[int, ...]
Layer = tuple[Shape, dict[str, Any]]
"""The shape of the images, and the other arguments of pooling."""
Convolution = tuple[Shape, Shape, dict[str, Any]]
"""The shapes of the images and the kernel, and the other arguments."""


def apart(rng: Rng, shape: Shape) -> np.ndarray:
    """Float64 of both signs of which no two are nearer than a tenth."""
    count = int(np.prod(shape))
    return (rng.permutation(count).reshape(shape) - count / 2 + 0.3) / 10


def slopes(rng: Rng, shape: Shape) -> np.ndarray:
    """Derivatives of both signs, none near 0."""
    return rng.uniform(0.5, 3, shape) * rng.choice((-1, 1), shape)


SIDE_BY_SIDE: list[Layer] = [((2, 4, 6, 2), {}), ((1, 6, 3, 3), {"pool_size": 3})]
OVERLAPPING: list[Layer] = [
    ((2, 4, 5, 2), {"pool_size": 2, "strides": 1}),
    ((1, 5, 7, 2), {"pool_size": 3, "strides": 2}),
]
APART: list[Layer] = [((2, 5, 8, 2), {"pool_size": 2, "strides": 3})]
RECTANGULAR: list[Layer] = [
    ((2, 4, 6, 2), {"pool_size": (2, 3)}),
    ((1, 6, 5, 2), {"pool_size": (3, 1), "strides": (1, 2)}),
]
LEFT_OVER: list[Layer] = [((2, 5, 7, 2), {"pool_size": (2, 3), "strides": (2, 3)})]
SAME: list[Layer] = [
    ((2, 3, 5, 2), {"pool_size": 2, "strides": 2, "padding": "same"}),
    ((1, 4, 6, 2), {"pool_size": 3, "strides": 1, "padding": "same"}),
    ((1, 6, 5, 1), {"pool_size": (4, 2), "strides": (3, 1), "padding": "same"}),
]


def pooling_call(rng: Rng, layer: Layer) -> Call:
    """dy and x of a layer, and its other arguments."""
    shape, options = layer
    x = apart(rng, shape)
    how = {"pool_size": 2, "strides": None, "padding": "valid"} | options
    wanted = reference.output_shape(x, how["pool_size"], how["strides"], how["padding"], shape[3])
    return (slopes(rng, wanted), x), options


def pooling_calls(rng: Rng, layers: Iterable[Layer]) -> list[Call]:
    return [pooling_call(rng, layer) for layer in layers]


CONVOLUTIONS: list[Convolution] = [
    ((2, 4, 5, 2), (2, 3, 2, 3), {}),
    ((1, 5, 4, 3), (3, 2, 3, 2), {}),
]
STRIDED: list[Convolution] = [
    ((2, 5, 7, 1), (3, 2, 1, 2), {"strides": 2}),
    ((1, 6, 5, 2), (2, 2, 2, 1), {"strides": (1, 2)}),
]
PADDED: list[Convolution] = [
    ((2, 3, 4, 2), (3, 2, 2, 1), {"padding": "same"}),
    ((1, 5, 4, 1), (2, 3, 1, 2), {"strides": 2, "padding": "same"}),
    ((1, 6, 5, 1), (4, 1, 1, 2), {"strides": (3, 2), "padding": "same"}),
]


def convolution_call(rng: Rng, layer: Convolution) -> Call:
    """dy, x and kernel of a layer, and its other arguments."""
    shape, of_kernel, options = layer
    x, kernel = slopes(rng, shape), slopes(rng, of_kernel)
    how = {"strides": 1, "padding": "valid"} | options
    wanted = reference.output_shape(x, of_kernel[:2], how["strides"], how["padding"], of_kernel[3])
    return (slopes(rng, wanted), x, kernel), options


def convolution_calls(rng: Rng, layers: Iterable[Convolution]) -> list[Call]:
    return [convolution_call(rng, layer) for layer in layers]
