"""Hidden tests of `train_alexnet`: what counts is what the weights that it leaves have learned.

The model is a narrow one of the suite's own (`narrow`), so that a mistake in `build_alexnet` is not
paid for twice. Classes are renamed by chance for each submission, so that nothing that was learned
elsewhere is of use, and images are sorted by class. Weights are pulled out and tried here, on
images that the student's process never sees.

`tests/evidence/alexnet.py` trains under the same conditions; thresholds rest on what it finds. A
training that forgets a few classes may come near the threshold, so that is looked at by itself.
"""

from __future__ import annotations

import narrow
import numpy as np
import pytest

from autograder.suite import Mismatch, expect
from autograder.suite.training import Attempt

VIEWS = 4
"""At how many places each held-out image is cut out and judged, which steadies the number."""


@pytest.mark.weight(6)
def test_what_was_learned(student, dataset, training, rng):
    """The weights that it leaves recognise images that the model has never seen."""
    names = rng.permutation(dataset.classes)
    side, size, copies = (int(training.more[name]) for name in ("side", "crop", "copies"))
    images, labels = dataset.train
    chosen = rng.permutation(len(labels))[: training.examples]
    chosen = chosen[np.argsort(names[labels[chosen]], kind="stable")]
    x = np.repeat(narrow.reduced(images[chosen], side), copies, axis=0)
    x = narrow.cut(x, size, rng)
    y = np.eye(dataset.classes, dtype=np.float32)[np.repeat(names[labels[chosen]], copies)]
    images, labels = dataset.held_out
    small = narrow.reduced(images, side)
    unseen = np.concatenate([narrow.cut(small, size, rng) for _ in range(VIEWS)])
    wanted = np.tile(names[labels], VIEWS)
    shape = x.shape[1:]

    def run(seed: int) -> float:
        model = student.make_model(shape, narrow.layers(dataset.classes, seed))
        model.set_weights(narrow.start(np.random.default_rng(seed), shape, dataset.classes))
        told = student.train_alexnet(model.handle, x, y, training.epochs, training.batch_size, seed)
        weights = model.weights()
        narrow.require(weights, shape, dataset.classes)
        accuracy = float((narrow.predicted(unseen, weights) == wanted).mean())
        return Attempt(accuracy, lambda: student.history(told))

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


def on_colours(student, rng):
    """One training that several tests look at: images, labels, and what `trained` returns."""
    x, labels = coloured(rng)
    return x, labels, *trained(student, rng, x, labels, EPOCHS, batch_size=32)


@pytest.mark.supporting  # a model that was not trained at all names every class too
@pytest.mark.seconds(45)
@pytest.mark.weight(1)
def test_every_class_is_learned(student, rng):
    """All classes of images that come sorted are learned from, those at the end too."""
    forgotten = set(range(CLASSES))
    for attempt in range(ATTEMPTS):
        outcome = on_colours(student, rng) if attempt else student.once(on_colours, rng)
        x, _, _, weights, _ = outcome
        named = narrow.probabilities(x, weights).mean(axis=0)
        forgotten &= set(np.flatnonzero(named * CLASSES < FORGOTTEN).tolist())
        if not forgotten:
            return
    raise Mismatch(
        f"leaves a model that each time knows {CLASSES - len(forgotten)} of {CLASSES} colours by "
        "which the images differ, in the order in which they came",
        f"forgotten {ATTEMPTS} times: {sorted(forgotten)}",
    )


@pytest.mark.seconds(45)
@pytest.mark.weight(1)
def test_every_layer_is_trained(student, rng):
    """The weights of every layer have changed."""
    _, _, before, after, _ = student.once(on_colours, rng)
    for old, new in zip(before, after, strict=True):
        expect.that(
            not np.array_equal(old, new),
            "left a model of which some weights are as they were before",
        )


@pytest.mark.claim
@pytest.mark.seconds(45)
@pytest.mark.weight(0.5)
def test_history(student, rng):
    """The history has lists with a number for each epoch that it trained, the loss among them."""
    *_, returned = student.once(on_colours, rng)
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
@pytest.mark.seconds(30)
@pytest.mark.weight(0.5)
def test_seed(student, rng):
    """The same seed and the same weights at the start lead to the same weights at the end."""
    x, labels = coloured(rng, 40)
    drawn = int(rng.integers(1 << 30))
    ends = [
        trained(student, np.random.default_rng(drawn), x, labels, 1, seed=5)[1] for _ in range(2)
    ]
    for one, other in zip(*ends, strict=True):
        expect.that(
            np.allclose(one, other, rtol=1e-3, atol=1e-4),
            "leaves other weights when it is called again with the same seed",
        )
