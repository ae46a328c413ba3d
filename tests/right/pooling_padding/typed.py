"""Type-annotated, and whatever is an int for NumPy is an int here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, SupportsIndex, TypeAlias

import numpy as np
import numpy.typing as npt

Size: TypeAlias = "int | Sequence[int]"
Padding: TypeAlias = Literal["valid", "same"]
Images: TypeAlias = "npt.NDArray[np.number]"


def _require(condition: bool | np.bool_, sentence: str) -> None:
    if not condition:
        raise ValueError(sentence)


def _kind(padding: object) -> Padding:
    kind = padding.lower() if isinstance(padding, str) else padding
    _require(kind in ("valid", "same"), f"padding must be 'valid' or 'same', not {padding!r}")
    return "same" if kind == "same" else "valid"


def output_size(
    size: int, window: int, stride: int = 1, padding: str | int = "valid", dilation: int = 1
) -> int:
    _require(window >= 1, "window must be at least 1")
    _require(stride >= 1, "stride must be at least 1")
    if isinstance(padding, SupportsIndex):
        around = 2 * padding.__index__()
    elif _kind(padding) == "same":
        return np.int64(np.ceil(np.divide(size, stride)))
    else:
        around = 0
    windows = np.floor_divide(size + around - dilation * (window - 1) - 1, stride) + 1
    _require(windows >= 1, "window must fit into size at least once")
    return windows


def same_padding(size: int, window: int, stride: int = 1) -> tuple[int, int]:
    outputs = output_size(size, window, stride, "same")
    total = np.maximum((outputs - 1) * stride + window - size, 0)
    before = np.floor_divide(total, 2)
    return before, total - before


def _pair(value: Size, name: str) -> tuple[int, int]:
    height, width = (int(n) for n in np.broadcast_to(np.asarray(value), (2,)))
    _require(height >= 1 and width >= 1, f"{name} must be at least 1, not {value}")
    return height, width


def zero_pad2d(x: Images, padding: int | Sequence[int] | Sequence[Sequence[int]]) -> Images:
    _require(x.ndim == 4, f"x must have 4 axes, not {x.ndim}")
    amounts = np.asarray(padding, dtype=int)
    if amounts.ndim < 2:
        amounts = np.stack([np.broadcast_to(amounts, (2,))] * 2, axis=1)
    _require((amounts >= 0).all(), f"padding must not be negative: {padding}")
    return np.pad(x, ((0, 0), tuple(amounts[0]), tuple(amounts[1]), (0, 0)))


def _pool(
    x: Images,
    pool_size: Size,
    strides: Size | None,
    padding: str,
    reduce: Callable[..., Images],
) -> Images:
    _require(x.ndim == 4, f"x must have 4 axes, not {x.ndim}")
    window = _pair(pool_size, "pool_size")
    stride = window if strides is None else _pair(strides, "strides")
    kind = _kind(padding)
    before = [0, 0]
    outputs = [0, 0]
    for axis in (0, 1):
        size = x.shape[1 + axis]
        if kind == "same":
            before[axis] = int(same_padding(size, window[axis], stride[axis])[0])
        else:
            _require(window[axis] <= size, f"pool_size must not be above {size}")
        outputs[axis] = int(output_size(size, window[axis], stride[axis], kind))
    parts: list[list[Images]] = []
    for i in range(outputs[0]):
        top = i * stride[0] - before[0]
        parts.append([])
        for j in range(outputs[1]):
            left = j * stride[1] - before[1]
            cells = x[:, max(top, 0) : top + window[0], max(left, 0) : left + window[1], :]
            parts[-1].append(reduce(cells, axis=(1, 2), keepdims=True))
    return np.concatenate([np.concatenate(row, axis=2) for row in parts], axis=1)


def max_pool2d(
    x: Images, pool_size: Size = 2, strides: Size | None = None, padding: str = "valid"
) -> Images:
    return _pool(x, pool_size, strides, padding, np.amax)


def min_pool2d(
    x: Images, pool_size: Size = 2, strides: Size | None = None, padding: str = "valid"
) -> Images:
    return _pool(x, pool_size, strides, padding, np.amin)


def avg_pool2d(
    x: Images, pool_size: Size = 2, strides: Size | None = None, padding: str = "valid"
) -> Images:
    return _pool(x, pool_size, strides, padding, np.mean)


def conv2d(
    x: Images,
    kernel: Images,
    bias: Images | None = None,
    strides: Size = 1,
    padding: str = "valid",
) -> Images:
    _require(x.ndim == 4, f"x must have 4 axes, not {x.ndim}")
    _require(kernel.ndim == 4, f"kernel must have 4 axes, not {kernel.ndim}")
    stride = _pair(strides, "strides")
    height, width, _, filters = kernel.shape
    if _kind(padding) == "same":
        down = same_padding(x.shape[1], height, stride[0])
        across = same_padding(x.shape[2], width, stride[1])
        x = zero_pad2d(x, (down, across))
    _require(height <= x.shape[1] and width <= x.shape[2], "kernel must fit into the images")
    rows: list[Images] = []
    for top in range(0, x.shape[1] - height + 1, stride[0]):
        row: list[Images] = []
        for left in range(0, x.shape[2] - width + 1, stride[1]):
            cells = x[:, top : top + height, left : left + width, :]
            maps = [np.sum(cells * kernel[..., f], axis=(1, 2, 3)) for f in range(filters)]
            row.append(np.stack(maps, axis=-1))
        rows.append(np.stack(row, axis=1))
    y = np.stack(rows, axis=1).astype(np.result_type(x, kernel))
    return y if bias is None else y + bias
