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
# # Pooling and padding
#
# A convolutional network looks at an image through small windows. How many windows there are, what
# happens at the border, and how a window is reduced to one number: these few rules decide the
# shape of every layer. In this assignment you write them in plain NumPy, seven functions with 28
# points, and answer four questions in words, with 4 points each.
#
# ### VARIANT corner = top-left, layout = nhwc, kernels = hwio, border = sides, amounts = before-after, counting = number
# **Conventions**, the same as in Keras, hold in every exercise:
# ### VARIANT kernels = hwio | oihw | ohwi-turned
# **Conventions** hold in every exercise. Read them with care: libraries differ in them.
# ### END VARIANT
#
# * Images are arrays of shape `(batch, height, width, channels)`, called NHWC.
# * A window, kernel or stride is one int, used for both directions, or a pair `(height, width)`: a
#   tuple or a list. NumPy's integers are as good as Python's; `True` and `2.0` are not sizes.
# * `padding` is `"valid"` (nothing is added, what does not fill a window is left out) or `"same"`,
#   in upper or lower case.
# ### VARIANT corner = top-right
# * Windows are counted from the upper right corner of the image. The first window lies in that
#   corner, and its number stands in row 0 and column 0 of the result. From there the windows move
#   towards the lower left corner. Cells that padding adds "before" lie at the top and on the right,
#   those "after" on the other two sides. Within a window the cells lie as in the image. In pictures
#   each number of the result stands where its window lies in the image.
# ### VARIANT corner = bottom-left
# * Windows are counted from the lower left corner of the image. The first window lies in that
#   corner, and its number stands in row 0 and column 0 of the result. From there the windows move
#   towards the upper right corner. Cells that padding adds "before" lie at the bottom and on the left,
#   those "after" on the other two sides. Within a window the cells lie as in the image. In pictures
#   each number of the result stands where its window lies in the image.
# ### VARIANT corner = bottom-right
# * Windows are counted from the lower right corner of the image. The first window lies in that
#   corner, and its number stands in row 0 and column 0 of the result. From there the windows move
#   towards the upper left corner. Cells that padding adds "before" lie at the bottom and on the right,
#   those "after" on the other two sides. Within a window the cells lie as in the image. In pictures
#   each number of the result stands where its window lies in the image.
# ### END VARIANT
# * Functions are pure: they return a new array and change none of their arguments.
# * The result has the dtype of the image, except where a docstring says otherwise. NaN propagates:
#   a window with a NaN in it gives NaN. An empty batch, shape `(0, height, width, channels)`,
#   gives an empty batch of the right shape.
# * An argument that makes no sense raises a `ValueError` whose message names that argument, such
#   as `"pool_size must be at least 1, not 0"`.
#
# You may add functions of your own, in any cell in which you write. Exercises may call the
# functions of earlier ones: where one of yours is wrong, the exercises that call it are graded with
# a right one in its place, so that one mistake is paid for once. After each exercise comes a cell
# of public checks. They are few on purpose: hidden tests carry at least four fifths of the points of
# each exercise. They use images with unequal sides, several channels, and negative numbers. Try
# such images yourself.
#
# If Python says that a module is missing, run `%pip install convgrade` in a new cell and
# restart the kernel.

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
import numpy as np

# %% nbgrader={"grade": false, "grade_id": "tools", "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
from convgrade import (
    Window,
    check,
    check_raises,
    show_convolution,
    show_padding,
    show_pooling,
    show_windows,
)

# %% [markdown]
# ## 1. How many windows fit? (3 points)
#
# A window of 3 cells that moves 2 cells at a time along 8 cells stops three times. The last cell
# does not fill another window: under `"valid"` it is left out.

# %%
show_windows(size=8, window=3, stride=2)

# %% [markdown]
# With `n` cells, a window of `k`, a stride of `s`, and `p` cells added on *each* side, the number
# of windows is
#
#     floor((n + 2p - d(k - 1) - 1) / s) + 1
#
# Mind the rounding: `(n - k)/s + 1` without it, a formula that is often seen, gives 3.5 windows
# here. The dilation `d` is the distance between neighbouring cells of a window: 1 for an ordinary
# window, while one of 3 cells with dilation 2 spans 5 and looks at every second one.

# %%
show_windows(size=7, window=3, stride=1, dilation=2)

# %% [markdown]
# `"same"` is defined the other way round: the number of windows is fixed first, as `ceil(n / s)`,
# and as much padding is added as they need. How much that is comes next.
# ### VARIANT counting = last
#
# The windows are numbered 0, 1, 2, and so on. Your function returns the number of the *last* one: 2
# if there are three windows.
# ### VARIANT counting = shape
#
# Your function returns the count as a shape, as NumPy writes the shape of a vector: `(3,)` if there
# are three windows.
# ### VARIANT counting = list
#
# The windows are numbered 0, 1, 2, and so on. Your function returns the list of these numbers:
# `[0, 1, 2]` if there are three windows.
# ### END VARIANT


