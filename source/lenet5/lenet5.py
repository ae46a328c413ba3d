# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # LeNet-5
#
# In 1998 LeCun, Bottou, Bengio and Haffner described a network that read handwritten digits so
# well that banks let it read cheques. In this assignment you count its parameters, write its
# layers in plain NumPy, put them together, and then build and train its modern form in Keras:
# thirteen exercises with 47 points, and four questions, with 4 points each.
#
# **Conventions**, the same as in Keras, hold in every exercise:
#
# * Images are arrays of shape `(batch, height, width, channels)`, called NHWC.
# ### VARIANT maps = first
# * The images and maps of exercises 4, 6 and 8 have the shape `(batch, maps, height, width)`,
#   called NCHW.
# ### END VARIANT
# * Functions are pure: they return something new and change none of their arguments.
# * An empty batch gives an empty batch. NaN propagates.
# * An argument that makes no sense raises a `ValueError` whose message names that argument, such
#   as `"input_size must be at least 32, not 28"`.
#
# You may add functions of your own, in any cell in which you write, and use in one exercise what
# you wrote in another: where an earlier function is wrong, later exercises are graded with a right
# one in its place, so that one mistake is paid for once. After each exercise comes a cell of
# public checks. They are few on purpose: hidden tests carry at least four fifths of the points of
# each exercise.
#
# If Python says that a module is missing, run `%pip install "convgrade[networks]"` in a new cell and
# restart the kernel.

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
import numpy as np

# %% nbgrader={"grade": false, "grade_id": "tools", "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
from IPython.display import display

from convgrade import (
    Window,
    check,
    check_learned,
    check_raises,
    show_confusion,
    show_connections,
    show_curves,
    show_feature_maps,
    show_images,
    show_misclassified,
    show_sizes,
    train_as_graded,
)

# %% [markdown]
# The network takes an image of 32×32 pixels. C are convolutions with kernels of 5×5, without
# padding; S are subsampling layers, which halve height and width; F6 and the output are vectors.

# %%
show_sizes(
    [
        ("input", 1, 32),
        ("C1", 6, 28),
        ("S2", 6, 14),
        ("C3", 16, 10),
        ("S4", 16, 5),
        ("C5", 120, 1),
        ("F6", 84, 1),
        ("output", 10, 1),
    ]
)

# %% [markdown]
# ## 1. The parameters of a convolution (2 points)
#
# Each filter of a convolution has a weight for every cell of its kernel in every channel that it
# sees, and one bias. With `groups`, channels and filters are dealt into so many groups, and a
# filter sees the channels of its own group only.


# %% nbgrader={"grade": false, "grade_id": "conv_parameters", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def conv_parameters(kernel_size, in_channels, out_channels, bias=True, groups=1):
    """Count the trainable parameters of a convolution.

    Args:
        kernel_size: the kernel's side, an int, or (height, width); at least 1.
        in_channels: channels of the image, at least 1.
        out_channels: number of filters, at least 1.
        bias: whether each filter has a bias.
        groups: number of groups; it divides both `in_channels` and `out_channels`.

    Returns:
        The number of weights and biases, an int.

    Raises:
        ValueError: an argument is below 1, or `groups` does not divide both numbers of channels
            (the message then names `groups`).
    """
    ### BEGIN SOLUTION
    sides = kernel_size if isinstance(kernel_size, (tuple, list)) else (kernel_size, kernel_size)
    counts = {
        "kernel_size": min(sides),
        "in_channels": in_channels,
        "out_channels": out_channels,
        "groups": groups,
    }
    for name, value in counts.items():
        if value < 1:
            raise ValueError(f"{name} must be at least 1, not {value}")
    if in_channels % groups or out_channels % groups:
        raise ValueError(f"groups must divide {in_channels} and {out_channels}, {groups} does not")
    weights_per_filter = sides[0] * sides[1] * (in_channels // groups)
    return out_channels * (weights_per_filter + (1 if bias else 0))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_conv_parameters", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"} tags=["raises-exception"]
check(conv_parameters, 5, 1, 6, expected=156)
check(conv_parameters, 5, 6, 16, expected=2416)
check(conv_parameters, 3, 8, 4, bias=False, expected=288)
check_raises(conv_parameters, 3, 5, 4, groups=2, naming="groups")

# %% [markdown]
# ## 2. The table of layers (4 points)
#
# How large is each layer, how many parameters does it learn, and how many connections does it
# have? A connection is an input of a unit, its bias counted too: C1 shares 156 parameters among
# 6·28·28 units of 26 inputs each, which makes 122,304 connections.
#
# * **C1** 6 maps, **C3** 16 maps, **C5** 120 maps: convolutions with 5×5 kernels, stride 1, no
#   padding. C1 and C5 see all maps of the layer before; C3 sees some: 60 pairs of an S2 map and a
#   C3 map are connected (exercise 3 says which).
# * **S2, S4**: each unit has the four cells of a 2×2 window as inputs and a bias. A map learns two
#   numbers, one weight for the sum and one bias. Windows do not overlap; a last row or column that
#   fills no window is left out.
# * **F6** 84 units, each with 120 inputs and a bias.
# * **OUTPUT** 10 units, each with 84 inputs, without a bias. The code that it compares with was
#   set by hand: nothing is learned.
#
# On a larger image C5, F6 and OUTPUT are applied at each position: at 36 pixels C5 is 2×2 cells
# large and has four times the connections, with the same parameters.


