"""Calls that vary everything at once: shapes, dtypes, numbers, constants and sizes.

The other tests hold still what they are not about, and so they see few sizes and few numbers. These
calls find functions that are right there and wrong elsewhere. None is about the margins of a
contract: no NaN, no empty batch. Calls that have to be refused come from functions of their own.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Rng = np.random.Generator
ARRAYS = 150
"""Calls with arrays in one test; each takes some tenths of a millisecond."""
PLAIN_CALLS = 200
"""The same where a call costs less than a tenth of a millisecond."""
BY_CHANCE = 50
"""Calls with a generator or a function, which cross the boundary one by one."""
DROPOUTS = 120
COLOURS = 100
PHOTOGRAPHS = 100
TABLES = 60
REFUSED = 20
"""Calls in one test that have to be refused."""
DTYPES = (
    "float64", "float32", "float64", "float32", "int64", "int32", "int16", "int8", "uint8", "uint16"
)  # fmt: skip
RATES = (0.5, 0.5, 0.2, 0.75, 0.1, 0.9, 0.0, 1.0, 0, 1)
SIGMAS = (0.0, 0.1, 1e-3, 0.02, 0.5, 1.0, 2.0, 4.0)


def dtype_of(rng: Rng, *others: str) -> str:
    """One of the usual dtypes, or of these."""
    return str(rng.choice([*DTYPES, *others]))


def numbers(rng: Rng, shape: tuple[int, ...], dtype: str) -> np.ndarray:
    """Whole numbers, quarters or fractions up to 1000 in size, of both signs or of one."""
    most = int(rng.choice([9, 100, 400, 1000]))
    signs = (
        [(0, most)] if dtype[0] == "u" else [(-most, most), (-most, most), (-most, -1), (0, most)]
    )
    low, high = signs[int(rng.integers(len(signs)))]
    if np.dtype(dtype).kind == "f":
        parts = int(rng.choice([1, 4, 40]))
        drawn = rng.integers(parts * low, parts * high, shape, endpoint=True)
        return np.asarray(drawn / parts).astype(dtype)
    bounds = np.iinfo(dtype)
    low, high = max(low, bounds.min), min(high, bounds.max)
    return np.asarray(rng.integers(low, high, shape, endpoint=True)).astype(dtype)


def shape_of(rng: Rng, *most: int) -> tuple[int, ...]:
    """A shape of which each side has at most this length."""
    return tuple(int(rng.integers(1, each, endpoint=True)) for each in most)


def arrays(rng: Rng, count: int = PLAIN_CALLS) -> list[np.ndarray]:
    """Arrays of up to five axes."""
    shapes = [shape_of(rng, *[6] * int(rng.integers(0, 6))) for _ in range(count)]
    return [np.asarray(numbers(rng, shape, dtype_of(rng, "float16", "uint32"))) for shape in shapes]


def rates(rng: Rng) -> list[tuple[np.ndarray, float, bool]]:
    """Arrays, rates, and whether it is training."""
    calls = []
    for _ in range(DROPOUTS):
        sides = [90, 90] if rng.random() < 0.15 else [7] * int(rng.integers(1, 5))
        x = numbers(rng, shape_of(rng, *sides), dtype_of(rng))
        rate = RATES[int(rng.integers(len(RATES)))]
        calls.append((x, rate, bool(rng.random() < 0.75)))
    return calls


def stacks(rng: Rng) -> list[np.ndarray]:
    """Maps that are given with constants that have to be refused."""
    return [numbers(rng, shape_of(rng, 4, 6, 6, 14), dtype_of(rng)) for _ in range(REFUSED)]


def maps(rng: Rng) -> list[tuple[np.ndarray, dict[str, Any]]]:
    """Maps and the constants of their normalisation, of which some are left out."""
    options = {
        "depth_radius": (0, 1, 2, 3, 4, 5, 6, 20),
        "bias": (0.01, 0.5, 1, 2.5, 30.0),
        "alpha": (0, 1e-5, 1e-3, 0.02, 1),
        "beta": (0, 0.5, 1, 1.25, 2),
    }
    calls = []
    for _ in range(ARRAYS):
        chosen = {
            name: values[int(rng.integers(len(values)))]
            for name, values in options.items()
            if rng.random() < 0.75
        }
        calls.append((numbers(rng, shape_of(rng, 4, 6, 6, 14), dtype_of(rng)), chosen))
    return calls


def images(rng: Rng, channels: int | None = None) -> np.ndarray:
    """Up to four images of up to 12 by 12 pixels."""
    shape = shape_of(rng, 4, 12, 12, 5)
    return numbers(rng, (*shape[:3], channels or shape[3]), dtype_of(rng))


def side(rng: Rng, shape: tuple[int, ...]) -> int:
    """A side of squares that fit into images of this height and width."""
    return int(rng.integers(1, min(shape), endpoint=True))


def crops(rng: Rng) -> list[tuple[np.ndarray, int]]:
    """Images, and the side of squares in them."""
    chosen = [images(rng) for _ in range(ARRAYS)]
    return [(x, side(rng, x.shape[1:3])) for x in chosen]


def too_large(rng: Rng) -> list[tuple[np.ndarray, int]]:
    """Images, and sides of squares that do not fit into them."""
    calls = []
    for _ in range(REFUSED):
        x = images(rng)
        beyond = min(x.shape[1:3]) + int(rng.integers(1, 4))
        calls.append((x, int(rng.choice([0, -1, beyond, beyond]))))
    return calls


def of_another_rank(rng: Rng, x: np.ndarray) -> np.ndarray:
    """A part of an array that lacks one or two axes, or the array with an axis too many."""
    return (x[0], x[0, 0], x[np.newaxis])[int(rng.integers(3))]


def not_images(rng: Rng) -> list[np.ndarray]:
    """Arrays that have another number of axes than images."""
    return [of_another_rank(rng, images(rng)) for _ in range(REFUSED)]


def numbered(rng: Rng) -> np.ndarray:
    """Images in each of which the pixels count on from a number that the dtype holds."""
    count = int(rng.choice([1, 2, 3, 4, 60, 600], p=[0.22, 0.22, 0.22, 0.22, 0.08, 0.04]))
    height, width, channels = shape_of(rng, 12, 12, 5) if count < 60 else shape_of(rng, 7, 7, 2)
    dtype = dtype_of(rng, "float16")
    channels = min(channels, 256 // (height * width)) if dtype.endswith("int8") else channels
    size = height * width * channels
    bounds = (-1000, 1000) if dtype[0] == "f" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    low, high = max(bounds[0], -1000), min(bounds[1], 1000 + size)
    starts = rng.integers(low, max(low, high - size), (count, 1), endpoint=True)
    return (starts + np.arange(size)).reshape(count, height, width, channels).astype(dtype)


def colours(rng: Rng) -> list[tuple[np.ndarray, np.ndarray, tuple[float, ...]]]:
    """Images, eigenvalues, and the deviation of the numbers that are drawn, or none."""
    calls = []
    for number in range(COLOURS):
        x = images(rng, 3)
        if number % 4 == 0:
            count = int(rng.choice([1, 60, 500]))
            x = numbers(rng, (count, *shape_of(rng, 2, 2), 3), dtype_of(rng))
        values = rng.integers(0, rng.choice([5, 40, 400]), 3, endpoint=True) / 4
        sigma = () if rng.random() < 0.25 else (float(rng.choice(SIGMAS)),)
        calls.append((x, values.astype(rng.choice(["float64", "float32"])), sigma))
    return calls


def tables(rng: Rng) -> list[dict[str, int]]:
    """Arguments of `alexnet_table`, of which some are left out; the least ones come first."""
    least: list[dict[str, int]] = [{"input_size": 67}, {"num_classes": 1}, {"groups": 32}]
    return least + [table(rng) for _ in range(TABLES)]


def table(rng: Rng) -> dict[str, int]:
    """Arguments of `alexnet_table`, of which some are left out."""
    every = {
        "input_size": int(rng.integers(67, rng.choice([130, 600]))),
        "num_classes": int(rng.integers(1, rng.choice([30, 3000]), endpoint=True)),
        "groups": int(rng.choice([1, 2, 4, 8, 16, 32])),
    }
    return {name: each for name, each in every.items() if rng.random() < 0.7}


def guesses(rng: Rng) -> list[tuple[np.ndarray, np.ndarray, int]]:
    """Probabilities of which many are alike, labels, and numbers of guesses."""
    calls = []
    for _ in range(PLAIN_CALLS):
        count, classes = shape_of(rng, int(rng.choice([9, 80])), 24)
        weights = 1 + rng.integers(0, rng.choice([1, 3, 1000]), (count, classes), endpoint=True)
        probabilities = weights / weights.sum(axis=1, keepdims=True)
        labels = rng.integers(classes, size=count).astype(rng.choice(["int64", "int32", "uint8"]))
        k = int(rng.integers(1, classes, endpoint=True))
        calls.append((probabilities.astype(rng.choice(["float64", "float32"])), labels, k))
    return calls
