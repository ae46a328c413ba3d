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
# # Backward passes of pooling and convolution
#
# A network learns by asking: *how does the loss change if I change this number a little?* The
# answer is a number, too: the derivative. Each layer gets the derivatives `dy` for its outputs from
# the layer behind it. It returns those for its inputs, `dx`, to the layer in front of it. This is the
# backward pass. In this assignment you write it for pooling and convolution in NumPy: four
# exercises with 20 points, and two questions with 4 points each.
#
# **Conventions**, the same as in Keras, hold in every exercise:
#
# * Images are arrays of shape `(batch, height, width, channels)`, called NHWC.
# * A window or stride is one int, used for both directions, or a pair `(height, width)`. For
#   pooling, `strides=None` means the window.
# * `padding` is `"valid"` (rows and columns at the end that fill no window are left out) or
#   `"same"`. Then there are `ceil(size / stride)` windows in each direction. Together they need
#   `(windows - 1) * stride + window` cells. Half of what is missing is added before, and half after;
#   if that number is odd, the extra cell goes after. Pooling ignores added cells. For a convolution
#   they are zeros.
# * Functions are pure: they return new arrays and change none of their arguments.
# * The result has the dtype of the array that it is the derivative for: `dx` that of `x`.
# * If `dy` has not the shape of the layer's output, a `ValueError` says so; its message names `dy`.
#   An empty batch gives an empty batch.
#
# **The rule of all exercises:** if a number goes into several outputs, the derivatives that come back
# from them are *added*. And whatever goes into no output gets 0.
#
# You can test each function without a formula. Change one number of `x` by a small step, and compute
# the loss `sum(dy * y)` before and after. Their difference, divided by the step, is the numerical
# derivative. The hidden tests compare your answers with such numbers.
#
# You may add functions of your own, in any cell in which you write. After each exercise comes a cell
# of public checks. They are few on purpose: hidden tests carry at least four fifths of the points.
#
# If Python says that a module is missing, run `%pip install convgrade` in a new cell and
# restart the kernel.

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
import numpy as np

# %% nbgrader={"grade": false, "grade_id": "tools", "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
from convgrade import check, check_raises, show_pooling, show_windows

# %% [markdown]
# ## 1. Back through max pooling (5 points)
#
# Max pooling keeps the greatest number of each window. Only this number went into the output, so it
# gets the whole derivative, and all others of the window get 0.

# %%
show_pooling(
    [[2, 2, 7, 3], [9, 4, 6, 1], [8, 5, 2, 4], [3, 1, 2, 6]],
    pooled=[[9, 7], [8, 6]],
    window=2,
)

# %% [markdown]
# If windows overlap, one number may be the greatest of several windows. Then it gets the *sum* of
# their derivatives. If a window has its greatest number twice, the first one gets all: first by rows,
# then by columns.


# %% nbgrader={"grade": false, "grade_id": "max_pool2d_backward", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def max_pool2d_backward(dy, x, pool_size=2, strides=None, padding="valid"):
    """The derivatives of the loss for the inputs of max pooling.

    Args:
        dy: those for its outputs, shape (batch, output height, output width, channels).
        x: the inputs, floating, shape (batch, height, width, channels).
        pool_size: the window, an int or (height, width).
        strides: the step, an int or (height, width); None means `pool_size`.
        padding: "valid" or "same"; cells that are added are never the greatest.

    Returns:
        A new array with the shape and the dtype of `x`. Of several equal greatest numbers of a window,
        the first gets the derivative.

    Raises:
        ValueError: `dy` has not the shape of the output; the message names `dy`.
    """
    ### BEGIN SOLUTION
    dx = np.zeros_like(x)
    for (i, j), rows, columns in _windows(dy, x, pool_size, strides or pool_size, padding):
        cells = x[:, rows, columns]
        images, height, width, channels = cells.shape
        first = cells.reshape(images, height * width, channels).argmax(axis=1)
        chosen = np.arange(height * width)[:, None] == first[:, None, :]
        dx[:, rows, columns] += chosen.reshape(cells.shape) * dy[:, i, j, None, None]
    return dx


def _two(value):
    return tuple(value) if isinstance(value, (tuple, list)) else (value, value)


