"""Layers that vary everything at once: sizes, windows, strides, padding, channels, dtypes, numbers.

The other tests hold still what they are not about, and so they see few sizes and few numbers. These
layers find functions that are right there and wrong elsewhere. All are within the contract, and
none is about its margins: no empty batch, nothing to refuse.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import reference

from autograder.sandbox import Call

Rng = np.random.Generator
LAYERS = 160
"""Layers in one test; each takes some tenths of a millisecond."""
WIDE = ("float64", "float32")
POOLED = (*WIDE, *WIDE, "float16")
"""Sums of many products have too few digits in float16."""


def pooling(rng: Rng, *, larger: bool = True) -> list[Call]:
    """Calls of a backward pass of pooling; in some windows the greatest number comes twice.

    Under "same", windows may be `larger` than images.
    """
    calls = []
    for _ in range(LAYERS):
        window, padding = one_or_two(rng), str(rng.choice(["valid", "same"]))
        strides = None if rng.random() < 0.4 else one_or_two(rng)
        least = (1, 1) if larger and padding == "same" else reference.pair(window)
        x = images(rng, least, POOLED)
        shape = reference.output_shape(x, window, strides, padding, x.shape[3])
        options = {"pool_size": window, "strides": strides, "padding": padding}
        calls.append(((numbers(rng, shape), x), options))
    return calls


def convolutions(rng: Rng) -> list[Call]:
    """Calls of a backward pass of a convolution."""
    calls = []
    for _ in range(LAYERS):
        height, width, filters = map(int, rng.integers(1, 6, 3))
        padding, strides = str(rng.choice(["valid", "same"])), one_or_two(rng)
        x = images(rng, (height, width) if padding == "valid" else (1, 1))
        kernel = numbers(rng, (height, width, x.shape[3], filters))
        shape = reference.output_shape(x, (height, width), strides, padding, filters)
        options = {"strides": strides, "padding": padding}
        calls.append(((numbers(rng, shape), x, kernel), options))
    return calls


def one_or_two(rng: Rng) -> int | tuple[int, int]:
    """A window or a stride: a number, or more often a pair."""
    height, width = map(int, rng.integers(1, 6, 2))
    return height if rng.random() < 0.4 else (height, width)


def images(rng: Rng, least: tuple[int, int], dtypes: Sequence[str] = WIDE) -> np.ndarray:
    """Up to four images of up to four channels, with room for a window."""
    height, width = (side + int(rng.integers(0, 9)) for side in least)
    return numbers(rng, (int(rng.integers(1, 5)), height, width, int(rng.integers(1, 5))), dtypes)


def numbers(rng: Rng, shape: tuple[int, ...], dtypes: Sequence[str] = WIDE) -> np.ndarray:
    """Quarters of both signs or of one; their sums and products are exact."""
    low, high = ((-80, 80), (-80, -1), (1, 80), (-20, 20))[int(rng.integers(4))]
    quarters = rng.integers(low, high, shape, endpoint=True) / 4
    return quarters.astype(str(rng.choice(dtypes)))


def first_greatest(x: np.ndarray) -> np.ndarray:
    """Images of quarters in which of equal numbers the first one is greater by some steps."""
    later = np.arange(x.shape[1] * x.shape[2]).reshape(1, *x.shape[1:3], 1)
    return x.astype(np.float64) - later * (0.2 / later.size)
