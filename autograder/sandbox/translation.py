"""What stands between calls by the suite's contract and a submission that answers another one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from autograder.sandbox.host.records import Answer
from autograder.sandbox.protocol.remote_functions import Function

Given = tuple[list[Any], dict[str, Any]]
"""Positional and keyword arguments."""


class Translation(Protocol):
    """Translates calls of one function. No method raises; values may be a student's."""

    def call_to(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Given:
        """The arguments of a call as the submission's function takes them."""

    def call_from(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Given:
        """Arguments as the submission has them, as the suite's contract has them."""

    def value_to(self, value: Any) -> Any:
        """A result by the suite's contract as the submission's function returns it."""

    def value_from(self, value: Any) -> Any:
        """A result of the submission's function by the suite's contract."""


class Untranslated:
    """Changes nothing: the submission answers the suite's own contract."""

    def call_to(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Given:
        """The arguments as they are."""
        return list(args), dict(kwargs)

    call_from = call_to

    def value_to(self, value: Any) -> Any:
        """The value as it is."""
        return value

    value_from = value_to


UNTRANSLATED = Untranslated()


def answer_from(translation: Translation, answer: Answer) -> Answer:
    """A submission's answer by the suite's contract."""
    if translation is UNTRANSLATED:
        return answer
    arguments = answer.arguments
    if arguments is not None:
        arguments = tuple(translation.call_from(arguments, {})[0])
    value = translation.value_from(answer.value)
    return Answer(value, arguments, answer.shares_memory, answer.seconds)


def replacing(translation: Translation, function: Function) -> Function:
    """A function by the suite's contract, for a submission that calls it by its own."""
    if translation is UNTRANSLATED:
        return function

    def translated(*args: Any, **kwargs: Any) -> Any:
        given, named = translation.call_from(args, kwargs)
        return translation.value_to(function(*given, **named))

    return translated
