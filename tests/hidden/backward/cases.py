"""Layers and batches that tell right backward passes from wrong ones.

Heights, widths, windows and strides differ in both directions. Derivatives are drawn, too, of both
signs: with ones all over, many wrong answers are right.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import reference

from autograder.suite import Mismatch, expect

Rng = np.random.Generator
Shape = tuple[int, ...]
Layer = tuple[Shape, dict[str, Any]]
"""The shape of the images, and the other arguments of pooling."""


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


def pooling_call(rng: Rng, layer: Layer) -> tuple[tuple[np.ndarray, ...], dict[str, Any]]:
    """dy and x of a layer, and its other arguments."""
    shape, options = layer
    x = apart(rng, shape)
    how = {"pool_size": 2, "strides": None, "padding": "valid"} | options
    wanted = reference.output_shape(x, how["pool_size"], how["strides"], how["padding"], shape[3])
    return (slopes(rng, wanted), x), options


CONVOLUTIONS: list[tuple[Shape, Shape, dict[str, Any]]] = [
    ((2, 4, 5, 2), (2, 3, 2, 3), {}),
    ((1, 5, 4, 3), (3, 2, 3, 2), {}),
]
STRIDED: list[tuple[Shape, Shape, dict[str, Any]]] = [
    ((2, 5, 7, 1), (3, 2, 1, 2), {"strides": 2}),
    ((1, 6, 5, 2), (2, 2, 2, 1), {"strides": (1, 2)}),
]
PADDED: list[tuple[Shape, Shape, dict[str, Any]]] = [
    ((2, 3, 4, 2), (3, 2, 2, 1), {"padding": "same"}),
    ((1, 5, 4, 1), (2, 3, 1, 2), {"strides": 2, "padding": "same"}),
    ((1, 6, 5, 1), (4, 1, 1, 2), {"strides": (3, 2), "padding": "same"}),
]


def convolution_call(
    rng: Rng, layer: tuple[Shape, Shape, dict[str, Any]]
) -> tuple[tuple[np.ndarray, ...], dict[str, Any]]:
    """dy, x and kernel of a layer, and its other arguments."""
    shape, of_kernel, options = layer
    x, kernel = slopes(rng, shape), slopes(rng, of_kernel)
    how = {"strides": 1, "padding": "valid"} | options
    wanted = reference.output_shape(x, of_kernel[:2], how["strides"], how["padding"], of_kernel[3])
    return (slopes(rng, wanted), x, kernel), options


def members(got: Any, *names: str) -> dict[str, Any]:
    """The members of a returned tuple or list by their names.

    Raises:
        Mismatch: it has not as many members.
    """
    if not isinstance(got, tuple | list) or len(got) != len(names):
        raise Mismatch(f"did not return ({', '.join(names)}).", expect.shown(got))
    return dict(zip(names, got, strict=True))


def several(returned: Any) -> tuple[Any, ...]:
    """One array or several, as a tuple of arrays."""
    return tuple(returned) if isinstance(returned, tuple | list) else (returned,)


def same_numbers(function: Any, given: Sequence[np.ndarray], which: int, **options: Any) -> None:
    """float32 gives the numbers of float64 again; the first answer is float32 if `which` is."""
    wanted = several(function(*given, **options))
    narrow = [each.astype(np.float32) for each in given]
    for number, (got, want) in enumerate(
        zip(several(function(*narrow, **options)), wanted, strict=False)
    ):
        dtype = narrow[which].dtype if number == 0 else "floating"
        expect.close(got, expect.array(want), like=narrow, dtype=dtype)


def watched(function: Any, given: Sequence[np.ndarray], **options: Any) -> None:
    """No argument is changed, and no answer shares memory with one (a claim)."""
    seen = function.watched(*given, **options)
    unchanged = len(seen.arguments) == len(given) and all(
        isinstance(new, np.ndarray)
        and (new.dtype, new.shape) == (old.dtype, old.shape)
        and new.tobytes() == old.tobytes()
        for old, new in zip(given, seen.arguments, strict=True)
    )
    expect.that(unchanged, "changed one of its arguments")
    expect.that(not seen.shares_memory, "returned memory of one of its arguments, not a new array")
