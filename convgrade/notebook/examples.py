"""Examples that students give before they write a function: inputs with the answers they expect.

`example` makes plain data of one. `read` says whether an example has the right form; grading uses
it too. Nothing here knows a right answer or a mistake.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from convgrade.notebook.differences import shown

FEWEST, MOST = 2, 8
"""How many examples count."""
MOST_NUMBERS = 1_000
"""The most numbers of one example, with its expected answer."""
LARGEST_WHOLE = 1_000
"""The largest whole number that stands in no array, such as a stride."""
LONGEST_TEXT = 100
MOST_PARTS = 4_000
_KEYS = {"args", "kwargs", "expected", "raises", "function"}


def example(*args: Any, expected: Any, function: str = "", **kwargs: Any) -> dict[str, Any]:
    """One example: the arguments of a call, and the answer that you expect.

    Args:
        args: the arguments of the call, as you would write them.
        expected: the answer: a number, text, a list, a tuple or an array; or `ValueError` if the
            function must refuse these arguments.
        function: which function is called, if the exercise has several.
        kwargs: the arguments of the call that have a name.

    Returns:
        The example as plain data.

    Example:
        `example(8, 3, stride=2, expected=3)`
    """
    raises = expected is ValueError or isinstance(expected, ValueError)
    return {
        "args": list(args),
        "kwargs": kwargs,
        "expected": None if raises else expected,
        "raises": raises,
        "function": function,
    }


@dataclass(frozen=True)
class Given:
    """One example as it was read.

    Attributes:
        args: positional arguments.
        kwargs: keyword arguments.
        expected: the expected answer; None if an error is expected.
        raises: whether a `ValueError` is expected.
        function: the function that is called; "" for that of the exercise.
        problem: why it cannot be used, as the end of a sentence; "" if it can.
    """

    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    expected: Any = None
    raises: bool = False
    function: str = ""
    problem: str = ""

    def is_like(self, other: Given) -> bool:
        """Whether both call the same function with the same arguments."""
        one, two = ((each.function, each.args, dict(each.kwargs)) for each in (self, other))
        return _same(one, two)


def read(value: Any) -> list[Given]:
    """Read what a student's function returned: the first `MOST` examples, each with its problem.

    Args:
        value: anything; of another process, plain data.

    Raises:
        ValueError: it is no list of examples; the message says what it is.
    """
    if not isinstance(value, list | tuple):
        raise ValueError(f"is {shown(value)}, and a list of examples is asked for")
    found: list[Given] = []
    for each in itertools.islice(value, MOST):
        given = _read(each)
        if not given.problem:
            for number, other in enumerate(found, 1):
                if not other.problem and given.is_like(other):
                    given = Given(problem=f"has the same input as example {number}")
                    break
        found.append(given)
    return found


def _read(value: Any) -> Given:
    if not isinstance(value, dict) or value.keys() != _KEYS:
        return Given(problem="is not written as example(..., expected=...)")
    args, kwargs, function = value["args"], value["kwargs"], value["function"]
    if not (
        isinstance(args, list | tuple)
        and isinstance(kwargs, dict)
        and all(isinstance(name, str) for name in kwargs)
        and isinstance(function, str)
        and isinstance(value["raises"], bool)
    ):
        return Given(problem="is not written as example(..., expected=...)")
    arguments = [*args, *kwargs.values()]
    problem = _problem([*arguments, value["expected"], *kwargs, function])
    if not problem and any(map(_is_large, _flat(arguments))):
        problem = f"has a whole number beyond {LARGEST_WHOLE} that stands in no array"
    if problem:
        return Given(problem=problem)
    return Given(tuple(args), kwargs, value["expected"], value["raises"], function)


def _problem(values: Sequence[Any]) -> str:
    """Why these values cannot stand in an example; "" if they can."""
    count = 0
    for place, value in enumerate(_flat(values)):
        if place > MOST_PARTS:
            return f"holds more than {MOST_NUMBERS} numbers"
        if isinstance(value, str):
            if len(value) > LONGEST_TEXT:
                return f"holds a text of more than {LONGEST_TEXT} characters"
        elif isinstance(value, np.ndarray):
            if value.dtype.kind not in "biuf":
                return "holds an array of something other than numbers"
            count += math.prod(max(1, size) for size in value.shape)
        elif isinstance(value, bool | int | float | np.generic | list | tuple | dict | None):
            count += 1
        else:
            return f"holds {shown(value)}, which is no number, text, list or array"
        if count > MOST_NUMBERS:
            return f"holds more than {MOST_NUMBERS} numbers"
    return ""


def _flat(values: Sequence[Any]) -> Iterator[Any]:
    """All values, and those that lists, tuples and dicts among them hold."""
    waiting = [iter(values)]
    while waiting:
        for value in waiting[-1]:
            yield value
            if isinstance(value, list | tuple | dict):
                waiting.append(iter(value.values() if isinstance(value, dict) else value))
                break
        else:
            waiting.pop()


def _is_large(value: Any) -> bool:
    is_whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    return is_whole and abs(int(value)) > LARGEST_WHOLE


def _same(one: Any, other: Any) -> bool:
    """Whether two plain values are the same; arrays with their dtype."""
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return (one.shape, one.dtype) == (other.shape, other.dtype) and bool(
            np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
        )
    if type(one) is not type(other):
        return False
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    return bool(one == other) or (one != one and other != other)
