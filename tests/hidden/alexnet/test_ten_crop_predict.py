"""Hidden tests of `ten_crop_predict`: what it is given to predict with stays on this side.

It looks at crops as a network would, and so hardly that the mean of its answers could be had in
another way.
"""

from __future__ import annotations

import cases
import drawn
import numpy as np
import pytest
import reference

from autograder.suite import expect

pytestmark = pytest.mark.builds_on("ten_crop")


def network(rng, size, channels, classes, *, softmax=True):
    """Answers for crops: each of its own, far from each other, so that no other mean is theirs."""
    deviation = 1 / (size * channels**0.5)
    weights = rng.normal(scale=deviation, size=(size, size, channels, classes))

    def predict(crops):
        expect.that(
            isinstance(crops, np.ndarray) and crops.dtype.kind in "biuf",
            "called predict with something else than an array of crops",
        )
        expect.that(
            crops.shape == (10, size, size, channels),
            f"called predict with crops of shape {crops.shape}, not (10, size, size, channels)",
        )
        sums = np.tensordot(crops.astype(np.float64), weights, 3)
        if not softmax:
            return sums
        exponentials = np.exp(2 * (sums - sums.max(axis=1, keepdims=True)))
        return exponentials / exponentials.sum(axis=1, keepdims=True)

    return predict


def compare(student, predict, image, size):
    got = student.ten_crop_predict(student.remote_function(predict), image, size)
    expect.close(got, reference.ten_crop_predict(predict, image, size), rtol=1e-4)


def dark_or_bright(crops):
    """As in the notebook."""
    bright = np.asarray(crops, np.float64)[:, 0, 0, 0] / 11
    return np.stack([1 - bright, bright], axis=1)


@pytest.mark.public
@pytest.mark.weight(1)
def test_example(student):
    """An image of 3 rows and 4 columns, as in the notebook."""
    compare(student, dark_or_bright, cases.numbered((3, 4, 1)), 2)


@pytest.mark.weight(2)
def test_mean_of_probabilities(student, rng):
    """The mean of the ten vectors of probabilities, for images of several shapes."""
    for shape, size, classes in (((7, 9, 3), 5, 4), ((8, 6, 1), 3, 17), ((5, 11, 2), 4, 10)):
        compare(student, network(rng, size, shape[2], classes), cases.wide(rng, shape), size)


@pytest.mark.weight(1)
def test_one_crop_is_sure(student):
    """If one of ten crops is sure of a class, the mean gives it a tenth more."""
    image = cases.numbered((5, 6, 1))

    def predict(crops):
        sure = np.asarray(crops, np.float64)[:, 0, 0, 0] == 0  # the first corner, not mirrored
        return np.where(sure[:, np.newaxis], [0.0, 0.0, 1.0], [0.5, 0.5, 0.0])

    compare(student, predict, image, 3)


@pytest.mark.weight(1)
def test_whatever_predict_says(student, rng):
    """Answers that are no probabilities are averaged as they are."""
    for shape, size in (((7, 9, 3), 5), ((6, 6, 2), 4)):
        compare(
            student, network(rng, size, shape[2], 5, softmax=False), cases.wide(rng, shape), size
        )


@pytest.mark.weight(0.5)
def test_bytes_and_whole_images(student, rng):
    """Images of bytes, and squares as large as the image."""
    weights = rng.normal(size=(4, 4, 3, 6)) / 100

    def predict(crops):
        return np.tensordot(np.asarray(crops, np.float64), weights, 3)

    for shape in ((4, 7, 3), (4, 4, 3)):
        compare(student, predict, cases.in_bytes(rng, shape), 4)


@pytest.mark.aspect("purity")
@pytest.mark.claim
@pytest.mark.weight(0.5)
def test_leaves_its_argument_alone(student):
    """The image is left as it was."""
    image = cases.numbered((5, 6, 1))
    seen = student.ten_crop_predict.watched(student.remote_function(dark_or_bright), image, 3)
    after = seen.arguments[1:2]
    expect.that(cases.unchanged([image], after), "changed the image")


@pytest.mark.aspect("errors")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_refuses_what_does_not_fit(student, rng):
    """A wrong number of axes, or a square that does not fit, raises a ValueError that names it."""
    image = cases.numbered((5, 6, 1))
    predict = student.remote_function(dark_or_bright)
    for wrong in (image[..., 0], image[np.newaxis]):
        with student.raises(ValueError, naming="image"):
            student.ten_crop_predict(predict, wrong, 3)
    turned = image.transpose(1, 0, 2)
    for each, size in ((image, 6), (image, 7), (turned, 6), (image, 0), (image, -1)):
        with student.raises(ValueError, naming="size"):
            student.ten_crop_predict(predict, each, size)
    for images, size in drawn.too_large(rng):
        with student.raises(ValueError, naming="size"):
            student.ten_crop_predict(predict, images[0], size)
    for images, size in drawn.crops(rng)[: drawn.REFUSED]:
        with student.raises(ValueError, naming="image"):
            student.ten_crop_predict(predict, images, size)


@pytest.mark.aspect("values", "dtype")
@pytest.mark.weight(0.5)
def test_calls_of_all_kinds(student, rng):
    """Images, squares and networks of all kinds, drawn at random."""
    for _ in range(drawn.BY_CHANCE):
        image = drawn.images(rng)[0]
        size, classes = drawn.side(rng, image.shape[:2]), int(rng.integers(5, 21))
        compare(student, network(rng, size, image.shape[2], classes), image, size)
