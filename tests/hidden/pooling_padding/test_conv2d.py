"""Hidden tests of `conv2d`.

Where a test is about geometry or channels, its kernel is one that a half turn leaves as it is and
there is no bias: a kernel turned round and a bias gone wrong are each paid for in their own tests.
"""

from __future__ import annotations

import cases
import numpy as np
import pytest
import reference

from autograder.suite import expect

pytestmark = pytest.mark.builds_on("output_size", "same_padding", "zero_pad2d")


def compare(student, x, kernel, *bias, **arguments):
    expect.close(
        student.conv2d(x, kernel, *bias, **arguments),
        reference.conv2d(x, kernel, *bias, **arguments),
        like=(x, kernel),
    )


def geometry_of(arguments: dict) -> tuple[tuple[int, int], dict]:
    """A pooling geometry as a convolution's: the window's height and width, and the rest."""
    window = cases.two(arguments.get("pool_size", 2))
    strides = arguments.get("strides")
    rest = {name: value for name, value in arguments.items() if name == "padding"}
    return window, {"strides": window if strides is None else strides, **rest}


@pytest.mark.public
@pytest.mark.weight(1)
def test_published_example(student):
    """The image and the kernel of the notebook's example."""
    x = np.arange(1.0, 10.0).reshape(1, 3, 3, 1)
    kernel = np.array([[1.0, 2.0], [3.0, 4.0]]).reshape(2, 2, 1, 1)
    compare(student, x, kernel)


@pytest.mark.weight(1)
def test_kernel_is_not_turned_round(student, rng):
    """The kernel lies on the image as it is, as in Keras, and moves by one cell unless told."""
    for height, width in ((2, 2), (3, 2), (1, 3)):
        x = cases.mixed(rng, (2, 4, 5, 2))
        compare(student, x, cases.kernel(rng, height, width, 2, 3))


@pytest.mark.weight(1)
def test_channels(student, rng):
    """Each filter sums over all channels of the image and makes one channel of the answer."""
    for channels, filters in ((1, 3), (3, 1), (2, 4), (4, 2)):
        x = cases.mixed(rng, (2, 4, 5, channels))
        compare(student, x, cases.even_kernel(rng, 2, 3, channels, filters))


@pytest.mark.weight(1.5)
def test_bias(student, rng):
    """The bias of a filter is added once to each cell of its map."""
    for channels, filters in ((1, 2), (3, 2), (2, 3)):
        x = cases.mixed(rng, (2, 4, 5, channels))
        kernel = cases.even_kernel(rng, 2, 2, channels, filters)
        compare(student, x, kernel, cases.mixed(rng, (filters,)) + np.float32(20))


@pytest.mark.weight(0.5)
def test_bias_with_strides_and_padding(student, rng):
    """With a bias, strides and "same" together, padded cells get no bias of their own."""
    for strides in (1, 2):
        x = cases.mixed(rng, (2, 5, 4, 2))
        kernel = cases.even_kernel(rng, 3, 3, 2, 3)
        bias = cases.mixed(rng, (3,)) + np.float32(20)
        compare(student, x, kernel, bias, strides=strides, padding="same")


@pytest.mark.weight(1)
def test_strides(student, rng):
    """Strides smaller and larger than the kernel, alike or different downwards and across."""
    for shape, arguments in (*cases.strided(rng), *cases.rectangular(rng)):
        window, rest = geometry_of(arguments)
        x = cases.mixed(rng, (2, *shape[1:3], 2))
        compare(student, x, cases.even_kernel(rng, *window, 2, 3), **rest)


@pytest.mark.weight(1)
def test_rows_and_columns_left_over(student, rng):
    """Under "valid", rows and columns at the end on which no whole kernel lies."""
    for shape, arguments in cases.left_over(rng):
        window, rest = geometry_of(arguments)
        x = cases.mixed(rng, (1, *shape[1:3], 2))
        compare(student, x, cases.even_kernel(rng, *window, 2, 3), **rest)


@pytest.mark.weight(1)
def test_same_at_stride_one(student, rng):
    """Under "same" at stride 1, the size is kept, and the kernel lies as in Keras."""
    for shape, arguments in cases.same_at_stride_one(rng):
        window, rest = geometry_of(arguments)
        x = cases.mixed(rng, (2, *shape[1:3], 2))
        compare(student, x, cases.even_kernel(rng, *window, 2, 3), **rest)


