"""Calls on which functions of LeNet-5 may be wrong, each within the contract."""

from __future__ import annotations

import numpy as np

from autograder.counterexamples import OMITTED, built, call, counterexamples, refused
from autograder.suite import expect

WHOLES = (np.int32, np.uint8)
FLOATS = (np.float32, np.float64)


def of_dtype(*allowed):
    """Whatever the values: the dtype of the right answer, or another that is allowed."""

    def check(got, want, example):
        expect.close(got, expect.array(got), dtype=allowed or want.dtype)

    return check


def whole(got, want, example):
    is_whole = isinstance(got, int | np.integer) and not isinstance(got, bool)
    expect.that(is_whole, f"returned {expect.shown(got)}, and an int is asked for")


def whole_numbers(got, want, example):
    dtype = expect.array(got).dtype
    expect.that(dtype.kind in "iu", f"returned an array of dtype {dtype}, not of ints")


# -- conv_parameters -------------------------------------------------------------------------


@counterexamples("conv_parameters")
def _(draw):
    return call(draw.integer(1, 5), draw.integer(1, 4), draw.integer(1, 4))


@counterexamples("conv_parameters", "test_without_bias")
def _(draw):
    return call(draw.integer(1, 5), draw.integer(1, 4), draw.integer(1, 4), bias=False)


@counterexamples("conv_parameters", "test_rectangular_kernels")
def _(draw):
    kernel = draw.integer(1, 5), draw.integer(1, 5)
    return call(kernel, draw.integer(1, 4), draw.integer(1, 4))


@counterexamples("conv_parameters", "test_groups")
def _(draw):
    groups = draw.integer(1, 4)
    channels = groups * draw.integer(1, 3), groups * draw.integer(1, 3)
    return call(draw.integer(1, 3), *channels, groups=groups)


@counterexamples("conv_parameters", "test_refuses_groups_that_do_not_divide")
def _(draw):
    inputs, outputs, groups = draw.choice(((1, 2, 2), (2, 1, 2), (3, 4, 2), (4, 3, 2)))
    return refused("groups", draw.integer(1, 3), inputs, outputs, groups=groups)


@counterexamples("conv_parameters", "test_refuses_what_is_below_one")
def _(draw):
    name, arguments, groups = draw.choice(
        (
            ("kernel_size", (0, 1, 1), OMITTED),
            ("in_channels", (1, 0, 1), OMITTED),
            ("out_channels", (1, 1, 0), OMITTED),
            ("groups", (1, 1, 1), 0),
            ("kernel_size", ((1, 0), 1, 1), OMITTED),
            ("in_channels", (1, -1, 1), OMITTED),
            ("groups", (1, 1, 1), -1),
        )
    )
    return refused(name, *arguments, groups=groups)


# -- lenet5_table ----------------------------------------------------------------------------

CONVOLUTIONS, OTHERS = ("C1", "C3", "C5", "F6"), ("S2", "S4", "OUTPUT")


def column(*fields, rows=CONVOLUTIONS + OTHERS):
    """Compares some fields of some rows; a row is found by its name."""

    def check(got, want, example):
        expect.that(isinstance(got, list | tuple), "did not return a list of dicts.")
        for row in want:
            if row["name"] not in rows:
                continue
            mine = [each for each in got if each.get("name") == row["name"]]
            expect.that(len(mine) == 1, f"returned {len(mine)} rows with the name {row['name']!r}.")
            for field in fields:
                value = mine[0].get(field)
                right = isinstance(value, int | np.integer) and int(value) == row[field]
                wrong = f"returned a row {row['name']} whose {field!r} is not right: "
                expect.that(right, wrong + expect.shown(value))

    return check


def table(draw):
    return call(draw.integer(32, 60))


counterexamples("lenet5_table", "test_first_*", check=column("maps", "size", "parameters"))(table)
counterexamples("lenet5_table", "test_sizes_*", "test_odd_*", check=column("maps", "size"))(table)
for name, rows in (("*_of_convolutions", CONVOLUTIONS), ("*_of_subsampling_*", OTHERS)):
    for field in ("parameters", "connections"):
        check = column(field, rows=rows)
        counterexamples("lenet5_table", f"test_{field}{name}", check=check)(table)