# %% nbgrader={"grade": false, "grade_id": "lenet5_table", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def lenet5_table(input_size=32):
    """The layers of LeNet-5 as of 1998, computed for an image of any size.

    Args:
        input_size: height and width of the image, at least 32.

    Returns:
        ### VARIANT table = dicts
        A list of seven dicts, for C1, S2, C3, S4, C5, F6 and OUTPUT in this order, each with the
        keys "name" (a string) and "maps", "size", "parameters", "connections" (ints). `maps` is
        ### VARIANT table = from-output
        A list of seven dicts, for OUTPUT, F6, C5, S4, C3, S2 and C1 in this order, each with the
        keys "name" (a string) and "maps", "size", "parameters", "connections" (ints). `maps` is
        ### VARIANT table = tuples
        A list of seven tuples, for C1, S2, C3, S4, C5, F6 and OUTPUT in this order, each with a
        name (a string), and maps, size, parameters and connections (ints), in this order. `maps` is
        ### VARIANT table = columns
        A dict of five tuples, each with a value for C1, S2, C3, S4, C5, F6 and OUTPUT in this order:
        "name" (strings) and "maps", "size", "parameters", "connections" (ints). `maps` is
        ### VARIANT table = by-name
        A dict with the keys "C1", "S2", "C3", "S4", "C5", "F6" and "OUTPUT" in this order, each
        with a tuple of maps, size, parameters and connections (ints), in this order. `maps` is
        ### VARIANT table = nested
        A dict with the keys "C1", "S2", "C3", "S4", "C5", "F6" and "OUTPUT" in this order, each
        with a dict with the keys "maps", "size", "parameters", "connections" (ints). `maps` is
        ### END VARIANT
        the number of maps or units, `size` the side of a map in cells (1 for F6 and OUTPUT at
        32), `parameters` counts what is trained.

    Raises:
        ValueError: `input_size` is below 32.

    Source: LeCun et al., Gradient-based learning applied to document recognition (1998), II.B.
    """
    ### BEGIN SOLUTION
    if input_size < 32:
        raise ValueError(f"input_size must be at least 32, not {input_size}")
    ### VARIANT table = dicts | from-output | tuples | columns
    rows = []
    ### VARIANT table = by-name | nested
    rows = {}
    ### END VARIANT

    def add(name, maps, size, parameters, inputs):
        """A row; `inputs` are those of the units at one position of all maps, biases included."""
        ### VARIANT table = dicts
        rows.append(
            {
                "name": name,
                "maps": maps,
                "size": size,
                "parameters": parameters,
                "connections": size * size * inputs,
            }
        )
        ### VARIANT table = from-output
        row = {
            "name": name,
            "maps": maps,
            "size": size,
            "parameters": parameters,
            "connections": size * size * inputs,
        }
        rows.insert(0, row)
        ### VARIANT table = tuples | columns
        connections = size * size * inputs
        row = (name, maps, size, parameters, connections)
        rows.append(row)
        ### VARIANT table = by-name
        connections = size * size * inputs
        row = (maps, size, parameters, connections)
        rows[name] = row
        ### VARIANT table = nested
        row = {
            "maps": maps,
            "size": size,
            "parameters": parameters,
            "connections": size * size * inputs,
        }
        rows[name] = row
        ### END VARIANT

    c1 = input_size - 4
    s2 = c1 // 2
    c3 = s2 - 4
    s4 = c3 // 2
    c5 = s4 - 4
    pairs = 6 * 3 + 9 * 4 + 1 * 6  # of an S2 and a C3 map
    for name, maps, size, weights in (
        ("C1", 6, c1, 6 * 1 * 25),
        ("S2", 6, s2, None),
        ("C3", 16, c3, pairs * 25),
        ("S4", 16, s4, None),
        ("C5", 120, c5, 120 * 16 * 25),
        ("F6", 84, c5, 84 * 120),
    ):
        if weights is None:
            add(name, maps, size, 2 * maps, maps * (4 + 1))
        else:
            add(name, maps, size, weights + maps, weights + maps)
    add("OUTPUT", 10, c5, 0, 10 * 84)
    ### VARIANT table = dicts | from-output | tuples | by-name | nested
    return rows
    ### VARIANT table = columns
    fields = ("name", "maps", "size", "parameters", "connections")
    return dict(zip(fields, zip(*rows)))
    ### END VARIANT
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_lenet5_table", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"} tags=["raises-exception"]
### VARIANT table = dicts
def first_rows(input_size):
    return lenet5_table(input_size)[:2]


def trained_parameters(input_size):
    return sum(row["parameters"] for row in lenet5_table(input_size))


### VARIANT table = from-output | tuples | columns | by-name | nested
FIELDS = ("name", "maps", "size", "parameters", "connections")


def rows(input_size):
    """The rows of the table as dicts, from C1 on."""
    ### END VARIANT
    ### VARIANT table = from-output
    return lenet5_table(input_size)[::-1]
    ### VARIANT table = tuples
    return [dict(zip(FIELDS, row)) for row in lenet5_table(input_size)]
    ### VARIANT table = columns
    table = lenet5_table(input_size)
    return [dict(zip(FIELDS, row)) for row in zip(*(table[field] for field in FIELDS))]
    ### VARIANT table = by-name
    return [dict(zip(FIELDS, (name, *row))) for name, row in lenet5_table(input_size).items()]
    ### VARIANT table = nested
    return [{"name": name, **row} for name, row in lenet5_table(input_size).items()]
    ### END VARIANT


### VARIANT table = from-output | tuples | columns | by-name | nested
def first_rows(input_size):
    return rows(input_size)[:2]


def trained_parameters(input_size):
    return sum(row["parameters"] for row in rows(input_size))


### END VARIANT
check(
    first_rows,
    32,
    expected=[
        {"name": "C1", "maps": 6, "size": 28, "parameters": 156, "connections": 122304},
        {"name": "S2", "maps": 6, "size": 14, "parameters": 12, "connections": 5880},
    ],
)
check(trained_parameters, 32, expected=60000)
check_raises(lenet5_table, 28, naming="input_size")

# %% [markdown]
# ## 3. Which maps C3 sees (3 points)
#
# A map of C3 is not connected with all six maps of S2. This keeps the number of connections down
# and forces the maps of C3 to become different, because they see different things. In words,
# counting the maps of S2 cyclically, so that map 0 is the neighbour of map 5:
#
# * C3 maps 0 to 5 see three neighbours: map `k` sees `k`, `k + 1` and `k + 2`.
# * C3 maps 6 to 11 see four neighbours: map `6 + k` sees `k` to `k + 3`.
# * C3 maps 12 to 14 see four that are two pairs: (0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5).
# * C3 map 15 sees all six.
#
# As a picture your answer will look like this one, of a smaller table with another rule: the maps
# that are seen are marked in each column.

# %%
show_connections(
    [[True, False, True], [True, True, True], [False, True, True]], inputs="S", outputs="C"
)


# %% nbgrader={"grade": false, "grade_id": "c3_connection_table", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def c3_connection_table():
    """Which S2 maps each C3 map of LeNet-5 is connected with.

    Returns:
        ### VARIANT connections = rows
        A new bool array of shape (6, 16): a row for each S2 map, a column for each C3 map.
        ### VARIANT connections = columns
        A new bool array of shape (16, 6): a row for each C3 map, a column for each S2 map.
        ### END VARIANT

    Source: LeCun et al. (1998), table I.
    """
    ### BEGIN SOLUTION
    table = np.zeros((6, 16), dtype=bool)
    for first in range(6):
        table[[(first + step) % 6 for step in range(3)], first] = True
        table[[(first + step) % 6 for step in range(4)], 6 + first] = True
    for column, maps in ((12, (0, 1, 3, 4)), (13, (1, 2, 4, 5)), (14, (0, 2, 3, 5))):
        table[list(maps), column] = True
    table[:, 15] = True
    ### VARIANT connections = rows
    return table
    ### VARIANT connections = columns
    return table.T
    ### END VARIANT
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_c3_connection_table", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"} tags=["raises-exception"]
def maps_seen_by(column):
    ### VARIANT connections = rows
    return [row for row in range(6) if c3_connection_table()[row][column]]
    ### VARIANT connections = columns
    return [row for row in range(6) if c3_connection_table()[column][row]]
    ### END VARIANT


check(maps_seen_by, 0, expected=[0, 1, 2])
check(maps_seen_by, 4, expected=[0, 4, 5])
check(maps_seen_by, 12, expected=[0, 1, 3, 4])

# %% [markdown]
# ## 4. A convolution with a table (4 points)
#
# A convolution in which an output map sees only the input maps that a table connects it with. The
# kernel has a weight for every pair of maps, and those of pairs that are not connected count for
# nothing, whatever they are. With a table that is true everywhere it is an ordinary convolution
# (strictly a *cross-correlation*: the kernel is not flipped).