def _starts(size, window, stride, padding):
    """The first cell of each window along one axis; negative where padding comes before."""
    if padding == "valid":
        return range(0, size - window + 1, stride)
    count = -(-size // stride)
    before = max((count - 1) * stride + window - size, 0) // 2
    return range(-before, count * stride - before, stride)


def _windows(dy, x, window, strides, padding, channels=None):
    """((row, column) of an output, the rows and the columns of x that its window covers)."""
    (height, width), (down, across) = _two(window), _two(strides)
    tops = _starts(x.shape[1], height, down, padding)
    lefts = _starts(x.shape[2], width, across, padding)
    wanted = (len(x), len(tops), len(lefts), x.shape[3] if channels is None else channels)
    if np.shape(dy) != wanted:
        raise ValueError(f"dy must have the shape {wanted}, not {np.shape(dy)}")
    for i, top in enumerate(tops):
        for j, left in enumerate(lefts):
            rows, columns = slice(max(top, 0), top + height), slice(max(left, 0), left + width)
            yield (i, j), rows, columns
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_max_pool2d_backward", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"} tags=["raises-exception"]
image = np.array([[2, 2, 7, 3], [9, 4, 6, 1], [8, 5, 2, 4], [3, 1, 2, 6]]) * 1.0
slopes = np.array([[1.0, 2.0], [3.0, 4.0]])
wanted = np.array([[0, 0, 2, 0], [1, 0, 0, 0], [3, 0, 0, 0], [0, 0, 0, 4]]) * 1.0
check(
    max_pool2d_backward,
    slopes.reshape(1, 2, 2, 1),
    image.reshape(1, 4, 4, 1),
    expected=wanted.reshape(1, 4, 4, 1),
)
check_raises(max_pool2d_backward, np.ones((1, 3, 2, 1)), image.reshape(1, 4, 4, 1), naming="dy")

# %% [markdown]
# ## 2. Back through average pooling (4 points)
#
# Here all numbers of a window go into the output, each with the same share. A window of 4 cells gives
# each of them a quarter of its derivative. Under `"same"`, added cells are not counted: at the border
# a window may have only 2 real cells, and each of them gets a half.


# %% nbgrader={"grade": false, "grade_id": "avg_pool2d_backward", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def avg_pool2d_backward(dy, x, pool_size=2, strides=None, padding="valid"):
    """The derivatives of the loss for the inputs of average pooling.

    Args:
        dy: those for its outputs, shape (batch, output height, output width, channels).
        x: the inputs, floating, shape (batch, height, width, channels).
        pool_size: the window, an int or (height, width).
        strides: the step, an int or (height, width); None means `pool_size`.
        padding: "valid" or "same"; cells that are added do not count.

    Returns:
        A new array with the shape and the dtype of `x`.

    Raises:
        ValueError: `dy` has not the shape of the output; the message names `dy`.
    """
    ### BEGIN SOLUTION
    dx = np.zeros_like(x)
    for (i, j), rows, columns in _windows(dy, x, pool_size, strides or pool_size, padding):
        cells = dx[:, rows, columns]  # a view: adding to it adds to dx
        cells += dy[:, i, j, None, None] / (cells.shape[1] * cells.shape[2])
    return dx
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_avg_pool2d_backward", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"} tags=["raises-exception"]
line = np.array([5.0, 1.0, 2.0, 8.0, 3.0]).reshape(1, 1, 5, 1)
check(
    avg_pool2d_backward,
    np.array([4.0, 8.0]).reshape(1, 1, 2, 1),
    line,
    pool_size=(1, 2),
    expected=np.array([2.0, 2.0, 4.0, 4.0, 0.0]).reshape(1, 1, 5, 1),
)
check_raises(avg_pool2d_backward, np.ones((1, 1, 3, 1)), line, (1, 2), naming="dy")

# %% [markdown]
# ## 3. Back through a convolution, to the image (6 points)
#
# In a convolution, `x` times a weight of the kernel goes into an output. So the output's derivative,
# times this weight, comes back to `x`. Follow one output with a window of 3 cells:
#
#     y[1] = x[1] * k[0] + x[2] * k[1] + x[3] * k[2]
#
# So `dy[1] * k[0]` comes back to `x[1]`, `dy[1] * k[1]` to `x[2]` and `dy[1] * k[2]` to `x[3]`.