counterexamples("lenet5_table", "test_parameters_do_*", check=column("parameters"))(table)
counterexamples("lenet5_table", "test_connections_grow_*", check=column("connections"))(table)


@counterexamples("lenet5_table", "test_refuses_small_images")
def _(draw):
    return refused("input_size", draw.choice((31, 30, 20, 10, 1)))


# -- c3_connection_table ---------------------------------------------------------------------


def columns(first, last):
    """Compares some columns of the table."""

    def check(got, want, example):
        expect.close(np.zeros(expect.array(got).shape), np.zeros(want.shape))  # the shape alone
        for map_of_c3 in range(first, last):
            wrong = np.flatnonzero(expect.array(got)[:, map_of_c3] != want[:, map_of_c3])
            sentence = f"has a column {map_of_c3} that is not right"
            expect.that(
                not len(wrong), f"{sentence}, in row {wrong[0] if len(wrong) else 0} first."
            )

    return check


for pattern, first, last in (
    ("test_first_*", 0, 16),
    ("test_three_*", 0, 6),
    ("test_four_*", 6, 12),
    ("test_two_*", 12, 15),
    ("test_last_*", 15, 16),
):

    @counterexamples("c3_connection_table", pattern, check=columns(first, last))
    def _(draw):
        return call()


@counterexamples("c3_connection_table", "test_is_a_table_*", check=of_dtype())
def _(draw):
    return call()


# -- sparse_conv2d ---------------------------------------------------------------------------


def sparse(draw, *, maps=2, filters=2, connected=False, with_bias=False, dtype=np.float64):
    height, width = draw.integer(1, 3), draw.integer(1, 3)
    inputs, outputs = draw.integer(1, maps), draw.integer(1, filters)
    rows, columns = height + draw.integer(0, 2), width + draw.integer(0, 2)
    x = draw.array((draw.integer(1, 2), rows, columns, inputs), -9, 9, dtype)
    kernel = draw.array((height, width, inputs, outputs), -5, 5, dtype)
    bias = draw.array((outputs,), -5, 5, dtype) if with_bias else np.zeros(outputs, dtype)
    if connected:
        return call(x, kernel, bias, np.ones((inputs, outputs), bool))
    return call(x, kernel, bias, draw.array((inputs, outputs), 0, 1, bool))


@counterexamples("sparse_conv2d")
def _(draw):
    return sparse(draw, maps=3, filters=3, with_bias=True)


@counterexamples("sparse_conv2d", "test_all_connected", "test_kernel_*", "test_example")
def _(draw):
    return sparse(draw, connected=True, with_bias=bool(draw.integer(0, 1)))


@counterexamples("sparse_conv2d", "test_bias")
def _(draw):
    return sparse(draw, connected=True, with_bias=True)


@counterexamples("sparse_conv2d", "test_numbers_at_the_places_*")
def _(draw):
    x, kernel = draw.array((1, 1, 1, 2), 1), draw.array((1, 1, 2, 1), 1).astype(np.float64)
    draw.put(kernel, draw.choice((np.nan, np.inf)))
    return call(x, kernel, np.zeros(1), np.isfinite(kernel[0, 0]))


@counterexamples("sparse_conv2d", "test_precision", check=of_dtype())
def _(draw):
    return sparse(draw, connected=True, dtype=draw.choice(FLOATS))


@counterexamples("sparse_conv2d", "test_empty_batch")
def _(draw):
    kernel = draw.array((draw.integer(1, 2), draw.integer(1, 2), 1, draw.integer(1, 2)))
    x = np.zeros((0, draw.integer(2, 3), draw.integer(2, 3), 1))
    outputs = kernel.shape[3]
    return call(x, kernel, np.zeros(outputs), np.ones((1, outputs), bool))


@counterexamples("sparse_conv2d", "test_leaves_*", purity=True)
def _(draw):
    return sparse(draw, with_bias=True)


