"""Hidden tests of `train_lenet5`: what counts is what the weights that it leaves have learned.

The model is one of the suite's own making, so that a mistake in `build_lenet5` is not paid for
twice. Classes are renamed by chance for each submission, so that nothing that was learned
elsewhere is of use, and images are sorted by class. Weights are pulled out and tried here, on
images that the student's process never sees. All images are moved a little, those that train too:
on images that always lie in the same place a net without activations is nearly as good.

`tests/evidence/lenet5.py` trains under the same conditions; thresholds rest on what it finds. A
training that forgets one class may reach the threshold, so that is looked at by itself.
"""

from __future__ import annotations

import network
import numpy as np
import pytest
import reference

from autograder.suite import Mismatch, expect
from autograder.suite.training import Attempt

JUDGEMENTS = 2000
"""Of how many images at least an accuracy is made: few images are seen at several shifts each."""


def lenet5(student, input_shape, classes):
    """A model as build_lenet5 makes it, with weights for the training to start from."""
    return student.make_model(
        input_shape,
        [
            ("Conv2D", {"filters": 6, "kernel_size": 5, "activation": "tanh"}),
            ("AveragePooling2D", {"pool_size": 2}),
            ("Conv2D", {"filters": 16, "kernel_size": 5, "activation": "tanh"}),
            ("AveragePooling2D", {"pool_size": 2}),
            ("Flatten", {}),
            ("Dense", {"units": 120, "activation": "tanh"}),
            ("Dense", {"units": 84, "activation": "tanh"}),
            ("Dense", {"units": classes, "activation": "softmax"}),
        ],
    )


def start(model, rng, input_shape=(32, 32, 1), classes=10):
    """Weights as Keras draws them (Glorot's uniform ones), put into a model."""
    weights = []
    for shape in network.shapes(input_shape, classes).values():
        *window, inputs, outputs = shape if len(shape) > 1 else (0, 0)
        fan = int(np.prod(window)) * (inputs + outputs)
        limit = np.sqrt(6 / fan) if fan else 0.0
        weights.append(rng.uniform(-limit, limit, size=shape).astype(np.float32))
    model.set_weights(weights)
    return weights


def images_of(x):
    """Images as `prepare_digits` makes them; coloured ones are only divided."""
    if x.ndim == 3:
        return reference.prepare_digits(x, np.zeros(len(x), int))[0]
    return (x / np.float32(255)).astype(np.float32)


def moved(x, rng, most):
    """Each image moved by up to `most` pixels up or down and left or right; zeros move in."""
    height, width = x.shape[1:3]
    wide = np.pad(x, ((0, 0), (most, most), (most, most), (0, 0)))
    steps = rng.integers(0, 2 * most + 1, size=(len(x), 2))
    cut = [
        image[down : down + height, right : right + width]
        for image, (down, right) in zip(wide, steps, strict=True)
    ]
    return np.stack(cut)


def learned(model, x, labels, input_shape, classes):
    """The share of images that the weights of a model get right, computed here."""
    weights = model.weights()
    found = network.require_lenet5(weights, input_shape, classes)
    named = network.named(weights, found)
    if not all(np.isfinite(weight).all() for weight in named.values()):
        raise Mismatch("left weights that are not finite numbers: the training has diverged.")
    return float((network.predicted(x, named) == labels).mean())


