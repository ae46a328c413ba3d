"""Hidden tests of `conv2d`.

Each test measures one thing: those of geometry have one channel, one filter, no bias, and a kernel
through which every cell is seen and that a half turn leaves as it is. What is no geometry is held
to what the function itself answers: see `relations`.
"""

from __future__ import annotations

from contextlib import suppress

import cases
import drawn
import numpy as np
import pytest
import reference
import relations

from autograder.sandbox import StudentRaised
from autograder.suite import expect

pytestmark = pytest.mark.builds_on("output_size", "same_padding", "zero_pad2d")


def compare(student, calls):
    for (images_and_kernel, arguments), got in zip(calls, student.conv2d.each(calls), strict=True):
        want = reference.conv2d(*images_and_kernel, **arguments)
        expect.close(got, want, like=images_and_kernel)


def geometry_of(arguments: dict) -> tuple[tuple[int, int], dict]:
    """A pooling geometry as a convolution's: the window's height and width, and the rest."""
    rest = {name: value for name, value in arguments.items() if name != "pool_size"}
    return cases.two(arguments["pool_size"]), rest


def calls_of(rng, geometries, draw_images, draw_kernel):
    """Calls with images of one channel and kernels of one filter."""
    calls = []
    for (_, height, width, _), arguments in geometries:
        window, rest = geometry_of(arguments)
        x = draw_images(rng, (2, height, width, 1))
        calls.append(((x, draw_kernel(rng, *window, 1, 1)), rest))
    return calls


def compare_windows(student, rng, geometries):
    compare(student, calls_of(rng, geometries, cases.mixed, cases.even_kernel))


def see_the_same_cells(student, rng, geometries):
    """The sums over few ones among zeros are above zero just where a window holds a one."""
    calls = calls_of(rng, geometries, cases.spots, cases.positive_kernel)
    for ((x, kernel), rest), got in zip(calls, student.conv2d.each(calls), strict=True):
        want = reference.conv2d(x, kernel, **rest) > 0
        if expect.shape_of(got) != want.shape:
            expect.close(got, want)
        expect.that(
            ((relations.numbers(got) > 0) == want).all(),
            "answers otherwise than Keras, for a few ones among zeros and a kernel of positive "
            "numbers: some outputs are above 0 where they should be 0, or the reverse",
        )


def layer_of(student, kernel, *arguments):
    return relations.Layer(
        student.conv2d, lambda x, padding: ((x, kernel, *arguments), {"padding": padding})
    )


@pytest.mark.public
@pytest.mark.weight(1)
def test_published_example(student):
    """The image and the kernel of the notebook's example."""
    difference = np.array([[1, 0], [0, -1]]).reshape(2, 2, 1, 1)
    compare(student, [((cases.published_image().astype(np.int64), difference), {})])


@pytest.mark.weight(2)
def test_kernel_is_not_turned_round(student, rng):
    """The kernel lies on the image as it is, as in Keras, and moves by one cell unless told."""
    sides = ((2, 2), (3, 2), (1, 3))
    compare(
        student,
        [((cases.mixed(rng, (2, 4, 5, 1)), cases.kernel(rng, *side, 1, 1)), {}) for side in sides],
    )


@pytest.mark.weight(6)
def test_channels(student, rng):
    """Each filter sums over all channels of the image and makes one channel of the answer."""
    calls = []
    for channels, filters in ((1, 3), (3, 1), (2, 4), (4, 2)):
        x = cases.mixed(rng, (2, 4, 5, channels))
        calls.append(((x, cases.even_kernel(rng, 2, 3, channels, filters)), {"strides": 1}))
    compare(student, calls)


@pytest.mark.aspect("bias")
@pytest.mark.supporting
@pytest.mark.weight(2)
def test_bias(student, rng):
    """The bias of a filter is added once to each cell of its map."""
    calls = []
    for channels, filters in ((1, 2), (3, 2), (2, 3)):
        x = cases.mixed(rng, (2, 5, 6, channels))
        kernel = cases.even_kernel(rng, 2, 2, channels, filters)
        bias = cases.mixed(rng, (filters,)) + np.float32(20)
        for strides in (1, 2):
            calls += [((x, kernel), {"strides": strides}), ((x, kernel, bias, strides), {})]
    answers = student.conv2d.each(calls)
    for (x, kernel, bias, _), _ in calls[1::2]:
        without = relations.numbers(next(answers))
        spread = np.broadcast_to(bias, np.broadcast_shapes(without.shape, bias.shape))
        expect.close(next(answers), without + spread, like=(x, kernel))


