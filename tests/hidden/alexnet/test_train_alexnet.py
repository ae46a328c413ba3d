"""Hidden tests of `train_alexnet`: what counts is what the weights that it leaves have learned.

The model is a narrow one of the suite's own (`narrow`), so that a mistake in `build_alexnet` is not
paid for twice. Classes are renamed by chance for each submission, so that nothing that was learned
elsewhere is of use, and images are sorted by class. Weights are pulled out and tried here, on
images that the student's process never sees.

`tests/evidence/alexnet.py` trains under the same conditions; thresholds rest on what it finds. A
training that forgets a few classes may come near the threshold, so that is looked at by itself.

All tests look at the judged training, which takes most of the time. Where it does not show what a
test asks for, a training of its own decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import narrow
import numpy as np
import pytest

from autograder.sandbox import CallFailed
from autograder.suite import Mismatch, expect
from autograder.suite.training import Attempt

VIEWS = 4
"""At how many places each held-out image is cut out and judged, which steadies the number."""


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
    """The task of the judged training."""
    names = rng.permutation(dataset.classes)
    side, size, copies = (int(training.more[name]) for name in ("side", "crop", "copies"))
    images, unseen = narrow.small(dataset, side)
    labels = dataset.train[1]
    chosen = rng.permutation(len(labels))[: training.examples]
    chosen = chosen[np.argsort(names[labels[chosen]], kind="stable")]
    x = narrow.cut(np.repeat(images[chosen], copies, axis=0), size, rng)
    y = np.eye(dataset.classes, dtype=np.float32)[np.repeat(names[labels[chosen]], copies)]
    unseen = np.concatenate([narrow.cut(unseen, size, rng) for _ in range(VIEWS)])
    return Task(x, y, unseen, np.tile(names[dataset.held_out[1]], VIEWS))


def judged_training(student, task, training, seed):
    """A training, and the probabilities that it leaves for the images that it never saw."""
    shape, classes = task.x.shape[1:], task.y.shape[1]
    model = student.make_model(shape, narrow.layers(classes, seed))
    before = narrow.start(np.random.default_rng(seed), shape, classes)
    model.set_weights(before)
    epochs = training.epochs
    told = student.train_alexnet(model.handle, task.x, task.y, epochs, training.batch_size, seed)
    weights = model.weights()
    narrow.require(weights, shape, classes)
    answers = narrow.probabilities(task.unseen, weights)
    return Trained(epochs, before, weights, told), answers


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


SHAPE = (16, 16, 3)
CLASSES = 10


def coloured(rng, count=240):
    """Images of one colour each, ten kinds of them, sorted: nobody could confuse them."""
    labels = np.arange(count) * CLASSES // count
    angle = 2 * np.pi * rng.permutation(CLASSES)[labels] / CLASSES
    colours = 0.5 + 0.5 * np.stack([np.cos(angle), np.sin(angle), np.cos(2 * angle)], axis=1)
    x = np.tile(colours[:, None, None, :], (1, 16, 16, 1)) + rng.normal(
        scale=0.02, size=(count, 16, 16, 3)
    )
    return x.astype(np.float32), labels


def trained(student, rng, x, labels, epochs, batch_size=8, seed=3):
    """The weights before and after training, and what was returned."""
    model = student.make_model(SHAPE, narrow.layers(CLASSES, seed, dropout=0.1))
    before = narrow.start(rng, SHAPE, CLASSES)
    model.set_weights(before)
    y = np.eye(CLASSES, dtype=np.float32)[labels]
    returned = student.train_alexnet(model.handle, x, y, epochs, batch_size, seed)
    after = model.weights()
    narrow.require(after, SHAPE, CLASSES)
    return before, after, returned


EPOCHS = 30
ATTEMPTS = 3
"""Of a training that forgets a class by chance: another time it forgets another one, or none."""
FORGOTTEN = 0.1
"""Of its share of all answers, how much a class that was never shown is left with, at the most.

A net that learns slowly confuses classes, and yet names each about as often as it is there.
"""
REMEMBERED = 0.2
"""The same after the judged training, at the least, if it has learned every class.

Of classes that are hard to tell apart, right trainings leave one with a third of its share. A class
that was never shown is left with a hundredth.
"""


def on_colours(student, rng):
    """A training on colours: images, and what it left."""
    x, labels = coloured(rng)
    return x, Trained(EPOCHS, *trained(student, rng, x, labels, EPOCHS, batch_size=32))


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
    for attempt in range(ATTEMPTS):
        x, done = on_colours(student, rng) if attempt else student.once(on_colours, rng)
        named = narrow.probabilities(x, done.after).mean(axis=0)
        forgotten &= set(np.flatnonzero(named * CLASSES < FORGOTTEN).tolist())
        if not forgotten:
            return
    raise Mismatch(
        f"leaves a model that each time knows {CLASSES - len(forgotten)} of {CLASSES} colours by "
        "which the images differ, in the order in which they came",
        f"forgotten {ATTEMPTS} times: {sorted(forgotten)}",
    )


def any_training(student, dataset, training, rng):
    """The judged training, or one on colours where that failed, such as for want of time."""
    try:
        return student.once(first_judged, dataset, training, rng)[1]
    except (CallFailed, Mismatch):
        return student.once(on_colours, rng)[1]


@pytest.mark.weight(1)
def test_every_layer_is_trained(student, dataset, training, rng):
    """The weights of every layer have changed."""
    done = any_training(student, dataset, training, rng)
    for old, new in zip(done.before, done.after, strict=True):
        expect.that(
            not np.array_equal(old, new),
            "left a model of which some weights are as they were before",
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
    labels = np.arange(24) * CLASSES // 24
    x = rng.uniform(size=(24, *SHAPE)).astype(np.float32)
    layers = [("Flatten", {}), ("Dense", {"units": CLASSES, "activation": "softmax"})]
    model = student.make_model(SHAPE, layers, eager=True)
    start = rng.normal(scale=0.03, size=(np.prod(SHAPE), CLASSES))
    model.set_weights([start, np.zeros(CLASSES)])
    student.train_alexnet(model.handle, x, np.eye(CLASSES, dtype=np.float32)[labels], 1, 16, 5)
    return model.weights()


def small_weights(student, drawn):
    """The weights after a small training of the narrow net, for the same purpose."""
    rng = np.random.default_rng(drawn)
    x, labels = coloured(rng, 40)
    return trained(student, rng, x, labels, 1, seed=5)[1]


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
@pytest.mark.seconds(30)
@pytest.mark.weight(0.5)
def test_seed(student, rng):
    """The same seed and the same weights at the start lead to the same weights at the end."""
    drawn = int(rng.integers(1 << 30))
    expect.that(
        repeats_quickly(student, drawn) or repeats(student, small_weights, drawn),
        "leaves other weights when it is called again with the same seed",
    )
