"""Batch normalisation, held against itself through the real engine: see `suite_checks`.

Its gradients are held against numerical ones, which have tests of their own here.
"""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from suite_checks import RightAnswers, Suite, WrongAnswers

SUITE = Suite("batch_norm", with_models=("build_batch_norm_net",))
ROOT = Path(__file__).parents[2]


class TestRightAnswers(RightAnswers):
    pass


class TestWrongAnswers(WrongAnswers):
    pass


@pytest.fixture(scope="module")
def reference() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "tests" / "hidden" / "batch_norm" / "reference.py"))


@pytest.fixture
def given() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Derivatives, inputs and factors."""
    rng = np.random.default_rng(3)
    return rng.normal(1, 2, (2, 3, 1, 4)), rng.normal(3, 2, (2, 3, 1, 4)), rng.uniform(1, 3, 4)


def test_the_numerical_gradients_are_differences_of_the_loss(reference, given) -> None:
    """Held against ordinary differences, which are rounded."""
    dy, x, gamma = given
    zeros, ones, step = np.zeros(4), np.ones(4), 1e-5
    exact = reference["batch_norm_backward"](dy, x, gamma)

    def loss(x: np.ndarray, gamma: np.ndarray, beta: np.ndarray) -> float:
        y = reference["batch_norm"](x, gamma, beta, zeros, ones, training=True)
        return float((dy * y).sum())

    at = [x, gamma, zeros]
    for number, gradient in enumerate(exact):
        for index in np.ndindex(gradient.shape):
            there, back = ([each.copy() for each in at] for _ in range(2))
            there[number][index] += step
            back[number][index] -= step
            difference = (loss(*there) - loss(*back)) / (2 * step)
            assert gradient[index] == pytest.approx(difference, abs=1e-6)


def test_gradients_of_a_channel_add_up_to_nothing(reference, given) -> None:
    dy, x, gamma = given
    dx, dgamma, dbeta = reference["batch_norm_backward"](dy, x, gamma)
    assert np.allclose(dx.sum(axis=(0, 1, 2)), 0, atol=1e-12)
    assert np.allclose(dbeta, dy.sum(axis=(0, 1, 2)))
    assert not np.allclose(dgamma, dbeta)


KERAS = """
import json, sys
import keras, numpy as np, tensorflow as tf
given = {name: np.array(each) for name, each in json.load(sys.stdin).items()}
layer = keras.layers.BatchNormalization(dtype="float64")
x = tf.constant(given["x"])
layer.build(x.shape)
layer.set_weights([given[name] for name in ("gamma", "beta", "mean", "variance")])
inference = layer(x).numpy()
with tf.GradientTape() as tape:
    tape.watch(x)
    loss = tf.reduce_sum(layer(x, training=True) * given["dy"])
gradients = tape.gradient(loss, [x, layer.gamma.value, layer.beta.value])
arrays = [inference, layer.moving_mean, layer.moving_variance, *gradients]
print(json.dumps([np.asarray(each).tolist() for each in arrays]))
"""


@pytest.mark.slow
def test_the_reference_does_what_keras_does(reference, given) -> None:
    """Momentum, the variance divided by n, epsilon below the root, and the gradients."""
    dy, x, gamma = given
    beta, mean, variance = np.full(4, 2.0), np.arange(4.0), np.arange(1.0, 5.0)
    names = {"dy": dy, "x": x, "gamma": gamma, "beta": beta, "mean": mean, "variance": variance}
    done = subprocess.run(
        [sys.executable, "-c", KERAS],
        input=json.dumps({name: each.tolist() for name, each in names.items()}),
        capture_output=True,
        text=True,
        check=True,
    )
    inference, *others = map(np.array, json.loads(done.stdout.splitlines()[-1]))
    assert np.allclose(inference, reference["batch_norm"](x, gamma, beta, mean, variance))
    ours = (
        *reference["update_moving"](mean, variance, x),
        *reference["batch_norm_backward"](dy, x, gamma),
    )
    for theirs, each in zip(others, ours, strict=True):
        assert np.allclose(theirs, each, rtol=1e-6)
