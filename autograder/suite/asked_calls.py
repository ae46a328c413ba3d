"""The small calls that a run of hidden suites made, so that no counterexample repeats one.

A call is kept in a form in which equal inputs are equal: how a number, an array or a default is
written makes no difference.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

MOST_NUMBERS = 1_000
"""A larger call is not kept: no counterexample is as large."""
_COUNTED = frozenset({int, float})


class AskedCalls:
    """Calls by the name of the function."""

    def __init__(self) -> None:
        self._calls: dict[str, list[tuple[tuple[Any, ...], dict[str, Any]]]] = {}
        self._keys: dict[str, set[Any]] = {}

    def add(self, name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
        """Keep a call, unless it is large."""
        if numbers_in((*args, *kwargs.values()), MOST_NUMBERS) < MOST_NUMBERS:
            plain = tuple(map(_plain, args)), {key: _plain(kwargs[key]) for key in kwargs}
            self._calls.setdefault(name, []).append(plain)
            self._keys.pop(name, None)

    def keys(self, name: str, signature: inspect.Signature) -> set[Any]:
        """The keys (`key_of`) of the calls of a function."""
        if name not in self._keys:
            calls = self._calls.get(name, ())
            self._keys[name] = {_key(signature, *call) for call in calls}
        return self._keys[name]


def key_of(signature: inspect.Signature, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """A value that is the same for calls with the same input, and can be hashed.

    Args:
        signature: of the right function; it gives the names of arguments and their defaults.
        args: positional arguments.
        kwargs: keyword arguments.
    """
    return _key(signature, tuple(map(_plain, args)), {key: _plain(kwargs[key]) for key in kwargs})


def numbers_in(value: Any, most: float = float("inf")) -> int:
    """How many numbers a value holds, counted up to `most`."""
    waiting, count = [value], 0
    while waiting and count < most:
        value = waiting.pop()
        if type(value) in _COUNTED:
            count += 1
        elif isinstance(value, np.ndarray):
            count += value.size
        elif isinstance(value, list | tuple):
            waiting += value
        elif isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, int | float | complex | np.number) and not isinstance(value, bool):
            count += 1
    return count


def _plain(value: Any) -> Any:
    """A hashable value that is equal for equal inputs."""
    if type(value) in _COUNTED:
        return ("number", _number(value))
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
        return ("array", value.shape, value.astype(np.float64).tobytes())
    if isinstance(value, list | tuple):
        return ("items", *map(_plain, value))
    if isinstance(value, dict):
        return ("dict", *sorted((str(key), _plain(each)) for key, each in value.items()))
    if isinstance(value, int | float | np.number):
        return ("number", _number(value))
    return value if isinstance(value, str | None) else ("other", type(value).__name__)


def _number(value: Any) -> Any:
    try:
        number = float(value)
    except (OverflowError, TypeError):
        return str(type(value))
    return "nan" if number != number else number


def _key(signature: inspect.Signature, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    try:
        bound = signature.bind(*args, **kwargs).arguments
    except TypeError:
        return args, tuple(sorted(kwargs.items()))
    return tuple(
        bound[name] if name in bound else _plain(parameter.default)
        for name, parameter in signature.parameters.items()
    )
