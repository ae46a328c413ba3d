"""The `student` fixture: calls that look like Python and cross the boundary.

The objects here return plain data that the student's process sent. No student code runs in this
process. They remember the last call, so that a message can quote it.
"""

from __future__ import annotations

import itertools
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from autograder.errors import AutograderError
from autograder.sandbox import Answer, Call, CallFailed, Handle, Sandbox, StudentRaised
from autograder.sandbox.protocol.remote_functions import (
    MOST_BYTES,
    MOST_CALLS,
    Function,
    RemoteFunction,
)
from autograder.sandbox.translation import Translation
from autograder.suite import models
from autograder.suite.asked_calls import AskedCalls
from autograder.suite.calls import (
    CallText,
    crossing_together,
    describe_call,
    describe_query,
    described_later,
)
from autograder.suite.expect import Mismatch

P = ParamSpec("P")
T = TypeVar("T")


class CalledWrongly(Exception):
    """Student code called a remote function with arguments that the function cannot take."""


@dataclass(frozen=True)
class Watched:
    """An answer, with what the worker process claims about the arguments after the call."""

    value: Any
    arguments: tuple[Any, ...]
    shares_memory: bool


class StudentFunction:
    """One of the student's functions, called across the boundary."""

    def __init__(self, student: Student, name: str) -> None:
        self._student = student
        self._name = name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the student's function with copies of these arguments and return its value.

        Raises:
            CallFailed: it raised, is missing, ran out of time, or its process died.
        """
        return self._student.ask(self._name, args, kwargs, watch=False).value

    def watched(self, *args: Any, **kwargs: Any) -> Watched:
        """Like a call, and also returns the positional arguments as they were after it (a claim).

        Raises:
            CallFailed: as for a call.
        """
        answer = self._student.ask(self._name, args, kwargs, watch=True)
        return Watched(answer.value, answer.arguments or (), bool(answer.shares_memory))

    def each(self, calls: Iterable[Call]) -> Iterator[Any]:
        """Call the function once for each of these arguments, and give the values in order.

        It is like one call after the other, and faster: calls cross the boundary together if they
        can. A call that has no value raises when its turn comes.

        Args:
            calls: for each call, its positional and its keyword arguments, as in
                `[((x,), {"size": 2}), ((x, 3), {})]`.

        Raises:
            CallFailed: as for a call.
        """
        for outcome in self.outcomes(calls):
            if isinstance(outcome, CallFailed):
                raise outcome
            yield outcome

    def outcomes(self, calls: Iterable[Call]) -> Iterator[Any]:
        """Like `each`, but a call that has no value gives its `CallFailed`, and others follow."""
        return self._student.outcomes_of(self._name, list(calls))

    def all_raise(
        self,
        calls: Iterable[Call],
        expected: type[BaseException],
        naming: str | tuple[str, ...] = (),
    ) -> None:
        """Require that each of these calls raises `expected`; see `Student.raises`.

        Raises:
            Mismatch: one of them does not.
            CallFailed: one of them has another failure.
        """
        for outcome in self.outcomes(calls):
            with self._student.raises(expected, naming):
                if isinstance(outcome, CallFailed):
                    raise outcome


class Student:
    """A submission as a hidden test sees it: its functions are attributes, by name."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._replaced: Mapping[str, Function] = {}
        self._seconds: float | None = None
        self._last_name = ""
        self._numbers = itertools.count()
        self._refusal: Exception | None = None  # what a remote function of this call raised
        self._shared = _SHARED.setdefault(sandbox, {})
        self._last_call: str | CallText = ""
        self.asked = AskedCalls()

    @property
    def sandbox(self) -> Sandbox:
        """The submission itself."""
        return self._sandbox

    @property
    def last_call(self) -> str:
        """The last call as a student would write it, or ""."""
        if isinstance(self._last_call, CallText):
            self._last_call = describe_call(*self._last_call)
        return self._last_call

    def begin(self, replaced: Mapping[str, Function], seconds: float | None) -> None:
        """Begin a test.

        Args:
            replaced: the functions that are replaced in it, by name.
            seconds: the time limit for each of its calls; None for the sandbox's own.
        """
        self._replaced, self._seconds = replaced, seconds
        self._last_call = ""

    @contextmanager
    def unreplaced(self) -> Iterator[None]:
        """Use the student's own functions meanwhile; messages still quote the call before."""
        before = self._replaced, self._last_name, self._last_call
        self._replaced = {}
        try:
            yield
        finally:
            self._replaced, self._last_name, self._last_call = before

    def __getattr__(self, name: str) -> StudentFunction:
        if name.startswith("_"):
            raise AttributeError(name)
        return StudentFunction(self, name)

    def ask(
        self, name: str, args: Sequence[Any], kwargs: Mapping[str, Any], *, watch: bool
    ) -> Answer:
        """Call a function of the student; the functions that `begin` names are replaced in it.

        Args:
            name: the name of the function.
            args: positional arguments, plain data, handles or remote functions.
            kwargs: keyword arguments.
            watch: also return the arguments after the call (a claim).

        Raises:
            CallFailed: it raised, is missing, ran out of time, or its process died.
            Mismatch: a remote function of this call raised it.
            CalledWrongly: a remote function of this call raised another exception.
        """
        self._note(name, args, kwargs)
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

    def outcomes_of(self, name: str, calls: Sequence[Call]) -> Iterator[Any]:
        """The values or failures of several calls of a function; see `StudentFunction.outcomes`."""
        known: deque[Answer | CallFailed] = deque()
        go_together = not self._replaced
        for number, (args, kwargs) in enumerate(calls):
            if go_together and not known:
                together = crossing_together(calls[number:])
                if len(together) > 1:
                    known.extend(self._several(name, together))
                    go_together = bool(known)
            if known:
                self._note(name, args, kwargs)
                outcome = known.popleft()
                yield outcome.value if isinstance(outcome, Answer) else outcome
                continue
            try:
                value = self.ask(name, args, kwargs, watch=False).value
            except CallFailed as failure:
                yield failure
            else:
                yield value

    def _several(self, name: str, calls: Sequence[Call]) -> list[Answer | CallFailed]:
        return self._sandbox.call_several(name, calls, seconds=self._seconds)

    def _note(self, name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
        """Remember a call for messages, and for what asks which calls were made."""
        self._last_name = name
        translation = self.translation_of(name)
        self._last_call = described_later(name, *translation.call_to(args, kwargs))
        self.asked.add(name, args, kwargs)

    def translation_of(self, name: str) -> Translation:
        """What stands between the suite's calls and the student's function of that name."""
        return self._sandbox.translation_of(name)

    def reworded(self, mismatch: Mismatch) -> Mismatch:
        """What is wrong with the last answer, in the form in which it was given."""
        return mismatch.in_form(self.translation_of(self._last_name).value_to)

    def generator(self, seed: int) -> Handle:
        """Make a `numpy.random.default_rng(seed)` inside, to pass as an argument of calls.

        Raises:
            CallFailed: the worker process has ended.
        """
        made = self._sandbox.ask(None, "make_generator", int(seed)).value
        if not isinstance(made, Handle):
            raise Mismatch("was given no generator: the process that should make it has none.")
        return made

    def remote_function(
        self, function: Function, *, calls: int = MOST_CALLS, size: int = MOST_BYTES
    ) -> RemoteFunction:
        """Make a remote function, to pass as an argument of a call that may then call it.

        It runs in this process on plain data that student code chose, so it must check its
        arguments. It returns plain data. If it raises an exception, the student's code gets it
        (without the detail of a `Mismatch`), and the call ends with it even if that code continues.

        Args:
            function: the function. Messages use its name.
            calls: how many times one call may call it.
            size: the most bytes of arguments that it accepts at once.
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
                reason = error.message if isinstance(error, Mismatch) else "it cannot take this"
                raise TypeError(f"{name}: {reason}") from None

        return RemoteFunction(next(self._numbers), name, guarded, calls, size)

    def model(self, returned: Any) -> models.Model:
        """The Keras model that a call returned; it stays in the worker process.

        Raises:
            Mismatch: the call did not return a model.
            CallFailed: the worker process has ended.
        """
        return models.model_of(returned, self._ask_model)

    def history(self, returned: Any) -> dict[str, list[float]]:
        """The training history that a call returned, in the form of Keras' `History.history`.

        Raises:
            Mismatch: the call returned something else.
            CallFailed: the worker process has ended.
        """
        return models.history_of(returned, self._ask_model)

    def make_model(
        self,
        input_shape: Sequence[int],
        layers: Sequence[tuple[str, Mapping[str, Any]]],
        *,
        eager: bool = False,
    ) -> models.Model:
        """Make a sequential Keras model inside, from layers such as `("Dense", {"units": 10})`.

        An exercise that trains a model can be tested with it independently of other exercises. Set
        the weights with `set_weights`: the initial ones are not chosen by the suite.

        Args:
            input_shape: of one input.
            layers: class names and arguments of Keras' layers, in order.
            eager: whether `fit` computes without compiling. That is faster for a few steps.

        Raises:
            CallFailed: the model could not be made.
        """
        return models.make_model(input_shape, layers, self._ask_model, eager=eager)

    @contextmanager
    def without_initial_weights(self) -> Iterator[None]:
        """Meanwhile large layers of new models start at zero, which is faster than drawing weights.

        This is for models whose weights the suite sets.

        Raises:
            CallFailed: the worker process has ended.
        """
        self._ask_model(None, "draw_initial_weights", (False,))
        try:
            yield
        finally:
            with suppress(CallFailed):  # a new worker process draws them
                self._ask_model(None, "draw_initial_weights", (True,))

    def _ask_model(self, handle: Handle | None, question: str, args: tuple[Any, ...]) -> Any:
        if question not in _ASIDE:
            self._last_name = question
            self._last_call = describe_query(question, args)
        return self._sandbox.ask(handle, question, *args, seconds=self._seconds).value

    def as_called(self, sentence: str) -> str:
        """A sentence about the last function, with the call in it: "f(3) raised" for "f raised"."""
        rest = sentence.removeprefix(f"{self._last_name} ")
        return sentence if rest == sentence else f"{self.last_call} {rest}"

    def once(
        self, ask: Callable[Concatenate[Student, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `ask(student, …)` in the first test that needs it; all later ones share its value.

        Whatever else asks about the same submission shares it too, such as a diagnosis.

        This is for something slow, such as a training that several tests check. The arguments of
        the first test count. Handles in the value cannot be used after the worker process has
        ended.

        Raises:
            CallFailed: `ask` raised it, now or when it ran.
            Mismatch: the same.
        """
        key = ask, tuple(self._replaced)
        if key not in self._shared:
            try:
                value, failure = ask(self, *args, **kwargs), None
            except (CallFailed, Mismatch) as error:
                value, failure = None, error
            self._shared[key] = _Shared(value, failure, self._last_name, self.last_call)
        shared = self._shared[key]
        self._last_name, self._last_call = shared.last_name, shared.last_call
        if shared.failure is not None:
            raise shared.failure
        return shared.value  # type: ignore[no-any-return]

    @contextmanager
    def raises(
        self, expected: type[BaseException], naming: str | tuple[str, ...] = ()
    ) -> Iterator[None]:
        """Require that the call inside raises `expected`, with a message that names an argument.

        As in `with student.raises(ValueError, "size"): student.f(x, size=0)`.

        The names of types and the message are claims of the student's process. Mark a test that
        rests on this alone as `supporting`.

        Args:
            expected: the type. The raised type or one of its bases must have its name.
            naming: words, one of which must occur in the message.

        Raises:
            Mismatch: nothing was raised, another type was raised, or the message contains none of
                the words.
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
    """The value or the failure of asking once, and the call that messages about it quote."""

    value: Any
    failure: CallFailed | Mismatch | None
    last_name: str
    last_call: str


_SHARED: WeakKeyDictionary[Sandbox, dict[Any, _Shared]] = WeakKeyDictionary()
"""What `Student.once` asked of a submission, by function and the names of replaced functions."""


def _refusal(name: str, error: Exception) -> Exception:
    if isinstance(error, Mismatch):
        return error
    wrong = CalledWrongly(f"called {name} with something that it cannot take.")
    wrong.__cause__ = error
    return wrong


def mentions(text: str, word: str) -> bool:
    """Whether a message contains the name of an argument as a separate word."""
    return re.search(rf"(?<![A-Za-z0-9_]){re.escape(word)}(?![A-Za-z0-9_])", text) is not None


_ASIDE = ("is_model", "history", "draw_initial_weights")
"""Questions about the last call, or the next; messages do not quote them."""
