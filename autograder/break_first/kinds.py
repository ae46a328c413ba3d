"""The kinds of arguments for which the known mistakes are made.

A wrong function has one mistake where the course's own generators draw calls. Elsewhere it may go
wrong for other reasons: it may take no list, or not refuse text. So only calls with arguments of
the drawn kinds say anything about its mistake.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

Kinds = Mapping[str, Mapping[str, tuple[str, ...]]]
"""For each function its parameters in order, each with the kinds of values that were drawn."""


MANY = 4
"""From so many members on, a list or tuple is of the same kind whatever its length."""


def kind(value: Any) -> str:
    """The kind of a value: its type, of an array also the rank, of a tuple also its members."""
    if isinstance(value, np.ndarray):
        empty = "" if value.size else " empty"
        return f"array {value.dtype.kind} {value.ndim}{empty}"
    if isinstance(value, list | tuple):
        members = ", ".join(sorted({kind(each) for each in value}))
        count = len(value) if len(value) < MANY else "many"
        return f"{type(value).__name__} of {count}: {members}"
    return type(value).__name__


def placed(
    args: Sequence[Any], kwargs: Mapping[str, Any], parameters: Sequence[str]
) -> dict[str, Any]:
    """The arguments of a call by the names of the parameters."""
    return {**dict(zip(parameters, args, strict=False)), **kwargs}


def as_drawn(given: Mapping[str, Any], known: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """The arguments in the forms that were drawn, where they have another form of the same."""
    return {name: _as_drawn(value, known.get(name, ())) for name, value in given.items()}


def are_drawn(given: Mapping[str, Any], known: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether all arguments are of kinds that were drawn."""
    return all(kind(value) in known.get(name, ()) for name, value in given.items())


def _as_drawn(value: Any, known: Sequence[str]) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    return next((form for form in _forms(value, known) if kind(form) in known), value)


def _forms(value: Any, known: Sequence[str]) -> Iterator[Any]:
    """Forms of the same value: the other sequence, an array, with floats in place of integers."""
    yield value
    if isinstance(value, list | tuple):
        yield tuple(value) if isinstance(value, list) else list(value)
        if any(each.startswith("array") for each in known):
            with contextlib.suppress(ValueError):  # rows may have different lengths
                yield from _forms(np.array(value), known)
    elif isinstance(value, np.ndarray) and value.dtype.kind in "biu":
        yield value.astype(np.float64)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield float(value)
