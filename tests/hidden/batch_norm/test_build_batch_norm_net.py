"""Hidden tests of `build_batch_norm_net`.

A model is judged by its answers for weights and images of the suite's. What it says of itself is
not believed, except where a test is marked as a claim.
"""

from __future__ import annotations

import network
import numpy as np
import pytest
import reference

from autograder.suite import Mismatch, expect, identifying
from autograder.suite.network_claims import frozen
from autograder.suite.network_search import agrees
from autograder.suite.network_weights import drawn
from autograder.suite.networks import EPSILON, convolved, forward

SIZE, CLASSES, FILTERS = (16, 12, 2), 5, (4, 6)
BUILD = "build_batch_norm_net((16, 12, 2), 5, (4, 6))"


def built(student, *arguments):
    """The student's model; one that makes its weights when it is first used is used once."""
    model = student.model(student.build_batch_norm_net(*arguments))
    if not model.weight_shapes():
        model.predict(np.zeros((1, *arguments[0]), np.float32))
    return model


def identify(student, rng, size=SIZE, classes=CLASSES, filters=FILTERS):
    """What the student's model for these arguments is."""
    right = network.right(classes, filters)
    model = built(student, size, classes, filters)
    return identifying.identified(
        identifying.shown(model, right, size, network.CHANGES), right, rng
    )


def require(student, rng, *parts):
    """Require that nothing in these parts is otherwise; the model is tried once for all tests."""
    network.require(student.once(identify, rng), *parts, build=BUILD)


def standard(student):
    """The model without arguments, for 32 by 32 pixels and three channels."""
    model = student.model(student.build_batch_norm_net())
    if not model.weight_shapes():
        model.predict(np.zeros((1, 32, 32, 3), np.float32))
    return model


@pytest.mark.public
@pytest.mark.weight(1)
def test_parameters_and_answer(student):
    """25,722 parameters, and ten numbers for each image."""
    model = student.once(standard)
    expect.that(
        not frozen(model.layers),
        "returned a model with a layer whose weights are not to be trained.",
    )
    count = sum(weight.size for weight in model.weights())
    expect.that(count == 25722, f"returned a model with {count:,} parameters.")
    answer = model.predict(np.zeros((2, 32, 32, 3), np.float32))
    expect.that(
        answer.shape == (2, 10), f"returned a model that answers {answer.shape} for 2 images."
    )


@pytest.mark.weight(1.5)
def test_convolutions(student, rng):
    """Kernels of 3 by 3 keep the size of the maps, and there are no other layers."""
    require(student, rng, network.WEIGHTS)


@pytest.mark.weight(1.5)
def test_no_needless_bias(student, rng):
    """The convolutions have no bias: the normalisation would subtract it."""
    require(student, rng, network.BIAS)


def answers_for_small_variances(student, rng):
    """What the model answers where all variances are as small as what is added to them.

    The factors make up for it, so that numbers keep their size. The right answers come with it.
    """
    right = network.right(CLASSES, FILTERS)
    seen = identifying.shown(built(student, SIZE, CLASSES, FILTERS), right, SIZE, network.CHANGES)
    x = identifying.images(rng, SIZE)
    weights = drawn(rng, x, seen.wanted, right)
    for name in [each for each in weights if each.endswith("_variance")]:
        factor = name.replace("variance", "gamma")
        weights[factor] = weights[factor] * np.sqrt(2 * EPSILON / (weights[name] + EPSILON))
        weights[name] = np.full_like(weights[name], EPSILON)
    seen.put(weights)
    return seen.model.predict(x), forward(x.astype(np.float64), weights, right)


@pytest.mark.weight(2)
def test_place_of_the_normalisation(student, rng):
    """Each block normalises between its convolution and ReLU, with Keras' own settings."""
    require(student, rng, network.NORMALISATION)
    if not student.once(identify, rng).differences:
        got, want = student.once(answers_for_small_variances, rng)
        expect.that(
            agrees(want, got),
            "returned a model that adds another small number to the variances than Keras does.",
        )


@pytest.mark.weight(1)
def test_activations(student, rng):
    """Each block has one ReLU."""
    require(student, rng, network.ACTIVATIONS)


