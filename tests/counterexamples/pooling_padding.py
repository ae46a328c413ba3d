"""Calls on which functions for pooling and padding may be wrong, each within the contract.

The numbers of images are small integers. Each generator varies what its tests are about and leaves
the rest at its simplest, so that an example shows the mistake that a test is about.
"""

from __future__ import annotations

import numpy as np

from autograder.counterexamples import OMITTED, call, counterexamples, refused
from autograder.suite import expect

WINDOWS = (OMITTED, 3, 1, 4, (1, 2), (2, 1), (2, 3), (3, 2), (3, 1), (1, 3))
STRIDES = (OMITTED, 1, 2, 3, (1, 2), (2, 1), (3, 1), (1, 3))
FLOATS = (np.float32, np.float64)
WHOLES = (np.int32, np.uint8, np.int8)


def two(value):
    if value is OMITTED:
        return 2, 2
    return value if isinstance(value, tuple) else (value, value)


def image(draw, height, width, low=-9, high=9, dtype=np.float64):
    """One image of one channel, or two of two."""
    shape = draw.integer(1, 2), height, width, draw.integer(1, 2)
    return draw.array(shape, low, high, dtype)


def plain(draw, low=-9, high=9, dtype=np.float64):
    """One image of one channel into which a window of 2 by 2 fits."""
    return draw.array((1, draw.integer(2, 4), draw.integer(2, 4), 1), low, high, dtype)


def room(draw, least):
    """Height and width of an image that holds a window."""
    return least[0] + draw.integer(0, 4), least[1] + draw.integer(0, 4)


def of_dtype(*allowed):
    """Whatever the values: the dtype of the right answer, or another that is allowed."""

    def check(got, want, example):
        expect.close(got, expect.array(got), dtype=allowed or want.dtype)

    return check


# -- pooling ---------------------------------------------------------------------------------


def pooled(draw, padding):
    """Any window and stride."""
    window, strides = draw.choice(WINDOWS), draw.choice(STRIDES)
    height, width = room(draw, two(window) if padding is OMITTED else (1, 1))
    x = image(draw, height, width)
    return call(x, pool_size=window, strides=strides, padding=padding)


def constant(got, want, example):
    """Whatever the shape: nothing but the number that the image holds everywhere."""
    value = example.args[0].reshape(-1)[0]
    expect.close(got, np.full(expect.array(got).shape, value))


for pooling, sign in (("max_pool2d", -1), ("avg_pool2d", 1), ("min_pool2d", 1)):

    @counterexamples(pooling)
    def _(draw):
        return pooled(draw, OMITTED)

    @counterexamples(pooling, "test_same_*")
    def _(draw):
        return pooled(draw, "same")

    @counterexamples(pooling, "test_padding_is_ignored", check=constant)
    def _(draw, sign=sign):
        x = np.full((1, draw.integer(1, 4), draw.integer(1, 4), 1), sign * draw.integer(1, 9))
        strides = draw.choice((OMITTED, 1, 2))
        return call(x / 1, pool_size=draw.choice((2, 3)), strides=strides, padding="same")

    @counterexamples(pooling, "test_padding_in_any_case")
    def _(draw):
        window, side = draw.choice(((1, 1), (2, 1), (2, 2)))
        x = draw.array((1, side, side, 1))
        padding = draw.choice(("SAME", "VALID", "Same", "Valid"))
        return call(x, pool_size=window, strides=1, padding=padding)

    @counterexamples(pooling, "test_nan_propagates")
    def _(draw):
        x = plain(draw)
        draw.put(x, np.nan)
        return call(x, padding=draw.choice((OMITTED, "same")))

    @counterexamples(pooling, "test_infinite_*")
    def _(draw):
        x = plain(draw)
        x[draw.array(x.shape, 0, 1) == 1] = draw.choice((np.inf, -np.inf))
        return call(x, padding=draw.choice((OMITTED, "same")))

    @counterexamples(pooling, "test_empty_batch")
    def _(draw):
        x = np.zeros((0, draw.integer(2, 4), draw.integer(2, 4), draw.integer(1, 2)))
        return call(x, padding=draw.choice((OMITTED, "same")))

    @counterexamples(pooling, "test_leaves_its_argument_alone", purity=True)
    def _(draw):
        return call(plain(draw), padding=draw.choice((OMITTED, "same")))

    @counterexamples(pooling, "test_names_the_argument_that_is_wrong")
    def _(draw):
        x = plain(draw)
        name, values = draw.choice(
            (
                ("pool_size", {"pool_size": 0}),
                ("strides", {"strides": 0}),
                ("padding", {"padding": "full"}),
                ("pool_size", {"pool_size": (2, 0)}),
                ("strides", {"strides": (1, 0)}),
                ("strides", {"strides": -1}),
            )
        )
        return refused(name, x, **values)

    @counterexamples(pooling, "test_refuses_images_that_do_not_fit")
    def _(draw):
        if draw.integer(0, 1):
            return refused(("pool_size", "window", "x"), draw.array((1, 2, 2, 1)), 3)
        return refused("x", draw.array((2, 2, 1, 1)[: draw.integer(2, 3)]))


