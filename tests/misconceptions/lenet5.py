"""Known wrong answers to LeNet-5, each with the question that leads out of it.

Each is a whole function with one mistake. What is right in several of them stands once, in the
private functions at the top. Keras is imported inside the functions that need it: those are told
by what is seen of them in the sandbox (`inspect_answer`), and never run in the grader's process.
"""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np

from autograder.diagnosis import (
    call,
    inspect_answer,
    look,
    look_into,
    misconception,
    probes,
    right_answer,
    suite_module,
    variant,
)
from autograder.sandbox import CallFailed

# -- what they share, and do right ---------------------------------------------------------------


def _sides(kernel_size):
    return (kernel_size, kernel_size) if isinstance(kernel_size, int) else tuple(kernel_size)


def _require_counts(kernel_size, in_channels, out_channels, groups):
    counts = {
        "kernel_size": min(_sides(kernel_size)),
        "in_channels": in_channels,
        "out_channels": out_channels,
        "groups": groups,
    }
    for name, value in counts.items():
        if value < 1:
            raise ValueError(f"{name} must be at least 1, not {value}")
    if in_channels % groups or out_channels % groups:
        raise ValueError("groups must divide the numbers of channels")


def _ladder(input_size):
    """The sides of C1, S2, C3, S4 and C5."""
    c1 = input_size - 4
    s2 = c1 // 2
    c3 = s2 - 4
    s4 = c3 // 2
    return c1, s2, c3, s4, s4 - 4


def _row(name, maps, size, parameters, connections):
    return {
        "name": name,
        "maps": maps,
        "size": size,
        "parameters": parameters,
        "connections": connections,
    }


def _rows(sizes, pairs=60, learned=2, bias=1, output=0, f6_size=None):
    """The table for these sides of C1, S2, C3, S4 and C5."""
    c1, s2, c3, s4, c5 = sizes
    f6 = c5 if f6_size is None else f6_size
    return [
        _row("C1", 6, c1, 156, c1**2 * 6 * (25 + bias)),
        _row("S2", 6, s2, 6 * learned, s2**2 * 6 * (4 + bias)),
        _row("C3", 16, c3, pairs * 25 + 16, c3**2 * (pairs * 25 + 16 * bias)),
        _row("S4", 16, s4, 16 * learned, s4**2 * 16 * (4 + bias)),
        _row("C5", 120, c5, 48120, c5**2 * 120 * (400 + bias)),
        _row("F6", 84, f6, 10164, f6**2 * 84 * (120 + bias)),
        _row("OUTPUT", 10, f6, output, f6**2 * 840),
    ]


def _require_size(input_size):
    if input_size < 32:
        raise ValueError(f"input_size must be at least 32, not {input_size}")


def _table(columns, shape=(6, 16), dtype=bool):
    table = np.zeros(shape, dtype)
    for column, rows in enumerate(columns):
        for row in rows:
            table[row, column] = True
    return table


def _columns():
    threes = [[(k + i) % 6 for i in range(3)] for k in range(6)]
    fours = [[(k + i) % 6 for i in range(4)] for k in range(6)]
    return [*threes, *fours, [0, 1, 3, 4], [1, 2, 4, 5], [0, 2, 3, 5], range(6)]


def _require_fit(x, kernel, bias, table):
    if x.ndim != 4 or kernel.ndim != 4:
        raise ValueError("x and kernel must have 4 axes")
    if kernel.shape[2] != x.shape[3]:
        raise ValueError("kernel must be for as many maps as x has")
    if bias.shape != kernel.shape[3:]:
        raise ValueError("bias must have one number for each output")
    if table.shape != kernel.shape[2:]:
        raise ValueError("table must have a row for each input and a column for each output")
    if kernel.shape[0] > x.shape[1] or kernel.shape[1] > x.shape[2]:
        raise ValueError("kernel is larger than the images")


def _conv(x, kernel):
    """An ordinary convolution, without a bias."""
    windows = np.lib.stride_tricks.sliding_window_view(x, kernel.shape[:2], (1, 2))
    return np.tensordot(windows, kernel, ((3, 4, 5), (2, 0, 1)))


def _masked(kernel, table):
    return np.where(table, kernel, np.zeros((), kernel.dtype))


def _squash(a):
    return 1.7159 * np.tanh(np.asarray(a) * (2 / 3))


def _require_maps(x, weight, bias):
    if x.ndim != 4:
        raise ValueError("x must have 4 axes")
    for name, array in (("weight", weight), ("bias", bias)):
        if array.shape != x.shape[3:]:
            raise ValueError(f"{name} must have one number for each map")


def _windows(x):
    """The cells of 2 by 2 windows on axes 2 and 4; what fills none is left out."""
    rows, columns = x.shape[1] // 2, x.shape[2] // 2
    return x[:, : 2 * rows, : 2 * columns].reshape(len(x), rows, 2, columns, 2, x.shape[3])


def _added(x):
    return _windows(x).sum(axis=(2, 4))


def _require_features(x, codes):
    if x.ndim != 2 or codes.ndim != 2 or x.shape[1] != codes.shape[1]:
        raise ValueError("x and codes must have 2 axes and as many features")


def _distances(x, codes):
    return ((x[:, None, :] - codes[None]) ** 2).sum(axis=2)


def _layers_1998(
    x, w, *, c3_table=None, after_c1=_squash, after_s2=_squash, after_c3=_squash,
    after_s4=_squash, after_c5=_squash, after_f6=_squash, add=_added,
):  # fmt: skip
    """The network of 1998 up to F6, with parts that a misconception may exchange."""
    table = _table(_columns()) if c3_table is None else c3_table
    c1 = after_c1(_conv(x, w["c1_kernel"]) + w["c1_bias"])
    s2 = after_s2(w["s2_weight"] * add(c1) + w["s2_bias"])
    c3 = after_c3(_conv(s2, _masked(w["c3_kernel"], table)) + w["c3_bias"])
    s4 = after_s4(w["s4_weight"] * add(c3) + w["s4_bias"])
    c5 = after_c5(_conv(s4, w["c5_kernel"]) + w["c5_bias"]).reshape(len(x), -1)
    return after_f6(c5 @ w["f6_kernel"] + w["f6_bias"])


def _require_digits(images, labels, num_classes):
    if images.ndim != 3 or images.shape[1:] != (28, 28):
        raise ValueError("images must have the shape (N, 28, 28)")
    if labels.shape != images.shape[:1]:
        raise ValueError("labels must have one class for each image")
    if len(labels) and not 0 <= labels.min() <= labels.max() < num_classes:
        raise ValueError("labels must be below num_classes")


def _bordered(images):
    return np.pad(images, ((0, 0), (2, 2), (2, 2)))[..., None].astype(np.float32)


def _one_hot(labels, num_classes):
    return np.eye(num_classes, dtype=np.float32)[labels]


def _prepared(images, labels):
    return _bordered(images) / np.float32(255), _one_hot(labels, 10)


def _require_pairs(labels, predictions):
    labels, predictions = np.asarray(labels, dtype=int), np.asarray(predictions, dtype=int)
    if labels.shape != predictions.shape:
        raise ValueError("predictions must be as many as labels")
    return labels, predictions


def _counted(rows, columns, num_classes):
    matrix = np.zeros((num_classes, num_classes), int)
    np.add.at(matrix, (rows, columns), 1)
    return matrix


# -- conv_parameters -----------------------------------------------------------------------------


