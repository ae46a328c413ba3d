"""The trusted side's answers to callbacks: values of reference functions and remote functions.

A callback asks for the value of such a function on arguments that the student's process chose. Any
code in that process may have sent it. It is checked like any answer, counted, and answered with
plain data.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from autograder.errors import AutograderError
from autograder.sandbox.failures import CallFailed, Handle, StudentRaised
from autograder.sandbox.host.channel import ProtocolError
from autograder.sandbox.protocol import codec
from autograder.sandbox.protocol.remote_functions import Function, RemoteFunction
from autograder.sandbox.protocol.words import Reply

MAX_CALLBACKS = 10_000
MAX_TEXT = 1_000
_KEYS = {"id", "outcome", "name", "args", "kwargs"}


def is_callback(answer: Any) -> bool:
    """Whether the message is a callback and not an answer."""
    return type(answer) is dict and answer.get("outcome") == Reply.ASKS


class Callbacks:
    """The callbacks that one call may send, and how many it has sent.

    `remote_functions` holds the remote functions among its arguments, by number.
    """

    def __init__(self, functions: Mapping[str, Function]) -> None:
        self._functions = functions
        self.remote_functions: dict[int, RemoteFunction] = {}
        self._counts: Counter[str | int] = Counter()

    def reply(self, question: dict[str, Any], number: int, size: int) -> bytes:
        """The payload that answers a callback of `size` bytes: a value or an exception.

        Raises:
            ProtocolError: the callback is not allowed now.
        """
        key, args, kwargs = _checked(question, number)
        remote = self.remote_functions.get(key) if isinstance(key, int) else None
        replaced = self._functions.get(key) if isinstance(key, str) else None
        function = remote.function if remote else replaced
        if function is None:
            raise ProtocolError("it asked for a function that is neither replaced nor lent to it")
        name, calls = (remote.name, remote.calls) if remote else (str(key), MAX_CALLBACKS)
        self._counts[key] += 1
        if self._counts[key] > calls or self._counts.total() > MAX_CALLBACKS:
            return _raised("RuntimeError", f"{name} was called more than {calls:,} times")
        if remote and size > remote.size:
            return _raised("TypeError", f"{name} takes no more than {remote.size:,} bytes at once")
        try:
            value = function(*args, **kwargs)
            if _holds_handle(value):
                return _raised("TypeError", f"what {name} returns cannot be passed on")
            return codec.encode({"value": value})
        except AutograderError:
            raise
        except StudentRaised as error:  # the reference function refuses its arguments
            return _raised(error.type_names[0] if error.type_names else "Exception", error.text)
        except CallFailed as failure:
            return _raised("RuntimeError", failure.message)
        except codec.CannotCross as refusal:
            return _raised("TypeError", f"what {name} returns cannot be passed on: {refusal}")
        except Exception as error:
            return _raised(type(error).__name__, str(error))


def _checked(question: dict[str, Any], number: int) -> tuple[str | int, list[Any], dict[str, Any]]:
    name, args, kwargs = (question.get(key) for key in ("name", "args", "kwargs"))
    sound = (
        set(question) == _KEYS
        and type(question["id"]) is int
        and question["id"] == number
        and type(name) in (str, int)
        and type(args) is list
        and type(kwargs) is dict
        and all(type(key) is str for key in kwargs)
        and not _holds_handle([args, kwargs])
    )
    if not sound:
        raise ProtocolError("it asked back in a way that the protocol does not know")
    return name, args, kwargs  # type: ignore[return-value]


def _holds_handle(value: Any) -> bool:
    """Whether a handle is in any container; the codec has bounded their depth."""
    if type(value) is dict:
        return any(map(_holds_handle, value.values()))
    if type(value) in (list, tuple):
        return any(map(_holds_handle, value))
    return isinstance(value, Handle)


def _raised(name: str, text: str) -> bytes:
    return codec.encode({"type": name[:MAX_TEXT], "text": text[:MAX_TEXT]})
