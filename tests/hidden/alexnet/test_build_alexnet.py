"""Hidden tests of `build_alexnet`.

Most tests look at narrow nets on small images, where everything can be tried; the whole network of
62 million weights is filled with numbers that are drawn inside from a seed, and drawn here again.
Its answers, never what it says of itself, show which network it is: one that is right but for one
layer is known too, so that each part of it has its own share. Where dropout is shows in the answers
that a model gives in training (`dropping`).

A model may end in logits where `train_alexnet` takes them for what they are: one that is given a
net without a softmax must be able to teach it. Otherwise the answers must be probabilities.
"""

from __future__ import annotations

import dropping
import network as net
import numpy as np
import pytest
import trials

from autograder.sandbox import CallFailed, StudentRaised
from autograder.suite import Mismatch, expect, identifying
from autograder.suite.network_search import agrees
from autograder.suite.network_weights import drawn
from autograder.suite.networks import forward, softmax

FULL = (227, 227, 3)
SMALL = (99, 75, 3)
LARGE = (227, 195, 3)
"""Images of which something is left in nets that pad nothing."""
NARROW = 1 / 16
"""A width that makes whole and even numbers of all layers."""
ACTIVE = 1 / 16
"""The share of the units of each hidden layer that get weights in the whole network."""
LOUD = 100.0
"""The size of inputs under which the constants of the response normalisation count."""


def built(student, sizes=(SMALL, LARGE), classes=6, width=NARROW):
    """What a narrow net shows, and the right network, on the smallest images that it takes."""

    def build(size):
        model = student.model(student.build_alexnet(size, classes, width))
        return trials.shown(model, size, net.alexnet(classes, width))

    return trials.first_built(build, sizes)[0], net.alexnet(classes, width)


def identified(student, rng, sizes=(SMALL, LARGE), classes=6):
    seen, right = built(student, sizes, classes)
    loud = dict.fromkeys(net.NORMALISED, LOUD)
    if trials.weights_of(seen.model) > trials.MOST_PULLED:
        found = trials.answered(seen, right, rng, scale=LOUD, loud=loud)
    else:
        found = identifying.identified(seen, right, rng, scale=LOUD, loud=loud)
    net.require_like(found.differences)
    return found


def known(student, rng):
    """What a narrow net is; it is built and tried once for all tests."""
    return student.once(identified, rng)


def require(student, rng, *parts):
    """Require that nothing in these parts of the network is otherwise."""
    found = known(student, rng)
    net.require(
        but_for_width(found.differences),
        *parts,
        known=found,
        build=f"build_alexnet({found.input_shape}, 6, {NARROW})",
    )


def but_for_width(found):
    """Without layers that have all units of the paper in a narrow net: `width` does not reach them.

    This is a mistake of its own, see `test_width`.
    """
    paper = net.FILTERS | net.UNITS
    return [each for each in found if each.what != "count" or each.value != paper.get(each.layer)]


def by_weights(student):
    return trials.by_weights(*built(student))


def wrong_weights(student, rng):
    return trials.wrong_weights(student, rng, identified, by_weights)


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
@pytest.mark.weight(1.5)
def test_whole_network(student, rng):
    """AlexNet in full, 62,378,344 weights: a part of them is drawn, and the answers are right."""
    require_alike(lambda: but_for_width(known(student, rng).differences))
    with student.without_initial_weights():
        model = student.model(student.build_alexnet())
    whole_network(student, model, net.alexnet(1000), FULL, rng, 62378344)


