"""One axis at a time: what is done to the rows is done to the turned images again."""

import numpy as np


def output_size(size, window, stride=1, padding="valid", dilation=1):
    def fitting(room):
        return 0 if room < 0 else 1 + fitting(room - stride)

    if window < 1:
        raise ValueError("A window has at least one cell (window = %d)." % window)
    if stride < 1:
        raise ValueError("A stride is at least one cell (stride = %d)." % stride)
    if padding in (0, "valid") or isinstance(padding, str) and padding.lower() == "valid":
        extra = 0
    elif isinstance(padding, str) and padding.lower() == "same":
        return fitting(size - 1)
    elif isinstance(padding, str):
        raise ValueError("A padding of that name is not known (padding = %s)." % padding)
    else:
        extra = 2 * padding
    n = fitting(size + extra - window - (dilation - 1) * (window - 1))
    if not n:
        raise ValueError("Not one window fits (size = %d, window = %d)." % (size, window))
    return n


def same_padding(size, window, stride=1):
    lacking = (output_size(size, window, stride, "same") - 1) * stride + window - size
    before = max(lacking, 0) // 2
    return before, max(lacking, 0) - before


def _turned(x):
    return np.swapaxes(x, 1, 2)


def _images(x):
    if np.ndim(x) != 4:
        raise ValueError("Four axes are needed (x has %d)." % np.ndim(x))


def zero_pad2d(x, padding):
    _images(x)
    down, across = padding if isinstance(padding, (tuple, list)) else (padding, padding)

    def grown(x, amount):
        before, after = amount if isinstance(amount, (tuple, list)) else (amount, amount)
        if before < 0 or after < 0:
            raise ValueError("An amount is at least zero (padding = %s)." % (padding,))
        y = np.zeros((len(x), before + x.shape[1] + after, *x.shape[2:]), x.dtype)
        y[:, before : before + x.shape[1]] = x
        return y

    return _turned(grown(_turned(grown(x, down)), across))


def _sizes(value, name):
    sizes = tuple(value) if isinstance(value, (tuple, list)) else (value, value)
    if min(sizes) < 1:
        raise ValueError("Sizes are at least one (%s = %s)." % (name, value))
    return sizes


def _along_rows(x, window, stride, padding, reduce):
    """Reduce every group of `window` rows, cut to those that exist, to one row."""
    before = same_padding(x.shape[1], window, stride)[0] if padding == "same" else 0
    starts = [i * stride - before for i in range(output_size(x.shape[1], window, stride, padding))]
    return np.stack([reduce(x[:, max(a, 0) : a + window], axis=1) for a in starts], axis=1)


def _pool(x, pool_size, strides, padding, reduce):
    _images(x)
    window = _sizes(pool_size, "pool_size")
    stride = window if strides is None else _sizes(strides, "strides")
    padding = str(padding).lower()
    if padding not in ("same", "valid"):
        raise ValueError("It is valid or same (padding = %s)." % padding)
    if padding == "valid" and (window[0] > x.shape[1] or window[1] > x.shape[2]):
        raise ValueError("A window fits into the image (pool_size = %s)." % (pool_size,))
    pooled = _along_rows(x, window[0], stride[0], padding, reduce)
    return _turned(_along_rows(_turned(pooled), window[1], stride[1], padding, reduce))


def max_pool2d(x, pool_size=2, strides=None, padding="valid"):
    return _pool(x, pool_size, strides, padding, np.max)


def min_pool2d(x, pool_size=2, strides=None, padding="valid"):
    return _pool(x, pool_size, strides, padding, np.min)


def avg_pool2d(x, pool_size=2, strides=None, padding="valid"):
    # the mean of the means of rows is the mean, as all rows of a window are equally long
    return _pool(x, pool_size, strides, padding, np.mean)


def conv2d(x, kernel, bias=None, strides=1, padding="valid"):
    _images(x)
    if np.ndim(kernel) != 4:
        raise ValueError("Four axes are needed (kernel has %d)." % np.ndim(kernel))
    down, across = _sizes(strides, "strides")
    if str(padding).lower() == "same":
        x = zero_pad2d(
            x,
            (
                same_padding(x.shape[1], kernel.shape[0], down),
                same_padding(x.shape[2], kernel.shape[1], across),
            ),
        )
    elif str(padding).lower() != "valid":
        raise ValueError("It is valid or same (padding = %s)." % padding)
    if kernel.shape[0] > x.shape[1] or kernel.shape[1] > x.shape[2]:
        raise ValueError("It fits into the image (kernel is %d by %d)." % kernel.shape[:2])

    def row(rows):
        """One row of the answer, from as many rows as the kernel has."""
        columns = range(0, x.shape[2] - kernel.shape[1] + 1, across)
        width = kernel.shape[1]
        return np.stack(
            [np.einsum("nabc,abcf->nf", rows[:, :, b : b + width], kernel) for b in columns], axis=1
        )

    tops = range(0, x.shape[1] - kernel.shape[0] + 1, down)
    y = np.stack([row(x[:, a : a + kernel.shape[0]]) for a in tops], axis=1)
    return y if bias is None else y + bias