# %% nbgrader={"grade": false, "grade_id": "sparse_conv2d", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def sparse_conv2d(x, kernel, bias, table):
    """Convolve images with kernels, each output map with the input maps that `table` connects.

    Args:
        x: images, shape (batch, height, width, in maps), floating or whole numbers.
        kernel: shape (kernel height, kernel width, in maps, out maps).
        bias: shape (out maps,), added once to each output.
        table: bool, shape (in maps, out maps): true where the two are connected.

    Returns:
        A new array, shape (batch, height - kernel height + 1, width - kernel width + 1, out maps):
        no padding, stride 1. The result is floating where an argument is, and of the same
        precision where all are.

    Raises:
        ValueError: `x` or `kernel` is not of rank 4, `kernel` is for another number of maps than
            `x` has or larger than the images, `bias` or `table` does not fit `kernel`; the message
            names the argument.
    """
    ### BEGIN SOLUTION
    x, kernel, bias, table = (np.asarray(value) for value in (x, kernel, bias, table))
    for name, array in (("x", x), ("kernel", kernel)):
        if array.ndim != 4:
            raise ValueError(f"{name} must have 4 axes, but its shape is {array.shape}")
    ### VARIANT kernels = oihw
    kernel = kernel.transpose(2, 3, 1, 0)
    ### VARIANT kernels = iohw
    kernel = kernel.transpose(2, 3, 0, 1)
    ### VARIANT kernels = ohwi
    kernel = kernel.transpose(1, 2, 3, 0)
    ### VARIANT kernels = ihwo
    kernel = kernel.transpose(1, 2, 0, 3)
    ### VARIANT kernels = hwoi
    kernel = kernel.transpose(0, 1, 3, 2)
    ### END VARIANT
    ### VARIANT maps = last
    if kernel.shape[2] != x.shape[3]:
        raise ValueError(f"kernel is for {kernel.shape[2]} maps, but x has {x.shape[3]}")
    ### VARIANT maps = first
    if kernel.shape[2] != x.shape[1]:
        raise ValueError(f"kernel is for {kernel.shape[2]} maps, but x has {x.shape[1]}")
    ### END VARIANT
    if bias.shape != kernel.shape[3:]:
        raise ValueError(f"bias must have the shape {kernel.shape[3:]}, not {bias.shape}")
    if table.shape != kernel.shape[2:]:
        raise ValueError(f"table must have the shape {kernel.shape[2:]}, not {table.shape}")
    window = kernel.shape[:2]
    ### VARIANT maps = last
    if window[0] > x.shape[1] or window[1] > x.shape[2]:
        raise ValueError(f"kernel of {window} is larger than the images of {x.shape[1:3]}")
    ### VARIANT maps = first
    if window[0] > x.shape[2] or window[1] > x.shape[3]:
        raise ValueError(f"kernel of {window} is larger than the images of {x.shape[2:]}")
    ### END VARIANT

    connected = np.where(table.astype(bool), kernel, np.zeros((), kernel.dtype))
    ### VARIANT maps = last
    patches = np.lib.stride_tricks.sliding_window_view(x, window, axis=(1, 2))
    # (batch, rows, columns, [maps, height, width]) by ([height, width, maps], out maps)
    return np.tensordot(patches, connected, ((3, 4, 5), (2, 0, 1))) + bias
    ### VARIANT maps = first
    patches = np.lib.stride_tricks.sliding_window_view(x, window, axis=(2, 3))
    # (batch, [maps], rows, columns, [height, width]) by ([height, width, maps], out maps)
    return np.moveaxis(np.tensordot(patches, connected, ((1, 4, 5), (2, 0, 1))) + bias, 3, 1)
    ### END VARIANT
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_sparse_conv2d", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"} tags=["raises-exception"]
image = np.array([[1, 2, 3], [4, 5, 6], [7, 8, 9]], float)
two_maps = np.stack([image, 10 * image], axis=-1)[np.newaxis]
kernel = np.ones((2, 2, 2, 2))
bias = np.array([0.5, 0.0])
table = np.array([[True, False], [True, True]])
first_output = np.array([[132, 176], [264, 308]]) + 0.5
second_output = np.array([[120, 160], [240, 280]])
check(
    sparse_conv2d,
    two_maps,
    kernel,
    bias,
    table,
    expected=np.stack([first_output, second_output], axis=-1)[np.newaxis],
    window=Window(size=2, channels=table),
)
check_raises(sparse_conv2d, two_maps, kernel, bias, table[:, :1], naming="table")

# %% [markdown]
# ## 5. The squashing function (1 point)
#
# Units of LeNet-5 squash their sum `a` with `1.7159 tanh(2a/3)`. The two numbers are chosen so
# that 1 becomes 1 and −1 becomes −1, where the curve bends most: the targets ±1 are reached without
# driving a unit into saturation, where it would learn slowly.


# %% nbgrader={"grade": false, "grade_id": "scaled_tanh", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def scaled_tanh(a):
    """The squashing function of LeNet-5, element by element.

    Args:
        a: an array of any shape, or a number.

    Returns:
        1.7159 * tanh(2 * a / 3), of the same shape; floating, and of the dtype of `a` where that
        is floating.

    Source: LeCun et al. (1998), appendix A.
    """
    ### BEGIN SOLUTION
    return 1.7159 * np.tanh(np.asarray(a) * (2 / 3))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_scaled_tanh", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"} tags=["raises-exception"]
check(scaled_tanh, np.array([0.0, 1.5, -3.0]), expected=np.array([0.0, 1.30681941, -1.65417492]))

# %% [markdown]
# ## 6. Trainable subsampling (3 points)
#
# S2 and S4 are not what is called average pooling today. They *add* the four cells of each 2×2
# window, multiply the sum by one weight per map, add one bias per map, and squash the result.


# %% nbgrader={"grade": false, "grade_id": "trainable_subsampling", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def trainable_subsampling(x, weight, bias):
    """The subsampling layer of LeNet-5.

    Args:
        x: images, shape (batch, height, width, maps), with at least 2 rows and 2 columns; floating
            or whole numbers, uint8 included, whose sums may be larger than their dtype can hold.
        weight: one number per map, shape (maps,).
        bias: one number per map, shape (maps,).

    Returns:
        A new floating array, shape (batch, height // 2, width // 2, maps): `scaled_tanh` of the
        weight times the sum of each window of 2 by 2 plus the bias. Windows do not overlap; a last
        row or column that fills none is left out.

    Raises:
        ValueError: `x` is not of rank 4, or `weight` or `bias` has not one number per map; the
            message names the argument.
    """
    ### BEGIN SOLUTION
    x, weight, bias = (np.asarray(value) for value in (x, weight, bias))
    if x.ndim != 4:
        raise ValueError(f"x must have 4 axes, but its shape is {x.shape}")
    ### VARIANT maps = last
    for name, array in (("weight", weight), ("bias", bias)):
        if array.shape != x.shape[3:]:
            raise ValueError(f"{name} must have the shape {x.shape[3:]}, not {array.shape}")
    rows, columns = x.shape[1] // 2, x.shape[2] // 2
    whole = x[:, : 2 * rows, : 2 * columns]
    windows = whole.reshape(len(x), rows, 2, columns, 2, x.shape[3])
    return scaled_tanh(weight * windows.sum(axis=(2, 4)) + bias)
    ### VARIANT maps = first
    for name, array in (("weight", weight), ("bias", bias)):
        if array.shape != x.shape[1:2]:
            raise ValueError(f"{name} must have the shape {x.shape[1:2]}, not {array.shape}")
    rows, columns = x.shape[2] // 2, x.shape[3] // 2
    whole = np.moveaxis(x, 1, 3)[:, : 2 * rows, : 2 * columns]
    windows = whole.reshape(len(x), rows, 2, columns, 2, len(weight))
    return np.moveaxis(scaled_tanh(weight * windows.sum((2, 4)) + bias), 3, 1)
    ### END VARIANT
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_trainable_subsampling", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"} tags=["raises-exception"]
### VARIANT maps = last
window = np.array([[0.1, 0.2], [0.3, 0.4]]).reshape(1, 2, 2, 1)
### VARIANT maps = first
window = np.array([[0.1, 0.2], [0.3, 0.4]]).reshape(1, 1, 2, 2)
### END VARIANT
check(
    trainable_subsampling,
    window,
    np.array([1.0]),
    np.array([0.5]),
    expected=np.array([1.30681941]).reshape(1, 1, 1, 1),
    ### VARIANT maps = last
    window=Window(size=2, step=2),
    ### END VARIANT
)
check_raises(trainable_subsampling, window, np.ones(2), np.zeros(1), naming="weight")