def whole_network(student, model, right, input_shape, rng, parameters, **seen):
    """Require that a model of this size answers rightly while a part of its units have weights."""
    trial = trials.shown(model, input_shape, right, pulled=False, **seen)
    count = sum(int(np.prod(shape)) for shape in trial.read.have)
    expect.that(count == parameters, f"returned a model with {count:,} parameters.")
    net.require(trials.by_weights(trial, right), *net.PARTS)
    counts = {name: net.scaled(layer.count, ACTIVE) for name, layer in right.layers.items()}
    x = identifying.images(rng, input_shape, 1) * np.float32(LOUD)
    loud = dict.fromkeys(net.NORMALISED, LOUD)
    weights, within = trials.narrow(trial, rng, x, counts, loud, somewhere=True)
    trial.put(within)
    answer = model.predict(x, dropping=False)
    expect.that(
        answer.shape == (1, right.layers["fc8"].count),
        f"returned a model that answers {answer.shape} for an image.",
    )
    alone = trials.narrowed(right, counts)
    logits = forward(x, weights, alone.changed("fc8", activation="linear"))
    wanted = softmax(logits)
    if agrees(wanted, answer):
        return
    if not agrees(logits, answer):
        raise Mismatch(
            "returned a model that has the right weights and computes something else.",
            f"expected {expect.shown(wanted, 400)}, got {expect.shown(answer, 400)}",
        )
    expect.that(
        trials.takes_logits(student),
        "returned a model that ends without a softmax, and train_alexnet does not take its "
        "answers for logits",
    )


def require_alike(wrong_with):
    """Require that a small network, if it can be told what it is, is none of the known wrong ones.

    The whole one would be wrong too, and takes seconds.
    """
    try:
        wrong = wrong_with()
    except (CallFailed, Mismatch):
        return
    logits = [each for each in wrong if (each.what, each.value) == ("activation", "linear")]
    logits = [each for each in logits if each.layer == "fc8"]
    net.require([each for each in wrong if each not in logits], *net.PARTS)


@pytest.mark.weight(1.5)
def test_weights_of_convolutions(student, rng):
    """The five convolutions have the kernels and biases of AlexNet."""
    require(student, rng, net.FILTER_WEIGHTS)


@pytest.mark.weight(1.5)
def test_weights_of_dense_layers(student, rng):
    """The hidden dense layers have theirs, and there are no other layers."""
    require(student, rng, net.DENSE_WEIGHTS)


@pytest.mark.weight(1)
def test_sizes_of_maps(student, rng):
    """The first convolution moves by four cells; only those after it pad their maps."""
    require(student, rng, net.SIZES)


@pytest.mark.weight(1)
def test_activations(student, rng):
    """Every hidden layer ends in ReLU."""
    require(student, rng, net.ACTIVATIONS)


@pytest.mark.weight(2)
def test_response_normalisation(student, rng):
    """Responses are normalised after ReLU of the first two convolutions, and before pooling."""
    require(student, rng, net.NORMALISATION)


@pytest.mark.weight(1)
def test_pooling(student, rng):
    """Windows of 3 by 3 overlap, two cells apart; the greatest number counts."""
    require(student, rng, net.POOLING)


@pytest.mark.weight(1)
def test_output(student, rng):
    """The answers are probabilities, from a softmax of the last layer and of nothing else."""
    trials.require_output(student, known(student, rng).differences)


def other_widths(student, rng):
    """What is otherwise in nets of other widths, as their weights show it."""
    found = []
    for width in (0.001, float(rng.uniform(0.021, 0.024)), 0.047):
        found += trials.by_weights(*built(student, width=width))
    return tuple(dict.fromkeys(found))


@pytest.mark.weight(1)
def test_width(student, rng):
    """Every hidden layer is scaled by `width`, to the nearest whole number and at least 1."""
    known_as = but_for_width(wrong_weights(student, rng))
    found = student.once(other_widths, rng)
    layers = ("missing", "extra")
    if any(each.what in layers for each in known_as):  # layers with one unit look alike
        found = [each for each in found if each.what not in layers]
    trials.require_no_more(found, known_as)


GREY = ((83, 131, 1), (195, 227, 1))


def grey(student, rng):
    """What a net for grey images and another number of classes is."""
    return identified(student, rng, GREY, int(rng.integers(3, 6)))


@pytest.mark.weight(0.5)
def test_other_images(student, rng):
    """Grey images that are wider than high, and another number of classes."""
    trials.require_no_more(student.once(grey, rng).differences, known(student, rng).differences)


