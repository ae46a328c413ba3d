"""Hidden tests of `build_alexnet_batchnorm`.

The variant has no width, so a narrow net is put into it: only a few units of each layer get
weights, all others stay at zero, and give nothing to the next. Its answers show which network it
is (`naming`). Once, all of its weights are drawn.

In training, batches are normalised by what they are themselves. Which units were dropped is told
by the levels that a unit has over the images of a batch (`levels`), wherever the normalisation
stands; their size is not looked at.
"""

from __future__ import annotations

import dropping
import naming
import network as net
import numpy as np
import places
import pytest
import trials
from test_build_alexnet import require_alike, require_logits_are_trained

from autograder.suite import Mismatch, expect
from autograder.suite.models import filled

FULL = (224, 224, 3)
SMALL = (195, 227, 3)
LEAST = (163, 163, 3)
"""The smallest images of which something is left at the end."""
ACTIVE = 0.02
"""The width of the net that is put into the variant."""
READ = 300
"""How many units are looked at, for dropout."""


def built(student, input_shape=SMALL, classes=6):
    model = student.model(student.build_alexnet_batchnorm(input_shape, classes))
    return trials.built(model, input_shape, classes, 1.0, net.VARIANT)


def whole(student, input_shape=SMALL, classes=6):
    return trials.whole(built(student, input_shape, classes), net.VARIANT)


def narrow(trial, rng, x, width=ACTIVE):
    """A narrow net, alone and within a whole one."""
    classes = trial.wanted["fc8_bias"][0]
    shapes = net.shapes(trial.input_shape, classes, width, net.VARIANT)
    weights = places.drawn(rng, x, shapes, net.VARIANT)
    maps = net.sizes(net.VARIANT, trial.input_shape)[-1]
    return weights, {
        name: placed(array, trial.wanted[name], maps if name == "fc6_kernel" else None)
        for name, array in weights.items()
    }