# %% [markdown]
# ## 7. The output: distances to codes (3 points)
#
# The output layer of 1998 knows no softmax. Each class has a code, a vector of +1 and −1: the
# pixels of a stylised picture of its digit, 7 by 12. An output is the squared distance between
# F6 and the code of its class, `y_i = Σ_j (x_j − w_ij)²` (a radial basis function), so that the
# *smallest* output wins.


# %% nbgrader={"grade": false, "grade_id": "rbf_output", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def rbf_output(x, codes):
    """Squared Euclidean distance of each example to the code of each class.

    Args:
        x: shape (N, features), floating or whole numbers.
        ### VARIANT codes = rows
        codes: shape (classes, features), as are these; not always +1 and -1.
        ### VARIANT codes = columns
        codes: shape (features, classes), as are these; not always +1 and -1.
        ### END VARIANT

    Returns:
        A new array, shape (N, classes).

    Raises:
        ValueError: `x` or `codes` is not of rank 2, or they have not as many features; the message
            names one of them.
    """
    ### BEGIN SOLUTION
    ### VARIANT codes = rows
    x, codes = np.asarray(x), np.asarray(codes)
    ### VARIANT codes = columns
    x, codes = np.asarray(x), np.asarray(codes).T
    ### END VARIANT
    if x.ndim != 2:
        raise ValueError(f"x must have 2 axes, but its shape is {x.shape}")
    if codes.ndim != 2 or codes.shape[1] != x.shape[1]:
        ### VARIANT codes = rows
        raise ValueError(f"codes must have {x.shape[1]} columns, but its shape is {codes.shape}")
        ### VARIANT codes = columns
        raise ValueError(f"codes must have {x.shape[1]} rows, but its shape is {codes.T.shape}")
        ### END VARIANT
    differences = x[:, np.newaxis, :] - codes[np.newaxis, :, :]
    return (differences**2).sum(axis=2)
    ### END SOLUTION


def rbf_predict(x, codes):
    """The class of each example: the one whose code is nearest.

    Args:
        x: shape (N, features).
        ### VARIANT codes = rows
        codes: shape (classes, features).
        ### VARIANT codes = columns
        codes: shape (features, classes).
        ### END VARIANT

    Returns:
        Class numbers, ints, shape (N,).
    """
    ### BEGIN SOLUTION
    return rbf_output(x, codes).argmin(axis=1)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_rbf_output", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"} tags=["raises-exception"]
codes = np.array([[1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0]])
### VARIANT codes = columns
codes = codes.T  # a column for each of three classes
### END VARIANT
examples = np.array([[0.5, 1.0], [-1.0, -2.0]])
check(rbf_output, examples, codes, expected=np.array([[0.25, 2.25, 6.25], [13.0, 9.0, 1.0]]))
check(rbf_predict, examples, codes, expected=np.array([0, 2]))

# %% [markdown]
# ## 8. LeNet-5 of 1998, forwards (5 points)
#
# Now put the layers together. Mind what is squashed where: `scaled_tanh` comes after C1, C3, C5
# and F6, while `trainable_subsampling` squashes by itself. C1 and C5 are convolutions in which
# everything is connected; C3 goes by the table of exercise 3. What comes out are the distances of
# exercise 7, unsquashed.


# %% nbgrader={"grade": false, "grade_id": "lenet5_1998_forward", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def lenet5_1998_forward(x, weights):
    """The outputs of LeNet-5 as of 1998 for a batch of images.

    Args:
        ### VARIANT maps = last
        x: images, shape (N, 32, 32, 1).
        ### VARIANT maps = first
        x: images, shape (N, 1, 32, 32).
        ### END VARIANT
        weights: a dict of arrays: `c1_kernel` (5, 5, 1, 6), `c1_bias` (6,), `s2_weight` (6,),
            `s2_bias` (6,), `c3_kernel` (5, 5, 6, 16), `c3_bias` (16,), `s4_weight` (16,),
            `s4_bias` (16,), `c5_kernel` (5, 5, 16, 120), `c5_bias` (120,), `f6_kernel` (120, 84),
            `f6_bias` (84,), `codes` (classes, 84).

    Returns:
        A new array of shape (N, classes): for each class the squared distance between F6 and its
        code.
    """
    ### BEGIN SOLUTION
    ### VARIANT weights = dict
    c1 = scaled_tanh(_full_conv2d(x, weights["c1_kernel"], weights["c1_bias"]))
    s2 = trainable_subsampling(c1, weights["s2_weight"], weights["s2_bias"])
    ### VARIANT weights = list
    c1_kernel, c1_bias, s2_weight, s2_bias, c3_kernel, c3_bias, *others = weights
    s4_weight, s4_bias, c5_kernel, c5_bias, f6_kernel, f6_bias, codes = others
    c1 = scaled_tanh(_full_conv2d(x, c1_kernel, c1_bias))
    s2 = trainable_subsampling(c1, s2_weight, s2_bias)
    ### END VARIANT
    ### VARIANT connections = rows
    table = c3_connection_table()
    ### VARIANT connections = columns
    table = c3_connection_table().T
    ### END VARIANT
    ### VARIANT weights = dict
    c3 = scaled_tanh(sparse_conv2d(s2, weights["c3_kernel"], weights["c3_bias"], table))
    s4 = trainable_subsampling(c3, weights["s4_weight"], weights["s4_bias"])
    c5 = scaled_tanh(_full_conv2d(s4, weights["c5_kernel"], weights["c5_bias"]))
    f6 = scaled_tanh(c5.reshape(len(x), -1) @ weights["f6_kernel"] + weights["f6_bias"])
    return rbf_output(f6, weights["codes"])
    ### VARIANT weights = list
    c3 = scaled_tanh(sparse_conv2d(s2, c3_kernel, c3_bias, table))
    s4 = trainable_subsampling(c3, s4_weight, s4_bias)
    c5 = scaled_tanh(_full_conv2d(s4, c5_kernel, c5_bias))
    f6 = scaled_tanh(c5.reshape(len(x), -1) @ f6_kernel + f6_bias)
    return rbf_output(f6, codes)
    ### END VARIANT


