"""The suite's own forward passes, in float64, and numerical derivatives of them.

Nothing here knows a formula of a backward pass, but for that of a bias. All layers are linear
between the kinks of the maximum, so differences are exact to rounding if no two numbers of a window
are nearer to each other than the step: see `cases.apart`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

Array = np.ndarray
Pair = tuple[int, int]
STEP = 1e-3


def pair(value: int | Pair) -> Pair:
    return (value, value) if isinstance(value, int) else (value[0], value[1])


def starts(size: int, window: int, stride: int, padding: str) -> list[int]:
    """The first cell of each window along one axis; negative where "same" begins outside."""
    if padding == "valid":
        return [i * stride for i in range((size - window) // stride + 1)]
    count = -(-size // stride)
    before = max((count - 1) * stride + window - size, 0) // 2
    return [i * stride - before for i in range(count)]


def windows(shape: tuple[int, ...], window: Pair, stride: Pair, padding: str) -> list[list[int]]:
    """The first rows and the first columns of all windows."""
    return [
        starts(shape[1 + axis], window[axis], stride[axis], padding) for axis in range(len(window))
    ]


def patches(x: Array, window: Pair, stride: Pair, padding: str) -> Iterator[tuple[int, int, Array]]:
    """(row, column, the cells of x under the window there), for every window."""
    tops, lefts = windows(x.shape, window, stride, padding)
    for i, top in enumerate(tops):
        for j, left in enumerate(lefts):
            rows, columns = (
                slice(max(top, 0), top + window[0]),
                slice(max(left, 0), left + window[1]),
            )
            yield i, j, x[:, rows, columns]


def output_shape(
    x: Array, window: int | Pair, strides: int | Pair | None, padding: str, channels: int
) -> tuple[int, ...]:
    step = pair(window if strides is None else strides)
    tops, lefts = windows(x.shape, pair(window), step, padding)
    return len(x), len(tops), len(lefts), channels


def pooled(
    x: Array,
    reduce: Callable[..., Array],
    pool_size: int | Pair = 2,
    strides: int | Pair | None = None,
    padding: str = "valid",
) -> Array:
    y = np.empty(output_shape(x, pool_size, strides, padding, x.shape[3]))
    step = pair(pool_size if strides is None else strides)
    for i, j, cells in patches(x, pair(pool_size), step, padding):
        y[:, i, j] = reduce(cells, axis=(1, 2))
    return y


def conv2d(x: Array, kernel: Array, strides: int | Pair = 1, padding: str = "valid") -> Array:
    height, width, _, filters = kernel.shape
    tops, lefts = windows(x.shape, (height, width), pair(strides), padding)
    y = np.zeros((len(x), len(tops), len(lefts), filters))
    for i, top in enumerate(tops):
        for j, left in enumerate(lefts):
            for h in range(max(-top, 0), min(height, x.shape[1] - top)):
                for w in range(max(-left, 0), min(width, x.shape[2] - left)):
                    y[:, i, j] += x[:, top + h, left + w] @ kernel[h, w]
    return y


# -- numerical derivatives -------------------------------------------------------------------


def max_pool2d_backward(dy: Array, x: Array, *arguments: Any, **options: Any) -> Array:
    """Images and channels do not change each other's outputs: a cell grows in all of them at once.

    All changed copies of the images go forward together, as one batch.
    """
    x, steps = _wide(x), STEP * cells(x.shape[1:3])
    copies = (x + steps[:, None]).reshape(-1, *x.shape[1:])
    before = pooled(x, np.max, *arguments, **options)
    after = pooled(copies, np.max, *arguments, **options).reshape(len(steps), *before.shape)
    return np.einsum("nijc,knijc->nkc", _wide(dy), after - before).reshape(x.shape) / STEP


def avg_pool2d_backward(dy: Array, x: Array, *arguments: Any, **options: Any) -> Array:
    """The mean is linear: a step of 1 in one cell changes the outputs by what 1 alone gives."""
    changes = pooled(cells(x.shape[1:3]), np.mean, *arguments, **options)[..., 0]
    return np.einsum("nijc,kij->nkc", _wide(dy), changes).reshape(x.shape)


def cells(size: tuple[int, ...]) -> Array:
    """For each cell an image of one channel that is 1 there, and 0 elsewhere."""
    return np.eye(int(np.prod(size))).reshape(-1, *size, 1)


def conv2d_backward_x(
    dy: Array, x: Array, kernel: Array, strides: int | Pair = 1, padding: str = "valid"
) -> Array:
    """A convolution is linear, too; here each channel of a cell has an image of its own."""
    units = np.eye(int(np.prod(x.shape[1:]))).reshape(-1, *x.shape[1:])
    changes = conv2d(units, _wide(kernel), strides, padding)
    return np.einsum("nijf,kijf->nk", _wide(dy), changes).reshape(x.shape)


def conv2d_backward_weights(
    dy: Array, x: Array, kernel: Array, strides: int | Pair = 1, padding: str = "valid"
) -> tuple[Array, Array]:
    """It is linear in the kernel as well; each weight of a filter is 1 in a filter of its own."""
    weights = int(np.prod(kernel.shape[:3]))
    filters = np.eye(weights).reshape(*kernel.shape[:3], weights)
    changes = conv2d(_wide(x), filters, strides, padding)
    dkernel = np.einsum("nijf,nijw->wf", _wide(dy), changes).reshape(kernel.shape)
    return dkernel, _wide(dy).sum(axis=(0, 1, 2))


def _wide(x: Array) -> Array:
    return np.asarray(x, np.float64)
