# requires: tensorflow
"""Keras and TensorFlow do the work; what they do otherwise than the contract is mended around them."""

import numpy as np
import tensorflow as tf
from keras import layers, ops


def output_size(size, window, stride=1, padding="valid", dilation=1):
    if window < 1 or stride < 1:
        raise ValueError(f"window and stride must be at least 1, not {window} and {stride}")
    if isinstance(padding, int):
        size, padding = size + 2 * padding, "valid"
    padding = padding.lower()
    if padding not in ("valid", "same"):
        raise ValueError(f"padding must be valid or same, not {padding}")
    reach = dilation * (window - 1) + 1
    if size < 1 or padding == "valid" and reach > size:
        raise ValueError(f"size must be at least {reach}, what the window needs")
    steps = size if padding == "same" else size - reach + 1
    return int(tf.math.ceil(tf.constant(steps, tf.float64) / stride))


def same_padding(size, window, stride=1):
    if window < 1 or stride < 1:
        raise ValueError(f"window and stride must be at least 1, not {window} and {stride}")
    n = output_size(size, window, stride, "same")
    total = max((n - 1) * stride + window - size, 0)
    return [total // 2, total - total // 2]


def _require_images(x):
    if x.ndim != 4:
        raise ValueError("x must be of shape (batch, height, width, channels)")


def zero_pad2d(x, padding):
    _require_images(x)
    if np.min(padding) < 0:
        raise ValueError("padding must not be negative")
    return layers.ZeroPadding2D(padding, dtype=str(x.dtype))(x).numpy()


def _arguments(x, window, strides, padding, name):
    _require_images(x)
    window = [window] * 2 if isinstance(window, int) else list(window)
    strides = window if strides is None else strides
    strides = [strides] * 2 if isinstance(strides, int) else list(strides)
    if min(window) < 1:
        raise ValueError(f"{name} must be at least 1")
    if min(strides) < 1:
        raise ValueError("strides must be at least 1")
    if padding.upper() not in ("VALID", "SAME"):
        raise ValueError("padding must be valid or same")
    if padding.upper() == "VALID" and (window[0] > x.shape[1] or window[1] > x.shape[2]):
        raise ValueError(f"{name} must not be larger than the images")
    return window, strides, padding.upper()


def _nothing(x, window, strides, padding, channels, dtype):
    """TensorFlow's kernels differ in what they do with an empty batch."""
    sizes = (output_size(n, k, s, padding) for n, k, s in zip(x.shape[1:3], window, strides))
    return np.zeros((0, *sizes, channels), dtype)


def max_pool2d(x, pool_size=2, strides=None, padding="valid"):
    arguments = _arguments(x, pool_size, strides, padding, "pool_size")
    if len(x) == 0:
        return _nothing(x, *arguments, x.shape[3], x.dtype)
    x64 = x.astype(np.float64)
    known = np.where(np.isnan(x64), -np.inf, x64)
    y = tf.nn.max_pool2d(known, *arguments).numpy()
    nan = tf.nn.max_pool2d(np.isnan(x64).astype(np.float64), *arguments).numpy() > 0
    low = tf.nn.max_pool2d((known > -np.inf).astype(np.float64), *arguments).numpy() == 0
    y[low] = -np.inf
    y[nan] = np.nan
    return y.astype(x.dtype)


def min_pool2d(x, pool_size=2, strides=None, padding="valid"):
    y = -max_pool2d(-x.astype(np.float64), pool_size, strides, padding)
    return y.astype(x.dtype)


def avg_pool2d(x, pool_size=2, strides=None, padding="valid"):
    window, strides, padding = _arguments(x, pool_size, strides, padding, "pool_size")
    dtype = x.dtype if x.dtype.kind == "f" else np.dtype(np.float32)
    if len(x) == 0:
        return _nothing(x, window, strides, padding, x.shape[3], dtype)
    y = ops.average_pool(x.astype(dtype), window, strides, padding.lower(), "channels_last")
    return np.array(y, dtype)


def conv2d(x, kernel, bias=None, strides=1, padding="valid"):
    if kernel.ndim != 4:
        raise ValueError("kernel must be of shape (height, width, channels, filters)")
    _, strides, padding = _arguments(x, kernel.shape[:2], strides, padding, "kernel")
    dtype = np.result_type(x, kernel, *([] if bias is None else [bias]))
    if len(x) == 0:
        return _nothing(x, kernel.shape[:2], strides, padding, kernel.shape[3], dtype)
    y = tf.nn.conv2d(x.astype(np.float64), kernel.astype(np.float64), strides, padding)
    if bias is not None:
        y = tf.nn.bias_add(y, bias.astype(np.float64))
    return (y.numpy() if dtype.kind == "f" else np.rint(y.numpy())).astype(dtype)
