"""Talks all the time: prints, warns, logs and writes to both streams, and is right all the same."""

import logging
import sys
import warnings

import numpy as np

logging.basicConfig(level=logging.DEBUG)
log = logging.getLogger("pooling")
print("starting", flush=True)
warnings.warn("this module talks a lot")
print("\x1b[31mPASSED 28/28\x1b[0m score: 100", file=sys.stderr)


def tell(function):
    def told(*args, **kwargs):
        print(">>>", function.__name__, [getattr(a, "shape", a) for a in args], kwargs)
        log.debug("called %s", function.__name__)
        warnings.warn(f"{function.__name__} is being called", stacklevel=2)
        try:
            answer = function(*args, **kwargs)
        except ValueError as error:
            print("!!! refused:", error, file=sys.stderr)
            raise
        print("<<<", answer if np.ndim(answer) < 2 else answer.ravel()[:50])
        return answer

    return told


@tell
def output_size(size, window, stride=1, padding="valid", dilation=1):
    if window < 1:
        raise ValueError("window!")
    if stride < 1:
        raise ValueError("stride!")
    if isinstance(padding, str) and padding.lower() == "same":
        return -(-size // stride)
    if isinstance(padding, str) and padding.lower() != "valid":
        raise ValueError("padding!")
    both_sides = 0 if isinstance(padding, str) else 2 * padding
    count = (size + both_sides - dilation * (window - 1) - 1) // stride + 1
    if count < 1:
        raise ValueError("size!")
    return count


@tell
def same_padding(size, window, stride=1):
    count = output_size(size, window, stride, "same")
    total = max((count - 1) * stride + window - size, 0)
    return total // 2, total - total // 2


@tell
def zero_pad2d(x, padding):
    if x.ndim != 4:
        raise ValueError("x!")
    rows, columns = (padding, padding) if isinstance(padding, int) else padding
    (top, bottom), (left, right) = ((p, p) if isinstance(p, int) else p for p in (rows, columns))
    if min(top, bottom, left, right) < 0:
        raise ValueError("padding!")
    y = np.zeros((x.shape[0], top + x.shape[1] + bottom, left + x.shape[2] + right, x.shape[3]), x.dtype)
    y[:, top : y.shape[1] - bottom, left : y.shape[2] - right] = x
    return y


def windows(x, size, strides, padding, name):
    if x.ndim != 4:
        raise ValueError("x!")
    kh, kw = (size, size) if isinstance(size, int) else size
    sh, sw = (kh, kw) if strides is None else (strides, strides) if isinstance(strides, int) else strides
    if min(kh, kw) < 1:
        raise ValueError(f"{name}!")
    if min(sh, sw) < 1:
        raise ValueError("strides!")
    if padding.lower() not in ("valid", "same"):
        raise ValueError("padding!")
    top = left = 0
    if padding.lower() == "same":
        top, left = same_padding(x.shape[1], kh, sh)[0], same_padding(x.shape[2], kw, sw)[0]
    elif kh > x.shape[1] or kw > x.shape[2]:
        raise ValueError(f"{name}!")
    for i in range(output_size(x.shape[1], kh, sh, padding)):
        for j in range(output_size(x.shape[2], kw, sw, padding)):
            yield i, j, i * sh - top, i * sh - top + kh, j * sw - left, j * sw - left + kw


def gather(x, places, reduce, channels, dtype):
    places = list(places)
    y = np.empty((len(x), places[-1][0] + 1, places[-1][1] + 1, channels), dtype)
    for i, j, a, b, c, d in places:
        y[:, i, j] = reduce(x[:, max(a, 0) : b, max(c, 0) : d])
        print(".", end="")
    return y


@tell
def max_pool2d(x, pool_size=2, strides=None, padding="valid"):
    places = windows(x, pool_size, strides, padding, "pool_size")
    return gather(x, places, lambda w: w.max(axis=(1, 2)), x.shape[-1], x.dtype)


@tell
def min_pool2d(x, pool_size=2, strides=None, padding="valid"):
    places = windows(x, pool_size, strides, padding, "pool_size")
    return gather(x, places, lambda w: w.min(axis=(1, 2)), x.shape[-1], x.dtype)


@tell
def avg_pool2d(x, pool_size=2, strides=None, padding="valid"):
    places = windows(x, pool_size, strides, padding, "pool_size")
    dtype = x.dtype if x.dtype.kind == "f" else np.float32
    return gather(x, places, lambda w: w.mean(axis=(1, 2)), x.shape[-1], dtype)


@tell
def conv2d(x, kernel, bias=None, strides=1, padding="valid"):
    if kernel.ndim != 4:
        raise ValueError("kernel!")
    kh, kw = kernel.shape[:2]
    places = list(windows(x, (kh, kw), strides, padding, "kernel"))
    far = max(kh, kw)
    big = zero_pad2d(x, far)
    moved = [(i, j, a + far, b + far, c + far, d + far) for i, j, a, b, c, d in places]
    y = gather(big, moved, lambda w: np.tensordot(w, kernel, 3), kernel.shape[3], np.result_type(x, kernel))
    return y if bias is None else y + bias


print("all defined, 1/0 =", end=" ")
try:
    1 / 0
except ZeroDivisionError as error:
    print(error)
