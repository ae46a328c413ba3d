"""Calls of a student's function whose results are encoded one by one, and whose lines are counted.

It runs in the worker process.
"""

from __future__ import annotations

import contextlib
import copy
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any

import numpy as np

from autograder.sandbox.protocol import codec
from autograder.sandbox.protocol.shared_memory import shares_memory
from convgrade.execution import tracebacks

MOST_BYTES = 1 << 20  # of the values of one try


class _TooManySteps(BaseException):
    """A call ran more lines than it may."""


class Tracer:
    """Counts the lines that run in cells, and stops the call after too many of them."""

    def __init__(self, most: int, seen: set[tuple[CodeType, int]] | None = None) -> None:
        self.most = most
        self.seen = seen
        self.steps = 0
        self.types: dict[str, str] = {}

    def __call__(self, frame: FrameType, event: str, argument: Any) -> Any:
        self._count()
        if not tracebacks.is_cell(frame.f_code.co_filename):
            return None
        return self._line if self.seen is None else self._line_seen

    def _line(self, frame: FrameType, event: str, argument: Any) -> Any:
        self._count()
        return self._line

    def _line_seen(self, frame: FrameType, event: str, argument: Any) -> Any:
        self._count()
        if event == "line" and self.seen is not None:
            self.seen.add((frame.f_code, frame.f_lineno))
        elif event == "return":
            for name, value in frame.f_locals.items():
                self.types.setdefault(name, type(value).__name__)
        return self._line_seen

    def _count(self) -> None:
        self.steps += 1
        if self.steps > self.most:
            raise _TooManySteps


@contextmanager
def quiet() -> Iterator[None]:
    """Show nothing that the calls print or warn of, inside the block."""
    with (
        open(os.devnull, "w") as nowhere,
        contextlib.redirect_stdout(nowhere),
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
    ):
        warnings.simplefilter("ignore")
        yield


def results_of(function: Any, calls: Sequence[Any], tracer: Callable[..., Any] | None) -> bytes:
    """What the calls return, one after the other, as one payload."""
    results = []
    for args, kwargs, watch in copy.deepcopy(calls):
        results.append(_result(function, args, kwargs, watch, tracer))
        if "value" not in results[-1]:
            break
    try:
        return codec.encode(results, limit=MOST_BYTES)
    except BaseException:  # a student's object may raise anything while it is encoded
        return b""


def _result(
    function: Any, args: Sequence[Any], kwargs: Any, watch: bool, tracer: Callable[..., Any] | None
) -> dict[str, Any]:
    try:
        sys.settrace(tracer)
        try:
            value = function(*args, **kwargs)
        finally:
            sys.settrace(None)
    except BaseException as error:
        return {"types": tracebacks.type_names(error), "text": tracebacks.text_of(error)[:500],
                "line": tracebacks.line_of(error)}  # fmt: skip
    result = {"value": value}
    if watch:
        result["arguments"] = tuple(None if _is_tool(each) else each for each in args)
        result["shares_memory"] = shares_memory(value, [*args, *kwargs.values()])
    return result


def _is_tool(argument: Any) -> bool:
    """Whether an argument is no data: a function or a random generator."""
    return callable(argument) or isinstance(argument, np.random.Generator)
