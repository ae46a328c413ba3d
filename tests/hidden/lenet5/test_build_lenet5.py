"""Hidden tests of `build_lenet5`.

A model is judged by the shapes of its weights, wherever it keeps them, and by its answers for
weights and images of the suite's: `network.identify` says which network gives such answers, so
that each layer has its own share. What a model says of itself is not believed, except where a test
is marked as a claim.
"""

from __future__ import annotations

import network
import numpy as np
import pytest

from autograder.sandbox import StudentRaised
from autograder.suite import Mismatch, expect

KIND = {"average": "average pooling", "max": "max pooling", "sum": "sums without a mean"}


def built(student, *arguments):
    """The student's model; one that makes its weights when it is first used is used once."""
    model = student.model(student.build_lenet5(*arguments))
    if not model.weights():
        model.predict(np.zeros((1, *(arguments[0] if arguments else (32, 32, 1))), np.float32))
    return model


def identified(student, rng, input_shape=(32, 32, 1), classes=10):
    """The network that the student's model is, by what it answers."""
    model = built(student) if classes == 10 else built(student, input_shape, classes)
    weights = model.weights()
    found = network.require_lenet5(weights, input_shape, classes)
    chosen = network.drawn(rng, weights, found)
    model.set_weights(chosen)
    x = rng.uniform(size=(3, *input_shape)).astype(np.float32)
    answer = model.predict(x)
    expect.that(
        answer.shape == (3, classes),
        f"returned a model that answers {answer.shape} for 3 images.",
    )
    known = network.identify(answer, x, network.named(chosen, found))
    if known is None and (answer.dtype.itemsize < 4 or expect.too_coarse(answer)):
        raise Mismatch(
            "returned a model that keeps its weights in half precision, too coarse to tell what it "
            "computes: use float32, or the policy mixed_float16, which keeps them in float32.",
            expect.shown(answer, 2000),
        )
    if known is None:
        raise Mismatch(
            "returned a model with LeNet-5's weights that computes something else: look at the "
            "order of the layers, at strides and padding, and at where units are squashed.",
            expect.shown(answer, 2000),
        )
    return known


def require(found: network.Network, *layers: str) -> None:
    wrong = {name: what for name, what in network.differences(found).items() if name in layers}
    for name, what in wrong.items():
        layer = "the output" if name == "output" else name.upper()
        done = KIND.get(what) or ("nothing at all" if what == "nothing" else what)
        raise Mismatch(f"returned a model in which {layer} applies {done}.", f"{found}")


@pytest.mark.public
@pytest.mark.weight(1)
def test_parameters_and_answer(student):
    """61,706 parameters, and ten numbers for each image."""
    model = built(student)
    count = sum(weight.size for weight in model.weights())
    expect.that(count == 61706, f"returned a model with {count:,} parameters.")
    answer = model.predict(np.zeros((2, 32, 32, 1), np.float32))
    expect.that(
        answer.shape == (2, 10), f"returned a model that answers {answer.shape} for 2 images."
    )


@pytest.mark.weight(1)
def test_weights_of_convolutions(student):
    """C1 and C3 have the kernels and biases of LeNet-5."""
    found = network.places(built(student).weights())
    for layer in ("c1", "c3"):
        network.require_layer(layer, found)


@pytest.mark.weight(1)
def test_weights_of_units(student):
    """C5, F6 and the output have the weights of LeNet-5, and there are no others."""
    network.require_lenet5(built(student).weights())


@pytest.mark.weight(1)
def test_convolutions_squash(student, rng):
    """C1 and C3 squash with tanh."""
    require(identified(student, rng), "c1", "c3")


@pytest.mark.weight(1)
def test_units_squash(student, rng):
    """C5 and F6 squash with tanh."""
    require(identified(student, rng), "c5", "f6")


@pytest.mark.weight(1)
def test_pooling(student, rng):
    """S2 and S4 take the average of windows of 2 by 2."""
    require(identified(student, rng), "s2", "s4")


@pytest.mark.weight(1)
def test_output(student, rng):
    """The answers are probabilities: a softmax, and no other."""
    require(identified(student, rng), "output")


@pytest.mark.weight(1)
def test_whole_network(student, rng):
    """The answers for weights and images that were drawn are those of LeNet-5."""
    found = identified(student, rng)
    require(found, "c1", "s2", "c3", "s4", "c5", "f6", "output")


@pytest.mark.weight(1)
def test_colours_and_classes(student, rng):
    """Colour pictures and another number of classes."""
    classes = int(rng.integers(3, 6))
    require(identified(student, rng, (32, 32, 3), classes), *network.LAYERS, "s2", "s4")


@pytest.mark.weight(0.5)
def test_other_sizes(student, rng):
    """Images of 28 by 28: C5 sees all of a smaller S4."""
    try:
        model = built(student, (28, 28, 1), 10)
    except StudentRaised:
        shapes = [weight.shape for weight in built(student).weights()]
        if (5, 5, 16, 120) not in shapes:
            raise
        return  # C5 is a convolution of 5 by 5, as in the paper, and has no room on 28 by 28
    network.require_lenet5(model.weights(), (28, 28, 1))


@pytest.mark.weight(0.5)
def test_fresh_weights(student):
    """Two models have weights of their own, drawn by chance: kernels are neither equal nor 0."""
    one, other = (built(student).weights() for _ in range(2))
    found = [network.require_lenet5(weights) for weights in (one, other)]
    for layer in network.LAYERS:
        first, second = (
            weights[where[f"{layer}_kernel"]]
            for weights, where in zip((one, other), found, strict=True)
        )
        expect.that(
            np.std(first) > 0 and not np.array_equal(first, second),
            "returned a model whose weights are not drawn anew: training needs them to differ",
        )