@counterexamples("avg_pool2d", "test_all_together")
def _(draw):
    return pooled(draw, draw.choice((OMITTED, "same")))


for pooling in ("max_pool2d", "min_pool2d"):

    @counterexamples(pooling, "test_keeps_the_dtype", check=of_dtype())
    def _(draw):
        x = plain(draw, 0, 9, draw.choice((*FLOATS, *WHOLES)))
        return call(x, padding=draw.choice((OMITTED, "same")))

    @counterexamples(pooling, "test_keeps_the_dtype")
    def _(draw):
        x = plain(draw, 0, 9, draw.choice((*FLOATS, *WHOLES)))
        return call(x, pool_size=draw.choice((2, 3)), padding="same")


@counterexamples("avg_pool2d", "test_keeps_a_floating_dtype", check=of_dtype())
def _(draw):
    x = plain(draw, 0, 9, draw.choice((np.float32, np.float16, np.float64)))
    return call(x, padding=draw.choice((OMITTED, "same")))


@counterexamples("avg_pool2d", "test_averages_of_whole_numbers", check=of_dtype(*FLOATS))
def _(draw):
    x = plain(draw, 0, 9, draw.choice(WHOLES))
    return call(x, padding=draw.choice((OMITTED, "same")))


@counterexamples("avg_pool2d", "test_averages_of_whole_numbers")
def _(draw):
    most, dtype = draw.choice(((9, np.int32), (250, np.uint8), (120, np.int8)))
    return call(plain(draw, 0, most, dtype), padding=draw.choice((OMITTED, "same")))


# -- output_size -----------------------------------------------------------------------------


def counted(draw, padding=OMITTED, dilation=OMITTED):
    stride, window = draw.choice((OMITTED, 2, 3, 1, 4)), draw.integer(1, 5)
    reach = 1 if padding == "same" else window
    reach = reach if dilation is OMITTED else (reach - 1) * dilation + 1
    size = draw.integer(reach, reach + 12)
    return call(size, window, stride=stride, padding=padding, dilation=dilation)


@counterexamples("output_size")
def _(draw):
    return counted(draw, draw.choice((OMITTED, "valid")))


@counterexamples("output_size", "test_same", "test_same_*")
def _(draw):
    return counted(draw, "same")


@counterexamples("output_size", "test_padding_as_a_number")
def _(draw):
    return counted(draw, draw.integer(0, 3))


@counterexamples("output_size", "test_dilation")
def _(draw):
    return counted(draw, dilation=draw.integer(1, 4))


@counterexamples("output_size", "test_dilation_with_padding")
def _(draw):
    return counted(draw, draw.choice(("same", 1, 2)), draw.integer(1, 4))


@counterexamples("output_size", "test_padding_in_any_case")
def _(draw):
    size = draw.integer(1, 6)
    return call(size, 1, padding=draw.choice(("SAME", "VALID", "Same", "Valid")))


def whole(got, want, example):
    is_whole = isinstance(got, int | np.integer) and not isinstance(got, bool)
    text = f"returned {expect.shown(got)}, and an int is asked for"
    expect.that(is_whole, text)


@counterexamples("output_size", "test_a_count_is_a_whole_number", check=whole)
def _(draw):
    return counted(draw, draw.choice((OMITTED, "same")))


@counterexamples("output_size", "test_refuses_windows_strides_and_paddings")
def _(draw):
    size = draw.integer(1, 9)
    wrong = (
        ("window", (0,), {}),
        ("stride", (1,), {"stride": 0}),
        ("padding", (1,), {"padding": "full"}),
        ("stride", (1,), {"stride": -1}),
        ("stride", (1,), {"stride": 0, "padding": "same"}),
    )
    name, window, rest = draw.choice(wrong)
    return refused(name, size, *window, **rest)


@counterexamples("output_size", "test_refuses_a_window_that_never_fits")
def _(draw):
    size = draw.integer(1, 9)
    padding = draw.choice((OMITTED, 1))
    added = 0 if padding is OMITTED else 2
    window = size + added + draw.integer(1, 3)
    return refused(("window", "size"), size, window, padding=padding)


