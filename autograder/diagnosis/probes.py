"""The calls on which a student's function is compared with the known mistakes.

They are plain records; how they are made on either side of the boundary is `matching`'s business.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Call:
    """One call on which answers are compared; `watch` compares the arguments afterwards too."""

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    watch: bool = False


@dataclass(frozen=True)
class Summarized:
    """Several calls that are compared by what `key` makes of their values."""

    calls: tuple[Call, ...]
    key: Callable[..., Any]


@dataclass(frozen=True, eq=False)
class Generator:
    """As a positional argument it stands for a `numpy.random.default_rng(seed)`.

    Two calls of one `summarize` that are given the same object are given the same generator, in
    the state in which the first call leaves it.
    """

    seed: int


Probe = Call | Summarized


def call(*args: Any, watch: bool = False, **kwargs: Any) -> Call:
    """A probe: the arguments of one call; with `watch`, compare what became of them too.

    Positional arguments may be a `generator` or a function; a function must take whatever a wrong
    answer may call it with.
    """
    return Call(args, kwargs, watch)


def summarize(*calls: Call, key: Callable[..., Any]) -> Summarized:
    """A probe for what is random: calls whose values `key` turns into what is compared.

    Two right ways to use a generator, and two ways to make the same mistake, give different
    numbers. `key` reduces them to what they have in common, such as whether a share is near one
    half; of a call with `watch` it gets a `suite.student.Watched`. It runs in the grader's
    process, on values that came from the student's: what it cannot read matches nothing, and it
    has to look at shapes before it lets numpy broadcast.
    """
    return Summarized(calls, key)


def generator(seed: int) -> Generator:
    """A generator in a probe, of the same seed on both sides of the boundary."""
    return Generator(seed)