# %% nbgrader={"grade": false, "grade_id": "output_size", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def output_size(size, window, stride=1, padding="valid", dilation=1):
    """Count the positions of a window along one axis.

    Args:
        size: number of cells along the axis, at least 1.
        window: number of cells in the window, at least 1.
        stride: step from one position to the next, at least 1.
        padding: "valid" (no padding), "same" (ceil(size / stride) positions, whatever the window
            and the dilation), in upper or lower case; or an int, the number of cells that are
            added on each of the two sides, at least 0.
        dilation: distance between neighbouring cells of the window, at least 1.

    ### VARIANT counting = number
    Returns:
        The number of positions, an int:
        floor((size + 2 * padding - dilation * (window - 1) - 1) / stride) + 1, except for "same".
    ### VARIANT counting = last
    Returns:
        The number of the last position, an int. Positions are numbered from 0, so it is one less
        than how many there are:
        floor((size + 2 * padding - dilation * (window - 1) - 1) / stride), except for "same".
    ### VARIANT counting = shape
    Returns:
        The shape of the result along this axis, a tuple of one int, the number of positions:
        (floor((size + 2 * padding - dilation * (window - 1) - 1) / stride) + 1,), except for
        "same".
    ### VARIANT counting = list
    Returns:
        The numbers of all positions, a list of ints, counted from 0: [0, 1, 2] for three. There are
        floor((size + 2 * padding - dilation * (window - 1) - 1) / stride) + 1, except for "same".
    ### END VARIANT

    Raises:
        ValueError: an argument is not a whole number in its range, `padding` is not known, or the
    ### VARIANT counting = number
            window fits nowhere (the result would be below 1; the message then names `window`).
    ### VARIANT counting = last | shape | list
            window fits nowhere (not even one position; the message then names `window`).
    ### END VARIANT
    """
    ### BEGIN SOLUTION
    size = _whole_number(size, "size")
    window = _whole_number(window, "window")
    stride = _whole_number(stride, "stride")
    dilation = _whole_number(dilation, "dilation")
    if isinstance(padding, str):
        if _padding_mode(padding) == "same":
            return -(-size // stride)
        padding = 0
    padding = _whole_number(padding, "padding", least=0)

    span = dilation * (window - 1) + 1
    room = size + 2 * padding - span
    if room < 0:
        raise ValueError(
            f"window spans {span} cells, which do not fit into a size of {size} "
            f"with a padding of {padding} on each side"
        )
    return room // stride + 1


def _whole_number(value, name, least=1):
    """`value` as an int; a ValueError that calls it `name` if it is none or below `least`."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        raise ValueError(f"{name} must be a whole number, not {value!r}")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, not {value}")
    return int(value)


def _padding_mode(padding):
    """The word for a padding in lower case; a ValueError if it is not a known one."""
    if not isinstance(padding, str) or padding.lower() not in ("valid", "same"):
        raise ValueError(f'padding must be "valid" or "same", not {padding!r}')
    return padding.lower()
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_output_size", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"} tags=["raises-exception"]
check(output_size, 8, 3, stride=2, expected=3)
check(output_size, 28, 2, stride=2, expected=14)
check(output_size, 227, 11, stride=4, expected=55)
check(output_size, 224, 11, stride=4, expected=54)
check(output_size, 10, 3, stride=3, padding="same", expected=4)
check(output_size, 7, 3, stride=1, padding=1, dilation=2, expected=5)
check_raises(output_size, 3, 5, naming="window")

# %% [markdown]
# ## 2. How much padding is "same"? (3 points)
#
# Under `"same"` there are `o = ceil(n / s)` windows, and they span `(o - 1)s + k` cells. Where
# that is more than `n`, the missing cells are added: half of them before and half after. If their
# ### VARIANT corner = top-left
# number is odd, the extra cell goes *after*, that is to the right or the bottom. (Other libraries
# put it elsewhere; this is the way of Keras and TensorFlow.)
# ### VARIANT corner = top-right | bottom-left | bottom-right
# number is odd, the extra cell goes *after*, that is to the side where the counting of windows
# ends. (Other libraries put it elsewhere.) The pictures show an axis in the direction of counting.
# ### END VARIANT
# ### VARIANT amounts = after-before
#
# Your function returns the pair (after, before), in this order: `(1, 0)` for the first picture.
# ### VARIANT amounts = total-before
#
# Your function returns the pair (total, before): how many cells are added in all, and how many of
# them before. That is `(1, 0)` for the first picture and `(2, 1)` for the second.
# ### VARIANT amounts = total-after
#
# Your function returns the pair (total, after): how many cells are added in all, and how many of
# them after. That is `(1, 1)` for the first picture and `(2, 1)` for the second.
# ### END VARIANT

# %%
show_windows(size=5, window=2, stride=1, padding=(0, 1))

# %%
show_windows(size=7, window=3, stride=2, padding=(1, 1))


# %% nbgrader={"grade": false, "grade_id": "same_padding", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def same_padding(size, window, stride=1):
    """Cells that "same" padding adds before and after one axis, as Keras and TensorFlow count them.

    Args:
        size: number of cells along the axis, at least 1.
        window: number of cells in the window, at least 1.
        stride: step from one position to the next, at least 1.

    ### VARIANT amounts = before-after
    Returns:
        (before, after), two ints. Together they are what ceil(size / stride) windows need beyond
        `size`, never less than 0; where that is odd, `after` is the greater by one.
    ### VARIANT amounts = after-before
    Returns:
        (after, before), two ints. Together they are what ceil(size / stride) windows need beyond
        `size`, never less than 0; where that is odd, `after` is the greater by one.
    ### VARIANT amounts = total-before
    Returns:
        (total, before), two ints. `total` is what ceil(size / stride) windows need beyond `size`,
        never less than 0; `before` is half of it, rounded down, and the rest goes after.
    ### VARIANT amounts = total-after
    Returns:
        (total, after), two ints. `total` is what ceil(size / stride) windows need beyond `size`,
        never less than 0; `after` is half of it, rounded up, and the rest goes before.
    ### END VARIANT

    Raises:
        ValueError: an argument is not a whole number of at least 1; the message names it.
    """
    ### BEGIN SOLUTION
    ### VARIANT amounts = before-after
    return _same_margins(
        _whole_number(size, "size"),
        _whole_number(window, "window"),
        _whole_number(stride, "stride"),
    )


def _same_margins(size, window, stride):
    """The arithmetic of `same_padding`, for numbers that were checked."""
    positions = -(-size // stride)
    total = max((positions - 1) * stride + window - size, 0)
    before = total // 2
    return before, total - before
    ### VARIANT amounts = after-before
    return _same_margins(
        _whole_number(size, "size"),
        _whole_number(window, "window"),
        _whole_number(stride, "stride"),
    )[::-1]


def _same_margins(size, window, stride):
    """(before, after), for numbers that were checked."""
    positions = -(-size // stride)
    total = max((positions - 1) * stride + window - size, 0)
    before = total // 2
    return before, total - before
    ### VARIANT amounts = total-before
    before, after = _same_margins(
        _whole_number(size, "size"),
        _whole_number(window, "window"),
        _whole_number(stride, "stride"),
    )
    return before + after, before


def _same_margins(size, window, stride):
    """(before, after), for numbers that were checked."""
    total = max((-(-size // stride) - 1) * stride + window - size, 0)
    return total // 2, total - total // 2
    ### VARIANT amounts = total-after
    before, after = _same_margins(
        _whole_number(size, "size"),
        _whole_number(window, "window"),
        _whole_number(stride, "stride"),
    )
    return before + after, after


def _same_margins(size, window, stride):
    """(before, after), for numbers that were checked."""
    total = max((-(-size // stride) - 1) * stride + window - size, 0)
    return total // 2, total - total // 2
    ### END VARIANT
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_same_padding", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"} tags=["raises-exception"]
### VARIANT amounts = before-after
check(same_padding, 5, 2, expected=(0, 1))
check(same_padding, 7, 3, stride=2, expected=(1, 1))
check(same_padding, 8, 3, stride=2, expected=(0, 1))
check(same_padding, 6, 1, stride=4, expected=(0, 0))
### VARIANT amounts = after-before
check(same_padding, 5, 2, expected=(1, 0))
check(same_padding, 7, 3, stride=2, expected=(1, 1))
check(same_padding, 8, 3, stride=2, expected=(1, 0))
check(same_padding, 6, 1, stride=4, expected=(0, 0))
### VARIANT amounts = total-before
check(same_padding, 5, 2, expected=(1, 0))
check(same_padding, 7, 3, stride=2, expected=(2, 1))
check(same_padding, 8, 3, stride=2, expected=(1, 0))
check(same_padding, 6, 1, stride=4, expected=(0, 0))
### VARIANT amounts = total-after
check(same_padding, 5, 2, expected=(1, 1))
check(same_padding, 7, 3, stride=2, expected=(2, 1))
check(same_padding, 8, 3, stride=2, expected=(1, 1))
check(same_padding, 6, 1, stride=4, expected=(0, 0))
### END VARIANT
check_raises(same_padding, 5, 2, stride=0, naming="stride")

# %% [markdown]
# ## 3. A border of zeros (3 points)
#
# Convolutions fill the cells that padding adds with zeros. The amount may differ from side to
# side: below, one row is added on top, none at the bottom, one column on the left, and two on the
# right.
# ### VARIANT border = total
#
# Your function is told how many rows and columns are added *in all*, and how many of them go on
# top and on the left. The picture has 1 row in all, 1 of them on top, and 3 columns in all, 1 of
# them on the left: `((1, 1), (3, 1))`.
# ### END VARIANT

# %%
show_padding([[5, 6, 7], [8, 9, 4]], padding=((1, 0), (1, 2)))


# %% nbgrader={"grade": false, "grade_id": "zero_pad2d", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def zero_pad2d(x, padding):
    """Surround images with zeros, as `keras.layers.ZeroPadding2D`.

    Args:
        x: images, shape (batch, height, width, channels), any numeric dtype.
    ### VARIANT border = sides
        padding: the number of rows and columns to add, each at least 0:
            an int (the same on all four sides), a pair (rows above and rows below, columns left
            and columns right: `(1, 2)` adds 1 row above, 1 below, 2 columns left and 2 right), or
            ((top, bottom), (left, right)). Lists will do as well as tuples.
    ### VARIANT border = total
        padding: the number of rows and columns to add in all, each at least 0:
            an int (so many rows and so many columns), a pair (rows, columns), or
            ((rows, top), (columns, left)), where `top` and `left` say how many of them go above
            and to the left. In the first two forms half of them go there, rounded down: `(2, 4)`
            adds 1 row above, 1 below, 2 columns left and 2 right. Lists will do as well as tuples.
    ### END VARIANT

    Returns:
        A new array of shape (batch, top + height + bottom, left + width + right, channels) with the
        dtype of `x`. A padding of 0 gives an equal copy; an empty batch an empty batch.

    Raises:
        ValueError: `x` is not of rank 4 or has no pixels, or `padding` is negative or of none of
            the three forms; the message names the argument.
    """
    ### BEGIN SOLUTION
    x = _images(x)
    rows, columns = _two(padding, "padding")
    ### VARIANT border = sides
    margins = [
        tuple(_whole_number(amount, "padding", least=0) for amount in _two(side, "padding"))
        for side in (rows, columns)
    ]
    if isinstance(rows, (tuple, list)) != isinstance(columns, (tuple, list)):
        raise ValueError(f"padding must hold two numbers or two pairs, not {padding!r}")
    ### VARIANT border = total
    margins = []
    for amount in (rows, columns):
        total, before = (_whole_number(each, "padding", 0) for each in _two(amount, "padding"))
        before //= 2 - np.ndim(amount)
        margins.append((before, _whole_number(total - before, "padding", 0)))
    if np.ndim(rows) != np.ndim(columns):
        raise ValueError(f"padding must hold two numbers or two pairs, not {padding!r}")
    ### END VARIANT
    return np.pad(x, [(0, 0), *margins, (0, 0)])


def _images(x):
    """`x` as an array of rank 4 whose images have at least one pixel."""
    x = np.asarray(x)
    if x.ndim != 4:
        raise ValueError(
            "x must have the shape (batch, height, width, channels), four axes, "
            f"but its shape is {x.shape}"
        )
    if 0 in x.shape[1:3]:
        raise ValueError(f"x must have rows and columns, but its shape is {x.shape}")
    return x


def _two(value, name):
    """The two members of a pair, or one value twice."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if not isinstance(value, (tuple, list)):
        return value, value
    if len(value) != 2:
        raise ValueError(f"{name} must be one value or a pair, not {value!r}")
    return tuple(value)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_zero_pad2d", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"} tags=["raises-exception"]