@pytest.mark.weight(6)
def test_what_was_learned(student, dataset, training, rng):
    """The weights that it leaves recognise images that the model has never seen."""
    names, most = rng.permutation(dataset.classes), int(training.more["shift"])
    images, labels = dataset.train
    chosen = rng.permutation(len(labels))[: training.examples]
    chosen = chosen[np.argsort(names[labels[chosen]], kind="stable")]
    x = moved(images_of(images[chosen]), rng, most)
    y = np.eye(dataset.classes, dtype=np.float32)[names[labels[chosen]]]
    images, labels = dataset.held_out
    views = max(1, JUDGEMENTS // len(labels))
    unseen = np.concatenate([moved(images_of(images), rng, most) for _ in range(views)])
    wanted = np.tile(names[labels], views)
    shape = x.shape[1:]

    def run(seed: int) -> float:
        model = lenet5(student, shape, dataset.classes)
        start(model, np.random.default_rng(seed), shape, dataset.classes)
        told = student.train_lenet5(model.handle, x, y, training.epochs, training.batch_size, seed)
        accuracy = learned(model, unseen, wanted, shape, dataset.classes)
        return Attempt(accuracy, lambda: student.history(told))

    training.judge(run)


CLASSES = 10
SQUARES_EPOCHS = 20
ATTEMPTS = 3
"""Of a training that forgets a class by chance: another time it forgets another one, or none."""
FORGOTTEN = 0.1
"""Of its share of all answers, how much a class that was never shown is left with, at the most.

A net that learns slowly confuses classes, and yet names each about as often as it is there.
"""


def squares(rng, count=240):
    """Images of one bright square each, at ten places, sorted: nobody could confuse them."""
    labels = np.arange(count) * CLASSES // count
    x = rng.uniform(high=0.1, size=(count, 32, 32, 1)).astype(np.float32)
    places = rng.permutation(16)[:CLASSES]
    for image, place in zip(x, places[labels], strict=True):
        row, column = 8 * (place // 4), 8 * (place % 4)
        image[row : row + 8, column : column + 8] += 0.9
    return x, labels


@pytest.mark.supporting  # a model that was not trained at all names every class too
@pytest.mark.seconds(45)
@pytest.mark.weight(1)
def test_every_class_is_learned(student, rng):
    """All classes of images that come sorted are learned from, those at the end too."""
    forgotten = set(range(CLASSES))
    for _ in range(ATTEMPTS):
        x, labels = squares(rng)
        model = lenet5(student, x.shape[1:], CLASSES)
        start(model, rng)
        y = np.eye(CLASSES, dtype=np.float32)[labels]
        student.train_lenet5(model.handle, x, y, SQUARES_EPOCHS, 16, int(rng.integers(1 << 30)))
        weights = model.weights()
        given = network.named(weights, network.require_lenet5(weights, x.shape[1:], CLASSES))
        share = network.forward(x, given).mean(axis=0) * CLASSES
        forgotten &= set(np.flatnonzero(share < FORGOTTEN).tolist())
        if not forgotten:
            return
    raise Mismatch(
        f"leaves a model that each time knows {CLASSES - len(forgotten)} of {CLASSES} places of a "
        "square, in the order in which they came",
        f"forgotten {ATTEMPTS} times: {sorted(forgotten)}",
    )


EPOCHS = 3


def small_training(student, drawn):
    """For tests of how it trains, and not of how well: all of it follows from this number.

    Returns it, with the weights before and after and what the function returned.
    """
    rng = np.random.default_rng(drawn)
    labels = np.arange(48) * 10 // 48
    x = rng.uniform(size=(48, 32, 32, 1)).astype(np.float32)
    x[labels > 4] *= 0.3
    model = lenet5(student, (32, 32, 1), 10)
    before = start(model, rng)
    y = np.eye(10, dtype=np.float32)[labels]
    returned = student.train_lenet5(model.handle, x, y, EPOCHS, 16, 5)
    return drawn, before, model.weights(), returned


def first_training(student, rng):
    return student.once(small_training, int(rng.integers(1 << 30)))


@pytest.mark.seconds(20)
@pytest.mark.weight(1)
def test_every_layer_is_trained(student, rng):
    """The weights of every layer have changed, and are finite."""
    _, before, after, _ = first_training(student, rng)
    for old, new in zip(before, after, strict=True):
        expect.that(
            new.shape == old.shape and np.isfinite(new).all() and not np.array_equal(old, new),
            "left a model of which some weights are as they were before, or not finite",
        )


@pytest.mark.claim
@pytest.mark.seconds(20)
@pytest.mark.weight(0.5)
def test_history(student, rng):
    """The history has lists with a number for each epoch that it trained, the loss among them."""
    *_, returned = first_training(student, rng)
    history = student.history(returned)
    expect.that("loss" in history, "returned a history without 'loss'.", f"{list(history)!r}")
    trained = len(history["loss"])  # fewer where it stops early
    for name, values in history.items():
        expect.that(
            len(values) == trained and 1 <= trained <= EPOCHS,
            f"returned a history in which {name[:40]!r} has not one number for each epoch.",
            values,
        )


@pytest.mark.supporting
@pytest.mark.seconds(20)
@pytest.mark.weight(0.5)
def test_seed(student, rng):
    """The same seed and the same weights at the start lead to the same weights at the end."""
    drawn, _, one, _ = first_training(student, rng)
    _, _, other, _ = small_training(student, drawn)
    for first, second in zip(one, other, strict=True):
        expect.that(
            first.shape == second.shape and np.allclose(first, second, rtol=1e-3, atol=1e-4),
            "leaves other weights when it is called again with the same seed",
        )
