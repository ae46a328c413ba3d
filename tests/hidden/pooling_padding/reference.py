"""The suite's own reference for pooling and padding: float64, one window at a time.

It is independent of the course's solutions and may be slow; it has only to be obviously right.
Padded cells are never created for pooling: a window is cut to the cells that exist.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

Pair = tuple[int, int]


def pair(value: int | Pair) -> Pair:
    return (value, value) if isinstance(value, int) else (value[0], value[1])


def output_size(
    size: int, window: int, stride: int = 1, padding: str | int = "valid", dilation: int = 1
) -> int:
    reach = dilation * (window - 1) + 1
    if isinstance(padding, int):
        return (size + 2 * padding - reach) // stride + 1
    if padding.lower() == "same":
        return -(-size // stride)
    return (size - reach) // stride + 1


def same_padding(size: int, window: int, stride: int = 1) -> Pair:
    outputs = output_size(size, window, stride, "same")
    total = max((outputs - 1) * stride + window - size, 0)
    return total // 2, total - total // 2


def zero_pad2d(x: np.ndarray, padding: int | tuple) -> np.ndarray:
    if isinstance(padding, int):
        padding = (padding, padding)
    (top, bottom), (left, right) = (pair(side) for side in padding)
    images, height, width, channels = x.shape
    y = np.zeros((images, top + height + bottom, left + width + right, channels), x.dtype)
    y[:, top : top + height, left : left + width, :] = x
    return y


def starts(size: int, window: int, stride: int, padding: str) -> list[int]:
    """The first row (or column) of each window; negative where "same" begins outside."""
    before = same_padding(size, window, stride)[0] if padding.lower() == "same" else 0
    return [i * stride - before for i in range(output_size(size, window, stride, padding))]


def patches(
    x: np.ndarray, pool_size: int | Pair, strides: int | Pair | None, padding: str
) -> Iterator[tuple[int, int, np.ndarray]]:
    """(row, column, the cells of x under the window there), for every window."""
    window = pair(pool_size)
    stride = window if strides is None else pair(strides)
    for i, top in enumerate(starts(x.shape[1], window[0], stride[0], padding)):
        for j, left in enumerate(starts(x.shape[2], window[1], stride[1], padding)):
            rows = slice(max(top, 0), top + window[0])
            columns = slice(max(left, 0), left + window[1])
            yield i, j, x[:, rows, columns, :]


def pool(
    x: np.ndarray,
    pool_size: int | Pair,
    strides: int | Pair | None,
    padding: str,
    reduce: Callable[..., np.ndarray],
) -> np.ndarray:
    cells = {
        (i, j): reduce(patch, axis=(1, 2))
        for i, j, patch in patches(np.asarray(x, np.float64), pool_size, strides, padding)
    }
    rows, columns = (1 + max(index) for index in zip(*cells, strict=True))
    y = np.empty((x.shape[0], rows, columns, x.shape[3]))
    for (i, j), value in cells.items():
        y[:, i, j, :] = value
    return y


def hangs_over(
    x: np.ndarray,
    pool_size: int | Pair = 2,
    strides: int | Pair | None = None,
    padding: str = "valid",
) -> np.ndarray:
    """Where windows reach beyond the image, in the shape of pooling's answer."""
    window = pair(pool_size)
    return pool(np.ones(x.shape), pool_size, strides, padding, np.sum) < window[0] * window[1]


def max_pool2d(
    x: np.ndarray,
    pool_size: int | Pair = 2,
    strides: int | Pair | None = None,
    padding: str = "valid",
) -> np.ndarray:
    return pool(x, pool_size, strides, padding, np.max).astype(x.dtype)


def min_pool2d(
    x: np.ndarray,
    pool_size: int | Pair = 2,
    strides: int | Pair | None = None,
    padding: str = "valid",
) -> np.ndarray:
    return pool(x, pool_size, strides, padding, np.min).astype(x.dtype)


def avg_pool2d(
    x: np.ndarray,
    pool_size: int | Pair = 2,
    strides: int | Pair | None = None,
    padding: str = "valid",
) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        y = pool(x, pool_size, strides, padding, np.mean)
    return y.astype(x.dtype) if np.issubdtype(x.dtype, np.floating) else y


def conv2d(
    x: np.ndarray,
    kernel: np.ndarray,
    bias: np.ndarray | None = None,
    strides: int | Pair = 1,
    padding: str = "valid",
) -> np.ndarray:
    dtype = np.result_type(x.dtype, kernel.dtype, *([] if bias is None else [bias.dtype]))
    window, stride = kernel.shape[:2], pair(strides)
    padded = np.asarray(x, np.float64)
    if padding.lower() == "same":
        padded = zero_pad2d(
            padded, tuple(same_padding(x.shape[1 + i], window[i], stride[i]) for i in range(2))
        )
    rows, columns = (output_size(padded.shape[1 + i], window[i], stride[i]) for i in range(2))
    y = np.empty((x.shape[0], rows, columns, kernel.shape[3]))
    for i, j, patch in patches(padded, window, stride, "valid"):
        y[:, i, j, :] = (patch[..., np.newaxis] * kernel.astype(np.float64)).sum(axis=(1, 2, 3))
    return (y if bias is None else y + bias).astype(dtype)
