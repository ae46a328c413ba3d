"""Hidden tests of `prepare_digits`: each step has its own, since accuracy cannot find mistakes."""

from __future__ import annotations

import cases
import numpy as np
import pytest
import reference

from autograder.suite import expect


def prepared(student, images, labels, *classes):
    got = student.prepare_digits(images, labels, *classes)
    return cases.pair_of(got, "of images and labels")


def compare_x(student, rng, images, **how):
    labels = rng.integers(10, size=len(images))
    x, _ = prepared(student, images, labels)
    expect.close(x, reference.prepare_digits(images, labels)[0], **how)


def compare_y(student, rng, labels, *classes):
    images = cases.digits(rng, len(labels))
    _, y = prepared(student, images, labels, *classes)
    expect.close(y, reference.prepare_digits(images, labels, *classes)[1])


@pytest.mark.public
@pytest.mark.weight(1)
def test_labels_of_the_example(student, rng):
    """The labels 2 and 0, as in the notebook."""
    compare_y(student, rng, np.array([2, 0]))


@pytest.mark.weight(1.5)
def test_scaled_once(student, rng):
    """Grey values are divided by 255, once."""
    compare_x(student, rng, cases.digits(rng, 5))


@pytest.mark.weight(1)
def test_scaled_by_a_fixed_number(student, rng):
    """Images that are dark all over stay dark: the divisor is 255, not what is brightest."""
    compare_x(student, rng, cases.digits(rng, 4) // 3)
    compare_x(student, rng, np.zeros((3, 28, 28), np.uint8))


@pytest.mark.weight(1)
def test_border(student, rng):
    """The border is 2 pixels wide on all sides and exactly 0, around white images too."""
    compare_x(student, rng, np.full((3, 28, 28), 255, np.uint8))


@pytest.mark.weight(1)
def test_float32(student, rng):
    """The images are float32."""
    compare_x(student, rng, cases.digits(rng, 3), dtype=np.float32)


@pytest.mark.weight(1.5)
def test_one_hot_once(student, rng):
    """Labels are one-hot vectors, one row for each image."""
    compare_y(student, rng, rng.permutation(np.arange(14) % 10))


@pytest.mark.weight(1)
def test_classes_that_do_not_occur(student, rng):
    """There is a column for each class, whether it occurs or not."""
    compare_y(student, rng, cases.some_labels(rng, 6, 10))
    compare_y(student, rng, cases.some_labels(rng, 8, 17), 17)
    compare_y(student, rng, np.array([0, 2, 0, 1, 2]), 3)


@pytest.mark.weight(0.5)
def test_labels_of_any_type_for_counting(student, rng):
    """Labels may be bytes or other whole numbers."""
    for dtype in (np.uint8, np.int32):
        compare_y(student, rng, rng.integers(10, size=7).astype(dtype))


@pytest.mark.weight(0.5)
def test_as_many_images_as_pixels(student, rng):
    """28 or 32 images are as good as any other number."""
    for count in (28, 32, 1):
        compare_x(student, rng, cases.digits(rng, count))


@pytest.mark.weight(0.5)
def test_no_images(student, rng):
    """No images give no images and no labels, in their shapes."""
    x, y = prepared(student, np.zeros((0, 28, 28), np.uint8), np.zeros(0, int))
    expect.close(x, np.zeros((0, 32, 32, 1)))
    expect.close(y, np.zeros((0, 10)))


@pytest.mark.claim
@pytest.mark.weight(0.5)
def test_leaves_its_arguments_alone(student, rng):
    """Images and labels are left as they were."""
    given = [cases.digits(rng, 4), rng.integers(10, size=4)]
    seen = student.prepare_digits.watched(*given)
    expect.that(cases.unchanged(given, seen.arguments), "changed an argument")


@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_refuses_what_does_not_fit(student, rng):
    """Images of another shape and labels that do not fit raise a ValueError that names them."""
    images, labels = cases.digits(rng, 4), np.array([1, 2, 3, 0])
    for wrong in (images[0], images[..., np.newaxis], images[:, :-1]):
        with student.raises(ValueError, naming="images"):
            student.prepare_digits(wrong, labels)
    with student.raises(ValueError, naming="labels"):
        student.prepare_digits(images, labels[:3])
    for classes in (3, 2):
        with student.raises(ValueError, naming=("labels", "num_classes")):
            student.prepare_digits(images, labels, classes)
