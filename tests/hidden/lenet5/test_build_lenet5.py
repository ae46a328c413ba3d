"""Hidden tests of `build_lenet5`.

A model is judged by its answers for weights and images of the suite's: `network.of` says which
network gives such answers. One that is right but for one layer is known too, so that each part of
it has its own share. What a model says of itself is not believed, except where a test is marked as
a claim.
"""

from __future__ import annotations

import network
import numpy as np
import pytest

from autograder.sandbox import StudentRaised
from autograder.suite import Mismatch, expect, identifying
from autograder.suite.network_claims import frozen
from autograder.suite.network_differences import differences


def built(student, *arguments):
    """The student's model; one that makes its weights when it is first used is used once."""
    model = student.model(student.build_lenet5(*arguments))
    if not model.weight_shapes():
        model.predict(np.zeros((1, *(arguments[0] if arguments else network.GREY)), np.float32))
    return model


def plain(student):
    """The plain model and the weights that it starts with; it is built once for all tests."""
    model = built(student)
    return model, model.weights()


def another(student):
    """A second plain model and the weights that it starts with."""
    return plain(student)


def identify(student, rng, input_shape=network.GREY, classes=10):
    """What the student's model for these arguments is."""
    return network.of(built(student, input_shape, classes), rng, input_shape, classes)


def identify_plain(student, rng):
    model, _ = student.once(plain)
    return network.of(model, rng)


def known(student, rng):
    """What the plain model is; it is built and tried once for all tests."""
    return student.once(identify_plain, rng)


def coloured(student, rng, classes):
    """What the model for colour pictures is."""
    return classes, identify(student, rng, (32, 32, 3), classes)


def shown_by_weights(student):
    """In what the layers that the weights show differ."""
    model, _ = student.once(plain)
    seen = identifying.shown(model, network.right(), network.GREY, network.CHANGES)
    found = differences(seen.read.network, network.right(), network.GREY)
    return tuple(each for each in found if network.part_of(each) in network.WEIGHTS)


def wrong_weights(student, rng):
    """The same where it is not known what the model computes; else all that is wrong."""
    try:
        return known(student, rng).differences
    except Mismatch:
        found = student.once(shown_by_weights)
        network.require_like(found)
        return found


def require(student, rng, *parts):
    """Require that nothing in these parts of the plain model is otherwise."""
    try:
        found = known(student, rng)
    except Mismatch:
        if not set(parts) <= {*network.WEIGHTS}:
            raise
        return network.require(wrong_weights(student, rng), *parts)
    return network.require(found.differences, *parts, known=found)


def require_no_more(student, rng, found):
    """Require that nothing is wrong with a model that is not wrong with the plain one."""
    told = known(student, rng).differences
    network.require([each for each in found.differences if each not in told], *network.PARTS)


def changes_in_training(student, rng):
    """Whether the answers of the plain model are others while it is trained."""
    x = identifying.images(rng, network.GREY)
    model, _ = student.once(plain)
    return not np.allclose(model.predict(x), model.predict(x, training=True), atol=1e-4)


def starts(student):
    """Whether a kernel is constant, and whether one is the same in two models."""
    models = student.once(plain), student.once(another)
    one, other = ([each for each in weights if each.ndim > 1] for _, weights in models)
    return any(np.std(each) == 0 for each in one), any(map(np.array_equal, one, other))


@pytest.mark.public
@pytest.mark.weight(0.5)
def test_parameters_and_answer(student):
    """61,706 parameters, and ten numbers for each image."""
    model, weights = student.once(plain)
    count = sum(weight.size for weight in weights)
    expect.that(count == 61706, f"returned a model with {count:,} parameters.")
    answer = model.predict(np.zeros((2, 32, 32, 1), np.float32))
    expect.that(
        answer.shape == (2, 10), f"returned a model that answers {answer.shape} for 2 images."
    )


@pytest.mark.weight(1.5)
def test_weights_of_convolutions(student, rng):
    """C1 and C3 have the kernels and biases of LeNet-5."""
    require(student, rng, "weights of maps")


@pytest.mark.weight(1.5)
def test_weights_of_units(student, rng):
    """C5 and F6 have the units of LeNet-5, and there are no other layers."""
    require(student, rng, "weights of units")


@pytest.mark.weight(1)
def test_sizes_of_maps(student, rng):
    """C1 and C3 move by one cell, and nothing is added around their maps."""
    require(student, rng, "sizes")


@pytest.mark.weight(1)
def test_convolutions_squash(student, rng):
    """C1 and C3 squash with tanh."""
    require(student, rng, "maps squash")


@pytest.mark.weight(1)
def test_units_squash(student, rng):
    """C5 and F6 squash with tanh."""
    require(student, rng, "units squash")


@pytest.mark.weight(1)
def test_pooling(student, rng):
    """S2 and S4 take the average of windows of 2 by 2."""
    require(student, rng, "pooling")


@pytest.mark.weight(1)
def test_output(student, rng):
    """A number for each class, and the answers are probabilities: a softmax, and no other."""
    require(student, rng, "output")


@pytest.mark.weight(0.5)
def test_whole_network(student, rng):
    """The answers for weights and images that were drawn are those of LeNet-5, in training too."""
    model, _ = student.once(another)
    found = network.of(model, rng)
    network.require(found.differences, *network.PARTS, known=found)
    expect.that(
        not student.once(changes_in_training, rng),
        "returned a model that answers otherwise while it is trained: LeNet-5 drops nothing.",
    )


@pytest.mark.weight(0.5)
def test_colours_and_classes(student, rng):
    """Colour pictures and another number of classes."""
    _, found = student.once(coloured, rng, int(rng.integers(3, 6)))
    require_no_more(student, rng, found)


@pytest.mark.weight(0.5)
def test_other_sizes(student, rng):
    """Images of 28 by 28: C5 sees all of a smaller S4."""
    try:
        require_no_more(student, rng, identify(student, rng, (28, 28, 1)))
    except StudentRaised:
        _, weights = student.once(plain)
        if (5, 5, 16, 120) not in map(np.shape, weights):
            raise
        # else C5 is a convolution of 5 by 5, as in the paper, and has no room on 28 by 28


@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_fresh_weights(student):
    """Two models have weights of their own, drawn by chance, and all of them are to be trained."""
    constant, repeated = student.once(starts)
    expect.that(
        not constant,
        "returned a model in which all weights of a layer are equal at the start: training needs "
        "them to differ",
    )
    expect.that(
        not repeated,
        "returned a model that starts with the same weights as the one before: each new model "
        "draws its own",
    )
    model, _ = student.once(plain)
    expect.that(
        not frozen(model.layers),
        "returned a model with a layer whose weights are not to be trained.",
    )
