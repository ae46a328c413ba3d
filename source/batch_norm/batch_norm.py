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
# # Batch normalisation
#
# A network learns faster if the numbers inside it stay in a small range. Batch normalisation takes
# care of that: it shifts and scales each channel so that its mean is 0 and its variance is 1. In
# this assignment you write it in NumPy, forwards and backwards, and then put it into a small
# network in Keras: five exercises with 23 points, and two questions with 4 points each.
#
# **Conventions**, the same as in Keras, hold in every exercise:
#
# * The last axis is the channel. Images have the shape `(batch, height, width, channels)`. Outputs
#   of dense layers have the shape `(batch, channels)`. Your functions take both, and any other
#   number of axes from two on.
# * Each channel is treated alone: no channel changes the result of another one. NaN propagates: a
#   NaN spoils its own channel only.
# * Functions are pure: they return new arrays and change none of their arguments.
# * `float16` has few digits, and its largest number is 65504. So compute in `float32` or
#   `float64` if `x` is `float16` or holds whole numbers.
# * An argument that makes no sense raises a `ValueError` whose message names that argument, such
#   as `"gamma must have one number for each channel"`.
#
# You may add functions of your own, in any cell in which you write. Exercises may call the
# functions of earlier ones. If one of yours is wrong, the exercises that call it are graded with a
# right one in its place, so you pay for a mistake once. After each exercise comes a cell of public
# checks. They are few on purpose: hidden tests carry at least four fifths of the points.
#
# If Python says that a module is missing, run `%pip install "convgrade[networks]"` in a new cell and
# restart the kernel.

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
import numpy as np

# %% nbgrader={"grade": false, "grade_id": "tools", "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
from convgrade import check, check_raises, show_bars

# %% [markdown]
# ## 1. The mean and the variance of a channel (4 points)
#
# Here are two images of 1×2 pixels with two channels:
#
# | image | first channel | second channel |
# | --- | --- | --- |
# | first | 1, 3 | 0, 0 |
# | second | 5, 7 | 8, 0 |
#
# The mean of the first channel is (1 + 3 + 5 + 7) / 4 = 4. It is taken over all images, rows and
# columns. The **variance** is the mean of the *squared* distances from the mean: here
# (9 + 1 + 1 + 9) / 4 = 5. We divide by the number of values `n`, as Keras does, and not by `n - 1`.
#
# On paper, the variance is also "the mean of the squares minus the square of the mean". Do not
# compute it so: if the mean is large and the variance small, you subtract two huge numbers that are
# nearly equal, and no digit of the result is right. Subtract the mean first, then square.


# %% nbgrader={"grade": false, "grade_id": "batch_statistics", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def batch_statistics(x):
    """The mean and the variance of each channel.

    Args:
        x: numbers, integers or floating, shape (batch, …, channels), at least two axes.

    Returns:
        (mean, variance), two new arrays of shape (channels,), float32 or float64, at least as
        precise as `x`. The variance is the mean of the squared distances from the mean.

    Raises:
        ValueError: `x` has fewer than two axes, or no values to take a mean of; the message names
            `x`.
    """
    ### BEGIN SOLUTION
    x = _batch(x)
    if not x.size:
        raise ValueError(f"x must hold values, but its shape is {x.shape}")
    x = x.astype(_working_dtype(x.dtype), copy=False)
    axes = tuple(range(x.ndim - 1))
    mean = x.mean(axis=axes)
    return mean, np.square(x - mean).mean(axis=axes)


def _batch(x):
    """`x` as an array with channels on its last axis."""
    x = np.asarray(x)
    if x.ndim < 2:
        raise ValueError(f"x must have at least two axes, but its shape is {x.shape}")
    return x


def _working_dtype(dtype):
    """The dtype in which numbers of this dtype are computed with."""
    if dtype.kind != "f":
        return np.float64
    return np.promote_types(dtype, np.float32)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_batch_statistics", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"} tags=["raises-exception"]
