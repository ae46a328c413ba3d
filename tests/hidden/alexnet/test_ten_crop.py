"""Hidden tests of `ten_crop`."""

from __future__ import annotations

import cases
import drawn
import numpy as np
import pytest
import reference
import relations

from autograder.suite import expect


def compare(student, images, size, **how):
    got = student.ten_crop(images, size)
    expect.close(got, reference.ten_crop(images, size), like=(images,), **how)


def compare_some(student, images, size, chosen):
    """Compare some of the ten, where they stand."""
    want = reference.ten_crop(images, size)
    got = cases.array_of(student.ten_crop(images, size), want.shape)
    expect.close(got[:, chosen], want[:, chosen])


@pytest.mark.public
@pytest.mark.weight(1)
def test_example(student):
    """Squares of 2 out of an image of 3 rows and 4 columns, as in the notebook."""
    compare(student, cases.numbered((1, 3, 4, 1)), 2)


@pytest.mark.weight(1)
def test_corners(student, rng):
    """Top left, top right, bottom left and bottom right come first, in this order."""
    for shape, size in (((2, 6, 9, 3), 4), ((3, 8, 5, 2), 3)):
        compare_some(student, cases.wide(rng, shape), size, slice(0, 4))


@pytest.mark.weight(1)
def test_centre(student, rng):
    """The centre is the fifth, whether its offsets are whole or have to be rounded."""
    for shape, size in (((2, 8, 12, 3), 4), ((3, 7, 10, 2), 4), ((1, 9, 6, 1), 4)):
        compare_some(student, cases.wide(rng, shape), size, slice(4, 5))


@pytest.mark.weight(1.5)
def test_mirror_images(student, rng):
    """The last five are the first five, each mirrored left-right, in the same order."""
    for shape, size in (((2, 6, 9, 3), 4), ((3, 8, 5, 2), 3)):
        compare_some(student, cases.wide(rng, shape), size, slice(5, 10))


@pytest.mark.weight(1)
def test_all_ten_of_each_image(student, rng):
    """Crops stand by image first: (N, 10, size, size, channels), for ten images too."""
    for shape, size in (((4, 7, 6, 3), 5), ((10, 5, 8, 2), 4)):
        compare(student, cases.wide(rng, shape), size)


@pytest.mark.weight(0.5)
def test_smallest_and_largest(student, rng):
    """Squares of one pixel, and squares as high or wide as the image."""
    for shape, size in (((2, 4, 7, 2), 1), ((2, 4, 7, 2), 4), ((2, 7, 5, 2), 5), ((1, 3, 3, 2), 3)):
        compare(student, cases.wide(rng, shape), size)


@pytest.mark.aspect("dtype")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_dtype_is_kept(student, rng):
    """Bytes stay bytes and float32 stays float32."""
    for images in (cases.in_bytes(rng, (2, 6, 8, 3)), cases.mixed(rng, (2, 6, 8, 3))):
        relations.same_numbers(lambda each: student.ten_crop(each, 4), images, images.dtype)


@pytest.mark.aspect("empty")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_no_images(student, rng):
    """No images give no crops, in their shape."""
    relations.empty_batch(lambda images: student.ten_crop(images, 4), cases.wide(rng, (7, 6, 8, 3)))


@pytest.mark.aspect("purity")
@pytest.mark.claim
@pytest.mark.weight(0.5)
def test_leaves_its_argument_alone(student, rng):
    """The images are left as they were."""
    images = cases.wide(rng, (2, 6, 8, 3))
    seen = student.ten_crop.watched(images, 4)
    expect.that(cases.unchanged([images], seen.arguments), "changed its argument")


@pytest.mark.aspect("errors")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_refuses_what_does_not_fit(student, rng):
    """A wrong number of axes, or a square that does not fit, raises a ValueError that names it."""
    images = cases.wide(rng, (2, 6, 8, 3))
    for wrong in (images[0], images[0, 0], images[np.newaxis]):
        with student.raises(ValueError, naming="images"):
            student.ten_crop(wrong, 1)
    for wrong, size in ((images, 7), (images.transpose(0, 2, 1, 3), 7), (images, 0), (images, -1)):
        with student.raises(ValueError, naming="size"):
            student.ten_crop(wrong, size)
    for name, calls in (
        ("images", [(x, 1) for x in drawn.not_images(rng)]),
        ("size", drawn.too_large(rng)),
    ):
        student.ten_crop.all_raise([(each, {}) for each in calls], ValueError, naming=name)


@pytest.mark.aspect("values", "dtype")
@pytest.mark.weight(0.5)
def test_calls_of_all_kinds(student, rng):
    """Images and squares of all kinds, drawn at random."""
    calls = drawn.crops(rng)
    answers = student.ten_crop.each([(each, {}) for each in calls])
    for (images, size), got in zip(calls, answers, strict=True):
        expect.close(got, reference.ten_crop(images, size), like=(images,))
