"""Hidden tests of `build_alexnet`.

Most tests look at narrow nets on small images, where everything can be tried; the whole network of
62 million weights is filled with numbers that are drawn inside from a seed, and drawn here again.
Its answers, never what it says of itself, show which network it is (`naming`): each part of it has
its own share. Where dropout is shows in the answers that a model gives in training (`dropping`).

A model may end in logits where `train_alexnet` takes them for what they are: one that is given a
net without a softmax must be able to teach it. Otherwise the answers must be probabilities.
"""

from __future__ import annotations

import dropping
import naming
import network as net
import numpy as np
import places
import pytest
import trials

from autograder.sandbox import CallFailed
from autograder.suite import Mismatch, expect
from autograder.suite.models import filled

FULL = (227, 227, 3)
SMALL = (99, 75, 3)
LARGE = (227, 195, 3)
"""Images of which something is left in nets that pad nothing."""
NARROW = 0.05
LOUD = 100.0
"""The size of inputs under which the constants of the response normalisation count."""


def built(student, input_shape=SMALL, classes=6, width=NARROW):
    model = student.model(student.build_alexnet(input_shape, classes, width))
    return trials.built(model, input_shape, classes, width, net.ALEXNET)


def identified(student, rng, input_shape=SMALL, classes=6, width=NARROW):
    trial = trials.whole(built(student, input_shape, classes, width), net.ALEXNET)
    return trials.identified(trial, rng, net.ALEXNET, LOUD)


@pytest.mark.public
@pytest.mark.weight(1)
def test_shape_of_the_answers(student):
    """A number for each class and image, in a narrow net on small images."""
    model = student.model(student.build_alexnet((67, 67, 3), 5, NARROW))
    answer = model.predict(np.zeros((2, 67, 67, 3), np.float32))
    expect.that(
        answer.shape == (2, 5), f"returned a model that answers {answer.shape} for 2 images."
    )


@pytest.mark.seconds(30)
@pytest.mark.weight(2)
def test_whole_network(student, rng):
    """AlexNet in full, 62,378,344 weights: the answers for weights that were drawn are right."""
    require_alike(lambda: identified(student, rng))
    model = student.model(student.build_alexnet())
    if not model.weight_shapes():
        model.predict(np.zeros((1, *FULL), np.float32))
    have = model.weight_shapes()
    count = sum(int(np.prod(shape)) for shape in have)
    expect.that(count == 62378344, f"returned a model with {count:,} parameters.")
    wanted = net.shapes(FULL, 1000)
    found = places.find(have, wanted, (6, 6))
    places.require_all(found, wanted, len(have))
    seed = int(rng.integers(1 << 30))
    model.fill(seed, 1.0)
    weights = places.named(filled(have, seed, 1.0), found, wanted)
    x = trials.images(rng, FULL, 1) * np.float32(300)
    answer = model.predict(x)
    expect.that(
        answer.shape == (1, 1000), f"returned a model that answers {answer.shape} for an image."
    )
    right = net.forward(x, weights)
    logits = net.forward(x, weights, net.ALEXNET.changed(end="nothing"))
    if naming.agrees(right, answer):
        return
    if naming.agrees(logits, answer):
        return require_logits_are_trained(student)
    raise Mismatch(
        "returned a model that has the right weights and computes something else.",
        f"expected {expect.shown(right, 400)}, got {expect.shown(answer, 400)}",
    )


def require_alike(identify):
    """Require that a small network, if it can be told what it is, is none of the known wrong ones.

    The whole one would be wrong too, and takes seconds.
    """
    try:
        known = identify()
    except (CallFailed, Mismatch):
        return
    wrong = (each for each in known if (each.part, each.what) != (naming.OUTPUT, "nothing"))
    trials.require(tuple(wrong), *naming.PARTS)


@pytest.mark.weight(1)
def test_weights_of_convolutions(student):
    """The five convolutions have the kernels and biases of AlexNet."""
    trial = built(student)
    for name in net.FILTERS:
        places.require_layer(name, trial.found, trial.wanted)


@pytest.mark.weight(1)
def test_weights_of_dense_layers(student):
    """The three dense layers have theirs, and there are no other weights."""
    trials.whole(built(student), net.ALEXNET)


@pytest.mark.weight(1)
def test_sizes_of_maps(student, rng):
    """Only the convolutions after the first one pad their maps."""
    trials.whole(built(student, LARGE), net.ALEXNET)
    trials.require(identified(student, rng), naming.CONVOLUTIONS)


@pytest.mark.weight(1)
def test_activations(student, rng):
    """Every hidden layer ends in ReLU."""
    trials.require(identified(student, rng), naming.ACTIVATIONS)


@pytest.mark.weight(2)
def test_response_normalisation(student, rng):
    """Responses are normalised after ReLU of the first two convolutions, and before pooling."""
    trials.require(identified(student, rng), naming.NORMALISATION)


