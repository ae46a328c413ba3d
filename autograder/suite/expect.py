"""Comparing a student's answer with the expected answer, in the grader's process.

The functions here accept any value that can cross the boundary. If the answer is wrong, they raise
a `Mismatch` with two texts: a sentence for the student, which never contains an expected value, and
all details for the grader.
"""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from autograder.results import Counterexample
from autograder.sandbox import Handle
from autograder.sandbox.protocol.arrays import shown_dtype
from convgrade.notebook.tolerance import nearly_equal, relative_tolerance

MAX_PLAIN = 10_000
"""The most elements that an array may have for `equal` to convert it to a tuple of numbers."""
MAX_LISTED = 100_000
"""The most numbers that `array` accepts in a list."""
MAX_ITEMS_SHOWN = 8
FEW = 4
MAX_BITS_SHOWN = 400
_NUMBERS = (bool, int, float, complex, np.bool_, np.number)


class Mismatch(AssertionError):
    """The answer is not the expected one.

    Attributes:
        message: for the student.
        detail: for the grader.
        kind: what is wrong, in one word such as "shape"; "" if it is not said.
        index: of the first wrong number; None if no single number is wrong.
        counterexample: a small input on which the answer is wrong, if the suite knows one.
    """

    def __init__(
        self,
        message: str,
        detail: str = "",
        counterexample: Counterexample | None = None,
        *,
        kind: str = "",
        index: tuple[int, ...] | None = None,
    ) -> None:
        super().__init__(message if not detail else f"{message}\n{detail}")
        self.message = message
        self.detail = detail
        self.counterexample = counterexample
        self.kind = kind
        self.index = index
        self._again: Callable[[Callable[[Any], Any]], None] | None = None

    def in_form(self, change: Callable[[Any], Any]) -> Mismatch:
        """The same with the student's answer and the right one in another form, if both are known.

        Args:
            change: returns a value in that form.
        """
        if self._again is not None:
            try:
                self._again(change)
            except Mismatch as mismatch:
                return mismatch
        return self

    @classmethod
    @contextmanager
    def repeatable(cls, compare: Callable[..., None], got: Any, want: Any) -> Iterator[None]:
        """Meanwhile a mismatch remembers what was compared, for `in_form`."""
        try:
            yield
        except cls as mismatch:
            mismatch._again = lambda change: compare(change(got), change(want))
            raise


def that(condition: object, message: str, detail: object = "") -> None:
    """Require a condition that the suite computed itself.

    Args:
        condition: must be true.
        message: what the student reads.
        detail: for the grader. It may be a value that crossed the boundary; it is shortened.

    Raises:
        Mismatch: the condition is false.
    """
    if not condition:
        raise Mismatch(message, detail if isinstance(detail, str) else shown(detail, 2000))


def close(
    got: Any,
    want: Any,
    *,
    like: Any = (),
    dtype: DTypeLike | str | Sequence[DTypeLike] | None = None,
    rtol: float | None = None,
    atol: float | None = None,
) -> None:
    """Require an array that equals `want` within the tolerance that its precision allows.

    The shape is compared first, then the dtype (if `dtype` is given), then the values. NaN equals
    NaN, an infinity equals itself, and integers are compared exactly if both sides are integers.
    Nothing is broadcast.

    Args:
        got: what the student returned.
        want: the expected answer, array-like.
        like: the argument or arguments that determine the precision. The least precise float among
            them, `got` and `want` determines the tolerance.
        dtype: an exact dtype, several allowed dtypes, "kept" (the dtype of the first of `like`) or
            "floating" (float32 or float64).
        rtol: relative tolerance, by default 2e-5 (4e-3 with float16).
        atol: absolute tolerance, by default `rtol` times the largest finite value of `want`.

    Raises:
        Mismatch: the answer is not an array of numbers, or it differs from `want`.
    """
    compare = partial(_require_close, like=like, dtype=dtype, rtol=rtol, atol=atol)
    with Mismatch.repeatable(compare, got, want):
        compare(got, want)