small = np.array([[5, 6, 7], [8, 9, 4]]).reshape(1, 2, 3, 1)
check(
    zero_pad2d,
    small,
    padding=((1, 0), (1, 2)),
    expected=np.array(
        [
            [0, 0, 0, 0, 0, 0],
            [0, 5, 6, 7, 0, 0],
            [0, 8, 9, 4, 0, 0],
        ]
    ).reshape(1, 3, 6, 1),
    window=Window(size=1, before=(1, 1)),
)
check(
    zero_pad2d,
    small,
    padding=(0, 1),
    expected=np.array([[0, 5, 6, 7, 0], [0, 8, 9, 4, 0]]).reshape(1, 2, 5, 1),
    window=Window(size=1, before=(0, 1)),
)
check(zero_pad2d, small, padding=0, expected=small, window=Window(size=1))
check_raises(zero_pad2d, small, padding=-1, naming="padding")

# %% [markdown]
# ## 4. Max pooling (5 points)
#
# Max pooling keeps the greatest number of each window. With `strides=None` the windows touch
# without overlapping; a smaller stride lets them overlap.

# %%
show_pooling(
    [[2, 2, 7, 3], [9, 4, 6, 1], [8, 5, 2, 4], [3, 1, 2, 6]],
    pooled=[[9, 7], [8, 6]],
    window=2,
)

