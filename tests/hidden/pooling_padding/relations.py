"""What must hold between a function's own answers, whatever windows it lays and however it pads.

For case, dtype, NaN, infinities and empty batches a function is compared with itself, so that a
mistake in its geometry, which is paid for in the tests of values, costs none of these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.sandbox import Call, CallFailed, StudentRaised
from autograder.suite import expect
from autograder.suite.student import StudentFunction

BIG = 1e4
"""Outweighs every other number of the images here, and is exact in float32."""
PADDINGS = ("valid", "same")


@dataclass(frozen=True)
class Layer:
    """The student's function with all but images and padding given; `call` adds these two."""

    function: StudentFunction
    call: Callable[[np.ndarray, str], Call]

    def each(self, calls: Sequence[tuple[np.ndarray, str]]) -> Iterator[Any]:
        return self.function.each([self.call(x, padding) for x, padding in calls])

    def in_float64(self) -> Layer:
        """The same layer, which is given its images in float64."""
        return Layer(self.function, lambda x, padding: self.call(x.astype(np.float64), padding))


def answered(layer: Layer, x: np.ndarray) -> Iterator[tuple[str, Any]]:
    """Each padding that a function knows, and its answer.

    A padding that fails on plain images is paid for elsewhere.
    """
    known = 0
    outcomes = layer.function.outcomes([layer.call(x, padding) for padding in PADDINGS])
    for padding, outcome in zip(PADDINGS, outcomes, strict=True):
        if isinstance(outcome, StudentRaised) and (known or padding != PADDINGS[-1]):
            continue
        if isinstance(outcome, CallFailed):
            raise outcome
        known += 1
        yield padding, outcome


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
    for padding, want in list(answered(layer, x)):
        written = (padding.upper(), padding.title())
        for got in layer.each([(x, name) for name in written]):
            expect.close(got, want, like=(x,))


def same_numbers(
    layer: Layer,
    x: np.ndarray,
    wide: Layer,
    dtypes: Sequence[Any],
    like: Sequence[Any] = (),
) -> None:
    """The answer to `x` has one of `dtypes`, and the numbers of `wide`, its answer in float64.

    Where that is infinite, which whole numbers cannot be, padded cells were not ignored; that is
    paid for elsewhere.
    """
    wanted = {padding: numbers(answer) for padding, answer in answered(wide, x)}
    answers = layer.each([(x, padding) for padding in wanted])
    for want, got in zip(wanted.values(), answers, strict=True):
        expect.close(got, spared(got, want, ~np.isfinite(want)), like=like or (x,), dtype=dtypes)


def empty_batch(layer: Layer, x: np.ndarray) -> None:
    """No images give no images, of the shape that some give, nor more besides than these."""
    shapes = {padding: np.shape(numbers(answer)) for padding, answer in answered(layer, x)}
    answers = layer.each([(x[:0], padding) for padding in shapes])
    for shape, got in zip(shapes.values(), answers, strict=True):
        images, *rest = shape or (0,)
        expect.close(got, np.zeros((max(images - len(x), 0), *rest)))


def reached(
    layer: Layer, x: np.ndarray, plain: Mapping[str, np.ndarray], cells: np.ndarray
) -> dict[str, np.ndarray]:
    """Where the `plain` answers depend on `cells`, a mask of the image: large numbers show it."""
    seen = {padding: np.zeros(answer.shape, bool) for padding, answer in plain.items()}
    marks = [np.where(cells, x.dtype.type(value), x) for value in (BIG, -BIG)]
    calls = [(marked, padding) for padding in plain for marked in marks]
    for (_, padding), answer in zip(calls, layer.each(calls), strict=True):
        got, want = numbers(answer), plain[padding]
        expect.that(got.shape == want.shape, "gave images of one shape answers of two shapes.")
        with np.errstate(invalid="ignore"):  # infinite where padded cells are taken for such
            seen[padding] |= np.abs(got - want) > 1
    return seen


def nan_propagates(layer: Layer, x: np.ndarray, cells: np.ndarray) -> None:
    """NaN in `cells` makes NaN of what depends on them, and changes nothing else."""
    plain = {padding: numbers(answer) for padding, answer in answered(layer, x)}
    seen = reached(layer, x, plain, cells)
    with_nan = np.where(cells, x.dtype.type(np.nan), x)
    answers = layer.each([(with_nan, padding) for padding in plain])
    for padding, got in zip(plain, answers, strict=True):
        want = np.where(seen[padding], np.nan, plain[padding])
        expect.close(got, spared(got, want, ~np.isfinite(plain[padding])), like=(x,))


def infinities_are_numbers(layer: Layer, x: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
    """Infinities in the masks `low` and `high` are picked just where large numbers are."""
    stands_in = np.where(high, x.dtype.type(BIG), np.where(low, x.dtype.type(-BIG), x))
    infinite = np.where(high, x.dtype.type(np.inf), np.where(low, x.dtype.type(-np.inf), x))
    known = [padding for padding, _ in answered(layer, x)]
    picked = [numbers(answer) for answer in layer.each([(stands_in, each) for each in known])]
    answers = layer.each([(infinite, padding) for padding in known])
    for among, got in zip(picked, answers, strict=True):
        want = np.where(np.abs(among) == BIG, np.copysign(np.inf, among), among)
        expect.close(got, want, like=(x,))


def infinities_add_up(layer: Layer, x: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
    """What depends on infinite cells is infinite, and NaN where it depends on both kinds."""
    infinite = np.where(high, x.dtype.type(np.inf), np.where(low, x.dtype.type(-np.inf), x))
    plain = {padding: numbers(answer) for padding, answer in answered(layer, x)}
    below, above = (reached(layer, x, plain, cells) for cells in (low, high))
    answers = layer.each([(infinite, padding) for padding in plain])
    for padding, got in zip(plain, answers, strict=True):
        want = np.where(below[padding], -np.inf, plain[padding])
        want = np.where(above[padding], np.inf, want)
        expect.close(got, np.where(below[padding] & above[padding], np.nan, want), like=(x,))


def some_cells(rng: np.random.Generator, shape: tuple[int, ...], one_in: int) -> np.ndarray:
    """A mask that is true in one cell of so many, wherever chance puts them."""
    cells = np.zeros(shape, bool)
    size = cells.size
    cells.reshape(-1)[rng.permutation(size)[: max(size // one_in, 1)]] = True
    return cells
