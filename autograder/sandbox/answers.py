"""Reads one answer of the worker strictly: known keys, known types, bounded text, or `Broken`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from autograder.sandbox.channel import Broken
from autograder.sandbox.failures import (
    AnswerRefused,
    CallFailed,
    MissingFunction,
    NotImplementedByStudent,
    StudentRaised,
)

_ERROR_KEYS = {"id", "outcome", "types", "text", "line", "traceback"}
_MAX_TEXT = 4_000
_MAX_DETAIL = 16_000


@dataclass(frozen=True)
class Said:
    """An "ok" answer: the value, and with `watch` the two claims that go with it."""

    value: Any
    arguments: tuple[Any, ...] | None = None
    shares_memory: bool | None = None


def read(answer: Any, number: int, what: str, watch: bool = False) -> Said:
    """The value that the worker sent, or what it says went wrong.

    Raises:
        CallFailed: one of those that the worker itself may report.
        Broken: anything that is not the one answer that was due.
    """
    if type(answer) is not dict or type(answer.get("id")) is not int or answer["id"] != number:
        raise Broken("its answer belongs to no question")
    outcome, keys = answer.get("outcome"), set(answer)
    if outcome == "ok":
        return _said(answer, keys, watch)
    failure = _failure(answer, outcome, keys, what)
    if failure is None:
        raise Broken("its answer is not one that the protocol knows")
    raise failure


def described(answer: dict[str, Any]) -> str:
    """`NameError: name 'foo' is not defined (line 3)`."""
    first = answer["types"][0][:100] if answer["types"] else "an exception"
    text = answer["text"][:_MAX_TEXT]
    line = f" (line {answer['line']})" if 0 < answer["line"] <= 10**6 else ""
    return f"{first}: {text}{line}" if text else f"{first}{line}"


def _said(answer: dict[str, Any], keys: set[Any], watch: bool) -> Said:
    if not watch:
        if keys != {"id", "outcome", "value"}:
            raise Broken("its answer has parts that were not asked for")
        return Said(answer["value"])
    arguments, shares = answer.get("arguments"), answer.get("shares_memory")
    if (
        keys != {"id", "outcome", "value", "arguments", "shares_memory"}
        or type(arguments) is not tuple
        or type(shares) is not bool
    ):
        raise Broken("its answer lacks a part, or has one of another kind")
    return Said(answer["value"], arguments, shares)


def _failure(answer: dict[str, Any], outcome: Any, keys: set[Any], what: str) -> CallFailed | None:
    if outcome == "missing" and keys == {"id", "outcome"}:
        return MissingFunction(f"There is no function called {what}.")
    if outcome == "refused" and keys == {"id", "outcome", "text"} and _is_text(answer["text"]):
        text = answer["text"][:_MAX_TEXT]
        return AnswerRefused(f"What {what} returned cannot be read: {text}.")
    if outcome not in ("error", "not_implemented") or not _is_error(answer, keys):
        return None
    detail = answer["traceback"][:_MAX_DETAIL]
    if outcome == "not_implemented":
        return NotImplementedByStudent(f"{what} is not implemented yet.", detail)
    return StudentRaised(
        f"{what} raised {described(answer)}",
        detail,
        type_names=tuple(name[:100] for name in answer["types"][:20]),
        text=answer["text"][:_MAX_TEXT],
        description=described(answer),
    )


def _is_error(answer: dict[str, Any], keys: set[Any]) -> bool:
    return (
        keys == _ERROR_KEYS
        and type(answer["types"]) is list
        and all(_is_text(name) for name in answer["types"])
        and _is_text(answer["text"])
        and type(answer["line"]) is int
        and _is_text(answer["traceback"])
    )


def _is_text(value: Any) -> bool:
    return type(value) is str