# %% [markdown]
# Each channel is pooled for itself. Under `"same"` the cells that padding adds are *ignored*: they
# ### VARIANT corner = top-left | bottom-left
# never win, not even against negative numbers. Zeros would be wrong below: the last column is the
# maximum of -3 and -6 alone.
# ### VARIANT corner = top-right | bottom-right
# never win, not even against negative numbers. Zeros would be wrong below: the last window sees
# only the first column of the image, and its maximum is that of -1 and -4 alone.
# ### END VARIANT

# %%
show_pooling(
    [[-1, -8, -3], [-4, -5, -6]],
    pooled=[[-1, -3]],
    window=2,
    padding=((0, 0), (0, 1)),
)


# %% nbgrader={"grade": false, "grade_id": "max_pool2d", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def max_pool2d(x, pool_size=2, strides=None, padding="valid"):
    """The greatest number of each window, as `keras.ops.max_pool`.

    Args:
        x: images, shape (batch, height, width, channels), integers or floating.
        pool_size: the window, an int or (height, width), at least 1.
        strides: the step, an int or (height, width), at least 1; None means `pool_size`.
        padding: "valid" or "same", in upper or lower case. "valid" leaves out the rows and columns
            that do not fill a window. "same" gives ceil(height / stride) by ceil(width / stride)
            windows and pads as `same_padding` says; padded cells are ignored.

    Returns:
        A new array, shape (batch, output height, output width, channels), with the dtype of `x`.
        A window that holds a NaN gives NaN, one of -inf only gives -inf. An empty batch gives an
        empty batch.

    Raises:
        ValueError: `x` is not of rank 4 or has no pixels, `pool_size` or `strides` is below 1 or
            neither an int nor a pair of ints, `padding` is not known, or `pool_size` is larger
            than the image under "valid"; the message names the argument.
    """
    ### BEGIN SOLUTION
    x = _images(x)
    windows = _pool_windows(x, pool_size, strides, padding, fill=_lowest(x.dtype))
    return windows.max(axis=(-2, -1)).astype(x.dtype, copy=False)


def _lowest(dtype):
    """What never wins against a number of this dtype, nor is above any."""
    if dtype.kind == "b":
        return False
    return np.iinfo(dtype).min if np.issubdtype(dtype, np.integer) else -np.inf


def _pool_windows(x, pool_size, strides, padding, fill):
    """The windows of a pooling layer, after its arguments were checked; see `_windows`."""
    window = _size_pair(pool_size, "pool_size")
    steps = window if strides is None else _size_pair(strides, "strides")
    return _windows(x, window, steps, _margins(x, window, steps, padding, "pool_size"), fill)


def _size_pair(value, name):
    """(height, width) of a window or a stride, each at least 1."""
    height, width = _two(value, name)
    return _whole_number(height, name), _whole_number(width, name)


def _margins(x, window, steps, padding, name):
    """((top, bottom), (left, right)) that `padding` adds; `name` is what the window is called."""
    if _padding_mode(padding) == "same":
        return [
            _same_margins(size, extent, step)
            for size, extent, step in zip(x.shape[1:3], window, steps, strict=True)
        ]
    if window[0] > x.shape[1] or window[1] > x.shape[2]:
        raise ValueError(
            f"{name} is {window[0]} by {window[1]}, larger than the images of x, "
            f"{x.shape[1]} by {x.shape[2]}"
        )
    return [(0, 0), (0, 0)]