def _full_conv2d(x, kernel, bias):
    """A convolution in which each output map sees all input maps."""
    ### VARIANT kernels = hwio
    return sparse_conv2d(x, kernel, bias, np.ones(kernel.shape[2:], dtype=bool))
    ### VARIANT kernels = oihw
    counts = (kernel.shape[1], kernel.shape[0])
    return sparse_conv2d(x, kernel, bias, np.ones(counts, dtype=bool))
    ### VARIANT kernels = iohw
    counts = (kernel.shape[0], kernel.shape[1])
    return sparse_conv2d(x, kernel, bias, np.ones(counts, dtype=bool))
    ### VARIANT kernels = ohwi
    counts = (kernel.shape[3], kernel.shape[0])
    return sparse_conv2d(x, kernel, bias, np.ones(counts, dtype=bool))
    ### VARIANT kernels = ihwo
    counts = (kernel.shape[0], kernel.shape[3])
    return sparse_conv2d(x, kernel, bias, np.ones(counts, dtype=bool))
    ### VARIANT kernels = hwoi
    counts = (kernel.shape[3], kernel.shape[2])
    return sparse_conv2d(x, kernel, bias, np.ones(counts, dtype=bool))
    ### END VARIANT
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_lenet5_1998_forward", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"} tags=["raises-exception"]
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
### VARIANT weights = dict
small_weights = {name: np.full(shape, 0.01) for name, shape in shapes.items()}
### VARIANT weights = list
small_weights = [np.full(shape, 0.01) for shape in shapes.values()]
### END VARIANT
check(
    lenet5_1998_forward,
    ### VARIANT maps = last
    np.ones((2, 32, 32, 1)),
    ### VARIANT maps = first
    np.ones((2, 1, 32, 32)),
    ### END VARIANT
    small_weights,
    expected=np.full((2, 10), 0.83581477),
)

# %% [markdown]
# ## 9. Digits as the network wants them (4 points)
#
# The rest of this assignment builds the network in Keras, in the form in which it is taught today.
# Before that the data: digits of 28×28 pixels become images of 32×32 with a border of zeros, grey
# values from 0 to 255 become numbers from 0 to 1, and labels become vectors with a single 1
# ("one-hot"). Each of these steps is done *once*. Accuracy will not tell you if one is done wrong:
# a network that is fed numbers up to 255 can still train, and so can one whose data were divided
# twice.


# %% nbgrader={"grade": false, "grade_id": "prepare_digits", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def prepare_digits(images, labels, num_classes=10):
    """Make images and labels ready for LeNet-5.

    Args:
        images: grey values from 0 to 255, uint8, shape (N, 28, 28).
        labels: class numbers, ints from 0 to num_classes - 1, shape (N,).
        num_classes: how many classes there are; not all of them need occur.

    Returns:
        (x, y): `x` float32 of shape (N, 32, 32, 1), the images in the middle of a border of zeros
        2 pixels wide, divided by 255; `y` of shape (N, num_classes), a floating or integer array
        with a 1 at the class of each image and 0 elsewhere.

    Raises:
        ValueError: `images` is not of shape (N, 28, 28), `labels` has not one class for each image
            or one that is not from 0 to num_classes - 1; the message names the argument.
    """
    ### BEGIN SOLUTION
    images, labels = np.asarray(images), np.asarray(labels)
    if images.ndim != 3 or images.shape[1:] != (28, 28):
        raise ValueError(f"images must have the shape (N, 28, 28), not {images.shape}")
    if labels.shape != images.shape[:1]:
        raise ValueError(f"labels must have the shape {images.shape[:1]}, not {labels.shape}")
    if len(labels) and not 0 <= labels.min() <= labels.max() < num_classes:
        raise ValueError(f"labels must lie between 0 and {num_classes - 1}")
    x = np.zeros((len(images), 32, 32, 1), np.float32)
    x[:, 2:30, 2:30, 0] = images.astype(np.float32) / 255
    y = np.zeros((len(labels), num_classes), np.float32)
    y[np.arange(len(labels)), labels] = 1
    return x, y
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_prepare_digits", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"} tags=["raises-exception"]
def small_digits():
    """Digits to train with and others to try it on: images, uint8, (N, 28, 28), and labels."""
    from convgrade import datasets

    digits = datasets.load("digits")
    images, labels = digits.x_train, digits.y_train
    return (images[:1000], labels[:1000]), (images[1000:], labels[1000:])


(digit_images, digit_labels), (unseen_images, unseen_labels) = small_digits()


def prepared_labels(labels):
    images = np.zeros((len(labels), 28, 28), np.uint8)
    return prepare_digits(images, np.array(labels))[1].astype(int).tolist()


def prepared_pixels(row, column):
    images = np.full((1, 28, 28), 51, np.uint8)
    return float(prepare_digits(images, np.array([3]))[0][0, row, column, 0])


check(prepared_pixels, 1, 5, expected=0.0)
check(prepared_pixels, 2, 29, expected=0.2)
check(prepared_labels, [2, 0], expected=[[0, 0, 1, 0, 0, 0, 0, 0, 0, 0], [1] + 9 * [0]])

# %% [markdown]
# The digits below are real ones, 8×8 pixels large, from scikit-learn, enlarged to 28×28. They take
# up little room, so that you can train on them in a few seconds. (The checks above load them: run
# them first. Code of your own that trains may stand in cells of its own, as you like.)

# %%
if "digit_images" in globals():
    display(show_images(digit_images[:16], digit_labels[:16]))

# %% [markdown]
# ## 10. LeNet-5 in Keras (6 points)
#
# The form that is taught today differs from that of 1998. C3 is connected with all maps,
# subsampling is plain average pooling without weights, the squashing function is a plain tanh, and
# the outputs are probabilities:
#
# | layer | what | activation |
# |---|---|---|
# | C1 | convolution, 6 filters of 5×5, no padding | tanh |
# | S2 | average pooling, 2×2 | |
# | C3 | convolution, 16 filters of 5×5, no padding | tanh |
# | S4 | average pooling, 2×2 | |
# | C5 | 120 units, each of which sees all of S4 | tanh |
# | F6 | 84 units | tanh |
# | output | a unit for each class | softmax |
#
# How you build it is up to you: `Sequential`, the functional interface or a class of your own;
# C5 as a dense layer after `Flatten`, or as a convolution whose kernel covers S4. The number of
# parameters is a check, but a weak one: there are many wrong networks with 61,706 of them.


