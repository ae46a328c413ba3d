"""Values as text, and wrong options that somebody could believe."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from autograder.questions.question import LETTERS

MOST_NUMBERS = 8
"""Numbers of a value that a question may ask for."""
LARGEST = 10_000
DECIMALS = 3


def text_of(value: Any) -> str | None:
    """A value as a person writes it; None unless it is a few whole numbers or short decimals.

    Of an array with more than two axes only the numbers are written, row by row.
    """
    if isinstance(value, np.ndarray):
        if value.dtype.kind not in "iuf" or not 0 < value.size <= MOST_NUMBERS:
            return None
        numbers = value.reshape(-1) if value.ndim > 2 else value
        return _listed(numbers.tolist())
    if isinstance(value, list | tuple):
        flat = list(_flat(value))
        if not 0 < len(flat) <= MOST_NUMBERS or any(_number(each) is None for each in flat):
            return None
        return _listed(value)
    return _number(value)


def as_numbers(value: Any) -> str:
    """A sentence for questions about values of which only the numbers are written."""
    is_deep = isinstance(value, np.ndarray) and value.ndim > 2
    return " Only its numbers are listed, row by row." if is_deep else ""


def _listed(value: Any) -> str | None:
    if not isinstance(value, list | tuple):
        return _number(value)
    items = [_listed(each) for each in value]
    if any(each is None for each in items):
        return None
    inner = ", ".join(map(str, items))
    if isinstance(value, tuple):
        return f"({inner}{',' if len(value) == 1 else ''})"
    return f"[{inner}]"


def _flat(value: Any) -> Iterator[Any]:
    for each in value:
        if isinstance(each, list | tuple):
            yield from _flat(each)
        else:
            yield each


def _number(value: Any) -> str | None:
    value = value.item() if isinstance(value, np.generic) else value
    if type(value) not in (int, float) or not abs(value) < LARGEST:
        return None
    rounded = round(value, DECIMALS)
    if abs(rounded - value) > 1e-9:
        return None
    return str(int(rounded)) if rounded == int(rounded) else repr(float(rounded))


def near(value: Any) -> Iterator[Any]:
    """Values that are easily taken for a value: one more or less, in another order, twice."""
    if isinstance(value, np.generic):
        yield from near(value.item())
    elif isinstance(value, np.ndarray):
        for changed in near(value.tolist()):
            array = np.asarray(changed)
            if array.dtype.kind in "iuf":
                yield array
    elif isinstance(value, list | tuple):
        kind = type(value)
        if len(value) > 1:
            yield kind(reversed(value))
            yield kind([*value[1:], value[0]])
        for index, each in enumerate(value):
            for other in near(each):
                yield kind([*value[:index], other, *value[index + 1 :]])
    elif type(value) in (int, float):
        yield from (value + 1, value - 1, 2 * value, -value, value + 2, value / 2, value - 2)


def near_shapes(shape: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Shapes that are easily taken for a shape: off by one, axes exchanged, one axis less."""
    for index in (1, 2, 0, 3, 4, 5):
        if index < len(shape):
            for step in (1, -1):
                if shape[index] + step > 0:
                    yield (*shape[:index], shape[index] + step, *shape[index + 1 :])
    for index in range(len(shape) - 1):
        yield (*shape[:index], shape[index + 1], shape[index], *shape[index + 2 :])
    if len(shape) > 1:
        yield shape[:-1]
        yield shape[1:]
    yield (*shape, 1)
    yield (1, *shape)


def distinct(key: str, wrong: Iterable[str | None], count: int = 3) -> list[str]:
    """The first wrong texts that differ from the key and from each other."""
    found: list[str] = []
    for each in wrong:
        if each and each != key and each not in found:
            found.append(each)
        if len(found) == count:
            break
    return found


def in_order(
    key: str, wrong: Sequence[str], rng: np.random.Generator
) -> tuple[tuple[str, ...], str]:
    """The options in random order, and the letter of the key."""
    options = [key, *wrong]
    order = rng.permutation(len(options))
    return tuple(options[k] for k in order), LETTERS[int(np.flatnonzero(order == 0)[0])]
