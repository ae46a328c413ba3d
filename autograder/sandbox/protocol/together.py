"""Several calls in one request: each is a payload of its own, and so is the answer to it.

A payload can be kept for another submission, and two answers can be compared without decoding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from autograder.sandbox.protocol import codec
from autograder.sandbox.protocol.words import Reply

NUMBER = 0
"""The number of each of the answers; the reply that holds them has the number of the request."""


def call(args: Sequence[Any], kwargs: Mapping[str, Any]) -> bytes:
    """The payload of one call.

    Raises:
        CannotCross: an argument is not plain data.
    """
    return codec.encode([list(args), dict(kwargs)])


def answer(value: Any) -> bytes:
    """The payload that a call sends which returns this value.

    Raises:
        CannotCross: the value is not plain data.
    """
    return codec.encode({"id": NUMBER, "outcome": Reply.OK, "value": value})


def watched_answer(value: Any, arguments: Sequence[Any]) -> bytes:
    """The payload of a watched call that leaves these arguments and shares no memory with them.

    Raises:
        CannotCross: the value is not plain data.
    """
    after = {"arguments": tuple(arguments), "shares_memory": False}
    return codec.encode({"id": NUMBER, "outcome": Reply.OK, "value": value, **after})
