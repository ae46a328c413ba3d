"""Nested lists inside, arrays outside; a list where a pair is asked for, NumPy's ints for ints."""

import numpy as np


def as_list(value):
    return list(value) if hasattr(value, "__len__") else [value] * 2


def output_size(size, window, stride=1, padding="valid", dilation=1):
    if window < 1:
        raise ValueError("window has to be at least 1")
    if stride < 1:
        raise ValueError("stride has to be at least 1")
    if not isinstance(padding, str):
        positions = list(range(-padding, size + padding))
    elif padding.lower() == "same":
        return np.int32(len(list(range(size))[::stride]))
    elif padding.lower() == "valid":
        positions = list(range(size))
    else:
        raise ValueError("padding is valid, same or a number")
    starts = [p for p in positions[::stride] if p + dilation * (window - 1) in positions]
    if starts == []:
        raise ValueError("window fits nowhere")
    return np.int64(len(starts))


def same_padding(size, window, stride=1):
    n = int(output_size(size, window, stride, "same"))
    total = max([0, (n - 1) * stride + window - size])
    return [total // 2, total - total // 2]


def zero_pad2d(x, padding):
    if x.ndim != 4:
        raise ValueError("x is not of four axes")
    [top, bottom], [left, right] = [as_list(p) for p in as_list(padding)]
    if min([top, bottom, left, right]) < 0:
        raise ValueError("padding has to be 0 at least")
    height, width, channels = x.shape[1:]
    nothing = [0] * channels
    images = []
    for image in x:
        rows = [[nothing] * left + list(row) + [nothing] * right for row in image]
        empty = [[nothing] * (left + width + right)]
        images.append(empty * top + rows + empty * bottom)
    shape = (len(images), top + height + bottom, left + width + right, channels)
    return np.array(images, dtype=x.dtype).reshape(shape)


def parts(size, window, stride, padding):
    first = -same_padding(size, window, stride)[0] if padding == "same" else 0
    starts = [first + i * stride for i in range(output_size(size, window, stride, padding))]
    return [[p for p in range(a, a + window) if 0 <= p < size] for a in starts]


def arguments(x, size, strides, padding, name):
    if x.ndim != 4:
        raise ValueError("x is not of four axes")
    size = as_list(size)
    strides = size if strides is None else as_list(strides)
    if min(size) < 1:
        raise ValueError(name + " has to be at least 1")
    if min(strides) < 1:
        raise ValueError("strides has to be at least 1")
    padding = padding.lower()
    if padding not in ["valid", "same"]:
        raise ValueError("padding is valid or same")
    if padding == "valid" and (size[0] > x.shape[1] or size[1] > x.shape[2]):
        raise ValueError(name + " is too large")
    return [parts(x.shape[1 + i], size[i], strides[i], padding) for i in range(2)]


def pool(x, pool_size, strides, padding, choose, dtype):
    rows, columns = arguments(x, pool_size, strides, padding, "pool_size")
    channels = x.shape[3]
    images = [
        [
            [[choose([image[a][b][c] for a in r for b in s]) for c in range(channels)] for s in columns]
            for r in rows
        ]
        for image in x.tolist()
    ]
    return np.array(images, dtype=dtype).reshape(len(x), len(rows), len(columns), channels)


def nan_or(choose):
    return lambda numbers: choose(numbers) if all(n == n for n in numbers) else float("nan")


def average(numbers):
    return sum(numbers) / len(numbers)


def max_pool2d(x, pool_size=2, strides=None, padding="valid"):
    return pool(x, pool_size, strides, padding, nan_or(max), x.dtype)


def min_pool2d(x, pool_size=2, strides=None, padding="valid"):
    return pool(x, pool_size, strides, padding, nan_or(min), x.dtype)


def avg_pool2d(x, pool_size=2, strides=None, padding="valid"):
    floating = x.dtype if x.dtype.kind == "f" else np.float64
    return pool(x, pool_size, strides, padding, average, floating)


def conv2d(x, kernel, bias=None, strides=1, padding="valid"):
    if kernel.ndim != 4:
        raise ValueError("kernel is not of four axes")
    arguments(x, kernel.shape[:2], strides, padding, "kernel")
    kh, kw, inputs, outputs = kernel.shape
    strides = as_list(strides)
    if padding.lower() == "same":
        border = [same_padding(x.shape[1 + i], kernel.shape[i], strides[i]) for i in range(2)]
        x = zero_pad2d(x, border)
    weights = [kernel[..., f].ravel().tolist() for f in range(outputs)]
    start = [0] * outputs if bias is None else bias.tolist()
    rows, columns = arguments(x, [kh, kw], strides, "valid", "kernel")
    images = []
    for image in x.tolist():
        maps = []
        for r in rows:
            line = []
            for s in columns:
                seen = [image[a][b][c] for a in r for b in s for c in range(inputs)]
                line.append(
                    [
                        sum([n * w for n, w in zip(seen, weights[f])], start[f])
                        for f in range(outputs)
                    ]
                )
            maps.append(line)
        images.append(maps)
    dtype = np.result_type(x, kernel, *([] if bias is None else [bias]))
    return np.array(images, dtype=dtype).reshape(len(x), len(rows), len(columns), outputs)