def _windows(x, window, steps, margins, fill):
    """All windows of `x`, padded with `fill`: a view (batch, rows, columns, channels, *window)."""
    ### VARIANT corner = top-left
    padded = np.pad(x, [(0, 0), *margins, (0, 0)], constant_values=fill)
    every = np.lib.stride_tricks.sliding_window_view(padded, window, axis=(1, 2))
    return every[:, :: steps[0], :: steps[1]]
    ### VARIANT corner = top-right
    turned = np.flip(x, 2)
    padded = np.pad(turned, [(0, 0), *margins, (0, 0)], constant_values=fill)
    every = np.lib.stride_tricks.sliding_window_view(padded, window, axis=(1, 2))
    return np.flip(every[:, :: steps[0], :: steps[1]], -1)
    ### VARIANT corner = bottom-left
    turned = np.flip(x, 1)
    padded = np.pad(turned, [(0, 0), *margins, (0, 0)], constant_values=fill)
    every = np.lib.stride_tricks.sliding_window_view(padded, window, axis=(1, 2))
    return np.flip(every[:, :: steps[0], :: steps[1]], -2)
    ### VARIANT corner = bottom-right
    turned = np.flip(x, (1, 2))
    padded = np.pad(turned, [(0, 0), *margins, (0, 0)], constant_values=fill)
    every = np.lib.stride_tricks.sliding_window_view(padded, window, axis=(1, 2))
    return np.flip(every[:, :: steps[0], :: steps[1]], (-2, -1))
    ### END VARIANT
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_max_pool2d", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"} tags=["raises-exception"]
image = np.array([[2, 2, 7, 3], [9, 4, 6, 1], [8, 5, 2, 4], [3, 1, 2, 6]]).reshape(1, 4, 4, 1)
check(
    max_pool2d,
    image,
    expected=np.array([[9, 7], [8, 6]]).reshape(1, 2, 2, 1),
    window=Window(size=2, step=2),
)
check(
    max_pool2d,
    image,
    pool_size=3,
    strides=1,
    expected=np.array([[9, 7], [9, 6]]).reshape(1, 2, 2, 1),
    window=Window(size=3, step=1),
)
negative = np.array([[-1, -8, -3], [-4, -5, -6]]).reshape(1, 2, 3, 1)
check(
    max_pool2d,
    negative,
    padding="same",
    expected=np.array([[-1, -3]]).reshape(1, 1, 2, 1),
    window=Window(size=2, step=2),
)
check_raises(max_pool2d, image, pool_size=0, naming="pool_size")

# %% [markdown]
# ## 5. Average pooling (5 points)
#
# Average pooling keeps the mean of each window.

# %%
show_pooling(
    [[2, 2, 7, 3], [9, 4, 6, 1], [8, 5, 2, 4], [3, 1, 2, 6]],
    pooled=[[4.25, 4.25], [4.25, 3.5]],
    window=2,
)

# %% [markdown]
# Under `"same"` the cells that padding adds belong neither to the sum nor to the count. Below, a
# window of 3 over the two pixels 10 and 20 gives their mean, 15, and not 30/3 = 10.

# %%
show_pooling([[10, 20]], pooled=[[15]], window=(1, 3), stride=2, padding=((0, 0), (0, 1)))


# %% nbgrader={"grade": false, "grade_id": "avg_pool2d", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def avg_pool2d(x, pool_size=2, strides=None, padding="valid"):
    """The mean of each window, as `keras.ops.average_pool`.

    Args:
        x: images, shape (batch, height, width, channels), integers or floating.
        pool_size: the window, an int or (height, width), at least 1.
        strides: the step, an int or (height, width), at least 1; None means `pool_size`.
        padding: "valid" or "same", in upper or lower case, as in `max_pool2d`. The mean of a window
            that hangs over the border is that of the pixels inside the image: padded cells count
            neither in the sum nor in the number of cells.

    Returns:
        A new array, shape (batch, output height, output width, channels), with the dtype of `x` if
        that is floating; averages of integers are floating too (float32 or float64). A window that
        holds a NaN, or infinities of both signs, gives NaN, one with an infinity that infinity. An
        empty batch gives an empty batch.

    Raises:
        ValueError: `x` is not of rank 4 or has no pixels, `pool_size` or `strides` is below 1 or
            neither an int nor a pair of ints, `padding` is not known, or `pool_size` is larger
            than the image under "valid"; the message names the argument.
    """
    ### BEGIN SOLUTION
    x = _images(x)
    dtype = x.dtype if np.issubdtype(x.dtype, np.inexact) else np.dtype(np.float64)
    exact = np.result_type(dtype, np.float64)

    sums = _pool_windows(x, pool_size, strides, padding, fill=0)
    sums = sums.sum(axis=(-2, -1), dtype=exact)
    pixels = np.ones((1, *x.shape[1:3], 1), dtype=np.int64)
    counts = _pool_windows(pixels, pool_size, strides, padding, fill=0).sum(axis=(-2, -1))
    return (sums / counts).astype(dtype, copy=False)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_avg_pool2d", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"} tags=["raises-exception"]
image = np.array([[2, 2, 7, 3], [9, 4, 6, 1], [8, 5, 2, 4], [3, 1, 2, 6]]).reshape(1, 4, 4, 1)
check(
    avg_pool2d,
    image,
    expected=np.array([[4.25, 4.25], [4.25, 3.5]]).reshape(1, 2, 2, 1),
    window=Window(size=2, step=2),
)
one_to_nine = np.arange(1.0, 10.0).reshape(1, 3, 3, 1)
check(
    avg_pool2d,
    one_to_nine,
    strides=1,
    padding="same",
    expected=np.array([[3, 4, 4.5], [6, 7, 7.5], [7.5, 8.5, 9]]).reshape(1, 3, 3, 1),
    window=Window(size=2, step=1),
)
two_pixels = np.array([10.0, 20.0]).reshape(1, 1, 2, 1)
check(
    avg_pool2d,
    two_pixels,
    pool_size=3,
    strides=2,
    padding="same",
    expected=np.array([15.0]).reshape(1, 1, 1, 1),
    window=Window(size=3, step=2, before=(1, 0)),
)
check_raises(avg_pool2d, image, padding="full", naming="padding")

