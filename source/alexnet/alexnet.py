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
# public checks. They are few on purpose: your work is graded with more checks than these.

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
import numpy as np

# %% nbgrader={"grade": false, "grade_id": "tools", "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}

from autograder.student import check, check_raises

# %% [markdown]
# ## 1. ReLU (1 point)


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
check(relu, np.array([-2.0, 0.0, 3.5, -np.inf, np.nan]), expected=np.array([0, 0, 3.5, 0, np.nan]))

# %% [markdown]
# ## 2. Local response normalisation (5 points)


# %% nbgrader={"grade": false, "grade_id": "local_response_norm", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def local_response_norm(x, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    """Divide each response by a power of the responses of neighbouring channels at its place.

    Args:
        x: images or maps, shape (batch, height, width, channels).
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
    squares = np.pad(x**2, [(0, 0), (0, 0), (0, 0), beyond])
    neighbours = np.lib.stride_tricks.sliding_window_view(squares, 2 * depth_radius + 1, axis=3)
    return x / (bias + alpha * neighbours.sum(axis=-1)) ** beta


def _floating(x):
    """As an array of floating numbers: integers become float64, the rest stays what it is."""
    x = np.asarray(x)
    return x if np.issubdtype(x.dtype, np.floating) else x.astype(np.float64)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_local_response_norm", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"} tags=["raises-exception"]
one_place = np.array([30.0, 0.0, 10.0, 40.0, 20.0]).reshape(1, 1, 1, 5)
check(
    local_response_norm,
    np.full((1, 1, 1, 1), 10.0),
    depth_radius=0,
    bias=1.0,
    alpha=0.03,
    beta=1.0,
    expected=np.full((1, 1, 1, 1), 2.5),
)
check_raises(local_response_norm, one_place[0], naming="x")

# %% [markdown]
# ## 3. Dropout (4 points)


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
check(
    dropout,
    np.array([1.0, -2.0]),
    0.5,
    False,
    np.random.default_rng(0),
    expected=np.array([1.0, -2.0]),
)
check_raises(dropout, np.ones(3), 1.5, True, np.random.default_rng(0), naming="rate")

# %% [markdown]
# ## 4. Random crops and flips (4 points)


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
image = np.arange(12.0).reshape(1, 3, 4, 1)
check_raises(random_crop, image, 4, np.random.default_rng(0), naming="size")

# %% [markdown]
# ## 5. Colours along their principal components (3 points)


