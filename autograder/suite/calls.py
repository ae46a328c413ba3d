"""Calls of a student's function as text, and which of them can cross the boundary together."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograder.sandbox import Call, Handle
from autograder.sandbox.protocol.remote_functions import RemoteFunction
from autograder.sandbox.protocol.words import MOST_TOGETHER

LONGEST_ARGUMENT = 60
_NOT_PLAIN = (np.ndarray, np.generic, Handle, list, tuple, dict)
_STAY_APART = (Handle, RemoteFunction)


class CallText(NamedTuple):
    """A call whose text is made when it is needed."""

    name: str
    args: Sequence[Any]
    kwargs: Mapping[str, Any]


def described_later(name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> str | CallText:
    """The call, unless a test could change it meanwhile so that its text would change."""
    if any(isinstance(value, list | dict) for value in (*args, *kwargs.values())):
        return describe_call(name, args, kwargs)
    return CallText(name, args, kwargs)


def describe_call(name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> str:
    """A call as a student would write it. For an array it shows the shape and the dtype only."""
    parts = [_describe(value) for value in args]
    parts += [f"{key}={_describe(value)}" for key, value in kwargs.items()]
    return f"{name}({', '.join(parts)})"


def _describe(value: Any) -> str:
    text = _text(value)
    return text if len(text) <= LONGEST_ARGUMENT else text[: LONGEST_ARGUMENT - 1] + "…"


def _text(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"<{value.dtype} array of shape {value.shape}>"
    if isinstance(value, np.generic):
        return repr(value.item())
    if isinstance(value, RemoteFunction):
        return value.name
    if isinstance(value, Handle):
        return f"<{ascii(value.type_name)[1:-1][:40]}>"
    if isinstance(value, dict):
        items = itertools.islice(value.items(), LONGEST_ARGUMENT)
        return f"{{{', '.join(f'{key!r}: {_text(item)}' for key, item in items)}}}"
    if isinstance(value, list | tuple) and any(isinstance(item, _NOT_PLAIN) for item in value):
        inner = ", ".join(map(_text, value[:LONGEST_ARGUMENT]))
        comma = "," if len(value) == 1 else ""
        return f"[{inner}]" if isinstance(value, list) else f"({inner}{comma})"
    return repr(value)


def describe_query(question: str, args: Sequence[Any]) -> str:
    """A question to a model as a student would write it."""
    if question == "layers":
        return "model.layers"
    if question == "predict" and True in args[1:2]:
        return describe_call("model", args[:1], {"training": True})
    return describe_call(f"model.{question}", args[:1], {})


def crossing_together(calls: Sequence[Call]) -> Sequence[Call]:
    """The first of these calls that may go in one request: small, and of plain data only."""
    size = 0
    for number, (args, kwargs) in enumerate(calls):
        waiting: list[Any] = [*args, *kwargs.values()]
        while waiting:
            value = waiting.pop()
            size += getattr(value, "nbytes", 8)
            if isinstance(value, _STAY_APART) or size > MOST_TOGETHER:
                return calls[:number]
            if isinstance(value, list | tuple):
                waiting += value
            elif isinstance(value, dict):
                waiting += value.values()
    return calls