x = np.array([[1.0, 0.0], [3.0, 0.0], [5.0, 8.0], [7.0, 0.0]]).reshape(2, 1, 2, 2)
check(batch_statistics, x, expected=(np.array([4.0, 2.0]), np.array([5.0, 12.0])))
check(batch_statistics, x[:1], expected=(np.array([2.0, 0.0]), np.array([1.0, 0.0])))
check_raises(batch_statistics, np.array([1.0, 2.0]), naming="x")

# %% [markdown]
# ## 2. Normalise (5 points)
#
# With the mean and the variance of a channel, each of its numbers becomes
#
#     y = gamma * (x - mean) / sqrt(variance + epsilon) + beta
#
# * `epsilon` is a small number *below the root*. It prevents a division by zero if all numbers of a
#   channel are equal.
# * `gamma` and `beta` are learned, one of each per channel. With them, the network can choose
#   another spread and another mean.
#
# Which mean and which variance? That depends on the mode:
#
# * In **training**, those of the batch itself.
# * Afterwards, at **inference**, the *moving* ones, which were collected during training (exercise
#   3). The answer for an image then does not depend on the other images of its batch.
#
# As in Keras, `training` is False unless it is given.


# %% nbgrader={"grade": false, "grade_id": "batch_norm", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def batch_norm(x, gamma, beta, moving_mean, moving_variance, training=False, epsilon=1e-3):
    """Normalise each channel, as `keras.layers.BatchNormalization`.

    Args:
        x: numbers, integers or floating, shape (batch, …, channels), at least two axes.
        gamma, beta: the factor and the shift of each channel, shape (channels,).
        moving_mean, moving_variance: what is used at inference, shape (channels,).
        training: whether the mean and the variance of `x` are used instead.
        epsilon: is added to the variance, below the root.

    Returns:
        A new array with the shape and the dtype of `x`; float32 or float64 if `x` holds integers.
        At inference, an empty batch gives an empty batch.

    Raises:
        ValueError: `x` has fewer than two axes, or no values in training; or one of `gamma`,
            `beta`, `moving_mean`, `moving_variance` has not the shape (channels,). The message
            names the argument.
    """
    ### BEGIN SOLUTION
    x = _batch(x)
    gamma, beta = _per_channel(gamma, "gamma", x), _per_channel(beta, "beta", x)
    mean = _per_channel(moving_mean, "moving_mean", x)
    variance = _per_channel(moving_variance, "moving_variance", x)
    if training:
        mean, variance = batch_statistics(x)
    y = gamma * (x - mean) / np.sqrt(variance + epsilon) + beta
    return y.astype(x.dtype, copy=False) if x.dtype.kind == "f" else y


def _per_channel(values, name, x):
    """`values` as an array in working precision, one for each channel of `x`."""
    values = np.asarray(values)
    if values.shape != x.shape[-1:]:
        raise ValueError(f"{name} must have the shape {x.shape[-1:]}, not {values.shape}")
    return values.astype(_working_dtype(values.dtype), copy=False)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_batch_norm", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"} tags=["raises-exception"]
x = np.array([[1.0, 0.0], [3.0, 0.0], [5.0, 8.0], [7.0, 0.0]]).reshape(2, 1, 2, 2)
gamma, beta = np.array([3.0, 2.0]), np.array([10.0, -1.0])
moving_mean, moving_variance = np.array([1.0, 2.0]), np.array([12.0, 60.0])
check(
    batch_norm,
    x,
    gamma,
    beta,
    moving_mean,
    moving_variance,
    training=True,
    epsilon=4.0,
    expected=np.array([[7.0, -2.0], [9.0, -2.0], [11.0, 2.0], [13.0, -2.0]]).reshape(2, 1, 2, 2),
)
check(
    batch_norm,
    x,
    gamma,
    beta,
    moving_mean,
    moving_variance,
    epsilon=4.0,
    expected=np.array([[10.0, -1.5], [11.5, -1.5], [13.0, 0.5], [14.5, -1.5]]).reshape(2, 1, 2, 2),
)
check_raises(batch_norm, x, gamma[:1], beta, moving_mean, moving_variance, naming="gamma")

