"""The `student` fixture: calls that look like Python and go across the boundary.

What these objects return is plain data that the student's process sent; nothing of the student's
runs here. They remember how the last call was made, so that a message can say it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, TypeVar

import numpy as np

from autograder.errors import AutograderError
from autograder.sandbox import Answer, CallFailed, Handle, Sandbox, StudentRaised
from autograder.sandbox.protocol.remote_functions import (
    MOST_BYTES,
    MOST_CALLS,
    Function,
    RemoteFunction,
)
from autograder.suite import models
from autograder.suite.expect import Mismatch

P = ParamSpec("P")
T = TypeVar("T")

LONGEST_ARGUMENT = 60
_NOT_PLAIN = (np.ndarray, np.generic, Handle, list, tuple, dict)


class CalledWrongly(Exception):
    """The student's code called a function of the suite's with what that cannot take."""


@dataclass(frozen=True)
class Watched:
    """An answer with what the sandbox claims of the arguments: see them as claims."""

    value: Any
    arguments: tuple[Any, ...]
    shares_memory: bool


class StudentFunction:
    """One function of the student's, called across the boundary."""

    def __init__(self, student: Student, name: str) -> None:
        self._student = student
        self._name = name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The value that the student's function returns for copies of these arguments.

        Raises:
            CallFailed: it raised, is missing, ran out of time, or its process died.
        """
        return self._student.ask(self._name, args, kwargs, watch=False).value

    def watched(self, *args: Any, **kwargs: Any) -> Watched:
        """The same, with the positional arguments as they were after the call (a claim)."""
        answer = self._student.ask(self._name, args, kwargs, watch=True)
        return Watched(answer.value, answer.arguments or (), bool(answer.shares_memory))


class Student:
    """Everything that a hidden test sees of a submission: its functions, by name."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._replaced: Mapping[str, Function] = {}
        self._seconds: float | None = None
        self._last_name = ""
        self._numbers = itertools.count()
        self._refusal: Exception | None = None  # of a function that the call was lent
        self._shared: dict[tuple[Callable[..., Any], tuple[str, ...]], _Shared] = {}
        self.last_call = ""

    def begin(self, replaced: Mapping[str, Function], seconds: float | None) -> None:
        """A test begins: which functions are replaced in it, and its calls' own limit of time."""
        self._replaced, self._seconds = replaced, seconds
        self.last_call = ""

    @contextmanager
    def unreplaced(self) -> Iterator[None]:
        """The student's own functions for a while; messages go on to tell of the call before."""
        before = self._replaced, self._last_name, self.last_call
        self._replaced = {}
        try:
            yield
        finally:
            self._replaced, self._last_name, self.last_call = before

    def __getattr__(self, name: str) -> StudentFunction:
        if name.startswith("_"):
            raise AttributeError(name)
        return StudentFunction(self, name)

    def ask(
        self, name: str, args: Sequence[Any], kwargs: Mapping[str, Any], *, watch: bool
    ) -> Answer:
        self._last_name = name
        self.last_call = describe_call(name, args, kwargs)
        self._refusal = None
        try:
            answer = self._sandbox.call(
                name, args, kwargs, watch=watch, replaced=self._replaced, seconds=self._seconds
            )
        except CallFailed:
            if self._refusal is None:
                raise
        if self._refusal is not None:
            raise self._refusal
        return answer

    def generator(self, seed: int) -> Handle:
        """A `numpy.random.default_rng(seed)` inside, to be an argument of calls.

        Raises:
            CallFailed: its process has ended meanwhile.
        """
        made = self._sandbox.ask(None, "make_generator", int(seed)).value
        if not isinstance(made, Handle):
            raise Mismatch("was given no generator: the process that should make it has none.")
        return made

    def remote_function(
        self, function: Function, *, calls: int = MOST_CALLS, size: int = MOST_BYTES
    ) -> RemoteFunction:
        """A function of the suite's as an argument of a call, which may call it while it lasts.

        It runs here, on plain data that the student's process chose and that it has to check, and
        returns plain data. Whatever it raises reaches the student's code, without the detail of a
        `Mismatch`, and is how the call ends, even where that code goes on.

        Args:
            function: its name is what messages call it.
            calls: how many times one call may call it.
            size: bytes of arguments that it may be called with at once.
        """
        name = getattr(function, "__name__", "")
        name = name if name.isidentifier() else "function"

        def guarded(*args: Any, **kwargs: Any) -> Any:
            try:
                return function(*args, **kwargs)
            except AutograderError:
                raise
            except Exception as error:
                self._refusal = self._refusal or _refusal(name, error)
                told = error.message if isinstance(error, Mismatch) else "it cannot take this"
                raise TypeError(f"{name}: {told}") from None

        return RemoteFunction(next(self._numbers), name, guarded, calls, size)

    def model(self, returned: Any) -> models.Model:
        """The Keras model that a call returned, which stays inside.

        Raises:
            Mismatch: the call returned something else.
            CallFailed: its process has ended meanwhile.
        """
        return models.model_of(returned, self._ask_model)

    def history(self, returned: Any) -> dict[str, list[float]]:
        """What a training function returned, as `History.history` has it.

        Raises:
            Mismatch: it returned something else.
            CallFailed: its process has ended meanwhile.
        """
        return models.history_of(returned, self._ask_model)

    def make_model(
        self, input_shape: Sequence[int], layers: Sequence[tuple[str, Mapping[str, Any]]]
    ) -> models.Model:
        """See `models.make_model`."""
        return models.make_model(input_shape, layers, self._ask_model)

    def _ask_model(self, handle: Handle | None, question: str, args: tuple[Any, ...]) -> Any:
        if question not in ("is_model", "history"):  # which are about what a call returned
            self._last_name = question
            name = f"model.{question}"
            self.last_call = name if question == "layers" else describe_call(name, args, {})
        return self._sandbox.ask(handle, question, *args, seconds=self._seconds).value

    def as_called(self, sentence: str) -> str:
        """A sentence about the last function, told of the call: "f raised" as "f(3) raised"."""
        rest = sentence.removeprefix(f"{self._last_name} ")
        return sentence if rest == sentence else f"{self.last_call} {rest}"

    def once(
        self, ask: Callable[Concatenate[Student, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """`ask(student, …)`, which the first test to want it runs and all later ones share.

        For what takes long, such as a training that several tests look at. The arguments are the
        first test's; handles in the answer are of no use after the student's process has ended.

        Raises:
            CallFailed, Mismatch: `ask` raised it, now or when it ran.
        """
        key = ask, tuple(self._replaced)
        if key not in self._shared:
            try:
                value, failure = ask(self, *args, **kwargs), None
            except (CallFailed, Mismatch) as error:
                value, failure = None, error
            self._shared[key] = _Shared(value, failure, self._last_name, self.last_call)
        shared = self._shared[key]
        self._last_name, self.last_call = shared.last_name, shared.last_call
        if shared.failure is not None:
            raise shared.failure
        return shared.value  # type: ignore[no-any-return]

    @contextmanager
    def raises(
        self, expected: type[BaseException], naming: str | tuple[str, ...] = ()
    ) -> Iterator[None]:
        """Require that the call inside raises `expected`, with a message that names an argument.

        The names of types and the message are claims of the student's process, so a test that
        rests on this alone is to be marked `supporting`.

        Args:
            expected: the type, by whose name the raised one or a base of it goes.
            naming: words of which one must stand in the message.

        Raises:
            Mismatch: nothing was raised, another type was, or the message names none of them.
        """
        words = (naming,) if isinstance(naming, str) else naming
        try:
            yield
        except StudentRaised as raised:
            if expected.__name__ not in raised.type_names:
                got = raised.type_names[0] if raised.type_names else "an exception"
                raise Mismatch(
                    f"raised {got} where the contract asks for {expected.__name__}.", raised.detail
                ) from None
            if words and not any(mentions(raised.text, word) for word in words):
                raise Mismatch(
                    f"raised {expected.__name__}, but its message does not name the argument "
                    "that is wrong.",
                    f"expected one of {words}, got the message {raised.text!r}",
                ) from None
        else:
            raise Mismatch(f"returned a value where the contract asks for {expected.__name__}.")


@dataclass(frozen=True)
class _Shared:
    """What asking once came to, and the call that messages about it tell of."""

    value: Any
    failure: CallFailed | Mismatch | None
    last_name: str
    last_call: str


def _refusal(name: str, error: Exception) -> Exception:
    if isinstance(error, Mismatch):
        return error
    wrong = CalledWrongly(f"called {name} with something that it cannot take.")
    wrong.__cause__ = error
    return wrong


def mentions(text: str, word: str) -> bool:
    """Whether a message names an argument, as a word of its own."""
    return re.search(rf"(?<![A-Za-z0-9_]){re.escape(word)}(?![A-Za-z0-9_])", text) is not None


def describe_call(name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> str:
    """A call as a student would write it, with arrays told by shape and dtype only."""
    parts = [_describe(value) for value in args]
    parts += [f"{key}={_describe(value)}" for key, value in kwargs.items()]
    return f"{name}({', '.join(parts)})"


def _describe(value: Any) -> str:
    text = _text(value)
    return text if len(text) <= LONGEST_ARGUMENT else text[: LONGEST_ARGUMENT - 1] + "…"


def _text(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"<{value.dtype} array of shape {value.shape}>"
    if isinstance(value, np.generic):
        return repr(value.item())
    if isinstance(value, RemoteFunction):
        return value.name
    if isinstance(value, Handle):
        return f"<{ascii(value.type_name)[1:-1][:40]}>"
    if isinstance(value, dict):
        items = itertools.islice(value.items(), LONGEST_ARGUMENT)
        return f"{{{', '.join(f'{key!r}: {_text(item)}' for key, item in items)}}}"
    if isinstance(value, list | tuple) and any(isinstance(item, _NOT_PLAIN) for item in value):
        inner = ", ".join(map(_text, value[:LONGEST_ARGUMENT]))
        comma = "," if len(value) == 1 else ""
        return f"[{inner}]" if isinstance(value, list) else f"({inner}{comma})"
    return repr(value)