# %% [markdown]
# ## 6. Min pooling (3 points)
#
# Min pooling keeps the least number of each window: it picks the dark details out of a bright
# image, as max pooling picks the bright ones out of a dark image. In the upper left window it
# keeps 2 and not 9. Keras has no such layer, but `min(x) = -max(-x)`. Before you write that, think
# of what `-x` is for an image of unsigned bytes (`uint8`).

# %%
show_pooling(
    [[2, 2, 7, 3], [9, 4, 6, 1], [8, 5, 2, 4], [3, 1, 2, 6]],
    pooled=[[2, 1], [1, 2]],
    window=2,
)


# %% nbgrader={"grade": false, "grade_id": "min_pool2d", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def min_pool2d(x, pool_size=2, strides=None, padding="valid"):
    """The least number of each window.

    Args:
        x: images, shape (batch, height, width, channels), integers (unsigned ones too) or floating.
        pool_size: the window, an int or (height, width), at least 1.
        strides: the step, an int or (height, width), at least 1; None means `pool_size`.
        padding: "valid" or "same", in upper or lower case, as in `max_pool2d`; padded cells are
            ignored.

    Returns:
        A new array, shape (batch, output height, output width, channels), with the dtype of `x`.
        A window that holds a NaN gives NaN, one of +inf only gives +inf. An empty batch gives an
        empty batch.

    Raises:
        ValueError: `x` is not of rank 4 or has no pixels, `pool_size` or `strides` is below 1 or
            neither an int nor a pair of ints, `padding` is not known, or `pool_size` is larger
            than the image under "valid"; the message names the argument.
    """
    ### BEGIN SOLUTION
    x = _images(x)
    windows = _pool_windows(x, pool_size, strides, padding, fill=_highest(x.dtype))
    return windows.min(axis=(-2, -1)).astype(x.dtype, copy=False)


def _highest(dtype):
    """What never wins against a number of this dtype, nor is below any."""
    if dtype.kind == "b":
        return True
    return np.iinfo(dtype).max if np.issubdtype(dtype, np.integer) else np.inf
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_min_pool2d", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"} tags=["raises-exception"]
image = np.array([[2, 2, 7, 3], [9, 4, 6, 1], [8, 5, 2, 4], [3, 1, 2, 6]]).reshape(1, 4, 4, 1)
check(
    min_pool2d,
    image,
    expected=np.array([[2, 1], [1, 2]]).reshape(1, 2, 2, 1),
    window=Window(size=2, step=2),
)
region = np.array([[3, 7], [2, 5]]).reshape(1, 2, 2, 1)
check(
    min_pool2d,
    region,
    expected=np.array([2]).reshape(1, 1, 1, 1),
    window=Window(size=2, step=2),
)
check(
    min_pool2d,
    region,
    strides=1,
    padding="same",
    expected=np.array([[2, 5], [2, 5]]).reshape(1, 2, 2, 1),
    window=Window(size=2, step=1),
)
check_raises(min_pool2d, image, strides=0, naming="strides")

# %% [markdown]
# ## 7. Convolution (6 points)
#
# A convolution multiplies each window by a kernel, cell by cell, and adds up the products. What
# ### VARIANT kernels = hwio | oihw
# networks call a convolution is strictly a *cross-correlation*: the kernel is not flipped. Below,
# the kernel subtracts from each pixel its neighbour to the lower right.
# ### VARIANT kernels = ohwi-turned
# networks call a convolution is mostly a *cross-correlation*: the kernel is not flipped. Here you
# write the *true* convolution of mathematics: the kernel is turned half round, upside down and left
# to right, before it is laid on a window. Below, the kernel `[[-1, 0], [0, 1]]` has been turned: it
# lies on the image as `[[1, 0], [0, -1]]`, which subtracts from each pixel its neighbour to the
# lower right.
# ### END VARIANT

# %%
show_convolution(
    [[2, 2, 7, 3], [9, 4, 6, 1], [8, 5, 2, 4], [3, 1, 2, 6]],
    kernel=[[1, 0], [0, -1]],
    result=[[-2, -4, 6], [4, 2, 2], [7, 3, -4]],
    at=(0, 2),
)

# %% [markdown]
# With several channels the products of all input channels are added together. Each output channel
# has its own kernel, so that kernels have the shape `(height, width, in channels, out channels)`,
# and its own bias, one number that is added once to each output.


