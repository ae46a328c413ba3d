"""The reshape trick where windows tile the image, and one slice per window cell elsewhere."""

from functools import reduce

import numpy as np


def output_size(size, window, stride=1, padding="valid", dilation=1):
    if window < 1:
        raise ValueError("window is less than 1")
    if stride < 1:
        raise ValueError("stride is less than 1")
    if padding in ("same", "SAME", "Same"):
        return -(-size // stride)
    if padding in ("valid", "VALID", "Valid"):
        padding = 0
    if not isinstance(padding, int):
        raise ValueError("padding is neither a number, nor valid, nor same")
    reach = 1 + dilation * (window - 1)
    room = size + padding + padding - reach
    if room < 0:
        raise ValueError("size is less than the window reaches")
    return 1 + room // stride


def same_padding(size, window, stride=1):
    if min(window, stride) < 1:
        raise ValueError("window and stride: not less than 1, please")
    last_start = (output_size(size, window, stride, "same") - 1) * stride
    total = last_start + window - size
    return divmod_up(total) if total > 0 else (0, 0)


def divmod_up(total):
    half, odd = divmod(total, 2)
    return half, half + odd


def zero_pad2d(x, padding):
    if np.ndim(x) != 4:
        raise ValueError("x has not four axes")
    rows, columns = (padding, padding) if np.ndim(padding) == 0 else padding
    top, bottom = (rows, rows) if np.ndim(rows) == 0 else rows
    left, right = (columns, columns) if np.ndim(columns) == 0 else columns
    if min(top, bottom, left, right) < 0:
        raise ValueError("padding is negative")
    n, h, w, c = x.shape
    across = lambda height: np.zeros((n, height, w, c), x.dtype)
    tall = np.concatenate([across(top), x, across(bottom)], axis=1)
    along = lambda width: np.zeros((n, top + h + bottom, width, c), x.dtype)
    return np.concatenate([along(left), tall, along(right)], axis=2)


def check(x, window, stride, padding, name):
    if np.ndim(x) != 4:
        raise ValueError("x has not four axes")
    if min(window) < 1:
        raise ValueError(f"{name} is less than 1")
    if min(stride) < 1:
        raise ValueError("strides is less than 1")
    if padding.lower() not in ("same", "valid"):
        raise ValueError("padding is neither valid nor same")
    if padding.lower() == "valid" and any(k > n for k, n in zip(window, x.shape[1:3])):
        raise ValueError(f"{name} is more than the height or width of x")


def surrounded(x, window, stride, fill):
    (t, b), (l, r) = (same_padding(x.shape[1 + i], window[i], stride[i]) for i in (0, 1))
    y = np.full((x.shape[0], t + x.shape[1] + b, l + x.shape[2] + r, x.shape[3]), fill, x.dtype)
    y[:, t : t + x.shape[1], l : l + x.shape[2]] = x
    return y


def slices(x, window, stride):
    """For each cell of the window, what the windows have there: one strided slice."""
    oh = (x.shape[1] - window[0]) // stride[0] + 1
    ow = (x.shape[2] - window[1]) // stride[1] + 1
    for a in range(window[0]):
        for b in range(window[1]):
            yield x[:, a : a + stride[0] * oh : stride[0], b : b + stride[1] * ow : stride[1]][:, :oh, :ow]


def pooled(x, pool_size, strides, padding, fill, ufunc):
    window = (pool_size,) * 2 if np.ndim(pool_size) == 0 else tuple(pool_size)
    stride = window if strides is None else (strides,) * 2 if np.ndim(strides) == 0 else tuple(strides)
    check(x, window, stride, padding, "pool_size")
    if padding.lower() == "same":
        x = surrounded(x, window, stride, fill)
    n, h, w, c = x.shape
    if window == stride and h % window[0] == 0 and w % window[1] == 0:
        tiles = x.reshape(n, h // window[0], window[0], w // window[1], window[1], c)
        return ufunc.reduce(tiles, axis=(2, 4))
    return reduce(ufunc, (part.copy() for part in slices(x, window, stride)))


def limits(dtype):
    return np.finfo(dtype) if dtype.kind == "f" else np.iinfo(dtype)


def max_pool2d(x, pool_size=2, strides=None, padding="valid"):
    fill = -np.inf if x.dtype.kind == "f" else limits(x.dtype).min
    return pooled(x, pool_size, strides, padding, fill, np.maximum)


def min_pool2d(x, pool_size=2, strides=None, padding="valid"):
    fill = np.inf if x.dtype.kind == "f" else limits(x.dtype).max
    return pooled(x, pool_size, strides, padding, fill, np.minimum)


def avg_pool2d(x, pool_size=2, strides=None, padding="valid"):
    floating = x if x.dtype.kind == "f" else x.astype("float64")
    sums = pooled(floating, pool_size, strides, padding, 0, np.add)
    counts = pooled(np.ones(x.shape, floating.dtype), pool_size, strides, padding, 0, np.add)
    return sums / counts


def conv2d(x, kernel, bias=None, strides=1, padding="valid"):
    if np.ndim(kernel) != 4:
        raise ValueError("kernel has not four axes")
    window = kernel.shape[:2]
    stride = (strides,) * 2 if np.ndim(strides) == 0 else tuple(strides)
    check(x, window, stride, padding, "kernel")
    if padding.lower() == "same":
        x = surrounded(x, window, stride, 0)
    taps = kernel.reshape(-1, kernel.shape[2], kernel.shape[3])
    y = sum(np.matmul(part, tap) for part, tap in zip(slices(x, window, stride), taps))
    return y if bias is None else y + bias