def placed(array, shape, maps=None):
    """An array in the corner of zeros; of fc6's kernel, in the corner of each cell of the maps."""
    if maps is not None:
        rows, columns = maps
        whole = np.zeros((rows, columns, shape[0] // (rows * columns), shape[1]), np.float32)
        part = array.reshape(rows, columns, -1, array.shape[1])
        whole[:, :, : part.shape[2], : part.shape[3]] = part
        return whole.reshape(shape)
    whole = np.zeros(shape, np.float32)
    whole[tuple(slice(0, size) for size in array.shape)] = array
    return whole


def identified(student, rng):
    """What the variant does otherwise; it is built and tried once for all tests."""

    def tried():
        trial = whole(student)
        x = trials.images(rng, SMALL)
        weights, within = narrow(trial, rng, x)
        trial.put(within)
        return trials.named(trial.model.predict(x), x, weights, net.VARIANT)

    return trials.once(student, "variant", tried)


@pytest.mark.public
@pytest.mark.claim
@pytest.mark.weight(0.5)
def test_number_of_parameters(student):
    """24,834,833 parameters."""
    model = student.model(student.build_alexnet_batchnorm())
    if not model.weight_shapes():
        model.predict(np.zeros((1, *FULL), np.float32))
    count = sum(int(np.prod(shape)) for shape in model.weight_shapes())
    expect.that(count == 24834833, f"returned a model with {count:,} parameters.")


@pytest.mark.seconds(20)
@pytest.mark.weight(1.5)
def test_whole_network(student, rng):
    """All of it, 24,815,697 weights that are trained: the answers are right for drawn weights."""
    require_alike(lambda: identified(student, rng))
    model = student.model(student.build_alexnet_batchnorm())
    if not model.weight_shapes():
        model.predict(np.zeros((1, *FULL), np.float32))
    have = model.weight_shapes()
    wanted = net.shapes(FULL, 17, network=net.VARIANT)
    found = places.find(have, wanted, net.sizes(net.VARIANT, FULL)[-1])
    places.require_all(found, wanted, len(have))
    seed = int(rng.integers(1 << 30))
    model.fill(seed, 1.0)
    weights = places.named(filled(have, seed, 1.0), found, wanted)
    x = trials.images(rng, FULL, 1)
    answer = model.predict(x)
    expect.that(
        answer.shape == (1, 17), f"returned a model that answers {answer.shape} for an image."
    )
    right = net.forward(x, weights, net.VARIANT)
    logits = net.forward(x, weights, net.VARIANT.changed(end="nothing"))
    if naming.agrees(right, answer):
        return
    if naming.agrees(logits, answer):
        return require_logits_are_trained(student)
    raise Mismatch(
        "returned a model that has the right weights and computes something else.",
        f"expected {expect.shown(right, 400)}, got {expect.shown(answer, 400)}",
    )


@pytest.mark.claim
@pytest.mark.weight(0.5)
def test_weights(student):
    """Each layer has its kernel and its bias, each hidden one what normalises its batches."""
    whole(student)


@pytest.mark.weight(0.5)
def test_sizes_of_maps(student, rng):
    """Of the convolutions, only the second pads its maps."""
    trials.require(identified(student, rng), naming.CONVOLUTIONS)


@pytest.mark.weight(0.5)
def test_activations(student, rng):
    """Every hidden layer ends in ReLU."""
    trials.require(identified(student, rng), naming.ACTIVATIONS)


@pytest.mark.weight(1)
def test_batch_normalisation(student, rng):
    """Batches are normalised after ReLU, and after pooling where there is pooling."""
    trials.require(identified(student, rng), naming.NORMALISATION)


@pytest.mark.weight(0.5)
def test_pooling(student, rng):
    """Windows of 3 by 3 overlap, two cells apart; the greatest number counts."""
    trials.require(identified(student, rng), naming.POOLING)


@pytest.mark.weight(0.5)
def test_output(student, rng):
    """The answers are probabilities, from a softmax of the last layer and of nothing else."""
    for each in identified(student, rng):
        if each.part == naming.OUTPUT and each.what == "nothing":
            require_logits_are_trained(student)
        elif each.part == naming.OUTPUT:
            trials.require((each,), naming.OUTPUT)


@pytest.mark.seconds(20)
@pytest.mark.weight(1.5)
def test_dropout(student, rng):
    """While it is trained, it drops 0.4 of the units after each of the first two dense layers."""
    del rng
    trial = whole(student, LEAST, READ + 1)
    x = np.zeros((dropping.COUNT, *LEAST), np.float32)
    weights = dropping.reading(trial)
    weights["fc6_bias"] += 1
    weights["fc7_bias"] += 5
    weights["fc7_beta"] += 5
    dropping.passing(trial, weights)
    trial.put(weights)
    found = levels(dropping.trained(trial, x))
    ways = np.median(found.max(axis=0)) + 1  # of dropping a unit, or not dropping what it sees
    if ways < 3:
        where = which_is_missing(trial, weights, x)
        raise Mismatch(f"returned a model that drops no units after {where} while it is trained.")
    both = found[:, found.max(axis=0) == 2]
    dropping.require_rate(both > 0, 0.4, "the second dense layer")
    dropping.require_rate(both[both > 0] == 2, 0.4, "the first dense layer")


def which_is_missing(trial, weights, x):
    """After which dense layer no units are dropped."""
    trial.put({**weights, "fc7_kernel": np.zeros_like(weights["fc7_kernel"])})
    second = levels(dropping.trained(trial, x)).max() > 0
    return "the first dense layer" if second else "the second dense layer"


def levels(units):
    """For each unit and image which level it is on, the lowest being 0.

    Over the images of a batch a unit has as many values as there are ways to drop it and what it
    sees, some of them apart by an error of computing.
    """
    order = np.argsort(units, axis=0)
    rising = np.take_along_axis(units, order, 0)
    gap = 0.02 * np.maximum(rising[-1] - rising[0], 0.05)
    steps = np.vstack([np.zeros(units.shape[1], int), np.diff(rising, axis=0) > gap]).cumsum(0)
    found = np.empty_like(steps)
    np.put_along_axis(found, order, steps, 0)
    return found


@pytest.mark.seconds(20)
@pytest.mark.weight(0.5)
def test_nothing_else_is_dropped(student, rng):
    """Neither maps nor answers change in training, but for what the dense layers drop."""
    trial = whole(student, LEAST, READ + 1)
    x = np.repeat(trials.images(rng, LEAST, 1), FEW, axis=0)
    _, within = narrow(trial, rng, x[:2])
    weights = dropping.reading(trial)
    weights = {k: v if k.startswith("fc") else np.abs(within[k]) for k, v in weights.items()}
    weights |= {k: v for k, v in within.items() if k.startswith("conv") and k.endswith("kernel")}
    weights["conv5_beta"] += 3.0  # batches of one image are normalised to this, far from zero
    seen = rng.choice(len(weights["fc6_kernel"]), SEEN, replace=False)
    # every unit sees the same sum of some numbers of the maps, and is kept from dying by its bias
    weights["fc6_kernel"][seen] = rng.choice([-1, 1], size=(SEEN, 1)) / np.sqrt(SEEN)
    weights["fc6_bias"] += 4.0
    weights["fc6_beta"] += 3.0
    weights["fc7_kernel"] += 0.3 / len(weights["fc7_kernel"])
    weights["fc7_beta"] += 0.5
    trial.put(weights)
    training = dropping.trained(trial, x)
    top = np.where(training > np.median(training, axis=0) - 0.1, training, np.nan)
    spread = np.nanstd(top, axis=0)
    expect.that(
        bool(np.median(spread) < SPREAD),
        "returned a model in which numbers are dropped before the first dense layer",
        f"the units that are kept scatter by {np.median(spread):.4g}",
    )
    ends = np.linspace(-1, 1, READ + 1)
    trial.put({**weights, "fc8_kernel": 0 * weights["fc8_kernel"], "fc8_bias": ends})
    expect.that(
        np.allclose(dropping.trained(trial, x), ends[:-1] - ends[-1], atol=1e-3),
        "returned a model whose answers change in training, whatever the dense layers drop",
    )


FEW = 8
SEEN = 64
SPREAD = 0.05