@counterexamples("sparse_conv2d", "test_refuses_*")
def _(draw):
    x, kernel = draw.array((1, 2, 2, 1)), draw.array((1, 1, 1, 1))
    bias, connections = np.zeros(1), np.ones((1, 1), bool)
    names, *arguments = draw.choice(
        (
            (("x",), x[0], kernel, bias, connections),
            (("kernel",), x, kernel[0], bias, connections),
            (("kernel", "x"), x, draw.array((1, 1, 2, 1)), bias, np.ones((2, 1), bool)),
            (("kernel", "x"), x, draw.array((3, 1, 1, 1)), bias, connections),
            (("bias", "kernel"), x, kernel, np.zeros(2), connections),
            (("table", "kernel"), x, kernel, bias, np.ones((1, 2), bool)),
        )
    )
    return refused(names, *arguments)


# -- scaled_tanh -----------------------------------------------------------------------------


@counterexamples("scaled_tanh")
def _(draw):
    return call(draw.array((draw.integer(1, 4),), -9, 9) / draw.choice((1, 2)))


@counterexamples("scaled_tanh", "test_any_shape")
def _(draw):
    shapes = ((1,), (1, 1), (2, 2), (1, 2, 1), (0,), (2, 0), (1, 2, 1, 2))
    return call(draw.choice((draw.array(draw.choice(shapes)), draw.integer(0, 3), 0.5)))


@counterexamples("scaled_tanh", "test_dtype", check=of_dtype())
def _(draw):
    return call(draw.array((draw.integer(1, 2),), dtype=draw.choice(FLOATS)))


@counterexamples("scaled_tanh", "test_dtype", check=of_dtype(*FLOATS))
def _(draw):
    return call(draw.array((draw.integer(1, 2),), dtype=draw.choice((np.int64, np.uint8)), low=0))


@counterexamples("scaled_tanh", "test_dtype")
def _(draw):
    dtype = draw.choice((*FLOATS, np.int64, np.uint8))
    return call(draw.array((draw.integer(1, 2),), 0, dtype=dtype))


@counterexamples("scaled_tanh", "test_nan_and_infinity")
def _(draw):
    return call(np.array([draw.choice((np.nan, np.inf, -np.inf)), draw.integer(0, 9)]))


@counterexamples("scaled_tanh", "test_leaves_*", purity=True)
def _(draw):
    return call(draw.array((draw.integer(1, 3),)))


# -- trainable_subsampling -------------------------------------------------------------------


def subsampled(draw, maps, *, low=-4, high=4, weighted=True):
    height, width, count = draw.integer(2, 5), draw.integer(2, 5), draw.integer(1, maps)
    x = draw.array((draw.integer(1, 2), height, width, count), low, high) / 4
    if not weighted:
        return call(x, np.ones(count), np.zeros(count))
    weight, bias = (draw.array((count,), low, high) / 4 for low, high in ((1, 8), (-4, 4)))
    return call(x, weight, bias)


@counterexamples("trainable_subsampling")
def _(draw):
    return subsampled(draw, 3)


@counterexamples("trainable_subsampling", "test_sums")
def _(draw):
    return subsampled(draw, 2, weighted=False)


@counterexamples("trainable_subsampling", "test_large_sums")
def _(draw):
    return subsampled(draw, 2, low=-40, high=40)


@counterexamples("trainable_subsampling", "test_whole_numbers_*", check=of_dtype(*FLOATS))
def _(draw):
    x = draw.array((1, 2, 2, 1), 0, 3, draw.choice((*FLOATS, *WHOLES)))
    return call(x, np.array([0.25]), np.zeros(1))


@counterexamples("trainable_subsampling", "test_whole_numbers_*")
def _(draw):
    x = draw.array((1, 2, 2, 1), 0, 255, draw.choice(WHOLES))
    return call(x, np.array([0.001]), np.zeros(1))


@counterexamples("trainable_subsampling", "test_empty_batch")
def _(draw):
    x = np.zeros((0, draw.integer(2, 4), draw.integer(2, 4), 1))
    return call(x, np.ones(1), np.zeros(1))


