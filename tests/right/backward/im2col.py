"""All windows as rows of one matrix, by the numbers of their cells; added back with np.add.at."""

import numpy as np


def columns_of(shape, window, strides, padding):
    """For each output, the flat numbers of its cells; the number of cells where there is none."""
    _, height, width, _ = shape
    window = np.broadcast_to(window, 2)
    strides = np.broadcast_to(strides, 2)
    axes = []
    for size, k, s in zip((height, width), window, strides, strict=True):
        if padding == "same":
            count = int(np.ceil(size / s))
            start = -(max((count - 1) * s + k - size, 0) // 2)
        else:
            count, start = (size - k) // s + 1, 0
        axes.append(start + s * np.arange(count)[:, None] + np.arange(k))
    rows, columns = axes[0][:, None, :, None], axes[1][None, :, None, :]
    numbers = rows * width + columns
    outside = (rows < 0) | (rows >= height) | (columns < 0) | (columns >= width)
    return np.where(outside, height * width, numbers).reshape(*numbers.shape[:2], -1)


def flat(x):
    """Images as (batch, cells + 1, channels); the last cell is padding."""
    n, h, w, c = x.shape
    return np.concatenate([x.reshape(n, h * w, c), np.zeros((n, 1, c), x.dtype)], axis=1)


def checked(dy, wanted):
    if dy.shape != wanted:
        raise ValueError(f"the shape of dy must be {wanted}")


def back(shares, cells, x):
    """Add shares, (batch, rows, columns, cells of a window, channels), to their cells."""
    dx = np.zeros_like(flat(x))
    np.add.at(dx, (slice(None), cells), shares)
    return dx[:, :-1].reshape(x.shape)


def max_pool2d_backward(dy, x, pool_size=2, strides=None, padding="valid"):
    cells = columns_of(x.shape, pool_size, pool_size if strides is None else strides, padding)
    checked(dy, (len(x), *cells.shape[:2], x.shape[3]))
    values = flat(x)
    values[:, -1] = -np.inf
    windows = values[:, cells]
    first = windows.argmax(axis=3)
    chosen = np.arange(windows.shape[3])[:, None] == first[:, :, :, None]
    return back(chosen * dy[:, :, :, None], cells, x)


def avg_pool2d_backward(dy, x, pool_size=2, strides=None, padding="valid"):
    cells = columns_of(x.shape, pool_size, pool_size if strides is None else strides, padding)
    checked(dy, (len(x), *cells.shape[:2], x.shape[3]))
    real = (cells < x.shape[1] * x.shape[2]).astype(dy.dtype)
    share = real / real.sum(axis=-1, keepdims=True)
    return back(share[None, ..., None] * dy[:, :, :, None], cells, x)


def conv2d_backward_x(dy, x, kernel, strides=1, padding="valid"):
    cells = columns_of(x.shape, kernel.shape[:2], strides, padding)
    checked(dy, (len(x), *cells.shape[:2], kernel.shape[3]))
    matrix = kernel.reshape(-1, *kernel.shape[2:])
    return back(np.einsum("nijf,kcf->nijkc", dy, matrix), cells, x)


def conv2d_backward_weights(dy, x, kernel, strides=1, padding="valid"):
    cells = columns_of(x.shape, kernel.shape[:2], strides, padding)
    checked(dy, (len(x), *cells.shape[:2], kernel.shape[3]))
    found = np.einsum("nijkc,nijf->kcf", flat(x)[:, cells], dy).astype(kernel.dtype)
    return found.reshape(kernel.shape), dy.reshape(-1, dy.shape[3]).sum(axis=0)