# %% [markdown]
# ## 3. Moving averages (3 points)
#
# In training, every batch moves the moving mean and the moving variance a little towards its own:
#
#     new = momentum * old + (1 - momentum) * that of the batch
#
# With Keras' default of 0.99, a batch counts for one hundredth. (Mind other libraries: PyTorch calls
# the *other* number, 0.01, "momentum", and divides this variance by `n - 1`.) A mean that starts at
# 0 comes close to the true one, here 1, only after some hundred batches:

# %%
batches = [1, 10, 50, 100, 200, 400]
show_bars(batches, {"moving mean after so many batches": [1 - 0.99**n for n in batches]})


# %% nbgrader={"grade": false, "grade_id": "update_moving", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def update_moving(moving_mean, moving_variance, x, momentum=0.99):
    """The moving mean and variance after one more batch, as Keras updates them.

    Args:
        moving_mean, moving_variance: those before the batch, shape (channels,).
        x: the batch, integers or floating, shape (batch, …, channels), at least two axes.
        momentum: the share of the old values, from 0 to 1.

    Returns:
        (mean, variance), two new arrays of shape (channels,), float32 or float64.

    Raises:
        ValueError: `x` has fewer than two axes or no values, `momentum` is not from 0 to 1, or
            `moving_mean` or `moving_variance` has not the shape (channels,). The message names the
            argument.
    """
    ### BEGIN SOLUTION
    x = _batch(x)
    if not 0 <= momentum <= 1:
        raise ValueError(f"momentum must lie between 0 and 1, not {momentum}")
    old_mean = _per_channel(moving_mean, "moving_mean", x)
    old_variance = _per_channel(moving_variance, "moving_variance", x)
    mean, variance = batch_statistics(x)
    return (
        momentum * old_mean + (1 - momentum) * mean,
        momentum * old_variance + (1 - momentum) * variance,
    )
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_update_moving", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"} tags=["raises-exception"]
x = np.array([[1.0, 0.0], [3.0, 0.0], [5.0, 8.0], [7.0, 0.0]]).reshape(2, 1, 2, 2)
check(
    update_moving,
    np.array([0.0, 10.0]),
    np.array([1.0, 4.0]),
    x,
    momentum=0.75,
    expected=(np.array([1.0, 8.0]), np.array([2.0, 6.0])),
)
check_raises(update_moving, np.zeros(2), np.ones(2), x, momentum=1.5, naming="momentum")

# %% [markdown]
# ## 4. The backward pass (6 points)
#
# To learn, a network asks each layer: *how does the loss change if I change your inputs a little?*
# The layer gets `dy`, the derivative of the loss for each of its outputs, and returns the derivatives
# for each input: `dx`, `dgamma` and `dbeta`. Here the layer is in training mode.
#
# Two of them are short. Write `h = (x - mean) / sqrt(variance + epsilon)`, so that
# `y = gamma * h + beta`. In each channel:
#
#     dbeta  = the sum of dy
#     dgamma = the sum of dy * h
#
# The third is the famous one. A number `x` changes its own `y`. But it also changes the mean of the
# channel, and with it *every* `y` of the channel, and it changes the variance. Add up these three
# ways:
#
# * straight on: `dh / sqrt(variance + epsilon)`, with `dh = gamma * dy`;
# * by the mean: each `x` moves the mean by one part in `n`;
# * by the variance: `x` moves it by `2 * (x - mean) / n`, and the variance moves every `h`.
#
# What comes out can be tested without any formula. Change one number of `x` by a very small step, and
# compute the loss `sum(dy * y)` before and after it. Their difference, divided by the step, is the
# *numerical* gradient. The hidden tests compare your answer with such gradients. Do the same, with
# your `batch_norm` from exercise 2.
#
# A test for your result: if you add the same number to all values of a channel, `y` stays as it
# was. So `dx` adds up to 0 in each channel.


