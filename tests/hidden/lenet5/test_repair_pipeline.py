"""Hidden tests of `repair_pipeline`: each mistake of the program has its own share."""

from __future__ import annotations

import cases
import network
import numpy as np
import pytest
import reference

from autograder.suite import Mismatch, expect

pytestmark = pytest.mark.builds_on("prepare_digits")


def task(rng):
    """Training and test images, not equally many, with labels of which some never occur."""
    train = cases.digits(rng, 9), rng.integers(10, size=9)
    test = cases.digits(rng, 5), cases.some_labels(rng, 5, 10)
    return train, test


def repaired_task(student, rng):
    """A task, and what comes of it: one call for all tests that look at a part of it."""
    train, test = task(rng)
    return train, test, *repaired(student, train, test)


def repaired(student, train, test):
    got = student.repair_pipeline(train, test)
    if not isinstance(got, tuple | list) or len(got) != 3:
        raise Mismatch("did not return three things: two pairs and a model.", expect.shown(got))
    x_train, y_train = cases.pair_of(got[0], "of training images and labels")
    x_test, y_test = cases.pair_of(got[1], "of test images and labels")
    return (x_train, y_train), (x_test, y_test), got[2]


def compare(got, want, what):
    try:
        expect.close(got, want)
    except Mismatch as wrong:
        shape = expect.shape_of(got)
        if shape is not None and len(shape) > want.ndim:
            raise Mismatch(f"returned {what} with an axis too many, {shape}.", str(wrong)) from None
        raise Mismatch(
            f"returned {what} that are not right: it {wrong.message}", wrong.detail
        ) from None


@pytest.mark.public
@pytest.mark.weight(1)
def test_shapes(student, rng):
    """All names have values: two pairs, with an example for each image, and a model come back."""
    train, test = task(rng)
    for (x, y), (images, _) in zip(repaired(student, train, test)[:2], (train, test), strict=True):
        for part in (x, y):
            expect.that(
                isinstance(part, np.ndarray) and part.ndim > 0 and len(part) == len(images),
                "returned a part that has not an entry for each image.",
                part,
            )
        expect.that(x.shape[1:] == (32, 32, 1), f"returned images of shape {x.shape}.")


@pytest.mark.weight(1.5)
def test_training_images_are_scaled_once(student, rng):
    """The training images are those that were given, padded, and divided by 255 once."""
    train, _, (x, _), *_ = student.once(repaired_task, rng)
    compare(x, reference.prepare_digits(*train)[0], "training images")


@pytest.mark.weight(1.5)
def test_test_images_are_scaled_once(student, rng):
    """The test images are those that were given, padded, and divided by 255 once."""
    _, test, _, (x, _), _ = student.once(repaired_task, rng)
    compare(x, reference.prepare_digits(*test)[0], "test images")


@pytest.mark.weight(1.5)
def test_labels_are_encoded_once(student, rng):
    """Both sets of labels are one-hot, once, with ten columns."""
    train, test, (_, y_train), (_, y_test), _ = student.once(repaired_task, rng)
    compare(y_train, reference.prepare_digits(*train)[1], "training labels")
    compare(y_test, reference.prepare_digits(*test)[1], "test labels")


@pytest.mark.weight(1.5)
def test_model_fits_the_images(student, rng):
    """The model takes grey images of 32 by 32 and gives ten probabilities for each."""
    *_, returned = student.once(repaired_task, rng)
    model = student.model(returned)
    answer = model.predict(rng.uniform(size=(4, 32, 32, 1)).astype(np.float32))
    expect.that(
        answer.shape == (4, 10), f"returned a model that answers {answer.shape} for 4 images."
    )


@pytest.mark.weight(0.5)
def test_model_is_lenet5(student, rng):
    """The model is a LeNet-5, or what build_lenet5 makes of it."""
    *_, returned = student.once(repaired_task, rng)
    weights = weights_of(student.model(returned))
    try:
        network.require_lenet5(weights)
    except Mismatch:
        own = weights_of(student.model(student.build_lenet5()))
        if sorted(map(np.shape, weights)) != sorted(map(np.shape, own)):
            raise


def weights_of(model):
    if not model.weight_shapes():  # it makes its weights when it is first used
        model.predict(np.zeros((1, 32, 32, 1), np.float32))
    return model.weights()