# -- same_padding ----------------------------------------------------------------------------


def amounts(draw):
    return call(draw.integer(1, 12), draw.integer(1, 6), stride=draw.choice((OMITTED, 2, 3, 4)))


@counterexamples("same_padding")
def _(draw):
    return amounts(draw)


@counterexamples("same_padding", "test_stride_one", "test_stride_is_one_unless_given")
def _(draw):
    return call(draw.integer(1, 12), draw.integer(1, 6), stride=draw.choice((OMITTED, 1)))


@counterexamples("same_padding", "test_strides_that_*")
def _(draw):
    return call(draw.integer(1, 12), draw.integer(1, 6), stride=draw.integer(2, 4))


def two_wholes(got, want, example):
    members = list(got) if isinstance(got, tuple | list) else np.asarray(got).tolist()
    for member in members:
        whole(member, want, example)


@counterexamples("same_padding", "test_amounts_are_whole_numbers", check=two_wholes)
def _(draw):
    return amounts(draw)


@counterexamples("same_padding", "test_refuses_windows_and_strides_below_one")
def _(draw):
    size = draw.integer(1, 9)
    name, values = draw.choice(
        (("window", (0,)), ("stride", (2, 0)), ("window", (-1,)), ("stride", (2, -1)))
    )
    return refused(name, size, *values)


# -- zero_pad2d ------------------------------------------------------------------------------


def padded(draw, padding, dtype=np.float64):
    return call(image(draw, draw.integer(1, 3), draw.integer(1, 3), 1, 9, dtype), padding)


@counterexamples("zero_pad2d", "test_one_number")
def _(draw):
    return padded(draw, draw.integer(0, 2))


@counterexamples("zero_pad2d", "test_a_pair")
def _(draw):
    return padded(draw, (draw.integer(0, 2), draw.integer(0, 2)))


def sides(draw):
    return tuple((draw.integer(0, 2), draw.integer(0, 2)) for _ in range(2))


@counterexamples("zero_pad2d", "test_two_pairs", "test_nothing_*", "test_published_*")
def _(draw):
    return padded(draw, sides(draw))


@counterexamples("zero_pad2d", "test_two_pairs", "test_nothing_*", "test_published_*")
def _(draw):
    return padded(draw, draw.choice((draw.integer(0, 2), [1, 2], [[0, 1], [2, 0]])))


@counterexamples("zero_pad2d", "test_keeps_the_dtype", check=of_dtype())
def _(draw):
    return padded(draw, draw.integer(0, 1), draw.choice((*FLOATS, *WHOLES)))


@counterexamples("zero_pad2d", "test_keeps_the_dtype")
def _(draw):
    return padded(draw, draw.integer(0, 1), draw.choice((*FLOATS, *WHOLES)))


@counterexamples("zero_pad2d", "test_keeps_nan_and_infinity")
def _(draw):
    x = image(draw, draw.integer(1, 3), draw.integer(1, 3), 1)
    draw.put(x, draw.choice((np.nan, np.inf, -np.inf)))
    return call(x, draw.integer(0, 1))


@counterexamples("zero_pad2d", "test_empty_batch")
def _(draw):
    return call(np.zeros((0, draw.integer(1, 3), draw.integer(1, 3), 1)), draw.integer(0, 2))


@counterexamples("zero_pad2d", "test_gives_a_fresh_array", purity=True)
def _(draw):
    return padded(draw, draw.integer(0, 1))


@counterexamples("zero_pad2d", "test_refuses_negative_padding")
def _(draw):
    negative = (-1, (0, -1), (-1, 0), ((0, 0), (0, -1)), ((-1, 0), (0, 0)))
    return refused("padding", draw.array((1, 2, 2, 1), 1), draw.choice(negative))


@counterexamples("zero_pad2d", "test_refuses_what_is_not_a_batch_of_images")
def _(draw):
    return refused("x", draw.array((2, 2, 1, 1, 1)[: draw.choice((2, 3, 5))], 1), 1)


# -- conv2d ----------------------------------------------------------------------------------

KERNELS = ((1, 1), (2, 2), (1, 2), (2, 1), (3, 3), (2, 3), (3, 2))
STEPS = (OMITTED, 2, (1, 2), (2, 1), 3)


