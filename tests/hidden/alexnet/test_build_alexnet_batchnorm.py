"""Hidden tests of `build_alexnet_batchnorm`.

The variant has no width, so a narrow net is put into it: only a few units of each layer get
weights, all others stay at zero, and give nothing to the next. Its answers show which network it
is, also if it is right but for one layer. Once, all of its weights are drawn.

In training, batches are normalised by what they are themselves. Which units were dropped is told
by the levels that a unit has over the images of a batch (`levels`), wherever the normalisation
stands; their size is not looked at.
"""

from __future__ import annotations

import dropping
import network as net
import numpy as np
import pytest
import trials
from test_build_alexnet import require_alike, whole_network

from autograder.suite import Mismatch, expect, identifying

FULL = (224, 224, 3)
SMALL = (195, 227, 3)
LEAST = (163, 163, 3)
"""The smallest images of which something is left at the end."""
LARGE = (291, 259, 3)
"""Images of which something is left in nets that pad nothing, or move more."""
LARGER = (419, 403, 3)
"""And in those that pool by windows which do not overlap."""
TINY = (99, 91, 3)
"""Images of which enough is left in nets that do not make their maps small."""
MOST_SET = 60_000_000
"""More weights than these are not set: there are twice as many as in the right network."""
ACTIVE = 0.02
"""The width of the net that is put into the variant."""
READ = 300
"""How many units are looked at, for dropout."""


def built(student, small=SMALL, classes=6):
    """What the variant shows on the smallest images that it takes."""

    def build(size):
        with student.without_initial_weights():
            model = student.model(student.build_alexnet_batchnorm(size, classes))
        return trials.shown(model, size, net.variant(classes), batchnorm=True, pulled=False)

    seen, size = trials.first_built(build, (small, LARGE, LARGER))
    if size == SMALL and trials.weights_of(seen.model) > MOST_SET:
        return trials.first_built(build, (TINY, small))[0]
    return seen


def narrow(trial, rng, x):
    """A narrow net, alone and within a whole one."""
    counts = {name: layer.count for name, layer in net.variant(6, ACTIVE).layers.items()}
    return trials.narrow(trial, rng, x, counts)


def identified(student, rng):
    """What the variant is; it is built and tried once for all tests."""
    found = trials.answered(built(student), net.variant(6), rng, active=ACTIVE, batches=True)
    net.require_like(found.differences)
    return found


def known(student, rng):
    return student.once(identified, rng)


def require(student, rng, *parts):
    """Require that nothing in these parts of the network is otherwise."""
    found = known(student, rng)
    net.require(
        found.differences,
        *parts,
        known=found,
        build=f"build_alexnet_batchnorm({found.input_shape}, 6)",
    )


def by_weights(student):
    return trials.by_weights(built(student), net.variant(6))


def wrong_weights(student, rng):
    return trials.wrong_weights(student, rng, identified, by_weights)


def whole(student):
    """The variant in full; it is built once for all tests."""
    with student.without_initial_weights():
        return student.model(student.build_alexnet_batchnorm())


@pytest.mark.public
@pytest.mark.claim
@pytest.mark.weight(0.5)
def test_number_of_parameters(student):
    """24,834,833 parameters."""
    model = student.once(whole)
    if not model.weight_shapes():
        model.predict(np.zeros((1, *FULL), np.float32))
    count = sum(int(np.prod(shape)) for shape in model.weight_shapes())
    expect.that(count == 24834833, f"returned a model with {count:,} parameters.")


@pytest.mark.seconds(20)
@pytest.mark.weight(0.5)
def test_whole_network(student, rng):
    """All of it, 24,815,697 weights that are trained: some are drawn, and the answers are right."""
    require_alike(lambda: known(student, rng).differences)
    model = student.once(whole)
    right = net.variant(17)
    whole_network(student, model, right, FULL, rng, 24834833, batchnorm=True)


@pytest.mark.weight(1)
def test_weights(student, rng):
    """Each layer has its kernel and its bias, and there are no other layers."""
    require(student, rng, *net.WEIGHTS)


@pytest.mark.weight(0.5)
def test_sizes_of_maps(student, rng):
    """Of the convolutions, only the second pads its maps."""
    require(student, rng, net.SIZES)


@pytest.mark.weight(0.5)
def test_activations(student, rng):
    """Every hidden layer ends in ReLU."""
    require(student, rng, net.ACTIVATIONS)


@pytest.mark.weight(1)
def test_batch_normalisation(student, rng):
    """Batches are normalised after ReLU, and after pooling where there is pooling."""
    require(student, rng, net.NORMALISATION)


@pytest.mark.weight(0.5)
def test_pooling(student, rng):
    """Windows of 3 by 3 overlap, two cells apart; the greatest number counts."""
    require(student, rng, net.POOLING)


@pytest.mark.weight(0.5)
def test_output(student, rng):
    """A number for each class; the answers are probabilities, from a softmax and nothing else."""
    trials.require_output(student, known(student, rng).differences)


def read_out(student):
    """What a variant shows whose answers are units of fc7; it is built once for two tests."""
    return built(student, LEAST, READ + 1)


