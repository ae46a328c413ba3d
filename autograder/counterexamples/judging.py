"""Says in what an answer to a drawn call is wrong, in words that never contain the right answer.

The answer came from the student's process: it may be any plain data.
"""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.counterexamples.examples import Example
from autograder.errors import SuiteError
from autograder.sandbox import StudentRaised
from autograder.suite import expect
from autograder.suite.expect import Mismatch
from autograder.suite.student import mentions

Part = tuple[int | str, ...]
MOST_CELLS = 1_000_000
"""The most cells of an answer that is looked at; the right answers have far fewer."""


@dataclass(frozen=True)
class Wrong:
    """In what an answer is wrong.

    Attributes:
        kind: a short name; shrinking keeps it, so that an example does not turn into another one.
        sentence: the end of a sentence that begins with the function's name.
        index: of the first wrong number of the answer, or of a part of it.
        part: the subscripts that lead to that part; empty for the answer itself.
    """

    kind: str
    sentence: str
    index: tuple[int, ...] | None = None
    part: Part = ()

    @property
    def is_error(self) -> bool:
        """Whether the function raised an exception where it must not."""
        return self.kind.startswith("raised ")


def compare(got: Any, want: Any, example: Example, rtol: float | None = None) -> None:
    """Require the values of the right answer.

    Args:
        got: the answer.
        want: the right answer.
        example: the call.
        rtol: the relative tolerance; None for that of hidden tests.

    Raises:
        Mismatch: the answer is another one.
    """
    like = [each for each in example.args if isinstance(each, np.ndarray)]
    _compare(got, want, like, "", (), rtol)


def part_of(answer: Any, part: Part) -> Any:
    """The part of an answer that these subscripts lead to."""
    return functools.reduce(operator.getitem, part, answer)


class _InPart(Mismatch):
    """What is wrong with a part of an answer."""

    def __init__(self, message: str, of: Mismatch, part: Part) -> None:
        super().__init__(message, kind=of.kind, index=of.index)
        self.part = part


def _compare(
    got: Any, want: Any, like: Sequence[Any], where: str, part: Part, rtol: float | None
) -> None:
    if isinstance(want, Mapping):
        if not isinstance(got, Mapping):
            raise Mismatch(f"returned {_the(where, got)}, and a dict is asked for.", kind="type")
        for key in want:
            if key not in got:
                raise Mismatch(f"returned a dict without {key!r}{where}.", kind="type")
            _compare(got[key], want[key], like, f", in {key!r}{where}", (*part, key), rtol)
        return
    if isinstance(want, list | tuple) and not _is_flat(want):
        if not isinstance(got, list | tuple):
            raise Mismatch(f"returned {_the(where, got)}, not several values.", kind="type")
        if len(got) != len(want):
            raise Mismatch(f"returned {len(got)} values{where}, and others are asked for.")
        for number, (one, other) in enumerate(zip(got, want, strict=True)):
            _compare(one, other, like, f", in item {number}{where}", (*part, number), rtol)
        return
    if isinstance(want, str | None):
        if not (type(got) is type(want) and got == want):
            raise Mismatch(f"returned {_the(where, got)}, which is not right.", kind="values")
        return
    try:
        expect.close(got, want, like=like, rtol=rtol)
    except Mismatch as mismatch:
        if not where:
            raise
        message = f"{mismatch.message.rstrip('.')}{where}."
        raise _InPart(message, mismatch, part) from None


def _is_flat(want: Sequence[Any]) -> bool:
    return all(isinstance(each, int | float | np.number) for each in want)


def _the(where: str, got: Any) -> str:
    return f"{expect.shown(got)}{where}"


def wrong_with(check: Any, got: Any, want: Any, example: Example) -> Wrong | None:
    """In what an answer is wrong by a check; None if it is right, or the check cannot read it.

    The check is the course's own code, but it gets data that the student's process chose. What it
    cannot read is judged by hidden tests; here nothing is claimed about it, nor about an array of
    many empty rows, which holds no number but may become millions of lists.

    Raises:
        SuiteError: the check does not accept the right answer either.
    """
    if isinstance(got, np.ndarray) and math.prod(max(1, size) for size in got.shape) > MOST_CELLS:
        return None
    try:
        with np.errstate(all="ignore"):
            check(got, want, example)
    except Mismatch as mismatch:
        sentence = mismatch.message if mismatch.message.endswith(".") else f"{mismatch.message}."
        part = mismatch.part if isinstance(mismatch, _InPart) else ()
        return Wrong(mismatch.kind or "property", sentence, mismatch.index, part)
    except Exception as error:
        _require_sound(check, want, example, error)
    return None


def _require_sound(check: Any, want: Any, example: Example, error: Exception) -> None:
    """Require that a check, which failed on a student's answer, accepts the right one."""
    try:
        with np.errstate(all="ignore"):
            check(want, want, example)
    except Exception as fault:
        raise SuiteError(f"a check refuses the right answer: {fault!r}") from error


def raised(error: StudentRaised, example: Example) -> Wrong | None:
    """In what an exception is wrong; None if the contract asks for it."""
    name = error.type_names[0] if error.type_names else "an exception"
    if not example.refused:
        return Wrong(f"raised {name}", f"raised {name}, but there is an answer for this input.")
    if "ValueError" not in error.type_names:
        return Wrong(f"refused {name}", f"raised {name}, and a ValueError is asked for.")
    if example.naming and not any(mentions(error.text, word) for word in example.naming):
        sentence = "raised a ValueError, but its message does not name the argument that is wrong."
        return Wrong("refused unnamed", sentence)
    return None


def accepted() -> Wrong:
    """What is wrong with any value where the contract asks for an exception."""
    return Wrong("accepted", "returned a value, but a ValueError is asked for.")


def impure(
    before: Sequence[Any], after: Sequence[Any], shares: bool, parameters: Sequence[str]
) -> tuple[Wrong, int] | None:
    """What a call did to its arguments, and the position of the argument."""
    for number, (one, other) in enumerate(zip(before, after, strict=False)):
        if isinstance(one, np.ndarray) and not _is_same(one, other):
            name = parameters[number]
            return Wrong("changed", f"changed its argument {name}."), number
    if shares:
        sentence = "returned an array that shares its memory with an argument: it is no new array."
        return Wrong("shares", sentence), 0
    return None


def _is_same(one: np.ndarray[Any, Any], other: Any) -> bool:
    if not isinstance(other, np.ndarray) or (one.dtype, one.shape) != (other.dtype, other.shape):
        return False
    return one.tobytes() == other.tobytes()
