"""Every window at once, with NumPy's sliding_window_view."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def output_size(size, window, stride=1, padding="valid", dilation=1):
    for name, value in {"window": window, "stride": stride}.items():
        if value < 1:
            raise ValueError(f"{name} must be positive, got {value}")
    if isinstance(padding, str):
        padding = padding.lower()
        if padding not in {"valid", "same"}:
            raise ValueError(f"unknown padding {padding!r}")
        if padding == "same":
            return (size + stride - 1) // stride
        padding = 0
    n = (size + 2 * padding - dilation * (window - 1) - 1) // stride + 1
    if n < 1:
        raise ValueError(f"window of {window} does not fit into {size}")
    return n


def same_padding(size, window, stride=1):
    if window < 1:
        raise ValueError("window must be positive")
    if stride < 1:
        raise ValueError("stride must be positive")
    # TensorFlow's own way to say it
    total = max(window - (size % stride or stride), 0)
    return total // 2, (total + 1) // 2


def zero_pad2d(x, padding):
    borders = np.broadcast_to(np.array(padding).reshape(-1, 1) if np.ndim(padding) == 1 else padding, (2, 2))
    if (borders < 0).any():
        raise ValueError("padding must not be negative")
    if x.ndim != 4:
        raise ValueError("x must be (batch, height, width, channels)")
    return np.pad(x, [(0, 0), *borders.tolist(), (0, 0)])


def _two(value):
    return tuple(np.broadcast_to(value, 2).tolist())


def _padded(x, window, strides, padding, fill, name):
    if np.ndim(x) != 4:
        raise ValueError("x must be (batch, height, width, channels)")
    if min(window) < 1:
        raise ValueError(f"{name} must be positive")
    if min(strides) < 1:
        raise ValueError("strides must be positive")
    if padding.lower() not in ("valid", "same"):
        raise ValueError("padding must be valid or same")
    if padding.lower() == "same":
        border = [same_padding(n, k, s) for n, k, s in zip(x.shape[1:3], window, strides)]
        return np.pad(x, [(0, 0), *border, (0, 0)], constant_values=fill)
    if window[0] > x.shape[1] or window[1] > x.shape[2]:
        raise ValueError(f"{name} is larger than x")
    return x


def _views(x, window, strides):
    """(batch, rows, columns, channels, window height, window width), nothing copied."""
    return sliding_window_view(x, window, axis=(1, 2))[:, :: strides[0], :: strides[1]]


def _extremes(dtype):
    if np.issubdtype(dtype, np.integer):
        return np.iinfo(dtype).min, np.iinfo(dtype).max
    return -np.inf, np.inf


def max_pool2d(x, pool_size=2, strides=None, padding="valid"):
    window, strides = _two(pool_size), _two(pool_size if strides is None else strides)
    x = _padded(x, window, strides, padding, _extremes(x.dtype)[0], "pool_size")
    return _views(x, window, strides).max(axis=(-2, -1))


def min_pool2d(x, pool_size=2, strides=None, padding="valid"):
    window, strides = _two(pool_size), _two(pool_size if strides is None else strides)
    x = _padded(x, window, strides, padding, _extremes(x.dtype)[1], "pool_size")
    return _views(x, window, strides).min(axis=(-2, -1))


def avg_pool2d(x, pool_size=2, strides=None, padding="valid"):
    window, strides = _two(pool_size), _two(pool_size if strides is None else strides)
    inside = _padded(np.ones_like(x, np.float64), window, strides, padding, 0, "pool_size")
    x64 = _padded(x.astype(np.float64), window, strides, padding, 0, "pool_size")
    with np.errstate(invalid="ignore"):
        total = _views(x64, window, strides).sum(axis=(-2, -1))
    mean = total / _views(inside, window, strides).sum(axis=(-2, -1))
    return mean.astype(x.dtype) if np.issubdtype(x.dtype, np.floating) else mean


def conv2d(x, kernel, bias=None, strides=1, padding="valid"):
    if kernel.ndim != 4:
        raise ValueError("kernel must be (height, width, channels, filters)")
    strides = _two(strides)
    x = _padded(x, kernel.shape[:2], strides, padding, 0, "kernel")
    y = np.tensordot(_views(x, kernel.shape[:2], strides), kernel, axes=((4, 5, 3), (0, 1, 2)))
    return y if bias is None else y + bias
