"""The check of max pooling by a relative error, as in CS231n's notebooks, in our words."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.suite import expect

SMALL = 1e-7
"""The notebook says about 1e-8; a reader judges."""


@pytest.mark.public
def test_relative_error(student):
    """Two images of three channels, evenly spaced numbers, windows of 2 by 2."""
    x = np.linspace(-0.3, 0.4, num=96).reshape(2, 3, 4, 4).transpose(0, 2, 3, 1)
    want = x.reshape(2, 2, 2, 2, 2, 3).max(axis=(2, 4))
    got = expect.array(student.max_pool2d(x, 2, 2))
    expect.that(got.shape == want.shape, "has another shape")
    error = np.abs(got - want) / np.maximum(1e-8, np.abs(got) + np.abs(want))
    expect.that(error.max() < SMALL, "has too large an error")
