"""What "Convolutional Model: Step by Step" asks of its zero padding, in our words."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.suite import expect


@pytest.mark.public
def test_borders_and_centre(student):
    """Three, then two zeros around small images; the centre is the image."""
    rng = np.random.RandomState(1)
    for shape, amount in (((4, 3, 3, 2), 3), ((5, 4, 4, 3), 2)):
        x = rng.randn(*shape)
        got = expect.array(student.zero_pad2d(x, amount))
        side = shape[1] + 2 * amount
        expect.that(got.shape == (shape[0], side, side, shape[3]), "has another shape")
        expect.that(not got[0, :amount, :, 0].any(), "has no zeros above")
        expect.that(not got[0, :, -amount:, 1].any(), "has no zeros to the right")
        inside = got[:, amount:-amount, amount:-amount]
        expect.that(np.allclose(inside, x, 1e-15), "has another centre")
