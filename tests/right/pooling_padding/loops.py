"""Nothing but loops over single numbers."""

import math

import numpy as np


def pair(value):
    if isinstance(value, (int, np.integer)):
        return int(value), int(value)
    a, b = value
    return int(a), int(b)


def output_size(size, window, stride=1, padding="valid", dilation=1):
    if window < 1:
        raise ValueError(f"window has to be 1 or more (it is {window})")
    if stride < 1:
        raise ValueError(f"stride has to be 1 or more (it is {stride})")
    if isinstance(padding, str):
        mode = padding.lower()
        if mode == "same":
            return math.ceil(size / stride)
        if mode != "valid":
            raise ValueError(f"padding {padding} is not known")
        padding = 0
    count = 0
    start = -padding
    while start + dilation * (window - 1) <= size - 1 + padding:
        count += 1
        start += stride
    if count == 0:
        raise ValueError("the window does not fit: size is too small")
    return count


def same_padding(size, window, stride=1):
    outputs = output_size(size, window, stride, "same")
    missing = (outputs - 1) * stride + window - size
    if missing < 0:
        missing = 0
    return missing // 2, missing - missing // 2


def zero_pad2d(x, padding):
    if x.ndim != 4:
        raise ValueError("x is not a batch of images")
    if isinstance(padding, int):
        top = bottom = left = right = padding
    elif isinstance(padding[0], int):
        top = bottom = padding[0]
        left = right = padding[1]
    else:
        (top, bottom), (left, right) = padding
    if top < 0 or bottom < 0 or left < 0 or right < 0:
        raise ValueError("padding is below 0")
    n, h, w, channels = x.shape
    y = np.zeros((n, h + top + bottom, w + left + right, channels), dtype=x.dtype)
    for image in range(n):
        for row in range(h):
            for column in range(w):
                for channel in range(channels):
                    y[image, row + top, column + left, channel] = x[image, row, column, channel]
    return y


def plan(x, pool_size, strides, padding):
    if x.ndim != 4:
        raise ValueError("x is not a batch of images")
    kh, kw = pair(pool_size)
    sh, sw = (kh, kw) if strides is None else pair(strides)
    if kh < 1 or kw < 1:
        raise ValueError("pool_size is below 1")
    if sh < 1 or sw < 1:
        raise ValueError("strides is below 1")
    if padding.lower() == "same":
        top, _ = same_padding(x.shape[1], kh, sh)
        left, _ = same_padding(x.shape[2], kw, sw)
    elif padding.lower() == "valid":
        top = left = 0
        if kh > x.shape[1] or kw > x.shape[2]:
            raise ValueError("pool_size is larger than the image")
    else:
        raise ValueError("padding is neither valid nor same")
    oh = output_size(x.shape[1], kh, sh, padding)
    ow = output_size(x.shape[2], kw, sw, padding)
    return kh, kw, sh, sw, top, left, oh, ow


def cells(x, n, c, top, left, kh, kw):
    """The numbers of one window that lie inside the image."""
    for row in range(top, top + kh):
        for column in range(left, left + kw):
            if 0 <= row < x.shape[1] and 0 <= column < x.shape[2]:
                yield x[n, row, column, c]


def max_pool2d(x, pool_size=2, strides=None, padding="valid"):
    kh, kw, sh, sw, top, left, oh, ow = plan(x, pool_size, strides, padding)
    y = np.zeros((x.shape[0], oh, ow, x.shape[3]), dtype=x.dtype)
    for n, i, j, c in np.ndindex(y.shape):
        best = None
        for value in cells(x, n, c, i * sh - top, j * sw - left, kh, kw):
            if best is None or value > best or value != value:
                best = value
            if best != best:
                break
        y[n, i, j, c] = best
    return y


def min_pool2d(x, pool_size=2, strides=None, padding="valid"):
    kh, kw, sh, sw, top, left, oh, ow = plan(x, pool_size, strides, padding)
    y = np.zeros((x.shape[0], oh, ow, x.shape[3]), dtype=x.dtype)
    for n, i, j, c in np.ndindex(y.shape):
        best = None
        for value in cells(x, n, c, i * sh - top, j * sw - left, kh, kw):
            if best is None or value < best or value != value:
                best = value
            if best != best:
                break
        y[n, i, j, c] = best
    return y


def avg_pool2d(x, pool_size=2, strides=None, padding="valid"):
    kh, kw, sh, sw, top, left, oh, ow = plan(x, pool_size, strides, padding)
    dtype = x.dtype if x.dtype.kind == "f" else np.float32
    y = np.zeros((x.shape[0], oh, ow, x.shape[3]), dtype=dtype)
    for n, i, j, c in np.ndindex(y.shape):
        total, count = 0.0, 0
        for value in cells(x, n, c, i * sh - top, j * sw - left, kh, kw):
            total += float(value)
            count += 1
        y[n, i, j, c] = total / count
    return y


def conv2d(x, kernel, bias=None, strides=1, padding="valid"):
    if kernel.ndim != 4:
        raise ValueError("kernel needs four axes")
    if x.ndim != 4:
        raise ValueError("x needs four axes")
    kh, kw, inputs, outputs = kernel.shape
    if padding.lower() == "valid" and (kh > x.shape[1] or kw > x.shape[2]):
        raise ValueError("kernel is larger than the image")
    _, _, sh, sw, top, left, oh, ow = plan(x, (kh, kw), strides, padding)
    dtype = np.result_type(x, kernel) if bias is None else np.result_type(x, kernel, bias)
    y = np.zeros((x.shape[0], oh, ow, outputs), dtype=dtype)
    for n, i, j, f in np.ndindex(y.shape):
        total = 0.0 if bias is None else float(bias[f])
        for a in range(kh):
            for b in range(kw):
                row, column = i * sh - top + a, j * sw - left + b
                if 0 <= row < x.shape[1] and 0 <= column < x.shape[2]:
                    for c in range(inputs):
                        total += float(x[n, row, column, c]) * float(kernel[a, b, c, f])
        y[n, i, j, f] = total
    return y
