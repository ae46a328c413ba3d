"""Padding, strides and windows as selection matrices: pooling and convolution as einsum."""

import numpy as np


def _positive(**named):
    for name, value in named.items():
        if np.min(value) < 1:
            raise ValueError(f"`{name}` should be positive but is {value}")


def _mode(padding):
    if str(padding).lower() in ("valid", "same"):
        return str(padding).lower()
    raise ValueError(f"`padding` should be valid or same but is {padding}")


def output_size(size, window, stride=1, padding="valid", dilation=1):
    _positive(window=window, stride=stride)
    if isinstance(padding, str):
        if _mode(padding) == "same":
            return (size - 1) // stride + 1
        padding = 0
    n = (size + 2 * padding - (dilation * (window - 1) + 1) + stride) // stride
    if n < 1:
        raise ValueError(f"`window` of {window} finds no place in {size}")
    return n


def same_padding(size, window, stride=1):
    _positive(window=window, stride=stride)
    needed = stride * (output_size(size, window, stride, "same") - 1) + window
    total = np.clip(needed - size, 0, None)
    return int(total // 2), int(total - total // 2)


def zero_pad2d(x, padding):
    if x.ndim != 4:
        raise ValueError("`x` should have four axes")
    (top, bottom), (left, right) = np.broadcast_to(np.asarray(padding).reshape(np.shape(padding) + (1,) * (np.ndim(padding) == 1)), (2, 2))
    if min(top, bottom, left, right) < 0:
        raise ValueError("`padding` should not be negative")
    y = np.zeros((x.shape[0], top + x.shape[1] + bottom, left + x.shape[2] + right, x.shape[3]), x.dtype)
    y[:, top:, left:][:, : x.shape[1], : x.shape[2]] = x
    return y


def _places(size, window, stride, padding):
    """For every output and window cell the index that it sees; `size` where that is outside."""
    before = same_padding(size, window, stride)[0] if padding == "same" else 0
    n = output_size(size, window, stride, padding)
    index = np.add.outer(np.arange(n) * stride - before, np.arange(window))
    return np.where((index < 0) | (index >= size), size, index)


def _windows(x, window, strides, padding, fill):
    """(batch, rows, columns, window height, window width, channels)"""
    big = np.full((x.shape[0], x.shape[1] + 1, x.shape[2] + 1, x.shape[3]), fill, x.dtype)
    big[:, :-1, :-1] = x
    rows = _places(x.shape[1], window[0], strides[0], padding)
    columns = _places(x.shape[2], window[1], strides[1], padding)
    return big[:, rows[:, None, :, None], columns[None, :, None, :]]


def _arguments(x, window, strides, padding, name):
    if x.ndim != 4:
        raise ValueError("`x` should have four axes")
    window = tuple(int(n) for n in np.broadcast_to(window, 2))
    strides = tuple(int(n) for n in np.broadcast_to(window if strides is None else strides, 2))
    _positive(**{name: window}, strides=strides)
    padding = _mode(padding)
    if padding == "valid" and (window[0] > x.shape[1] or window[1] > x.shape[2]):
        raise ValueError(f"`{name}` should not exceed the image")
    return window, strides, padding


def max_pool2d(x, pool_size=2, strides=None, padding="valid"):
    arguments = _arguments(x, pool_size, strides, padding, "pool_size")
    lowest = np.iinfo(x.dtype).min if np.issubdtype(x.dtype, np.integer) else -np.inf
    return _windows(x, *arguments, lowest).max((3, 4))


def min_pool2d(x, pool_size=2, strides=None, padding="valid"):
    arguments = _arguments(x, pool_size, strides, padding, "pool_size")
    highest = np.iinfo(x.dtype).max if np.issubdtype(x.dtype, np.integer) else np.inf
    return _windows(x, *arguments, highest).min((3, 4))


def avg_pool2d(x, pool_size=2, strides=None, padding="valid"):
    arguments = _arguments(x, pool_size, strides, padding, "pool_size")
    dtype = x.dtype if np.issubdtype(x.dtype, np.floating) else np.float32
    total = np.einsum("nijabc->nijc", _windows(x.astype(dtype), *arguments, 0))
    count = np.einsum("nijabc->ijc", _windows(np.ones((1, *x.shape[1:3], 1), dtype), *arguments, 0))
    return total / count


def conv2d(x, kernel, bias=None, strides=1, padding="valid"):
    if kernel.ndim != 4:
        raise ValueError("`kernel` should have four axes")
    arguments = _arguments(x, kernel.shape[:2], strides, padding, "kernel")
    y = np.einsum("nijabc,abcf->nijf", _windows(x, *arguments, 0), kernel)
    return y if bias is None else y + bias
