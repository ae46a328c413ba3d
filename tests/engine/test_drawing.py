"""Weights drawn from a seed: always the same ones, of a size that signals survive."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograder.sandbox.protocol import seeded_weights
from autograder.suite import Mismatch
from autograder.suite.models import filled

SHAPES = [(5, 5, 3, 16), (16,), (), (300, 20), (20,)]


def test_a_seed_draws_the_same_weights_each_time() -> None:
    for one, other in zip(filled(SHAPES, 3), filled(SHAPES, 3), strict=True):
        np.testing.assert_array_equal(one, other)
    assert not np.array_equal(filled(SHAPES, 3)[0], filled(SHAPES, 4)[0])


def test_weights_have_the_shapes_asked_for_and_are_float32() -> None:
    weights = filled(SHAPES, 3)
    assert [weight.shape for weight in weights] == SHAPES
    assert {weight.dtype for weight in weights} == {np.dtype(np.float32)}


def test_a_weight_does_not_hang_on_those_after_it() -> None:
    np.testing.assert_array_equal(filled(SHAPES[:1], 3)[0], filled(SHAPES, 3)[0])


def test_kernels_deviate_by_their_fan_in() -> None:
    kernel, _, _, dense, _ = filled(SHAPES, 3, scale=2.0)
    assert abs(kernel.mean()) < 0.02
    assert kernel.std() == pytest.approx(2 / np.sqrt(75), rel=0.1)
    assert dense.std() == pytest.approx(2 / np.sqrt(300), rel=0.1)


def test_vectors_are_positive_and_differ() -> None:
    for vector in (filled(SHAPES, 3)[1], filled([(1000,)], 3)[0]):
        assert vector.min() >= seeded_weights.LEAST
        assert vector.max() < 1
        assert np.ptp(vector) > 0.5


def test_a_rectified_signal_keeps_its_size() -> None:
    x = np.abs(np.random.default_rng(0).normal(size=(200, 256))) * np.sqrt(2)
    size = np.sqrt(np.mean(x**2) / 2)
    for kernel in filled([(256, 256)] * 8, 3):
        x = np.maximum(x @ kernel, 0)
    assert np.sqrt(np.mean(x**2)) == pytest.approx(size, rel=0.5)


@pytest.mark.parametrize(
    "shapes",
    [[(1 << 40,)], [(1 << 14, 1 << 14)], [(60_000_000,)] * 2, [(0, 1 << 62)], [(1 << 62,) * 32]],
    ids=repr,
)
def test_what_a_student_claims_does_not_fill_the_graders_memory(shapes: Any) -> None:
    with pytest.raises(Mismatch, match="weights"):
        filled(shapes, 3)
