"""Calls within what the other courses ask: floats, square windows, one stride, one padding."""

from __future__ import annotations

import numpy as np

from autograder.counterexamples import call, counterexamples


def images(draw, least):
    shape = (
        draw.integer(1, 4),
        draw.integer(least, least + 10),
        draw.integer(least, least + 10),
        draw.integer(1, 4),
    )
    return draw.array(shape, -400, 400) / 40


for pooling in ("max_pool2d", "avg_pool2d"):

    @counterexamples(pooling)
    def _(draw):
        window = draw.integer(1, 5)
        return call(images(draw, window), window, draw.integer(1, 5))


@counterexamples("zero_pad2d")
def _(draw):
    return call(images(draw, 1), draw.integer(0, 6))


@counterexamples("conv2d")
def _(draw):
    window, padding = draw.integer(1, 5), draw.choice(("valid", "same"))
    x, outputs = images(draw, window), draw.integer(1, 5)
    kernel = draw.array((window, window, x.shape[3], outputs), -400, 400) / np.float64(40)
    return call(x, kernel, draw.array((outputs,), -400, 400) / 40, draw.integer(1, 5), padding)
