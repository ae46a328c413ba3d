"""One call that may become a counterexample, as the author of an assignment draws it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from autograder.suite.asked_calls import numbers_in


class _Omitted:
    def __repr__(self) -> str:
        return "OMITTED"


OMITTED: Final = _Omitted()
"""Stands for an argument that the call leaves out, so that its default counts."""


@dataclass(frozen=True)
class Example:
    """The arguments of one call of a student's function.

    Attributes:
        args: positional arguments: plain data, a `generator`, or a function.
        kwargs: keyword arguments.
        refused: whether the contract asks for a ValueError.
        naming: words of which the error's message must contain one; empty if any message will do.
    """

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    refused: bool = False
    naming: tuple[str, ...] = ()

    @property
    def numbers(self) -> int:
        """How many numbers the arguments hold."""
        return numbers_in((*self.args, *self.kwargs.values()))

    @property
    def cost(self) -> tuple[float, ...]:
        """The smaller, the simpler: few numbers, few arguments, small and positive numbers."""
        values = (*self.args, *self.kwargs.values())
        size, negative = _magnitude(values)
        return self.numbers, len(values), size, negative, len(repr(values))


def call(*args: Any, **kwargs: Any) -> Example:
    """A call on which the student's function must answer as the right one; without `OMITTED`."""
    return Example(_given(args), {key: each for key, each in kwargs.items() if each is not OMITTED})


def refused(naming: str | tuple[str, ...], *args: Any, **kwargs: Any) -> Example:
    """A call for which the contract asks for a ValueError.

    Args:
        naming: a word that its message must contain, or several of which one will do; `()` if any
            message will do.
        args: positional arguments.
        kwargs: keyword arguments.
    """
    words = (naming,) if isinstance(naming, str) else naming
    kept = {key: each for key, each in kwargs.items() if each is not OMITTED}
    return Example(_given(args), kept, True, words)


def _given(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """The positional arguments up to the first that is left out."""
    return args[: args.index(OMITTED)] if any(each is OMITTED for each in args) else args


def _magnitude(values: tuple[Any, ...]) -> tuple[float, int]:
    """The sum of the absolute values of all finite numbers, and how many numbers are negative."""
    size, negative = 0.0, 0
    waiting: list[Any] = list(values)
    while waiting:
        value = waiting.pop()
        if isinstance(value, list | tuple):
            waiting += value
        elif isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
            finite = value[np.isfinite(value)].astype(np.float64)
            size, negative = size + float(np.abs(finite).sum()), negative + int((finite < 0).sum())
        elif isinstance(value, int | float) and math.isfinite(value):
            size, negative = size + abs(value), negative + (value < 0)
    return size, negative