@pytest.mark.weight(1)
def test_strides(student, rng):
    """Strides smaller and larger than the kernel, nothing left over."""
    compare_windows(student, rng, cases.strided(rng))


@pytest.mark.weight(1)
def test_rectangular(student, rng):
    """Kernels and strides that differ downwards and across."""
    compare_windows(student, rng, cases.rectangular(rng))


@pytest.mark.weight(1)
def test_rows_and_columns_left_over(student, rng):
    """Under "valid", rows and columns at the end on which no whole kernel lies."""
    compare_windows(student, rng, cases.left_over(rng))


@pytest.mark.supporting
@pytest.mark.weight(1)
def test_same_at_stride_one(student, rng):
    """Under "same" at stride 1, the size is kept, and the kernel lies as in Keras."""
    see_the_same_cells(student, rng, cases.same_at_stride_one(rng))


@pytest.mark.supporting
@pytest.mark.weight(1.5)
def test_same_strided(student, rng):
    """Under "same" with larger strides, the kernel starts where Keras starts it."""
    see_the_same_cells(student, rng, cases.same_strided(rng))


@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_same_rectangular(student, rng):
    """Under "same", height and width are each padded for their own kernel side and stride."""
    see_the_same_cells(student, rng, cases.same_rectangular(rng))


@pytest.mark.aspect("padded cells")
@pytest.mark.supporting
@pytest.mark.weight(1.5)
def test_padded_cells_are_zeros(student):
    """Under "same", cells outside the image add nothing, whatever lies beside them."""
    calls = []
    for (height, width), window, stride in (((4, 5), 3, 1), ((5, 3), 2, 1), ((5, 4), 3, 2)):
        x, ones = cases.one_hot(height, width), np.ones((window, window, 1, 1), np.float32)
        calls.append(((x, ones, None, stride, "same"), {}))
    for sums in map(relations.numbers, student.conv2d.each(calls)):
        expect.that(
            (np.isclose(sums, 0, atol=1e-6) | np.isclose(sums, 1)).all(),
            "answers otherwise than zeros around the image would give: with a kernel of ones, some "
            "sums over an image with a single 1 are neither 0 nor 1",
        )


@pytest.mark.aspect("values", "bias", "padded cells")
@pytest.mark.weight(3)
def test_all_together(student, rng):
    """Channels, filters, a bias, strides and "same" together."""
    calls = []
    for strides in (1, 2):
        x, kernel = cases.mixed(rng, (2, 5, 4, 2)), cases.kernel(rng, 3, 2, 2, 3)
        bias = cases.mixed(rng, (3,)) + np.float32(20)
        calls.append(((x, kernel), {"bias": bias, "strides": strides, "padding": "same"}))
    compare(student, calls)


@pytest.mark.aspect("case")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_padding_in_any_case(student, rng):
    """The padding's name may be written in capitals."""
    x, kernel = cases.mixed(rng, (2, 4, 5, 2)), cases.even_kernel(rng, 2, 3, 2, 3)
    relations.any_case(layer_of(student, kernel), x)
    relations.spelled(student.conv2d, drawn.convolutions(rng, drawn.SPELLED))


@pytest.mark.aspect("dtype")
@pytest.mark.supporting
@pytest.mark.weight(1)
def test_dtype(student, rng):
    """The answer has the dtype that NumPy gives to a sum of images, kernel and bias."""
    whole, halves = (
        np.abs(scale * cases.quarters(rng, shape, np.float64))
        for scale, shape in ((4, (1, 4, 5, 2)), (2, (2, 2, 2, 3)))
    )
    bias = cases.quarters(rng, (3,), np.float64)
    for of_x, of_kernel, of_bias in (
        (np.float32, np.float32, None),
        (np.float32, np.float32, np.float32),
        (np.float64, np.float32, np.float32),
        (np.float32, np.float32, np.float64),
        (np.int32, np.int32, None),
        (np.int32, np.float32, np.float32),
        (np.uint8, np.float32, None),
    ):
        kernel = (halves if of_kernel == np.float32 else 2 * halves).astype(of_kernel)
        given = [] if of_bias is None else [bias.astype(of_bias)]
        wide = layer_of(student, kernel.astype(np.float64), *([bias] if given else []))
        with suppress(*([StudentRaised] if given else [])):  # a bias that fails has its own test
            relations.same_numbers(
                layer_of(student, kernel, *given),
                whole.astype(of_x),
                wide.in_float64(),
                (np.result_type(of_x, kernel, *given),),
                (np.float32(0),),
            )


