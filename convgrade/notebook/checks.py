"""Public checks: they call a student's function and compare its result in plain words.

A check prints one line when it passes. When it does not, it raises `CheckFailed`, which is shown
without a traceback. It knows nothing of points: grading runs these checks and others elsewhere.
"""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from types import CodeType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from convgrade.notebook import known_answers
from convgrade.notebook.calls import argument_names, describe, known_name, name_of
from convgrade.notebook.differences import difference, shown, wrong_cells
from convgrade.notebook.window_pictures import picture
from convgrade.notebook.windows import Window, source

if TYPE_CHECKING:
    from convgrade.notebook.drawing import Picture

PASSED_MARK = "✓"


class CheckFailed(AssertionError):
    """A check that did not pass; its text says everything. It may end with a hint.

    `secret` is made of the example and the wrong answer to it; None if there is no such answer.
    `picture` makes a picture of the first wrong number; None if its check declares no window.
    """

    hint = ""
    secret: bytes | None = None
    picture: Callable[[], Picture] | None = None

    def __str__(self) -> str:
        """The text, with the hint at its end."""
        gap = "\n" if self.hint and self.picture is not None else ""
        return super().__str__() + gap + self.hint

    def _render_traceback_(self) -> list[str]:
        """The text that IPython shows instead of a traceback."""
        return str(self).splitlines()


class NotWrittenYet(CheckFailed):
    """The function still raises the stub's `NotImplementedError`."""


def check(
    function: Callable[..., Any],
    /,
    *args: Any,
    expected: Any,
    dtype: npt.DTypeLike | None = None,
    window: Any = None,
    **kwargs: Any,
) -> None:
    """Call `function(*args, **kwargs)` and compare the returned value with `expected`.

    Arrays are compared by shape first, then by dtype, then by values. NaN equals NaN, and
    floating-point numbers may differ by the same tolerance as in grading. If a whole number is
    expected, NumPy's integers are accepted, a bool or a float is not. If a tuple is expected, a
    list is accepted. The function gets copies of arrays, and it must not change them.

    Args:
        function: the function to check.
        expected: what it should return: a number, a string, a tuple, or an array.
        dtype: the dtype that a returned array must have; None accepts any.
        window: a `Window` says which cells of the first argument a number of the answer comes from.
            Then the text shows those of the first wrong number, and Jupyter a picture. Any other
            value is an argument of the function.

    Raises:
        NotWrittenYet: the function is still the stub.
        CheckFailed: it returned something else, or changed an argument; the text says what.
        ValueError: there is a `Window`, but argument and `expected` are not arrays with 4 axes.

    Example:
        `check(abs, -3, expected=3)` prints `✓ abs(-3)`.
    """
    __tracebackhide__ = True
    if window is not None and not isinstance(window, Window):
        window, kwargs = None, {**kwargs, "window": window}
    if window is not None and not (args and _is_images(args[0]) and _is_images(expected)):
        raise ValueError("a Window needs a first argument and an expected array with 4 axes")
    variables = sys._getframe(1).f_globals
    call = describe(function, args, kwargs, variables)
    got, changed = _call(function, args, kwargs, call)
    text = difference(got, expected, dtype)
    if text:
        failed = CheckFailed(f"✗ {call} {text}")
        cells = wrong_cells(got, expected, dtype) if window is not None else None
        if cells is not None:
            name = known_name(args[0], variables) or "the input"
            failed = _with_window(failed, window, args[0], name, got, expected, cells, call)
        wrong = known_answers.wrong_value(got, expected)
        raise _with_hint(failed, function, args, kwargs, wrong)
    if changed:
        failed = CheckFailed(
            f"✗ {call} changed its argument {changed}.\n  Work on a copy: {changed}.copy()."
        )
        raise _with_hint(failed, function, args, kwargs, known_answers.CHANGED)
    say_passed(call)


