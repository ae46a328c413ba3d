"""What "Convolutional Model: Step by Step" asks of its pooling, in our words."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.suite import expect


@pytest.mark.public
def test_shapes(student):
    """The shapes for two sizes of images, windows and strides."""
    rng = np.random.RandomState(1)
    for shape, window, stride in (((2, 5, 7, 3), 2, 2), ((4, 5, 7, 4), 5, 1)):
        got = expect.array(student.avg_pool2d(rng.randn(*shape), window, stride))
        down, across = ((side - window) // stride + 1 for side in shape[1:3])
        expect.that(got.shape == (shape[0], down, across, shape[3]), "has another shape")


@pytest.mark.public
def test_some_values(student):
    """One row of the answer at stride 1, and the first image at stride 2."""
    x = np.random.RandomState(1).randn(2, 5, 5, 3)
    windows = np.lib.stride_tricks.sliding_window_view(x, (2, 2), (1, 2))
    want = windows.mean(axis=(-2, -1))
    expect.that(np.allclose(student.avg_pool2d(x, 2, 1)[1, 1], want[1, 1]), "has other values")
    expect.that(np.allclose(student.avg_pool2d(x, 2, 2)[0], want[0, ::2, ::2]), "has other values")