def dropout(student, rng):
    """Require that 0.4 of the units are dropped after each of the first two dense layers."""
    trial = student.once(read_out)
    x = np.zeros((dropping.COUNT, *trial.input_shape), np.float32)
    weights = dropping.reading(trial)
    weights["fc6_bias"] += 1
    weights["fc7_bias"] += 1.5 if flattens(student, rng) else 5
    for name, shift in (("fc6_beta", 1), ("fc7_beta", 5)):
        if name in weights:
            weights[name] += shift
    dropping.passing(trial, weights)
    weights["fc8_kernel"] *= 0.1  # small sums, which sigmoids at the end do not squeeze
    trial.put(weights)
    dropping.require_rest(trial, x)
    units = dropping.trained(trial, x)
    if dropped_last(weights, units) and not normalised_first(student, rng):
        raise dropping.DroppedWrongly(
            "order",
            "returned a model that drops units of a dense layer after it has normalised them",
        )
    found = levels(units)
    ways = np.median(found.max(axis=0)) + 1  # of dropping a unit, or not dropping what it sees
    if ways < 3:
        if ways < 2:
            raise dropping.DroppedWrongly(
                "none",
                "returned a model that drops no units of its dense layers while it is trained",
            )
        where = which_is_missing(trial, weights, x)
        raise dropping.DroppedWrongly(
            "one", f"returned a model that drops no units after {where} while it is trained"
        )
    both = found[:, found.max(axis=0) == 2]
    dropping.require_rate(both > 0, 0.4, "the second dense layer")
    dropping.require_rate(both[both > 0] == 2, 0.4, "the first dense layer")


@pytest.mark.seconds(20)
@pytest.mark.weight(1.5)
def test_dropout(student, rng):
    """While it is trained, it drops 0.4 of the units after each of the first two dense layers."""
    student.once(dropout, rng)


def dropped_last(weights, units):
    """Whether units of fc7 are dropped after they were normalised: then they are zero."""
    return "fc7_mean" in weights and bool(np.mean(np.abs(units) < ZERO) > 0.1)


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


def second_dense_layer(student, rng):
    """What is known of fc7; it is like the right one where nothing is known."""
    right = net.variant(6).layers["fc7"]
    try:
        return known(student, rng).found.layers.get("fc7", right)
    except Mismatch:
        return right


def normalised_first(student, rng):
    """Whether fc7 normalises its batches before the activation, which is wrong by itself."""
    layer = second_dense_layer(student, rng)
    return layer.order.startswith("b") and "gamma" in layer.moments


def flattens(student, rng):
    """Whether fc7 gives nearly the same for all large numbers, which is wrong by itself."""
    kinds = second_dense_layer(student, rng).activation.split(", ")
    return not {"tanh", "sigmoid", "scaled_tanh", "softsign", "hard_sigmoid"}.isdisjoint(kinds)


def nothing_else(student, rng):
    """Require that training changes nothing but what the dense layers drop.

    It cannot be told where another share of them is dropped, or in another place: see `dropout`.
    """
    known(student, rng)
    try:
        student.once(dropout, rng)
    except dropping.DroppedWrongly as wrong:
        if wrong.kind in ("share", "order"):
            return
    trial = student.once(read_out)
    x = np.repeat(identifying.images(rng, trial.input_shape, 1), FEW, axis=0)
    _, within = narrow(trial, rng, x[:2])
    weights = dropping.reading(trial)
    weights = {k: np.abs(within[k]) if k.startswith("conv") else v for k, v in weights.items()}
    weights |= {k: v for k, v in within.items() if k.startswith("conv") and k.endswith("kernel")}
    if "conv5_beta" in weights:
        weights["conv5_beta"] += 3.0  # batches of one image are normalised to this, far from zero
    seen = rng.choice(len(weights["fc6_kernel"]), SEEN, replace=False)
    # every unit sees the same sum of some numbers of the maps, and is kept from dying by its bias
    weights["fc6_kernel"][seen] = rng.choice([-1, 1], size=(SEEN, 1)) / np.sqrt(SEEN)
    weights["fc6_bias"] += 4.0
    weights["fc7_kernel"] += 0.3 / len(weights["fc7_kernel"])
    for name, shift in (("fc6_beta", 3.0), ("fc7_beta", 0.5)):
        if name in weights:
            weights[name] += shift
    if normalised_first(student, rng):
        weights["fc7_gamma"] *= 0  # else what fc6 drops is blown up
    trial.put(weights)
    training = dropping.trained(trial, x)
    top = np.where(training > np.median(training, axis=0) - 0.1, training, np.nan)
    spread = np.nanstd(top, axis=0)
    if not np.median(spread) < SPREAD:
        raise dropping.DroppedWrongly(
            "maps",
            "returned a model in which numbers are dropped before the first dense layer",
            f"the units that are kept scatter by {np.median(spread):.4g}",
        )
    ends = np.linspace(-1, 1, READ + 1)
    trial.put({**weights, "fc8_kernel": 0 * weights["fc8_kernel"], "fc8_bias": ends})
    if not np.allclose(
        dropping.trained(trial, x), dropping.logits(trial.model.predict(x)), atol=1e-3
    ):
        raise dropping.DroppedWrongly(
            "answers",
            "returned a model whose answers change in training, whatever the dense layers drop",
        )


@pytest.mark.seconds(20)
@pytest.mark.weight(0.5)
def test_nothing_else_is_dropped(student, rng):
    """Neither maps nor answers change in training, but for what the dense layers drop."""
    student.once(nothing_else, rng)


ZERO = 1e-4
"""What is left of a unit that is dropped last; one that is normalised then is no longer zero."""
FEW = 8
SEEN = 64
SPREAD = 0.05
