"""Calls on which backward passes may be wrong, each within the contract.

The numbers of images and kernels are small integers, no two of a window the same but where ties are
tested. Each generator varies what its tests are about and leaves the rest at its simplest.
"""

from __future__ import annotations

import numpy as np

from autograder.counterexamples import OMITTED, call, counterexamples, refused
from autograder.suite import expect

WINDOWS = (OMITTED, 3, 1, (1, 2), (2, 1), (2, 3), (3, 2))
STRIDES = (OMITTED, 1, 2, 3, (1, 2), (2, 1))


def two(value, default):
    if value is OMITTED:
        return default
    return value if isinstance(value, tuple) else (value, value)


def outputs(size, window, stride, padding):
    """How many windows there are along one axis."""
    return (size - window) // stride + 1 if padding is OMITTED else -(-size // stride)


def different(draw, shape):
    """Integers of which no two are the same: drawn ones, with their number as a fraction."""
    x = draw.array(shape, -9, 9)
    return x + np.arange(x.size).reshape(shape) / 128


def pooled(draw, windows=WINDOWS, strides=STRIDES, padding=OMITTED, make=different, room=4):
    window, steps = draw.choice(windows), draw.choice(strides)
    sides = two(window, (2, 2))
    moves = two(steps, sides)
    least = (1, 1) if padding == "same" else sides
    rows, columns = (least[axis] + draw.integer(0, room) for axis in (0, 1))
    channels = draw.integer(1, 2)
    x = make(draw, (draw.integer(1, 2), rows, columns, channels))
    counts = [outputs(x.shape[1 + axis], sides[axis], moves[axis], padding) for axis in (0, 1)]
    dy = draw.array((len(x), *counts, channels), -4, 4)
    return call(dy, x, pool_size=window, strides=steps, padding=padding)


def as_asked(got, want, example):
    """Whatever the values: the dtypes of the right answers."""
    if isinstance(want, tuple):
        got, want = got[0], want[0]
    expect.close(got, expect.array(got), dtype=want.dtype)


for pooling in ("max_pool2d_backward", "avg_pool2d_backward"):

    @counterexamples(pooling)
    def _(draw):
        return pooled(draw)

    @counterexamples(pooling, "test_overlapping")
    def _(draw):
        return pooled(draw, (OMITTED, 3), (1, 2))

    @counterexamples(pooling, "test_same")
    def _(draw):
        return pooled(draw, padding="same")

    @counterexamples(pooling, "test_keeps_the_dtype", check=as_asked)
    def _(draw):
        x = draw.array((1, 2, 2, 1), 0, 9, np.float32)
        return call(draw.array((1, 1, 1, 1), 1, 9, np.float32), x)

    @counterexamples(pooling, "test_calls_of_all_kinds")
    def _(draw):
        return pooled(draw, padding=draw.choice((OMITTED, "same")))

    @counterexamples(pooling, "test_calls_of_all_kinds", check=as_asked)
    def _(draw):
        dy, x = (draw.choice((np.float32, np.float64)) for _ in range(2))
        return call(draw.array((1, 1, 1, 1), 1, 9, dy), draw.array((1, 2, 2, 1), 0, 9, x))

    @counterexamples(pooling, "test_empty_batch")
    def _(draw):
        channels = draw.integer(1, 2)
        return call(np.zeros((0, 1, 1, channels)), np.zeros((0, 2, 2, channels)))

    @counterexamples(pooling, "test_leaves_its_arguments_alone", purity=True)
    def _(draw):
        return call(draw.array((1, 1, 1, 1), 1, 9), different(draw, (1, 2, 2, 1)))

    @counterexamples(pooling, "test_refuses_derivatives_of_another_shape")
    def _(draw):
        shape = draw.choice(((1, 1, 2, 1), (2, 1, 1, 1), (1, 2, 1, 1), (1, 1, 1, 2), (1, 1, 1)))
        return refused("dy", np.ones(shape), draw.array((1, 2, 2, 1), 0, 9))


@counterexamples("max_pool2d_backward", "test_first_of_equal_numbers")
def _(draw):
    x = draw.array((1, 2, 2, 1), 0, 1)
    return call(draw.array((1, 1, 1, 1), 1, 9), x)


# -- convolutions ----------------------------------------------------------------------------

KERNELS = ((1, 2), (1, 1), (2, 1), (2, 2), (1, 3), (3, 2))


def convolved(draw, strides=(OMITTED, 2, (1, 2), (2, 1)), padding=OMITTED):
    window, steps = draw.choice(KERNELS), draw.choice(strides)
    moves = two(steps, (1, 1))
    least = (1, 1) if padding == "same" else window
    rows, columns = (least[axis] + draw.integer(0, 3) for axis in (0, 1))
    inputs, filters = draw.integer(1, 2), draw.integer(1, 2)
    x = draw.array((draw.integer(1, 2), rows, columns, inputs))
    kernel = draw.array((*window, inputs, filters), -5, 5)
    counts = [outputs(x.shape[1 + axis], window[axis], moves[axis], padding) for axis in (0, 1)]
    dy = draw.array((len(x), *counts, filters), -4, 4)
    return call(dy, x, kernel, strides=steps, padding=padding)


for backward, with_strides, under_same in (
    ("conv2d_backward_x", "test_strides", "test_same"),
    ("conv2d_backward_weights", "test_kernel_with_strides", "test_kernel_under_same"),
):

    @counterexamples(backward)
    def _(draw):
        return convolved(draw)

    @counterexamples(backward, with_strides)
    def _(draw):
        return convolved(draw, (2, (1, 2), (2, 1)))

    @counterexamples(backward, under_same)
    def _(draw):
        return convolved(draw, padding="same")

    @counterexamples(backward, "test_keeps_the_dtype", check=as_asked)
    def _(draw):
        given = (draw.array((1, 1, 1, 1), 1, 9, np.float32) for _ in range(3))
        return call(*given)

    @counterexamples(backward, "test_calls_of_all_kinds")
    def _(draw):
        return convolved(draw, padding=draw.choice((OMITTED, "same")))

    @counterexamples(backward, "test_calls_of_all_kinds", check=as_asked)
    def _(draw):
        dtypes = (draw.choice((np.float32, np.float64)) for _ in range(3))
        return call(*(draw.array((1, 1, 1, 1), 1, 9, dtype) for dtype in dtypes))

    @counterexamples(backward, "test_empty_batch")
    def _(draw):
        filters = draw.integer(1, 2)
        empty = np.zeros((0, 1, 1, filters)), np.zeros((0, 1, 1, 1))
        return call(*empty, draw.array((1, 1, 1, filters)))

    @counterexamples(backward, "test_leaves_its_arguments_alone", purity=True)
    def _(draw):
        return call(*(draw.array((1, 1, 1, 1), 1, 9) for _ in range(3)))

    @counterexamples(backward, "test_refuses_derivatives_of_another_shape")
    def _(draw):
        shape = draw.choice(((1, 1, 2, 1), (2, 1, 1, 1), (1, 2, 1, 1), (1, 1, 1, 2), (1, 1, 1)))
        x, kernel = draw.array((1, 1, 2, 1)), draw.array((1, 2, 1, 1))
        return refused("dy", np.ones(shape), x, kernel)