# %% nbgrader={"grade": false, "grade_id": "batch_norm_backward", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def batch_norm_backward(dy, x, gamma, epsilon=1e-3):
    """The gradients of batch normalisation in training mode.

    Args:
        dy: the derivatives of the loss for the outputs, floating, with the shape of `x`.
        x: the inputs, floating, shape (batch, …, channels), at least two axes.
        gamma: the factor of each channel, shape (channels,).
        epsilon: is added to the variance, below the root.

    Returns:
        (dx, dgamma, dbeta), new arrays: the derivatives of the loss for `x`, with its shape and its
        dtype, and for `gamma` and `beta`, shape (channels,), float32 or float64.

    Raises:
        ValueError: `x` has fewer than two axes or no values, `dy` has another shape than `x`, or
            `gamma` has not the shape (channels,). The message names the argument.
    """
    ### BEGIN SOLUTION
    x, dy = _batch(x), np.asarray(dy)
    if dy.shape != x.shape:
        raise ValueError(f"dy must have the shape of x, {x.shape}, not {dy.shape}")
    gamma = _per_channel(gamma, "gamma", x)
    mean, variance = batch_statistics(x)
    axes = tuple(range(x.ndim - 1))
    scale = 1 / np.sqrt(variance + epsilon)
    normalised = (x - mean) * scale
    dy = dy.astype(_working_dtype(dy.dtype), copy=False)
    dgamma, dbeta = (dy * normalised).sum(axis=axes), dy.sum(axis=axes)
    count = x.size // x.shape[-1]
    dx = gamma * scale * (dy - dbeta / count - normalised * dgamma / count)
    return dx.astype(x.dtype, copy=False), dgamma, dbeta
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_batch_norm_backward", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"} tags=["raises-exception"]
x = np.array([[1.0, 0.0], [3.0, 0.0], [5.0, 8.0], [7.0, 0.0]]).reshape(2, 1, 2, 2)
dy = np.array([[3.0, 0.0], [0.0, 2.0], [0.0, 2.0], [1.0, 0.0]]).reshape(2, 1, 2, 2)
check(
    batch_norm_backward,
    dy,
    x,
    np.array([3.0, 2.0]),
    epsilon=4.0,
    expected=(
        np.array([[1.5, -3 / 8], [-7 / 6, 5 / 8], [-5 / 6, 1 / 8], [1 / 2, -3 / 8]]).reshape(
            2, 1, 2, 2
        ),
        np.array([-2.0, 2.0]),
        np.array([4.0, 4.0]),
    ),
)
check_raises(batch_norm_backward, dy[:1], x, np.array([3.0, 2.0]), naming="dy")

# %% [markdown]
# ## 5. Its place in a network (5 points)
#
# Batch normalisation was proposed *between* a convolution and its activation. There it makes the
# bias of the convolution useless: the mean is subtracted right after it, and `beta` does the work of
# a bias. So the convolution gets `use_bias=False`. (The variant of AlexNet in another assignment of
# this course puts it after ReLU and pooling. There the bias acts through ReLU, and is kept.)
#
# Build this network. For each number in `filters`, one block:
#
# | layer | settings |
# | --- | --- |
# | convolution | so many filters of 3×3, padded so that the size is kept, no bias, no activation |
# | batch normalisation | Keras' own settings |
# | ReLU | none |
# | max pooling | windows of 2×2, side by side |
#
# Then the maps are flattened, and a dense layer has one unit for each class, with a softmax.
#
# Each normalisation has four numbers per channel. `gamma` and `beta` are trained. The moving mean and
# variance are not: no gradient changes them. That is why the public check counts two sums.


# %% nbgrader={"grade": false, "grade_id": "build_batch_norm_net", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def build_batch_norm_net(input_shape=(32, 32, 3), num_classes=10, filters=(16, 32)):
    """A small network with batch normalisation before each ReLU, fresh weights.

    Args:
        input_shape: (height, width, channels) of the images.
        num_classes: units of the output.
        filters: how many filters each block has.

    Returns:
        A `keras.Model`, not compiled, that maps images, shape (N, height, width, channels), to
        probabilities, shape (N, num_classes).
    """
    import keras

    ### BEGIN SOLUTION
    layers = keras.layers
    blocks = []
    for count in filters:
        blocks += [
            layers.Conv2D(count, 3, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.MaxPooling2D(2),
        ]
    output = layers.Dense(num_classes, activation="softmax")
    return keras.Sequential([keras.Input(input_shape), *blocks, layers.Flatten(), output])
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_build_batch_norm_net", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"} tags=["raises-exception"]
def parameters_of_net():
    """All parameters, and those that are trained."""
    model = build_batch_norm_net()
    model(np.zeros((1, 32, 32, 3), np.float32))
    trained = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
    return model.count_params(), trained