# %%
show_windows(size=7, window=3, stride=2)

# %% [markdown]
# Windows overlap, so add. With several filters, an input goes into the outputs of all of them: add
# over the filters, too. Under `"same"`, what comes back to added cells is dropped.


# %% nbgrader={"grade": false, "grade_id": "conv2d_backward_x", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def conv2d_backward_x(dy, x, kernel, strides=1, padding="valid"):
    """The derivatives of the loss for the images of a convolution.

    Args:
        dy: those for its outputs, shape (batch, output height, output width, out channels).
        x: the images, floating, shape (batch, height, width, in channels).
        kernel: shape (kernel height, kernel width, in channels, out channels).
        strides: the step, an int or (height, width).
        padding: "valid" or "same"; cells that are added are zeros.

    Returns:
        A new array with the shape and the dtype of `x`.

    Raises:
        ValueError: `dy` has not the shape of the output; the message names `dy`.
    """
    ### BEGIN SOLUTION
    return _with_borders(dy, x, kernel, strides, padding, _to_image)[0]


def _with_borders(dy, x, kernel, strides, padding, step):
    """Take a step for each window, on arrays with a border; return image and kernel gradients."""
    height, width, _, filters = kernel.shape
    down, across = _two(strides)
    margins = [
        (-starts[0], max(starts[-1] + window - size, 0))
        for size, window, starts in (
            (x.shape[1], height, _starts(x.shape[1], height, down, padding)),
            (x.shape[2], width, _starts(x.shape[2], width, across, padding)),
        )
    ]
    padded = np.pad(x, [(0, 0), *margins, (0, 0)])
    dx, dkernel = np.zeros_like(padded), np.zeros_like(kernel)
    (top, _), (left, _) = margins
    list(_windows(dy, x, kernel.shape[:2], strides, padding, filters))  # refuses a wrong dy
    for i, j in np.ndindex(dy.shape[1:3]):
        cells = np.s_[:, i * down : i * down + height, j * across : j * across + width]
        step(dx[cells], dkernel, padded[cells], kernel, dy[:, i, j])
    return dx[:, top : top + x.shape[1], left : left + x.shape[2]], dkernel


def _to_image(dcells, dkernel, cells, kernel, slopes):
    dcells += np.einsum("nf,hwcf->nhwc", slopes, kernel)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_conv2d_backward_x", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"} tags=["raises-exception"]
line = np.array([5.0, 1.0, 2.0, 8.0, 3.0]).reshape(1, 1, 5, 1)
kernel = np.array([1.0, 10.0, 100.0]).reshape(1, 3, 1, 1)
slopes = np.array([2.0, 3.0, 4.0]).reshape(1, 1, 3, 1)
check(
    conv2d_backward_x,
    slopes,
    line,
    kernel,
    expected=np.array([2.0, 23.0, 234.0, 340.0, 400.0]).reshape(1, 1, 5, 1),
)
check_raises(conv2d_backward_x, slopes, line[:, :, :4], kernel, naming="dy")

# %% [markdown]
# ## 4. Back through a convolution, to the weights (5 points)
#
# Each weight of a kernel is used in every window of every image. In each of them it is multiplied by
# one number of `x`. So its derivative is a sum over all windows and images: that number times the
# output's derivative. A bias is added to each output of its filter, so its derivative is the sum of the
# filter's `dy`.


# %% nbgrader={"grade": false, "grade_id": "conv2d_backward_weights", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def conv2d_backward_weights(dy, x, kernel, strides=1, padding="valid"):
    """The derivatives of the loss for the kernel and the bias of a convolution.

    Args:
        dy: those for its outputs, shape (batch, output height, output width, out channels).
        x: the images, floating, shape (batch, height, width, in channels).
        kernel: shape (kernel height, kernel width, in channels, out channels).
        strides: the step, an int or (height, width).
        padding: "valid" or "same"; cells that are added are zeros.

    Returns:
        (dkernel, dbias), new arrays: `dkernel` with the shape and the dtype of `kernel`, `dbias` of
        shape (out channels,), floating.

    Raises:
        ValueError: `dy` has not the shape of the output; the message names `dy`.
    """
    ### BEGIN SOLUTION
    _, dkernel = _with_borders(dy, x, kernel, strides, padding, _to_kernel)
    return dkernel, dy.sum(axis=(0, 1, 2))


