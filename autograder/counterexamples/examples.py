"""One call that may become a counterexample, as the author of an assignment draws it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
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
class Built:
    """An argument that is too large to be written out: what a function of a few numbers returns."""

    function: Callable[..., Any]
    args: tuple[Any, ...]

    @property
    def value(self) -> Any:
        """The argument itself."""
        return self.function(*self.args)


def built(function: Callable[..., Any], *args: Any) -> Built:
    """An argument that the example's code makes by calling `function`, whose source it contains.

    Args:
        function: uses NumPy, as `np`, and nothing else that its body does not define.
        args: plain data.
    """
    return Built(function, args)


@dataclass(frozen=True)
class Example:
    """The arguments of one call of a student's function.

    Attributes:
        args: positional arguments: plain data, a `generator`, a function, or `built`.
        kwargs: keyword arguments.
        refused: whether the contract asks for a ValueError.
        naming: words of which the error's message must contain one; empty if any message will do.
    """

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    refused: bool = False
    naming: tuple[str, ...] = ()

    @property
    def values(self) -> tuple[Any, ...]:
        """The positional arguments, those that are built as what they are."""
        return tuple(each.value if isinstance(each, Built) else each for each in self.args)

    @property
    def numbers(self) -> int:
        """How many numbers its code writes: those of the arguments, and those to build with."""
        return numbers_in(self._written)

    @property
    def cost(self) -> tuple[float, ...]:
        """The smaller, the simpler: few numbers, few arguments, small and positive numbers."""
        written = self._written
        count = len(self.args) + len(self.kwargs)
        size, negative = _magnitude(written)
        return self.numbers, count, size, negative

    @property
    def _written(self) -> tuple[Any, ...]:
        given = [each.args if isinstance(each, Built) else each for each in self.args]
        return (*given, *self.kwargs.values())


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
    left_out = [number for number, each in enumerate(args) if each is OMITTED]
    return args[: left_out[0]] if left_out else args


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