@counterexamples("trainable_subsampling", "test_nan_propagates")
def _(draw):
    x = draw.array((1, draw.integer(2, 4), 2, 1), -4, 4) / 4
    draw.put(x, np.nan)
    return call(x, np.ones(1), np.zeros(1))


@counterexamples("trainable_subsampling", "test_leaves_*", purity=True)
def _(draw):
    return subsampled(draw, 2)


@counterexamples("trainable_subsampling", "test_refuses_*")
def _(draw):
    x, one = draw.array((1, 2, 2, 2), 0, 0), np.ones(2)
    names, *arguments = draw.choice(
        (
            ("x", x[0], one, one),
            (("weight", "x"), x, one[:1], one),
            (("bias", "x"), x, one, one[:1]),
        )
    )
    return refused(names, *arguments)


# -- rbf_output and rbf_predict --------------------------------------------------------------


def distances(draw, low=-5, high=5, dtype=np.float64):
    count, classes, features = draw.integer(1, 3), draw.integer(1, 3), draw.integer(1, 3)
    x = draw.array((count, features), low, high, dtype)
    return call(x, draw.array((classes, features), low, high, dtype))


@counterexamples("rbf_output")
def _(draw):
    return distances(draw)


@counterexamples("rbf_output", "test_one_example_and_none")
def _(draw):
    count, classes = draw.integer(0, 2), draw.integer(1, 3)
    return call(draw.array((count, 2)), draw.array((classes, 2)))


@counterexamples("rbf_output", "test_nearest_*", function="rbf_predict")
def _(draw):
    return distances(draw)


@counterexamples("rbf_output", "test_nearest_*")
def _(draw):
    return distances(draw)


@counterexamples("rbf_output", "test_leaves_*", purity=True)
def _(draw):
    return distances(draw)


@counterexamples("rbf_output", "test_refuses_*")
def _(draw):
    x, codes = draw.array((1, 2)), draw.array((2, 2))
    arguments = draw.choice(((x[0], codes), (x, codes[0]), (x, codes[:, :1]), (x[None], codes)))
    return refused(("x", "codes"), *arguments)


# -- lenet5_1998_forward ---------------------------------------------------------------------


def waves(scale):
    """Weights that a formula gives, all of them different."""
    shapes = {
        "c1_kernel": (5, 5, 1, 6),
        "c1_bias": (6,),
        "s2_weight": (6,),
        "s2_bias": (6,),
        "c3_kernel": (5, 5, 6, 16),
        "c3_bias": (16,),
        "s4_weight": (16,),
        "s4_bias": (16,),
        "c5_kernel": (5, 5, 16, 120),
        "c5_bias": (120,),
        "f6_kernel": (120, 84),
        "f6_bias": (84,),
        "codes": (10, 84),
    }
    weights = {}
    for name, shape in shapes.items():
        numbers = np.sin(1 + np.arange(np.prod(shape)) * 1.7).reshape(shape)
        fan_in = np.prod(shape[:-1]) if len(shape) > 1 else 1
        weights[name] = scale * numbers / np.sqrt(fan_in)
    weights["codes"] = np.sign(np.sin(1 + np.arange(840) * 1.7)).reshape(10, 84)
    return weights


def ripples(step):
    """One image that a formula gives."""
    return np.sin(np.arange(1024) * step).reshape(1, 32, 32, 1)


def forward(got, want, example):
    expect.close(got, want, rtol=1e-4)


@counterexamples("lenet5_1998_forward", check=forward)
def _(draw):
    return call(built(ripples, draw.integer(1, 5)), built(waves, draw.integer(1, 4)))


# -- prepare_digits --------------------------------------------------------------------------


def spots(row, column, grey):
    """One image with one pixel that is not black."""
    images = np.zeros((1, 28, 28), np.uint8)
    images[0, row, column] = grey
    return images


def digits(draw):
    return built(spots, draw.integer(0, 27), draw.integer(0, 27), draw.integer(1, 255))


@counterexamples("prepare_digits")
def _(draw):
    classes = draw.choice((OMITTED, 3, 4))
    most = 9 if classes is OMITTED else classes - 1
    return call(digits(draw), np.array([draw.integer(0, most)]), num_classes=classes)