# %% nbgrader={"grade": false, "grade_id": "build_lenet5", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def build_lenet5(input_shape=(32, 32, 1), num_classes=10):
    """LeNet-5 in its modern form, not compiled, with fresh weights: each model has its own.

    Args:
        input_shape: (height, width, channels) of the images.
        num_classes: units of the output.

    Returns:
        A `keras.Model` that maps images, shape (N, height, width, channels), to probabilities,
        shape (N, num_classes).
    """
    import keras  # here, so that the exercises before need not wait for TensorFlow

    ### BEGIN SOLUTION
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.Conv2D(6, 5, activation="tanh", name="C1"),
            layers.AveragePooling2D(2, name="S2"),
            layers.Conv2D(16, 5, activation="tanh", name="C3"),
            layers.AveragePooling2D(2, name="S4"),
            layers.Flatten(),
            layers.Dense(120, activation="tanh", name="C5"),
            layers.Dense(84, activation="tanh", name="F6"),
            layers.Dense(num_classes, activation="softmax", name="OUTPUT"),
        ],
        name="lenet5",
    )
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_build_lenet5", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"} tags=["raises-exception"]
def parameters_of_lenet5(*arguments):
    model = build_lenet5(*arguments)
    model(np.zeros((1, *(arguments[0] if arguments else (32, 32, 1))), np.float32))
    return model.count_params()


def shape_of_answer(*arguments):
    images = np.zeros((2, *(arguments[0] if arguments else (32, 32, 1))), np.float32)
    return build_lenet5(*arguments).predict(images, verbose=0).shape


check(parameters_of_lenet5, expected=61706)
check(parameters_of_lenet5, (32, 32, 3), expected=62006)
check(shape_of_answer, expected=(2, 10))
check(shape_of_answer, (32, 32, 3), 4, expected=(2, 4))

# %% [markdown]
# ## 11. Training (6 points)
#
# Which optimiser with which learning rate is up to you. Your function is graded by what the model
# has learned: the weights that it leaves are tried on images that it has never seen.
#
# | dataset | training images | epochs | batch size | asked for |
# |---|---|---|---|---|
# | digits | 1000 | 12 | 10 | at least 85.5% of unseen images right |
# | mnist, if your instructor says so | all | 2 | 128 | at least 95.0% of unseen images right |
#
# The network is that of exercise 10, with fresh weights. Images are made ready as in exercise 9, and
# each is moved by up to 2 pixels (of mnist by 1) up or down and left or right, those that train and
# those that are tried. The training images come sorted by class. No two trainings end alike: one
# that ends near the bar is done again with other seeds, three times in all, and the median counts.
#
# The check below trains under just these conditions, on the digits of this notebook, up to three
# times, and shows what came and what is asked for. That takes less than a minute of computing; a
# loop of your own does too, with `@tf.function` before the step. Not every choice learns fast enough
# in so few steps. What is known to be too slow on digits, or to end near the bar: Adam with a rate of
# 0.0001, SGD without momentum with 0.01, and Adagrad and Adadelta as Keras has them.
#
# All layers are to be trained, and with images of all classes: if you keep some to validate with,
# keep some of each.


# %% nbgrader={"grade": false, "grade_id": "train_lenet5", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def train_lenet5(model, x, y, epochs, batch_size, seed):
    """Train a model on images in random order.

    Args:
        model: a model as `build_lenet5` makes it: not compiled, its last layer a softmax. It is
            trained in place.
        x: images, float32, shape (N, height, width, channels), values from 0 to 1. They may be
            sorted by class.
        y: one-hot labels, shape (N, classes).
        epochs: how often each image is seen, at the most.
        batch_size: how many images make one step.
        seed: an int, for whatever is random: the same seed and the same weights at the start lead
            to the same weights at the end.

    Returns:
        A dict of lists with a number for each epoch that was trained, as `History.history` of
        Keras, "loss" among them; or the `History` itself. There may be fewer than `epochs` where
        you stop early.
    """
    import keras

    ### BEGIN SOLUTION
    keras.utils.set_random_seed(seed)
    model.compile(
        optimizer=keras.optimizers.Adam(2e-3),
        loss="categorical_crossentropy",
        metrics=["accuracy"],
    )
    history = model.fit(x, y, batch_size=batch_size, epochs=epochs, shuffle=True, verbose=0)
    return history.history
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_train_lenet5", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"} tags=["raises-exception"]
def epochs_told(epochs):
    x, y = prepare_digits(digit_images[:64], digit_labels[:64])
    history = train_lenet5(build_lenet5(), x, y, epochs, 16, seed=1)
    return len(getattr(history, "history", history)["loss"])


check(epochs_told, 2, expected=2)


def moved(x, rng, most=2):
    """Each image moved by up to `most` pixels up or down and left or right; zeros move in."""
    height, width = x.shape[1:3]
    wide = np.pad(x, ((0, 0), (most, most), (most, most), (0, 0)))
    steps = rng.integers(0, 2 * most + 1, (len(x), 2))
    places = zip(wide, steps, strict=True)
    return np.stack([image[i : i + height, j : j + width] for image, (i, j) in places])


def new_lenet5(number):
    """One of many, each with weights of its own to start from."""
    import keras

    keras.utils.set_random_seed(number)
    return build_lenet5()


rng = np.random.default_rng(1998)
by_class = np.argsort(digit_labels, kind="stable")
x_digits, y_digits = prepare_digits(digit_images[by_class], digit_labels[by_class])
x_digits = moved(x_digits, rng)
x_unseen, _ = prepare_digits(unseen_images, unseen_labels)
runs = train_as_graded(
    train_lenet5,
    new_lenet5,
    x_digits,
    y_digits,
    np.concatenate([moved(x_unseen, rng) for _ in range(7)]),
    np.tile(unseen_labels, 7),
    epochs=12,
    batch_size=10,
)
trained, history = runs.model, runs.history
check_learned(runs, asked=0.855)

# %% [markdown]
# These are the curves of the first of these trainings, and what the six maps of C1 make of a digit
# after it.

# %%
if "trained" in globals():
    display(show_curves(history))
    kernel, bias = trained.get_weights()[:2]
    everything = np.ones(kernel.shape[2:], bool)
    ### VARIANT kernels = oihw
    kernel = np.transpose(kernel, (3, 2, 0, 1))
    ### VARIANT kernels = iohw
    kernel = np.transpose(kernel, (2, 3, 0, 1))
    ### VARIANT kernels = ohwi
    kernel = np.transpose(kernel, (3, 0, 1, 2))
    ### VARIANT kernels = ihwo
    kernel = np.transpose(kernel, (2, 0, 1, 3))
    ### VARIANT kernels = hwoi
    kernel = np.transpose(kernel, (0, 1, 3, 2))
    ### END VARIANT
    ### VARIANT maps = last
    display(show_feature_maps(sparse_conv2d(x_digits[:1], kernel, bias, everything)))
    ### VARIANT maps = first
    maps = sparse_conv2d(np.moveaxis(x_digits[:1], 3, 1), kernel, bias, everything)
    display(show_feature_maps(np.moveaxis(maps, 1, 3)))
    ### END VARIANT

# %% [markdown]
# ## 12. What was taken for what? (2 points)
#
# One number says how many predictions are right; a confusion matrix says which classes are taken
# for which. Its row is the true class, its column the predicted one.


