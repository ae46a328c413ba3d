"""A class for an axis, one for a border and one for a pooling operation."""

from collections import namedtuple
from dataclasses import dataclass
from itertools import product

import numpy as np


class Border(namedtuple("Border", "before after")):
    @classmethod
    def split(cls, total):
        return cls(total // 2, total - total // 2)


@dataclass
class Axis:
    size: int
    window: int
    stride: int = 1
    same: bool = False

    def __post_init__(self):
        if self.window < 1:
            raise ValueError(f"window {self.window} is below 1")
        if self.stride < 1:
            raise ValueError(f"stride {self.stride} is below 1")

    @property
    def outputs(self):
        if self.same:
            return -(-self.size // self.stride)
        return (self.size - self.window) // self.stride + 1

    @property
    def border(self):
        if not self.same:
            return Border(0, 0)
        return Border.split(max((self.outputs - 1) * self.stride + self.window - self.size, 0))

    def __iter__(self):
        """The part of the axis that each window covers."""
        for i in range(self.outputs):
            start = i * self.stride - self.border.before
            yield slice(max(start, 0), min(start + self.window, self.size))


class Choice:
    names = ("valid", "same")

    def __new__(cls, padding):
        if isinstance(padding, str) and padding.lower() in cls.names:
            return padding.lower() == "same"
        raise ValueError(f"padding is one of {cls.names}, not {padding!r}")


def output_size(size, window, stride=1, padding="valid", dilation=1):
    if isinstance(padding, str):
        axis = Axis(size, window, stride, Choice(padding))
        if not axis.same:
            axis.window += (window - 1) * (dilation - 1)
    else:
        axis = Axis(size + 2 * padding, window, stride)
        axis.window += (window - 1) * (dilation - 1)
    if axis.outputs < 1:
        raise ValueError(f"size {size} leaves no room for a window")
    return axis.outputs


def same_padding(size, window, stride=1):
    return tuple(Axis(size, window, stride, same=True).border)


def zero_pad2d(x, padding):
    if x.ndim != 4:
        raise ValueError(f"x has {x.ndim} axes instead of 4")
    rows, columns = [padding] * 2 if isinstance(padding, int) else padding
    rows, columns = (Border(p, p) if isinstance(p, int) else Border(*p) for p in (rows, columns))
    if min(rows + columns) < 0:
        raise ValueError("padding is negative")
    return np.pad(x, [Border(0, 0), rows, columns, Border(0, 0)])


class Windows:
    """The windows of a batch of images."""

    def __init__(self, x, size, strides, padding, name):
        if x.ndim != 4:
            raise ValueError(f"x has {x.ndim} axes instead of 4")
        same = Choice(padding)
        size = (size, size) if isinstance(size, int) else size
        strides = size if strides is None else strides
        strides = (strides, strides) if isinstance(strides, int) else strides
        if min(size) < 1:
            raise ValueError(f"{name} is below 1")
        if min(strides) < 1:
            raise ValueError("strides is below 1")
        self.axes = [Axis(*each, same) for each in zip(x.shape[1:3], size, strides)]
        if not same and any(axis.window > axis.size for axis in self.axes):
            raise ValueError(f"{name} is larger than the images")
        self.x = x

    def each(self, function, channels, dtype):
        y = np.empty((len(self.x), *(axis.outputs for axis in self.axes), channels), dtype)
        places = product(*(enumerate(axis) for axis in self.axes))
        for (i, rows), (j, columns) in places:
            y[:, i, j] = function(self.x[:, rows, columns])
        return y


class Pooling:
    def __init__(self, reduce, floating=False):
        self.reduce, self.floating = reduce, floating

    def __call__(self, x, pool_size=2, strides=None, padding="valid"):
        keep = not self.floating or np.issubdtype(x.dtype, np.floating)
        windows = Windows(x, pool_size, strides, padding, "pool_size")
        return windows.each(
            lambda cells: self.reduce(cells, axis=(1, 2)),
            x.shape[-1],
            x.dtype if keep else np.float64,
        )


max_pool2d = Pooling(np.max)
min_pool2d = Pooling(np.min)
avg_pool2d = Pooling(np.mean, floating=True)


def conv2d(x, kernel, bias=None, strides=1, padding="valid"):
    if kernel.ndim != 4:
        raise ValueError(f"kernel has {kernel.ndim} axes instead of 4")
    windows = Windows(x, kernel.shape[:2], strides, padding, "kernel")
    if Choice(padding):
        padded = zero_pad2d(x, tuple(tuple(axis.border) for axis in windows.axes))
        windows = Windows(padded, kernel.shape[:2], strides, "valid", "kernel")
    y = windows.each(
        lambda cells: np.tensordot(cells, kernel, 3), kernel.shape[-1], np.result_type(x, kernel)
    )
    return y if bias is None else np.add(y, bias)
