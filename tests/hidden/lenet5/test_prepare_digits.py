"""Hidden tests of `prepare_digits`: each step has its own, since accuracy cannot find mistakes."""

from __future__ import annotations

import cases
import drawn
import numpy as np
import pytest
import reference
import relations

from autograder.suite import expect


def prepared(student, images, labels, *classes):
    got = student.prepare_digits(images, labels, *classes)
    return cases.pair_of(got, "of images and labels")


def compare_x(student, rng, images, **how):
    labels = rng.integers(10, size=len(images))
    x, _ = prepared(student, images, labels)
    expect.close(x, reference.prepare_digits(images, labels)[0], **how)


def compare_levels(student, rng, images):
    """The numbers that occur, wherever they stand; 0 does, in the border."""
    x, _ = prepared(student, images, rng.integers(10, size=len(images)))
    got = np.union1d(relations.numbers(x), [0.0])
    expect.close(got, np.union1d(images / 255, [0.0]), rtol=0, atol=1e-6)


def compare_y(student, rng, labels, *classes):
    images = cases.digits(rng, len(labels))
    _, y = prepared(student, images, labels, *classes)
    expect.close(y, reference.prepare_digits(images, labels, *classes)[1])


@pytest.mark.aspect("labels")
@pytest.mark.public
@pytest.mark.weight(1)
def test_labels_of_the_example(student, rng):
    """The labels 2 and 0, as in the notebook."""
    compare_y(student, rng, np.array([2, 0]))


@pytest.mark.aspect("scale")
@pytest.mark.weight(1.5)
def test_scaled_once(student, rng):
    """Grey values are divided by 255, once."""
    compare_levels(student, rng, cases.digits(rng, 5))


@pytest.mark.aspect("scale")
@pytest.mark.weight(1)
def test_scaled_by_a_fixed_number(student, rng):
    """Images that are dark all over stay dark: the divisor is 255, not what is brightest."""
    compare_levels(student, rng, cases.digits(rng, 4) // 3)
    compare_levels(student, rng, np.zeros((3, 28, 28), np.uint8))


@pytest.mark.aspect("border")
@pytest.mark.weight(1)
def test_border(student, rng):
    """The border is 2 pixels wide on all sides and exactly 0, around white images too."""
    images = np.full((3, 28, 28), 255, np.uint8)
    labels = rng.integers(10, size=3)
    x, _ = prepared(student, images, labels)
    expect.close(relations.numbers(x) != 0, reference.prepare_digits(images, labels)[0] != 0)


@pytest.mark.aspect("scale", "border")
@pytest.mark.weight(0.5)
def test_images(student, rng):
    """Each pixel stands where it stood, 2 further down and to the right, on a scale up to 1."""
    compare_x(student, rng, cases.digits(rng, 4))


@pytest.mark.aspect("dtype")
@pytest.mark.supporting
@pytest.mark.weight(1)
def test_float32(student, rng):
    """The images are float32."""
    x, _ = prepared(student, cases.digits(rng, 3), np.array([1, 0, 2]))
    dtype = np.asarray(x).dtype
    expect.that(dtype == np.float32, f"returned images of dtype {dtype}")


@pytest.mark.aspect("labels")
@pytest.mark.weight(1.5)
def test_one_hot_once(student, rng):
    """Labels are one-hot vectors, one row for each image."""
    compare_y(student, rng, rng.permutation(np.arange(14) % 10))


@pytest.mark.aspect("labels")
@pytest.mark.weight(1)
def test_classes_that_do_not_occur(student, rng):
    """There is a column for each class, whether it occurs or not."""
    compare_y(student, rng, cases.some_labels(rng, 6, 10))
    compare_y(student, rng, cases.some_labels(rng, 8, 17), 17)
    compare_y(student, rng, np.array([0, 2, 0, 1, 2]), 3)


@pytest.mark.aspect("dtype of labels")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_labels_of_any_type_for_counting(student, rng):
    """Labels may be bytes or other whole numbers."""
    images, labels = cases.digits(rng, 12), rng.permutation(12) % 10
    _, want = prepared(student, images, labels)
    for dtype in (np.uint8, np.int32):
        expect.close(prepared(student, images, labels.astype(dtype))[1], relations.numbers(want))


@pytest.mark.aspect("count")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_as_many_images_as_pixels(student, rng):
    """28 or 32 images are as good as any other number, and so is one."""
    images = cases.digits(rng, 32)
    labels = rng.integers(10, size=32)
    want = [relations.numbers(prepared(student, images[n : n + 2], labels[:2])[0]) for n in (0, 26)]
    for count in (28, 32):
        x = relations.numbers(prepared(student, images[:count], labels[:count])[0])
        expect.close(x[:2], want[0])
        expect.close(x[26:28], want[1])
    expect.close(prepared(student, images[:1], labels[:1])[0], want[0][:1])


@pytest.mark.aspect("empty")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_no_images(student, rng):
    """No images give no images and no labels, in their shapes."""
    relations.empty_batch(
        lambda images: prepared(student, images, np.arange(len(images)))[0], cases.digits(rng, 3)
    )
    _, y = prepared(student, np.zeros((0, 28, 28), np.uint8), np.zeros(0, int))
    expect.that(len(relations.numbers(y)) == 0, "returned labels where there are no images")


@pytest.mark.aspect("purity")
@pytest.mark.claim
@pytest.mark.weight(0.5)
def test_leaves_its_arguments_alone(student, rng):
    """Images and labels are left as they were."""
    given = [cases.digits(rng, 4), rng.integers(10, size=4)]
    seen = student.prepare_digits.watched(*given)
    expect.that(cases.unchanged(given, seen.arguments), "changed an argument")


@pytest.mark.aspect("errors")
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


@pytest.mark.aspect("scale", "border", "labels", "dtype of labels", "count")
@pytest.mark.weight(0.5)
def test_calls_of_all_kinds(student, rng):
    """Images, labels and numbers of classes of all kinds, drawn at random."""
    calls = drawn.digits(rng)
    for (args, rest), got in zip(calls, student.prepare_digits.each(calls), strict=True):
        mine = cases.pair_of(got, "of images and labels")
        for part, want in zip(mine, reference.prepare_digits(*args, **rest), strict=True):
            expect.close(part, want)
