"""Each function calls the earlier ones, as the text invites: none computes twice what another did."""

import numpy as np


def checked(name, value, least=1):
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        raise ValueError(f"{name} must be a whole number")
    if value < least:
        raise ValueError(f"{name} must be at least {least}")
    return value


def pair(name, value):
    if isinstance(value, (tuple, list)):
        if len(value) != 2:
            raise ValueError(f"{name} must be one number or two")
        return tuple(checked(name, each) for each in value)
    return checked(name, value), checked(name, value)


def output_size(size, window, stride=1, padding="valid", dilation=1):
    for name, value in {
        "size": size,
        "window": window,
        "stride": stride,
        "dilation": dilation,
    }.items():
        checked(name, value)
    if isinstance(padding, str):
        if padding.lower() not in ("valid", "same"):
            raise ValueError("padding must be valid, same or a number")
        if padding.lower() == "same":
            return -(-size // stride)
        padding = 0
    room = size + 2 * checked("padding", padding, 0) - dilation * (window - 1) - 1
    if room < 0:
        raise ValueError("window does not fit")
    return room // stride + 1


def same_padding(size, window, stride=1):
    checked("window", window)
    windows = output_size(size, window, stride, "same")
    total = max((windows - 1) * stride + window - size, 0)
    return total // 2, total - total // 2


def zero_pad2d(x, padding):
    if np.ndim(x) != 4 or 0 in x.shape[1:3]:
        raise ValueError("x must have four axes and pixels")
    if not isinstance(padding, (tuple, list)):
        padding = (padding, padding)
    if len(padding) != 2:
        raise ValueError("padding must be a number, two numbers or two pairs")
    sides = [side if isinstance(side, (tuple, list)) else (side, side) for side in padding]
    if any(len(side) != 2 for side in sides):
        raise ValueError("padding must be a number, two numbers or two pairs")
    (top, bottom), (left, right) = [[checked("padding", n, 0) for n in side] for side in sides]
    n, h, w, c = x.shape
    y = np.zeros((n, top + h + bottom, left + w + right, c), x.dtype)
    y[:, top : top + h, left : left + w] = x
    return y


def margins(x, window, step, padding):
    """What "same" adds above and below, left and right; nothing under "valid"."""
    if padding.lower() == "valid":
        return (0, 0), (0, 0)
    return tuple(same_padding(x.shape[1 + i], window[i], step[i]) for i in range(2))


def plan(x, name, window, strides, padding):
    """The windows, strides, output's height and width, and margins of a layer."""
    if np.ndim(x) != 4 or 0 in x.shape[1:3]:
        raise ValueError("x must have four axes and pixels")
    window = pair(name, window)
    step = window if strides is None else pair("strides", strides)
    if not isinstance(padding, str) or padding.lower() not in ("valid", "same"):
        raise ValueError("padding must be valid or same")
    try:
        sizes = [output_size(x.shape[1 + i], window[i], step[i], padding) for i in range(2)]
    except ValueError:
        raise ValueError(f"{name} is larger than the image") from None
    return window, step, sizes, margins(x, window, step, padding)


def windows(padded, window, step, sizes):
    """(row, column, cells) of each window."""
    for i in range(sizes[0]):
        for j in range(sizes[1]):
            top, left = i * step[0], j * step[1]
            yield i, j, padded[:, top : top + window[0], left : left + window[1]]


def max_pool2d(x, pool_size=2, strides=None, padding="valid"):
    window, step, sizes, border = plan(x, "pool_size", pool_size, strides, padding)
    inside = zero_pad2d(np.ones((1, *x.shape[1:3], 1)), border) == 1
    lowest = -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min
    padded = zero_pad2d(x, border)
    padded = np.where(inside, padded, np.asarray(lowest, x.dtype))
    y = np.zeros((x.shape[0], *sizes, x.shape[3]), x.dtype)
    for i, j, cells in windows(padded, window, step, sizes):
        y[:, i, j] = cells.max(axis=(1, 2))
    return y


def avg_pool2d(x, pool_size=2, strides=None, padding="valid"):
    window, step, sizes, border = plan(x, "pool_size", pool_size, strides, padding)
    dtype = x.dtype if x.dtype.kind == "f" else np.float64
    ones = zero_pad2d(np.ones((1, *x.shape[1:3], 1)), border)
    y = np.zeros((x.shape[0], *sizes, x.shape[3]), dtype)
    for i, j, cells in windows(zero_pad2d(x, border), window, step, sizes):
        y[:, i, j] = cells.sum(axis=(1, 2), dtype=np.float64)
    for i, j, cells in windows(ones, window, step, sizes):
        y[:, i, j] /= cells.sum().astype(dtype)
    return y


def min_pool2d(x, pool_size=2, strides=None, padding="valid"):
    if np.ndim(x) == 4 and x.dtype.kind in "iu":
        wide = -x.astype(np.int64)
        return (-max_pool2d(wide, pool_size, strides, padding)).astype(x.dtype)
    return -max_pool2d(-x, pool_size, strides, padding)


def conv2d(x, kernel, bias=None, strides=1, padding="valid"):
    if np.ndim(kernel) != 4:
        raise ValueError("kernel must have four axes")
    window, step, sizes, border = plan(x, "kernel", kernel.shape[:2], strides, padding)
    if kernel.shape[2] != x.shape[3]:
        raise ValueError("kernel is for another number of channels than x has")
    if bias is not None and np.size(bias) != kernel.shape[3]:
        raise ValueError("bias must have a number for each output channel")
    dtype = np.result_type(x, kernel) if bias is None else np.result_type(x, kernel, bias)
    y = np.zeros((x.shape[0], *sizes, kernel.shape[3]), dtype)
    for i, j, cells in windows(zero_pad2d(x, border), window, step, sizes):
        y[:, i, j] = np.tensordot(cells, kernel, 3)
    return y if bias is None else (y + np.reshape(bias, -1)).astype(dtype)
