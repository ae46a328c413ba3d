"""Batches that tell right normalisations from wrong ones, and what came back, as arrays.

Batch, height, width and channels all differ, and each channel has its own mean and spread. Batches
are small: then dividing by n and by n - 1 differ by much.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograder.suite import Mismatch, expect

Rng = np.random.Generator
Shape = tuple[int, ...]
IMAGES: tuple[Shape, ...] = ((2, 3, 1, 4), (3, 2, 4, 5), (1, 4, 3, 2), (4, 1, 2, 3))
OTHER_RANKS: tuple[Shape, ...] = ((5, 3), (2, 4, 3), (2, 3, 2, 2, 3))
"""Dense layers, sequences and volumes."""
LARGE = 2.0**27
"""A mean of which the square leaves no digit to a variance of 1 in float64."""


def batch(rng: Rng, shape: Shape, spread: float = 1.0) -> np.ndarray:
    """Float64 of both signs, with a mean and a spread of its own for each channel."""
    means = rng.uniform(-4, 4, shape[-1])
    spreads = spread * rng.uniform(0.5, 3, shape[-1])
    return means + spreads * rng.normal(size=shape)


def quarters(rng: Rng, shape: Shape) -> np.ndarray:
    """Multiples of 1/4 from -8 to 8, which stay exact in float16 and beside large means."""
    return rng.integers(-32, 33, size=shape) / 4


def factors(rng: Rng, channels: int) -> np.ndarray:
    """Both signs, none near 0 or 1."""
    return rng.uniform(1.5, 3, channels) * rng.choice((-1, 1), channels)


def variances(rng: Rng, channels: int) -> np.ndarray:
    """Positive, none near 1."""
    return rng.choice((0.3, 3.0), channels) * rng.uniform(0.7, 1.3, channels)


def arguments(rng: Rng, channels: int) -> tuple[np.ndarray, ...]:
    """gamma, beta, moving mean and moving variance."""
    return (
        factors(rng, channels),
        rng.uniform(2, 5, channels),
        rng.uniform(-6, 6, channels),
        variances(rng, channels),
    )


def published() -> np.ndarray:
    """The batch of the notebook."""
    return np.array([[1.0, 0.0], [3.0, 0.0], [5.0, 8.0], [7.0, 0.0]]).reshape(2, 1, 2, 2)


def members(got: Any, *names: str) -> dict[str, Any]:
    """The members of a returned tuple or list by their names.

    Raises:
        Mismatch: it has not as many members.
    """
    if not isinstance(got, tuple | list) or len(got) != len(names):
        raise Mismatch(f"did not return ({', '.join(names)}).", expect.shown(got))
    return dict(zip(names, got, strict=True))


def unchanged(given: Sequence[np.ndarray], after: Sequence[Any]) -> bool:
    """Whether arguments that were watched are what they were, to the bit."""
    return len(after) == len(given) and all(
        isinstance(new, np.ndarray)
        and (new.dtype, new.shape) == (old.dtype, old.shape)
        and new.tobytes() == old.tobytes()
        for old, new in zip(given, after, strict=True)
    )
