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
# # AlexNet
#
# In 2012 Krizhevsky, Sutskever and Hinton trained a network of eight layers on 1.2 million
# photographs and won the ImageNet challenge with 15.3 % top-5 error, where the second best entry
# had 26.2 %. In this assignment you write what was new about it in plain NumPy, count what it
# costs, build it in Keras, and train a narrow relative of it on pictures of flowers: thirteen
# exercises with 50 points, and four questions, with 4 points each.
#
# **Conventions**, the same as in Keras, hold in every exercise:
#
# * Images are arrays of shape `(batch, height, width, channels)`, called NHWC.
# ### VARIANT maps = channels-first
# * The images and maps of exercise 2 have the shape `(batch, channels, height, width)`, called NCHW.
# ### VARIANT maps = batch-last
# * The images and maps of exercise 2 have the shape `(channels, height, width, batch)`.
# ### END VARIANT
# * Functions are pure: they return something new and change none of their arguments.
# * An empty batch gives an empty batch. NaN propagates.
# * An argument that makes no sense raises a `ValueError` whose message names that argument, such
#   as `"rate must lie between 0 and 1, not 1.5"`.
# * What is random takes its numbers from the argument `rng`, a `numpy.random.Generator`, and from
#   nowhere else: the same generator in the same state gives the same result.
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
    show_bars,
    show_curves,
    show_filters,
    show_image_rows,
    show_images,
    show_sizes,
    show_top_predictions,
    train_as_graded,
)

# %% [markdown]
# A colour image of 227×227 pixels becomes 96 maps of 55×55 in the first convolution, and 256 maps
# of 6×6 after the last pooling. Three dense layers follow. The deeper a layer, the smaller its
# maps and the more of them:

# %%
show_sizes(
    [
        ("conv1", 96, 55),
        ("pool1", 96, 27),
        ("conv2", 256, 27),
        ("pool2", 256, 13),
        ("conv3", 384, 13),
        ("conv4", 384, 13),
        ("conv5", 256, 13),
        ("pool5", 256, 6),
    ]
)

# %% [markdown]
# ## 1. ReLU (1 point)
#
# Units of LeNet-5 squash their sum with tanh, which is flat where the sum is large: the gradient
# there is nearly 0, and learning is slow. A rectified linear unit passes positive sums on as they
# are, with gradient 1, and makes 0 of negative ones. In the paper a small convolutional network
# reached 25 % training error on CIFAR-10 six times faster with it than with tanh.


# %% nbgrader={"grade": false, "grade_id": "relu", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def relu(x):
    """The rectified linear unit, max(0, x), element by element.

    Args:
        x: an array of any shape and any real dtype.

    Returns:
        A new array of the same shape and dtype: 0 where `x` is negative, minus infinity included,
        `x` elsewhere. NaN stays NaN.

    Source: Krizhevsky, Sutskever, Hinton, ImageNet classification with deep convolutional neural
    networks (2012), section 3.1.
    """
    ### BEGIN SOLUTION
    return np.maximum(x, 0)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_relu", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"} tags=["raises-exception"]
check(relu, np.array([[-2.0, 0.0], [3.5, -0.5]]), expected=np.array([[0, 0], [3.5, 0]]))
check(relu, np.array([-np.inf, np.nan]), expected=np.array([0, np.nan]))

# %% [markdown]
# ## 2. Local response normalisation (5 points)
#
# A ReLU has no upper limit. After the first two convolutions AlexNet therefore lets neighbouring
# channels damp each other: the response $a_c$ of channel $c$ at some place becomes
#
# $$b_c = \frac{a_c}{\left(k + \alpha \sum_j a_j^2\right)^\beta}$$
#
# where $j$ runs over the channel itself and the $r$ channels to either side, at the same place,
# as far as they exist. The paper has $r = 2$ (that is its $n = 5$ channels in all), $k = 2$,
# $\alpha = 10^{-4}$ and $\beta = 0.75$. Mind two things in which programs differ: the sum is *not*
# divided by the number of channels, and it is one across channels, not across places.
#
# With responses near 1 all this does next to nothing: the divisor is $2^{0.75}$, about 1.68,
# whatever the neighbours do. It takes responses of 100 to tell right from wrong. The paper
# measured 1.4 % less top-1 error; later networks do without it.


