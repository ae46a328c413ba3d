"""What must hold between a function's own answers, whatever windows it lays and however it pads.

For case, dtype, NaN, infinities and empty batches a function is compared with itself, so that a
mistake in its geometry, which is paid for in the tests of values, costs none of these. `layer` is
the student's function with all but images and padding given.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograder.sandbox import StudentRaised
from autograder.suite import expect

Layer = Callable[[np.ndarray, str], Any]

BIG = 1e4
"""Outweighs every other number of the images here, and is exact in float32."""


def answered(layer: Layer, x: np.ndarray) -> dict[str, Any]:
    """The answer for each padding that a function knows.

    A padding that fails on plain images is paid for elsewhere.
    """
    known = {}
    for padding in ("valid", "same"):
        try:
            known[padding] = layer(x, padding)
        except StudentRaised:
            if padding == "same" and not known:
                raise
    return known


def numbers(answer: Any) -> np.ndarray:
    """An answer as an array of float64.

    Raises:
        Mismatch: it is no array of numbers.
    """
    expect.close(answer, answer)
    return np.asarray(answer, np.float64)


def spared(got: Any, want: np.ndarray, where: np.ndarray) -> np.ndarray:
    """What is wanted, and what came where that is not looked at."""
    came = numbers(got)
    return np.where(where, came, want) if came.shape == want.shape else want


def any_case(layer: Layer, x: np.ndarray) -> None:
    for padding, want in answered(layer, x).items():
        for written in (padding.upper(), padding.title()):
            expect.close(layer(x, written), want, like=(x,))


def same_numbers(
    layer: Layer,
    x: np.ndarray,
    wide: Callable[[np.ndarray, str], Any],
    dtypes: Sequence[Any],
    like: Sequence[Any] = (),
) -> None:
    """The answer to `x` has one of `dtypes`, and the numbers of `wide`, its answer in float64.

    Where that is infinite, which whole numbers cannot be, padded cells were not ignored; that is
    paid for elsewhere.
    """
    for padding, answer in answered(wide, x).items():
        want, got = numbers(answer), layer(x, padding)
        want = spared(got, want, ~np.isfinite(want))
        expect.close(got, want, like=like or (x,), dtype=dtypes)


def empty_batch(layer: Layer, x: np.ndarray) -> None:
    """No images give no images, of the shape that some give, nor more besides than these."""
    for padding, answer in answered(layer, x).items():
        images, *shape = np.shape(numbers(answer)) or (0,)
        expect.close(layer(x[:0], padding), np.zeros((max(images - len(x), 0), *shape)))


def reached(
    layer: Layer, x: np.ndarray, plain: np.ndarray, cells: np.ndarray, padding: str
) -> np.ndarray:
    """Where `plain`, the answer, depends on `cells`, a mask of the image: large numbers show it."""
    seen = np.zeros(plain.shape, bool)
    for value in (BIG, -BIG):
        marked = numbers(layer(np.where(cells, x.dtype.type(value), x), padding))
        expect.that(marked.shape == plain.shape, "gave images of one shape answers of two shapes.")
        with np.errstate(invalid="ignore"):  # infinite where padded cells are taken for such
            seen |= np.abs(marked - plain) > 1
    return seen


def nan_propagates(layer: Layer, x: np.ndarray, cells: np.ndarray) -> None:
    """NaN in `cells` makes NaN of what depends on them, and changes nothing else."""
    for padding, answer in answered(layer, x).items():
        plain = numbers(answer)
        seen = reached(layer, x, plain, cells, padding)
        got = layer(np.where(cells, x.dtype.type(np.nan), x), padding)
        want = np.where(seen, np.nan, plain)
        expect.close(got, spared(got, want, ~np.isfinite(plain)), like=(x,))


def infinities_are_numbers(layer: Layer, x: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
    """Infinities in the masks `low` and `high` are picked just where large numbers are."""
    stands_in = np.where(high, x.dtype.type(BIG), np.where(low, x.dtype.type(-BIG), x))
    infinite = np.where(high, x.dtype.type(np.inf), np.where(low, x.dtype.type(-np.inf), x))
    for padding in answered(layer, x):
        picked = numbers(layer(stands_in, padding))
        want = np.where(np.abs(picked) == BIG, np.copysign(np.inf, picked), picked)
        expect.close(layer(infinite, padding), want, like=(x,))


def infinities_add_up(layer: Layer, x: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
    """What depends on infinite cells is infinite, and NaN where it depends on both kinds."""
    infinite = np.where(high, x.dtype.type(np.inf), np.where(low, x.dtype.type(-np.inf), x))
    for padding, answer in answered(layer, x).items():
        plain = numbers(answer)
        below, above = (reached(layer, x, plain, cells, padding) for cells in (low, high))
        want = np.where(above, np.inf, np.where(below, -np.inf, plain))
        expect.close(layer(infinite, padding), np.where(below & above, np.nan, want), like=(x,))


def some_cells(rng: np.random.Generator, shape: tuple[int, ...], one_in: int) -> np.ndarray:
    """A mask that is true in one cell of so many, wherever chance puts them."""
    cells = np.zeros(shape, bool)
    size = cells.size
    cells.reshape(-1)[rng.permutation(size)[: max(size // one_in, 1)]] = True
    return cells
