"""Compares what a student's function did on a probe with what the right function did.

Values come first: an answer with right values and, for example, another dtype is nearly right.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

import numpy as np

from autograder.diagnosis.probes import Probe, Summarized
from autograder.sandbox import Handle
from autograder.suite.student import Watched
from convgrade.notebook.tolerance import nearly_equal, relative_tolerance

Results = Sequence[dict[str, Any]] | None
"""Of the calls of one probe, as `sandbox.trials.Traced.results`."""


class Likeness(IntEnum):
    """How much an answer is like the right one."""

    WRONG = 0
    VALUES = 1  # the values are right, but not their kind, the arguments or the memory
    KIND = 2  # the kind is right too, such as floating, but not the dtype
    RIGHT = 3


def is_refused(results: Results) -> bool:
    """Whether the last call raised an exception."""
    return bool(results) and "types" in results[-1]  # type: ignore[index]


def likeness(probe: Probe, results: Results, right: Results) -> Likeness:
    """How much the results of a probe's calls are like the right ones."""
    if results is None or right is None or not results or not right:
        return Likeness.WRONG
    one, other = results[-1], right[-1]
    if "types" in one or "types" in other:
        same = _error(one) == _error(other) and len(results) == len(right)
        return Likeness.RIGHT if same else Likeness.WRONG
    if isinstance(probe, Summarized):
        return _summaries(probe, results, right)
    if not _same(one["value"], other["value"]):
        return Likeness.WRONG
    if (
        one.get("shares_memory") != other.get("shares_memory")
        or not _same(one.get("arguments"), other.get("arguments"))
        or not _same(one["value"], other["value"], strict=Likeness.KIND)
    ):
        return Likeness.VALUES
    strict = _same(one["value"], other["value"], strict=Likeness.RIGHT)
    return Likeness.RIGHT if strict else Likeness.KIND


def _error(result: dict[str, Any]) -> str:
    types = result.get("types") or [""]
    return str(types[0])


def _summaries(
    probe: Summarized, results: Sequence[dict[str, Any]], right: Sequence[dict[str, Any]]
) -> Likeness:
    try:
        with np.errstate(all="ignore"):
            one, other = (probe.key(*_values(probe, each)) for each in (results, right))
    except Exception:  # the values may be the student's, of any type
        return Likeness.WRONG
    return Likeness.RIGHT if _same(one, other, strict=Likeness.KIND) else Likeness.WRONG


def _values(probe: Summarized, results: Sequence[dict[str, Any]]) -> list[Any]:
    return [
        Watched(each["value"], each["arguments"] or (), bool(each["shares_memory"]))
        if call.watch
        else each["value"]
        for call, each in zip(probe.calls, results, strict=True)
    ]


def _same(one: Any, other: Any, *, strict: Likeness = Likeness.VALUES) -> bool:
    """Whether two values are equal; numbers within their tolerance."""
    if isinstance(one, Handle) or isinstance(other, Handle):
        return False
    if isinstance(other, dict):
        return (
            isinstance(one, dict)
            and one.keys() == other.keys()
            and all(_same(one[key], other[key], strict=strict) for key in other)
        )
    if isinstance(other, list | tuple) and isinstance(one, list | tuple):
        return (
            (type(one) is type(other) or strict < Likeness.RIGHT)
            and len(one) == len(other)
            and all(_same(a, b, strict=strict) for a, b in zip(one, other, strict=True))
        )
    if isinstance(other, str | bytes | None) or isinstance(one, str | bytes | dict | None):
        return type(one) is type(other) and bool(one == other)
    if strict is Likeness.RIGHT and isinstance(one, np.ndarray) != isinstance(other, np.ndarray):
        return False
    try:
        return _same_numbers(np.asarray(one), np.asarray(other), strict=strict)
    except (TypeError, ValueError, OverflowError):
        return False


def _same_numbers(
    one: np.ndarray[Any, Any], other: np.ndarray[Any, Any], *, strict: Likeness
) -> bool:
    if one.shape != other.shape or one.dtype.kind not in "biufc" or other.dtype.kind not in "biufc":
        return False
    kinds = [each.dtype.kind.replace("u", "i") for each in (one, other)]
    if strict >= Likeness.KIND and kinds[0] != kinds[1]:
        return False
    if strict is Likeness.RIGHT and one.dtype != other.dtype:
        return False
    if one.dtype.kind in "biu" and other.dtype.kind in "biu":
        return bool(np.array_equal(one, other))
    return bool(nearly_equal(one, other, relative_tolerance(one.dtype, other.dtype)).all())