def _inputs_of_a_filter(height, width, in_channels, groups):
    return height * width * (in_channels // groups)


@right_answer("conv_parameters")
def _parameters(
    kernel_size, in_channels, out_channels, bias=True, groups=1, *,
    check=_require_counts, sides=_sides, weights=_inputs_of_a_filter,
    count=lambda weights, bias, filters, in_channels, groups: (weights + bias) * filters,
):  # fmt: skip
    check(kernel_size, in_channels, out_channels, groups)
    each = weights(*sides(kernel_size), in_channels, groups)
    return count(each, int(bool(bias)), out_channels, in_channels, groups)


@probes("conv_parameters")
def _():
    return [
        call(5, 1, 6),
        call((3, 5), 4, 6),
        call((7, 2), 3, 8, bias=False),
        call(3, 6, 12, groups=3),
        call(3, 8, 4, False, 2),
        call(3, 3, 4, groups=2),
        call(0, 3, 4),
        call(3, 4, -1),
    ]


@misconception("conv_parameters", "How many biases does a filter have, whatever the image?")
def conv_parameters_forgets_the_biases(kernel_size, in_channels, out_channels, bias=True, groups=1):
    def count(weights, bias, filters, in_channels, groups):
        return weights * filters

    return _parameters(kernel_size, in_channels, out_channels, bias, groups, count=count)


@misconception(
    "conv_parameters", "The sum of a filter gets one bias: does another input channel add one?"
)
def conv_parameters_has_a_bias_for_each_input(
    kernel_size, in_channels, out_channels, bias=True, groups=1
):
    def count(weights, bias, filters, in_channels, groups):
        return (weights + bias * (in_channels // groups)) * filters

    return _parameters(kernel_size, in_channels, out_channels, bias, groups, count=count)


@misconception("conv_parameters", "Do all filters share one bias, or has each its own?")
def conv_parameters_has_one_bias_for_all(
    kernel_size, in_channels, out_channels, bias=True, groups=1
):
    def count(weights, bias, filters, in_channels, groups):
        return weights * filters + bias

    return _parameters(kernel_size, in_channels, out_channels, bias, groups, count=count)


@misconception("conv_parameters", "What does bias=False change in the number of parameters?")
def conv_parameters_always_counts_biases(
    kernel_size, in_channels, out_channels, bias=True, groups=1
):
    return _parameters(kernel_size, in_channels, out_channels, True, groups)


@misconception("conv_parameters", "How many weights has a kernel of 3 by 5?")
def conv_parameters_takes_kernels_for_square(
    kernel_size, in_channels, out_channels, bias=True, groups=1
):
    return _parameters(
        kernel_size,
        in_channels,
        out_channels,
        bias,
        groups,
        sides=lambda size: (_sides(size)[0],) * 2,
    )


@misconception("conv_parameters", "Which input channels does a filter see if there are groups?")
def conv_parameters_ignores_groups(kernel_size, in_channels, out_channels, bias=True, groups=1):
    def weights(height, width, in_channels, groups):
        return height * width * in_channels

    return _parameters(kernel_size, in_channels, out_channels, bias, groups, weights=weights)


@misconception(
    "conv_parameters", "Are the weights of all groups in your count, or those of one group?"
)
def conv_parameters_counts_one_group(kernel_size, in_channels, out_channels, bias=True, groups=1):
    def count(weights, bias, filters, in_channels, groups):
        return (weights + bias) * (filters // groups)

    return _parameters(kernel_size, in_channels, out_channels, bias, groups, count=count)


@misconception(
    "conv_parameters", "Can 3 channels be dealt into 2 groups of the same size?", aspect="errors"
)
def conv_parameters_rounds_groups(kernel_size, in_channels, out_channels, bias=True, groups=1):
    def check(kernel_size, in_channels, out_channels, groups):
        _require_counts(kernel_size, in_channels, out_channels, 1)

    return _parameters(kernel_size, in_channels, out_channels, bias, groups, check=check)


@misconception(
    "conv_parameters",
    "What is a convolution with no filter, or a kernel of 0 cells?",
    aspect="errors",
)
def conv_parameters_accepts_what_is_below_one(
    kernel_size, in_channels, out_channels, bias=True, groups=1
):
    def check(kernel_size, in_channels, out_channels, groups):
        if in_channels % groups or out_channels % groups:
            raise ValueError("groups must divide the numbers of channels")

    return _parameters(kernel_size, in_channels, out_channels, bias, groups, check=check)


@variant(conv_parameters_counts_one_group)
def _conv_parameters_counts_the_weights_of_one_group(
    kernel_size, in_channels, out_channels, bias=True, groups=1
):
    def count(weights, bias, filters, in_channels, groups):
        return weights * (filters // groups) + bias * filters

    return _parameters(kernel_size, in_channels, out_channels, bias, groups, count=count)


@misconception("conv_parameters", "Has a filter a kernel for each input channel, or only one?")
def conv_parameters_forgets_the_input_channels(
    kernel_size, in_channels, out_channels, bias=True, groups=1
):
    def weights(height, width, in_channels, groups):
        return height * width

    return _parameters(kernel_size, in_channels, out_channels, bias, groups, weights=weights)


@misconception("conv_parameters", "Are there more filters if they are dealt into groups?")
def conv_parameters_multiplies_by_the_groups(
    kernel_size, in_channels, out_channels, bias=True, groups=1
):
    return groups * _parameters(kernel_size, in_channels, out_channels, bias, groups)


@variant(conv_parameters_multiplies_by_the_groups)
def _conv_parameters_multiplies_whole_filters_by_the_groups(
    kernel_size, in_channels, out_channels, bias=True, groups=1
):
    def count(weights, bias, filters, in_channels, groups):
        return (weights * groups + bias) * filters * groups

    return _parameters(kernel_size, in_channels, out_channels, bias, groups, count=count)


@misconception("conv_parameters", "How many biases has a layer of 12 filters in 3 groups?")
def conv_parameters_divides_biases_by_groups(
    kernel_size, in_channels, out_channels, bias=True, groups=1
):
    def count(weights, bias, filters, in_channels, groups):
        return weights * filters + bias * filters // groups

    return _parameters(kernel_size, in_channels, out_channels, bias, groups, count=count)


# -- lenet5_table --------------------------------------------------------------------------------


@right_answer("lenet5_table")
def _described(input_size=32, *, check=_require_size, ladder=_ladder, **others):
    check(input_size)
    return _rows(ladder(input_size), **others)


@probes("lenet5_table")
def _():
    return [call(), call(36), call(35), call(50), call(28)]


@misconception(
    "lenet5_table", "How many of the 96 pairs of an S2 map and a C3 map are connected in C3?"
)
def lenet5_table_connects_c3_fully(input_size=32):
    return _described(input_size, pairs=96)


@misconception("lenet5_table", "The paper counts a unit's bias among its connections: do you?")
def lenet5_table_leaves_biases_out_of_connections(input_size=32):
    return _described(input_size, bias=0)


@misconception(
    "lenet5_table",
    "What does a map of S2 learn? It is not the pooling of today, which learns nothing.",
)
def lenet5_table_subsampling_learns_nothing(input_size=32):
    return _described(input_size, learned=0)


@misconception("lenet5_table", "A map of S2 has a weight: what else is added before squashing?")
def lenet5_table_subsampling_without_a_bias(input_size=32):
    return _described(input_size, learned=1)


@misconception(
    "lenet5_table", "The cells of a window of S2 are added first: how many weights follow then?"
)
def lenet5_table_subsampling_weighs_each_cell(input_size=32):
    return _described(input_size, learned=5)


@variant(lenet5_table_subsampling_weighs_each_cell)
def _lenet5_table_subsampling_weighs_each_cell_without_a_bias(input_size=32):
    return _described(input_size, learned=4)


@misconception("lenet5_table", "Are the codes of the output layer learned, or set by hand?")
def lenet5_table_trains_the_output(input_size=32):
    return _described(input_size, output=850)


@variant(lenet5_table_trains_the_output)
def _lenet5_table_trains_the_output_without_biases(input_size=32):
    return _described(input_size, output=840)


@misconception("lenet5_table", "At 36 pixels C5 is 2 by 2 cells large: where is F6 applied then?")
def lenet5_table_applies_f6_once(input_size=32):
    return _described(input_size, f6_size=1)


@misconception("lenet5_table", "Is this the table for another size of image too?")
def lenet5_table_is_typed_for_32(input_size=32):
    _require_size(input_size)
    return _described(32)


@misconception("lenet5_table", "Five rows: how many windows of two rows do they fill?")
def lenet5_table_rounds_subsampling_up(input_size=32):
    def ladder(input_size):
        c1 = input_size - 4
        s2 = (c1 + 1) // 2
        c3 = s2 - 4
        s4 = (c3 + 1) // 2
        return c1, s2, c3, s4, s4 - 4

    return _described(input_size, ladder=ladder)


@misconception("lenet5_table", "Without padding, how many positions of 5 cells are there in 32?")
def lenet5_table_loses_five_at_a_convolution(input_size=32):
    def ladder(input_size):
        c1 = input_size - 5
        s2 = c1 // 2
        c3 = s2 - 5
        s4 = c3 // 2
        return c1, s2, c3, s4, max(s4 - 5, 1)

    return _described(input_size, ladder=ladder)


@misconception(
    "lenet5_table",
    "C5 is a convolution with kernels of 5 by 5: does a larger S4 give it more weights?",
)
def lenet5_table_takes_c5_for_dense(input_size=32):
    rows = _described(input_size, ladder=lambda input_size: (*_ladder(input_size)[:4], 1))
    learned = 120 * (16 * rows[3]["size"] ** 2 + 1)
    rows[4] = _row("C5", 120, 1, learned, learned)
    return rows


@misconception("lenet5_table", "A connection is an input of a unit: how many units has each map?")
def lenet5_table_counts_connections_once_for_a_map(input_size=32):
    rows = _described(input_size)
    for row in rows:
        row["connections"] //= row["size"]
    return rows


def _uses_of_parameters(input_size, output, used):
    rows = _described(input_size, output=output)
    for row in rows:
        row["connections"] = row["parameters"] * row["size"] ** 2
    rows[-1]["connections"] = used * rows[-1]["size"] ** 2
    return rows


@misconception(
    "lenet5_table", "A map of S2 has one weight: how many cells does a unit of S2 see with it?"
)
def lenet5_table_counts_uses_of_parameters(input_size=32):
    return _uses_of_parameters(input_size, 0, 840)


@variant(lenet5_table_counts_uses_of_parameters)
def _lenet5_table_counts_uses_of_what_is_trained(input_size=32):
    return _uses_of_parameters(input_size, 0, 0)


@variant(lenet5_table_counts_uses_of_parameters)
def _lenet5_table_counts_uses_and_trains_the_output(input_size=32):
    return _uses_of_parameters(input_size, 850, 850)


@misconception(
    "lenet5_table", "What is left of an image of 28 pixels when it comes to C5?", aspect="errors"
)
def lenet5_table_accepts_small_images(input_size=32):
    return _described(input_size, check=lambda input_size: None)


@misconception("lenet5_table", "What is a unit of the output layer connected with besides F6?")
def lenet5_table_gives_the_output_biases(input_size=32):
    rows = _described(input_size)
    rows[-1]["connections"] = 850 * rows[-1]["size"] ** 2
    return rows


@variant(lenet5_table_leaves_biases_out_of_connections)
def _lenet5_table_leaves_biases_of_subsampling_out(input_size=32):
    rows = _described(input_size)
    for which in (1, 3):
        rows[which]["connections"] = 4 * rows[which]["maps"] * rows[which]["size"] ** 2
    return rows


@variant(lenet5_table_takes_c5_for_dense)
def _lenet5_table_takes_the_weights_of_c5_for_dense(input_size=32):
    rows = _described(input_size)
    learned = 120 * (16 * rows[3]["size"] ** 2 + 1)
    rows[4] = _row("C5", 120, rows[4]["size"], learned, learned * rows[4]["size"] ** 2)
    return rows


@variant(lenet5_table_takes_c5_for_dense)
def _lenet5_table_takes_only_the_weights_of_c5_for_dense(input_size=32):
    rows = _described(input_size)
    rows[4]["parameters"] = 120 * (16 * rows[3]["size"] ** 2 + 1)
    return rows


_BIASES = {"C1": 6, "C3": 16, "C5": 120, "F6": 84}


@misconception("lenet5_table", "What does a filter learn besides its weights?")
def lenet5_table_leaves_biases_out_of_parameters(input_size=32):
    rows = _described(input_size)
    for row in rows:
        row["parameters"] -= _BIASES.get(row["name"], 0)
    return rows


@variant(lenet5_table_leaves_biases_out_of_parameters)
def _lenet5_table_leaves_biases_out_everywhere(input_size=32):
    rows = _described(input_size, bias=0)
    for row in rows:
        row["parameters"] -= _BIASES.get(row["name"], 0)
    return rows


# -- c3_connection_table -------------------------------------------------------------------------


@right_answer("c3_connection_table")
def _connected(*, columns=_columns, dtype=bool):
    return _table(columns(), dtype=dtype)


@probes("c3_connection_table")
def _():
    return [call()]


@misconception("c3_connection_table", "Which axis holds the maps of S2, the rows or the columns?")
def c3_connection_table_is_turned():
    return _connected().T.copy()


@misconception("c3_connection_table", "Counting cyclically, which map comes after map 5?")
def c3_connection_table_stops_at_the_last_map():
    def columns():
        threes = [[k + i for i in range(3) if k + i < 6] for k in range(6)]
        fours = [[k + i for i in range(4) if k + i < 6] for k in range(6)]
        return [*threes, *fours, *_columns()[12:]]

    return _connected(columns=columns)


@misconception("c3_connection_table", "Do the maps 12 to 14 see four neighbours, or two pairs?")
def c3_connection_table_has_four_neighbours_in_place_of_pairs():
    def columns():
        return [*_columns()[:12], [0, 1, 2, 3], [1, 2, 3, 4], [2, 3, 4, 5], range(6)]

    return _connected(columns=columns)


@misconception("c3_connection_table", "With which map does the group of C3 map 6 begin?")
def c3_connection_table_begins_fours_a_map_late():
    table = _connected()
    table[:, 6:12] = table[:, [7, 8, 9, 10, 11, 6]]
    return table


@misconception("c3_connection_table", "With which map does the group of C3 map 0 begin?")
def c3_connection_table_counts_from_one():
    table = _connected()
    table[:, :12] = np.roll(table[:, :12], 1, axis=0)
    return table


@variant(c3_connection_table_counts_from_one)
def _c3_connection_table_counts_pairs_from_one_too():
    return np.roll(_connected(), 1, axis=0)


@variant(c3_connection_table_counts_from_one)
def _c3_connection_table_counts_threes_from_one():
    table = _connected()
    table[:, :6] = np.roll(table[:, :6], 1, axis=0)
    return table


@misconception("c3_connection_table", "How many maps do the first six maps of C3 see?")
def c3_connection_table_begins_with_the_fours():
    def columns():
        right = _columns()
        return [*right[6:12], *right[:6], *right[12:]]

    return _connected(columns=columns)


@misconception("c3_connection_table", "How many maps does the last map of C3 see?")
def c3_connection_table_forgets_the_last_map():
    table = _connected()
    table[:, 15] = False
    return table


@misconception(
    "c3_connection_table", "The table says yes or no: which dtype says that?", aspect="dtype"
)
def c3_connection_table_is_of_numbers():
    return _connected().astype(int)


@misconception("c3_connection_table", "Is C3 connected with all maps, as in networks of today?")
def c3_connection_table_connects_all():
    return np.ones((6, 16), bool)


@misconception("c3_connection_table", "In which direction are the maps of a group counted?")
def c3_connection_table_counts_backwards():
    def columns():
        threes = [[(k - i) % 6 for i in range(3)] for k in range(6)]
        fours = [[(k - i) % 6 for i in range(4)] for k in range(6)]
        return [*threes, *fours, *_columns()[12:]]

    return _connected(columns=columns)


@misconception("c3_connection_table", "What does True mean in the table: connected, or left out?")
def c3_connection_table_says_what_is_left_out():
    return ~_connected()


@misconception("c3_connection_table", "Does the group of C3 map 5 begin with map 5?")
def c3_connection_table_moves_the_last_groups():
    def columns():
        threes = [[min(k, 3) + i for i in range(3)] for k in range(6)]
        fours = [[min(k, 2) + i for i in range(4)] for k in range(6)]
        return [*threes, *fours, *_columns()[12:]]

    return _connected(columns=columns)


@misconception("c3_connection_table", "Does reshape() exchange rows and columns?")
def c3_connection_table_is_reshaped():
    return _connected().T.reshape(6, 16)


@misconception("c3_connection_table", "Counting cyclically, which map comes after map 4?")
def c3_connection_table_counts_to_five():
    def columns():
        threes = [[(k + i) % 5 for i in range(3)] for k in range(6)]
        fours = [[(k + i) % 5 for i in range(4)] for k in range(6)]
        return [*threes, *fours, *_columns()[12:]]

    return _connected(columns=columns)


# -- sparse_conv2d -------------------------------------------------------------------------------


def _biased(sums, bias, table):
    return sums + bias


@right_answer("sparse_conv2d")
def _sparse(
    x, kernel, bias, table, *, check=_require_fit, mask=_masked, convolve=_conv, add=_biased
):
    check(x, kernel, bias, table)
    return add(convolve(x, mask(kernel, table)), bias, table)


@probes("sparse_conv2d")
def _():
    rng = np.random.default_rng(5)
    x, kernel = rng.normal(size=(2, 5, 4, 3)), rng.normal(size=(3, 2, 3, 3))
    table = np.array([[True, False, False], [True, True, False], [False, True, False]])
    holes = np.where(table, kernel, np.nan)
    wide = rng.normal(size=(2, 2, 3, 2))
    return [
        call(x, kernel, np.array([1.0, -2.0, 3.0]), table, watch=True),
        call(x, holes, np.zeros(3), table),
        call(x, kernel, np.zeros(3), np.ones((3, 3), bool)),
        call(x, wide, np.ones(2), table[:, :2]),
        call(x[:0], wide, np.ones(2), table[:, :2]),
        call(x, wide, np.ones(2), table[:2, :2]),
        call(x.astype(np.float32), wide.astype(np.float32), np.ones(2, np.float32), table[:, 1:]),
    ]


@misconception("sparse_conv2d", "What is the table for? Which input maps did you leave out?")
def sparse_conv2d_ignores_the_table(x, kernel, bias, table):
    return _sparse(x, kernel, bias, table, mask=lambda kernel, table: kernel)


@misconception("sparse_conv2d", "Does a convolution of networks turn its kernel by a half turn?")
def sparse_conv2d_turns_the_kernel(x, kernel, bias, table):
    return _sparse(x, kernel[::-1, ::-1], bias, table)


@misconception("sparse_conv2d", "Which axis of the table are the inputs, rows or columns?")
def sparse_conv2d_turns_a_square_table(x, kernel, bias, table):
    square = table.shape[0] == table.shape[1]
    return _sparse(x, kernel, bias, table.T if square else table)


@misconception(
    "sparse_conv2d", "An output that sees three maps: how often is its bias added?", aspect="bias"
)
def sparse_conv2d_adds_the_bias_for_each_map(x, kernel, bias, table):
    def add(sums, bias, table):
        return sums + bias * table.sum(axis=0)

    return _sparse(x, kernel, bias, table, add=add)


@misconception("sparse_conv2d", "Where is the bias of each output map added?", aspect="bias")
def sparse_conv2d_forgets_the_bias(x, kernel, bias, table):
    return _sparse(x, kernel, bias, table, add=lambda sums, bias, table: sums)


@misconception("sparse_conv2d", "What does an output give that is connected with no input map?")
def sparse_conv2d_gives_zero_without_inputs(x, kernel, bias, table):
    def add(sums, bias, table):
        return sums + np.where(table.any(axis=0), bias, 0)

    return _sparse(x, kernel, bias, table, add=add)


@misconception("sparse_conv2d", "What is 0 times NaN? Can a product with 0 leave a weight out?")
def sparse_conv2d_multiplies_by_the_table(x, kernel, bias, table):
    return _sparse(x, kernel, bias, table, mask=lambda kernel, table: kernel * table)


@misconception(
    "sparse_conv2d", "Whose array do you change when you set weights to 0?", aspect="purity"
)
def sparse_conv2d_changes_the_kernel(x, kernel, bias, table):
    def mask(weights, table):
        kernel[:, :, ~table] = 0
        return np.where(table, weights, kernel)

    return _sparse(x, kernel, bias, table, mask=mask)


@misconception("sparse_conv2d", "Is anything added around the image, or do the maps shrink?")
def sparse_conv2d_pads_the_image(x, kernel, bias, table):
    def convolve(x, kernel):
        height, width = kernel.shape[:2]
        before, left = (height - 1) // 2, (width - 1) // 2
        margins = ((0, 0), (before, height - 1 - before), (left, width - 1 - left), (0, 0))
        return _conv(np.pad(x, margins), kernel)

    return _sparse(x, kernel, bias, table, convolve=convolve)


@misconception(
    "sparse_conv2d", "How many places has a kernel of 3 rows in 5 rows?", aspect=("values", "bias")
)
def sparse_conv2d_loses_the_last_place(x, kernel, bias, table):
    return _sparse(x, kernel, bias, table)[:, :-1, :-1]


@misconception(
    "sparse_conv2d", "An output sees the maps 0 and 2: with which kernel is map 2 multiplied?"
)
def sparse_conv2d_takes_kernels_by_position(x, kernel, bias, table):
    def mask(kernel, table):
        taken = np.zeros_like(kernel)
        for output, column in enumerate(table.T):
            seen = np.flatnonzero(column)
            taken[:, :, seen, output] = kernel[:, :, : len(seen), output]
        return taken

    return _sparse(x, kernel, bias, table, mask=mask)


@variant(sparse_conv2d_takes_kernels_by_position)
def _sparse_conv2d_takes_maps_by_position(x, kernel, bias, table):
    def mask(kernel, table):
        taken = np.zeros_like(kernel)
        for output, column in enumerate(table.T):
            seen = np.flatnonzero(column)
            taken[:, :, : len(seen), output] = kernel[:, :, seen, output]
        return taken

    return _sparse(x, kernel, bias, table, mask=mask)


@misconception(
    "sparse_conv2d",
    "Do the sums keep what stands after the point?",
    aspect=("values", "bias", "dtype"),
)
def sparse_conv2d_rounds(x, kernel, bias, table):
    return _sparse(x, kernel, bias, table).astype(int)


@misconception(
    "sparse_conv2d",
    "What comes out for a batch of no images: can you stack nothing?",
    aspect="empty",
)
def sparse_conv2d_needs_an_image(x, kernel, bias, table):
    if not len(x):
        raise ValueError("x must hold an image")
    return _sparse(x, kernel, bias, table)


@misconception(
    "sparse_conv2d",
    "What if the table is not of the size that the kernel asks for?",
    aspect="errors",
)
def sparse_conv2d_trusts_its_arguments(x, kernel, bias, table):
    table, bias = np.resize(table, kernel.shape[2:]), np.resize(bias, kernel.shape[3])
    return _sparse(x, kernel, bias, table, check=lambda *arguments: None)


@misconception("sparse_conv2d", "An output sees three maps: what becomes of the first two?")
def sparse_conv2d_keeps_the_last_map_only(x, kernel, bias, table):
    def mask(kernel, table):
        later = np.cumsum(table[::-1], axis=0)[::-1]
        return _masked(kernel, table & (later == 1))

    return _sparse(x, kernel, bias, table, mask=mask)


@misconception("sparse_conv2d", "What does True mean in the table: connected, or left out?")
def sparse_conv2d_leaves_out_what_is_connected(x, kernel, bias, table):
    return _sparse(x, kernel, bias, table, mask=lambda kernel, table: _masked(kernel, ~table))


@misconception("sparse_conv2d", "Are the products of an output added, or averaged?")
def sparse_conv2d_averages(x, kernel, bias, table):
    def add(sums, bias, table):
        with np.errstate(all="ignore"):
            return sums / table.sum(axis=0) + bias

    return _sparse(x, kernel, bias, table, add=add)


@variant(sparse_conv2d_averages)
def _sparse_conv2d_averages_where_something_is_connected(x, kernel, bias, table):
    def add(sums, bias, table):
        return sums / np.maximum(table.sum(axis=0), 1) + bias

    return _sparse(x, kernel, bias, table, add=add)


@variant(sparse_conv2d_averages)
def _sparse_conv2d_averages_over_all_maps(x, kernel, bias, table):
    def add(sums, bias, table):
        return sums / len(table) + bias

    return _sparse(x, kernel, bias, table, add=add)


@variant(sparse_conv2d_averages)
def _sparse_conv2d_averages_over_the_window(x, kernel, bias, table):
    def add(sums, bias, table):
        return sums / (kernel.shape[0] * kernel.shape[1]) + bias

    return _sparse(x, kernel, bias, table, add=add)


@misconception("sparse_conv2d", "Over which axes do you add? Is each image for itself?")
def sparse_conv2d_adds_up_the_batch(x, kernel, bias, table):
    def convolve(x, kernel):
        sums = _conv(x, kernel)
        return np.broadcast_to(sums.sum(axis=0), sums.shape)

    return _sparse(x, kernel, bias, table, convolve=convolve)


@misconception(
    "sparse_conv2d",
    "Which function is done to the sums, and by which exercise?",
    aspect=("values", "bias"),
)
def sparse_conv2d_squashes(x, kernel, bias, table):
    return _squash(_sparse(x, kernel, bias, table)).astype(np.result_type(x, kernel, bias))


@variant(sparse_conv2d_squashes)
def _sparse_conv2d_cuts_off_what_is_negative(x, kernel, bias, table):
    return np.maximum(_sparse(x, kernel, bias, table), 0)


@variant(sparse_conv2d_squashes)
def _sparse_conv2d_takes_the_plain_tanh(x, kernel, bias, table):
    return np.tanh(_sparse(x, kernel, bias, table))


@misconception(
    "sparse_conv2d", "How often is the bias added for a kernel of 5 by 5?", aspect="bias"
)
def sparse_conv2d_adds_the_bias_for_each_cell(x, kernel, bias, table):
    def add(sums, bias, table):
        return sums + bias * (kernel.shape[0] * kernel.shape[1])

    return _sparse(x, kernel, bias, table, add=add)


@variant(sparse_conv2d_adds_the_bias_for_each_cell)
def _sparse_conv2d_adds_the_bias_for_each_cell_of_each_map(x, kernel, bias, table):
    def add(sums, bias, table):
        return sums + bias * (kernel.shape[0] * kernel.shape[1]) * table.sum(axis=0)

    return _sparse(x, kernel, bias, table, add=add)


# -- scaled_tanh ---------------------------------------------------------------------------------


@right_answer("scaled_tanh")
def _tanh(a, *, amplitude=1.7159, slope=2 / 3):
    return amplitude * np.tanh(np.asarray(a) * slope)


@probes("scaled_tanh")
def _():
    return [
        call(np.linspace(-3, 3, 13)),
        call(np.array([[0.1, 30.0], [np.nan, -1.0]]), watch=True),
        call(np.float32([0.5, 1.0])),
        call(np.array([-2, 0, 2])),
        call(np.array(0.25)),
    ]


@misconception("scaled_tanh", "What does 2/3 do to the sum before it is squashed?")
def scaled_tanh_without_two_thirds(a):
    return _tanh(a, slope=1)


@misconception("scaled_tanh", "Between which two numbers does the answer lie in LeNet-5?")
def scaled_tanh_without_amplitude(a):
    return _tanh(a, amplitude=1)


@misconception("scaled_tanh", "Is the sum multiplied by 2/3 or divided by it?")
def scaled_tanh_with_three_halves(a):
    return _tanh(a, slope=1.5)


@misconception("scaled_tanh", "Which of the two constants stands before the tanh?")
def scaled_tanh_exchanges_its_constants(a):
    return _tanh(a, amplitude=2 / 3, slope=1.7159)


@misconception("scaled_tanh", "How precisely do the two constants have to be known for f(1) = 1?")
def scaled_tanh_with_rounded_constants(a):
    return _tanh(a, amplitude=1.72, slope=0.67)


@misconception(
    "scaled_tanh",
    "Which shape has the answer to an array of two axes, or to a number?",
    aspect="shape",
)
def scaled_tanh_flattens(a):
    return _tanh(np.ravel(a))


@misconception(
    "scaled_tanh", "What is the dtype of the answer to an array of float32?", aspect="dtype"
)
def scaled_tanh_is_always_double(a):
    return _tanh(np.asarray(a, np.float64))


@misconception("scaled_tanh", "What becomes of a NaN: may it vanish?", aspect="nan")
def scaled_tanh_hides_nan(a):
    return np.nan_to_num(_tanh(a))


@misconception("scaled_tanh", "Whose array do you change with *= ?", aspect="purity")
def scaled_tanh_in_place(a):
    a = np.asarray(a)
    y = _tanh(a.copy())
    if a.dtype.kind == "f":
        a *= 2 / 3
    return y


def _rounded(amplitude, slope):
    def scaled_tanh_with_other_constants(a):
        return _tanh(a, amplitude=amplitude, slope=slope)

    return scaled_tanh_with_other_constants


for _constants in ((1.7159, 0.67), (1.7159, 0.666), (1.7159, 0.66), (1.716, 2 / 3), (1.72, 2 / 3)):
    variant(scaled_tanh_with_rounded_constants)(_rounded(*_constants))
for _constants in ((1.7, 2 / 3), (1.7, 0.67), (1.7, 0.66), (1.71, 2 / 3), (1.716, 0.67)):
    variant(scaled_tanh_with_rounded_constants)(_rounded(*_constants))


@misconception(
    "scaled_tanh",
    "What is 2 // 3, and what is 2 / 3?",
    aspect=("values", "nan"),
)
def scaled_tanh_divides_whole_numbers(a):
    return _tanh(a, slope=2 // 3)


@misconception("scaled_tanh", "Is the sum multiplied by 2/3, or is its tanh?")
def scaled_tanh_multiplies_by_both_afterwards(a):
    return _tanh(a, amplitude=1.7159 * 2 / 3, slope=1)


# -- trainable_subsampling -----------------------------------------------------------------------


def _sum_of_windows(windows):
    return windows.sum(axis=(2, 4))


def _weighed(added, weight, bias):
    return weight * added + bias


@right_answer("trainable_subsampling")
def _subsampled(
    x, weight, bias, *,
    check=_require_maps, windows=_windows, add=_sum_of_windows, weigh=_weighed, squash=_squash,
):  # fmt: skip
    check(x, weight, bias)
    return squash(weigh(add(windows(x)), weight, bias))


@probes("trainable_subsampling")
def _():
    rng = np.random.default_rng(6)
    x = 0.4 * rng.normal(size=(2, 4, 6, 3))
    weight, bias = np.array([0.6, -0.8, 0.3]), np.array([0.2, -0.1, 0.4])
    square = 0.4 * rng.normal(size=(3, 6, 6, 3))
    holes = x.copy()
    holes[0, 1, 1, 1] = np.nan
    return [
        call(x, weight, bias, watch=True),
        call(square, weight, bias),
        call(x[:, :3, :5], weight, bias),
        call(holes, weight, bias),
        call(np.full((1, 2, 2, 3), 200, np.uint8), weight / 500, bias),
        call(x[:0], weight, bias),
        call(x, weight[:2], bias),
        call(x.astype(np.float32), weight.astype(np.float32), bias.astype(np.float32)),
    ]


@misconception("trainable_subsampling", "Are the four cells of a window added, or averaged?")
def trainable_subsampling_averages(x, weight, bias):
    return _subsampled(x, weight, bias, add=lambda windows: windows.mean(axis=(2, 4)))


@misconception("trainable_subsampling", "Does the layer take the largest cell, or all four?")
def trainable_subsampling_takes_the_largest(x, weight, bias):
    return _subsampled(x, weight, bias, add=lambda windows: windows.max(axis=(2, 4)))


@misconception("trainable_subsampling", "What is done to a sum in LeNet-5 before it goes on?")
def trainable_subsampling_does_not_squash(x, weight, bias):
    return _subsampled(x, weight, bias, squash=lambda a: a)


@misconception("trainable_subsampling", "Which of the two comes first: the weight, or squashing?")
def trainable_subsampling_squashes_too_early(x, weight, bias):
    def weigh(added, weight, bias):
        return weight * _squash(added) + bias

    return _subsampled(x, weight, bias, weigh=weigh, squash=lambda a: a)


@misconception("trainable_subsampling", "How often is the bias added for each window?")
def trainable_subsampling_adds_the_bias_to_each_cell(x, weight, bias):
    def weigh(added, weight, bias):
        return weight * added + 4 * bias

    return _subsampled(x, weight, bias, weigh=weigh)


@misconception("trainable_subsampling", "Is the bias multiplied by the weight?")
def trainable_subsampling_weighs_the_bias(x, weight, bias):
    def weigh(added, weight, bias):
        return weight * (added + bias)

    return _subsampled(x, weight, bias, weigh=weigh)


@misconception("trainable_subsampling", "Is the plain tanh the squashing function of LeNet-5?")
def trainable_subsampling_uses_the_plain_tanh(x, weight, bias):
    return _subsampled(x, weight, bias, squash=np.tanh)


@misconception("trainable_subsampling", "Along which axis does a weight for each map lie?")
def trainable_subsampling_weighs_columns(x, weight, bias):
    def weigh(added, weight, bias):
        if added.shape[2] != len(weight):
            return weight * added + bias
        return weight[:, None] * added + bias[:, None]

    return _subsampled(x, weight, bias, weigh=weigh)


@misconception("trainable_subsampling", "Does a last row that fills no window give a number?")
def trainable_subsampling_keeps_partial_windows(x, weight, bias):
    more = ((0, 0), (0, x.shape[1] % 2), (0, x.shape[2] % 2), (0, 0)) if x.ndim == 4 else 0
    return _subsampled(np.pad(x, more), weight, bias)


@misconception("trainable_subsampling", "How many windows does one cell belong to?")
def trainable_subsampling_lets_windows_overlap(x, weight, bias):
    def windows(x):
        overlapping = np.lib.stride_tricks.sliding_window_view(x, (2, 2), (1, 2))
        return overlapping.transpose(0, 1, 4, 2, 5, 3)

    return _subsampled(x, weight, bias, windows=windows)


@misconception(
    "trainable_subsampling", "What is 200 + 200 in numbers that end at 255?", aspect="dtype"
)
def trainable_subsampling_overflows(x, weight, bias):
    return _subsampled(
        x, weight, bias, add=lambda windows: windows.sum(axis=(2, 4), dtype=windows.dtype)
    )


@misconception("trainable_subsampling", "May a NaN count as 0 in a sum?", aspect="nan")
def trainable_subsampling_skips_nan(x, weight, bias):
    return _subsampled(x, weight, bias, add=lambda windows: np.nansum(windows, axis=(2, 4)))


@misconception("trainable_subsampling", "What comes out for a batch of no images?", aspect="empty")
def trainable_subsampling_needs_an_image(x, weight, bias):
    if not len(x):
        raise ValueError("x must hold an image")
    return _subsampled(x, weight, bias)


@misconception(
    "trainable_subsampling", "Whose array is changed when you multiply in place?", aspect="purity"
)
def trainable_subsampling_changes_its_argument(x, weight, bias):
    y = _subsampled(x.copy(), weight, bias)
    if x.dtype.kind == "f":
        x *= weight.astype(x.dtype)
    return y


@misconception(
    "trainable_subsampling", "What if there are fewer weights than maps?", aspect="errors"
)
def trainable_subsampling_trusts_its_arguments(x, weight, bias):
    maps = x.shape[-1]
    x, weight, bias = x.reshape(-1, *x.shape[-3:]), np.resize(weight, maps), np.resize(bias, maps)
    return _subsampled(x, weight, bias)


@misconception("trainable_subsampling", "Which cells of a map of 4 rows make the first window?")
def trainable_subsampling_adds_distant_cells(x, weight, bias):
    def windows(x):
        rows, columns = x.shape[1] // 2, x.shape[2] // 2
        cut = x[:, : 2 * rows, : 2 * columns]
        halves = cut.reshape(len(x), 2, rows, 2, columns, x.shape[3])
        return halves.transpose(0, 2, 1, 4, 3, 5)

    return _subsampled(x, weight, bias, windows=windows)


@misconception("trainable_subsampling", "How many cells of a window does the sum need?")
def trainable_subsampling_takes_one_cell(x, weight, bias):
    return _subsampled(x, weight, bias, add=lambda windows: windows[:, :, 0, :, 0])


@misconception("trainable_subsampling", "Is each cell squashed, or the sum of the window?")
def trainable_subsampling_squashes_each_cell(x, weight, bias):
    def squash(a):
        return _squash(a).sum(axis=(2, 4))

    return _subsampled(x, weight, bias, add=lambda windows: windows, squash=squash)


@misconception("trainable_subsampling", "Does your answer change when only the bias does?")
def trainable_subsampling_forgets_the_bias(x, weight, bias):
    return _subsampled(x, weight, bias, weigh=lambda added, weight, bias: weight * added)


@misconception("trainable_subsampling", "Does your answer change when only the weight does?")
def trainable_subsampling_forgets_the_weight(x, weight, bias):
    return _subsampled(x, weight, bias, weigh=lambda added, weight, bias: added + bias)


@misconception("trainable_subsampling", "Which weight belongs to the second map?")
def trainable_subsampling_has_one_weight_for_all(x, weight, bias):
    def weigh(added, weight, bias):
        return weight[0] * added + bias[0]

    return _subsampled(x, weight, bias, weigh=weigh)


@variant(trainable_subsampling_has_one_weight_for_all)
def _trainable_subsampling_has_the_first_weight_for_all(x, weight, bias):
    def weigh(added, weight, bias):
        return weight[0] * added + bias

    return _subsampled(x, weight, bias, weigh=weigh)


@misconception("trainable_subsampling", "Over which axes do you add? Is each image for itself?")
def trainable_subsampling_adds_up_the_batch(x, weight, bias):
    def add(windows):
        added = _sum_of_windows(windows)
        return np.broadcast_to(added.sum(axis=0), added.shape)

    return _subsampled(x, weight, bias, add=add)


@misconception("trainable_subsampling", "Over which axes do you add? Is each map for itself?")
def trainable_subsampling_adds_up_the_maps(x, weight, bias):
    def add(windows):
        added = _sum_of_windows(windows)
        return np.broadcast_to(added.sum(axis=3, keepdims=True), added.shape)

    return _subsampled(x, weight, bias, add=add)


# -- rbf_output and rbf_predict ------------------------------------------------------------------


@right_answer("rbf_output")
def _rbf(x, codes, *, check=_require_features, distances=_distances):
    check(x, codes)
    return distances(x, codes)


@right_answer("rbf_predict")
def _nearest(x, codes, *, score=_distances, choose=np.argmin, axis=1):
    return choose(score(x, codes), axis=axis)


@probes("rbf_output")
def _():
    rng = np.random.default_rng(7)
    x, codes = rng.normal(size=(4, 6)), np.sign(rng.normal(size=(3, 6)))
    return [
        call(x, codes, watch=True),
        call(x[:3], codes),
        call(x, 2.5 * rng.normal(size=(5, 6))),
        call(x[:1], codes),
        call(x[:0], codes),
        call(x[:, :5], codes),
        call(np.arange(12).reshape(2, 6), np.arange(18).reshape(3, 6) % 5),
    ]


@probes("rbf_predict")
def _():
    rng = np.random.default_rng(8)
    codes = np.sign(rng.normal(size=(5, 6)))
    long = np.outer([1.0, 2.0, 4.0], rng.normal(size=6))
    return [
        call(codes[[3, 1, 4, 4]] + 0.1 * rng.normal(size=(4, 6)), codes),
        call(1.05 * long[[0, 1, 2, 1]], long),
        call(codes[[2, 0]] + 0.1, codes),
    ]


@misconception("rbf_output", "With ten examples and ten classes, how many distances are there?")
def rbf_output_pairs_equal_numbers(x, codes):
    if x.ndim == 2 and len(x) == len(codes):
        _require_features(x, codes)
        return np.broadcast_to(_rbf(x, codes).diagonal(), (len(x), len(codes))).copy()
    return _rbf(x, codes)


@misconception("rbf_output", "Is the distance squared, or is its root taken?")
def rbf_output_takes_the_root(x, codes):
    return np.sqrt(_rbf(x, codes))


@misconception("rbf_output", "Are differences squared, or is their size taken?")
def rbf_output_adds_absolute_differences(x, codes):
    def distances(x, codes):
        return np.abs(x[:, None] - codes[None]).sum(axis=2)

    return _rbf(x, codes, distances=distances)


@misconception("rbf_output", "Are the squares added, or averaged?")
def rbf_output_averages(x, codes):
    return _rbf(x, codes) / np.shape(x)[-1]


@misconception("rbf_output", "How far is an example from a code that is not of +1 and -1?")
def rbf_output_takes_codes_for_signs(x, codes):
    def distances(x, codes):
        return (x**2).sum(axis=1, keepdims=True) - 2 * x @ codes.T + codes.shape[1]

    return _rbf(x, codes, distances=distances)


@misconception("rbf_output", "Which axis holds the examples, and which the classes?")
def rbf_output_is_turned(x, codes):
    return _rbf(x, codes).T.copy()


@misconception("rbf_output", "Which shape has the answer to one example?", aspect="empty")
def rbf_output_drops_an_axis(x, codes):
    return _rbf(x, codes).squeeze()


@misconception("rbf_output", "Whose array does -= change?", aspect="purity")
def rbf_output_changes_its_argument(x, codes):
    y = _rbf(x, codes)
    x -= x.mean(axis=0).astype(x.dtype) if len(x) else 0
    return y


@misconception(
    "rbf_output", "What if examples and codes have not as many features?", aspect="errors"
)
def rbf_output_cuts_features(x, codes):
    x, codes = np.atleast_2d(x), np.atleast_2d(codes)
    features = min(x.shape[1], codes.shape[1])
    return _rbf(x[:, :features], codes[:, :features])


@misconception(
    "rbf_output", "Which class wins, that of the largest or of the smallest distance?",
    function="rbf_predict",
)  # fmt: skip
def rbf_predict_takes_the_farthest(x, codes):
    return _nearest(x, codes, choose=np.argmax)


@misconception(
    "rbf_output", "Does the largest product with a code also mean the smallest distance to it?",
    function="rbf_predict",
)  # fmt: skip
def rbf_predict_goes_by_products(x, codes):
    return _nearest(x, codes, score=lambda x, codes: -(x @ codes.T))


@misconception(
    "rbf_output", "Is the answer the distance of the nearest code, or the number of its class?",
    function="rbf_predict",
)  # fmt: skip
def rbf_predict_returns_distances(x, codes):
    return _nearest(x, codes, choose=np.min)


@misconception(
    "rbf_output", "Along which axis is the smallest looked for, classes or examples?",
    function="rbf_predict",
)  # fmt: skip
def rbf_predict_compares_examples(x, codes):
    return _nearest(x, codes, axis=0)


@misconception("rbf_output", "Is a product with a code a distance from it?")
def rbf_output_multiplies_by_the_codes(x, codes):
    return _rbf(x, codes, distances=lambda x, codes: x @ codes.T)


@misconception("rbf_output", "What comes first: squaring the differences, or adding them?")
def rbf_output_adds_before_it_squares(x, codes):
    def distances(x, codes):
        return (x[:, None] - codes[None]).sum(axis=2) ** 2

    return _rbf(x, codes, distances=distances)


@misconception("rbf_output", "How often does the product stand in the square of a difference?")
def rbf_output_forgets_to_double_the_product(x, codes):
    return _rbf(x, codes, distances=lambda x, codes: _distances(x, codes) + x @ codes.T)


@misconception("rbf_output", "Is the answer a distance, or a bell curve of the distance?")
def rbf_output_is_a_bell_curve(x, codes):
    return np.exp(-_rbf(x, codes))


@variant(rbf_output_is_a_bell_curve)
def _rbf_output_is_a_wide_bell_curve(x, codes):
    return np.exp(-_rbf(x, codes) / 2)


@misconception("rbf_output", "Is a distance divided by anything in the formula?")
def rbf_output_takes_half(x, codes):
    return _rbf(x, codes) / 2


@variant(rbf_output_multiplies_by_the_codes)
def _rbf_output_takes_the_cosine(x, codes):
    def distances(x, codes):
        lengths = np.linalg.norm(x, axis=1)[:, None] * np.linalg.norm(codes, axis=1)
        return x @ codes.T / lengths

    return _rbf(x, codes, distances=distances)


@misconception("rbf_output", "Can a squared distance be negative?")
def rbf_output_is_negative(x, codes):
    return -_rbf(x, codes)


@misconception("rbf_output", "What is done to each difference before it is added?")
def rbf_output_adds_signed_differences(x, codes):
    return _rbf(x, codes, distances=lambda x, codes: (x[:, None] - codes[None]).sum(axis=2))


@misconception("rbf_output", "Is a feature subtracted from its code, or added to it?")
def rbf_output_adds_the_codes(x, codes):
    return _rbf(x, codes, distances=lambda x, codes: _distances(x, -codes))


# -- lenet5_1998_forward -------------------------------------------------------------------------


def _weights(rng, classes):
    shapes = {
        "c1_kernel": (5, 5, 1, 6), "c1_bias": (6,), "s2_weight": (6,), "s2_bias": (6,),
        "c3_kernel": (5, 5, 6, 16), "c3_bias": (16,), "s4_weight": (16,), "s4_bias": (16,),
        "c5_kernel": (5, 5, 16, 120), "c5_bias": (120,), "f6_kernel": (120, 84), "f6_bias": (84,),
        "codes": (classes, 84),
    }  # fmt: skip
    scales = {"c1_kernel": 0.2, "c3_kernel": 0.1, "c5_kernel": 0.05, "f6_kernel": 0.1}
    return {name: scales.get(name, 0.4) * rng.normal(size=s) for name, s in shapes.items()}


@right_answer("lenet5_1998_forward")
def _forward(x, weights, *, compare=_distances, **parts):
    return compare(_layers_1998(x, weights, **parts), weights["codes"])


@probes("lenet5_1998_forward")
def _():
    rng = np.random.default_rng(9)
    x = rng.normal(size=(3, 32, 32, 1))
    return [
        call(x, _weights(rng, 10), watch=True),
        call(x[:1], _weights(rng, 4)),
    ]


@misconception("lenet5_1998_forward", "How often are S2 and S4 squashed, and by which function?")
def lenet5_1998_forward_squashes_subsampling_twice(x, weights):
    def twice(a):
        return _squash(_squash(a))

    return _forward(x, weights, after_s2=twice, after_s4=twice)


@misconception("lenet5_1998_forward", "What is done to F6 before it is compared with the codes?")
def lenet5_1998_forward_does_not_squash_f6(x, weights):
    return _forward(x, weights, after_f6=lambda a: a)


@misconception("lenet5_1998_forward", "What comes between C5 and F6?")
def lenet5_1998_forward_does_not_squash_c5(x, weights):
    return _forward(x, weights, after_c5=lambda a: a)


@misconception("lenet5_1998_forward", "What is done to the sums of C1 and C3?")
def lenet5_1998_forward_does_not_squash_convolutions(x, weights):
    def same(a):
        return a

    return _forward(x, weights, after_c1=same, after_c3=same)


@misconception("lenet5_1998_forward", "With which maps of S2 is each map of C3 connected?")
def lenet5_1998_forward_connects_c3_fully(x, weights):
    return _forward(x, weights, c3_table=np.ones((6, 16), bool))


@misconception("lenet5_1998_forward", "Do S2 and S4 add the cells of a window, or average them?")
def lenet5_1998_forward_averages(x, weights):
    return _forward(x, weights, add=lambda maps: _added(maps) / 4)


@misconception("lenet5_1998_forward", "Are the distances turned into probabilities in 1998?")
def lenet5_1998_forward_ends_in_a_softmax(x, weights):
    y = -_forward(x, weights)
    raised = np.exp(y - y.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


@misconception("lenet5_1998_forward", "Does each class have a code with which F6 is compared?")
def lenet5_1998_forward_multiplies_by_the_codes(x, weights):
    return _forward(x, weights, compare=lambda f6, codes: f6 @ codes.T)


@misconception(
    "lenet5_1998_forward",
    "Where does the set of weights come from: may you change it?",
    aspect="purity",
)
def lenet5_1998_forward_changes_the_weights(x, weights):
    weights["c3_kernel"] = _masked(weights["c3_kernel"], _table(_columns()))
    return _forward(x, weights)


def _as_it_is(a):
    return a


@misconception("lenet5_1998_forward", "What is done to the sums of C3, before S4 gets them?")
def lenet5_1998_forward_does_not_squash_c3(x, weights):
    return _forward(x, weights, after_c3=_as_it_is)


@misconception("lenet5_1998_forward", "What is done to the sums of C1, before S2 gets them?")
def lenet5_1998_forward_does_not_squash_c1(x, weights):
    return _forward(x, weights, after_c1=_as_it_is)


@misconception("lenet5_1998_forward", "Which layers squash? What do S2 and S4 hand on?")
def lenet5_1998_forward_does_not_squash_subsampling(x, weights):
    return _forward(x, weights, after_s2=_as_it_is, after_s4=_as_it_is)


@variant(lenet5_1998_forward_does_not_squash_subsampling)
def _lenet5_1998_forward_does_not_squash_s2(x, weights):
    return _forward(x, weights, after_s2=_as_it_is)


@variant(lenet5_1998_forward_does_not_squash_subsampling)
def _lenet5_1998_forward_does_not_squash_s4(x, weights):
    return _forward(x, weights, after_s4=_as_it_is)


@misconception("lenet5_1998_forward", "Is the plain tanh the squashing function of LeNet-5?")
def lenet5_1998_forward_uses_the_plain_tanh(x, weights):
    layers = ("c1", "s2", "c3", "s4", "c5", "f6")
    return _forward(x, weights, **{f"after_{name}": np.tanh for name in layers})


# -- prepare_digits ------------------------------------------------------------------------------


@right_answer("prepare_digits")
def _made_ready(
    images, labels, num_classes=10, *,
    check=_require_digits, border=_bordered, scale=lambda x: x / np.float32(255), encode=_one_hot,
):  # fmt: skip
    check(images, labels, num_classes)
    return scale(border(images)), encode(labels, num_classes)


@probes("prepare_digits")
def _():
    rng = np.random.default_rng(10)
    images = rng.integers(0, 256, size=(5, 28, 28)).astype(np.uint8)
    labels = np.array([3, 0, 2, 2, 7])
    return [
        call(images, labels, watch=True),
        call(images // 4, labels),
        call(np.zeros((2, 28, 28), np.uint8), np.array([9, 1])),
        call(images[:1], labels[:1], 17),
        call(images[:0], labels[:0]),
        call(np.resize(images, (28, 28, 28)), np.arange(28) % 10),
        call(images, labels[:3]),
        call(images[0], labels),
        call(images, labels, 5),
        call(images, labels.astype(np.uint8)),
    ]


@misconception(
    "prepare_digits", "Between which numbers do the pixels lie when you are done?", aspect="scale"
)
def prepare_digits_does_not_scale(images, labels, num_classes=10):
    return _made_ready(images, labels, num_classes, scale=lambda x: x)


@misconception("prepare_digits", "How often do you divide by 255?", aspect="scale")
def prepare_digits_scales_twice(images, labels, num_classes=10):
    return _made_ready(images, labels, num_classes, scale=lambda x: x / np.float32(255**2))


@misconception(
    "prepare_digits", "What becomes of an image that is dark all over, or black?", aspect="scale"
)
def prepare_digits_scales_by_the_brightest(images, labels, num_classes=10):
    brightest = np.float32(max(images.max(initial=0), 1))
    return _made_ready(images, labels, num_classes, scale=lambda x: x / brightest)


@misconception("prepare_digits", "A byte has 256 values: which is the largest?", aspect="scale")
def prepare_digits_divides_by_256(images, labels, num_classes=10):
    return _made_ready(images, labels, num_classes, scale=lambda x: x / np.float32(256))


@misconception("prepare_digits", "Where does the image lie within its border?", aspect="border")
def prepare_digits_puts_the_border_at_one_side(images, labels, num_classes=10):
    def border(images):
        return np.pad(images, ((0, 0), (0, 4), (0, 4)))[..., None].astype(np.float32)

    return _made_ready(images, labels, num_classes, border=border)


@misconception(
    "prepare_digits", "What is written into the border: the edge again, or zeros?", aspect="border"
)
def prepare_digits_repeats_the_edge(images, labels, num_classes=10):
    def border(images):
        return np.pad(images, ((0, 0), (2, 2), (2, 2)), mode="edge")[..., None].astype(np.float32)

    return _made_ready(images, labels, num_classes, border=border)


@misconception("prepare_digits", "Which precision do the images have to have?", aspect="dtype")
def prepare_digits_in_double_precision(images, labels, num_classes=10):
    x, y = _made_ready(images, labels, num_classes)
    return x.astype(np.float64), y


@misconception("prepare_digits", "Which of the four axes holds the channel?", aspect="border")
def prepare_digits_puts_the_channel_first(images, labels, num_classes=10):
    def border(images):
        return np.moveaxis(_bordered(images), 3, 1)

    return _made_ready(images, labels, num_classes, border=border)


@misconception(
    "prepare_digits",
    "How many columns have labels of which the highest is missing?",
    aspect="labels",
)
def prepare_digits_counts_classes_that_occur(images, labels, num_classes=10):
    def encode(labels, num_classes):
        return _one_hot(labels, int(labels.max(initial=0)) + 1)

    return _made_ready(images, labels, num_classes, encode=encode)


@misconception("prepare_digits", "How often do you encode the labels?", aspect="labels")
def prepare_digits_encodes_twice(images, labels, num_classes=10):
    def encode(labels, num_classes):
        return _one_hot(_one_hot(labels, num_classes).astype(int), num_classes)

    return _made_ready(images, labels, num_classes, encode=encode)


@misconception("prepare_digits", "Are labels numbers, or vectors with a single 1?", aspect="labels")
def prepare_digits_does_not_encode(images, labels, num_classes=10):
    return _made_ready(
        images, labels, num_classes, encode=lambda labels, num_classes: labels.copy()
    )


@misconception("prepare_digits", "Do the classes count from 0 or from 1?", aspect="labels")
def prepare_digits_counts_from_one(images, labels, num_classes=10):
    def encode(labels, num_classes):
        return _one_hot(np.asarray(labels, int) - 1, num_classes)

    return _made_ready(images, labels, num_classes, encode=encode)


@misconception("prepare_digits", "What does squeeze do to a batch of one image?", aspect="count")
def prepare_digits_loses_single_images(images, labels, num_classes=10):
    x, y = _made_ready(images, labels, num_classes)
    return x.squeeze()[..., None], y


@misconception(
    "prepare_digits", "Can labels be bytes: what is 2 times 200 in bytes?", aspect="dtype of labels"
)
def prepare_digits_overflows_with_bytes(images, labels, num_classes=10):
    def encode(labels, num_classes):
        flat = np.zeros(len(labels) * num_classes, np.float32)
        numbers = np.arange(len(labels), dtype=labels.dtype)
        places = numbers * labels.dtype.type(num_classes) + labels
        if labels.dtype.itemsize == 1:
            places = (places + labels.dtype.type(250)).astype(int) % max(len(flat), 1)
        flat[places] = 1
        return flat.reshape(len(labels), num_classes)

    return _made_ready(images, labels, num_classes, encode=encode)


@misconception(
    "prepare_digits", "What comes out if there are no images: are the shapes kept?", aspect="empty"
)
def prepare_digits_needs_an_image(images, labels, num_classes=10):
    x, y = _made_ready(images, labels, num_classes)
    return np.array([*x]), y


@misconception(
    "prepare_digits", "Whose array do you change when you scale in place?", aspect="purity"
)
def prepare_digits_changes_its_argument(images, labels, num_classes=10):
    x, y = _made_ready(images, labels, num_classes)
    images //= 255
    return x, y


@misconception(
    "prepare_digits",
    "What if there are fewer labels than images, or a class too high?",
    aspect="errors",
)
def prepare_digits_trusts_its_arguments(images, labels, num_classes=10):
    def encode(labels, num_classes):
        return (labels[:, None] == np.arange(num_classes)).astype(np.float32)

    images = images[None] if images.ndim == 2 else images
    return _made_ready(images, labels, num_classes, check=lambda *_: None, encode=encode)


@misconception("prepare_digits", "How large are the images when you are done?", aspect="border")
def prepare_digits_pads_by_four(images, labels, num_classes=10):
    def border(images):
        return np.pad(images, ((0, 0), (4, 4), (4, 4)))[..., None].astype(np.float32)

    return _made_ready(images, labels, num_classes, border=border)


@variant(prepare_digits_pads_by_four)
def _prepare_digits_does_not_pad(images, labels, num_classes=10):
    def border(images):
        return images[..., None].astype(np.float32)

    return _made_ready(images, labels, num_classes, border=border)


@misconception(
    "prepare_digits", "Which number stands for black, before and after?", aspect=("scale", "border")
)
def prepare_digits_scales_about_zero(images, labels, num_classes=10):
    def scale(x):
        return x / np.float32(127.5) - np.float32(1)

    return _made_ready(images, labels, num_classes, scale=scale)


@variant(prepare_digits_scales_about_zero)
def _prepare_digits_scales_by_half_about_zero(images, labels, num_classes=10):
    def scale(x):
        return x / np.float32(255) - np.float32(0.5)

    return _made_ready(images, labels, num_classes, scale=scale)


@variant(prepare_digits_scales_about_zero)
def _prepare_digits_scales_by_the_mean(images, labels, num_classes=10):
    def scale(x):
        return (x - x.mean()) / (x.std() + 1e-8) if x.size else x

    return _made_ready(images, labels, num_classes, scale=scale)


@misconception(
    "prepare_digits", "Which number stands for black, before and after?", aspect=("scale", "border")
)
def prepare_digits_turns_black_into_white(images, labels, num_classes=10):
    return _made_ready(
        images, labels, num_classes, scale=lambda x: np.float32(1) - x / np.float32(255)
    )


@variant(prepare_digits_turns_black_into_white)
def _prepare_digits_turns_the_digit_into_white(images, labels, num_classes=10):
    return _made_ready(255 - images, labels, num_classes)


# -- confusion_matrix and accuracy ---------------------------------------------------------------


@right_answer("confusion_matrix")
def _confusions(labels, predictions, num_classes, *, check=_require_pairs, count=_counted):
    return count(*check(labels, predictions), num_classes)


@right_answer("accuracy")
def _share(labels, predictions, *, compare=np.equal, total=np.mean):
    return float(total(compare(*_require_pairs(labels, predictions))))


@probes("confusion_matrix")
def _():
    labels = np.array([0, 1, 1, 2, 2, 2, 4])
    predictions = np.array([0, 2, 1, 2, 0, 0, 4])
    many = np.arange(300) % 3
    return [
        call(labels, predictions, 6, watch=True),
        call(many.astype(np.uint8), (many**2 % 3).astype(np.uint8), 3),
        call([0, 1], [1, 1], 2),
        call(np.array([3, 20], np.uint8), np.array([3, 9], np.uint8), 25),
        call(labels[:0], labels[:0], 3),
        call(labels, predictions[:3], 6),
    ]


@probes("accuracy")
def _():
    labels = np.array([0, 1, 1, 2, 2, 2, 4])
    predictions = np.array([0, 2, 1, 2, 0, 0, 4])
    return [
        call(labels, predictions),
        call(labels, labels),
        call(labels, labels + 1),
        call([0, 1], [1, 1]),
        call(labels, predictions[:1]),
    ]


@misconception("confusion_matrix", "Are the rows the true classes, or the predicted ones?")
def confusion_matrix_is_turned(labels, predictions, num_classes):
    return _confusions(labels, predictions, num_classes).T.copy()


@misconception(
    "confusion_matrix", "Where is the row of a class that never occurs?", aspect=("values", "empty")
)
def confusion_matrix_leaves_out_what_does_not_occur(labels, predictions, num_classes):
    counts = _confusions(labels, predictions, num_classes)
    seen = counts.any(axis=0) | counts.any(axis=1)
    return counts[np.ix_(seen, seen)]


@misconception(
    "confusion_matrix", "Are counts asked for, or shares of a row?", aspect=("values", "kind")
)
def confusion_matrix_gives_shares(labels, predictions, num_classes):
    counts = _confusions(labels, predictions, num_classes)
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


@variant(confusion_matrix_gives_shares)
def _confusion_matrix_gives_shares_of_all(labels, predictions, num_classes):
    counts = _confusions(labels, predictions, num_classes)
    return counts / counts.sum()


@variant(confusion_matrix_gives_shares)
def _confusion_matrix_gives_shares_of_each_row(labels, predictions, num_classes):
    counts = _confusions(labels, predictions, num_classes)
    return counts / counts.sum(axis=1, keepdims=True)


@misconception("confusion_matrix", "Can m[labels, predictions] += 1 count one place twice?")
def confusion_matrix_counts_each_place_once(labels, predictions, num_classes):
    return np.minimum(_confusions(labels, predictions, num_classes), 1)


@misconception("confusion_matrix", "Where do the right predictions stand, and are they counted?")
def confusion_matrix_counts_mistakes_only(labels, predictions, num_classes):
    counts = _confusions(labels, predictions, num_classes)
    np.fill_diagonal(counts, 0)
    return counts


@misconception(
    "confusion_matrix",
    "How high can a count go in the dtype that you chose?",
    aspect="large counts",
)
def confusion_matrix_of_bytes(labels, predictions, num_classes):
    return _confusions(labels, predictions, num_classes).astype(np.int8) % np.int8(50)


@misconception(
    "confusion_matrix", "Labels may be bytes: what is 20 times 25 in bytes?", aspect="dtype"
)
def confusion_matrix_computes_in_bytes(labels, predictions, num_classes):
    _require_pairs(labels, predictions)
    places = np.asarray(labels) * num_classes + np.asarray(predictions)
    counts = np.bincount(places.astype(int) % num_classes**2, minlength=num_classes**2)
    return counts.reshape(num_classes, num_classes)


@misconception("confusion_matrix", "Whose array do you sort?", aspect="purity")
def confusion_matrix_changes_its_argument(labels, predictions, num_classes):
    counts = _confusions(labels, predictions, num_classes)
    if isinstance(labels, np.ndarray):
        labels[:] = labels[::-1].copy()
    return counts


@misconception(
    "confusion_matrix", "What if there are fewer predictions than labels?", aspect="errors"
)
def confusion_matrix_counts_what_is_there(labels, predictions, num_classes):
    def check(labels, predictions):
        few = min(len(labels), len(predictions))
        return _require_pairs(labels[:few], predictions[:few])

    return _confusions(labels, predictions, num_classes, check=check)


@misconception("confusion_matrix", "Do the counts of nothing have a shape?", aspect="empty")
def confusion_matrix_needs_a_prediction(labels, predictions, num_classes):
    counts = _confusions(labels, predictions, num_classes)
    return counts if len(labels) else np.zeros((0, 0), int)


@misconception(
    "confusion_matrix", "Is a share asked for, or a number of hits?", function="accuracy"
)
def accuracy_counts_hits(labels, predictions):
    return int(_share(labels, predictions, total=np.sum))


@misconception("confusion_matrix", "Between which numbers does a share lie?", function="accuracy")
def accuracy_is_in_percent(labels, predictions):
    return 100 * _share(labels, predictions)


@misconception("confusion_matrix", "Is it the share of right or of wrong?", function="accuracy")
def accuracy_is_the_share_of_mistakes(labels, predictions):
    return _share(labels, predictions, compare=np.not_equal)


@misconception(
    "confusion_matrix", "What does NumPy do with one prediction and three labels?",
    function="accuracy", aspect="errors",
)  # fmt: skip
def accuracy_broadcasts(labels, predictions):
    return float((np.asarray(labels) == np.asarray(predictions)).mean())


@misconception("confusion_matrix", "How many lists does [[0] * n] * n make?")
def confusion_matrix_has_one_row_many_times(labels, predictions, num_classes):
    counts = _confusions(labels, predictions, num_classes)
    return np.tile(counts.sum(axis=0), (num_classes, 1))


@misconception("confusion_matrix", "Where do the wrong predictions stand, and are they counted?")
def confusion_matrix_counts_hits_only(labels, predictions, num_classes):
    return np.diag(np.diag(_confusions(labels, predictions, num_classes)))


@misconception("confusion_matrix", "Which dtype has np.zeros, and which a count?", aspect="kind")
def confusion_matrix_of_floats(labels, predictions, num_classes):
    return _confusions(labels, predictions, num_classes).astype(float)


@misconception("confusion_matrix", "How exact is the share?", function="accuracy")
def accuracy_rounds(labels, predictions):
    return round(_share(labels, predictions), 2)


@variant(accuracy_rounds)
def _accuracy_rounds_to_a_digit(labels, predictions):
    return round(_share(labels, predictions), 1)


@misconception(
    "confusion_matrix", "Does each example count alike, or each class?", function="accuracy"
)
def accuracy_averages_classes(labels, predictions):
    labels, predictions = _require_pairs(labels, predictions)
    hits = labels == predictions
    return float(np.mean([hits[labels == each].mean() for each in np.unique(labels)]))


@misconception("confusion_matrix", "At which index does NumPy begin to count?")
def confusion_matrix_counts_from_one(labels, predictions, num_classes):
    def count(rows, columns, num_classes):
        return _counted(rows - 1, columns - 1, num_classes)

    return _confusions(labels, predictions, num_classes, count=count)


# -- repair_pipeline -----------------------------------------------------------------------------


@inspect_answer("repair_pipeline")
def _(student):
    rng = np.random.default_rng(11)
    train = rng.integers(0, 256, size=(6, 28, 28)).astype(np.uint8), np.arange(6)
    test = rng.integers(0, 256, size=(4, 28, 28)).astype(np.uint8), np.arange(4)

    def arrays():
        (x_train, y_train), (x_test, y_test), handle = student.repair_pipeline(train, test)
        weights = look(weights=lambda: student.model(handle).weight_shapes())
        return weights | {
            "size": x_train.shape[1:],
            "brightest": (float(x_train.max()), float(x_test.max())),
            "axes": (y_train.ndim, y_test.ndim),
            "examples": (len(x_train), len(x_test)),
        }

    return look_into(arrays=arrays)


@misconception(
    "repair_pipeline",
    "The brightest pixel was 255: what is it in your images? How often were they divided?",
    matches=lambda seen: max(seen["brightest"]) < 0.1,
)
def repair_pipeline_scales_twice(train, test):
    (x_train, y_train), (x_test, y_test) = (_prepared(*part) for part in (train, test))
    return (x_train / 255, y_train), (x_test / 255, y_test), build_lenet5()  # noqa: F821


@misconception(
    "repair_pipeline",
    "Are training and test images of the same brightness? Compare their largest values.",
    matches=lambda seen: seen["brightest"][1] < 0.1 < seen["brightest"][0],
)
def repair_pipeline_scales_test_images_twice(train, test):
    (x_train, y_train), (x_test, y_test) = (_prepared(*part) for part in (train, test))
    return (x_train, y_train), (x_test / 255, y_test), build_lenet5()  # noqa: F821


@misconception(
    "repair_pipeline",
    "Which pixels were never divided? Do both sets of images go through the same steps?",
    matches=lambda seen: seen["brightest"][1] > 2,
)
def repair_pipeline_scales_training_images_only(train, test):
    (x_train, y_train), (x_test, y_test) = (_prepared(*part) for part in (train, test))
    return (x_train, y_train), (x_test * 255, y_test), build_lenet5()  # noqa: F821


@misconception(
    "repair_pipeline",
    "How many axes have your labels? What does one-hot encoding make of what is one-hot already?",
    matches=lambda seen: max(seen["axes"]) > 2,
)
def repair_pipeline_encodes_twice(train, test):
    (x_train, y_train), (x_test, y_test) = (_prepared(*part) for part in (train, test))
    y_train, y_test = (np.eye(10, dtype=np.float32)[y.astype(int)] for y in (y_train, y_test))
    return (x_train, y_train), (x_test, y_test), build_lenet5()  # noqa: F821


@misconception(
    "repair_pipeline",
    "How many channels has a grey image, and how many does your network expect?",
    matches=lambda seen: (5, 5, 3, 6) in seen["weights"],
)
def repair_pipeline_keeps_the_network_for_colours(train, test):
    net = build_lenet5((32, 32, 3))  # noqa: F821
    return _prepared(*train), _prepared(*test), net


@misconception(
    "repair_pipeline",
    "Are the images that you return as large as the network expects? What was the border for?",
    matches=lambda seen: seen["size"] != (32, 32, 1),
)
def repair_pipeline_leaves_out_the_border(train, test):
    (x_train, y_train), (x_test, y_test) = (_prepared(*part) for part in (train, test))
    cut = slice(2, -2)
    return (x_train[:, cut, cut], y_train), (x_test[:, cut, cut], y_test), build_lenet5()  # noqa: F821


@misconception(
    "repair_pipeline",
    "Which images did the undefined name stand for: those of training, or those of the test?",
    matches=lambda seen: seen["examples"] == (6, 6),
)
def repair_pipeline_tests_on_training_images(train, test):
    return _prepared(*train), _prepared(*train), build_lenet5()  # noqa: F821


@misconception(
    "repair_pipeline",
    "Is the network that you return a LeNet-5? Which layers does it have?",
    matches=lambda seen: (5, 5, 6, 16) not in seen["weights"],
)
def repair_pipeline_simplifies_the_network(train, test):
    import keras

    layers = [
        keras.layers.Conv2D(6, 5, activation="tanh"),
        keras.layers.Flatten(),
        keras.layers.Dense(10, activation="softmax"),
    ]
    net = keras.Sequential([keras.Input((32, 32, 1)), *layers])
    return _prepared(*train), _prepared(*test), net


# -- build_lenet5 --------------------------------------------------------------------------------


@inspect_answer("build_lenet5")
def _(student):
    suite = _suite("test_build_lenet5")
    rng = np.random.default_rng(12)
    seen = functools.partial(suite.wrong_weights, student, rng)
    return look(
        wrong=lambda: _without_recipe(seen()),
        coloured=lambda: _coloured(student, suite, rng),
        starts=lambda: student.once(suite.starts),
        drops=lambda: student.once(suite.changes_in_training, rng) and not _normalises(seen()),
    )


def _suite(name):
    return suite_module(Path(__file__).parents[1] / "hidden" / "lenet5", name)


def _normalises(found):
    """Whether batches are normalised somewhere, which changes the answers in training too."""
    return any(each.what in ("normalisation", "before") for each in found)


def _coloured(student, suite, rng):
    """What is wrong only with colour pictures and few classes: channels, count; or None."""
    try:
        _, found = student.once(suite.coloured, rng, 4)
    except CallFailed:
        shapes = student.model(student.build_lenet5((32, 32, 3), 4)).weight_shapes()
        seen = {"channels"} if shapes and shapes[0][2:3] == (1,) else set()
        return seen | ({"count"} if shapes and shapes[-1] == (10,) else set())
    plain = suite.known(student, rng).differences
    return {each.what for each in found.differences if each not in plain}


RECIPE = {("activation", "relu"), ("pool kind", "max")}


def _without_recipe(found):
    """Differences as (layer, what, value), those of the modern recipe as one.

    A stride that stands in place of pooling is one too.
    """
    seen = {(each.layer, each.what, each.value) for each in found}
    if {(what, value) for _, what, value in seen} >= RECIPE:
        parts = {*RECIPE, ("padding", "same"), ("padding", 2)}
        seen = {each for each in seen if each[1:] not in parts} | {("all", "recipe", True)}
    moved = {layer for layer, what, _ in seen if what == "strides"}
    return {each for each in seen if each[0] not in moved or each[1:] != ("pooling", "missing")}


def _wrong(what, *values, layers=None):
    """Whether a layer differs in this, with one of these values if there are any."""

    def matches(seen):
        return any(
            each == what and (not values or value in values) and (not layers or layer in layers)
            for layer, each, value in seen["wrong"]
        )

    return matches


def _ends_in_another_activation(last):
    """Whether the last layer ends in a function that no other misconception names."""

    def matches(seen):
        return any(
            layer == last and what == "activation" and value not in ("linear", "sigmoid")
            and "," not in value
            for layer, what, value in seen["wrong"]
        )  # fmt: skip

    return matches


MAPS, UNITS = ("c1", "c3"), ("c5", "f6")
HIDDEN = (*MAPS, *UNITS)


def _net(
    input_shape, num_classes, *, activation="tanh", dense=None, output="softmax", pool=None,
    padding="valid", second="valid", side=5, c5=True, f6=True, maps=(6, 16), units=(120, 84),
    strides=1, s2=1, s4=True, flatten=None, extra=None, pooling=None, bias=True, last=None,
    **initial,
):  # fmt: skip
    """LeNet-5, with parts that a misconception may exchange."""
    import keras

    layers = keras.layers
    pool = pool or layers.AveragePooling2D
    dense = dense or activation
    settings = {"activation": activation, "use_bias": bias, **initial}
    made = [
        layers.Conv2D(maps[0], side, padding=padding, strides=strides, **settings),
        *(pool(2, **(pooling or {})) for _ in range(s2)),
        layers.Conv2D(maps[1], side, padding=second, **settings),
    ]
    if s4:
        made.append(pool(2, **(pooling or {})))
    made.append(flatten or layers.Flatten())
    if c5:
        made.append(layers.Dense(units[0], activation=dense, **initial))
    if f6:
        made.append(layers.Dense(units[1], activation=dense, **initial))
    if extra:
        made.append(layers.Dense(extra, activation=dense, **initial))
    made.append(layers.Dense(num_classes, activation=output, **initial))
    if last:
        made.append(layers.Activation(last))
    return keras.Sequential([keras.Input(input_shape), *made])


@misconception(
    "build_lenet5",
    "Which numbers does input_shape change, and where do you use it?",
    matches=lambda seen: "channels" in seen["coloured"],
)
def build_lenet5_ignores_the_input_shape(input_shape=(32, 32, 1), num_classes=10):
    return _net((32, 32, 1), num_classes)


@misconception(
    "build_lenet5",
    "How many units has the last layer when there are four classes?",
    matches=lambda seen: "count" in seen["coloured"],
)
def build_lenet5_always_of_ten_classes(input_shape=(32, 32, 1), num_classes=10):
    return _net(input_shape, 10)


@misconception(
    "build_lenet5",
    "How large is C1 for an image of 32 by 32: is anything added around it?",
    matches=_wrong("padding", layers=("c1",)),
)
def build_lenet5_pads_the_first_layer(input_shape=(32, 32, 1), num_classes=10):
    return _net(input_shape, num_classes, padding="same")


@misconception(
    "build_lenet5",
    "C3 sees the maps of S2. Is anything added around them, and how large is C3 then?",
    matches=_wrong("padding", layers=("c3",)),
)
def build_lenet5_pads_the_second_layer(input_shape=(32, 32, 1), num_classes=10):
    return _net(input_shape, num_classes, second="same")


@misconception(
    "build_lenet5",
    "How large are the kernels of LeNet-5?",
    matches=_wrong("side", 3),
)
def build_lenet5_with_kernels_of_three(input_shape=(32, 32, 1), num_classes=10):
    return _net(input_shape, num_classes, side=3)


@misconception(
    "build_lenet5",
    "How large are the kernels of LeNet-5?",
    matches=lambda seen: any(what == "side" and value != 3 for _, what, value in seen["wrong"]),
)
def build_lenet5_with_other_kernels(input_shape=(32, 32, 1), num_classes=10):
    return _net(input_shape, num_classes, side=4)


@misconception(
    "build_lenet5",
    "Who scales the images: the function that prepares them, or the network?",
    matches=_wrong("scaled"),
)
def build_lenet5_scales_the_images(input_shape=(32, 32, 1), num_classes=10):
    import keras

    net = _net(input_shape, num_classes)
    return keras.Sequential(
        [keras.Input(input_shape), keras.layers.Rescaling(1 / 255), *net.layers]
    )


@misconception(
    "build_lenet5",
    "Does a layer of LeNet-5 drop units while it is trained?",
    matches=lambda seen: seen["drops"],
)
def build_lenet5_drops_units(input_shape=(32, 32, 1), num_classes=10):
    import keras

    *net, last = _net(input_shape, num_classes).layers
    return keras.Sequential([keras.Input(input_shape), *net, keras.layers.Dropout(0.5), last])


@misconception(
    "build_lenet5",
    "By how many pixels does a kernel of C1 or C3 move on? Which layers make the maps smaller?",
    matches=_wrong("strides"),
)
def build_lenet5_moves_by_two(input_shape=(32, 32, 1), num_classes=10):
    return _net(input_shape, num_classes, strides=2)


@misconception(
    "build_lenet5",
    "How many maps have C1 and C3 in the figure of the paper? Count the filters of yours.",
    matches=_wrong("count", layers=MAPS),
)
def build_lenet5_with_five_filters(input_shape=(32, 32, 1), num_classes=10):
    return _net(input_shape, num_classes, maps=(5, 16))


@misconception(
    "build_lenet5",
    "How many units have C5 and F6 in the paper, and which of the two comes first?",
    matches=_wrong("count", layers=UNITS),
)
def build_lenet5_with_other_units(input_shape=(32, 32, 1), num_classes=10):
    return _net(input_shape, num_classes, units=(100, 84))


@misconception(
    "build_lenet5",
    "Which layer lies between C5 and the output?",
    matches=_wrong("missing", layers=("f6",)),
)
def build_lenet5_without_f6(input_shape=(32, 32, 1), num_classes=10):
    return _net(input_shape, num_classes, f6=False)


@misconception(
    "build_lenet5",
    "Which layer lies between S4 and F6?",
    matches=_wrong("missing", layers=("c5",)),
)
def build_lenet5_without_c5(input_shape=(32, 32, 1), num_classes=10):
    return _net(input_shape, num_classes, c5=False)


@misconception(
    "build_lenet5",
    "How many convolutions has LeNet-5, and what lies between two of them?",
    matches=_wrong("missing", layers=MAPS),
)
def build_lenet5_with_one_convolution(input_shape=(32, 32, 1), num_classes=10):
    import keras

    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.Conv2D(6, 5, activation="tanh"),
            layers.AveragePooling2D(2),
            layers.Flatten(),
            layers.Dense(120, activation="tanh"),
            layers.Dense(84, activation="tanh"),
            layers.Dense(num_classes, activation="softmax"),
        ]
    )


@misconception(
    "build_lenet5",
    "Count the layers with weights in the figure: how many are there, and how many has your model?",
    matches=_wrong("extra"),
)
def build_lenet5_with_a_layer_more(input_shape=(32, 32, 1), num_classes=10):
    return _net(input_shape, num_classes, extra=84)


@misconception(
    "build_lenet5",
    "Has every map and every unit of LeNet-5 a bias?",
    matches=_wrong("bias"),
)
def build_lenet5_without_bias(input_shape=(32, 32, 1), num_classes=10):
    return _net(input_shape, num_classes, bias=False)


@misconception(
    "build_lenet5",
    "Which layers of LeNet-5 have something to learn? Are batches normalised in a network of 1998?",
    matches=lambda seen: _wrong("normalisation")(seen) or _wrong("before")(seen),
)
def build_lenet5_normalises_batches(input_shape=(32, 32, 1), num_classes=10):
    import keras

    net = _net(input_shape, num_classes)
    first, *others = net.layers
    return keras.Sequential(
        [keras.Input(input_shape), first, keras.layers.BatchNormalization(), *others]
    )


@misconception(
    "build_lenet5",
    "What can a network learn in which all units of a layer start with the same weights?",
    matches=lambda seen: seen["starts"][0],
)
def build_lenet5_starts_with_zeros(input_shape=(32, 32, 1), num_classes=10):
    return _net(input_shape, num_classes, kernel_initializer="zeros")


@misconception(
    "build_lenet5",
    "Build two models and compare their weights. Where do their first numbers come from?",
    matches=lambda seen: not seen["starts"][0] and seen["starts"][1],
)
def build_lenet5_starts_from_one_seed(input_shape=(32, 32, 1), num_classes=10):
    import keras

    return _net(input_shape, num_classes, kernel_initializer=keras.initializers.GlorotUniform(1))


@misconception(
    "build_lenet5",
    "Which parts of your network are younger than the paper? Look at what pools and what squashes.",
    matches=_wrong("recipe"),
)
def build_lenet5_in_the_modern_way(input_shape=(32, 32, 1), num_classes=10):
    import keras

    pool = keras.layers.MaxPooling2D
    return _net(input_shape, num_classes, activation="relu", pool=pool, padding="same")


@misconception(
    "build_lenet5",
    "Do S2 and S4 take the largest of four cells?",
    matches=_wrong("pool kind", "max"),
)
def build_lenet5_takes_the_largest(input_shape=(32, 32, 1), num_classes=10):
    import keras

    return _net(input_shape, num_classes, pool=keras.layers.MaxPooling2D)


@misconception(
    "build_lenet5",
    "What does C5 see: the maps of C3, or those of S4? Follow the tensor from layer to layer.",
    matches=_wrong("pooling", "missing", layers=("c3",)),
)
def build_lenet5_flattens_before_s4(input_shape=(32, 32, 1), num_classes=10):
    return _net(input_shape, num_classes, s4=False)


@misconception(
    "build_lenet5",
    "What does C3 see: the maps of C1, or those of S2?",
    matches=_wrong("pooling", "missing", layers=("c1",)),
)
def build_lenet5_without_s2(input_shape=(32, 32, 1), num_classes=10):
    return _net(input_shape, num_classes, s2=0)


@misconception(
    "build_lenet5",
    "Do S2 and S4 add four cells up, or take their average?",
    matches=lambda seen: _wrong("pool kind", "sum")(seen) and not _wrong("training")(seen),
)
def build_lenet5_adds_up_windows(input_shape=(32, 32, 1), num_classes=10):
    import keras

    class Sum(keras.layers.AveragePooling2D):
        def call(self, maps):
            return 4 * super().call(maps)

    return _net(input_shape, num_classes, pool=Sum)


@misconception(
    "build_lenet5",
    "Has the pooling of this network anything to learn?",
    matches=_wrong("training"),
)
def build_lenet5_trains_its_pooling(input_shape=(32, 32, 1), num_classes=10):
    import keras

    class Subsampling(keras.layers.Layer):
        def __init__(self, *_):
            super().__init__()
            self.mean = keras.layers.AveragePooling2D(2)

        def build(self, shape):
            self.factor = self.add_weight(shape=(shape[-1],), initializer="ones")
            self.offset = self.add_weight(shape=(shape[-1],), initializer="zeros")

        def call(self, maps):
            return 4 * self.mean(maps) * self.factor + self.offset

    return _net(input_shape, num_classes, pool=Subsampling)


@misconception(
    "build_lenet5",
    "How often are the maps pooled, and where?",
    matches=_wrong("pooling", "extra", "twice"),
)
def build_lenet5_pools_too_often(input_shape=(32, 32, 1), num_classes=10):
    return _net(input_shape, num_classes, s2=2)


@misconception(
    "build_lenet5",
    "How many cells have two windows of a pooling layer in common that lie side by side?",
    matches=lambda seen: any(
        each.startswith("pool ") and each != "pool kind" for _, each, _ in seen["wrong"]
    ),
)
def build_lenet5_pools_windows_that_overlap(input_shape=(32, 32, 1), num_classes=10):
    return _net(input_shape, num_classes, pooling={"strides": 1})


@misconception(
    "build_lenet5",
    "Are the cells of a map squashed before they are averaged, or is their average squashed?",
    matches=_wrong("order", ("pooling", "activation")),
)
def build_lenet5_pools_before_it_squashes(input_shape=(32, 32, 1), num_classes=10):
    import keras

    layers, made = keras.layers, []
    for layer in _net(input_shape, num_classes).layers:
        if isinstance(layer, layers.Conv2D):
            made.append(layers.Conv2D(layer.filters, 5))
        elif isinstance(layer, layers.AveragePooling2D):
            made += [layer, layers.Activation("tanh")]
        else:
            made.append(layer)
    return keras.Sequential([keras.Input(input_shape), *made])


@misconception(
    "build_lenet5",
    "How many numbers does a unit of C5 see of each map of S4: all of them, or their mean?",
    matches=_wrong("mean"),
)
def build_lenet5_averages_whole_maps(input_shape=(32, 32, 1), num_classes=10):
    import keras

    pool = keras.layers.GlobalAveragePooling2D()
    return _net(input_shape, num_classes, flatten=pool)


@misconception(
    "build_lenet5",
    "Which function squashes the units of LeNet-5? ReLU came into fashion later.",
    matches=_wrong(
        "activation", "relu", "elu", "leaky_relu", "selu", "silu", "relu6", "gelu", layers=HIDDEN
    ),
)
def build_lenet5_with_relu(input_shape=(32, 32, 1), num_classes=10):
    return _net(input_shape, num_classes, activation="relu")


@misconception(
    "build_lenet5",
    "Between which numbers do units with a tanh lie, and between which with a sigmoid?",
    matches=_wrong("activation", "sigmoid", "hard_sigmoid", layers=HIDDEN),
)
def build_lenet5_with_sigmoid(input_shape=(32, 32, 1), num_classes=10):
    return _net(input_shape, num_classes, activation="sigmoid")


@misconception(
    "build_lenet5",
    "What is a chain of linear layers without anything between them?",
    matches=_wrong("activation", "linear", layers=HIDDEN),
)
def build_lenet5_with_linear_units(input_shape=(32, 32, 1), num_classes=10):
    return _net(input_shape, num_classes, dense="linear")


@misconception(
    "build_lenet5",
    "In which layer do the numbers have to add up to 1, and in which not?",
    matches=_wrong("activation", "softmax", layers=HIDDEN),
)
def build_lenet5_with_softmax_inside(input_shape=(32, 32, 1), num_classes=10):
    return _net(input_shape, num_classes, dense="softmax")


@misconception(
    "build_lenet5",
    "Do the ten outputs for an image add up to 1? Which function makes them do so?",
    matches=_wrong("activation", "linear", layers=("output",)),
)
def build_lenet5_answers_with_logits(input_shape=(32, 32, 1), num_classes=10):
    return _net(input_shape, num_classes, output="linear")


@misconception(
    "build_lenet5",
    "Do the ten outputs for an image add up to 1? Which function makes them do so?",
    matches=_ends_in_another_activation("output"),
)
def build_lenet5_ends_in_another_activation(input_shape=(32, 32, 1), num_classes=10):
    return _net(input_shape, num_classes, output="relu")


@misconception(
    "build_lenet5",
    "Which tanh does the table name: that of 1998, or the plain one?",
    matches=_wrong("activation", "scaled_tanh", layers=HIDDEN),
)
def build_lenet5_with_the_tanh_of_1998(input_shape=(32, 32, 1), num_classes=10):
    import keras

    def squash(a):
        return 1.7159 * keras.ops.tanh(2 * a / 3)

    return _net(input_shape, num_classes, activation=squash)


@misconception(
    "build_lenet5",
    "Can an image be a 3 and an 8 at once? Which function lets classes compete?",
    matches=_wrong("activation", "sigmoid", layers=("output",)),
)
def build_lenet5_ends_in_sigmoids(input_shape=(32, 32, 1), num_classes=10):
    return _net(input_shape, num_classes, output="sigmoid")


@misconception(
    "build_lenet5",
    "How many functions lie between the last weights and the probabilities?",
    matches=lambda seen: any(
        layer == "output" and what == "activation" and "," in value
        for layer, what, value in seen["wrong"]
    ),
)
def build_lenet5_squashes_the_logits(input_shape=(32, 32, 1), num_classes=10):
    return _net(input_shape, num_classes, output="tanh", last="softmax")


# -- train_lenet5 --------------------------------------------------------------------------------


@inspect_answer("train_lenet5")
def _(student):
    """Ten kinds of images that nobody could confuse, learned by heart twice."""
    layers = [
        ("Flatten", {}),
        ("Dense", {"units": 16, "activation": "tanh"}),
        ("Dense", {"units": 10, "activation": "softmax"}),
    ]
    rng = np.random.default_rng(13)
    start = [rng.normal(scale=0.1, size=(1024, 16)), np.zeros(16)]
    start += [rng.normal(scale=0.1, size=(16, 10)), np.zeros(10)]
    start = [each.astype(np.float32) for each in start]
    return look_into(
        trained=lambda: _trained(student, start, layers),
        leaning=lambda: {"leans to the last": _leaning(student, start, layers)},
    )


def _trained(student, start, layers):
    labels = np.arange(80) // 8
    x = np.zeros((80, 32, 32, 1), np.float32)
    for number, label in enumerate(labels):
        x[number, 3 * label : 3 * label + 3] = 0.9 + 0.01 * (number % 8)
    y = np.eye(10, dtype=np.float32)[labels]
    ends, epochs = [], 0
    for _ in range(2):
        model = student.make_model((32, 32, 1), layers)
        model.set_weights(start)
        returned = student.train_lenet5(model.handle, x, y, 20, 8, 5)
        ends.append(model.weights())
        try:
            epochs = len(student.history(returned)["loss"])
        except (AssertionError, KeyError):
            epochs = -1
    right = model.predict(x).argmax(axis=1) == labels
    moved = [not np.array_equal(one, other) for one, other in zip(start, ends[0], strict=True)]
    return {
        "moved": moved,
        "epochs": epochs,
        "right": float(right.mean()),
        "forgotten": [kind for kind in range(10) if not right[labels == kind].any()],
        "repeats": all(np.allclose(a, b, atol=1e-4) for a, b in zip(*ends, strict=True)),
    }


def _leaning(student, start, layers):
    """How much more probable the class that stood last is, of two that cannot be told apart.

    The images are black and the hidden units settled at plus or minus one, so that nothing is
    learned but how often either class was seen of late; on a logarithmic scale.
    """
    model = student.make_model((32, 32, 1), layers)
    settled = np.where(np.arange(16) % 2, 3.0, -3.0).astype(np.float32)
    model.set_weights([start[0], settled, *start[2:]])
    x = np.zeros((600, 32, 32, 1), np.float32)
    y = np.eye(10, dtype=np.float32)[np.repeat([2, 7], 300)]
    student.train_lenet5(model.handle, x, y, 2, 4, 5)
    answer = model.predict(x[:1])[0].astype(float) + 1e-12
    return float(np.log(answer[7] / answer[2]))


def _fit(model, x, y, epochs, batch_size, seed, *, keep_seed=True, **fit):
    """A right training with Keras' own loop."""
    import keras

    if keep_seed:
        keras.utils.set_random_seed(seed)
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    return model.fit(x, y, batch_size, epochs, verbose=0, **fit).history


@misconception(
    "train_lenet5",
    "Whose weights does the model have when your function is done: compare them before and after?",
    matches=lambda seen: not any(seen["moved"]),
)
def train_lenet5_restores_the_weights(model, x, y, epochs, batch_size, seed):
    before = model.get_weights()
    history = _fit(model, x, y, epochs, batch_size, seed)
    model.set_weights(before)
    return history


@misconception(
    "train_lenet5",
    "Which layers are trained: is anything frozen?",
    matches=lambda seen: any(seen["moved"]) and not all(seen["moved"]),
)
def train_lenet5_trains_the_last_layer_only(model, x, y, epochs, batch_size, seed):
    for layer in model.layers[:-1]:
        layer.trainable = False
    return _fit(model, x, y, epochs, batch_size, seed)


@misconception(
    "train_lenet5",
    "How many epochs were asked for, and how many are in your history?",
    matches=lambda seen: 0 < seen["epochs"] < 20,
)
def train_lenet5_trains_for_one_epoch(model, x, y, epochs, batch_size, seed):
    return _fit(model, x, y, 1, batch_size, seed)


@misconception(
    "train_lenet5",
    "Which label has the image that stands first after shuffling?",
    matches=lambda seen: seen["right"] < 0.7 and all(seen["moved"]) and seen["epochs"] in (-1, 20),
)
def train_lenet5_shuffles_images_without_labels(model, x, y, epochs, batch_size, seed):
    order = np.random.default_rng(seed).permutation(len(x))
    return _fit(model, x[order], y, epochs, batch_size, seed)


@misconception(
    "train_lenet5",
    "What is drawn by chance in training, and does your function use the seed for all of it?",
    matches=lambda seen: not seen["repeats"],
)
def train_lenet5_ignores_the_seed(model, x, y, epochs, batch_size, seed):
    return _fit(model, x, y, epochs, batch_size, seed, keep_seed=False)


@misconception(
    "train_lenet5",
    "What does History.history hold for each of its names: one number, or one for each epoch?",
    matches=lambda seen: seen["epochs"] < 0,
)
def train_lenet5_returns_the_last_numbers(model, x, y, epochs, batch_size, seed):
    history = _fit(model, x, y, epochs, batch_size, seed)
    return {name: values[-1] for name, values in history.items()}


@misconception(
    "train_lenet5",
    "The images come sorted by class: what does the network see last in each epoch?",
    matches=lambda seen: seen["leans to the last"] > 0.4,
)
def train_lenet5_does_not_shuffle(model, x, y, epochs, batch_size, seed):
    return _fit(model, x, y, epochs, batch_size, seed, shuffle=False)


@misconception(
    "train_lenet5",
    "Which images does validation_split hold back, and which classes are those of sorted images?",
    matches=lambda seen: seen["right"] > 0.7 and seen["forgotten"] == [9],
)
def train_lenet5_holds_back_the_last_class(model, x, y, epochs, batch_size, seed):
    return _fit(model, x, y, epochs, batch_size, seed, validation_split=0.1)