def _require_close(
    got: Any,
    want: Any,
    *,
    like: Any,
    dtype: DTypeLike | str | Sequence[DTypeLike] | None,
    rtol: float | None,
    atol: float | None,
) -> None:
    # `want` may be another answer of the student, so a list in it is checked first as well
    expected = array(want) if isinstance(want, list | tuple) else np.asarray(want)
    actual = _as_array(got, "an array" if expected.ndim else "a number", expected.size)
    if actual.shape != expected.shape:
        raise Mismatch(
            f"returned an array of shape {actual.shape}, which is not the shape that the "
            "contract gives for these arguments.",
            f"expected shape {expected.shape}, got {actual.shape}",
            kind="shape",
        )
    arguments = like if isinstance(like, tuple | list) else (like,)
    _require_dtype(actual, dtype, arguments)
    if actual.dtype.kind not in "biufc":
        raise Mismatch(f"returned an array of {actual.dtype}, not of numbers.")
    if actual.dtype.kind in "biu" and expected.dtype.kind in "biu":
        wrong = np.asarray(actual != expected)
    else:
        if rtol is None:
            rtol = relative_tolerance(actual.dtype, *(np.asarray(each).dtype for each in arguments))
        wrong = ~nearly_equal(actual, expected, rtol, atol)
    if wrong.any():
        raise _values_differ(actual, expected, wrong)


def equal(got: Any, want: Any) -> None:
    """Require exactly this int, bool, string or None, or this tuple or list of such values.

    A `numpy.integer` and an integral 0-d array are accepted for an int, and a list for a tuple. A
    bool is not an int, and 14.0 is not 14.

    Raises:
        Mismatch: the value differs, or it is of another kind.
    """
    with Mismatch.repeatable(_require_equal, got, want):
        _require_equal(got, want)


def _require_equal(got: Any, want: Any) -> None:
    _require_value(got)
    plain = _plain(got)
    expected = _plain(want)
    if _same(plain, expected):
        return
    if isinstance(expected, int) and isinstance(plain, float | bool):
        raise Mismatch(
            f"returned {shown(got)}, a {type(plain).__name__}, where an int is asked for.",
            f"expected {expected!r}",
        )
    raise Mismatch(
        f"returned {shown(got)}, which is not {_kind(expected)} that the contract gives.",
        f"expected {expected!r}, got {shown(got, 400)}",
    )


def array(got: Any) -> NDArray[Any]:
    """A student's answer as an array of numbers.

    A list is checked before it is converted: `np.asarray` would turn a list with one long text into
    an array of texts of several gigabytes.

    Raises:
        Mismatch: the answer is not an array of numbers, or it is a list of too many numbers.
    """
    return _as_array(got, "an array", MAX_LISTED)


def shape_of(got: Any) -> tuple[int, ...] | None:
    """The shape of a student's answer; None if it is not an array of numbers."""
    try:
        return array(got).shape
    except Mismatch:
        return None


def _require_value(got: Any) -> None:
    if got is None:
        raise Mismatch("returned None; does the function end with a `return`?")
    if isinstance(got, Handle):
        raise Mismatch(f"returned an object of type {got.type_name}, not plain numbers.")


def _as_array(got: Any, wanted: str, size: int) -> NDArray[Any]:
    """The answer as an array. Lists are checked first, because numpy converts anything."""
    _require_value(got)
    if isinstance(got, list | tuple):
        _require_numbers(got, wanted, at_most=4 * size + 1000)
    elif not isinstance(got, (*_NUMBERS, np.ndarray)):
        raise Mismatch(f"returned a {type(got).__name__}, not {wanted}.")
    try:
        array = np.asarray(got)
    except (ValueError, TypeError, OverflowError):
        raise Mismatch(f"returned a {type(got).__name__} that is not {wanted}.") from None
    if array.dtype.kind == "O":
        raise Mismatch(f"returned a {type(got).__name__} of mixed things, not {wanted}.")
    return array


def _require_numbers(got: list[Any] | tuple[Any, ...], wanted: str, at_most: int) -> None:
    """Refuse a list that contains anything but numbers, or many more of them than expected."""
    waiting: list[Any] = [got]
    seen = 0
    while waiting:
        value = waiting.pop()
        seen += value.size if isinstance(value, np.ndarray) else 1
        if isinstance(value, list | tuple):
            waiting += value
        elif not isinstance(value, _NUMBERS) and not _is_numeric(value):
            kind = value.type_name if isinstance(value, Handle) else type(value).__name__
            raise Mismatch(f"returned a {type(got).__name__} with a {kind} in it, not {wanted}.")
        if seen + len(waiting) > at_most:
            raise Mismatch(f"returned a {type(got).__name__} of far too many values.")


