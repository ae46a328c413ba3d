"""The suite's own forward passes, in float64, and numerical derivatives of them.

Nothing here knows a formula of a backward pass. All layers are linear between the kinks of the
maximum, so differences are exact to rounding if no two numbers of a window are nearer to each other
than the step: see `cases.apart`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

Array = np.ndarray
Pair = tuple[int, int]
Forward = Callable[[Array], Array]
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


def conv2d(
    x: Array,
    kernel: Array,
    bias: Array | None = None,
    strides: int | Pair = 1,
    padding: str = "valid",
) -> Array:
    height, width, _, filters = kernel.shape
    tops, lefts = windows(x.shape, (height, width), pair(strides), padding)
    y = np.zeros((len(x), len(tops), len(lefts), filters))
    for i, top in enumerate(tops):
        for j, left in enumerate(lefts):
            for h in range(max(-top, 0), min(height, x.shape[1] - top)):
                for w in range(max(-left, 0), min(width, x.shape[2] - left)):
                    y[:, i, j] += x[:, top + h, left + w] @ kernel[h, w]
    return y if bias is None else y + bias


# -- numerical derivatives -------------------------------------------------------------------


def of_images(forward: Forward, x: Array, dy: Array) -> Array:
    """The derivatives of sum(dy · forward(x)) for x. Images do not change each other's outputs.

    All changed copies of an image go forward together, as one batch.
    """
    dx = np.empty(x.shape)
    changes = STEP * np.eye(x[0].size).reshape(-1, *x.shape[1:])
    for number, image in enumerate(x):
        there, back = forward(image + changes), forward(image - changes)
        dx[number] = _slopes(there - back, dy[number]).reshape(image.shape)
    return dx


def of_weights(forward: Forward, weights: Array, dy: Array) -> Array:
    """The derivatives of sum(dy · forward(weights)) for weights."""
    gradient = np.empty(weights.shape)
    for index in np.ndindex(weights.shape):
        change = np.zeros(weights.shape)
        change[index] = STEP
        difference = forward(weights + change) - forward(weights - change)
        gradient[index] = (dy * difference).sum() / (2 * STEP)
    return gradient


def _slopes(differences: Array, dy: Array) -> Array:
    return (differences * dy).sum(axis=(1, 2, 3)) / (2 * STEP)


def max_pool2d_backward(dy: Array, x: Array, *arguments: object, **options: object) -> Array:
    return of_images(_pool(np.max, arguments, options), _wide(x), _wide(dy))


def avg_pool2d_backward(dy: Array, x: Array, *arguments: object, **options: object) -> Array:
    return of_images(_pool(np.mean, arguments, options), _wide(x), _wide(dy))


def _pool(reduce: Callable[..., Array], arguments: tuple, options: dict) -> Forward:
    return lambda x: pooled(x, reduce, *arguments, **options)


def conv2d_backward_x(
    dy: Array, x: Array, kernel: Array, strides: int | Pair = 1, padding: str = "valid"
) -> Array:
    forward = partial(conv2d, kernel=_wide(kernel), strides=strides, padding=padding)
    return of_images(forward, _wide(x), _wide(dy))


def conv2d_backward_weights(
    dy: Array, x: Array, kernel: Array, strides: int | Pair = 1, padding: str = "valid"
) -> tuple[Array, Array]:
    how = {"strides": strides, "padding": padding}
    dkernel = of_weights(lambda each: conv2d(_wide(x), each, **how), _wide(kernel), _wide(dy))
    bias = np.zeros(kernel.shape[3])
    dbias = of_weights(lambda each: conv2d(_wide(x), _wide(kernel), each, **how), bias, _wide(dy))
    return dkernel, dbias


def _wide(x: Array) -> Array:
    return np.asarray(x, np.float64)