# %% nbgrader={"grade": false, "grade_id": "conv2d", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def conv2d(x, kernel, bias=None, strides=1, padding="valid"):
    """Convolve images with kernels (cross-correlation), as `keras.ops.conv`.

    Args:
        x: images, shape (batch, height, width, in channels).
        kernel: shape (kernel height, kernel width, in channels, out channels).
        bias: shape (out channels,), added once to each output; other shapes with as many numbers,
            such as (1, 1, 1, out channels), are accepted. None means no bias.
        strides: the step, an int or (height, width), at least 1.
        padding: "valid" or "same", in upper or lower case. "same" pads with zeros, as
            `same_padding` says.

    Returns:
        A new array, shape (batch, output height, output width, out channels). Its dtype is NumPy's
        promotion of the dtypes of `x`, `kernel` and `bias` (`np.result_type`). A NaN in a window
        gives NaN. An empty batch gives an empty batch.

    Raises:
        ValueError: `x` or `kernel` is not of rank 4, `kernel` is for another number of channels
            than `x` has, `bias` has not one number for each output channel, `strides` is below 1
            or neither an int nor a pair of ints, `padding` is not known, or `kernel` is larger
            than the image under "valid"; the message names the argument.
    """
    ### BEGIN SOLUTION
    x = _images(x)
    kernel = _kernel(kernel, channels=x.shape[3])
    bias = _bias(bias, outputs=kernel.shape[3], dtype=kernel.dtype)
    steps = _size_pair(strides, "strides")
    window = kernel.shape[:2]

    dtype = np.result_type(x.dtype, kernel.dtype, bias.dtype)
    working = np.float32 if dtype == np.float16 else dtype  # a sum of many halves is imprecise
    windows = _windows(
        x.astype(working, copy=False),
        window,
        steps,
        _margins(x, window, steps, padding, "kernel"),
        fill=0,
    )
    # (batch, rows, columns, [channels, height, width]) by ([height, width, channels], outputs)
    products = np.tensordot(windows, kernel.astype(working, copy=False), ((3, 4, 5), (2, 0, 1)))
    return (products + bias.astype(working, copy=False)).astype(dtype, copy=False)


def _kernel(kernel, channels):
    """`kernel` as an array of rank 4 that takes so many channels."""
    kernel = np.asarray(kernel)
    if kernel.ndim != 4 or 0 in kernel.shape[:2]:
        raise ValueError(
            "kernel must have the shape (height, width, in channels, out channels), "
            f"but its shape is {kernel.shape}"
        )
    if kernel.shape[2] != channels:
        raise ValueError(
            f"kernel is for {kernel.shape[2]} channels (its shape is {kernel.shape}), "
            f"but x has {channels}"
        )
    return kernel


def _bias(bias, outputs, dtype):
    """`bias` as an array of shape (outputs,): zeros of `dtype` for None."""
    bias = np.zeros(outputs, dtype) if bias is None else np.asarray(bias)
    if bias.size != outputs:
        raise ValueError(
            f"bias must hold one number for each of {outputs} output channels, "
            f"but its shape is {bias.shape}"
        )
    return bias.reshape(outputs)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_conv2d", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"} tags=["raises-exception"]
image = np.array([[2, 2, 7, 3], [9, 4, 6, 1], [8, 5, 2, 4], [3, 1, 2, 6]]).reshape(1, 4, 4, 1)
difference = np.array([[1, 0], [0, -1]]).reshape(2, 2, 1, 1)
check(
    conv2d,
    image,
    difference,
    expected=np.array([[-2, -4, 6], [4, 2, 2], [7, 3, -4]]).reshape(1, 3, 3, 1),
    window=Window(size=2, channels="all"),
)
check(
    conv2d,
    image,
    difference,
    bias=np.array([10]),
    strides=2,
    expected=np.array([[8, 16], [17, 6]]).reshape(1, 2, 2, 1),
    window=Window(size=2, step=2, channels="all"),
)
check(
    conv2d,
    image,
    difference,
    padding="same",
    expected=np.array([[-2, -4, 6, 3], [4, 2, 2, 1], [7, 3, -4, 4], [3, 1, 2, 6]]).reshape(
        1, 4, 4, 1
    ),
    window=Window(size=2, channels="all"),
)
check_raises(conv2d, image, np.zeros((5, 5, 1, 1)), naming="kernel")

# %% [markdown]
# ## Questions
#
# Answer in your own words, each in about 100 to 200 words. A worked number or a small example says
# more than a general statement. Each answer is worth 4 points and is read by a person.

# %% [markdown] nbgrader={"grade": false, "grade_id": "question_purpose_of_pooling", "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "markdown"}
# ### Question 1 (4 points)
#
# What is pooling for? Say what it does to the size of the maps, to the work of the layers after it
# and to what one of their units sees of the image, how far the answer of a network becomes
# independent of where a feature lies, and what is lost.

# %% [markdown] nbgrader={"grade": true, "grade_id": "purpose_of_pooling", "locked": false, "points": 4, "schema_version": 3, "solution": true, "task": false, "cell_type": "markdown"}
# **Model answer.** Pooling reduces each window of a feature map to one number, so that the maps
# get smaller: 2×2 windows with stride 2 turn 28×28 into 14×14, a quarter of the numbers. The
# layers after it have a quarter of the positions to compute at. The same 3×3 kernel now covers
# twice as many pixels of the image in each direction: the receptive field grows faster with depth.
# If a feature moves by a pixel within its window, the maximum does not change, and the mean
# changes little: the network becomes insensitive to *small, local* shifts. That is approximate: a
# feature that crosses the border between two windows does change the output, and a large shift
# moves the output along. Pooling has no weights to learn. The price is position: of four pixels we
# no longer know which one held the maximum, and that matters for segmentation or for small
# objects.
#
# **Rubric** (half points are possible)
#
# * 1 point: down-sampling and what it saves: smaller maps, less work and memory in later layers.
# * 1 point: the receptive field of later layers grows, each of their units sees more of the image.
# * 1 point: insensitive to small shifts, said to be *approximate* and *local*. "Pooling makes the
#   network translation invariant", without a limit, earns none of it.
# * 1 point: pooling itself learns nothing (½), and the exact position is lost (½).
#
# *Trap:* "pooling reduces the number of parameters". It is true only of dense layers that come
# after it, whose input shrinks; the parameters of a convolution do not depend on the size of its
# input. Said without that, take off ½ point. An example with numbers may make good for a missing
# half point.

