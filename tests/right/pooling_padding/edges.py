"""A border of copied edge cells for max and min, of NaN-free zeros and a mask for averages."""

import numpy as np

DIRECTIONS = ("height", "width")


def output_size(size, window, stride=1, padding="valid", dilation=1):
    if window < 1 or stride < 1:
        raise ValueError(("window" if window < 1 else "stride") + " must not be smaller than 1")
    if padding == 0 or str(padding).lower() == "valid":
        before = after = 0
    elif isinstance(padding, int):
        before = after = padding
    elif str(padding).lower() == "same":
        return int(-(-size // stride))
    else:
        raise ValueError("padding must be one of 'valid', 'same' or an int")
    last_start = before + size + after - dilation * (window - 1) - 1
    if last_start < 0:
        raise ValueError("size too small for this window")
    return last_start // stride + 1


def same_padding(size, window, stride=1):
    if window < 1:
        raise ValueError("window must not be smaller than 1")
    if stride < 1:
        raise ValueError("stride must not be smaller than 1")
    total = 0
    while (size + total - window) // stride + 1 < -(-size // stride) or size + total < window:
        total += 1
    return total // 2, total - total // 2


def zero_pad2d(x, padding):
    if x.ndim != 4:
        raise ValueError("x: batch, height, width, channels expected")
    if isinstance(padding, int):
        padding = (padding, padding)
    amounts = [(a, a) if isinstance(a, int) else a for a in padding]
    if any(side < 0 for a in amounts for side in a):
        raise ValueError("padding: negative amounts make no sense")
    for axis, (before, after) in enumerate(amounts, start=1):
        shape = list(x.shape)
        shape[axis] = before
        head = np.zeros(shape, x.dtype)
        shape[axis] = after
        x = np.concatenate([head, x, np.zeros(shape, x.dtype)], axis)
    return x


def prepare(x, pool_size, strides, padding, mode="edge", name="pool_size"):
    if x.ndim != 4:
        raise ValueError("x: batch, height, width, channels expected")
    k = [pool_size] * 2 if isinstance(pool_size, int) else list(pool_size)
    s = k if strides is None else [strides] * 2 if isinstance(strides, int) else list(strides)
    for direction, a, b in zip(DIRECTIONS, k, s):
        if a < 1:
            raise ValueError(f"{name}: its {direction} must not be smaller than 1")
        if b < 1:
            raise ValueError(f"strides: the {direction} must not be smaller than 1")
    kind = padding.lower()
    if kind == "same":
        border = [same_padding(n, a, b) for n, a, b in zip(x.shape[1:3], k, s)]
        x = np.pad(x, [(0, 0), *border, (0, 0)], mode=mode)
    elif kind != "valid":
        raise ValueError("padding: valid or same expected")
    elif k[0] > x.shape[1] or k[1] > x.shape[2]:
        raise ValueError(f"{name}: larger than the image")
    return x, k, s


def at_each_place(x, k, s, function):
    """The function's value for each window, stacked to a batch of maps."""
    tops = range(0, x.shape[1] - k[0] + 1, s[0])
    lefts = range(0, x.shape[2] - k[1] + 1, s[1])
    rows = [
        np.stack([function(x[:, t : t + k[0], l : l + k[1]]) for l in lefts], axis=1) for t in tops
    ]
    return np.stack(rows, axis=1)


def max_pool2d(x, pool_size=2, strides=None, padding="valid"):
    return at_each_place(
        *prepare(x, pool_size, strides, padding), lambda cells: cells.max(axis=(1, 2))
    )


def min_pool2d(x, pool_size=2, strides=None, padding="valid"):
    return at_each_place(
        *prepare(x, pool_size, strides, padding), lambda cells: cells.min(axis=(1, 2))
    )


def avg_pool2d(x, pool_size=2, strides=None, padding="valid"):
    floating = x if np.issubdtype(x.dtype, np.floating) else x.astype(float)
    padded, k, s = prepare(floating, pool_size, strides, padding, "constant")
    mask, _, _ = prepare(np.ones_like(floating), k, s, padding, "constant")

    def total(cells):
        return cells.sum(axis=(1, 2))

    return at_each_place(padded, k, s, total) / at_each_place(mask, k, s, total)


def conv2d(x, kernel, bias=None, strides=1, padding="valid"):
    if kernel.ndim != 4:
        raise ValueError("kernel: height, width, channels, filters expected")
    padded, k, s = prepare(x, kernel.shape[:2], strides, padding, "constant", "kernel")
    y = at_each_place(padded, k, s, lambda cells: np.tensordot(cells, kernel, axes=3))
    return y if bias is None else y + bias[None, None, None, :]