def _to_kernel(dcells, dkernel, cells, kernel, slopes):
    dkernel += np.einsum("nhwc,nf->hwcf", cells, slopes)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_conv2d_backward_weights", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"} tags=["raises-exception"]
check(
    conv2d_backward_weights,
    slopes,
    line,
    kernel,
    expected=(np.array([21.0, 40.0, 40.0]).reshape(1, 3, 1, 1), np.array([9.0])),
)
check_raises(conv2d_backward_weights, slopes, line[:, :, :4], kernel, naming="dy")

# %% [markdown]
# ## Questions
#
# Answer in your own words, each in about 100 to 200 words. A worked number or a small example says
# more than a general statement. Each answer is worth 4 points and is read by a person.

# %% [markdown] nbgrader={"grade": false, "grade_id": "question_where_gradients_go", "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "markdown"}
# ### Question 1 (4 points)
#
# Compare what comes back through max pooling and through average pooling. Which inputs learn
# something from an output, and which do not? What happens where windows overlap, and what to rows
# and columns that no window covers? Work through one small example.

# %% [markdown] nbgrader={"grade": true, "grade_id": "where_gradients_go", "locked": false, "points": 4, "schema_version": 3, "solution": true, "task": false, "cell_type": "markdown"}
# **Model answer.** Max pooling passes the derivative to the greatest number of each window, and 0 to
# all others. They had no part in the output, so a small change of them changes nothing. Average
# pooling gives each number of the window the same share. For the window [3, 7; 2, 5] and a derivative
# of 8, max pooling sends back [0, 8; 0, 0] and average pooling [2, 2; 2, 2]. So behind max pooling few
# units learn at a time, but those learn strongly; behind average pooling all learn a little. Where
# windows overlap, a number goes into several outputs, and what comes back is added: the 7 gets 8 + 3
# if a second window with the derivative 3 has it as its greatest number, too. Rows and columns that no
# window covers go into no output. They get 0.
#
# **Rubric** (half points are possible)
#
# * 1 point: max pooling sends all to the greatest number and 0 to the others, with the reason.
# * 1 point: average pooling shares it equally.
# * 1 point: added where windows overlap (½), 0 where no window is (½).
# * 1 point: an example that was worked out and is correct.
#
# *Trap:* "max pooling has no gradient because it has no weights". Nothing in it is learned, but what
# lies in front of it is.

# %% [markdown] nbgrader={"grade": false, "grade_id": "question_numerical_gradients", "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "markdown"}
# ### Question 2 (4 points)
#
# How can you test a backward pass without a second formula for it? Say how a numerical derivative is
# computed, why its step must be neither large nor tiny, and why it goes wrong for max pooling where
# two numbers of a window are nearly equal. Why does nobody train a network with numerical derivatives?

# %% [markdown] nbgrader={"grade": true, "grade_id": "numerical_gradients", "locked": false, "points": 4, "schema_version": 3, "solution": true, "task": false, "cell_type": "markdown"}
# **Model answer.** Change one input by a step h in both directions, compute the loss for each, and
# divide the difference by 2h. It needs the forward pass only. If h is large, the loss bends between the
# two points, and the slope is that of a long line. If h is tiny, the two losses agree in nearly all of
# their 16 digits, and their difference is mostly rounding error: with h = 10⁻⁵ about ten digits are
# right, with h = 10⁻¹⁵ hardly one. Max pooling has a kink where two numbers are equal. If they are less
# than h apart, the step changes which is the greatest: for 3 and 3.000001 and h = 0.001 the derivative
# comes out as about one half for both, though it is 0 and 1. For training it is much too slow: each of a
# million weights would need two forward passes, while one backward pass gives all derivatives at
# once.
#
# **Rubric** (half points are possible)
#
# * 1 point: the difference of two losses, divided by the step (or twice the step).
# * 1 point: too large: not straight (½); too small: rounding (½).
# * 1 point: the step changes which number is the greatest.
# * 1 point: two forward passes for each weight, against one backward pass for all.
#
# *Trap:* "the smaller the step, the more exact". That is true on paper only.
