# Work of a student who uses an editor in place of JupyterLab.

# %% nbgrader={"grade_id": "setup"}
import numpy as np


# %% nbgrader={"grade_id": "max_pool2d_backward"}
def both(value):
    return tuple(value) if np.ndim(value) else (value, value)


def cuts(size, window, stride, padding):
    """The slice of each window along one axis, cut off at the ends."""
    if padding == "same":
        number = -(-size // stride)
        first = -(max((number - 1) * stride + window - size, 0) // 2)
    else:
        number, first = 1 + (size - window) // stride, 0
    begins = first + stride * np.arange(number)
    return [slice(max(0, b), min(size, b + window)) for b in begins]


def grid(dy, x, window, strides, padding, channels):
    (a, b), (s, t) = both(window), both(window if strides is None else strides)
    rows, columns = cuts(x.shape[1], a, s, padding), cuts(x.shape[2], b, t, padding)
    if dy.shape != (x.shape[0], len(rows), len(columns), channels):
        raise ValueError("dy is not of the shape of the output")
    return [
        ((slice(None), r, c), dy[:, i : i + 1, j : j + 1])
        for i, r in enumerate(rows)
        for j, c in enumerate(columns)
    ]


def max_pool2d_backward(dy, x, pool_size=2, strides=None, padding="valid"):
    dx = np.zeros_like(x)
    for cells, slope in grid(dy, x, pool_size, strides, padding, x.shape[3]):
        window = x[cells]
        n, h, w, c = window.shape
        greatest = window == window.max(axis=(1, 2), keepdims=True)
        in_a_row = greatest.reshape(n, h * w, c)
        first = (in_a_row & (in_a_row.cumsum(axis=1) == 1)).reshape(window.shape)
        dx[cells] += first * slope
    return dx


# %% nbgrader={"grade_id": "avg_pool2d_backward"}
def avg_pool2d_backward(dy, x, pool_size=2, strides=None, padding="valid"):
    dx = np.zeros_like(x)
    for cells, slope in grid(dy, x, pool_size, strides, padding, x.shape[3]):
        dx[cells] += slope / x[0:1][cells][..., 0:1].size if len(x) else 0
    return dx


# %% nbgrader={"grade_id": "conv2d_backward_x"}
def margin(size, window, stride, padding):
    if padding == "valid":
        return 0, 0
    total = max((-(-size // stride) - 1) * stride + window - size, 0)
    return total // 2, total - total // 2


def bordered(x, kernel, strides, padding):
    (a, b), (s, t) = kernel.shape[:2], both(strides)
    margins = margin(x.shape[1], a, s, padding), margin(x.shape[2], b, t, padding)
    return margins, np.pad(x, ((0, 0), *margins, (0, 0)))


def conv2d_backward_x(dy, x, kernel, strides=1, padding="valid"):
    ((top, _), (left, _)), padded = bordered(x, kernel, strides, padding)
    dx = np.zeros_like(padded)
    for cells, slope in grid(dy, padded, kernel.shape[:2], strides, "valid", kernel.shape[3]):
        dx[cells] += np.tensordot(slope[:, 0, 0], kernel, (1, 3))
    return dx[:, top : top + x.shape[1], left : left + x.shape[2]].copy()


# %% nbgrader={"grade_id": "conv2d_backward_weights"}
def conv2d_backward_weights(dy, x, kernel, strides=1, padding="valid"):
    _, padded = bordered(x, kernel, strides, padding)
    dkernel = sum(
        np.tensordot(padded[cells], slope[:, 0, 0], (0, 0))
        for cells, slope in grid(dy, padded, kernel.shape[:2], strides, "valid", kernel.shape[3])
    )
    return dkernel.astype(kernel.dtype), dy.sum(0).sum(0).sum(0)
