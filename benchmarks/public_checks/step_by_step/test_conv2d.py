"""What "Convolutional Model: Step by Step" asks of its convolution, in our words.

Its padding is a number. For these sizes one cell on each side is what "same" pads.
"""

from __future__ import annotations

import numpy as np
import pytest

from autograder.suite import expect


@pytest.mark.public
def test_mean_and_one_cell(student):
    """The mean of the answer, and its eight numbers at one place."""
    rng = np.random.RandomState(1)
    x, kernel, bias = rng.randn(2, 5, 7, 4), rng.randn(3, 3, 4, 8), rng.randn(1, 1, 1, 8)
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), (1, 2))[:, ::2, ::2]
    want = np.einsum("nijchw,hwco->nijo", windows, kernel) + bias
    got = expect.array(student.conv2d(x, kernel, bias, 2, "same"))
    expect.that(np.isclose(got.mean(), want.mean()), "has another mean")
    expect.that(np.allclose(got[0, 2, 1], want[0, 2, 1]), "has other values")


@pytest.mark.public
def test_shapes(student):
    """The shape for a kernel of 5 by 5 at two strides."""
    rng = np.random.RandomState(3)
    x, kernel, bias = rng.randn(2, 5, 7, 4), rng.randn(5, 5, 4, 8), rng.randn(1, 1, 1, 8)
    for stride, shape in ((1, (2, 5, 7, 8)), (2, (2, 3, 4, 8))):
        got = expect.array(student.conv2d(x, kernel, bias, stride, "same"))
        expect.that(got.shape == shape, "has another shape")