# %% nbgrader={"grade": false, "grade_id": "confusion_matrix", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def confusion_matrix(labels, predictions, num_classes):
    """Count for each true class what it was predicted as.

    Args:
        labels: true class numbers, an array of ints of any dtype, shape (N,).
        predictions: predicted class numbers, the same.
        num_classes: how many classes there are; not all of them need occur.

    Returns:
        ### VARIANT confusion = true-rows
        A new array of ints, shape (num_classes, num_classes): row the true class, column the
        predicted one.
        ### VARIANT confusion = predicted-rows
        A new array of ints, shape (num_classes, num_classes): row the predicted class, column the
        true one.
        ### END VARIANT

    Raises:
        ValueError: there are not as many predictions as labels; the message names `predictions`
            or `labels`.
    """
    ### BEGIN SOLUTION
    labels, predictions = _paired(labels, predictions)
    matrix = np.zeros((num_classes, num_classes), dtype=int)
    ### VARIANT confusion = true-rows
    np.add.at(matrix, (labels, predictions), 1)
    ### VARIANT confusion = predicted-rows
    np.add.at(matrix, (predictions, labels), 1)
    ### END VARIANT
    return matrix
    ### END SOLUTION


def accuracy(labels, predictions):
    """The share of predictions that are right.

    Args:
        labels: true class numbers, shape (N,), N at least 1.
        predictions: predicted class numbers, shape (N,).

    Returns:
        ### VARIANT confusion = true-rows
        A float from 0 to 1.
        ### VARIANT confusion = predicted-rows
        A float from 0 to 100.
        ### END VARIANT

    Raises:
        ValueError: there are not as many predictions as labels; the message names `predictions`
            or `labels`.
    """
    ### BEGIN SOLUTION
    labels, predictions = _paired(labels, predictions)
    ### VARIANT confusion = true-rows
    return float((labels == predictions).mean())
    ### VARIANT confusion = predicted-rows
    return 100 * float((labels == predictions).mean())
    ### END VARIANT


def _paired(labels, predictions):
    """Both as arrays of ints with one axis and the same length."""
    labels, predictions = np.asarray(labels, dtype=int), np.asarray(predictions, dtype=int)
    if labels.ndim != 1 or labels.shape != predictions.shape:
        raise ValueError(f"labels {labels.shape} and predictions {predictions.shape} do not match")
    return labels, predictions
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_confusion_matrix", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"} tags=["raises-exception"]
labels = np.array([0, 0, 1, 2])
predictions = np.array([0, 1, 1, 0])
check(
    confusion_matrix,
    labels,
    predictions,
    3,
    expected=np.array([[1, 1, 0], [0, 1, 0], [1, 0, 0]]),
)
### VARIANT confusion = true-rows
check(accuracy, labels, predictions, expected=0.5)
### VARIANT confusion = predicted-rows
check(accuracy, labels, predictions, expected=50.0)
### END VARIANT

# %%
if "trained" in globals():
    x_unseen, _ = prepare_digits(unseen_images, unseen_labels)
    guessed = trained.predict(x_unseen, verbose=0).argmax(axis=1)
    ### VARIANT confusion = true-rows
    print(f"{accuracy(unseen_labels, guessed):.1%} of {len(guessed)} unseen digits are right")
    display(show_confusion(confusion_matrix(unseen_labels, guessed, 10)))
    ### VARIANT confusion = predicted-rows
    print(f"{accuracy(unseen_labels, guessed):.1f}% of {len(guessed)} unseen digits are right")
    display(show_confusion(confusion_matrix(unseen_labels, guessed, 10).T))
    ### END VARIANT
    display(show_misclassified(unseen_images, unseen_labels, guessed))

# %% [markdown]
# ## 13. A notebook to mend (4 points)
#
# The next cell holds a program as one finds them on the web, made worse by copying. It is to turn
# digits into what LeNet-5 wants and to build a network that fits them, and it fails. Some names
# are used that were never given a value; grey images meet a network for colour pictures; pixels
# are scaled more than once; labels are encoded more than once. Find and mend what is wrong, by
# changing lines or by writing it anew with what you wrote above. Each mistake has its own share of
# the points.


# %% nbgrader={"grade": false, "grade_id": "repair_pipeline", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def repair_pipeline(train, test):
    """Data and a network for a first training run.

    Args:
        train: a pair of images, uint8 of shape (N, 28, 28), and labels, ints from 0 to 9 of shape
            (N,).
        test: the same, of other images.

    Returns:
        (x_train, y_train), (x_test, y_test), model: the arrays as `prepare_digits` gives them for
        ten classes, and a LeNet-5 as `build_lenet5` makes it, not compiled, that fits them.
    """
    ### BEGIN SOLUTION
    return prepare_digits(*train), prepare_digits(*test), build_lenet5()
    ### END SOLUTION
    ### BEGIN STUB
    # import keras
    #
    # images, labels = train
    # test_images, test_labels = test
    #
    # # a border of two pixels, a channel axis, numbers from 0 to 1
    # def as_input(pictures):
    #     bordered = np.pad(pictures, [(0, 0), (2, 2), (2, 2)])
    #     return bordered[..., None].astype("float32") / 255.0
    #
    # train_x = as_input(images)
    # test_x = as_input(testing_images)
    #
    # # the usual normalisation
    # train_x, test_x = train_x / 255.0, test_x / 255.0
    #
    # # ten classes
    # train_y = keras.utils.to_categorical(labels, 10)
    # test_y = keras.utils.to_categorical(test_labels, 10)
    # if train_y.ndim != 3:  # the loss is categorical
    #     train_y = keras.utils.to_categorical(train_y, 10)
    #     test_y = keras.utils.to_categorical(test_y, 10)
    #
    # # a network for pictures of 32 by 32
    # net = build_lenet5((32, 32, 3), classes)
    # return (train_x, train_y), (test_x, test_y), net
    ### END STUB


# %% nbgrader={"grade": true, "grade_id": "test_repair_pipeline", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"} tags=["raises-exception"]
def shapes_of_parts():
    train, test = (digit_images[:6], digit_labels[:6]), (unseen_images[:4], unseen_labels[:4])
    (x_train, y_train), (x_test, y_test), net = repair_pipeline(train, test)
    answer = net.predict(x_train, verbose=0)
    return [part.shape for part in (x_train, y_train, x_test, y_test, answer)]


check(
    shapes_of_parts,
    expected=[(6, 32, 32, 1), (6, 10), (4, 32, 32, 1), (4, 10), (6, 10)],
)

# %% [markdown]
# ## Questions
#
# Answer in your own words, each in about 100 to 200 words. A worked number or a small example says
# more than a general statement. Each answer is worth 4 points and is read by a person.

# %% [markdown] nbgrader={"grade": false, "grade_id": "question_lenet5_overview", "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "markdown"}
# ### Question 1 (4 points)
#
# Describe LeNet-5 as the paper of 1998 has it, from the image to the decision. Give the size of
# the maps after each layer, show with the numbers of one layer what sharing weights saves, and say
# how the network decides for a class.

