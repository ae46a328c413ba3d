"""The ways in which a call can fail, and the handle for a value that stays inside.

This module does not know how the boundary works. Every exception here is about student code.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal, NoReturn

CallOutcome = Literal[
    "error", "not_implemented", "missing", "timeout", "crashed", "violation", "failed"
]


class CallFailed(Exception):
    """A call without an answer: `message` is for the student, `detail` for the grader."""

    outcome: ClassVar[CallOutcome]

    def __init__(self, message: str, detail: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail


class StudentRaised(CallFailed):
    """Student code raised; `type_names` are the names in the exception's MRO (a claim)."""

    outcome = "error"

    def __init__(
        self,
        message: str,
        detail: str = "",
        *,
        type_names: tuple[str, ...] = (),
        text: str = "",
        description: str = "",
    ) -> None:
        super().__init__(message, detail)
        self.description = description  # "NameError: name 'foo' is not defined (line 3)"
        self.type_names = type_names
        self.text = text


class NotImplementedByStudent(CallFailed):
    """The stub is still there."""

    outcome = "not_implemented"


class MissingFunction(CallFailed):
    """The submission defines no function of that name."""

    outcome = "missing"


class TimedOut(CallFailed):
    """The call, or the submission as a whole, used up its time."""

    outcome = "timeout"


class Crashed(CallFailed):
    """The student's process died or used more memory than allowed."""

    outcome = "crashed"


class Violated(CallFailed):
    """The student's process sent something that the protocol does not allow."""

    outcome = "violation"


class AnswerRefused(CallFailed):
    """The answer has a type or size that cannot cross the boundary."""

    outcome = "failed"


class HandleMisuse(TypeError):
    """The grader used a handle as if it were the value; the suite has to ask for plain data."""


class Handle:
    """A reference to an object of the student that stays inside the sandbox.

    A handle can be passed back as an argument, and `Sandbox.ask` sends queries about it.
    `type_name` is a claim. Comparing, converting, measuring, indexing or calling a handle raises
    `HandleMisuse`, so that no object of the student ever decides a comparison.
    """

    __slots__ = ("generation", "number", "type_name")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, number: int, type_name: str, generation: int = 0) -> None:
        self.number = number
        self.type_name = type_name
        self.generation = generation

    def __repr__(self) -> str:
        return f"<handle of {ascii(self.type_name)[1:-1][:80]}>"

    def _misused(self, *_: Any, **__: Any) -> NoReturn:
        raise HandleMisuse(
            f"{self!r} stays inside the sandbox: pass it back to a call or ask it a named question."
        )


_REFUSED = """
    eq ne lt le gt ge bool len length_hint iter next reversed contains getitem setitem delitem call
    float int index complex round trunc floor ceil abs neg pos invert bytes
    add sub mul matmul truediv floordiv mod divmod pow lshift rshift and or xor
    radd rsub rmul rmatmul rtruediv rfloordiv rmod rdivmod rpow rlshift rrshift rand ror rxor
    iadd isub imul imatmul itruediv ifloordiv imod ipow ilshift irshift iand ior ixor
    array array_ufunc array_function enter exit await reduce_ex
"""
for _name in _REFUSED.split():
    setattr(Handle, f"__{_name}__", Handle._misused)