def answer_of_net(input_shape, num_classes, filters):
    model = build_batch_norm_net(input_shape, num_classes, filters)
    return model.predict(np.zeros((2, *input_shape), np.float32), verbose=0).shape


check(parameters_of_net, expected=(25722, 25626))
check(answer_of_net, (12, 8, 1), 4, (3, 5), expected=(2, 4))

# %% [markdown]
# ## Questions
#
# Answer in your own words, each in about 100 to 200 words. A worked number or a small example says
# more than a general statement. Each answer is worth 4 points and is read by a person.

# %% [markdown] nbgrader={"grade": false, "grade_id": "question_two_modes", "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "markdown"}
# ### Question 1 (4 points)
#
# Why does batch normalisation compute with other numbers in training than afterwards? Say what would
# go wrong if it used the batch's own mean and variance at inference, what would go wrong with the
# moving ones after a very short training, and what becomes of a batch of one image of one pixel.

# %% [markdown] nbgrader={"grade": true, "grade_id": "two_modes", "locked": false, "points": 4, "schema_version": 3, "solution": true, "task": false, "cell_type": "markdown"}
# **Model answer.** In training, the mean and the variance of the batch are known, and the gradient
# flows through them: the network learns with the numbers that it is really normalised by. At
# inference they would make the answer for an image depend on the images that happen to be in the same
# batch. The same image could be a cat among dogs, and a dog among cats. So the moving averages are
# used, which are fixed: the same image always gets the same answer. They need time. They start at 0
# and 1, and with a momentum of 0.99 they have gone only 1 − 0.99¹⁰ = 10 % of the way after 10
# batches. So a network that was trained for a short time may be good in training and bad afterwards.
# In a batch of one image of one pixel, each channel has one number. It is its own mean, the variance
# is 0, and every output is `beta`: nothing of the image is left.
#
# **Rubric** (half points are possible)
#
# * 1 point: at inference, the batch's own numbers would make an answer depend on the other images.
# * 1 point: in training the batch's own numbers are used, and the gradient flows through them.
# * 1 point: the moving averages start at 0 and 1 and follow slowly, shown with a number.
# * 1 point: in a batch of one number per channel, every output is `beta`.
#
# *Trap:* "a small batch is only less exact". With one number per channel, all information is lost.
# Said without that, the last point is not earned.

# %% [markdown] nbgrader={"grade": false, "grade_id": "question_needless_bias", "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "markdown"}
# ### Question 2 (4 points)
#
# Why does a convolution need no bias if batch normalisation follows it? Show it with the formula or
# with numbers. Does the same hold if ReLU stands between the two, as in the variant of AlexNet? And
# how many of the numbers of a batch normalisation with 96 channels are trained, and what are the
# others?

# %% [markdown] nbgrader={"grade": true, "grade_id": "needless_bias", "locked": false, "points": 4, "schema_version": 3, "solution": true, "task": false, "cell_type": "markdown"}
# **Model answer.** A bias adds the same number b to all values of a channel. Then the mean grows by
# b, too: (x + b) − (mean + b) = x − mean, and the variance does not change. For the values 1, 3, 5, 7
# and b = 100 the distances from the mean are −3, −1, 1, 3 with and without the bias. So the bias has
# no effect, its gradient is 0, and `beta` can do its work. If ReLU stands between them, it does not
# hold: b decides which values are cut off at 0. The values −2 and 4 become 0 and 4; with b = 3 they
# become 1 and 7. A batch normalisation of 96 channels has 4 · 96 = 384 numbers. 192 are trained:
# `gamma` and `beta`. The other 192 are the moving mean and variance. They are measured and not
# learned, and no gradient reaches them.
#
# **Rubric** (half points are possible)
#
# * 1 point: the bias moves the mean by the same amount, so the difference stays.
# * 1 point: a worked line of the formula, or an example with numbers.
# * 1 point: it does not hold with ReLU between them, with the reason.
# * 1 point: 192 are trained (½); the others are moving mean and variance (½).
#
# *Trap:* "the bias is only smaller". It has no effect at all.
