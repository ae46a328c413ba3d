"""Answers of calls, read from the student's process, and when two of them are the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograder.sandbox import Answer as SandboxAnswer
from autograder.sandbox import AnswerRefused, Handle, StudentRaised, Violated

NOTHING: Any = object()
"""In place of a value that is not known."""
MOST_AXES = 8
CLEARLY = 1e-2
"""How much two numbers must differ, relative to the greater, for a question to rest on it."""


@dataclass(frozen=True)
class Answer:
    """What a call returned or raised, and what was recorded meanwhile.

    Attributes:
        value: plain data; NOTHING if it raised, or is not known.
        error: the names of the exception's type and its bases; empty if it returned.
        frames: the lines of the student's that the exception passed, (definition, line).
        spots: (definition, index, count, ((value, shape), …)).
    """

    value: Any = NOTHING
    error: tuple[str, ...] = ()
    frames: tuple[tuple[int, int], ...] = ()
    spots: tuple[tuple[int, int, int, tuple[Any, ...]], ...] = field(default=(), repr=False)

    @property
    def is_unknown(self) -> bool:
        """Whether it neither returned a value that is known nor raised."""
        return self.value is NOTHING and not self.error

    @classmethod
    def of_call(cls, call: Callable[[], SandboxAnswer]) -> Answer:
        """The answer of a call of a plain submission."""
        try:
            value = call().value
        except StudentRaised as error:
            return cls(error=error.type_names or ("Exception",))
        except AnswerRefused:
            return cls()
        return cls() if isinstance(value, Handle) else cls(value)


def same(one: Answer, other: Answer) -> bool:
    """Whether two answers are the same: values with types and shapes, or the type of the error."""
    if one.error or other.error:
        return one.error[:1] == other.error[:1]
    if one.is_unknown or other.is_unknown:
        return one.is_unknown and other.is_unknown
    return _same(one.value, other.value)


def clearly_differ(one: Answer, other: Answer) -> bool:
    """Whether nobody can take one answer for the other, whatever is rounded."""
    if one.is_unknown or other.is_unknown:
        return False
    if one.error or other.error:
        return one.error[:1] != other.error[:1]
    a, b = _array(one.value), _array(other.value)
    if a is None or b is None:
        return False
    if a.shape != b.shape:
        return True
    if np.array_equal(np.isnan(a), np.isnan(b)):
        a, b = np.nan_to_num(a), np.nan_to_num(b)
        return bool((np.abs(a - b) > CLEARLY * np.maximum(1, np.abs(b))).any())
    return True


def agree(want: Answer, got: Answer) -> bool:
    """Whether a student's answer is what is asked for: of any dtype, within a small tolerance."""
    if want.error or got.error:
        return set(want.error) <= set(got.error) if want.error else False
    if want.is_unknown or got.is_unknown:
        return False
    a, b = _array(want.value), _array(got.value)
    if a is None or b is None:
        return _same(want.value, got.value)
    return a.shape == b.shape and bool(np.allclose(b, a, rtol=1e-5, atol=1e-6, equal_nan=True))


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, str) or isinstance(other, str) or one is None or other is None:
        return type(one) is type(other) and bool(one == other)
    a, b = np.asarray(one), np.asarray(other)
    if a.dtype.kind not in "biuf" or b.dtype.kind not in "biuf":
        return False
    if a.dtype != b.dtype or a.shape != b.shape:
        return False
    return bool(np.allclose(a, b, rtol=1e-9, atol=1e-12, equal_nan=True))


def _array(value: Any) -> Any:
    try:
        found = np.asarray(value)
    except ValueError:
        return None
    return found.astype(np.float64) if found.dtype.kind in "biuf" else None


def read_answers(value: Any, versions: int, calls: int) -> list[list[Answer] | None]:
    """What `run_versions` returned, after its form was checked.

    Raises:
        Violated: it has another form, so the student's code interfered.
    """
    try:
        if type(value) is not list or len(value) != versions:
            raise ValueError
        return [None if each is None else _answers(each, calls) for each in value]
    except (ValueError, TypeError, KeyError, AttributeError):
        raise Violated("The answers of the watched function have another form.") from None


def _answers(found: Any, calls: int) -> list[Answer]:
    if type(found) is not list or len(found) != calls:
        raise ValueError
    return [_answer(each) for each in found]


def _answer(found: Any) -> Answer:
    spots = tuple(
        (int(d), int(i), int(count), tuple(_pair(each) for each in values))
        for d, i, count, values in found["spots"]
    )
    if "error" in found:
        error = tuple(str(each)[:100] for each in found["error"]) or ("Exception",)
        frames = tuple((int(d), int(line)) for d, line in found["frames"])
        return Answer(error=error, frames=frames, spots=spots)
    if "value" in found:
        return Answer(found["value"], spots=spots)
    return Answer(spots=spots)


def _pair(found: Any) -> tuple[Any, tuple[int, ...] | None]:
    value, shape = found
    if shape is not None:
        shape = tuple(int(each) for each in shape[:MOST_AXES])
    if isinstance(value, Handle):
        raise ValueError
    return value, shape