def dropout(student):
    """Require that half of the units are dropped after each of the first two dense layers."""
    trial = thin(student)
    x = np.zeros((dropping.COUNT, *trial.input_shape), np.float32)
    weights = dropping.reading(trial)
    weights["fc7_bias"] += 0.05
    second = dropping.ratios(*dropping.read(trial, weights, x))
    dropping.require_rest(trial, x)
    weights = dropping.reading(trial)
    weights["fc6_bias"] += 0.05
    dropping.passing(trial, weights)
    scale = dropping.ratios(*dropping.read(trial, weights, x))
    if (second > 0).all() and (scale > 0).all():
        raise dropping.DroppedWrongly(
            "none", "returned a model that drops no units of its dense layers while it is trained"
        )
    if (second > 0).all():
        raise dropping.DroppedWrongly(
            "one",
            "returned a model that drops no units after the second dense layer while it is trained",
        )
    dropping.require_rate(second > 0, 0.5, "the second dense layer")
    dropping.require_scale(second[second > 0], 2.0, "the second dense layer")
    if np.allclose(scale[scale > 0], 2.0, rtol=0.06):
        raise dropping.DroppedWrongly(
            "one",
            "returned a model that drops no units after the first dense layer while it is trained",
        )
    dropping.require_scale(scale[scale > 0], 4.0, "the first two dense layers")
    dropping.require_rate(scale > 0, 0.75, "the first two dense layers")


@pytest.mark.weight(2)
def test_dropout(student):
    """While it is trained, it drops half of the units after each of the first two dense layers."""
    student.once(dropout)


def nothing_else(student, rng):
    """Require that training changes nothing but what the dense layers drop."""
    trial = thin(student)
    if any("b" in layer.order for layer in trial.read.network.layers.values()):
        raise dropping.DroppedWrongly(
            "batches",
            "returned a model that normalises batches, so that its answers change in training",
        )
    x = identifying.images(rng, trial.input_shape, dropping.COUNT) * np.float32(LOUD)
    loud = dict.fromkeys(net.NORMALISED, LOUD)
    weights = drawn(rng, x, trial.wanted, trial.likeliest(), loud)
    for name in weights:
        if not name.startswith("conv"):
            weights[name] = np.zeros_like(weights[name])
    weights["fc8_bias"] = np.linspace(-1, 1, len(weights["fc8_bias"]))
    if not np.allclose(*dropping.read(trial, weights, x), atol=1e-3):
        raise dropping.DroppedWrongly(
            "answers",
            "returned a model whose answers change in training, whatever the dense layers drop",
        )
    dense = {k: v for k, v in dropping.reading(trial).items() if not k.startswith("conv")}
    weights = {**weights, **dense}
    first = f"{trial.read.network.dense[0]}_kernel"
    weights[first] += 0.003 * np.abs(rng.normal(size=(len(weights[first]), 1)))
    weights[first.replace("kernel", "bias")] += 0.01
    dropping.passing(trial, weights)
    scale = dropping.ratios(*dropping.read(trial, weights, x))
    kept = scale[scale > 1e-3]
    if not np.allclose(kept, np.median(kept), rtol=1e-2):
        raise dropping.DroppedWrongly(
            "maps",
            "returned a model in which numbers are dropped before the first dense layer",
            expect.shown(scale, 400),
        )


@pytest.mark.weight(1)
def test_nothing_else_is_dropped(student, rng):
    """Neither maps nor answers change in training, but for what the dense layers drop."""
    student.once(nothing_else, rng)


def thin(student):
    """A net of 82 units in each dense layer; a layer of half as many can be read too."""
    sizes = ((67, 67, 3), LARGE)
    try:
        return built(student, sizes, 42, 0.02)[0]
    except StudentRaised:  # as layers in groups do, of which a width makes odd numbers
        return built(student, sizes, 42)[0]


def fresh(student):
    trials.starts(student, lambda: built(student)[0].model)


@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_fresh_weights(student):
    """Two models have weights of their own, drawn by chance, and all of them are to be trained."""
    student.once(fresh)