def first_dtype(got, want, example):
    expect.that(isinstance(got, list | tuple) and len(got) == 2, "did not return a pair.")
    dtype = expect.array(got[0]).dtype
    expect.that(dtype == np.float32, f"returned images of dtype {dtype}, not of float32.")


def dtype_of_images(answer):
    return str(np.asarray(answer[0]).dtype)


@counterexamples("prepare_digits", "test_float32", check=first_dtype, show=dtype_of_images)
def _(draw):
    return call(digits(draw), np.array([draw.integer(0, 9)]))


def black(count):
    """Black images."""
    return np.zeros((count, 28, 28), np.uint8)


@counterexamples(
    "prepare_digits",
    "test_labels_*",
    "test_one_hot_once",
    "test_classes_*",
    "test_as_many_*",
    "test_no_images",
)
def _(draw):
    classes = draw.choice((OMITTED, 3, 4, 28))
    most = 9 if classes is OMITTED else classes - 1
    count = draw.integer(0, 3)
    dtype = draw.choice((np.int64, np.uint8, np.int32))
    labels = draw.array((count,), 0, most, dtype)
    return call(built(black, count), labels, num_classes=classes)


@counterexamples("prepare_digits", "test_leaves_*", purity=True)
def _(draw):
    return call(digits(draw), np.array([draw.integer(0, 9)]))


@counterexamples("prepare_digits", "test_refuses_*")
def _(draw):
    names, images, labels = draw.choice(
        (
            ("images", np.zeros((1, 2, 2), np.uint8), np.zeros(1, int)),
            (("labels", "images"), built(black, 1), np.zeros(2, int)),
            ("labels", built(black, 1), np.array([10])),
            ("labels", built(black, 1), np.array([-1])),
        )
    )
    return refused(names, images, labels)


# -- confusion_matrix and accuracy -----------------------------------------------------------


def guesses(draw, least=0):
    count, classes = draw.integer(least, 5), draw.integer(1, 4)
    labels, predictions = (draw.array((count,), 0, classes - 1, np.int64) for _ in range(2))
    return call(labels, predictions, classes)


@counterexamples("confusion_matrix")
def _(draw):
    return guesses(draw)


@counterexamples("confusion_matrix", "test_counts_are_whole_numbers", check=whole_numbers)
def _(draw):
    return guesses(draw, 1)


@counterexamples("confusion_matrix", "test_large_counts", "test_counts_are_whole_numbers")
def _(draw):
    count, dtype = draw.choice((1, 5, 300)), draw.choice((np.int64, np.uint8, np.int8))
    return call(np.zeros(count, dtype), np.zeros(count, dtype), draw.integer(1, 3))


@counterexamples("confusion_matrix", "test_calls_of_all_kinds")
def _(draw):
    classes = draw.choice((2, 3, 20, 30))
    dtype = draw.choice((np.int64, np.int64, np.uint8))
    count = draw.integer(1, 4)
    return call(*(draw.array((count,), 0, classes - 1, dtype) for _ in range(2)), classes)


@counterexamples(
    "confusion_matrix", "test_share_*", "test_none_and_*", "test_example", function="accuracy"
)
def _(draw):
    return call(*guesses(draw, 1).args[:2])


@counterexamples("confusion_matrix", "test_example")
def _(draw):
    return guesses(draw)


@counterexamples("confusion_matrix", "test_leaves_*", purity=True)
def _(draw):
    return guesses(draw, 1)


@counterexamples("confusion_matrix", "test_leaves_*", function="accuracy", purity=True)
def _(draw):
    return call(*guesses(draw, 1).args[:2])


@counterexamples("confusion_matrix", "test_refuses_*")
def _(draw):
    one, other = draw.choice(((1, 2), (2, 1), (0, 1)))
    return refused(("labels", "predictions"), np.zeros(one, int), np.zeros(other, int), 2)


@counterexamples("confusion_matrix", "test_refuses_*", function="accuracy")
def _(draw):
    one, other = draw.choice(((1, 2), (2, 1)))
    return refused(("labels", "predictions"), np.zeros(one, int), np.zeros(other, int))
