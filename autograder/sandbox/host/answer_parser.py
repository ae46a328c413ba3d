"""Parses one answer of the worker strictly: known keys, known types, bounded text.

Anything else is a `ProtocolError`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from autograder.sandbox.failures import (
    AnswerRefused,
    CallFailed,
    MissingFunction,
    NotImplementedByStudent,
    StudentRaised,
)
from autograder.sandbox.host.channel import ProtocolError
from autograder.sandbox.host.records import Answer, Problem, Progress
from autograder.sandbox.protocol.words import MOST_REPORTED, MOST_STATEMENTS, Reply

_ERROR_KEYS = {"id", "outcome", "types", "text", "line", "traceback"}
_PROGRESS_KEYS = {"id", "outcome", "next", "of", "line", "names", "troubles", "more", "rebound"}
_TROUBLE_KEYS = {"statement", "names", "types", "text", "line", "traceback"}
_MAX_COUNT = 10**6
_MAX_NAME = 200
_MAX_TEXT = 4_000
_MAX_DETAIL = 16_000


def read(answer: Any, number: int, what: str, watch: bool = False) -> Answer:
    """The value that the worker sent; an error that it reports is raised.

    Raises:
        CallFailed: a failure that the worker itself may report.
        ProtocolError: this is not a valid answer to the request.
    """
    if type(answer) is not dict or type(answer.get("id")) is not int or answer["id"] != number:
        raise ProtocolError("its answer belongs to no question")
    outcome, keys = answer.get("outcome"), set(answer)
    if outcome == Reply.OK:
        return _value(answer, keys, watch)
    failure = _failure(answer, outcome, keys, what)
    if failure is None:
        raise ProtocolError("its answer is not one that the protocol knows")
    raise failure


def progress(answer: Any, number: int, before: Progress, to_the_end: bool) -> Progress:
    """How far a cell has come: further than `before`; to its end if `to_the_end`.

    Raises:
        ProtocolError: this is not a valid answer to the request.
    """
    if type(answer) is not dict or type(answer.get("id")) is not int or answer["id"] != number:
        raise ProtocolError("its answer belongs to no question")
    if set(answer) != _PROGRESS_KEYS or answer["outcome"] != Reply.RAN:
        raise ProtocolError("its answer is not one of a cell's")
    if not _are_counts(answer[key] for key in ("next", "of", "line", "more")):
        raise ProtocolError("its answer counts in a way that the protocol does not know")
    at, of = answer["next"], answer["of"]
    if not before.next <= at <= of <= MOST_STATEMENTS or before.of not in (-1, of):
        raise ProtocolError("its answer says that it came where it cannot be")
    if at != of and (to_the_end or at == before.next):
        raise ProtocolError("its answer says that it did not run what it was to run")
    return Progress(
        next=at,
        of=of,
        line=answer["line"],
        names=_names(answer["names"]),
        problems=tuple(_problem(fields, before.next, at) for fields in _listed(answer["troubles"])),
        more=answer["more"],
        rebound=tuple(_rebinding(parts) for parts in _listed(answer["rebound"])),
    )


def payloads(value: Any, most: int) -> list[bytes]:
    """The payloads of the answers to several calls: at least one, at most so many.

    Raises:
        ProtocolError: this is something else.
    """
    if type(value) is not list or not 0 < len(value) <= most:
        raise ProtocolError("its answer does not hold as many as were asked for")
    if not all(type(payload) is bytes for payload in value):
        raise ProtocolError("its answer holds parts of another kind")
    return value


def _problem(fields: Any, first: int, after: int) -> tuple[int, Problem]:
    if type(fields) is not dict or set(fields) != _TROUBLE_KEYS or not _are_errors_fields(fields):
        raise ProtocolError("its answer holds an error of another form")
    if type(fields["statement"]) is not int or not first <= fields["statement"] < after:
        raise ProtocolError("its answer holds an error of what it did not run")
    line = fields["line"] if 0 < fields["line"] <= _MAX_COUNT else 0
    return fields["statement"], Problem(
        "error", error_sentence(fields), line, _names(fields["names"])
    )


def _rebinding(parts: Any) -> tuple[str, str, str]:
    if type(parts) is not tuple or len(parts) != 3:
        raise ProtocolError("its answer holds a name of another form")
    exercise, name, cell = parts
    if not all(_is_text(part) and len(part) <= _MAX_NAME for part in parts):
        raise ProtocolError("its answer holds a name of another form")
    return exercise, name, cell


def _listed(value: Any) -> list[Any]:
    if type(value) is not list or len(value) > MOST_REPORTED:
        raise ProtocolError("its answer is longer than one of a cell's")
    return value


def _names(value: Any) -> tuple[str, ...]:
    if not all(_is_text(name) and len(name) <= _MAX_NAME for name in _listed(value)):
        raise ProtocolError("its answer holds a name of another form")
    return tuple(value)


def _are_counts(values: Iterable[Any]) -> bool:
    return all(type(value) is int and 0 <= value <= _MAX_COUNT for value in values)


def error_sentence(answer: dict[str, Any]) -> str:
    """`NameError: name 'foo' is not defined (line 3)`."""
    first = answer["types"][0][:100] if answer["types"] else "an exception"
    text = answer["text"][:_MAX_TEXT]
    line = f" (line {answer['line']})" if 0 < answer["line"] <= 10**6 else ""
    return f"{first}: {text}{line}" if text else f"{first}{line}"


def _value(answer: dict[str, Any], keys: set[Any], watch: bool) -> Answer:
    if not watch:
        if keys != {"id", "outcome", "value"}:
            raise ProtocolError("its answer has parts that were not asked for")
        return Answer(answer["value"])
    arguments, shares = answer.get("arguments"), answer.get("shares_memory")
    if (
        keys != {"id", "outcome", "value", "arguments", "shares_memory"}
        or type(arguments) is not tuple
        or type(shares) is not bool
    ):
        raise ProtocolError("its answer lacks a part, or has one of another kind")
    return Answer(answer["value"], arguments, shares)


def _failure(answer: dict[str, Any], outcome: Any, keys: set[Any], what: str) -> CallFailed | None:
    if outcome == Reply.MISSING and keys == {"id", "outcome"}:
        return MissingFunction(f"There is no function called {what}.")
    if outcome == Reply.REFUSED and keys == {"id", "outcome", "text"} and _is_text(answer["text"]):
        text = answer["text"][:_MAX_TEXT]
        return AnswerRefused(f"What {what} returned cannot be read: {text}.")
    if outcome not in (Reply.ERROR, Reply.NOT_IMPLEMENTED) or not _is_error(answer, keys):
        return None
    detail = answer["traceback"][:_MAX_DETAIL]
    if outcome == Reply.NOT_IMPLEMENTED:
        return NotImplementedByStudent(f"{what} is not implemented yet.", detail)
    return StudentRaised(
        f"{what} raised {error_sentence(answer)}",
        detail,
        type_names=tuple(name[:100] for name in answer["types"][:20]),
        text=answer["text"][:_MAX_TEXT],
        description=error_sentence(answer),
    )


def _is_error(answer: dict[str, Any], keys: set[Any]) -> bool:
    return keys == _ERROR_KEYS and _are_errors_fields(answer)


def _are_errors_fields(answer: dict[str, Any]) -> bool:
    return (
        type(answer["types"]) is list
        and all(_is_text(name) for name in answer["types"])
        and _is_text(answer["text"])
        and type(answer["line"]) is int
        and _is_text(answer["traceback"])
    )


def _is_text(value: Any) -> bool:
    return type(value) is str