def check_raises(
    function: Callable[..., Any],
    /,
    *args: Any,
    naming: str = "",
    error: type[Exception] = ValueError,
    **kwargs: Any,
) -> None:
    """Call `function(*args, **kwargs)` and expect an error whose message contains `naming`.

    Args:
        function: the function to check.
        naming: text that the message must contain, usually the name of an argument.
        error: the type of the exception.

    Raises:
        NotWrittenYet: the function is still the stub.
        CheckFailed: it returned a value, raised something else, or did not name the argument.

    Example:
        `check_raises(int, "seven", naming="seven")` prints `✓ int('seven') raises ValueError`.
    """
    __tracebackhide__ = True
    call = describe(function, args, kwargs, sys._getframe(1).f_globals)
    wanted = f"a {error.__name__}" + (f" that names {naming!r}" if naming else "")
    try:
        got, _ = _call(function, args, kwargs, call)
    except error as raised:
        if isinstance(raised, CheckFailed):
            raise
        if naming not in str(raised):
            failed = CheckFailed(
                f"✗ {call} raises {error.__name__}, but its message does not name {naming!r}.\n"
                f"  The message is: {raised}"
            )
            raise _with_hint(failed, function, args, kwargs, known_answers.UNNAMED) from None
        say_passed(f"{call} raises {error.__name__}")
        return
    except CheckFailed:
        raise
    except Exception as raised:
        raise CheckFailed(
            f"✗ {call} should raise {wanted}.\n  It raised {type(raised).__name__}: {raised}"
        ) from raised
    failed = CheckFailed(
        f"✗ {call} should raise {wanted}.\n  It raised nothing and returned {shown(got)}."
    )
    wrong = known_answers.wrong_value(got, None)
    raise _with_hint(failed, function, args, kwargs, wrong)


def hint_once(failure: BaseException, earlier: Iterable[BaseException]) -> None:
    """Drop the hint of a failed check if an earlier one ended with the same."""
    if isinstance(failure, CheckFailed):
        hints = [each.hint for each in earlier if isinstance(each, CheckFailed)]
        failure.hint = "" if failure.hint in hints else failure.hint


def _with_window(
    failed: CheckFailed,
    window: Window,
    images: npt.NDArray[Any],
    name: str,
    got: Any,
    expected: npt.NDArray[Any],
    wrong: npt.NDArray[np.bool_],
    call: str,
) -> CheckFailed:
    """The failure with the cells of the input that the first wrong number comes from."""
    index = tuple(int(place) for place in np.argwhere(wrong)[0])
    found = source(window, images, name, expected.shape, index)
    failed.args = (f"{failed.args[0]}\n\n{found.text}",)
    failed.picture = partial(picture, found, np.array(got), expected, wrong, index, call)
    return failed


def _is_images(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.ndim == 4


def _with_hint(
    failed: CheckFailed,
    function: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
    answer: Any,
) -> CheckFailed:
    """The failure with the first step of a hint, if the wrong answer is a known one."""
    failed.secret = known_answers.secret(function, args, kwargs, answer)
    failed.hint = known_answers.hint_for(failed.secret) if failed.secret else ""
    return failed


def _call(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any], call: str
) -> tuple[Any, str]:
    """Return what the function returned, and the name or position of an array that it changed."""
    __tracebackhide__ = True
    copies = [_copied(value) for value in args]
    named = {name: _copied(value) for name, value in kwargs.items()}
    try:
        got = function(*copies, **named)
    except NotImplementedError as error:
        code = _raised_in(error)
        if code is not None and _is_of_a_library(code):
            error.add_note(f"This happened in the check {call}")
            raise
        stub = code.co_name if code is not None and code.co_name.isidentifier() else ""
        raise NotWrittenYet(f"· {stub or name_of(function)} is not written yet.") from None
    except Exception as error:
        error.add_note(f"This happened in the check {call}")
        raise
    originals = [*args, *kwargs.values()]
    names = argument_names(function, len(args)) + list(kwargs)
    for name, before, after in zip(names, originals, [*copies, *named.values()], strict=True):
        if isinstance(before, np.ndarray) and not _identical(before, after):
            return got, name
    return got, ""


def is_of_a_library(error: BaseException) -> bool:
    """Whether an installed library raised the error, and no stub."""
    code = _raised_in(error)
    return code is not None and _is_of_a_library(code)


def _raised_in(error: BaseException) -> CodeType | None:
    """The code that raised the error, below `_call`; None if that is not Python code."""
    trace = error.__traceback__
    code: CodeType | None = None
    while trace is not None:
        code = trace.tb_frame.f_code
        trace = trace.tb_next
    return None if code is _call.__code__ else code


def _is_of_a_library(code: CodeType) -> bool:
    """Whether the code belongs to an installed library, and no stub."""
    file = code.co_filename
    return "site-packages" in file or file.startswith(sysconfig.get_path("stdlib"))


def _copied(value: Any) -> Any:
    return value.copy() if isinstance(value, np.ndarray) else value


def _identical(before: npt.NDArray[Any], after: npt.NDArray[Any]) -> bool:
    return (before.shape, before.dtype) == (after.shape, after.dtype) and (
        before.tobytes() == after.tobytes()
    )


def say_passed(what: str) -> None:
    """Print the line of a check that passed."""
    try:
        print(f"{PASSED_MARK} {what}")
    except UnicodeEncodeError:  # the console cannot show Unicode
        print(f"ok {what}".encode("ascii", "replace").decode())