def convolved(draw, *, padding=OMITTED, channels=1, filters=1, bias=OMITTED, kernels=KERNELS):
    """Any kernel and stride; `bias` is OMITTED, or True for one that is drawn."""
    window, strides = draw.choice(kernels), draw.choice(STEPS)
    height, width = room(draw, window if padding is OMITTED else (1, 1))
    inputs, outputs = draw.integer(1, channels), draw.integer(1, filters)
    x = draw.array((draw.integer(1, 2), height, width, inputs))
    kernel = draw.array((*window, inputs, outputs), -5, 5)
    values = bias if bias is OMITTED else draw.array((outputs,), -5, 5)
    return call(x, kernel, bias=values, strides=strides, padding=padding)


@counterexamples("conv2d")
def _(draw):
    return convolved(draw)


@counterexamples("conv2d", "test_channels")
def _(draw):
    return convolved(draw, channels=3, filters=3)


@counterexamples("conv2d", "test_bias")
def _(draw):
    return convolved(draw, channels=2, filters=3, bias=True)


@counterexamples("conv2d", "test_same_*", "test_padded_cells_are_zeros")
def _(draw):
    return convolved(draw, padding="same")


@counterexamples("conv2d", "test_all_together")
def _(draw):
    bias = draw.choice((OMITTED, True))
    padding = draw.choice((OMITTED, "same"))
    return convolved(draw, padding=padding, channels=2, filters=2, bias=bias)


@counterexamples("conv2d", "test_padding_in_any_case")
def _(draw):
    side = draw.integer(1, 2)
    x, kernel = draw.array((1, side, side, 1)), draw.array((side, side, 1, 1))
    return call(x, kernel, padding=draw.choice(("SAME", "VALID", "Same", "Valid")))


@counterexamples("conv2d", "test_dtype", check=of_dtype())
def _(draw):
    of_x, of_kernel = draw.choice(FLOATS + WHOLES[:2]), draw.choice(FLOATS + WHOLES[:1])
    bias = draw.choice((OMITTED, np.float32, np.float64))
    bias = bias if bias is OMITTED else draw.array((1,), 0, 9, bias)
    x, kernel = draw.array((1, 2, 2, 1), 0, 9, of_x), draw.array((1, 1, 1, 1), 0, 9, of_kernel)
    return call(x, kernel, bias=bias, padding=draw.choice((OMITTED, "same")))


@counterexamples("conv2d", "test_dtype")
def _(draw):
    of_x, of_kernel = draw.choice(WHOLES[:2]), draw.choice((np.int32, np.float32))
    x, kernel = draw.array((1, 2, 2, 1), 0, 200, of_x), draw.array((1, 1, 1, 1), 0, 9, of_kernel)
    return call(x, kernel)


@counterexamples("conv2d", "test_nan_propagates")
def _(draw):
    x, kernel = draw.array((1, draw.integer(1, 3), 2, 1)), draw.array((1, 2, 1, 1))
    draw.put(x, np.nan)
    return call(x, kernel)


@counterexamples("conv2d", "test_empty_batch")
def _(draw):
    channels, filters = draw.integer(1, 2), draw.integer(1, 2)
    x = np.zeros((0, draw.integer(2, 4), draw.integer(2, 4), channels))
    kernel = draw.array((draw.integer(1, 2), draw.integer(1, 2), channels, filters))
    return call(x, kernel, padding=draw.choice((OMITTED, "same")))


@counterexamples("conv2d", "test_leaves_its_arguments_alone", purity=True)
def _(draw):
    x, kernel = draw.array((1, 2, 2, 1)), draw.array((draw.integer(1, 2), 1, 1, 1))
    bias = draw.choice((OMITTED, draw.array((1,))))
    return call(x, kernel, bias, padding=draw.choice((OMITTED, "same")))


@counterexamples("conv2d", "test_names_the_argument_that_is_wrong")
def _(draw):
    x, kernel = draw.array((1, 2, 2, 1)), draw.array((1, 1, 1, 1))
    name, values = draw.choice(
        (
            ("strides", {"strides": 0}),
            ("padding", {"padding": "full"}),
            ("strides", {"strides": (1, 0)}),
            ("strides", {"strides": -1}),
        )
    )
    return refused(name, x, kernel, **values)


@counterexamples("conv2d", "test_refuses_images_and_kernels_that_do_not_fit")
def _(draw):
    x, kernel = draw.array((1, 2, 2, 1)), draw.array((1, 1, 1, 1))
    flat, large = draw.array((2, 2)), draw.array((1, 3, 1, 1))
    names, *arguments = draw.choice(
        (
            ("x", flat, kernel),
            ("kernel", x, flat),
            (("kernel", "window", "x"), x, large),
            ("x", flat[None], kernel),
            ("kernel", x, flat[None]),
        )
    )
    return refused(names, *arguments)
