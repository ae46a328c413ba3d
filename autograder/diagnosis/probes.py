"""The calls on which a student's function is compared with known misconceptions.

They are plain records. `reactions` makes the calls on both sides of the boundary.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Call:
    """One call on which answers are compared. With `watch`, its arguments are compared too."""

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    watch: bool = False


@dataclass(frozen=True)
class Summarized:
    """Several calls, compared by the value that `key` computes from their values."""

    calls: tuple[Call, ...]
    key: Callable[..., Any]


@dataclass(frozen=True, eq=False)
class Generator:
    """A positional argument that stands for a `numpy.random.default_rng(seed)`.

    Two calls of one `summarize` that get the same object get the same generator. The second call
    gets it in the state in which the first call left it.
    """

    seed: int


Probe = Call | Summarized


def call(*args: Any, watch: bool = False, **kwargs: Any) -> Call:
    """A probe: the arguments of one call.

    Args:
        args: positional arguments. They may be a `generator` or a function; a function must accept
            everything that a wrong answer may pass to it.
        watch: compare the arguments after the call too.
        kwargs: keyword arguments.
    """
    return Call(args, kwargs, watch)


def summarize(*calls: Call, key: Callable[..., Any]) -> Summarized:
    """A probe for random answers: several calls, compared by the value of `key`.

    Two right ways to use a generator, and two ways to make the same mistake, give different
    numbers. `key` reduces them to what they have in common, such as whether a share is near one
    half. It runs in the grader's process on values from the student's process. If it raises an
    exception, the answer matches nothing. It must check shapes before numpy broadcasts.

    Args:
        calls: the calls.
        key: gets the value of each call; a `suite.student.Watched` for a call with `watch`.
    """
    return Summarized(calls, key)


def generator(seed: int) -> Generator:
    """A generator in a probe, with the same seed on both sides of the boundary."""
    return Generator(seed)