# %% [markdown] nbgrader={"grade": true, "grade_id": "lenet5_overview", "locked": false, "points": 4, "schema_version": 3, "solution": true, "task": false, "cell_type": "markdown"}
# **Model answer.** An image of 32×32 pixels, larger than any digit in it, passes through
# convolutions (C) and subsampling layers (S) in turn. The sides of the maps are 28 (C1, 6 maps),
# 14 (S2), 10 (C3, 16 maps), 5 (S4) and 1 (C5, 120 maps): each 5×5 convolution without padding
# takes 4 from the side, each subsampling halves it. F6 has 84 units, and the output one for each
# of ten digits. All units of a map use the same weights: C1 has only 6·(25 + 1) = 156 parameters,
# for 6·28·28·26 = 122,304 connections; without sharing each connection would be a parameter. In
# all 60,000 parameters are trained for 340,908 connections. An output is the squared distance of
# F6 to a code of 84 numbers ±1, a small drawing of the digit, set by hand: the smallest of the ten
# wins. There is no softmax; training lowers the distance to the right code, with a term that keeps
# the wrong ones away.
#
# **Rubric** (half points are possible)
#
# * 1 point: the order of layers, convolutions and subsampling in turn, then C5, F6, output.
# * 1 point: the ladder 28-14-10-5-1, or the rule that gives it; one slip costs ½.
# * 1 point: weight sharing with numbers, such as 156 parameters for 122,304 connections.
# * 1 point: the output: distances to codes (½), of which the smallest wins (½).
#
# *Trap:* softmax, cross-entropy or plain sigmoid units told as part of the network of 1998. They
# belong to later versions. Said so without telling the versions apart, take off ½ point for each
# kind, 1 point at most.

# %% [markdown] nbgrader={"grade": false, "grade_id": "question_lenet5_components", "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "markdown"}
# ### Question 2 (4 points)
#
# What do the parts of LeNet-5 do? Explain C1, the subsampling layers, C3 with its table, and the
# squashing function. For each say how the network of 1998 differs from what one builds today.

# %% [markdown] nbgrader={"grade": true, "grade_id": "lenet5_components", "locked": false, "points": 4, "schema_version": 3, "solution": true, "task": false, "cell_type": "markdown"}
# **Model answer.** C1 looks for the same six local features, strokes and ends, at every place: 5×5
# kernels, the same weights everywhere. A subsampling layer halves the sides, so that it matters
# less exactly where a feature lies. It adds the four cells of a window, multiplies the sum by a
# weight and adds a bias, one of each per map, and squashes: 12 parameters in S2, where average or
# max pooling of today has none. C3 combines features. Its maps see only 3, 4 or 6 of the six maps
# of S2, 60 pairs of 96: that saves connections (151,600 in place of 241,600) and, above all,
# breaks the symmetry, because maps with different inputs must learn different things. Today all
# are connected, 2,416 parameters instead of 1,516. The squashing function 1.7159 tanh(2a/3) maps
# ±1 to ±1, so that targets of ±1 lie where it bends most and not where it is flat; today one takes
# a plain tanh or, mostly, ReLU, which does not saturate.
#
# **Rubric** (half points are possible)
#
# * 1 point: C1: local features (½) found by the same weights everywhere (½).
# * 1 point: subsampling: what it is for (½); sum, trained weight and bias per map, squashed (½).
# * 1 point: why C3 is sparse: different inputs, so different features (½), and fewer connections,
#   or both numbers (½).
# * 1 point: the scaled tanh and its purpose (½); at least two differences from today named (½).
#
# *Trap:* local response normalisation, dropout, ReLU or max pooling ascribed to 1998: take off ½
# point for each, 1 point at most. "Average pooling" for S2 and S4, without the trained weight and
# bias, earns ½ of its point.

# %% [markdown] nbgrader={"grade": false, "grade_id": "question_advantages_and_limitations", "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "markdown"}
# ### Question 3 (4 points)
#
# What made LeNet-5 better than a fully connected network for reading digits, how good was it, and
# what are its limits? Give reasons and, where you can, numbers.

# %% [markdown] nbgrader={"grade": true, "grade_id": "advantages_and_limitations", "locked": false, "points": 4, "schema_version": 3, "solution": true, "task": false, "cell_type": "markdown"}
# **Model answer.** A dense layer of 100 units on 32×32 pixels has 102,500 parameters, more than
# all of LeNet-5, and must learn a stroke anew for every place where it may lie. LeNet-5 has that
# knowledge built in: local kernels, shared weights, subsampling. It therefore learns from fewer
# examples and bears small shifts and distortions. Its error on the MNIST test set was 0.95 %, and
# 0.8 % with distorted images added to the training set: a record at the time. The limits: its
# capacity, 60,000 parameters and six first features, is too small for photographs (about 54 % on
# CIFAR-10 after ten epochs here). Its units saturate: where tanh is flat the gradient is nearly 0,
# so that deep networks of this kind learn slowly. The input is fixed at 32×32 grey pixels, and a
# larger image gives a row of outputs rather than an answer. Digits have to be cut out, centred and
# scaled first. The distances of the output do not say how sure the network is.
#
# **Rubric** (half points are possible)
#
# * 1 point: an advantage with its reason: shared weights or local kernels save parameters or
#   examples.
# * 1 point: how good: 0.95 % (or 0.8 % with distortions), known as a record of its time.
# * 1 point: capacity is small (½), for what it is too small (½).
# * 1 point: two more limits of: saturation of tanh, fixed input size, centred digits, no
#   probabilities, the cost at that time.
#
# *Trap:* figures of other networks or of today's training told as the paper's, or "invariant to
# every shift, turn and size". Take off ½ point for each.

# %% [markdown] nbgrader={"grade": false, "grade_id": "question_training_insights", "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "markdown"}
# ### Question 4 (4 points)
#
# Train the network of exercise 10, change *one* thing (the optimiser, its learning rate, the size
# of batches, the activation, the amount of data…) and train it again. Show a figure that compares
# the two, in a cell of its own above your answer, and describe it here: what was changed, what is
# to be seen, why it is so, and how you made sure that it was not chance. Say on which images you
# measured.

# %% [markdown] nbgrader={"grade": true, "grade_id": "training_insights", "locked": false, "points": 4, "schema_version": 3, "solution": true, "task": false, "cell_type": "markdown"}
# **Model answer.** I trained for 8 epochs on 1,400 of scikit-learn's digits, enlarged and not
# moved, in batches of 32, once with Adam (learning rate 0.002) and once with plain SGD (0.01), each
# with three seeds, and measured the accuracy on the digits that were kept back. The figure shows
# the loss of all six runs over the epochs. With Adam it falls below 0.2 within four epochs, and
# more than 95 % of the unseen digits are right; with SGD it is still above 1 after eight, at about
# 80 %. The three runs of a kind differ by one or two per cent, much less than the two kinds, so
# that it is not chance. The reason: at the start the gradients of the first layers are small,
# because each tanh and each averaging makes them smaller. SGD makes steps in proportion to them;
# Adam divides by their usual size and moves all layers alike. With a rate of 0.1 SGD comes close:
# the comparison is one of learning rates as much as of optimisers. (Numbers vary; what counts is
# that figure, numbers and explanation agree.)
#
# **Rubric** (half points are possible)
#
# * 1 point: a figure with named axes that shows both runs.
# * 1 point: one thing was changed, the rest told (½); measured on images that were not trained on
#   (½).
# * 1 point: what is to be seen is described with numbers, and they agree with the figure.
# * 1 point: a reason that fits (½); chance is considered: several seeds, or the spread (½).
#
# *Trap:* accuracy on the training images as proof of quality, or a conclusion from differences
# that are smaller than those between two seeds. Either loses its half point.
