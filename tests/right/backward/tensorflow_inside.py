# requires: tensorflow
"""TensorFlow's own gradients."""

import numpy as np
import tensorflow as tf


def _two(value):
    return list(value) if isinstance(value, tuple | list) else [value, value]


def _gradient(forward, at, dy):
    wide = tf.constant(at, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(wide)
        y = forward(wide)
    if tuple(y.shape) != np.shape(dy):
        raise ValueError(f"dy must have the shape {tuple(y.shape)}")
    gradient = tape.gradient(y, wide, output_gradients=tf.constant(dy, y.dtype))
    return gradient.numpy().astype(at.dtype)


def _patches(x, window, steps, padding, added):
    """The cells of each window, shape (batch, rows, columns, cells, channels)."""
    margins = [[0, 0], *_margins(x.shape, window, steps, padding), [0, 0]]
    padded = tf.pad(x, margins, constant_values=added)
    patches = tf.image.extract_patches(
        padded, [1, *window, 1], [1, *steps, 1], [1, 1, 1, 1], "VALID"
    )
    return tf.reshape(patches, (*patches.shape[:3], window[0] * window[1], x.shape[3]))


def _margins(shape, window, steps, padding):
    if padding == "valid":
        return [[0, 0], [0, 0]]
    total = [
        max((-(-size // step) - 1) * step + k - size, 0)
        for size, k, step in zip(shape[1:3], window, steps, strict=True)
    ]
    return [[each // 2, each - each // 2] for each in total]


def max_pool2d_backward(dy, x, pool_size=2, strides=None, padding="valid"):
    window, steps = _two(pool_size), _two(pool_size if strides is None else strides)
    if not len(x):
        return np.zeros_like(x)

    def forward(x):
        """The first of equal numbers is chosen by argmax."""
        patches = _patches(x, window, steps, padding, x.dtype.min)
        first = tf.one_hot(tf.argmax(patches, axis=3), window[0] * window[1], axis=3)
        return tf.reduce_sum(tf.where(first > 0, patches, 0), axis=3)

    return _gradient(forward, x, dy)


def avg_pool2d_backward(dy, x, pool_size=2, strides=None, padding="valid"):
    window, steps = _two(pool_size), _two(pool_size if strides is None else strides)
    if not len(x):
        return np.zeros_like(x)

    forward = lambda x: tf.nn.avg_pool2d(x, window, steps, padding.upper())  # noqa: E731
    return _gradient(forward, x, dy)


def conv2d_backward_x(dy, x, kernel, strides=1, padding="valid"):
    forward = lambda x: tf.nn.conv2d(x, kernel, _two(strides), padding.upper())  # noqa: E731
    return _gradient(forward, x, dy)


def conv2d_backward_weights(dy, x, kernel, strides=1, padding="valid"):
    forward = lambda k: tf.nn.conv2d(x.astype("float64"), k, _two(strides), padding.upper())  # noqa: E731
    return _gradient(forward, kernel, dy), np.sum(dy, axis=(0, 1, 2))
