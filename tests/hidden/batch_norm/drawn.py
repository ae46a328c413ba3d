"""Batches that vary everything at once: axes, sizes, dtypes, means, spreads and options.

The other tests hold still what they are not about, and so they see few sizes and few numbers. These
calls find functions that are right there and wrong elsewhere. All are within the contract, and none
is about its margins: no NaN, no empty batch, nothing to refuse, no sum that float16 cannot hold.
"""

from __future__ import annotations

import numpy as np

from autograder.sandbox import Call

Rng = np.random.Generator
Shape = tuple[int, ...]
CALLS = 300
"""Calls in one test; each takes about a tenth of a millisecond."""
GRADIENTS = 120
"""Calls whose gradients are computed numerically, which takes longer."""
FLOATS = ("float64", "float32", "float16")
WHOLE = ("uint8", "int8", "int16", "int32", "int64")
MOST = {2: 40, 3: 9, 4: 7, 5: 4}
"""The longest axis in front of the channels, by the number of axes."""
EPSILONS = (1e-5, 1e-3, 1e-2, 0.1, 0.5, 1.0, 4.0)
MOMENTA = (0.0, 0.125, 0.25, 0.5, 0.9, 0.99, 0.999, 1.0)


def statistics(rng: Rng) -> list[Call]:
    """Calls of `batch_statistics`."""
    return [((batch(rng, shape(rng)),), {}) for _ in range(CALLS)]


def normalising(rng: Rng) -> list[Call]:
    """Calls of `batch_norm`, half of them in training."""
    calls = []
    for _ in range(CALLS):
        x = batch(rng, shape(rng))
        given = vectors(rng, x.shape[-1], (-12, 12), (-20, 20), (-200, 200), (1, 80))
        options = {"training": bool(rng.integers(2)), "epsilon": float(rng.choice(EPSILONS))}
        calls.append(((x, *given), options))
    return calls


def moving(rng: Rng) -> list[Call]:
    """Calls of `update_moving`."""
    calls = []
    for _ in range(CALLS):
        x = batch(rng, shape(rng))
        olds = vectors(rng, x.shape[-1], (-400, 400), (0, 800))
        calls.append(((*olds, x), {"momentum": float(rng.choice(MOMENTA))}))
    return calls


def gradients(rng: Rng) -> list[Call]:
    """Calls of `batch_norm_backward`; `dy` may have another dtype than `x`."""
    calls = []
    for _ in range(GRADIENTS):
        x = batch(rng, shape(rng), FLOATS)
        dy = (rng.integers(-40, 41, x.shape) / 4 + rng.integers(0, 4)).astype(rng.choice(FLOATS))
        (gamma,) = vectors(rng, x.shape[-1], (-12, 12))
        calls.append(((dy, x, gamma), {"epsilon": float(rng.choice(EPSILONS))}))
    return calls


def shape(rng: Rng) -> Shape:
    """Two to five axes; most often those of images."""
    axes = int(rng.choice([2, 3, 4, 4, 5]))
    return (*map(int, rng.integers(1, MOST[axes] + 1, axes - 1)), int(rng.integers(1, 7)))


def batch(
    rng: Rng, shape: Shape, dtypes: tuple[str, ...] = (*FLOATS, *FLOATS, *WHOLE)
) -> np.ndarray:
    """Numbers around a mean for each channel that the dtype holds exactly."""
    dtype = np.dtype(rng.choice(dtypes))
    if dtype.kind != "f":
        most = int(rng.choice([9, 1000]))
        bounds = np.iinfo(dtype)
        low, high = max(-most, bounds.min), min(most, bounds.max)
        return rng.integers(low, high, shape, endpoint=True).astype(dtype)
    x = rng.integers(-400, 401, shape) + rng.integers(-400, 401, shape[-1:])
    return (x / rng.choice([1, 4, 32, 512])).astype(dtype)


def vectors(rng: Rng, channels: int, *bounds: tuple[int, int]) -> list[np.ndarray]:
    """A vector of quarters for each pair of bounds, all of one dtype."""
    dtype = np.dtype(rng.choice(FLOATS[:2]))
    return [
        rng.integers(low, high + 1, channels).astype(dtype) / dtype.type(4) for low, high in bounds
    ]
