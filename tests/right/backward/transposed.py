"""A convolution of spread-out derivatives with the turned kernel; pooling by shifted images."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def _pairs(*values):
    return [value if isinstance(value, tuple | list) else (value, value) for value in values]


def _margins(x, window, strides, padding):
    found = []
    for size, k, s in zip(x.shape[1:3], window, strides, strict=True):
        count = -(-size // s) if padding == "same" else (size - k) // s + 1
        missing = max((count - 1) * s + k - size, 0) if padding == "same" else 0
        found.append((count, missing // 2, missing - missing // 2))
    return found


def _check(dy, x, rows, columns, channels):
    if dy.shape != (len(x), rows[0], columns[0], channels):
        raise ValueError("dy does not fit to x")


def _bordered(x, rows, columns, value):
    return np.pad(x, ((0, 0), rows[1:], columns[1:], (0, 0)), constant_values=value)


def _without_border(padded, x, rows, columns):
    return padded[:, rows[1] :, columns[1] :][:, : x.shape[1], : x.shape[2]].astype(x.dtype)


def _every(padded, r, c, rows, columns, strides):
    """A view of cell (r, c) of each window."""
    down, across = strides
    last = r + (rows[0] - 1) * down + 1, c + (columns[0] - 1) * across + 1
    return padded[:, r : last[0] : down, c : last[1] : across]


def max_pool2d_backward(dy, x, pool_size=2, strides=None, padding="valid"):
    window, strides = _pairs(pool_size, pool_size if strides is None else strides)
    rows, columns = _margins(x, window, strides, padding)
    _check(dy, x, rows, columns, x.shape[3])
    padded = _bordered(x, rows, columns, -np.inf)
    gradient = np.zeros(padded.shape, dy.dtype)
    cells = list(np.ndindex(*window))
    views = [_every(padded, r, c, rows, columns, strides) for r, c in cells]
    best = np.maximum.reduce(views)
    open_yet = np.ones(dy.shape, bool)
    for (r, c), view in zip(cells, views, strict=True):
        hit = open_yet & (view == best)
        _every(gradient, r, c, rows, columns, strides)[...] += np.where(hit, dy, 0)
        open_yet &= ~hit
    return _without_border(gradient, x, rows, columns)


def avg_pool2d_backward(dy, x, pool_size=2, strides=None, padding="valid"):
    window, strides = _pairs(pool_size, pool_size if strides is None else strides)
    rows, columns = _margins(x, window, strides, padding)
    _check(dy, x, rows, columns, x.shape[3])
    exists = _bordered(np.ones_like(x), rows, columns, 0)
    cells = list(np.ndindex(*window))
    count = sum(_every(exists, r, c, rows, columns, strides) for r, c in cells)
    gradient = np.zeros(exists.shape)
    for r, c in cells:
        _every(gradient, r, c, rows, columns, strides)[...] += dy / count
    return _without_border(gradient, x, rows, columns)


def conv2d_backward_x(dy, x, kernel, strides=1, padding="valid"):
    (strides,) = _pairs(strides)
    window = kernel.shape[:2]
    rows, columns = _margins(x, window, strides, padding)
    _check(dy, x, rows, columns, kernel.shape[3])
    height, width = (x.shape[1 + axis] + sum(each[1:]) for axis, each in enumerate((rows, columns)))
    spread = np.zeros((len(x), height + window[0] - 1, width + window[1] - 1, dy.shape[3]))
    spread[:, window[0] - 1 :: strides[0], window[1] - 1 :: strides[1]][
        :, : dy.shape[1], : dy.shape[2]
    ] = dy
    turned = kernel[::-1, ::-1]
    windows = sliding_window_view(spread, window, axis=(1, 2))
    return _without_border(np.einsum("nrcfhw,hwif->nrci", windows, turned), x, rows, columns)


def conv2d_backward_weights(dy, x, kernel, strides=1, padding="valid"):
    (strides,) = _pairs(strides)
    rows, columns = _margins(x, kernel.shape[:2], strides, padding)
    _check(dy, x, rows, columns, kernel.shape[3])
    padded = _bordered(x, rows, columns, 0)
    dkernel = np.empty_like(kernel)
    for r, c in np.ndindex(kernel.shape[:2]):
        view = _every(padded, r, c, rows, columns, strides)
        dkernel[r, c] = np.tensordot(view, dy, ((0, 1, 2), (0, 1, 2)))
    return dkernel, np.einsum("nrcf->f", dy)