# %% nbgrader={"grade": false, "grade_id": "pca_color_augment", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def pca_color_augment(images, eigenvalues, eigenvectors, rng, sigma=0.1):
    """Shift the colour of each image along the principal components of colours.

    Args:
        images: shape (N, height, width, 3).
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
        pixels of all images, float64: eigenvalues of shape (3,), falling; eigenvectors of shape
        (3, 3), of length 1, column i belonging to eigenvalue i, each with either sign. Whether
        the covariance divides by the number of pixels or by one less is free.

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
check_raises(rgb_principal_components, np.zeros((2, 4, 4, 1)), naming="images")

# %% [markdown]
# ## 6. Ten crops (3 points)


# %% nbgrader={"grade": false, "grade_id": "ten_crop", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def ten_crop(images, size):
    """The four corners and the centre of each image, and the mirror images of these five.

    Args:
        images: shape (N, height, width, channels).
        size: side of the squares, at least 1, at most height and width.

    Returns:
        A new array of shape (N, 10, size, size, channels) and the dtype of `images`: top left, top
        right, bottom left, bottom right, centre, and then each of these mirrored left-right, in
        the same order. The centre starts at row (height - size) // 2 and column
        (width - size) // 2.

    Raises:
        ValueError: `images` is not of rank 4, or `size` is below 1 or larger than the images; the
            message names the argument.

    Source: Krizhevsky et al. (2012), section 4.1.
    """
    ### BEGIN SOLUTION
    images = _images(images)
    _check_size(size, images)
    bottom, right = images.shape[1] - size, images.shape[2] - size
    places = [(0, 0), (0, right), (bottom, 0), (bottom, right), (bottom // 2, right // 2)]
    crops = [images[:, top : top + size, left : left + size] for top, left in places]
    mirrored = [crop[:, :, ::-1] for crop in crops]
    return np.stack(crops + mirrored, axis=1)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_ten_crop", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"} tags=["raises-exception"]
check_raises(ten_crop, image, 4, naming="size")

# %% [markdown]
# ## 7. The table of layers (5 points)


# %% nbgrader={"grade": false, "grade_id": "alexnet_table", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def alexnet_table(input_size=227, num_classes=1000, groups=1):
    """The layers of AlexNet, computed for an image of any size.

    Args:
        input_size: height and width of the image, which has three channels; at least 67.
        num_classes: units of fc8, at least 1.
        groups: into how many groups the channels of conv2, conv4 and conv5 are dealt: 1, or 2 as
            in the paper, or another divisor of 32.

    Returns:
        A list of eleven dicts, for conv1, pool1, conv2, pool2, conv3, conv4, conv5, pool5, fc6,
        fc7 and fc8 in this order, each with the keys "name" (a string), "shape" (a tuple of ints,
        (height, width, channels), or (units,) for fc6 to fc8), "parameters" (an int: weights and
        biases) and "multiply_accumulates" (an int: multiplications by a weight for one image;
        biases are not counted).

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
    rows = []
    side, channels = input_size, 3

    def add(name, shape, weights=0, biases=0, positions=1):
        rows.append(
            {
                "name": name,
                "shape": shape,
                "parameters": weights + biases,
                "multiply_accumulates": weights * positions,
            }
        )

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
check_raises(alexnet_table, 64, naming="input_size")

# %% [markdown]
# ## 8. AlexNet in Keras (7 points)


# %% nbgrader={"grade": false, "grade_id": "build_alexnet", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def build_alexnet(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    """AlexNet in one piece, without groups, with fresh weights, not compiled.

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
def shape_of_answer(*arguments):
    images = np.zeros((2, *arguments[0]), np.float32)
    return build_alexnet(*arguments).predict(images, verbose=0).shape


check(shape_of_answer, (67, 67, 3), 5, 0.05, expected=(2, 5))

# %% [markdown]
# ## 9. The variant with batch normalisation (4 points)


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
    model = build_alexnet_batchnorm()
    model(np.zeros((1, 224, 224, 3), np.float32))
    return model.count_params()


check(parameters_of_variant, expected=24834833)

# %% [markdown]
# ## 10. Flowers as the network wants them (4 points)


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
        (x, y): `x` float32 of the shape of `images`, divided by 255; `y` of shape
        (N, num_classes), a floating or integer array with a 1 at the class of each image and 0
        elsewhere. Both are in the same random order.

    Raises:
        ValueError: `images` is not of rank 4 or has not 3 channels, `labels` has not one class for
            each image or one that is not below num_classes; the message names the argument.
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
    return x, y
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_prepare_flowers", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"} tags=["raises-exception"]
check_raises(
    prepare_flowers, np.zeros((2, 4, 4, 3), np.uint8), np.array([0, 17]), 1, naming="labels"
)

# %% [markdown]
# ## 11. Top-k accuracy (2 points)


