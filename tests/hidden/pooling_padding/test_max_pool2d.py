"""Hidden tests of `max_pool2d`.

Each test measures one thing. What is no geometry is held to what the function itself answers: see
`relations`.
"""

from __future__ import annotations

import cases
import drawn
import numpy as np
import pytest
import reference
import relations

from autograder.suite import expect

pytestmark = pytest.mark.builds_on("output_size", "same_padding", "zero_pad2d")


def compare(student, calls):
    for ((x,), arguments), got in zip(calls, student.max_pool2d.each(calls), strict=True):
        expect.close(got, reference.max_pool2d(x, **arguments), like=(x,))


def compare_windows(student, calls):
    """Values, but where padded cells win over every number: that has a test of its own."""
    for ((x,), arguments), got in zip(calls, student.max_pool2d.each(calls), strict=True):
        want = reference.max_pool2d(x, **arguments)
        if expect.shape_of(got) == want.shape:
            infinite = np.isinf(relations.numbers(got))
            want = relations.spared(got, want, infinite & reference.hangs_over(x, **arguments))
        expect.close(got, want, like=(x,))


def layer_of(student, *arguments):
    return relations.Layer(student.max_pool2d, lambda x, padding: ((x, *arguments, padding), {}))


@pytest.mark.public
@pytest.mark.weight(1)
def test_published_example(student):
    """The 4 by 4 image of the notebook's example."""
    compare(student, [((cases.published_image(),), {"pool_size": 2})])


@pytest.mark.weight(3)
def test_windows_side_by_side(student, rng):
    """Windows of 2 by 2 unless given, side by side unless strides are given."""
    compare(student, cases.calls(rng, cases.side_by_side(rng), cases.mixed))


@pytest.mark.weight(1.5)
def test_strides(student, rng):
    """Windows that overlap, and windows with gaps between them."""
    compare(student, cases.calls(rng, cases.strided(rng), cases.mixed))


@pytest.mark.weight(1)
def test_rectangular(student, rng):
    """Windows and strides that differ downwards and across; one number stands for both."""
    compare(student, cases.calls(rng, cases.rectangular(rng), cases.mixed))


@pytest.mark.weight(1)
def test_rows_and_columns_left_over(student, rng):
    """Under "valid", rows and columns at the end that fill no whole window."""
    compare(student, cases.calls(rng, cases.left_over(rng), cases.mixed))


@pytest.mark.weight(1)
def test_same_at_stride_one(student, rng):
    """Under "same" at stride 1, the size is kept, and the windows lie as in Keras."""
    compare_windows(student, cases.calls(rng, cases.same_at_stride_one(rng), cases.positive))


@pytest.mark.weight(1.5)
def test_same_strided(student, rng):
    """Under "same" with larger strides, each window starts where Keras starts it."""
    compare_windows(student, cases.calls(rng, cases.same_strided(rng), cases.positive))


@pytest.mark.weight(0.5)
def test_same_rectangular(student, rng):
    """Under "same", height and width are each padded for their own window and stride."""
    compare_windows(student, cases.calls(rng, cases.same_rectangular(rng), cases.positive))


@pytest.mark.aspect("padded cells")
@pytest.mark.supporting
@pytest.mark.weight(2)
def test_padding_is_ignored(student, rng):
    """Under "same", cells outside the image are never the largest, whatever the image holds."""
    calls = [
        ((np.full(shape, value, np.float32),), arguments)
        for shape, arguments in (*cases.same_at_stride_one(rng), *cases.same_strided(rng))
        for value in (-0.5, -300)
    ]
    for ((x,), _), got in zip(calls, student.max_pool2d.each(calls), strict=True):
        expect.close(got, np.full(expect.array(got).shape, x.flat[0]))  # the same all over


@pytest.mark.aspect("case")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_padding_in_any_case(student, rng):
    """The padding's name may be written in capitals."""
    relations.any_case(layer_of(student, 2, 2), cases.positive(rng, (2, 5, 7, 2)))
    relations.spelled(student.max_pool2d, drawn.pooling(rng, drawn.SPELLED))


