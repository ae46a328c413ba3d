"""The check of a convolution by a relative error, as in CS231n's notebooks, in our words."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.suite import expect

SMALL = 1e-7
"""The notebook says about 2e-8; a reader judges."""


@pytest.mark.public
def test_relative_error(student):
    """Two images, three kernels of 4 by 4, stride 2, one cell of padding, which "same" gives."""
    x = np.linspace(-0.1, 0.5, num=96).reshape(2, 3, 4, 4).transpose(0, 2, 3, 1)
    kernel = np.linspace(-0.2, 0.3, num=144).reshape(3, 3, 4, 4).transpose(2, 3, 1, 0)
    bias = np.linspace(-0.1, 0.2, num=3)
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (4, 4), (1, 2))[:, ::2, ::2]
    want = np.einsum("nijchw,hwco->nijo", windows, kernel) + bias
    got = expect.array(student.conv2d(x, kernel, bias, 2, "same"))
    expect.that(got.shape == want.shape, "has another shape")
    error = np.abs(got - want) / np.maximum(1e-8, np.abs(got) + np.abs(want))
    expect.that(error.max() < SMALL, "has too large an error")