# %% nbgrader={"grade": false, "grade_id": "top_k_accuracy", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def top_k_accuracy(probabilities, labels, k):
    """The share of examples whose class is among the k most probable ones.

    Args:
        probabilities: shape (N, classes), N at least 1.
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
    if labels.shape != probabilities.shape[:1]:
        raise ValueError(
            f"labels must have the shape {probabilities.shape[:1]}, not {labels.shape}"
        )
    if not 1 <= k <= probabilities.shape[1]:
        raise ValueError(f"k must lie between 1 and {probabilities.shape[1]}, not {k}")
    # a stable sort keeps classes that are equally probable in their order
    guesses = np.argsort(-probabilities, axis=1, kind="stable")[:, :k]
    return float((guesses == labels[:, np.newaxis]).any(axis=1).mean())
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_top_k_accuracy", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"} tags=["raises-exception"]
probabilities = np.array([[0.1, 0.6, 0.3], [0.4, 0.3, 0.3], [0.2, 0.2, 0.6]])
check(top_k_accuracy, probabilities, np.array([2, 1, 2]), 1, expected=1 / 3)

# %% [markdown]
# ## 12. Averaging over ten crops (2 points)


# %% nbgrader={"grade": false, "grade_id": "ten_crop_predict", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def ten_crop_predict(predict, image, size):
    """The probabilities of the classes of an image, averaged over its ten crops.

    Args:
        predict: a function that maps images, shape (10, size, size, channels), to probabilities,
            shape (10, classes).
        image: one image, shape (height, width, channels).
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
def share_of_each_channel(crops):
    totals = crops.sum(axis=(1, 2))
    return totals / totals.sum(axis=1, keepdims=True)


check(ten_crop_predict, share_of_each_channel, np.ones((4, 4, 2)), 2, expected=np.array([0.5, 0.5]))

# %% [markdown]
# ## 13. Training (6 points)


# %% nbgrader={"grade": false, "grade_id": "train_alexnet", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def train_alexnet(model, x, y, epochs, batch_size, seed):
    """Train a model on images in random order.

    Args:
        model: a `keras.Model` such as `build_alexnet` makes: not compiled, its last layer a
            softmax. It is trained in place.
        x: images, float32, shape (N, height, width, 3), values from 0 to 1. They may be sorted by
            class.
        y: one-hot labels, shape (N, classes).
        epochs: how often each image is seen.
        batch_size: how many images make one step.
        seed: an int, for whatever is random: the same seed and the same weights at the start lead
            to the same weights at the end.

    Returns:
        A dict of lists with a number for each epoch, as `History.history` of Keras, "loss" among
        them; or the `History` itself.
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
check(len, [1], expected=1)

# %% [markdown]
# ## Questions
#
# Answer in your own words, each in about 100 to 200 words. A worked number or a small example says
# more than a general statement. Each answer is worth 4 points and is read by a person.

# %% [markdown] nbgrader={"grade": false, "grade_id": "question_alexnet_overview", "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "markdown"}
# ### Question 1 (4 points)

# %% [markdown] nbgrader={"grade": true, "grade_id": "alexnet_overview", "locked": false, "points": 4, "schema_version": 3, "solution": true, "task": false, "cell_type": "markdown"}
# **Model answer.**

# %% [markdown] nbgrader={"grade": false, "grade_id": "question_architectural_innovations", "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "markdown"}
# ### Question 2 (4 points)

# %% [markdown] nbgrader={"grade": true, "grade_id": "architectural_innovations", "locked": false, "points": 4, "schema_version": 3, "solution": true, "task": false, "cell_type": "markdown"}
# **Model answer.**

# %% [markdown] nbgrader={"grade": false, "grade_id": "question_roles_of_the_layers", "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "markdown"}
# ### Question 3 (4 points)

# %% [markdown] nbgrader={"grade": true, "grade_id": "roles_of_the_layers", "locked": false, "points": 4, "schema_version": 3, "solution": true, "task": false, "cell_type": "markdown"}
# **Model answer.**

# %% [markdown] nbgrader={"grade": false, "grade_id": "question_flowers_insights", "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "markdown"}
# ### Question 4 (4 points)

# %% [markdown] nbgrader={"grade": true, "grade_id": "flowers_insights", "locked": false, "points": 4, "schema_version": 3, "solution": true, "task": false, "cell_type": "markdown"}
# **Model answer.**
