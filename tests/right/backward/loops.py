"""One number at a time, with conditions in place of slices."""

import numpy as np


def pair(value):
    return value if isinstance(value, tuple | list) else (value, value)


def offsets(size, window, stride, padding):
    if padding == "same":
        count = (size + stride - 1) // stride
        missing = max(0, (count - 1) * stride + window - size)
        return [i * stride - missing // 2 for i in range(count)]
    return list(range(0, size - window + 1, stride))


def layout(x, window, strides, padding):
    return [
        offsets(x.shape[axis + 1], pair(window)[axis], pair(strides)[axis], padding)
        for axis in (0, 1)
    ]


def need(dy, x, tops, lefts, channels):
    if dy.shape != (x.shape[0], len(tops), len(lefts), channels):
        raise ValueError(f"dy has the shape {dy.shape}")


def inside(x, top, left, window):
    """The cells of a window that exist, row by row."""
    for r in range(top, top + window[0]):
        for c in range(left, left + window[1]):
            if 0 <= r < x.shape[1] and 0 <= c < x.shape[2]:
                yield r, c


def max_pool2d_backward(dy, x, pool_size=2, strides=None, padding="valid"):
    strides = pool_size if strides is None else strides
    tops, lefts = layout(x, pool_size, strides, padding)
    need(dy, x, tops, lefts, x.shape[3])
    dx = np.zeros(x.shape, x.dtype)
    for n, i, j, c in np.ndindex(dy.shape):
        best = None
        for place in inside(x, tops[i], lefts[j], pair(pool_size)):
            if best is None or x[n, *place, c] > x[n, *best, c]:
                best = place
        dx[n, *best, c] += dy[n, i, j, c]
    return dx


def avg_pool2d_backward(dy, x, pool_size=2, strides=None, padding="valid"):
    strides = pool_size if strides is None else strides
    tops, lefts = layout(x, pool_size, strides, padding)
    need(dy, x, tops, lefts, x.shape[3])
    dx = np.zeros(x.shape, x.dtype)
    for i, top in enumerate(tops):
        for j, left in enumerate(lefts):
            cells = list(inside(x, top, left, pair(pool_size)))
            for r, c in cells:
                dx[:, r, c] += dy[:, i, j] / len(cells)
    return dx


def conv2d_backward_x(dy, x, kernel, strides=1, padding="valid"):
    tops, lefts = layout(x, kernel.shape[:2], strides, padding)
    need(dy, x, tops, lefts, kernel.shape[3])
    dx = np.zeros(x.shape, x.dtype)
    for i, top in enumerate(tops):
        for j, left in enumerate(lefts):
            for r, c in inside(x, top, left, kernel.shape):
                dx[:, r, c] += dy[:, i, j] @ kernel[r - top, c - left].T
    return dx


def conv2d_backward_weights(dy, x, kernel, strides=1, padding="valid"):
    tops, lefts = layout(x, kernel.shape[:2], strides, padding)
    need(dy, x, tops, lefts, kernel.shape[3])
    dkernel, dbias = np.zeros(kernel.shape, kernel.dtype), np.zeros(kernel.shape[3], dy.dtype)
    for i, top in enumerate(tops):
        for j, left in enumerate(lefts):
            dbias += dy[:, i, j].sum(axis=0)
            for r, c in inside(x, top, left, kernel.shape):
                dkernel[r - top, c - left] += x[:, r, c].T @ dy[:, i, j]
    return dkernel, dbias
