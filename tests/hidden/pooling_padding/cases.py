"""Shapes, windows, strides and values that tell right pooling and padding from wrong.

Height and width always differ, and so do images, channels and filters. A geometry is
`(shape, arguments)`, where `arguments` are the keyword arguments of a pooling function;
the values that go with it are drawn apart, so that each test shows one thing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

Rng = np.random.Generator
Shape = tuple[int, int, int, int]
Geometry = tuple[Shape, dict[str, Any]]


def calls(rng: Rng, geometries: Iterator[Geometry], draw: Callable[[Rng, Shape], Any]) -> list[Any]:
    """Calls of a pooling function: for each geometry the drawn image and the keyword arguments."""
    return [((draw(rng, shape),), arguments) for shape, arguments in geometries]


# -- sizes ---------------------------------------------------------------------------------


def span(windows: int, window: int, stride: int, left_over: int = 0) -> int:
    """The size that holds just so many windows, and a few cells more."""
    return (windows - 1) * stride + window + left_over


def batch(rng: Rng, height: int, width: int) -> Shape:
    """Two or three images of two or three channels."""
    return int(rng.integers(2, 4)), height, width, int(rng.integers(2, 4))


def counts(rng: Rng) -> tuple[int, int]:
    """How many windows fit downwards and across: never equally many."""
    down, across = rng.permutation([2, 3, 4])[:2]
    return int(down), int(across)


# -- geometries ----------------------------------------------------------------------------


def side_by_side(rng: Rng) -> Iterator[Geometry]:
    """Windows that touch and fill the image: nothing is left over."""
    for window in (None, 3, 4):
        side = 2 if window is None else window
        down, across = counts(rng)
        shape = batch(rng, span(down, side, side), span(across, side, side))
        yield shape, {} if window is None else {"pool_size": window}


def left_over(rng: Rng) -> Iterator[Geometry]:
    """Rows and columns at the end that no whole window covers; windows that touch."""
    for window in (2, 3, 4):
        down, across = counts(rng)
        height = span(down, window, window, int(rng.integers(1, window)))
        width = span(across, window, window, int(rng.integers(1, window)))
        yield batch(rng, height, width), {"pool_size": window, "strides": window}


def strided(rng: Rng) -> Iterator[Geometry]:
    """Windows that overlap, and windows with gaps between them; nothing is left over."""
    for window, stride in ((3, 1), (3, 2), (4, 2), (1, 2), (2, 3)):
        down, across = counts(rng)
        shape = batch(rng, span(down, window, stride), span(across, window, stride))
        yield shape, {"pool_size": window, "strides": stride}


def rectangular(rng: Rng) -> Iterator[Geometry]:
    """Windows and strides that differ downwards and across; last, a window on the whole image."""
    for window, stride in (
        ((2, 3), (2, 3)),
        ((3, 1), (3, 1)),
        ((1, 3), (2, 1)),
        ((3, 2), (1, 3)),
        (2, (3, 1)),
        ((2, 4), 2),
    ):
        (kh, kw), (sh, sw) = two(window), two(stride)
        down, across = counts(rng)
        shape = batch(rng, span(down, kh, sh), span(across, kw, sw))
        yield shape, {"pool_size": window, "strides": stride}
    yield batch(rng, 4, 3), {"pool_size": (4, 3), "strides": (4, 3)}


def same_at_stride_one(rng: Rng) -> Iterator[Geometry]:
    """ "same" that keeps the size: odd windows, even windows, windows larger than the image."""
    for window in (2, 3, 4, 5):
        height, width = rng.permutation([3, 4, 5, 6])[:2]
        arguments = {"pool_size": window, "strides": 1, "padding": "same"}
        yield batch(rng, int(height), int(width)), arguments


def same_strided(rng: Rng) -> Iterator[Geometry]:
    """ "same" where the amount of padding depends on the size: none, even and odd amounts."""
    for window, stride in ((2, 2), (3, 2), (2, 3), (4, 3), (5, 2)):
        arguments = {"pool_size": window, "strides": stride, "padding": "same"}
        for more in (0, 1):
            yield batch(rng, 2 * stride + more, 3 * stride + more), arguments


def same_rectangular(rng: Rng) -> Iterator[Geometry]:
    """ "same" where the amounts above and below are others than those left and right."""
    for window, stride in (((4, 1), 1), ((5, 2), 1), ((3, 4), (2, 3)), ((2, 3), (3, 1))):
        down, across = two(stride)
        arguments = {"pool_size": window, "strides": stride, "padding": "same"}
        yield batch(rng, 2 * down + 1, 3 * across + 1), arguments


def two(value: int | tuple[int, int]) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else value


# -- values --------------------------------------------------------------------------------


def published_image() -> np.ndarray:
    """The 4 by 4 image that the notebook pools."""
    rows = [[2, 2, 7, 3], [9, 4, 6, 1], [8, 5, 2, 4], [3, 1, 2, 6]]
    return np.array(rows, np.float64).reshape(1, 4, 4, 1)


def mixed(rng: Rng, shape: tuple[int, ...]) -> np.ndarray:
    """Both signs, float32, no two alike."""
    return rng.normal(scale=3.0, size=shape).astype(np.float32)


def positive(rng: Rng, shape: tuple[int, ...]) -> np.ndarray:
    return rng.uniform(0.5, 9.0, size=shape).astype(np.float32)


def negative(rng: Rng, shape: tuple[int, ...]) -> np.ndarray:
    return -positive(rng, shape)


def whole(rng: Rng, shape: tuple[int, ...], dtype: Any) -> np.ndarray:
    """Whole numbers over much of the dtype's range, both ends included."""
    info = np.iinfo(dtype)
    low, high = max(int(info.min), -1000), min(int(info.max), 1000)
    x = rng.integers(low, high, size=shape, endpoint=True)
    ends = rng.permutation(x.size)[: 2 * (x.size // 5)]
    x.reshape(-1)[ends[::2]], x.reshape(-1)[ends[1::2]] = low, high
    return x.astype(dtype)


def quarters(rng: Rng, shape: tuple[int, ...], dtype: Any) -> np.ndarray:
    """Multiples of 1/4: exact, and exact in sums, in every floating dtype."""
    return (rng.integers(-40, 40, size=shape) / 4).astype(dtype)


def spots(rng: Rng, shape: tuple[int, ...]) -> np.ndarray:
    """Zeros with a few ones: what is above zero in an answer has seen one of them."""
    return (rng.random(shape) < 0.2).astype(np.float32)


def one_hot(height: int, width: int) -> np.ndarray:
    """As many images as one has cells, each with a one in another cell."""
    return np.eye(height * width, dtype=np.float32).reshape(-1, height, width, 1)


def with_corner(cells: np.ndarray, height: int, width: int) -> np.ndarray:
    """A mask that is true all over the first rows and columns of every image, too."""
    mask = cells.copy()
    mask[:, :height, :width, :] = True
    return mask


def kernel(rng: Rng, height: int, width: int, channels: int, filters: int) -> np.ndarray:
    return mixed(rng, (height, width, channels, filters))


def positive_kernel(rng: Rng, height: int, width: int, channels: int, filters: int) -> np.ndarray:
    """A kernel through which every cell of a window is seen."""
    return positive(rng, (height, width, channels, filters))


def even_kernel(rng: Rng, height: int, width: int, channels: int, filters: int) -> np.ndarray:
    """A kernel that a half turn leaves as it is, for tests that are about something else."""
    k = kernel(rng, height, width, channels, filters)
    return k + k[::-1, ::-1]


# -- what came back ------------------------------------------------------------------------


def is_whole(value: Any) -> bool:
    """Whether a number is of a type for counting."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def unchanged(given: Sequence[np.ndarray], after: Sequence[Any]) -> bool:
    """Whether arguments that were watched are what they were, to the bit."""
    return len(after) >= len(given) and all(
        isinstance(new, np.ndarray)
        and (new.dtype, new.shape) == (old.dtype, old.shape)
        and new.tobytes() == old.tobytes()
        for old, new in zip(given, after, strict=False)
    )
