"""Hidden tests of `lenet5_1998_forward`.

Each test gives part of the weights values under which mistakes elsewhere do not show: what is
connected with nothing counts for nothing.
"""

from __future__ import annotations

import cases
import drawn
import numpy as np
import pytest
import reference

from autograder.suite import expect

pytestmark = pytest.mark.builds_on(
    "c3_connection_table",
    "sparse_conv2d",
    "scaled_tanh",
    "trainable_subsampling",
    "rbf_output",
)


def compare(student, x, weights):
    expect.close(
        student.lenet5_1998_forward(x, weights),
        reference.lenet5_1998_forward(x, weights),
        like=(x,),
        rtol=1e-4,
    )


def images(rng, count):
    return cases.mixed(rng, (count, 32, 32, 1))


@pytest.mark.public
@pytest.mark.weight(1)
def test_small_weights(student):
    """Images of ones and weights of 0.01, as in the notebook."""
    weights = {name: np.full(each.shape, 0.01) for name, each in _any_weights().items()}
    compare(student, np.ones((2, 32, 32, 1)), weights)


def _any_weights():
    return cases.weights_1998(np.random.default_rng(0))


@pytest.mark.weight(2)
def test_whole_network(student, rng):
    """All layers, with weights that squash every unit a little."""
    compare(student, images(rng, 3), cases.weights_1998(rng))


@pytest.mark.weight(1)
def test_f6_and_output(student, rng):
    """F6 and the distances: the image counts for nothing, the biases decide."""
    weights = cases.weights_1998(rng)
    weights["c5_kernel"] = np.zeros_like(weights["c5_kernel"])
    weights["c5_bias"] = weights["c5_bias"] / 100
    compare(student, images(rng, 2), weights)


@pytest.mark.weight(1)
def test_c5_and_f6_are_squashed(student, rng):
    """C5 and F6 are squashed once each, with the function of 1998."""
    weights = cases.weights_1998(rng)
    weights["c5_kernel"] = np.zeros_like(weights["c5_kernel"])
    weights["c5_bias"] = 5 * weights["c5_bias"]
    weights["f6_bias"] = 5 * weights["f6_bias"]
    compare(student, images(rng, 2), weights)


@pytest.mark.weight(1)
def test_classes(student, rng):
    """There are as many outputs as codes, and as many rows as images."""
    for classes, count in ((4, 2), (12, 1), (10, 10)):
        compare(student, images(rng, count), cases.weights_1998(rng, classes))


@pytest.mark.weight(1)
def test_subsampling_is_squashed_once(student, rng):
    """S2 and S4 squash by themselves: large sums show whether it was done once."""
    weights = cases.weights_1998(rng)
    for name in ("s2_weight", "s4_weight", "s2_bias", "s4_bias"):
        weights[name] = 3 * weights[name]
    compare(student, images(rng, 2), weights)


@pytest.mark.weight(1)
def test_connections_of_c3(student, rng):
    """C3 sees the maps that its table connects, and no others."""
    weights = cases.weights_1998(rng)
    weights["c3_kernel"] = 2 * weights["c3_kernel"]
    weights["s2_bias"] = np.linspace(-1.5, 1.5, 6).astype(np.float32)
    compare(student, images(rng, 2), weights)


@pytest.mark.aspect("purity")
@pytest.mark.claim
@pytest.mark.weight(0.5)
def test_leaves_its_arguments_alone(student, rng):
    """Images and weights are left as they were."""
    x, weights = images(rng, 1), cases.weights_1998(rng)
    seen = student.lenet5_1998_forward.watched(x, weights)
    after = seen.arguments[1] if len(seen.arguments) == 2 else {}
    kept = isinstance(after, dict) and set(after) == set(weights)
    expect.that(
        kept
        and cases.unchanged([x], seen.arguments[:1])
        and cases.unchanged(list(weights.values()), [after[name] for name in weights]),
        "changed an argument",
    )


@pytest.mark.weight(0.5)
def test_calls_of_all_kinds(student, rng):
    """Images and weights of all kinds, drawn at random; the dict has any order."""
    calls = drawn.networks(rng)
    for (args, _), got in zip(calls, student.lenet5_1998_forward.each(calls), strict=True):
        expect.close(got, reference.lenet5_1998_forward(*args), like=args[0], rtol=1e-4)
