"""What must hold between a function's own answers, whatever windows it lays and however it pads.

For case, dtype, NaN, infinities and empty batches a function is compared with itself, so that a
mistake in its geometry, which is paid for in the tests of values, costs none of these.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
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
    return _answers(layer.function.outcomes([layer.call(x, padding) for padding in PADDINGS]))


def answered_together(
    layer: Layer, x: np.ndarray, more: Sequence[tuple[Layer, np.ndarray]]
) -> tuple[dict[str, Any], Iterator[Any]]:
    """The same answers by padding; then those to `more`, for each of them and each known padding.

    All calls cross together.
    """
    calls = [
        each.call(image, padding) for each, image in [(layer, x), *more] for padding in PADDINGS
    ]
    outcomes = layer.function.outcomes(calls)
    plain = dict(_answers(itertools.islice(outcomes, len(PADDINGS))))
    return plain, _of_known(outcomes, plain, len(more))


def _answers(outcomes: Iterator[Any]) -> Iterator[tuple[str, Any]]:
    known = 0
    for padding, outcome in zip(PADDINGS, outcomes, strict=True):
        if isinstance(outcome, StudentRaised) and (known or padding != PADDINGS[-1]):
            continue
        if isinstance(outcome, CallFailed):
            raise outcome
        known += 1
        yield padding, outcome


def _of_known(outcomes: Iterator[Any], known: Container[str], times: int) -> Iterator[Any]:
    for padding, outcome in zip(PADDINGS * times, outcomes, strict=True):
        if padding in known:
            if isinstance(outcome, CallFailed):
                raise outcome
            yield outcome


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


def spelled(function: StudentFunction, calls: Sequence[Call]) -> None:
    """Calls of all kinds have the same answers with their padding in capitals.

    A call that fails as it is does not count: that is paid for elsewhere.
    """
    spellings = itertools.cycle((str.upper, str.title))
    written = [
        (args, {**rest, "padding": spelling(rest["padding"])})
        for (args, rest), spelling in zip(calls, spellings, strict=False)
    ]
    plain, others = function.outcomes(calls), function.outcomes(written)
    for (args, _), want, got in zip(calls, plain, others, strict=True):
        if isinstance(want, CallFailed):
            continue
        if isinstance(got, CallFailed):
            raise got
        expect.close(got, want, like=[each for each in args if isinstance(each, np.ndarray)])


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
    plain, answers = answered_together(wide, x, [(layer, x)])
    wanted = [numbers(answer) for answer in plain.values()]
    for want, got in zip(wanted, answers, strict=True):
        expect.close(got, spared(got, want, ~np.isfinite(want)), like=like or (x,), dtype=dtypes)


def empty_batch(layer: Layer, x: np.ndarray) -> None:
    """No images give no images, of the shape that some give, nor more besides than these."""
    plain, answers = answered_together(layer, x, [(layer, x[:0])])
    shapes = [np.shape(numbers(answer)) for answer in plain.values()]
    for shape, got in zip(shapes, answers, strict=True):
        images, *rest = shape or (0,)
        expect.close(got, np.zeros((max(images - len(x), 0), *rest)))


def marked(x: np.ndarray, cells: np.ndarray) -> list[np.ndarray]:
    """The image with large numbers in `cells`, a mask, and with large negative ones."""
    return [np.where(cells, x.dtype.type(value), x) for value in (BIG, -BIG)]


def reached(plain: Mapping[str, np.ndarray], answers: Iterator[Any]) -> dict[str, np.ndarray]:
    """Where the `plain` answers depend on some cells: the next `answers`, to `marked`, show it."""
    seen = {padding: np.zeros(answer.shape, bool) for padding, answer in plain.items()}
    for padding, answer in zip([*plain] * 2, answers, strict=False):
        got, want = numbers(answer), plain[padding]
        expect.that(got.shape == want.shape, "gave images of one shape answers of two shapes.")
        with np.errstate(invalid="ignore"):  # infinite where padded cells are taken for such
            seen[padding] |= np.abs(got - want) > 1
    return seen


def nan_propagates(layer: Layer, x: np.ndarray, cells: np.ndarray) -> None:
    """NaN in `cells` makes NaN of what depends on them, and changes nothing else."""
    with_nan = np.where(cells, x.dtype.type(np.nan), x)
    plain, answers = numbers_together(layer, x, [*marked(x, cells), with_nan])
    seen = reached(plain, answers)
    for padding, got in zip(plain, answers, strict=True):
        want = np.where(seen[padding], np.nan, plain[padding])
        expect.close(got, spared(got, want, ~np.isfinite(plain[padding])), like=(x,))


def infinities_are_numbers(layer: Layer, x: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
    """Infinities in the masks `low` and `high` are picked just where large numbers are."""
    stands_in = np.where(high, x.dtype.type(BIG), np.where(low, x.dtype.type(-BIG), x))
    infinite = np.where(high, x.dtype.type(np.inf), np.where(low, x.dtype.type(-np.inf), x))
    plain, answers = answered_together(layer, x, [(layer, stands_in), (layer, infinite)])
    picked = [numbers(answer) for answer in itertools.islice(answers, len(plain))]
    for among, got in zip(picked, answers, strict=True):
        want = np.where(np.abs(among) == BIG, np.copysign(np.inf, among), among)
        expect.close(got, want, like=(x,))


def infinities_add_up(layer: Layer, x: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
    """What depends on infinite cells is infinite, and NaN where it depends on both kinds."""
    infinite = np.where(high, x.dtype.type(np.inf), np.where(low, x.dtype.type(-np.inf), x))
    plain, answers = numbers_together(layer, x, [*marked(x, low), *marked(x, high), infinite])
    below, above = reached(plain, answers), reached(plain, answers)
    for padding, got in zip(plain, answers, strict=True):
        want = np.where(below[padding], -np.inf, plain[padding])
        want = np.where(above[padding], np.inf, want)
        expect.close(got, np.where(below[padding] & above[padding], np.nan, want), like=(x,))


def numbers_together(
    layer: Layer, x: np.ndarray, more: Sequence[np.ndarray]
) -> tuple[dict[str, np.ndarray], Iterator[Any]]:
    """Like `answered_together`, with the answers to `x` as arrays."""
    plain, answers = answered_together(layer, x, [(layer, image) for image in more])
    return {padding: numbers(answer) for padding, answer in plain.items()}, answers


def some_cells(rng: np.random.Generator, shape: tuple[int, ...], one_in: int) -> np.ndarray:
    """A mask that is true in one cell of so many, wherever chance puts them."""
    cells = np.zeros(shape, bool)
    size = cells.size
    cells.reshape(-1)[rng.permutation(size)[: max(size // one_in, 1)]] = True
    return cells
