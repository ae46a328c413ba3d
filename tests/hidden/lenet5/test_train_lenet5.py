"""Hidden tests of `train_lenet5`: what counts is what the weights that it leaves have learned.

The model is one of the suite's own making, so that a mistake in `build_lenet5` is not paid for
twice. Classes are renamed by chance for each submission, so that nothing that was learned
elsewhere is of use, and images are sorted by class. Weights are pulled out and tried here, on
images that the student's process never sees. All images are moved a little, those that train too:
on images that always lie in the same place a net without activations is nearly as good.

`tests/evidence/lenet5.py` trains under the same conditions; thresholds rest on what it finds. A
training that forgets one class may reach the threshold, so that is looked at by itself.

All tests look at the judged training, which takes most of the time. Where it does not show what a
test asks for, a training of its own decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import network
import numpy as np
import pytest
import reference

from autograder.sandbox import CallFailed
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


@dataclass(frozen=True)
class Task:
    """What a training is given, and images that it never sees, with their class numbers."""

    x: np.ndarray
    y: np.ndarray
    unseen: np.ndarray
    labels: np.ndarray


@dataclass(frozen=True)
class Trained:
    """What a training of at most so many epochs left: the weights, and what was returned."""

    epochs: int
    before: list[np.ndarray]
    after: list[np.ndarray]
    returned: Any


def drawn_task(dataset, training, rng):
    """The task of the judged training; the class with the fewest images comes last.

    So a training that leaves out the last tenth of the images never sees that class.
    """
    names, most = rng.permutation(dataset.classes), int(training.more["shift"])
    images, labels = dataset.train
    chosen = rng.permutation(len(labels))[: training.examples]
    rarest = np.bincount(labels[chosen], minlength=dataset.classes).argmin()
    last = names.argmax()
    names[[rarest, last]] = names[[last, rarest]]
    chosen = chosen[np.argsort(names[labels[chosen]], kind="stable")]
    x = moved(images_of(images[chosen]), rng, most)
    y = np.eye(dataset.classes, dtype=np.float32)[names[labels[chosen]]]
    images, labels = dataset.held_out
    views = max(1, JUDGEMENTS // len(labels))
    unseen = np.concatenate([moved(images_of(images), rng, most) for _ in range(views)])
    return Task(x, y, unseen, np.tile(names[labels], views))


def trained(student, x, y, epochs, batch_size, seed, rng):
    """Train a model whose weights at the start come from a generator."""
    shape, classes = x.shape[1:], y.shape[1]
    model = lenet5(student, shape, classes)
    before = start(model, rng, shape, classes)
    returned = student.train_lenet5(model.handle, x, y, epochs, batch_size, seed)
    return Trained(epochs, before, model.weights(), returned)


def answers_of(done, x, classes):
    """The probabilities of classes for images, by the weights that a training left.

    Raises:
        Mismatch: they are not weights of LeNet-5, or not finite.
    """
    found = network.require_lenet5(done.after, x.shape[1:], classes)
    named = network.named(done.after, found)
    if not all(np.isfinite(weight).all() for weight in named.values()):
        raise Mismatch("left weights that are not finite numbers: the training has diverged.")
    return network.answers(x, named)


def judged_training(student, task, training, seed):
    """A training, and the probabilities that it leaves for the images that it never saw."""
    rng = np.random.default_rng(seed)
    done = trained(student, task.x, task.y, training.epochs, training.batch_size, seed, rng)
    return done, answers_of(done, task.unseen, task.y.shape[1])


def first_judged(student, dataset, training, rng):
    """The first judged training: it runs once for all tests."""
    task = drawn_task(dataset, training, rng)
    return task, *judged_training(student, task, training, training.seeds()[0])


@pytest.mark.weight(6)
def test_what_was_learned(student, dataset, training, rng):
    """The weights that it leaves recognise images that the model has never seen."""
    task, *first = student.once(first_judged, dataset, training, rng)

    def run(seed: int) -> Attempt:
        is_first = seed == training.seeds()[0]
        done, answers = first if is_first else judged_training(student, task, training, seed)
        accuracy = float((answers.argmax(axis=1) == task.labels).mean())
        return Attempt(accuracy, lambda: student.history(done.returned))

    training.judge(run)


CLASSES = 10
SQUARES_EPOCHS = 20
ATTEMPTS = 3
"""Of a training that forgets a class by chance: another time it forgets another one, or none."""
FORGOTTEN = 0.1
"""Of its share of all answers, how much a class that was never shown is left with, at the most.

A net that learns slowly confuses classes, and yet names each about as often as it is there.
"""
REMEMBERED = 0.5
"""The same after the judged training, at the least, if it has learned every class.

