"""Values that tell right array functions of AlexNet from wrong, and what came back, as arrays.

Heights, widths, channels and batches all differ; values are drawn apart from shapes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograder.suite import Mismatch, expect

Rng = np.random.Generator
ROWS = (
    "conv1", "pool1", "conv2", "pool2", "conv3", "conv4", "conv5", "pool5", "fc6", "fc7", "fc8",
)  # fmt: skip
FIELDS = ("name", "shape", "parameters", "multiply_accumulates")


# -- values --------------------------------------------------------------------------------


def seed(rng: Rng) -> int:
    """For `student.generator`."""
    return int(rng.integers(2**31))


def mixed(rng: Rng, shape: tuple[int, ...], scale: float = 1.0) -> np.ndarray:
    """Both signs, float32, none near 0."""
    return (scale * rng.uniform(0.2, 2, shape) * rng.choice((-1, 1), shape)).astype(np.float32)


def wide(rng: Rng, shape: tuple[int, ...], scale: float = 1.0) -> np.ndarray:
    """The same in float64."""
    return mixed(rng, shape, scale).astype(np.float64)


def in_bytes(rng: Rng, shape: tuple[int, ...]) -> np.ndarray:
    """Colours from 0 to 255."""
    return rng.integers(0, 256, size=shape).astype(np.uint8)


def numbered(shape: tuple[int, ...], dtype: Any = np.float64) -> np.ndarray:
    """Images of which no two pixels are alike: each value is its own index."""
    return np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)


# -- what came back ------------------------------------------------------------------------


def array_of(got: Any, shape: tuple[int, ...]) -> np.ndarray:
    """The answer as an array of real numbers of this shape.

    Raises:
        Mismatch: it is none.
    """
    if not isinstance(got, np.ndarray) or got.dtype.kind not in "biuf":
        raise Mismatch("did not return an array of numbers.", expect.shown(got))
    if got.shape != shape:
        raise Mismatch(
            f"returned an array of shape {got.shape}, which is not the shape that the contract "
            "gives for these arguments.",
            f"expected shape {shape}, got {got.shape}",
        )
    return got


def rows_of(got: Any) -> dict[str, dict[str, Any]]:
    """The rows of a table of layers by their names, in whatever type of sequence they came.

    Raises:
        Mismatch: they are no rows, or not the eleven of AlexNet in their order.
    """
    if not isinstance(got, list | tuple) or not all(isinstance(row, dict) for row in got):
        raise Mismatch("did not return a list of dicts.", expect.shown(got))
    for row in got:
        missing = [field for field in FIELDS if field not in row]
        if missing:
            raise Mismatch(f"returned a row without {missing[0]!r}.", expect.shown(list(row)))
    names = [row["name"] for row in got]
    expect.that(
        names == list(ROWS),
        f"returned rows that are not those of {', '.join(ROWS)}, in this order.",
        detail=names,
    )
    return {row["name"]: row for row in got}


def pair_of(got: Any, what: str) -> tuple[Any, Any]:
    """Two things out of a tuple or list.

    Raises:
        Mismatch: they are not two.
    """
    if not isinstance(got, tuple | list) or len(got) != 2:
        raise Mismatch(f"did not return a pair {what}.", expect.shown(got))
    return got[0], got[1]


def is_whole(value: Any) -> bool:
    """Whether a number is of a type for counting."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def unchanged(given: Sequence[np.ndarray], after: Sequence[Any]) -> bool:
    """Whether arguments that were watched are what they were, to the bit."""
    return len(after) >= len(given) and all(
        isinstance(new, np.ndarray)
        and (new.dtype, new.shape) == (old.dtype, old.shape)
        and new.tobytes() == old.tobytes()
        for old, new in zip(given, after, strict=False)
    )
