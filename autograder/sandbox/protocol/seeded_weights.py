"""Weights drawn from a seed: both sides draw the same, so that none have to cross the boundary.

This module knows NumPy only. It draws one array at a time, in float32: a model may have millions of
weights.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

HE = math.sqrt(2)  # keeps the outputs of a ReLU at the scale of its inputs
LEAST = 0.1  # of a vector's entries


def weights(
    shapes: Iterable[Sequence[int]], seed: int, scale: float = HE
) -> Iterator[NDArray[np.float32]]:
    """Weights of these shapes, in order, from `numpy.random.default_rng(seed)`.

    A kernel has two dimensions or more. It is normal with the standard deviation
    `scale / sqrt(fan_in)`, where fan_in is the product of all its sizes but the last. A vector
    (biases, or the parameters of batch normalisation) is uniform between 0.1 and 1, because a
    variance must not be negative.
    """
    rng = np.random.default_rng(seed)
    for shape in shapes:
        if len(shape) < 2:
            drawn = rng.random(tuple(shape), dtype=np.float32)
            drawn = np.float32(LEAST) + np.float32(1 - LEAST) * drawn
        else:
            drawn = rng.standard_normal(tuple(shape), dtype=np.float32)
            drawn *= np.float32(scale / math.sqrt(max(1, math.prod(shape[:-1]))))
        yield np.asarray(drawn)