# %% [markdown] nbgrader={"grade": false, "grade_id": "question_min_versus_max", "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "markdown"}
# ### Question 2 (4 points)
#
# Compare min pooling and max pooling. What does each select, how can either be computed with the
# other, and for which images or features is each the right one? Work through one small example.

# %% [markdown] nbgrader={"grade": true, "grade_id": "min_versus_max", "locked": false, "points": 4, "schema_version": 3, "solution": true, "task": false, "cell_type": "markdown"}
# **Model answer.** Max pooling keeps the greatest number of each window, min pooling the least.
# They mirror each other: min(x) = −max(−x), so that a library with one has both (with unsigned
# numbers one must subtract from 255 in place of negating). Max pooling keeps what stands out by
# being *bright*, or by activating strongly: after ReLU, where 0 means that a feature is absent,
# the maximum says whether it is present anywhere in the window. Min pooling keeps what stands out
# by being *dark*: black ink on white paper is thinned or lost under the maximum, and survives
# under the minimum. After ReLU the minimum says little, because one 0 in the window is enough to
# hide the feature. Example: for the window [3, 7; 2, 5] the maximum is 7 and the minimum is 2;
# −max(−3, −7, −2, −5) = −(−2) = 2. For white paper with one stroke, [255, 255; 20, 255], max
# pooling gives 255, the stroke is gone; min pooling gives 20, it is kept.
#
# **Rubric** (half points are possible)
#
# * 1 point: the rule of selection of both: greatest and least number of each window.
# * 1 point: min(x) = −max(−x), or the same in words.
# * 1 point: when which is right: bright features on dark or strong activations for max, dark
#   features on bright for min; a reason is given.
# * 1 point: an example that was worked out and is correct.
#
# *Trap:* the general benefits of pooling (smaller maps, less work) told twice, once for each. They
# are common to both and earn nothing here.

# %% [markdown] nbgrader={"grade": false, "grade_id": "question_significance_of_padding", "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "markdown"}
# ### Question 3 (4 points)
#
# Why are images padded before a convolution? Say what happens without padding in a deep network,
# what becomes of the pixels at the border, how much padding keeps the size, and under which
# conditions that rule holds.

# %% [markdown] nbgrader={"grade": true, "grade_id": "significance_of_padding", "locked": false, "points": 4, "schema_version": 3, "solution": true, "task": false, "cell_type": "markdown"}
# **Model answer.** A k×k kernel without padding fits n − k + 1 times into n pixels, so each layer
# takes k − 1 from height and width: ten layers of 3×3 turn 32×32 into 12×12, and 5×5 kernels would
# have used the image up after seven layers. The depth of the network would be bound to the size of
# the image. Besides, a pixel in the corner is seen by one window of a 3×3 kernel, one in the
# middle by nine: what lies at the border hardly counts. Padding mends both. With p = (k − 1)/2
# cells on each side the size stays: n + 2p − k + 1 = n. This holds for odd k and stride 1. For
# even k it is not a whole number, so one side gets a cell more (in Keras the right and the
# bottom); with a stride s the size becomes ⌈n/s⌉ at best. The padding need not be zeros:
# reflecting or repeating the edge are possible, and pooling ignores the added cells. Zeros are
# invented data and leave their own edge.
#
# **Rubric** (half points are possible)
#
# * 1 point: without padding each layer shrinks the maps, by k − 1, which limits the depth.
# * 1 point: border pixels are seen by fewer windows than inner ones; padding uses them better.
# * 1 point: p = (k − 1)/2 on each side keeps the size, shown or used with a number.
# * 1 point: the conditions: odd k (½) and stride 1 (½).
#
# *Trap:* "padding is always zeros and always symmetric". With an even window or some strides one
# side gets more, and other fill values exist. Said so, take off ½ point.

# %% [markdown] nbgrader={"grade": false, "grade_id": "question_zero_versus_valid", "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "markdown"}
# ### Question 4 (4 points)
#
# "Zero padding", "same" and "valid": which of these words say *with what* is padded, and which say
# *how much*? Give the sizes that "same" and "valid" lead to at stride 1 and at stride 2, with
# worked numbers, and say when you would choose which.

# %% [markdown] nbgrader={"grade": true, "grade_id": "zero_versus_valid", "locked": false, "points": 4, "schema_version": 3, "solution": true, "task": false, "cell_type": "markdown"}
# **Model answer.** "Zero" names the value of the added cells; "valid" and "same" name their
# number, so zero and valid are not two ends of one scale. "valid" adds nothing: only windows that
# lie inside the image count. "same" adds as much as ⌈n/s⌉ windows need, and a convolution fills
# that with zeros, while pooling ignores it. Sizes: valid gives ⌊(n − k)/s⌋ + 1, same gives ⌈n/s⌉.
# With n = 28 and k = 5: valid 24 at stride 1 and ⌊23/2⌋ + 1 = 12 at stride 2; same 28 at stride 1
# and 14 at stride 2. "same" thus keeps the size at stride 1 only. I take "same" where many layers
# follow each other, where the maps must match (as in residual connections) or where the border
# matters, and "valid" where no invented values should enter, or where a shrinking map does no
# harm, as in LeNet-5.
#
# **Rubric** (half points are possible)
#
# * 1 point: the value of the fill (zero) is told apart from the amount (same, valid).
# * 1 point: sizes at stride 1: n − k + 1 and n.
# * 1 point: sizes at stride 2, with the rounding: ⌊(n − k)/2⌋ + 1 and ⌈n/2⌉.
# * 1 point: a worked number that is correct (½), and a reasoned choice (½).
#
# *Trap:* "same always keeps the size". True at stride 1 only; said without that, the point for
# stride 2 is lost.