@pytest.mark.aspect("dtype")
@pytest.mark.supporting
@pytest.mark.weight(1)
def test_keeps_the_dtype(student, rng):
    """The dtype is kept, of whole numbers too, with and without padding."""
    layer = layer_of(student, 3, 2)
    floats = (cases.quarters(rng, (2, 5, 6, 2), dtype) for dtype in (np.float32, np.float64))
    wholes = (cases.whole(rng, (2, 5, 6, 2), dtype) for dtype in (np.uint8, np.int8, np.int32))
    for x in (*floats, *wholes):
        relations.same_numbers(layer, x, layer.in_float64(), (x.dtype,))


@pytest.mark.aspect("nan")
@pytest.mark.supporting
@pytest.mark.weight(1)
def test_nan_propagates(student, rng):
    """A window that holds a NaN gives NaN, wherever in the window it lies; the others don't."""
    for arguments in ((2, 2), ((2, 3), 2)):
        x = cases.mixed(rng, (2, 6, 8, 3))
        relations.nan_propagates(
            layer_of(student, *arguments), x, relations.some_cells(rng, x.shape, one_in=7)
        )


@pytest.mark.aspect("infinity")
@pytest.mark.supporting
@pytest.mark.weight(1)
def test_infinite_windows(student, rng):
    """A window that is minus infinity all over gives minus infinity; infinity gives infinity."""
    for window in (2, 3):
        x = cases.mixed(rng, (2, 5, 7, 2))
        some = relations.some_cells(rng, x.shape, one_in=20)
        corner = cases.with_corner(np.zeros(x.shape, bool), 3, 4)
        low, high = corner, some & ~corner
        relations.infinities_are_numbers(layer_of(student, window, 2), x, low, high)


@pytest.mark.aspect("empty")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_empty_batch(student, rng):
    """A batch of no images gives a batch of no, smaller, images."""
    relations.empty_batch(layer_of(student, 2, 2), cases.mixed(rng, (2, 5, 7, 2)))


@pytest.mark.aspect("purity")
@pytest.mark.claim
@pytest.mark.weight(0.5)
def test_leaves_its_argument_alone(student, rng):
    """The images that are handed in are left as they were."""
    x = cases.mixed(rng, (2, 5, 7, 2))
    for padding, _ in relations.answered(layer_of(student, 2, 2), x):
        seen = student.max_pool2d.watched(x, 2, 2, padding)
        expect.that(
            cases.unchanged([x], seen.arguments),
            "max_pool2d must not change the images it is given",
        )


def refuses(student, all_arguments, naming):
    calls = [(arguments, {}) for arguments in all_arguments]
    student.max_pool2d.all_raise(calls, ValueError, naming)


@pytest.mark.aspect("errors")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_names_the_argument_that_is_wrong(student, rng):
    """A window or stride below 1 and an unknown padding raise a ValueError that names them."""
    x = cases.mixed(rng, (1, 4, 5, 2))
    refuses(student, [(x, size) for size in (0, (2, 0), (0, 2), -1)], naming="pool_size")
    refuses(student, [(x, 2, strides) for strides in (0, (1, 0), (0, 1), -1)], naming="strides")
    with student.raises(ValueError, naming="padding"):
        student.max_pool2d(x, 2, 1, "full")


@pytest.mark.aspect("errors")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_refuses_images_that_do_not_fit(student, rng):
    """A wrong number of axes, or a "valid" window larger than the image, raises a ValueError."""
    shapes = ((4, 5), (4, 5, 2), (1, 1, 4, 5, 2))
    refuses(student, [(cases.mixed(rng, shape),) for shape in shapes], naming="x")
    x, naming = cases.mixed(rng, (1, 4, 5, 2)), ("pool_size", "window", "x")
    refuses(student, [(x, size) for size in (9, (9, 1), (1, 9))], naming)


@pytest.mark.aspect("values", "padded cells", "dtype")
@pytest.mark.weight(0.5)
def test_calls_of_all_kinds(student, rng):
    """Images, windows and strides of all kinds, drawn at random."""
    compare(student, drawn.pooling(rng))