@pytest.mark.weight(1)
def test_pooling(student, rng):
    """Windows of 3 by 3 overlap, two cells apart; the greatest number counts."""
    trials.require(identified(student, rng), naming.POOLING)


@pytest.mark.weight(1)
def test_output(student, rng):
    """The answers are probabilities, from a softmax of the last layer and of nothing else."""
    for each in identified(student, rng):
        if each.part == naming.OUTPUT and each.what == "nothing":
            require_logits_are_trained(student)
        elif each.part == naming.OUTPUT:
            trials.require((each,), naming.OUTPUT)


def require_logits_are_trained(student):
    expect.that(
        trials.takes_logits(student),
        "returned a model that ends without a softmax, and train_alexnet does not take its "
        "answers for logits",
    )


@pytest.mark.weight(1)
def test_width(student, rng):
    """Every hidden layer is scaled by `width`, to the nearest whole number and at least 1."""
    for width in (0.001, float(rng.uniform(0.021, 0.024)), 0.047):
        trials.whole(built(student, width=width), net.ALEXNET)


@pytest.mark.weight(1)
def test_other_images(student, rng):
    """Grey images that are wider than high, and another number of classes."""
    known = identified(student, rng, (83, 131, 1), int(rng.integers(3, 9)))
    trials.require(known, *(part for part in naming.PARTS if part != naming.OUTPUT))


@pytest.mark.weight(2)
def test_dropout(student, rng):
    """While it is trained, it drops half of the units after each of the first two dense layers."""
    del rng
    trial = thin(student)
    x = np.zeros((dropping.COUNT, *trial.input_shape), np.float32)
    weights = dropping.reading(trial)
    weights["fc7_bias"] += 0.05
    scale = dropping.ratios(*dropping.read(trial, weights, x))
    dropping.require_rate(scale > 0, 0.5, "the second dense layer")
    dropping.require_scale(scale[scale > 0], 2.0, "the second dense layer")
    weights = dropping.reading(trial)
    weights["fc6_bias"] += 0.05
    dropping.passing(trial, weights)
    scale = dropping.ratios(*dropping.read(trial, weights, x))
    expect.that(
        not np.allclose(scale[scale > 0], 2.0, rtol=0.06),
        "returned a model that drops no units after the first dense layer while it is trained",
    )
    dropping.require_scale(scale[scale > 0], 4.0, "the first two dense layers")
    dropping.require_rate(scale > 0, 0.75, "the first two dense layers")


@pytest.mark.weight(1)
def test_nothing_else_is_dropped(student, rng):
    """Neither maps nor answers change in training, but for what the dense layers drop."""
    trial = thin(student)
    x = trials.images(rng, trial.input_shape, dropping.COUNT) * np.float32(LOUD)
    weights = places.drawn(rng, x, trial.wanted, net.ALEXNET)
    for name in ("fc6_kernel", "fc6_bias", "fc7_kernel", "fc7_bias", "fc8_kernel", "fc8_bias"):
        weights[name] = np.zeros_like(weights[name])
    weights["fc8_bias"] = np.linspace(-1, 1, len(weights["fc8_bias"]))
    expect.that(
        np.allclose(*dropping.read(trial, weights, x), atol=1e-3),
        "returned a model whose answers change in training, whatever the dense layers drop",
    )
    weights = {**weights, **{k: v for k, v in dropping.reading(trial).items() if k[:2] == "fc"}}
    weights["fc6_kernel"] += 0.003 * np.abs(rng.normal(size=(len(weights["fc6_kernel"]), 1)))
    weights["fc6_bias"] += 0.01
    dropping.passing(trial, weights)
    scale = dropping.ratios(*dropping.read(trial, weights, x))
    kept = scale[scale > 1e-3]
    expect.that(
        np.allclose(kept, np.median(kept), rtol=1e-2),
        "returned a model in which numbers are dropped before the first dense layer",
        expect.shown(scale, 400),
    )


def thin(student):
    """A net of 41 units in each dense layer, and as many classes and one more."""
    return trials.whole(built(student, (67, 67, 3), 42, 0.01), net.ALEXNET)


@pytest.mark.weight(0.5)
def test_fresh_weights(student):
    """Two models have weights of their own, drawn by chance: kernels are neither equal nor 0."""
    one, other = (
        places.named(trial.model.weights(), trial.found, trial.wanted)
        for trial in (trials.whole(built(student), net.ALEXNET) for _ in range(2))
    )
    for name in net.LAYERS:
        first, second = one[f"{name}_kernel"], other[f"{name}_kernel"]
        expect.that(
            np.std(first) > 0 and not np.array_equal(first, second),
            "returned a model whose weights are not drawn anew: training needs them to differ",
        )
