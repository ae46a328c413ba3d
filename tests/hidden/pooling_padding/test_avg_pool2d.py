"""Hidden tests of `avg_pool2d`."""

from __future__ import annotations

import cases
import numpy as np
import pytest
import reference

from autograder.suite import expect

pytestmark = pytest.mark.builds_on("output_size", "same_padding", "zero_pad2d")


def compare(student, x, **arguments):
    expect.close(
        student.avg_pool2d(x, **arguments), reference.avg_pool2d(x, **arguments), like=(x,)
    )


@pytest.mark.public
@pytest.mark.weight(1)
def test_published_example(student):
    """The 4 by 4 image of the notebook's example."""
    compare(student, cases.published_image(), pool_size=2)


@pytest.mark.weight(1)
def test_windows_side_by_side(student, rng):
    """Windows of 2 by 2 unless given, side by side unless strides are given."""
    for shape, arguments in cases.side_by_side(rng):
        compare(student, cases.mixed(rng, shape), **arguments)


@pytest.mark.weight(1)
def test_strides(student, rng):
    """Windows that overlap, and windows with gaps between them."""
    for shape, arguments in cases.strided(rng):
        compare(student, cases.mixed(rng, shape), **arguments)


@pytest.mark.weight(1)
def test_rectangular(student, rng):
    """Windows and strides that differ downwards and across; one number stands for both."""
    for shape, arguments in cases.rectangular(rng):
        compare(student, cases.mixed(rng, shape), **arguments)


@pytest.mark.weight(1)
def test_rows_and_columns_left_over(student, rng):
    """Under "valid", rows and columns at the end that fill no whole window."""
    for shape, arguments in cases.left_over(rng):
        compare(student, cases.mixed(rng, shape), **arguments)


@pytest.mark.weight(1)
def test_same_at_stride_one(student, rng):
    """Under "same" at stride 1, the size is kept, and the windows lie as in Keras."""
    for shape, arguments in cases.same_at_stride_one(rng):
        compare(student, cases.mixed(rng, shape), **arguments)


@pytest.mark.weight(1.5)
def test_same_strided(student, rng):
    """Under "same" with larger strides, each window starts where Keras starts it."""
    for shape, arguments in cases.same_strided(rng):
        compare(student, cases.mixed(rng, shape), **arguments)


@pytest.mark.weight(1)
def test_padding_is_ignored(student, rng):
    """Under "same", cells outside the image count neither in the sum nor in the number of cells."""
    for shape, arguments in (*cases.same_at_stride_one(rng), *cases.same_strided(rng)):
        if arguments["pool_size"] in (2, 3, (5, 2), (3, 4)):
            compare(student, np.full(shape, rng.uniform(1, 9), np.float32), **arguments)


@pytest.mark.weight(0.5)
def test_padding_in_any_case(student, rng):
    """The padding's name may be written in capitals."""
    x = cases.mixed(rng, (2, 5, 7, 2))
    for padding in ("SAME", "Same", "VALID", "Valid"):
        compare(student, x, pool_size=2, padding=padding)


@pytest.mark.weight(0.5)
def test_keeps_a_floating_dtype(student, rng):
    """The averages of floating-point numbers have the dtype of these."""
    for dtype in (np.float32, np.float64):
        x = cases.quarters(rng, (2, 5, 6, 2), dtype)
        for padding in ("valid", "same"):
            expect.close(
                student.avg_pool2d(x, 2, 2, padding),
                reference.avg_pool2d(x, 2, 2, padding),
                like=(x,),
                dtype=x.dtype,
            )


@pytest.mark.weight(1)
def test_averages_of_whole_numbers(student, rng):
    """The averages of whole numbers, of small dtypes too, are floating-point numbers."""
    for dtype in (np.uint8, np.int8, np.int32, np.int64):
        x = cases.whole(rng, (2, 5, 6, 2), dtype)
        for padding in ("valid", "same"):
            expect.close(
                student.avg_pool2d(x, 3, 2, padding),
                reference.avg_pool2d(x, 3, 2, padding),
                like=(x, np.float32(0)),
                dtype=(np.float32, np.float64),
            )


@pytest.mark.weight(1)
def test_nan_propagates(student, rng):
    """A window that holds a NaN gives NaN, wherever in the window it lies; the others don't."""
    for arguments in ({}, {"pool_size": (2, 3), "strides": 2, "padding": "same"}):
        x = cases.sprinkled(rng, cases.mixed(rng, (2, 6, 8, 3)), np.nan)
        compare(student, x, **arguments)


@pytest.mark.weight(0.5)
def test_infinite_cells(student, rng):
    """A window with an infinite cell has an infinite average, or NaN if it holds both kinds."""
    for arguments in ({}, {"pool_size": 3, "strides": 2, "padding": "same"}):
        x = cases.sprinkled(rng, cases.mixed(rng, (2, 5, 7, 2)), np.inf, one_in=10)
        compare(student, cases.sprinkled(rng, x, -np.inf, one_in=10), **arguments)


@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_empty_batch(student, rng):
    """A batch of no images gives a batch of no, smaller, images."""
    x = cases.mixed(rng, (0, 5, 7, 2))
    for padding in ("valid", "same"):
        compare(student, x, pool_size=2, padding=padding)


@pytest.mark.claim
@pytest.mark.weight(0.5)
def test_leaves_its_argument_alone(student, rng):
    """The images that are handed in are left as they were."""
    for padding in ("valid", "same"):
        x = cases.sprinkled(rng, cases.mixed(rng, (2, 5, 7, 2)), np.nan)
        seen = student.avg_pool2d.watched(x, 2, 2, padding)
        expect.that(
            cases.unchanged([x], seen.arguments),
            "avg_pool2d must not change the images it is given",
        )


@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_names_the_argument_that_is_wrong(student, rng):
    """A window or stride below 1 and an unknown padding raise a ValueError that names them."""
    x = cases.mixed(rng, (1, 4, 5, 2))
    for pool_size in (0, (2, 0), (0, 2), -1):
        with student.raises(ValueError, naming="pool_size"):
            student.avg_pool2d(x, pool_size)
    for strides in (0, (1, 0), (0, 1), -1):
        with student.raises(ValueError, naming="strides"):
            student.avg_pool2d(x, 2, strides)
    with student.raises(ValueError, naming="padding"):
        student.avg_pool2d(x, 2, 1, "full")


@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_refuses_images_that_do_not_fit(student, rng):
    """A wrong number of axes, or a "valid" window larger than the image, raises a ValueError."""
    for shape in ((4, 5), (4, 5, 2), (1, 1, 4, 5, 2)):
        with student.raises(ValueError, naming="x"):
            student.avg_pool2d(cases.mixed(rng, shape))
    x = cases.mixed(rng, (1, 4, 5, 2))
    for pool_size in (6, (5, 2), (2, 6)):
        with student.raises(ValueError, naming=("pool_size", "window", "x")):
            student.avg_pool2d(x, pool_size)
