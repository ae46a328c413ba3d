"""Windows as a six-dimensional view of the padded images, made with as_strided."""

import numpy as np
from numpy.lib.stride_tricks import as_strided


def output_size(size, window, stride=1, padding="valid", dilation=1):
    if window < 1: raise ValueError("window must be >= 1")
    if stride < 1: raise ValueError("stride must be >= 1")
    if type(padding) is str:
        if padding.upper() == "SAME":
            return int(np.ceil(size / stride))
        elif padding.upper() == "VALID":
            pad = 0
        else:
            raise ValueError("padding must be 'same', 'valid' or a number")
    else:
        pad = padding
    effective = window + (window - 1) * (dilation - 1)
    result = int(np.floor((size + 2 * pad - effective) / stride)) + 1
    if result < 1:
        raise ValueError("window larger than padded size")
    return result


def same_padding(size, window, stride=1):
    out = output_size(size, window, stride, "same")
    total = max(0, (out - 1) * stride + window - size)
    return (total // 2, -(-total // 2))


def zero_pad2d(x, padding):
    if len(x.shape) != 4:
        raise ValueError("x should have 4 dimensions")
    if isinstance(padding, int):
        padding = ((padding, padding), (padding, padding))
    elif isinstance(padding[0], int):
        padding = ((padding[0], padding[0]), (padding[1], padding[1]))
    for side in padding[0] + padding[1]:
        if side < 0:
            raise ValueError("padding should not be negative")
    (t, b), (l, r) = padding
    N, H, W, C = x.shape
    out = np.zeros((N, H + t + b, W + l + r, C)).astype(x.dtype)
    out[:, t:t + H, l:l + W, :] = x
    return out


def _view(x, size, strides, padding, fill, name):
    if len(x.shape) != 4:
        raise ValueError("x should have 4 dimensions")
    kh, kw = size
    sh, sw = (strides, strides) if isinstance(strides, int) else strides
    if kh < 1 or kw < 1:
        raise ValueError(name + " should be at least 1")
    if sh < 1 or sw < 1:
        raise ValueError("strides should be at least 1")
    if padding.lower() == "same":
        (t, b), (l, r) = same_padding(x.shape[1], kh, sh), same_padding(x.shape[2], kw, sw)
        N, H, W, C = x.shape
        big = np.full((N, H + t + b, W + l + r, C), fill, dtype=x.dtype)
        big[:, t:t + H, l:l + W] = x
        x = big
    elif padding.lower() != "valid":
        raise ValueError("padding should be same or valid")
    N, H, W, C = x.shape
    if kh > H or kw > W:
        raise ValueError(name + " should not be larger than the image")
    x = np.ascontiguousarray(x)
    a, b, c, d = x.strides
    shape = (N, (H - kh) // sh + 1, (W - kw) // sw + 1, kh, kw, C)
    return as_strided(x, shape, (a, b * sh, c * sw, b, c, d), writeable=False)


def _pair(p):
    return (p, p) if isinstance(p, int) else p


def max_pool2d(x, pool_size=2, strides=None, padding="valid"):
    size = _pair(pool_size)
    low = np.iinfo(x.dtype).min if x.dtype.kind in "iu" else -np.inf
    return np.amax(_view(x, size, strides if strides is not None else size, padding, low, "pool_size"), (3, 4))


def min_pool2d(x, pool_size=2, strides=None, padding="valid"):
    size = _pair(pool_size)
    high = np.iinfo(x.dtype).max if x.dtype.kind in "iu" else np.inf
    return np.amin(_view(x, size, strides if strides is not None else size, padding, high, "pool_size"), (3, 4))


def avg_pool2d(x, pool_size=2, strides=None, padding="valid"):
    size = _pair(pool_size)
    strides = strides if strides is not None else size
    if x.dtype.kind in "iu":
        x = x.astype(np.float32)
    total = _view(x, size, strides, padding, 0, "pool_size").sum(axis=(3, 4))
    one = np.ones((1,) + x.shape[1:3] + (1,), dtype=x.dtype)
    return total / _view(one, size, strides, padding, 0, "pool_size").sum(axis=(3, 4))


def conv2d(x, kernel, bias=None, strides=1, padding="valid"):
    if len(kernel.shape) != 4:
        raise ValueError("kernel should have 4 dimensions")
    patches = _view(x, kernel.shape[:2], strides, padding, 0, "kernel")
    y = np.zeros(patches.shape[:3] + kernel.shape[3:], dtype=np.result_type(x, kernel))
    for i in range(kernel.shape[0]):
        for j in range(kernel.shape[1]):
            y += patches[:, :, :, i, j] @ kernel[i, j]
    if bias is not None:
        y = y + bias.reshape(1, 1, 1, -1)
    return y