# %% nbgrader={"grade": false, "grade_id": "local_response_norm", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def local_response_norm(x, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    """Divide each response by a power of the responses of neighbouring channels at its place.

    Args:
        x: images or maps, shape (batch, height, width, channels), of any real dtype, uint8
            included.
        depth_radius: how many channels to either side are neighbours, at least 0.
        bias: k in the paper.
        alpha: factor of the sum of squares; it is not divided by the number of channels.
        beta: exponent.

    Returns:
        A new array of the shape of `x`: a / (bias + alpha * sum)**beta, where `sum` adds the
        squares of channels c - depth_radius to c + depth_radius, those that exist, at the same
        place. Floating, and of the dtype of `x` where that is floating.

    Raises:
        ValueError: `x` is not of rank 4, or `depth_radius` is negative; the message names the
            argument.

    Source: Krizhevsky et al. (2012), section 3.3; the defaults are its n = 5, k, alpha and beta.
    """
    ### BEGIN SOLUTION
    x = _floating(x)
    if x.ndim != 4:
        raise ValueError(f"x must have 4 axes, but its shape is {x.shape}")
    if depth_radius < 0:
        raise ValueError(f"depth_radius must not be negative, {depth_radius} is")
    beyond = (depth_radius, depth_radius)  # channels that do not exist add nothing
    ### VARIANT maps = channels-last
    squares = np.pad(x**2, [(0, 0), (0, 0), (0, 0), beyond])
    neighbours = np.lib.stride_tricks.sliding_window_view(squares, 2 * depth_radius + 1, axis=3)
    ### VARIANT maps = channels-first
    squares = np.pad(x**2, [(0, 0), beyond, (0, 0), (0, 0)])
    neighbours = np.lib.stride_tricks.sliding_window_view(squares, 2 * depth_radius + 1, axis=1)
    ### VARIANT maps = batch-last
    squares = np.pad(x**2, [beyond, (0, 0), (0, 0), (0, 0)])
    neighbours = np.lib.stride_tricks.sliding_window_view(squares, 2 * depth_radius + 1, axis=0)
    ### END VARIANT
    return x / (bias + alpha * neighbours.sum(axis=-1)) ** beta


def _floating(x):
    """As an array of floating numbers: integers become float64, the rest stays what it is."""
    x = np.asarray(x)
    return x if np.issubdtype(x.dtype, np.floating) else x.astype(np.float64)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_local_response_norm", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"} tags=["raises-exception"]
def near(channels, radius):
    """Which channels, of so many, are at most `radius` apart."""
    numbers = np.arange(channels)
    return abs(numbers[:, np.newaxis] - numbers) <= radius


# with these numbers each divisor is 1 plus a hundredth of the sum: 5, 6, 6, 6 and 2
channels = np.array([20.0, 0.0, 20.0, 10.0, 0.0]).reshape(1, 1, 1, 5)
check(
    local_response_norm,
    channels,
    depth_radius=1,
    bias=1.0,
    alpha=0.01,
    beta=1.0,
    expected=np.array([4, 0, 20 / 6, 10 / 6, 0]).reshape(1, 1, 1, 5),
    ### VARIANT maps = channels-last
    window=Window(channels=near(5, radius=1)),
    ### END VARIANT
)
large = np.array([300.0, 0.0, 60.0, 0.0, 200.0, 100.0]).reshape(1, 1, 1, 6)
check(
    local_response_norm,
    large,
    expected=np.array([48.482779, 0, 7.733175, 0, 44.758099, 23.236808]).reshape(1, 1, 1, 6),
    ### VARIANT maps = channels-last
    window=Window(channels=near(6, radius=2)),
    ### END VARIANT
)
check_raises(local_response_norm, channels[0], naming="x")

responses = np.array([0, 40, 0, 20, 300, 60, 0, 80, 30, 0, 20, 60, 0, 90, 60, 10.0])
normalised = local_response_norm(responses.reshape(1, 1, 1, 16)).ravel()

# %% [markdown]
# Sixteen channels at one place, before and after. Channels 5 and 11 answer alike, with 60, but
# channel 5 has a loud neighbour.

# %%
if "normalised" in globals():
    display(show_bars(range(16), {"before": responses, "after": normalised}))

# %% [markdown]
# ## 3. Dropout (4 points)
#
# In training each unit of the first two dense layers is switched off with probability one half,
# anew for each example and each step. No unit can then rely on the company of certain others, and
# each has to find something that is of use by itself. At work all units take part.
#
# So that the sum that reaches the next layer stays the same on average, the paper multiplies the
# outputs at work by 0.5. Today the correction is done in training ("inverted dropout"): the units
# that are left are divided by the probability of being left, and at work nothing has to be done.
# Mind that `rate` is the probability of being *dropped*.


# %% nbgrader={"grade": false, "grade_id": "dropout", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def dropout(x, rate, training, rng):
    """Set elements to zero at random, and scale up the others ("inverted" dropout).

    Args:
        x: an array of any shape.
        rate: the probability with which an element is dropped, from 0 to 1.
        training: False for a network at work: `x` comes back unchanged, as a new array.
        rng: the `numpy.random.Generator` that decides, for each element by itself; it is used only
            when training.

    Returns:
        A new array of the shape of `x`, floating, and of the dtype of `x` where that is floating.
        When training each element is 0 or x / (1 - rate); with a rate of 1 all are 0.

    Raises:
        ValueError: `rate` does not lie between 0 and 1; the message names it.

    Source: Krizhevsky et al. (2012), section 4.2, where the scaling is done at test time instead.
    """
    ### BEGIN SOLUTION
    if not 0 <= rate <= 1:
        raise ValueError(f"rate must lie between 0 and 1, not {rate}")
    x = _floating(x)
    if not training:
        return x.copy()
    if rate == 1:
        return np.zeros_like(x)
    kept = rng.random(x.shape) >= rate
    return np.where(kept, x / (1 - rate), np.zeros((), x.dtype))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_dropout", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"} tags=["raises-exception"]
def values_left(rate):
    """The different values that dropout makes of a thousand ones."""
    return np.unique(dropout(np.ones(1000), rate, True, np.random.default_rng(1))).tolist()


def share_dropped_is_near(rate):
    dropped = dropout(np.ones(10000), rate, True, np.random.default_rng(2)) == 0
    return abs(float(dropped.mean()) - rate) < 0.05


some_numbers = np.array([1.0, -2.0, 3.0])
rng = np.random.default_rng(0)
check(dropout, some_numbers, 0.5, False, rng, expected=some_numbers)
check(values_left, 0.75, expected=[0.0, 4.0])
check(share_dropped_is_near, 0.75, expected=True)
check_raises(dropout, some_numbers, 1.5, True, rng, naming="rate")

# %% [markdown]
# ## 4. Random crops and flips (4 points)
#
# Sixty million parameters learn 1.2 million images by heart unless there is more to see. A flower
# that is moved by some pixels, or mirrored, is still the same flower, but its pixels are others.
# AlexNet cut squares of 224 pixels out of images of 256, at random, and mirrored half of them:
# the paper counts a factor of 2048. Whatever is done to an image, its label stays.
#
# Write the two separately. Each image of a batch gets a place of its own and is mirrored, or not,
# by itself. Mind the last place: an image of 3 rows has two places for a square of 2.


# %% nbgrader={"grade": false, "grade_id": "random_crop", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def random_crop(images, size, rng):
    """Cut a square out of each image, at a place of its own.

    Args:
        images: shape (N, height, width, channels).
        size: side of the squares, at least 1, at most height and width.
        rng: the `numpy.random.Generator` that chooses, for each image by itself, one of the
            (height - size + 1) * (width - size + 1) places, all equally likely.

    Returns:
        A new array of shape (N, size, size, channels) and the dtype of `images`.

    Raises:
        ValueError: `images` is not of rank 4, or `size` is below 1 or larger than the images; the
            message names the argument.

    Source: Krizhevsky et al. (2012), section 4.1: squares of 224 out of images of 256 by 256.
    """
    ### BEGIN SOLUTION
    images = _images(images)
    _check_size(size, images)
    count, height, width, _ = images.shape
    tops = rng.integers(0, height - size + 1, size=(count, 1, 1))
    lefts = rng.integers(0, width - size + 1, size=(count, 1, 1))
    rows = tops + np.arange(size)[:, np.newaxis]
    columns = lefts + np.arange(size)
    return images[np.arange(count)[:, np.newaxis, np.newaxis], rows, columns]
    ### END SOLUTION


def random_flip(images, rng):
    """Mirror each image left-right with probability one half.

    Args:
        images: shape (N, height, width, channels).
        rng: the `numpy.random.Generator` that decides, for each image by itself.

    Returns:
        A new array of the shape and dtype of `images`.

    Raises:
        ValueError: `images` is not of rank 4; the message names it.
    """
    ### BEGIN SOLUTION
    images = _images(images)
    flipped = rng.random((len(images), 1, 1, 1)) < 0.5
    return np.where(flipped, images[:, :, ::-1], images)


def _images(images):
    """As an array, with the axes of a batch of images."""
    images = np.asarray(images)
    if images.ndim != 4:
        raise ValueError(f"images must have 4 axes, but their shape is {images.shape}")
    return images


def _check_size(size, images):
    """A square of this size must fit into the images."""
    if not 1 <= size <= min(images.shape[1:3]):
        raise ValueError(f"size must lie between 1 and the images' sides, {size} does not")
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_random_crop", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"} tags=["raises-exception"]
def made_up_flowers():
    """Flowers to train with, and others, of the same kinds: images and labels."""
    from convgrade import datasets

    kinds = np.random.default_rng(17).permutation(np.repeat(np.arange(17), 15))
    return datasets.load("synthetic_flowers"), datasets.synthetic_flowers.drawn(kinds, 17), kinds


flowers, unseen_images, unseen_labels = made_up_flowers()
flower_images, flower_labels = flowers.x_train, flowers.y_train
one_flower = flower_images[:1] / 255
six_times = np.repeat(one_flower, 6, axis=0)
three_quarters = flower_images.shape[1] * 3 // 4

numbered = np.arange(12.0).reshape(1, 3, 4, 1)  # 3 rows of 4 pixels
many = np.repeat(numbered, 600, axis=0)


def corners_seen(size):
    """What stands in the upper left corner of six hundred random squares."""
    squares = random_crop(many, size, np.random.default_rng(3))
    return np.unique(squares[:, 0, 0, 0]).tolist()


def corners_of_flipped():
    """What stands in the upper left corner where each of six hundred images may be flipped."""
    return np.unique(random_flip(many, np.random.default_rng(4))[:, 0, 0, 0]).tolist()


def squares_shape(size):
    return random_crop(many[:5], size, np.random.default_rng(5)).shape


check(squares_shape, 3, expected=(5, 3, 3, 1))
check(corners_seen, 2, expected=[0.0, 1.0, 2.0, 4.0, 5.0, 6.0])
check(corners_of_flipped, expected=[0.0, 3.0])
rng = np.random.default_rng(0)
check_raises(random_crop, numbered, 4, rng, naming="size")

random_crops = random_crop(six_times, three_quarters, np.random.default_rng(6))
random_flips = random_flip(six_times, np.random.default_rng(7))

# %% [markdown]
# The flowers of this assignment are synthetic: seventeen kinds, drawn by a program, each flower
# with a pose, a place, colours, a background and light of its own. They are no photographs, and
# what a network makes of them says nothing about real flowers; but they are always there. (The
# checks above draw them, which takes some seconds: run them first.)

# %%
if "flower_images" in globals():
    first_of_each = [int(np.flatnonzero(flower_labels == kind)[0]) for kind in range(17)]
    display(show_images(flower_images[first_of_each], flowers.class_names, columns=6))

# %% [markdown]
# And this is what crops and flips make of one of them:

# %%
if "random_flips" in globals():
    display(show_image_rows({"image": one_flower, "crops": random_crops, "flips": random_flips}))

# %% [markdown]
# ## 5. Colours along their principal components (3 points)
#
# A flower stays the same in the light of evening, too. How colours vary together is told by the
# covariance of the red, green and blue values of all pixels, a 3×3 matrix. Its eigenvectors are
# the directions in which colours vary independently (the first is mostly light and dark), its
# eigenvalues the variances along them. To *each pixel* of an image the paper adds the same colour
#
# $$\alpha_1 \lambda_1 p_1 + \alpha_2 \lambda_2 p_2 + \alpha_3 \lambda_3 p_3$$
#
# where $p_i$ are the eigenvectors, $\lambda_i$ the eigenvalues and $\alpha_i$ drawn anew for each
# image, from a normal distribution with mean 0 and standard deviation 0.1. This took more than
# 1 % off the top-1 error.
#
# Eigenvalues are variances, so that all depends on the unit of colours: on a scale of 0 to 255
# they are 255² times as large as on one of 0 to 1, while the range is only 255 times as large.


# %% nbgrader={"grade": false, "grade_id": "pca_color_augment", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def pca_color_augment(images, eigenvalues, eigenvectors, rng, sigma=0.1):
    """Shift the colour of each image along the principal components of colours.

    Args:
        images: shape (N, height, width, 3), of any real dtype, uint8 included.
        eigenvalues: shape (3,), of the covariance of colours.
        eigenvectors: shape (3, 3), a column for each eigenvalue.
        rng: the `numpy.random.Generator` that draws three numbers for each image, from a normal
            distribution with mean 0.
        sigma: its standard deviation.

    Returns:
        A new array of the shape of `images`: to every pixel of an image the same three numbers are
        added, the sum over the components of vector * number * eigenvalue. Nothing is clipped.
        Floating, and of the dtype of `images` where that is floating.

    Raises:
        ValueError: `images` is not of rank 4 or has not 3 channels; the message names it.

    Source: Krizhevsky et al. (2012), section 4.1.
    """
    ### BEGIN SOLUTION
    images = _floating(_coloured(images))
    draws = rng.normal(0, sigma, size=(len(images), 3))
    shifts = (draws * np.asarray(eigenvalues)) @ np.asarray(eigenvectors).T
    return images + shifts[:, np.newaxis, np.newaxis, :].astype(images.dtype)
    ### END SOLUTION


def rgb_principal_components(images):
    """The directions in which the colours of pixels differ most, and how much they do.

    Args:
        images: shape (N, height, width, 3), of any real dtype, uint8 included; with at least one
            pixel.

    Returns:
        (eigenvalues, eigenvectors) of the covariance of the red, green and blue values of all
        pixels of all images, computed in float64: eigenvalues of shape (3,), falling; eigenvectors
        of shape (3, 3), of length 1, column i belonging to eigenvalue i, each with either sign.
        Whether the covariance divides by the number of pixels or by one less is free.

    Raises:
        ValueError: `images` is not of rank 4, has not 3 channels or no pixel; the message names it.
    """
    ### BEGIN SOLUTION
    pixels = _coloured(images).reshape(-1, 3).astype(np.float64)
    if not len(pixels):
        raise ValueError("images hold no pixel")
    eigenvalues, eigenvectors = np.linalg.eigh(np.cov(pixels, rowvar=False, bias=True))
    return eigenvalues[::-1].copy(), eigenvectors[:, ::-1].copy()


def _coloured(images):
    """As an array, with the axes of a batch of colour images."""
    images = _images(images)
    if images.shape[3] != 3:
        raise ValueError(f"images must have 3 channels, but their shape is {images.shape}")
    return images
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_pca_color_augment", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"} tags=["raises-exception"]
# red varies most here, then green, then blue, and each by itself
moves = [(3, 0, 0), (-3, 0, 0), (0, 2, 0), (0, -2, 0), (0, 0, 1), (0, 0, -1)]
colours = np.array([(100, 100, 100)] + [(100 + r, 100 + g, 100 + b) for r, g, b in moves])
small_image = colours.astype(np.uint8).reshape(1, 1, 7, 3)


def relative_eigenvalues(images):
    eigenvalues, _ = rgb_principal_components(images)
    return np.asarray(eigenvalues) / eigenvalues[0]


def directions(images):
    """The eigenvectors without their signs."""
    _, eigenvectors = rgb_principal_components(images)
    return np.abs(eigenvectors)


check(relative_eigenvalues, small_image, expected=np.array([1, 4 / 9, 1 / 9]))
check(directions, small_image, expected=np.eye(3))
check_raises(rgb_principal_components, np.zeros((2, 4, 4, 1)), naming="images")


def colours_added(eigenvectors, pixels):
    """How often each colour was moved, in three images, in steps of the first eigenvector."""
    images = np.zeros((3, 1, pixels, 3))
    rng = np.random.default_rng(8)
    moved = pca_color_augment(images, np.array([5.0, 0.0, 0.0]), eigenvectors, rng)
    return [len(np.unique(np.round(image.reshape(-1, 3), 9), axis=0)) for image in moved]


def spread_of_colours(eigenvalues):
    """By how much the colours of many images differ afterwards, as a multiple of sigma."""
    images = np.zeros((20000, 1, 1, 3))
    rng = np.random.default_rng(9)
    moved = pca_color_augment(images, np.array(eigenvalues), np.eye(3), rng, sigma=0.5)
    return np.round(moved.std(axis=(0, 1, 2)) / 0.5).tolist()


check(colours_added, np.eye(3), 4, expected=[1, 1, 1])
check(spread_of_colours, [8.0, 4.0, 1.0], expected=[8.0, 4.0, 1.0])

components = rgb_principal_components(flower_images / 255)
recoloured = pca_color_augment(six_times, *components, np.random.default_rng(10), sigma=1.5)

# %% [markdown]
# One flower in six lights. With the 0.1 of the paper one would hardly see a difference; here it is
# 1.5.

# %%
if "recoloured" in globals():
    display(show_image_rows({"image": one_flower, "colours": recoloured}))

# %% [markdown]
# ## 6. Ten crops (3 points)
#
# At work there should be no chance. The network then looks at an image ten times: at its four
# corners, its centre, and the mirror images of these five. Exercise 12 averages what it says.


# %% nbgrader={"grade": false, "grade_id": "ten_crop", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def ten_crop(images, size):
    """The four corners and the centre of each image, and the mirror images of these five.

    Args:
        images: shape (N, height, width, channels).
        size: side of the squares, at least 1, at most height and width.

    Returns:
        ### VARIANT crops = mirrored-last
        A new array of shape (N, 10, size, size, channels) and the dtype of `images`: top left, top
        right, bottom left, bottom right, centre, and then each of these mirrored left-right, in
        the same order. The centre starts at row (height - size) // 2 and column
        (width - size) // 2.
        ### VARIANT crops = mirrored-first
        A new array of shape (N, 10, size, size, channels) and the dtype of `images`: first the
        mirror images (left-right) of five crops, top left, top right, bottom left, bottom right,
        centre; then these five crops themselves, in the same order. The centre starts at row
        (height - size) // 2 and column (width - size) // 2.
        ### VARIANT crops = mirrored-first-centre-first
        A new array of shape (N, 10, size, size, channels) and the dtype of `images`: first the
        mirror images (left-right) of five crops, centre, top left, top right, bottom left, bottom
        right; then these five crops themselves, in the same order. The centre starts at row
        (height - size) // 2 and column (width - size) // 2.
        ### VARIANT crops = pairs
        A new array of shape (N, 10, size, size, channels) and the dtype of `images`: top left, top
        right, bottom left, bottom right, centre, each of them followed by its mirror image
        (left-right). The centre starts at row (height - size) // 2 and column
        (width - size) // 2.
        ### VARIANT crops = pairs-centre-first
        A new array of shape (N, 10, size, size, channels) and the dtype of `images`: centre, top
        left, top right, bottom left, bottom right, each of them followed by its mirror image
        (left-right). The centre starts at row (height - size) // 2 and column
        (width - size) // 2.
        ### VARIANT crops = centre-first
        A new array of shape (N, 10, size, size, channels) and the dtype of `images`: centre, top
        left, top right, bottom left, bottom right, and then each of these mirrored left-right, in
        the same order. The centre starts at row (height - size) // 2 and column
        (width - size) // 2.
        ### END VARIANT

    Raises:
        ValueError: `images` is not of rank 4, or `size` is below 1 or larger than the images; the
            message names the argument.

    Source: Krizhevsky et al. (2012), section 4.1.
    """
    ### BEGIN SOLUTION
    images = _images(images)
    _check_size(size, images)
    bottom, right = images.shape[1] - size, images.shape[2] - size
    ### VARIANT crops = centre-first | pairs-centre-first | mirrored-first-centre-first
    places = [(bottom // 2, right // 2), (0, 0), (0, right), (bottom, 0), (bottom, right)]
    ### VARIANT crops = mirrored-last | mirrored-first | pairs
    places = [(0, 0), (0, right), (bottom, 0), (bottom, right), (bottom // 2, right // 2)]
    ### END VARIANT
    crops = [images[:, top : top + size, left : left + size] for top, left in places]
    mirrored = [crop[:, :, ::-1] for crop in crops]
    ### VARIANT crops = mirrored-last | centre-first
    return np.stack(crops + mirrored, axis=1)
    ### VARIANT crops = mirrored-first | mirrored-first-centre-first
    return np.stack(mirrored + crops, axis=1)
    ### VARIANT crops = pairs | pairs-centre-first
    return np.stack(sum(zip(crops, mirrored), ()), axis=1)
    ### END VARIANT
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_ten_crop", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"} tags=["raises-exception"]
numbered = np.arange(12.0).reshape(1, 3, 4, 1)


def first_cells(size):
    """What stands in the upper left corner of each of the ten crops."""
    return ten_crop(numbered, size)[0, :, 0, 0, 0].tolist()


def shape_of_crops(count, size):
    return ten_crop(np.zeros((count, 6, 8, 3)), size).shape


check(shape_of_crops, 2, 5, expected=(2, 10, 5, 5, 3))
### VARIANT crops = mirrored-last
check(first_cells, 2, expected=[0.0, 2.0, 4.0, 6.0, 1.0, 1.0, 3.0, 5.0, 7.0, 2.0])
### VARIANT crops = mirrored-first
check(first_cells, 2, expected=[1.0, 3.0, 5.0, 7.0, 2.0, 0.0, 2.0, 4.0, 6.0, 1.0])
### VARIANT crops = pairs
check(first_cells, 2, expected=[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 1.0, 2.0])
### VARIANT crops = centre-first
check(first_cells, 2, expected=[1.0, 0.0, 2.0, 4.0, 6.0, 2.0, 1.0, 3.0, 5.0, 7.0])
### VARIANT crops = mirrored-first-centre-first
check(first_cells, 2, expected=[2.0, 1.0, 3.0, 5.0, 7.0, 1.0, 0.0, 2.0, 4.0, 6.0])
### VARIANT crops = pairs-centre-first
check(first_cells, 2, expected=[1.0, 2.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0])
### END VARIANT
check_raises(ten_crop, numbered, 4, naming="size")

if "three_quarters" in globals():
    ten_crops = ten_crop(one_flower, three_quarters)[0]

# %%
if "ten_crops" in globals():
    ### VARIANT crops = mirrored-last | centre-first
    display(show_image_rows({"crops": ten_crops[:5], "mirrored": ten_crops[5:]}))
    ### VARIANT crops = mirrored-first | mirrored-first-centre-first
    display(show_image_rows({"crops": ten_crops[5:], "mirrored": ten_crops[:5]}))
    ### VARIANT crops = pairs | pairs-centre-first
    display(show_image_rows({"crops": ten_crops[::2], "mirrored": ten_crops[1::2]}))
    ### END VARIANT

# %% [markdown]
# ## 7. The table of layers (5 points)
#
# How large is each layer, how many parameters does it learn, and how many multiplications does it
# take for one image?
#
# | layer | what |
# |---|---|
# | conv1 | 96 filters of 11×11, stride 4, no padding |
# | pool1 | the greatest of each window of 3×3, stride 2, no padding |
# | conv2 | 256 filters of 5×5, stride 1, padded so that height and width stay |
# | pool2 | as pool1 |
# | conv3 | 384 filters of 3×3, stride 1, padded |
# | conv4 | 384 filters of 3×3, stride 1, padded |
# | conv5 | 256 filters of 3×3, stride 1, padded |
# | pool5 | as pool1 |
# | fc6, fc7 | 4096 units each |
# | fc8 | a unit for each class |
#
# Without padding a window of $k$ with stride $s$ has $\lfloor (n - k)/s \rfloor + 1$ places on $n$
# cells. The windows of pooling overlap, which took 0.4 % off the top-1 error. Each filter and each
# unit has a bias. A multiply–accumulate is one multiplication by a weight with its addition to a
# sum: a filter needs as many as it has weights, at each place of its map. Biases are no
# multiplications.
#
# The authors split the network over two graphics cards of 3 GB. With two `groups` the filters of
# conv2, conv4 and conv5 see only the channels on their own card, one half; conv3 and the dense
# layers see all. The paper says 224×224 for the input, but only 227 gives the 55×55 of its first
# layer.


# %% nbgrader={"grade": false, "grade_id": "alexnet_table", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def alexnet_table(input_size=227, num_classes=1000, groups=1):
    """The layers of AlexNet, computed for an image of any size.

    Args:
        input_size: height and width of the image, which has three channels; at least 67.
        num_classes: units of fc8, at least 1.
        groups: into how many groups the channels of conv2, conv4 and conv5 are dealt: 1, or 2 as
            in the paper, or another divisor of 32.

    Returns:
        ### VARIANT table = dicts
        A list of eleven dicts, for conv1, pool1, conv2, pool2, conv3, conv4, conv5, pool5, fc6,
        fc7 and fc8 in this order, each with the keys "name" (a string), "shape" (a tuple of ints,
        (height, width, channels), or (units,) for fc6 to fc8), "parameters" (an int: weights and
        biases) and "multiply_accumulates" (an int: multiplications by a weight for one image;
        biases are not counted).
        ### VARIANT table = tuples
        A list of eleven tuples, for conv1, pool1, conv2, pool2, conv3, conv4, conv5, pool5, fc6,
        fc7 and fc8 in this order, each with a name (a string), a shape (a tuple of ints,
        (height, width, channels), or (units,) for fc6 to fc8), the parameters (an int: weights and
        biases) and the multiply-accumulates (an int: multiplications by a weight for one image;
        biases are not counted).
        ### VARIANT table = by-name
        A dict with the keys "conv1", "pool1", "conv2", "pool2", "conv3", "conv4", "conv5", "pool5",
        "fc6", "fc7" and "fc8" in this order. Each value is a tuple: a shape (a tuple of ints,
        (height, width, channels), or (units,) for fc6 to fc8), the parameters (an int: weights and
        biases) and the multiply-accumulates (an int: multiplications by a weight for one image;
        biases are not counted).
        ### VARIANT table = columns
        A dict of four lists, each with a value for conv1, pool1, conv2, pool2, conv3, conv4,
        conv5, pool5, fc6, fc7 and fc8 in this order: "name" (strings), "shape" (tuples of ints,
        (height, width, channels), or (units,) for fc6 to fc8), "parameters" (ints: weights and
        biases) and "multiply_accumulates" (ints: multiplications by a weight for one image;
        biases are not counted).
        ### END VARIANT

    Raises:
        ValueError: an argument is not as above; the message names it.

    Source: Krizhevsky et al. (2012), section 3.5.
    """
    ### BEGIN SOLUTION
    if input_size < 67:
        raise ValueError(f"input_size must be at least 67, not {input_size}")
    if num_classes < 1:
        raise ValueError(f"num_classes must be at least 1, not {num_classes}")
    if groups < 1 or 32 % groups:
        raise ValueError(f"groups must divide the numbers of channels, {groups} does not")
    ### VARIANT table = dicts | tuples
    rows = []
    ### VARIANT table = columns
    rows = {"name": [], "shape": [], "parameters": [], "multiply_accumulates": []}
    ### VARIANT table = by-name
    rows = {}
    ### END VARIANT
    side, channels = input_size, 3

    def add(name, shape, weights=0, biases=0, positions=1):
        ### VARIANT table = dicts
        rows.append(
            {
                "name": name,
                "shape": shape,
                "parameters": weights + biases,
                "multiply_accumulates": weights * positions,
            }
        )
        ### VARIANT table = tuples
        parameters, work = weights + biases, weights * positions
        rows.append((name, shape, parameters, work))
        ### VARIANT table = columns
        values = (name, shape, weights + biases, weights * positions)
        for column, value in zip(rows.values(), values):
            column.append(value)
        ### VARIANT table = by-name
        parameters, work = weights + biases, weights * positions
        rows[name] = (shape, parameters, work)
        ### END VARIANT

    # the side only changes in conv1 and in pooling: the other convolutions are padded
    for name, kernel, filters, dealt in (
        ("conv1", 11, 96, 1),
        ("pool1", 3, None, 1),
        ("conv2", 5, 256, groups),
        ("pool2", 3, None, 1),
        ("conv3", 3, 384, 1),
        ("conv4", 3, 384, groups),
        ("conv5", 3, 256, groups),
        ("pool5", 3, None, 1),
    ):
        if filters is None:
            side = (side - kernel) // 2 + 1
            add(name, (side, side, channels))
            continue
        if name == "conv1":
            side = (side - kernel) // 4 + 1
        weights = kernel * kernel * (channels // dealt) * filters
        channels = filters
        add(name, (side, side, channels), weights, filters, side * side)

    inputs = side * side * channels
    for name, units in (("fc6", 4096), ("fc7", 4096), ("fc8", num_classes)):
        add(name, (units,), inputs * units, units)
        inputs = units
    return rows
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_alexnet_table", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"} tags=["raises-exception"]
### VARIANT table = dicts
def layer(name, *arguments, **options):
    """A row of the table."""
    row = next(row for row in alexnet_table(*arguments, **options) if row["name"] == name)
    return {**row, "shape": tuple(row["shape"])}


def total(key, **options):
    return sum(row[key] for row in alexnet_table(**options))


### VARIANT table = tuples | columns | by-name
FIELDS = ("name", "shape", "parameters", "multiply_accumulates")


def rows(*arguments, **options):
    """The rows of the table as dicts."""
    table = alexnet_table(*arguments, **options)
    ### END VARIANT
    ### VARIANT table = tuples
    return [dict(zip(FIELDS, row)) for row in table]
    ### VARIANT table = columns
    return [dict(zip(FIELDS, row)) for row in zip(*(table[field] for field in FIELDS))]
    ### VARIANT table = by-name
    return [dict(zip(FIELDS, (name, *row))) for name, row in table.items()]
    ### END VARIANT


### VARIANT table = tuples | columns | by-name
def layer(name, *arguments, **options):
    """A row of the table."""
    row = next(row for row in rows(*arguments, **options) if row["name"] == name)
    return {**row, "shape": tuple(row["shape"])}


def total(key, **options):
    return sum(row[key] for row in rows(**options))


### END VARIANT
check(
    layer,
    "conv1",
    expected={
        "name": "conv1",
        "shape": (55, 55, 96),
        "parameters": 34944,
        "multiply_accumulates": 105415200,
    },
)
check(
    layer,
    "pool1",
    expected={"name": "pool1", "shape": (27, 27, 96), "parameters": 0, "multiply_accumulates": 0},
)
check(total, "parameters", expected=62378344)
check(total, "multiply_accumulates", expected=1135256096)
check(total, "parameters", groups=2, expected=60965224)
check_raises(alexnet_table, 64, naming="input_size")

### VARIANT table = dicts
table = alexnet_table()
### VARIANT table = tuples | columns | by-name
table = rows()
### END VARIANT

# %% [markdown]
# Where are the parameters, and where is the work?

# %%
if "table" in globals():
    learned = [row for row in table if row["parameters"]]
    display(
        show_bars(
            [row["name"] for row in learned],
            {
                "parameters": [row["parameters"] for row in learned],
                "multiply-accumulates": [row["multiply_accumulates"] for row in learned],
            },
            shares=True,
        )
    )

# %% [markdown]
# ## 8. AlexNet in Keras (7 points)
#
# Now the network itself, in one piece, without groups:
#
# * conv1 with ReLU, normalisation, pool1; conv2 with ReLU, normalisation, pool2; conv3, conv4 and
#   conv5 with ReLU; pool5: as in the table of exercise 7. The normalisation is that of exercise 2,
#   with the constants of the paper, *after* the ReLU and *before* pooling. (A well-known copy of
#   the network, CaffeNet, has the two the other way round.)
# * fc6 and fc7 with ReLU, each with dropout of rate 0.5; fc8 with softmax, and no ReLU before it.
#
# The full network is too large to train here. `width` makes a narrow one: it scales the number of
# filters and units of all layers but the last.
#
# Keras has no layer for local response normalisation. TensorFlow has the function,
# `tf.nn.local_response_normalization`, whose defaults are *not* those of the paper. A layer of
# your own can call it; a layer without weights is as short as this one:
#
# ```python
# class Doubled(keras.layers.Layer):
#     def call(self, inputs):
#         return 2 * inputs
# ```
#
# How you build the network is up to you: `Sequential`, the functional interface or a class of your
# own. The number of parameters is a check, but a weak one: networks with other strides, other
# paddings or another order have 62,378,344 of them as well.


# %% nbgrader={"grade": false, "grade_id": "build_alexnet", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def build_alexnet(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    """AlexNet in one piece, without groups, not compiled, with fresh weights: each model its own.

    Args:
        input_shape: (height, width, channels) of the images.
        num_classes: units of the output.
        width: factor for the filters and units of every layer but the last, rounded to the nearest
            whole number and at least 1: 0.1 makes 10 filters of 96.

    Returns:
        A `keras.Model` that maps images, shape (N, height, width, channels), to probabilities,
        shape (N, num_classes).

    Source: Krizhevsky et al. (2012), section 3.5 and figure 2.
    """
    import keras  # here, so that the exercises before need not wait for TensorFlow
    import tensorflow as tf

    ### BEGIN SOLUTION
    layers = keras.layers

    @keras.saving.register_keras_serializable(package="alexnet")
    class ResponseNormalization(layers.Layer):
        """Local response normalisation with the constants of the paper; has no weights."""

        def call(self, inputs):
            return tf.nn.local_response_normalization(
                inputs, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.75
            )

    def scaled(number):
        return max(1, round(width * number))

    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.Conv2D(scaled(96), 11, strides=4, activation="relu", name="conv1"),
            ResponseNormalization(name="norm1"),
            layers.MaxPooling2D(3, strides=2, name="pool1"),
            layers.Conv2D(scaled(256), 5, padding="same", activation="relu", name="conv2"),
            ResponseNormalization(name="norm2"),
            layers.MaxPooling2D(3, strides=2, name="pool2"),
            layers.Conv2D(scaled(384), 3, padding="same", activation="relu", name="conv3"),
            layers.Conv2D(scaled(384), 3, padding="same", activation="relu", name="conv4"),
            layers.Conv2D(scaled(256), 3, padding="same", activation="relu", name="conv5"),
            layers.MaxPooling2D(3, strides=2, name="pool5"),
            layers.Flatten(),
            layers.Dense(scaled(4096), activation="relu", name="fc6"),
            layers.Dropout(0.5),
            layers.Dense(scaled(4096), activation="relu", name="fc7"),
            layers.Dropout(0.5),
            layers.Dense(num_classes, activation="softmax", name="fc8"),
        ],
        name="alexnet",
    )
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_build_alexnet", "locked": true, "points": 7, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"} tags=["raises-exception"]
def parameters_of_alexnet(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    model = build_alexnet(input_shape, num_classes, width)
    model(np.zeros((1, *input_shape), np.float32))
    return model.count_params()


def answer(input_shape, num_classes, width):
    """What a fresh network says of two images: its shape, and the sums of the probabilities."""
    images = np.random.default_rng(11).uniform(size=(2, *input_shape)).astype(np.float32)
    probabilities = build_alexnet(input_shape, num_classes, width).predict(images, verbose=0)
    return probabilities.shape, np.round(probabilities.sum(axis=1), 4).tolist()


check(parameters_of_alexnet, expected=62378344)
check(parameters_of_alexnet, (227, 227, 3), 17, 0.1, expected=600715)
check(parameters_of_alexnet, (99, 99, 1), 5, 0.0001, expected=195)
check(answer, (99, 99, 3), 5, 0.05, expected=((2, 5), [1.0, 1.0]))

# %% [markdown]
# ## 9. The variant with batch normalisation (4 points)
#
# A course that has a small set of photographs, such as the 1,360 of the 17 flowers of Oxford,
# teaches AlexNet in another form, in which batch normalisation (2015) takes the place of response
# normalisation. It also comes after each layer that had none. Its default arguments in Keras are
# right.
#
# | layer | what | shape |
# |---|---|---|
# | conv1 | 96 filters of 11×11, stride 4, no padding, ReLU | 54×54×96 |
# | pool1 | 3×3, stride 2, no padding; then batch normalisation | 26×26×96 |
# | conv2 | 256 filters of 5×5, padded, ReLU | 26×26×256 |
# | pool2 | as pool1, with batch normalisation | 12×12×256 |
# | conv3 | 384 filters of 3×3, *no padding*, ReLU, batch normalisation | 10×10×384 |
# | conv4 | 384 filters of 3×3, *no padding*, ReLU, batch normalisation | 8×8×384 |
# | conv5 | 256 filters of 3×3, *no padding*, ReLU | 6×6×256 |
# | pool5 | as pool1, with batch normalisation | 2×2×256 |
# | fc6, fc7 | 4096 units each, ReLU, dropout of rate 0.4, batch normalisation | 4096 |
# | fc8 | a unit for each class, softmax | 17 |
#
# A quarter of the parameters of a batch normalisation are its running mean, another quarter its
# running variance. They are not trained.


# %% nbgrader={"grade": false, "grade_id": "build_alexnet_batchnorm", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def build_alexnet_batchnorm(input_shape=(224, 224, 3), num_classes=17):
    """AlexNet as it is taught with the 17 flowers: batch normalisation, fresh weights.

    Args:
        input_shape: (height, width, channels) of the images.
        num_classes: units of the output.

    Returns:
        A `keras.Model`, not compiled, that maps images, shape (N, height, width, channels), to
        probabilities, shape (N, num_classes).
    """
    import keras

    ### BEGIN SOLUTION
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.Conv2D(96, 11, strides=4, activation="relu", name="conv1"),
            layers.MaxPooling2D(3, strides=2, name="pool1"),
            layers.BatchNormalization(),
            layers.Conv2D(256, 5, padding="same", activation="relu", name="conv2"),
            layers.MaxPooling2D(3, strides=2, name="pool2"),
            layers.BatchNormalization(),
            layers.Conv2D(384, 3, activation="relu", name="conv3"),
            layers.BatchNormalization(),
            layers.Conv2D(384, 3, activation="relu", name="conv4"),
            layers.BatchNormalization(),
            layers.Conv2D(256, 3, activation="relu", name="conv5"),
            layers.MaxPooling2D(3, strides=2, name="pool5"),
            layers.BatchNormalization(),
            layers.Flatten(),
            layers.Dense(4096, activation="relu", name="fc6"),
            layers.Dropout(0.4),
            layers.BatchNormalization(),
            layers.Dense(4096, activation="relu", name="fc7"),
            layers.Dropout(0.4),
            layers.BatchNormalization(),
            layers.Dense(num_classes, activation="softmax", name="fc8"),
        ],
        name="alexnet_batchnorm",
    )
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_build_alexnet_batchnorm", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"} tags=["raises-exception"]
def parameters_of_variant():
    """All parameters, and those that are trained."""
    model = build_alexnet_batchnorm()
    model(np.zeros((1, 224, 224, 3), np.float32))
    trained = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
    return model.count_params(), trained


def answer_of_variant(input_shape, num_classes):
    model = build_alexnet_batchnorm(input_shape, num_classes)
    return model.predict(np.zeros((2, *input_shape), np.float32), verbose=0).shape


check(parameters_of_variant, expected=(24834833, 24815697))
check(answer_of_variant, (224, 224, 3), 4, expected=(2, 4))

# %% [markdown]
# ## 10. Flowers as the network wants them (4 points)
#
# Colours from 0 to 255 become numbers from 0 to 1, labels become vectors with a single 1
# ("one-hot"), and both are put into a random order: the same for images and labels, and the same
# again for the same `seed`. Why here, when `fit` shuffles by itself? Because `validation_split`
# takes the *last* images before anything is shuffled. Where these are sorted by class, the network
# is tried on classes that it has never seen, and is right in 0 % of cases.


# %% nbgrader={"grade": false, "grade_id": "prepare_flowers", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def prepare_flowers(images, labels, seed, num_classes=17):
    """Make images and labels ready for training, in random order.

    Args:
        images: colours from 0 to 255, uint8, shape (N, height, width, 3).
        labels: class numbers, ints from 0 to num_classes - 1, shape (N,).
        seed: an int that decides the order: the same seed gives the same order, another seed
            another one.
        num_classes: how many classes there are; not all of them need occur.

    Returns:
        ### VARIANT flowers = x-and-y
        (x, y): `x` float32 of the shape of `images`, divided by 255; `y` of shape
        ### VARIANT flowers = y-and-x
        (y, x): `x` float32 of the shape of `images`, divided by 255; `y` of shape
        ### VARIANT flowers = named
        {"images": x, "labels": y}: `x` float32 of the shape of `images`, divided by 255; `y` of shape
        ### VARIANT flowers = dict
        {"x": x, "y": y}: `x` float32 of the shape of `images`, divided by 255; `y` of shape
        ### END VARIANT
        (N, num_classes), a floating or integer array with a 1 at the class of each image and 0
        elsewhere. Both are in the same random order.

    Raises:
        ValueError: `images` is not of rank 4 or has not 3 channels, `labels` has not one class for
            each image or one that is not from 0 to num_classes - 1; the message names the argument.
    """
    ### BEGIN SOLUTION
    images, labels = _coloured(images), np.asarray(labels)
    if labels.shape != images.shape[:1]:
        raise ValueError(f"labels must have the shape {images.shape[:1]}, not {labels.shape}")
    if len(labels) and not 0 <= labels.min() <= labels.max() < num_classes:
        raise ValueError(f"labels must lie between 0 and {num_classes - 1}")
    order = np.random.default_rng(seed).permutation(len(labels))
    x = images[order].astype(np.float32) / 255
    y = np.zeros((len(labels), num_classes), np.float32)
    y[np.arange(len(labels)), labels[order]] = 1
    ### VARIANT flowers = x-and-y
    return x, y
    ### VARIANT flowers = y-and-x
    return y, x
    ### VARIANT flowers = dict
    return {"x": x, "y": y}
    ### VARIANT flowers = named
    return {"images": x, "labels": y}
    ### END VARIANT
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_prepare_flowers", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"} tags=["raises-exception"]
# a hundred images of one pixel, each as bright as its number; they are sorted by class
gray_images = np.repeat(np.arange(100, dtype=np.uint8), 3).reshape(100, 1, 1, 3)
sorted_labels = np.arange(100) // 10


def numbers_and_classes(seed):
    """Which images stand where, and the classes that are told for them."""
    ### VARIANT flowers = x-and-y
    x, y = prepare_flowers(gray_images, sorted_labels, seed)
    ### VARIANT flowers = y-and-x
    y, x = prepare_flowers(gray_images, sorted_labels, seed)
    ### VARIANT flowers = dict | named
    x, y = prepare_flowers(gray_images, sorted_labels, seed).values()
    ### END VARIANT
    return np.rint(np.asarray(x)[:, 0, 0, 0] * 255).astype(int), np.argmax(y, axis=1)


def images_match_labels(seed):
    numbers, classes = numbers_and_classes(seed)
    return sorted(numbers.tolist()) == list(range(100)) and bool((numbers // 10 == classes).all())


def same_order(seed, another):
    return bool((numbers_and_classes(seed)[0] == numbers_and_classes(another)[0]).all())


def shapes_and_brightest():
    ### VARIANT flowers = x-and-y
    x, y = prepare_flowers(np.full((3, 4, 6, 3), 255, np.uint8), np.array([2, 0, 2]), seed=1)
    ### VARIANT flowers = y-and-x
    y, x = prepare_flowers(np.full((3, 4, 6, 3), 255, np.uint8), np.array([2, 0, 2]), seed=1)
    ### VARIANT flowers = dict | named
    white = np.full((3, 4, 6, 3), 255, np.uint8)
    x, y = prepare_flowers(white, np.array([2, 0, 2]), seed=1).values()
    ### END VARIANT
    return x.shape, str(x.dtype), y.shape, float(x.max())


check(shapes_and_brightest, expected=((3, 4, 6, 3), "float32", (3, 17), 1.0))
check(images_match_labels, 1, expected=True)
check(same_order, 1, 1, expected=True)
check(same_order, 1, 2, expected=False)
check_raises(prepare_flowers, gray_images[:2], np.array([0, 17]), 1, naming="labels")

# %% [markdown]
# ## 11. Top-k accuracy (2 points)
#
# Many photographs of ImageNet show several things, of which only one is the label. An answer
# therefore counts as right if the label is among the five most probable classes: 15.3 % top-5
# *error* is 84.7 % top-5 accuracy. What if two classes are equally probable? Here the lower number
# comes first, so that a network that always says the same is not right in every case.


# %% nbgrader={"grade": false, "grade_id": "top_k_accuracy", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def top_k_accuracy(probabilities, labels, k):
    """The share of examples whose class is among the k most probable ones.

    Args:
        ### VARIANT top-k = accuracy | error
        probabilities: shape (N, classes), N at least 1.
        ### VARIANT top-k = columns | error-of-columns
        probabilities: shape (classes, N), a column for each example; N at least 1.
        ### END VARIANT
        labels: true class numbers, ints, shape (N,).
        k: how many guesses are allowed, from 1 to the number of classes.

    Returns:
        A float from 0 to 1. Of classes that are equally probable the one with the lower number
        comes first.

    Raises:
        ValueError: `probabilities` is not of rank 2, `labels` has not one class for each example,
            or `k` is not between 1 and the number of classes; the message names the argument.
    """
    ### BEGIN SOLUTION
    probabilities, labels = np.asarray(probabilities), np.asarray(labels)
    if probabilities.ndim != 2:
        raise ValueError(f"probabilities must have 2 axes, not the shape {probabilities.shape}")
    ### VARIANT top-k = columns | error-of-columns
    probabilities = np.swapaxes(probabilities, 0, 1)
    ### END VARIANT
    if labels.shape != probabilities.shape[:1]:
        raise ValueError(f"labels must have {len(probabilities)} classes, not {labels.shape}")
    if not 1 <= k <= probabilities.shape[1]:
        raise ValueError(f"k must lie between 1 and {probabilities.shape[1]}, not {k}")
    # a stable sort keeps classes that are equally probable in their order
    guesses = np.argsort(-probabilities, axis=1, kind="stable")[:, :k]
    ### VARIANT top-k = accuracy | columns
    return float((guesses == labels[:, np.newaxis]).any(axis=1).mean())
    ### VARIANT top-k = error | error-of-columns
    return float((guesses != labels[:, np.newaxis]).all(axis=1).mean())
    ### END VARIANT
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_top_k_accuracy", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"} tags=["raises-exception"]
probabilities = np.array([[0.1, 0.6, 0.3], [0.4, 0.3, 0.3], [0.2, 0.2, 0.6]])
### VARIANT top-k = columns | error-of-columns
probabilities = probabilities.T  # a column for each of three examples
### END VARIANT
labels = np.array([2, 2, 2])
### VARIANT top-k = accuracy | columns
check(top_k_accuracy, probabilities, labels, 1, expected=1 / 3)
check(top_k_accuracy, probabilities, labels, 2, expected=2 / 3)
check(top_k_accuracy, probabilities, labels, 3, expected=1.0)
### VARIANT top-k = error | error-of-columns
check(top_k_accuracy, probabilities, labels, 1, expected=2 / 3)
check(top_k_accuracy, probabilities, labels, 2, expected=1 / 3)
check(top_k_accuracy, probabilities, labels, 3, expected=0.0)
### END VARIANT
check_raises(top_k_accuracy, probabilities, labels, 4, naming="k")

# %% [markdown]
# ## 12. Averaging over ten crops (2 points)
#
# The answer of the network for an image is the mean of its answers for the ten crops of exercise
# 6: probabilities are averaged, not the crops, and not the classes that win.


# %% nbgrader={"grade": false, "grade_id": "ten_crop_predict", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def ten_crop_predict(predict, image, size):
    """The probabilities of the classes of an image, averaged over its ten crops.

    Args:
        predict: a function that maps images, shape (10, size, size, channels), to probabilities,
            shape (10, classes).
        image: one image, shape (height, width, channels), of any real dtype, uint8 included.
        size: side of the crops, at least 1, at most height and width.

    Returns:
        A new array of shape (classes,): the mean of what `predict` says of the crops that
        `ten_crop` makes.

    Raises:
        ValueError: `image` is not of rank 3, or `size` is below 1 or larger than the image; the
            message names the argument.

    Source: Krizhevsky et al. (2012), section 4.1.
    """
    ### BEGIN SOLUTION
    image = np.asarray(image)
    if image.ndim != 3:
        raise ValueError(f"image must have 3 axes, but its shape is {image.shape}")
    crops = ten_crop(image[np.newaxis], size)[0]
    return np.asarray(predict(crops)).mean(axis=0)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_ten_crop_predict", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"} tags=["raises-exception"]
def dark_or_bright(crops):
    """Stands in for a network: the brighter the first pixel, the surer of the second class."""
    bright = crops[:, 0, 0, 0] / 11
    return np.stack([1 - bright, bright], axis=1)


numbered = np.arange(12.0).reshape(3, 4, 1)
check(ten_crop_predict, dark_or_bright, numbered, 2, expected=np.array([79 / 110, 31 / 110]))
check_raises(ten_crop_predict, dark_or_bright, numbered, 4, naming="size")

# %% [markdown]
# ## 13. Training (6 points)
#
# Training the full network on ImageNet took the authors five to six days on two graphics cards.
# Yours trains a narrow relative of it on small images of flowers, in seconds. Which optimiser with
# which learning rate is up to you. Your function is graded by what the model has learned: the
# weights that it leaves are tried on images that it has never seen.
#
# | dataset | training images | epochs | batch size | asked for |
# |---|---|---|---|---|
# | synthetic_flowers | all | 12 | 16 | at least 46.5% of unseen images right |
# | flowers17, if your instructor says so | all | 12 | 32 | at least 45.5% of unseen images right |
#
# Images are reduced to 20×20 pixels, and of each 2 squares of 16×16 are cut out at random places.
# They come sorted by class. The network is the narrow one of the check below: three convolutions,
# two of them pooled by windows that overlap, dropout, a softmax; with fresh weights. No two
# trainings end alike: one that ends near the bar is done again with other seeds, three times in
# all, and the median counts.
#
# The check below trains under just these conditions, on the flowers of this notebook, up to three
# times, and shows what came and what is asked for. That takes less than a minute of computing; a
# loop of your own does too, with `@tf.function` before the step. Not every choice learns fast enough
# in so few steps. What is known to be too slow on synthetic flowers, or to end near the bar now and
# then: Adam with a rate of 0.0001, SGD without momentum with 0.01 or 0.05, and Adagrad and Adadelta
# as Keras has them. SGD with a momentum of 0.9 and a rate of 0.05 takes steps so large that the
# training breaks down.
#
# All layers are to be trained, and with images of all classes: if you keep some to validate with,
# keep some of each.


# %% nbgrader={"grade": false, "grade_id": "train_alexnet", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def train_alexnet(model, x, y, epochs, batch_size, seed):
    """Train a model on images in random order.

    Args:
        model: a `keras.Model` such as `build_alexnet` makes: not compiled, its last layer a
            softmax. It is trained in place.
        x: images, float32, shape (N, height, width, 3), values from 0 to 1. They may be sorted by
            class.
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
        optimizer=keras.optimizers.Adam(1e-3),
        loss="categorical_crossentropy",
        metrics=["accuracy"],
    )
    history = model.fit(x, y, batch_size=batch_size, epochs=epochs, shuffle=True, verbose=0)
    return history.history
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_train_alexnet", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"} tags=["raises-exception"]
def narrow_net(number, side=16):
    """A narrow relative of AlexNet, for small images of flowers, with weights as He draws them."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(number)
    he = {"activation": "relu", "kernel_initializer": "he_uniform"}
    model = keras.Sequential(
        [
            keras.Input((side, side, 3)),
            layers.Conv2D(16, 5, padding="same", **he),
            layers.MaxPooling2D(3, strides=2),
            layers.Conv2D(32, 3, padding="same", **he),
            layers.MaxPooling2D(3, strides=2),
            layers.Conv2D(32, 3, padding="same", **he),
            layers.Flatten(),
            layers.Dense(64, **he),
            layers.Dropout(0.25, seed=number),
            layers.Dense(17, activation="softmax", kernel_initializer="he_uniform"),
        ]
    )
    kernel, bias = model.layers[0].get_weights()
    model.layers[0].set_weights([kernel, bias - 0.4 * kernel.sum(axis=(0, 1, 2))])
    return model


def reduced(images, side=20):
    """Images of a smaller side: float32, values from 0 to 1."""
    from PIL import Image

    box = Image.Resampling.BOX
    small = [np.asarray(Image.fromarray(each).resize((side, side), box)) for each in images]
    return np.stack(small).astype(np.float32) / 255


def first_training(epochs):
    """Whether a loss is told for each epoch that was trained, and the last is lower than the first."""
    x, y = prepare_flowers(flower_images[:64], flower_labels[:64], 1)
    history = train_alexnet(narrow_net(1, x.shape[1]), x, y, epochs, 16, seed=1)
    losses = getattr(history, "history", history)["loss"]
    return 1 < len(losses) <= epochs and bool(losses[-1] < losses[0])


check(first_training, 8, expected=True)

rng = np.random.default_rng(12)
side = 16
by_class = np.argsort(flower_labels, kind="stable")
twice = np.repeat(by_class, 2)
x_flowers = random_crop(reduced(flower_images[by_class]).repeat(2, axis=0), side, rng)
runs = train_as_graded(
    train_alexnet,
    narrow_net,
    x_flowers,
    np.eye(17, dtype=np.float32)[flower_labels[twice]],
    random_crop(reduced(unseen_images).repeat(4, axis=0), side, rng),
    unseen_labels.repeat(4),
    epochs=12,
    batch_size=16,
)
trained, history = runs.model, runs.history
check_learned(runs, asked=0.465)

# %% [markdown]
# These are the curves of the first of these trainings and the sixteen filters of the first convolution, each a
# small image, grey where a weight is 0. After so short a training much of the noise is left that
# they began with, but some tell one colour from another or bright from dark across an edge. In the
# paper, after 90 rounds through a million images, they are clean: gratings in all directions, and
# blobs of colour.

# %%
if "history" in globals():
    display(show_curves(history))
    display(show_filters(trained.get_weights()[0]))

# %% [markdown]
# And this is what the network says of flowers that it has never seen, by ten crops of each: over
# the image its kind, under it the five most probable ones.

# %%
if "history" in globals():

    def predict(crops):
        return np.asarray(trained(crops.astype(np.float32)))

    new_images, new_labels = unseen_images[:200], unseen_labels[:200]
    answers = np.stack([ten_crop_predict(predict, each, side) for each in reduced(new_images)])
    for k in (1, 5):
        print(f"top-{k} accuracy: {top_k_accuracy(answers, new_labels, k):.1%}")
    display(show_top_predictions(new_images[:8], answers[:8], new_labels[:8], flowers.class_names))

# %% [markdown]
# ## Questions
#
# Answer in your own words, each in about 100 to 200 words. A worked number or a small example says
# more than a general statement. Each answer is worth 4 points and is read by a person.

# %% [markdown] nbgrader={"grade": false, "grade_id": "question_alexnet_overview", "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "markdown"}
# ### Question 1 (4 points)
#
# Describe AlexNet as the paper of 2012 has it, from the image to the decision. Give the size of the
# maps after each convolution and each pooling, say how many parameters there are and how many
# layers learn them, and tell how good the network was: on which data, measured how, compared with
# what.

# %% [markdown] nbgrader={"grade": true, "grade_id": "alexnet_overview", "locked": false, "points": 4, "schema_version": 3, "solution": true, "task": false, "cell_type": "markdown"}
# **Model answer.** An image with three channels passes through five convolutions and three dense
# layers, the eight layers that learn. conv1, 96 filters of 11×11 with stride 4, makes 55×55 maps of
# 227×227 pixels (the paper says 224, which does not give 55). Pooling with 3×3 windows and stride 2
# comes after conv1, conv2 and conv5, so that the sides are 55, 27, 27, 13, 13, 13, 13, 6. conv2 has
# 256 filters of 5×5, conv3 to conv5 384, 384 and 256 of 3×3. The 6·6·256 = 9,216 numbers go to two
# dense layers of 4,096 units and to 1,000 outputs with softmax: the largest probability is the
# answer. ReLU follows every layer but the last, response normalisation conv1 and conv2. There are
# about 61 million parameters (60,965,224 with the filters in two groups, as in the paper). On
# ImageNet, 1.2 million photographs of 1,000 kinds, it had 37.5 % top-1 and 17.0 % top-5 error on
# the test set of 2010. In the challenge of 2012 an average of seven networks of its kind had 15.3 %
# top-5 error; the second best entry had 26.2 %.
#
# **Rubric** (half points are possible)
#
# * 1 point: the order of layers: five convolutions, of which 1, 2 and 5 are pooled (½), three dense
#   layers and softmax (½).
# * 1 point: the sides 55-27-13-6, or the rule that gives them; one slip costs ½.
# * 1 point: about 60 million parameters (½) in eight layers that learn (½).
# * 1 point: how good: a figure of the paper with data and measure (½), such as 15.3 % top-5 error
#   in 2012, and what it is compared with (½), such as 26.2 %.
#
# *Trap:* 57.1 % top-1 and 80.2 % top-5 accuracy told as the paper's own results. They belong to a
# later re-training: no point for how good. Error told as accuracy, or top-5 as top-1, takes off ½.

# %% [markdown] nbgrader={"grade": false, "grade_id": "question_architectural_innovations", "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "markdown"}
# ### Question 2 (4 points)
#
# What was new in AlexNet, in its layers and in its training? Choose four things. Say of each which
# problem it solves and how, and which effect the paper measured.

# %% [markdown] nbgrader={"grade": true, "grade_id": "architectural_innovations", "locked": false, "points": 4, "schema_version": 3, "solution": true, "task": false, "cell_type": "markdown"}
# **Model answer.** *ReLU* does not saturate: where its input is positive the gradient is 1, so that
# deep networks learn fast. A small network came to 25 % training error on CIFAR-10 six times faster
# than with tanh. *Response normalisation* lets neighbouring channels damp each other, which matters
# as ReLU has no upper limit: 1.4 % less top-1 error, 1.2 % less top-5. *Overlapping pooling*,
# windows of 3 with stride 2 in place of 2 with stride 2, makes overfitting a little harder: 0.4 %
# and 0.3 %. *Crops and flips* show each image in 2,048 variants, against overfitting of 60 million
# parameters; without them the authors would have had to take a much smaller network. *Shifts of
# colour* along principal components stand for changes of light: more than 1 % less top-1 error.
# *Dropout* switches off half of the units of fc6 and fc7 at random, so that none can rely on
# others: without it the network overfits strongly; training takes about twice as many steps. *Two
# graphics cards* of 3 GB made a net of this size possible; compared with one of half the filters on
# one card, 1.7 % and 1.2 % less error.
#
# **Rubric** (half points are possible)
#
# * 1 point for each of four innovations: the problem and how it is solved (½), and the effect that
#   the paper measured, as a number where it gives one (½). For dropout, which has no number for the
#   error, twice the steps or "strong overfitting without it" will do; for crops and flips the
#   factor 2,048.
# * More than four: the best four count.
#
# *Trap:* batch normalisation, global average pooling, residual connections or 3×3 filters
# throughout named as AlexNet's: they came later, no point for it. Max pooling, dropout or ReLU told
# as invented by this paper: take off ½ point once. It made them work together, at a size that
# nobody had tried.

# %% [markdown] nbgrader={"grade": false, "grade_id": "question_roles_of_the_layers", "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "markdown"}
# ### Question 3 (4 points)
#
# What do the layers of AlexNet do: the first convolution, the pooling layers, the later
# convolutions, the dense layers? Say where the parameters are and where the work is, with numbers
# from your table, and what follows from it: where would you save if memory were short, and where if
# time were?

# %% [markdown] nbgrader={"grade": true, "grade_id": "roles_of_the_layers", "locked": false, "points": 4, "schema_version": 3, "solution": true, "task": false, "cell_type": "markdown"}
# **Model answer.** conv1 finds edges, gratings and blobs of colour in windows of 11×11; its stride
# of 4 makes the maps small at once. Pooling keeps the strongest response nearby: exactly where it
# lay matters less, and the next layer sees a larger part of the image for less work. conv2 to conv5
# combine what was found, over an ever larger part of the image, into textures and parts of things.
# The dense layers see all places of all 256 maps together and make of them evidence for each class.
# They hold 58.6 of 62.4 million parameters, 94 % (fc6 alone 37.8 million, 61 %), since each unit
# has a weight for each of its inputs. The convolutions hold 6 %, but use each weight at every
# place, up to 3,025 times: 1,077 of 1,135 million multiply–accumulates, 95 %, of which conv2 has
# 448 million. If memory is short, one saves in fc6: fewer units, or an average over the 6×6 places
# before it. If time is short, one saves in the convolutions: fewer filters, groups (1,135 becomes
# 724 million), smaller images.
#
# **Rubric** (half points are possible)
#
# * 1 point: what the first and the later convolutions do, told apart (½ each).
# * 1 point: pooling (½) and the dense layers (½).
# * 1 point: about 94 % of the parameters in dense layers (½), about 95 % of the work in
#   convolutions (½); one of the numbers, and "most" for the other, will do.
# * 1 point: the conclusion for memory (½) and for time (½), each fitting its reason.
#
# *Trap:* "the network is translation invariant because of pooling", without *small* or *about*:
# take off ½ point. To save parameters by fewer convolutional filters only, or time by smaller dense
# layers, gets no half point for that conclusion.

# %% [markdown] nbgrader={"grade": false, "grade_id": "question_flowers_insights", "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "markdown"}
# ### Question 4 (4 points)
#
# Train the narrow network of exercise 13 on the flowers, change *one* thing (crops and flips,
# shifts of colour, dropout, the optimiser, the number of filters…) and train it again. Show a
# figure that compares the two, in a cell of its own above your answer, and describe it here: what
# was changed, what is to be seen, why it is so, and how you made sure that it was not chance. Say
# on which images you measured, and that they are synthetic, if they are.

# %% [markdown] nbgrader={"grade": true, "grade_id": "flowers_insights", "locked": false, "points": 4, "schema_version": 3, "solution": true, "task": false, "cell_type": "markdown"}
# **Model answer.** I took 20 flowers of each kind, 340 of the synthetic ones, and a net for squares
# of 56×56 pixels: that of exercise 13 with first filters of 7×7 and a stride of 2, 48 maps in the
# third convolution, 128 units and a dropout of one half. I trained it once for 96 epochs on their
# centres, once for 8 epochs on twelve random crops of each, flipped at random. That is the same
# number of steps, with Adam (0.001), batches of 32 and three seeds each. I measured on the centres
# of the 425 synthetic flowers that were kept back. The figure shows both accuracies of all six
# runs. Without variants 66, 67 and 69 % of unseen flowers are right, with them 75, 75 and 76 %. On
# the training images it is the other way round: 97 to 99 % against 87 to 91 %. The network without
# variants has learned by heart where things lie in 340 pictures; with them it cannot, and has to
# find what stays the same. Seeds differ by at most 4 points, the two kinds by 8. With all 850
# flowers (32 epochs against four variants and 8 epochs) the difference is lost among the seeds: 78,
# 80 and 84 % against 74, 76 and 87 %. More flowers do what variants do, and the network has not
# begun to learn by heart. (Numbers vary; what counts is that figure, numbers and explanation
# agree.)
#
# **Rubric** (half points are possible)
#
# * 1 point: a figure with named axes that shows both runs.
# * 1 point: one thing was changed, the rest told (½); measured on images that were not trained on,
#   and it is said which they are (½).
# * 1 point: what is to be seen is described with numbers, and they agree with the figure.
# * 1 point: a reason that fits (½); chance is considered: several seeds, or the spread (½).
#
# *Trap:* accuracy on the training images as proof of quality; images that were augmented before
# they were split, so that variants of one flower are on both sides; a conclusion from differences
# that are smaller than those between two seeds. Each loses its half point.