@pytest.mark.aspect("nan")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_nan_propagates(student, rng):
    """A NaN in the image makes NaN of the cells that see it, and of no others."""
    x = cases.mixed(rng, (2, 5, 6, 2))
    layer = layer_of(student, cases.positive_kernel(rng, 2, 2, 2, 3))
    relations.nan_propagates(layer, x, relations.some_cells(rng, x.shape, one_in=30))


@pytest.mark.aspect("empty")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_empty_batch(student, rng):
    """A batch of no images gives a batch of no images with one channel per filter."""
    x, kernel = cases.mixed(rng, (2, 5, 6, 2)), cases.kernel(rng, 3, 2, 2, 4)
    relations.empty_batch(layer_of(student, kernel), x)


@pytest.mark.aspect("purity")
@pytest.mark.claim
@pytest.mark.weight(0.5)
def test_leaves_its_arguments_alone(student, rng):
    """Images, kernel and bias are left as they were."""
    x, kernel = cases.mixed(rng, (2, 4, 5, 2)), cases.kernel(rng, 3, 2, 2, 3)
    bias = cases.mixed(rng, (3,))
    for padding, _ in relations.answered(layer_of(student, kernel), x):
        leaves_alone(student, x, kernel, None, 1, padding)
        with suppress(StudentRaised):  # a bias that fails has its own test
            leaves_alone(student, x, kernel, bias, 1, padding)


def leaves_alone(student, x, kernel, bias, *arguments):
    seen = student.conv2d.watched(x, kernel, bias, *arguments)
    given, after = [x, kernel], list(seen.arguments)
    if bias is not None:
        given.append(bias)
    expect.that(
        cases.unchanged(given, after),
        "conv2d must not change the images, the kernel or the bias that it is given",
    )


@pytest.mark.aspect("errors")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_names_the_argument_that_is_wrong(student, rng):
    """A stride below 1 and an unknown padding raise a ValueError that names them."""
    x, kernel = cases.mixed(rng, (1, 4, 5, 2)), cases.kernel(rng, 2, 3, 2, 1)
    calls = [((x, kernel), {"strides": strides}) for strides in (0, (1, 0), (0, 1), -1)]
    student.conv2d.all_raise(calls, ValueError, naming="strides")
    with student.raises(ValueError, naming="padding"):
        student.conv2d(x, kernel, padding="full")


@pytest.mark.aspect("errors")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_refuses_images_and_kernels_that_do_not_fit(student, rng):
    """A wrong number of axes, or a "valid" kernel larger than the image, raises a ValueError."""
    x, kernel = cases.mixed(rng, (1, 4, 5, 2)), cases.kernel(rng, 2, 3, 2, 1)
    images = [cases.mixed(rng, shape) for shape in ((4, 5), (4, 5, 2), (1, 1, 4, 5, 2))]
    kernels = [cases.mixed(rng, shape) for shape in ((2, 3), (2, 3, 2))]
    large = [cases.kernel(rng, height, width, 2, 1) for height, width in ((9, 1), (1, 9))]
    for all_arguments, naming in (
        ([(each, kernel) for each in images], "x"),
        ([(x, each) for each in kernels], "kernel"),
        ([(x, each) for each in large], ("kernel", "window", "x")),
    ):
        calls = [(arguments, {}) for arguments in all_arguments]
        student.conv2d.all_raise(calls, ValueError, naming)


@pytest.mark.aspect("values", "bias", "padded cells", "dtype")
@pytest.mark.weight(0.5)
def test_calls_of_all_kinds(student, rng):
    """Images, kernels and strides of all kinds, drawn at random."""
    compare(student, drawn.convolutions(rng))
