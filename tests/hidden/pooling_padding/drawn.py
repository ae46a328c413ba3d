"""Calls that vary everything at once: sizes, windows, strides, paddings, channels, dtypes, numbers.

The other tests hold still what they are not about, and so they see few sizes and few numbers. These
calls find functions that are right there and wrong elsewhere. All are within the contract, and none
is about its margins: no NaN, no empty batch, nothing to refuse.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Rng = np.random.Generator
IMAGES = 180
"""Calls with images in one test; each takes some tenths of a millisecond.

A function that is wrong on one in fifty of such calls gets through with 2.6 % probability, one that
is wrong on one in twenty with 0.01 %.
"""
SIZES = 500
"""Calls with a few numbers in one test; each takes some hundredths of a millisecond."""
SPELLED = 40
"""Calls that are made twice, with two spellings of the padding."""
DTYPES = ("float64", "float32", "int64", "int32", "uint8", "int8")


def sizes(rng: Rng, count: int = SIZES) -> list[Any]:
    """Calls of `output_size`."""
    calls = []
    for _ in range(count):
        window, stride, dilation = (int(rng.integers(1, most)) for most in (13, 13, 7))
        padding: str | int = "same" if rng.random() < 0.4 else "valid"
        padding = int(rng.integers(0, 10)) if rng.random() < 0.4 else padding
        added = 2 * padding if isinstance(padding, int) else 0
        least = 1 if padding == "same" else max(1, dilation * (window - 1) + 1 - added)
        size = least + int(rng.integers(0, rng.choice([12, 60, 400])))
        calls.append(((size, window, stride), {"padding": padding, "dilation": dilation}))
    return calls


def amounts(rng: Rng) -> list[tuple[int, int, int]]:
    """Calls of `same_padding`."""
    sizes = rng.integers(1, rng.choice([12, 60, 400], SIZES), endpoint=True)
    windows, strides = rng.integers(1, 16, SIZES), rng.integers(1, 13, SIZES)
    return [(int(n), int(k), int(s)) for n, k, s in zip(sizes, windows, strides, strict=True)]


def paddings(rng: Rng) -> list[Any]:
    """Calls of `zero_pad2d`."""
    calls = []
    for _ in range(IMAGES):
        a, b, c, d = map(int, rng.integers(0, 7, 4))
        forms = (a, (a, b), ((a, b), (c, d)), [a, b], [[a, b], [c, d]])
        dtype = str(rng.choice(DTYPES[:5]))  # Keras' own layer refuses int8
        calls.append((images(rng, dtype=dtype), forms[int(rng.integers(len(forms)))]))
    return calls


def pooling(rng: Rng, count: int = IMAGES) -> list[Any]:
    """Calls of a pooling function."""
    calls = []
    for _ in range(count):
        window, padding = one_or_two(rng), str(rng.choice(["valid", "same"]))
        strides = None if rng.random() < 0.3 else one_or_two(rng)
        x = images(rng, two(window) if padding == "valid" else (1, 1))
        calls.append(((x,), {"pool_size": window, "strides": strides, "padding": padding}))
    return calls


def convolutions(rng: Rng, count: int = IMAGES) -> list[Any]:
    """Calls of `conv2d`, half of them with a bias."""
    calls = []
    for _ in range(count):
        window, padding = tuple(map(int, rng.integers(1, 6, 2))), str(rng.choice(["valid", "same"]))
        of_x, of_kernel = (str(rng.choice(DTYPES[:4])) for _ in range(2))
        x = images(rng, window if padding == "valid" else (1, 1), of_x)
        outputs = int(rng.integers(1, 6))
        kernel = numbers(rng, (*window, x.shape[3], outputs), of_kernel)
        bias = numbers(rng, (outputs,), of_kernel) if rng.random() < 0.5 else None
        rest = {"bias": bias, "strides": one_or_two(rng), "padding": padding}
        calls.append(((x, kernel), rest))
    return calls


def two(value: int | tuple[int, int]) -> tuple[int, int]:
    """The height and the width of a window."""
    return value if isinstance(value, tuple) else (value, value)


def one_or_two(rng: Rng) -> int | tuple[int, int]:
    """A window or a stride: a number, or more often a pair."""
    height, width = map(int, rng.integers(1, 6, 2))
    return height if rng.random() < 0.4 else (height, width)


def images(rng: Rng, least: tuple[int, int] = (1, 1), dtype: str = "") -> np.ndarray:
    """Up to four images of up to four channels, with room for a window."""
    height, width = (side + int(rng.integers(0, 11)) for side in least)
    shape = int(rng.integers(1, 5)), height, width, int(rng.integers(1, 5))
    return numbers(rng, shape, dtype or str(rng.choice(DTYPES)))


def numbers(rng: Rng, shape: tuple[int, ...], dtype: str) -> np.ndarray:
    """Whole numbers, quarters and fortieths, up to 1000 in size."""
    most, parts = int(rng.choice([9, 100, 400, 1000])), int(rng.choice([1, 4, 40]))
    if np.dtype(dtype).kind == "f":
        most = most * parts if rng.random() < 0.5 else most
        whole = rng.integers(-most, most, shape, endpoint=True)
        return whole.astype(dtype) / np.dtype(dtype).type(parts)
    bounds = np.iinfo(dtype)
    low, high = max(-most, bounds.min), min(most, bounds.max)
    return rng.integers(low, high, shape, endpoint=True).astype(dtype)