Right trainings leave each class with two thirds of its share or more. A class that was never shown
is left with a hundredth.
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


def remembers_all(student, dataset, training, rng):
    """Whether the judged training leaves no doubt that it has learned every class."""
    try:
        task, _, answers = student.once(first_judged, dataset, training, rng)
    except (CallFailed, Mismatch):
        return False
    there = np.bincount(task.labels, minlength=dataset.classes) / len(task.labels)
    return bool((answers.mean(axis=0) > REMEMBERED * there).all())


@pytest.mark.supporting  # a model that was not trained at all names every class too
@pytest.mark.weight(1)
def test_every_class_is_learned(student, dataset, training, rng):
    """All classes of images that come sorted are learned from, those at the end too."""
    if remembers_all(student, dataset, training, rng):
        return
    forgotten = set(range(CLASSES))
    for _ in range(ATTEMPTS):
        x, labels = squares(rng)
        y = np.eye(CLASSES, dtype=np.float32)[labels]
        done = trained(student, x, y, SQUARES_EPOCHS, 16, int(rng.integers(1 << 30)), rng)
        share = answers_of(done, x, CLASSES).mean(axis=0) * CLASSES
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
    """For tests of how it trains, and not of how well: all of it follows from this number."""
    rng = np.random.default_rng(drawn)
    labels = np.arange(48) * 10 // 48
    x = rng.uniform(size=(48, 32, 32, 1)).astype(np.float32)
    x[labels > 4] *= 0.3
    return trained(student, x, np.eye(10, dtype=np.float32)[labels], EPOCHS, 16, 5, rng)


def any_training(student, dataset, training, rng):
    """The judged training, or a small one where that failed, such as for want of time."""
    try:
        return student.once(first_judged, dataset, training, rng)[1]
    except (CallFailed, Mismatch):
        return student.once(small_training, int(rng.integers(1 << 30)))


@pytest.mark.weight(1)
def test_every_layer_is_trained(student, dataset, training, rng):
    """The weights of every layer have changed, and are finite."""
    done = any_training(student, dataset, training, rng)
    for old, new in zip(done.before, done.after, strict=True):
        expect.that(
            new.shape == old.shape and np.isfinite(new).all() and not np.array_equal(old, new),
            "left a model of which some weights are as they were before, or not finite",
        )


@pytest.mark.claim
@pytest.mark.weight(0.5)
def test_history(student, dataset, training, rng):
    """The history has lists with a number for each epoch that it trained, the loss among them."""
    done = any_training(student, dataset, training, rng)
    history = student.history(done.returned)
    expect.that("loss" in history, "returned a history without 'loss'.", f"{list(history)!r}")
    trained = len(history["loss"])  # fewer where it stops early
    for name, values in history.items():
        expect.that(
            len(values) == trained and 1 <= trained <= done.epochs,
            f"returned a history in which {name[:40]!r} has not one number for each epoch.",
            values,
        )


def quick_weights(student, drawn):
    """The weights after two steps of a net with one layer: all of it follows from this number.

    The second step has fewer images, so that it matters which these are.
    """
    rng = np.random.default_rng(drawn)
    labels = np.arange(24) * 10 // 24
    x = rng.uniform(size=(24, 32, 32, 1)).astype(np.float32)
    layers = [("Flatten", {}), ("Dense", {"units": 10, "activation": "softmax"})]
    model = student.make_model(x.shape[1:], layers, eager=True)
    model.set_weights([rng.normal(scale=0.03, size=(32 * 32, 10)), np.zeros(10)])
    student.train_lenet5(model.handle, x, np.eye(10, dtype=np.float32)[labels], 1, 16, 5)
    return model.weights()


def small_weights(student, drawn):
    """The weights after a small training of LeNet-5, for the same purpose."""
    return small_training(student, drawn).after


def repeats(student, train, drawn):
    """Whether two trainings from the same start with the same seed leave the same weights."""
    some, others = (train(student, drawn) for _ in range(2))
    return all(
        one.shape == other.shape and np.allclose(one, other, rtol=1e-3, atol=1e-4)
        for one, other in zip(some, others, strict=True)
    )


def repeats_quickly(student, drawn):
    """Whether a net with one layer shows that a seed is enough to repeat a training."""
    try:
        return repeats(student, quick_weights, drawn)
    except (CallFailed, Mismatch, ValueError):
        return False


@pytest.mark.supporting
@pytest.mark.seconds(20)
@pytest.mark.weight(0.5)
def test_seed(student, rng):
    """The same seed and the same weights at the start lead to the same weights at the end."""
    drawn = int(rng.integers(1 << 30))
    expect.that(
        repeats_quickly(student, drawn) or repeats(student, small_weights, drawn),
        "leaves other weights when it is called again with the same seed",
    )
