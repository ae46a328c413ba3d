"""Forms of values: how a value of the default contract looks in a variant, and back again.

A form never raises and never guesses: a value that it does not fit stays as it is, so that a wrong
answer stays wrong and an argument that must be refused is refused. Values may be a student's.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.suite.expect import Mismatch, array

Change = Callable[[Any], Any]

_MISFITS = (
    ArithmeticError, AttributeError, LookupError, TypeError, ValueError, Mismatch
)  # fmt: skip


@dataclass(frozen=True)
class Form:
    """Two functions that undo each other: into the variant's form, and back to the default's."""

    to: Change
    back: Change

    def into(self, value: Any) -> Any:
        """A value of the default contract in the variant's form; unfit values unchanged."""
        return _tried(self.to, value)

    def out_of(self, value: Any) -> Any:
        """A value in the variant's form as one of the default contract; unfit values unchanged."""
        return _tried(self.back, value)


def _tried(change: Change, value: Any) -> Any:
    try:
        with np.errstate(all="ignore"):
            return change(value)
    except _MISFITS:
        return value


def custom(to: Change, back: Change) -> Form:
    """A form of the author's own: two functions that undo each other."""
    return Form(to, back)


def axes(*order: int) -> Form:
    """Arrays with their axes in another order, as for `numpy.transpose`.

    Args:
        order: for each axis of the variant, which axis of the default it is. An array of another
            rank stays as it is. `axes(0, 3, 1, 2)` makes NHWC NCHW.
    """
    inverse = tuple(order.index(axis) for axis in range(len(order)))
    return Form(_transposing(order), _transposing(inverse))


def _transposing(order: tuple[int, ...]) -> Change:
    def transposed(value: Any) -> Any:
        numbers = array(value)
        return numbers.transpose(order) if numbers.ndim == len(order) else value

    return transposed


def mirrored(*along: int) -> Form:
    """Arrays whose order is reversed along these axes."""

    def reverse(value: Any) -> Any:
        return np.flip(array(value), along)

    return Form(reverse, reverse)


def negated() -> Form:
    """Numbers in the opposite order: -x of floats, and what `~x` gives of ints and bools."""

    def opposite(value: Any) -> Any:
        if isinstance(value, bool):
            return not value
        if isinstance(value, int):
            return ~value
        if isinstance(value, float):
            return -value
        numbers = array(value)
        return ~numbers if numbers.dtype.kind in "biu" else -numbers

    return Form(opposite, opposite)


def scaled(factor: float) -> Form:
    """Floating numbers times a factor. A power of 2 keeps every digit."""
    return Form(_floats(lambda value: value * factor), _floats(lambda value: value / factor))


def shifted(amount: int) -> Form:
    """Numbers plus an amount."""

    def moved(by: int) -> Change:
        return lambda value: value if isinstance(value, bool) else _number(value) + by

    return Form(moved(amount), moved(-amount))


def complement(total: float = 1.0) -> Form:
    """A number as what it lacks of a total: a rate of 0.25 as 0.75."""

    def rest(value: Any) -> Any:
        return value if isinstance(value, bool) else total - _number(value)

    return Form(rest, rest)


def swapped() -> Form:
    """The two members of a tuple or list in the other order."""

    def other(value: Any) -> Any:
        is_pair = isinstance(value, tuple | list) and len(value) == 2
        return type(value)(reversed(value)) if is_pair else value

    return Form(other, other)


def each(form: Form) -> Form:
    """A form for every member of a tuple or list."""

    def all_of(change: Change) -> Change:
        def changed(value: Any) -> Any:
            is_list = isinstance(value, tuple | list)
            return type(value)(map(change, value)) if is_list else value

        return changed

    return Form(all_of(form.into), all_of(form.out_of))


def items(*forms: Form | None) -> Form:
    """A form for each member of a tuple or list of so many members; None leaves one as it is."""

    def all_of(changes: Sequence[Change | None]) -> Change:
        def changed(value: Any) -> Any:
            if not isinstance(value, tuple | list) or len(value) != len(changes):
                return value
            pairs = zip(changes, value, strict=True)
            return type(value)(change(part) if change else part for change, part in pairs)

        return changed

    return Form(
        all_of([form.into if form else None for form in forms]),
        all_of([form.out_of if form else None for form in forms]),
    )


def entries(**forms: Form) -> Form:
    """Forms for the values of a dict, by their keys."""

    def all_of(changes: Mapping[str, Change]) -> Change:
        def changed(value: Any) -> Any:
            if not isinstance(value, dict):
                return value
            return {
                key: changes[key](part) if key in changes else part for key, part in value.items()
            }

        return changed

    return Form(
        all_of({key: form.into for key, form in forms.items()}),
        all_of({key: form.out_of for key, form in forms.items()}),
    )


def _floats(change: Change) -> Change:
    def changed(value: Any) -> Any:
        if isinstance(value, float):
            return change(value)
        numbers = array(value)
        return change(numbers).astype(numbers.dtype) if numbers.dtype.kind == "f" else value

    return changed


def _number(value: Any) -> Any:
    is_number = isinstance(value, int | float | np.number) and math.isfinite(value)
    return value if is_number else array(value)
