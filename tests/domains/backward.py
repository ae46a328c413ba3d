"""Calls from the whole domain of each contract of backward passes.

`tests/counterexamples` draws small calls, each about one thing; these vary everything at once, and
further: larger images, more channels, windows and strides, other dtypes for each argument. The
share of these calls on which a function is wrong says how wrong it is.

Sums of derivatives may cancel each other, so all numbers are such that their sums are exact in
float32, but for the shares of average pooling. Those are compared as exactly as `dy` allows. What
NaN and infinities give is not promised, and how exact sums of many products in float16 are neither.
"""

from __future__ import annotations

import numpy as np

from autograder.counterexamples import OMITTED, call, counterexamples, refused
from autograder.suite import Mismatch, expect

FLOATS = (np.float64, np.float32)
POOLED = (*FLOATS, *FLOATS, np.float16)
COMMON = 9  # of ten calls, this many have an answer and some images
PADDINGS = (OMITTED, "valid", "same", "same")
TOLERANCE, HALF = 2e-5, 4e-3


def either(draw, *ways):
    """One of the ways, of which the first is as likely as nine others together."""
    number = draw.integer(0, 10 * COMMON + 9)
    return ways[0 if number < 10 * COMMON or len(ways) == 1 else 1 + number % (len(ways) - 1)]


def numbers(draw, shape, dtype):
    """Quarters, or whole numbers of which many are equal, all of one sign in some cases."""
    low, high, scale = draw.choice(((-80, 80, 4), (-9, 9, 1), (-80, -1, 4), (1, 80, 4)))
    return draw.array(shape, low, high, dtype) / np.dtype(dtype).type(scale)


def sizes(draw, most):
    """One number, or a pair of two."""
    first, second = draw.integer(1, most), draw.integer(1, most)
    return draw.choice((first, (first, second)))


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


def images(draw, least, dtype):
    """Up to four images of up to 13 by 13 in which a window of the least size fits."""
    height, width = (each + draw.integer(0, 8) for each in least)
    return numbers(draw, (draw.integer(1, 4), height, width, draw.integer(1, 4)), dtype)


def counts(x, window, stride, padding):
    """How many windows there are downwards and across."""
    if padding == "same":
        return [-(-size // step) for size, step in zip(x.shape[1:3], stride, strict=True)]
    return [
        (size - side) // step + 1
        for size, side, step in zip(x.shape[1:3], window, stride, strict=True)
    ]


def another_shape(draw, dy):
    """Derivatives of another shape than those of the outputs."""
    axis = draw.integer(0, 3)
    longer = np.concatenate([dy, dy.take([0], axis)], axis)
    shorter = dy.take(range(1, dy.shape[axis]), axis) if dy.shape[axis] > 1 else longer
    turned = dy.swapaxes(1, 2) if dy.shape[1] != dy.shape[2] else longer
    return draw.choice((longer, shorter, turned, dy[0], dy[None]))


# -- pooling ---------------------------------------------------------------------------------


def pooled(draw):
    window = draw.choice((OMITTED, sizes(draw, 5), sizes(draw, 5)))
    strides = draw.choice((OMITTED, None, sizes(draw, 5), sizes(draw, 5)))
    padding = draw.choice(PADDINGS)
    sides = pair(2 if window is OMITTED else window)
    steps = sides if strides in (OMITTED, None) else pair(strides)
    x = images(draw, (1, 1) if padding == "same" else sides, draw.choice(POOLED))
    shape = len(x), *counts(x, sides, steps, padding), x.shape[3]
    dy = numbers(draw, shape, draw.choice((x.dtype, x.dtype, *FLOATS)))
    return dy, x, {"pool_size": window, "strides": strides, "padding": padding}


def as_pooled(got, want, example):
    dy, x = example.values
    tolerance = HALF if np.float16 in (x.dtype, dy.dtype) else TOLERANCE
    largest = np.abs(dy).max(initial=0).astype(np.float64)
    expect.close(got, want, like=(x, dy), dtype=x.dtype, atol=tolerance * largest)


def empty_pooling(draw):
    dy, x, rest = pooled(draw)
    return call(dy[:0], x[:0], **rest)


def refused_pooling(draw):
    dy, x, rest = pooled(draw)
    return refused("dy", another_shape(draw, dy), x, **rest)


for pooling in ("max_pool2d_backward", "avg_pool2d_backward"):

    @counterexamples(pooling, check=as_pooled)
    def _(draw):
        return either(
            draw,
            lambda: call(*(made := pooled(draw))[:2], **made[2]),
            lambda: empty_pooling(draw),
            lambda: refused_pooling(draw),
        )()

    @counterexamples(pooling, purity=True)
    def _(draw):
        dy, x, rest = pooled(draw)
        return call(dy, x, **rest)


# -- convolutions ----------------------------------------------------------------------------


def convolved(draw):
    window, padding = (draw.integer(1, 5), draw.integer(1, 5)), draw.choice(PADDINGS)
    strides = draw.choice((OMITTED, sizes(draw, 5), sizes(draw, 5)))
    steps = (1, 1) if strides is OMITTED else pair(strides)
    x = images(draw, (1, 1) if padding == "same" else window, draw.choice(FLOATS))
    filters = draw.integer(1, 5)
    kernel = numbers(draw, (*window, x.shape[3], filters), draw.choice((x.dtype, *FLOATS)))
    shape = len(x), *counts(x, window, steps, padding), filters
    dy = numbers(draw, shape, draw.choice((x.dtype, *FLOATS)))
    return dy, x, kernel, {"strides": strides, "padding": padding}


def as_images(got, want, example):
    x = example.values[1]
    expect.close(got, want, like=example.values, dtype=x.dtype)


def as_weights(got, want, example):
    kernel = example.values[2]
    if not isinstance(got, tuple | list) or len(got) != len(want):
        raise Mismatch(f"returned {expect.shown(got)}, not two arrays.", kind="type")
    for mine, right, dtype in zip(got, want, (kernel.dtype, "floating"), strict=True):
        expect.close(mine, right, like=example.values, dtype=dtype)


def empty_convolution(draw):
    dy, x, kernel, rest = convolved(draw)
    return call(dy[:0], x[:0], kernel, **rest)


def refused_convolution(draw):
    dy, x, kernel, rest = convolved(draw)
    return refused("dy", another_shape(draw, dy), x, kernel, **rest)


for backward, check in (
    ("conv2d_backward_x", as_images),
    ("conv2d_backward_weights", as_weights),
):

    @counterexamples(backward, check=check)
    def _(draw):
        return either(
            draw,
            lambda: call(*(made := convolved(draw))[:3], **made[3]),
            lambda: empty_convolution(draw),
            lambda: refused_convolution(draw),
        )()

    @counterexamples(backward, purity=True)
    def _(draw):
        dy, x, kernel, rest = convolved(draw)
        return call(dy, x, kernel, **rest)