@pytest.mark.weight(1)
def test_pooling(student, rng):
    """Each block takes the greatest numbers of windows of 2 by 2."""
    require(student, rng, network.POOLING)


@pytest.mark.weight(1)
def test_output(student, rng):
    """A number for each class, and the answers are probabilities, from a softmax."""
    require(student, rng, network.OUTPUT)


@pytest.mark.weight(1)
def test_other_blocks(student, rng):
    """Three blocks, another size and another number of classes."""
    told = {(each.what, each.value) for each in student.once(identify, rng).differences}
    found = identify(student, rng, (8, 24, 1), 3, (3, 5, 2))
    new = [each for each in found.differences if (each.what, each.value) not in told]
    expect.that(
        not new,
        "returned a model that does not follow all of its arguments: input_shape, num_classes and "
        "filters.",
        f"{new}",
    )


def fits(kernel):
    """Whether the first kernel sees all channels, and is small enough to be computed here."""
    return kernel[2:] == (SIZE[2], FILTERS[0]) and max(kernel[:2]) <= min(SIZE[:2])


def trained_once(student, rng):
    """The moving statistics of the first block before and after a batch in training, and its maps.

    Raises:
        Mismatch: there are none.
    """
    model = built(student, SIZE, CLASSES, FILTERS)
    weights = model.weights()
    kernels = [index for index, each in enumerate(weights) if each.ndim == 4]
    vectors = [
        index
        for index, each in enumerate(weights)
        if each.shape == FILTERS[:1] and (len(kernels) < 2 or index < kernels[1])
    ]
    if not kernels or len(vectors) < 2 or not fits(weights[kernels[0]].shape):
        raise Mismatch("returned a model that does not normalise its first convolution.")
    places = vectors[-2:]  # the moving mean and variance come last
    x = 3 + identifying.images(rng, SIZE, 6)
    maps = convolved(x, np.asarray(weights[kernels[0]], np.float64), 1, "same")
    model.predict(x, training=True)
    after = model.weights()
    return [weights[place] for place in places], [after[place] for place in places], maps


def kept_shares(student, rng):
    """Which share of itself each moving statistic keeps when a batch comes.

    The same batch comes twice: its own statistics need not be known then.
    """
    model = built(student, SIZE, CLASSES, FILTERS)
    x = 3 + identifying.images(rng, SIZE, 6)
    seen = [model.weights()]
    for _ in range(2):
        model.predict(x, training=True)
        seen.append(model.weights())
    return [
        float(np.median((last - first) / (first - start)))
        for start, first, last in zip(*seen, strict=True)
        if not np.array_equal(start, first)
    ]


@pytest.mark.aspect("values", "moving")
@pytest.mark.weight(1.5)
def test_moving_statistics(student, rng):
    """A batch in training moves the moving mean and variance of each block by a hundredth."""
    old, new, maps = student.once(trained_once, rng)
    wanted = reference.update_moving(*old, maps)
    for got, want, before in zip(new, wanted, old, strict=True):
        expect.that(
            not np.allclose(got, before, rtol=1e-6),
            "returned a model whose moving mean and variance stay as they were in training.",
        )
        expect.that(
            np.allclose(got - before, want - before, rtol=1e-2, atol=1e-5),
            "returned a model whose moving mean and variance follow a batch by another share.",
        )
    kept = student.once(kept_shares, rng)
    expect.that(
        len(kept) == 2 * len(FILTERS) and np.allclose(kept, 0.99, atol=3e-3),
        "returned a model of which not every block moves its mean and variance by that share.",
    )


@pytest.mark.aspect("values", "moving")
@pytest.mark.weight(0.5)
def test_batches_count_in_training(student, rng):
    """In training, an image's answer depends on the other images of its batch."""
    model = built(student, SIZE, CLASSES, FILTERS)
    x = identifying.images(rng, SIZE, 4)
    together, alone = model.predict(x, training=True)[:2], model.predict(x[:2], training=True)
    expect.that(
        not np.allclose(together, alone, atol=1e-5),
        "returned a model that does not normalise by the batch in training.",
    )
