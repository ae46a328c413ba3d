"""Writes a call as a person would."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Any

import numpy as np

from convgrade.notebook.differences import shown


def argument_names(function: Callable[..., Any], count: int) -> list[str]:
    """The names of the first positional arguments; "argument 3" for one without a name."""
    code = getattr(function, "__code__", None)
    known = list(code.co_varnames[: code.co_argcount]) if code is not None else []
    return [known[i] if i < len(known) else f"argument {i + 1}" for i in range(count)]


def describe(
    function: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
    variables: Mapping[str, Any],
) -> str:
    """Write the call as a person would, with the caller's names for arrays and generators."""
    parts = [_argument(value, variables) for value in args]
    parts += [f"{name}={_argument(value, variables)}" for name, value in kwargs.items()]
    return f"{name_of(function)}({', '.join(parts)})"


def _argument(value: Any, variables: Mapping[str, Any]) -> str:
    if name := known_name(value, variables):
        return name
    if isinstance(value, np.ndarray):
        if value.size > 4:
            shape = ", ".join(str(length) for length in value.shape)
            return f"<array {shape}>"
        return f"np.array({value.tolist()})"
    if isinstance(value, np.random.Generator):
        return "<generator>"
    return name_of(value) if isinstance(value, FunctionType) else shown(value)


def known_name(value: Any, variables: Mapping[str, Any]) -> str:
    """The caller's name for an array or a generator; "" if there is none."""
    if isinstance(value, np.ndarray | np.random.Generator):
        for name, known in list(variables.items()):
            if known is value and not name.startswith("_"):
                return name
    return ""


def name_of(function: Callable[..., Any]) -> str:
    """The name of a function, or its text if it has none."""
    return str(getattr(function, "__name__", function))
