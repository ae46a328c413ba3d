"""Gather all windows as the rows of one matrix with index arrays, then reduce or multiply."""

import numpy as np


def output_size(size, window, stride=1, padding="valid", dilation=1):
    if window <= 0:
        raise ValueError("window: must be positive")
    if stride <= 0:
        raise ValueError("stride: must be positive")
    if not isinstance(padding, str):
        p = padding
    elif padding.casefold() == "same":
        return len(range(0, size, stride))
    elif padding.casefold() == "valid":
        p = 0
    else:
        raise ValueError("padding: must be valid or same")
    starts = range(0, size + 2 * p - dilation * (window - 1), stride)
    if not starts:
        raise ValueError("window: does not fit")
    return len(starts)


def same_padding(size, window, stride=1):
    if window <= 0:
        raise ValueError("window: must be positive")
    if stride <= 0:
        raise ValueError("stride: must be positive")
    end_of_last_window = range(0, size, stride)[-1] + window
    total = max(end_of_last_window - size, 0)
    before = total >> 1
    return before, total - before


def zero_pad2d(x, padding):
    if x.ndim != 4:
        raise ValueError("x: must have four axes")
    try:
        rows, columns = padding
    except TypeError:
        rows = columns = padding
    borders = []
    for amount in (rows, columns):
        borders.append((amount, amount) if isinstance(amount, int) else tuple(amount))
    if min(map(min, borders)) < 0:
        raise ValueError("padding: must not be negative")
    return np.pad(x, ((0, 0), borders[0], borders[1], (0, 0)), "constant")


def indices(size, window, stride, padding):
    """(outputs, window): which cell each window sees, -1 or less and size or more outside."""
    if padding == "same":
        first, n = -same_padding(size, window, stride)[0], output_size(size, window, stride, "same")
    else:
        first, n = 0, output_size(size, window, stride)
    return first + stride * np.arange(n)[:, None] + np.arange(window)[None, :]


def im2col(x, window, strides, padding, name):
    """Windows as (batch, rows, columns, window cells, channels), and which cells exist."""
    if x.ndim != 4:
        raise ValueError("x: must have four axes")
    if min(window) < 1:
        raise ValueError(f"{name}: must be positive")
    if min(strides) < 1:
        raise ValueError("strides: must be positive")
    padding = padding.casefold()
    if padding not in ("valid", "same"):
        raise ValueError("padding: must be valid or same")
    if padding == "valid" and (x.shape[1] < window[0] or x.shape[2] < window[1]):
        raise ValueError(f"{name}: must fit into the image")
    r = indices(x.shape[1], window[0], strides[0], padding)[:, None, :, None]
    c = indices(x.shape[2], window[1], strides[1], padding)[None, :, None, :]
    exists = (0 <= r) & (r < x.shape[1]) & (0 <= c) & (c < x.shape[2])
    columns = x[:, r.clip(0, x.shape[1] - 1), c.clip(0, x.shape[2] - 1)]
    shape = exists.shape[:2] + (-1,)
    return columns.reshape(len(x), *exists.shape[:2], window[0] * window[1], x.shape[3]), exists.reshape(shape)[..., None]


def both(value):
    return (value, value) if isinstance(value, int) else tuple(value)


def max_pool2d(x, pool_size=2, strides=None, padding="valid"):
    columns, _ = im2col(x, both(pool_size), both(pool_size if strides is None else strides), padding, "pool_size")
    # a cell outside was replaced by the nearest inside, which the window sees anyway
    return columns.max(axis=3)


def min_pool2d(x, pool_size=2, strides=None, padding="valid"):
    columns, _ = im2col(x, both(pool_size), both(pool_size if strides is None else strides), padding, "pool_size")
    return columns.min(axis=3)


def avg_pool2d(x, pool_size=2, strides=None, padding="valid"):
    columns, exists = im2col(x, both(pool_size), both(pool_size if strides is None else strides), padding, "pool_size")
    mean = np.mean(columns, axis=3, where=np.broadcast_to(exists, columns.shape))
    return mean


def conv2d(x, kernel, bias=None, strides=1, padding="valid"):
    if kernel.ndim != 4:
        raise ValueError("kernel: must have four axes")
    columns, exists = im2col(x, kernel.shape[:2], both(strides), padding, "kernel")
    columns = np.where(exists, columns, np.zeros((), x.dtype))
    matrix = columns.reshape(-1, int(np.prod(kernel.shape[:3])))
    y = (matrix @ kernel.reshape(matrix.shape[1], kernel.shape[3])).reshape(
        *columns.shape[:3], kernel.shape[3]
    )
    if bias is not None:
        y = y + bias
    return y