def _is_numeric(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind in "biufc"


def _require_dtype(
    actual: NDArray[Any], dtype: DTypeLike | str | Sequence[DTypeLike] | None, like: Sequence[Any]
) -> None:
    if dtype is None:
        return
    allowed: tuple[np.dtype[Any], ...]
    if isinstance(dtype, str) and dtype == "kept":
        allowed = (np.asarray(like[0]).dtype,)
        wish = "the contract keeps that of the input"
    elif isinstance(dtype, str) and dtype == "floating":
        allowed = (np.dtype(np.float32), np.dtype(np.float64))
        wish = "the contract asks for float32 or float64"
    elif isinstance(dtype, tuple | list):
        allowed = tuple(np.dtype(each) for each in dtype)
        wish = "the contract asks for another"
    else:
        allowed = (np.dtype(dtype),)  # type: ignore[arg-type]
        wish = "the contract asks for another"
    name = shown_dtype(actual)
    if actual.dtype not in allowed or name != str(actual.dtype):
        raise Mismatch(
            f"returned an array of dtype {name}; {wish}.",
            f"allowed dtypes {[str(each) for each in allowed]}, got {name}",
            kind="dtype",
        )


def too_coarse(answer: NDArray[Any]) -> str:
    """The name of the answer's original dtype if it has fewer digits than float16, else ""."""
    name = shown_dtype(answer)
    return name if name.startswith(("bfloat", "float8_", "float6_", "float4_")) else ""


def _values_differ(
    actual: NDArray[Any], expected: NDArray[Any], wrong: NDArray[np.bool_]
) -> Mismatch:
    if coarse := too_coarse(actual):
        raise Mismatch(
            f"returned an array of dtype {coarse}, which keeps too few digits to be compared; "
            "compute in float32 or float64.",
            f"got\n{shown(actual, 2000)}\nexpected\n{shown(expected, 2000)}",
        )
    count = int(wrong.sum())
    first = tuple(int(i) for i in np.argwhere(wrong)[0])
    detail = f"got\n{shown(actual, 2000)}\nexpected\n{shown(expected, 2000)}"
    if actual.ndim == 0 or (actual.ndim == 1 and actual.size <= FEW):
        message = f"returned {shown(actual.tolist())}, which is not right."
        return Mismatch(message, detail, kind="values", index=first)
    all_wrong = count == wrong.size
    some = "no value is right" if all_wrong else f"{count} of {wrong.size} values are not right"
    return Mismatch(
        f"returned the right shape, but {some}; at index {first} yours is {shown(actual[first])}.",
        detail,
        kind="values",
        index=first,
    )


def _plain(value: Any) -> Any:
    """Convert integers of any type to int; tuples, lists and small integral arrays to tuples."""
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if _is_numeric(value) and value.dtype.kind in "biu" and _extent(value) <= MAX_PLAIN:
        return _plain(value.tolist())
    if isinstance(value, tuple | list):
        return tuple(_plain(item) for item in value)
    try:
        return operator.index(value)
    except TypeError:
        return value


def _extent(array: NDArray[Any]) -> int:
    """How many lists and numbers an array would become. An empty array may have a huge shape."""
    return math.prod(max(1, length) for length in array.shape)


def _same(got: Any, want: Any) -> bool:
    if isinstance(want, tuple):
        return (
            isinstance(got, tuple)
            and len(got) == len(want)
            and all(_same(g, w) for g, w in zip(got, want, strict=True))
        )
    return type(got) is type(want) and bool(got == want)


def _kind(expected: Any) -> str:
    if isinstance(expected, bool):
        return "the truth value"
    if isinstance(expected, int):
        return "the integer"
    if isinstance(expected, tuple):
        return f"the {len(expected)} values"
    return "the value"


def shown(value: Any, limit: int = 80) -> str:
    """A short text for any value that can cross the boundary. It takes little time to make."""
    text = _brief(value, depth=3, most=limit)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _brief(value: Any, depth: int, most: int) -> str:
    if isinstance(value, np.ndarray):
        if _extent(value) <= most and value.itemsize <= 16:
            return np.array2string(value, precision=6, threshold=most + 1)
        return f"<{str(value.dtype)[:20]} array of shape {value.shape}>"
    if isinstance(value, str | bytes):
        return repr(value[:most])
    if isinstance(value, int) and value.bit_length() > MAX_BITS_SHOWN:
        return f"<an int of {value.bit_length()} bits>"
    if isinstance(value, list | tuple):
        items = list(itertools.islice(value, MAX_ITEMS_SHOWN)) if depth else []
        inner = ", ".join(_brief(item, depth - 1, most) for item in items)
        inner += ", …" if len(value) > len(items) else ""
        return f"[{inner}]" if isinstance(value, list) else f"({inner})"
    if isinstance(value, dict):
        return f"<a dict of {len(value)} items>"
    return repr(value.item() if isinstance(value, np.generic) else value)