@pytest.mark.weight(1.5)
def test_same_strided(student, rng):
    """Under "same" with larger strides, the kernel starts where Keras starts it."""
    for shape, arguments in cases.same_strided(rng):
        window, rest = geometry_of(arguments)
        x = cases.mixed(rng, (1, *shape[1:3], 2))
        compare(student, x, cases.even_kernel(rng, *window, 2, 3), **rest)


@pytest.mark.weight(0.5)
def test_padding_in_any_case(student, rng):
    """The padding's name may be written in capitals."""
    x, kernel = cases.mixed(rng, (2, 4, 5, 2)), cases.even_kernel(rng, 2, 3, 2, 3)
    for padding in ("SAME", "Same", "VALID", "Valid"):
        compare(student, x, kernel, padding=padding)


@pytest.mark.weight(1)
def test_dtype(student, rng):
    """The answer has the dtype that NumPy gives to a sum of images, kernel and bias."""
    for types in (
        (np.float32, np.float32, None),
        (np.float32, np.float32, np.float32),
        (np.float64, np.float32, np.float32),
        (np.float32, np.float32, np.float64),
        (np.int32, np.int32, None),
        (np.int32, np.float32, np.float32),
        (np.uint8, np.float32, None),
    ):
        x, kernel = (
            np.abs(4 * cases.quarters(rng, shape, np.float64)).astype(dtype)
            for shape, dtype in zip(((1, 4, 5, 2), (2, 2, 2, 3)), types[:2], strict=True)
        )
        bias = [] if types[2] is None else [cases.quarters(rng, (3,), types[2])]
        for padding in ("valid", "same"):
            want = reference.conv2d(x, kernel, *bias, padding=padding)
            got = student.conv2d(x, kernel, *bias, padding=padding)
            expect.close(got, want, like=(x, kernel, np.float32(0)), dtype=want.dtype)


@pytest.mark.weight(0.5)
def test_nan_propagates(student, rng):
    """A NaN in the image makes NaN of the cells that see it, and of no others."""
    for padding in ("valid", "same"):
        x = cases.sprinkled(rng, cases.mixed(rng, (2, 5, 6, 2)), np.nan, one_in=30)
        compare(student, x, cases.even_kernel(rng, 2, 2, 2, 3), padding=padding)


@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_empty_batch(student, rng):
    """A batch of no images gives a batch of no images with one channel per filter."""
    x, kernel = cases.mixed(rng, (0, 5, 6, 2)), cases.kernel(rng, 3, 2, 2, 4)
    for padding in ("valid", "same"):
        compare(student, x, kernel, cases.mixed(rng, (4,)), strides=2, padding=padding)


@pytest.mark.claim
@pytest.mark.weight(0.5)
def test_leaves_its_arguments_alone(student, rng):
    """Images, kernel and bias are left as they were."""
    for padding in ("valid", "same"):
        given = (
            cases.mixed(rng, (2, 4, 5, 2)),
            cases.kernel(rng, 3, 2, 2, 3),
            cases.mixed(rng, (3,)),
        )
        seen = student.conv2d.watched(*given, 1, padding)
        expect.that(
            cases.unchanged(given, seen.arguments),
            "conv2d must not change the images, the kernel or the bias that it is given",
        )


@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_names_the_argument_that_is_wrong(student, rng):
    """A stride below 1 and an unknown padding raise a ValueError that names them."""
    x, kernel = cases.mixed(rng, (1, 4, 5, 2)), cases.kernel(rng, 2, 3, 2, 1)
    for strides in (0, (1, 0), (0, 1), -1):
        with student.raises(ValueError, naming="strides"):
            student.conv2d(x, kernel, strides=strides)
    with student.raises(ValueError, naming="padding"):
        student.conv2d(x, kernel, padding="full")


@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_refuses_images_and_kernels_that_do_not_fit(student, rng):
    """A wrong number of axes, or a "valid" kernel larger than the image, raises a ValueError."""
    x, kernel = cases.mixed(rng, (1, 4, 5, 2)), cases.kernel(rng, 2, 3, 2, 1)
    for shape in ((4, 5), (4, 5, 2), (1, 1, 4, 5, 2)):
        with student.raises(ValueError, naming="x"):
            student.conv2d(cases.mixed(rng, shape), kernel)
    for shape in ((2, 3), (2, 3, 2)):
        with student.raises(ValueError, naming="kernel"):
            student.conv2d(x, cases.mixed(rng, shape))
    for height, width in ((5, 2), (2, 6)):
        with student.raises(ValueError, naming=("kernel", "window", "x")):
            student.conv2d(x, cases.kernel(rng, height, width, 2, 1))
