"""Writes a counterexample as text: Python that repeats the call with NumPy alone, and answers.

Student data is shown as Python shows it, in bounded length. Reports make it safe to show.
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograder.counterexamples.asking import Finding
from autograder.diagnosis.probes import Generator as RandomGenerator
from autograder.sandbox import Handle, StudentRaised
from autograder.suite import expect

WIDTH = 88
MOST_PRINTED = 1_000
MOST_CHARACTERS = 1_500


def code(name: str, parameters: Sequence[str], finding: Finding, replaced: Sequence[str]) -> str:
    """A cell that repeats the call of the student's function and prints what it returns.

    Args:
        name: the function.
        parameters: the names of its parameters.
        finding: the call.
        replaced: functions of the student in whose place the right ones were used.
    """
    example = finding.example
    above: list[str] = []
    written = []
    for parameter, value in zip(parameters, example.args, strict=False):
        written.append(_argument(parameter, value, above))
    for parameter, value in example.kwargs.items():
        written.append(f"{parameter}={_argument(parameter, value, above)}")
    line = f"{name}({', '.join(written)})"
    if finding.wrong.kind == "changed":
        last = f"{line}\nprint({written[finding.argument or 0]})"
    elif finding.wrong.kind == "shares":
        last = f"answer = {line}\nprint(np.shares_memory(answer, {written[0]}))"
    else:
        last = f"print({line})"
    comment = []
    if replaced:
        names = " and ".join(replaced)
        comment = [f"# This was graded with the right {names} in place of yours."]
    return "\n".join([*comment, "import numpy as np", "", *above, last])


def _argument(parameter: str, value: Any, above: list[str]) -> str:
    """How the call writes an argument; what must be defined before the call goes to `above`."""
    if isinstance(value, np.ndarray):
        above.append(f"{parameter} = {literal(value)}")
        return parameter
    if isinstance(value, RandomGenerator):
        above.append(f"{parameter} = np.random.default_rng({value.seed})")
        return parameter
    if isinstance(value, dict):
        items = [f"    {key!r}: {_inline(each)}," for key, each in value.items()]
        above.append("\n".join([f"{parameter} = {{", *items, "}"]))
        return parameter
    if inspect.isfunction(value):
        above.append(textwrap.dedent(inspect.getsource(value)).rstrip() + "\n")
        return value.__name__
    return _inline(value)


def _inline(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return literal(value)
    if isinstance(value, list | tuple):
        inner = ", ".join(map(_inline, value))
        comma = "," if len(value) == 1 else ""
        return f"[{inner}]" if isinstance(value, list) else f"({inner}{comma})"
    if isinstance(value, float | np.floating):
        return _number(float(value))
    return repr(value.item() if isinstance(value, np.generic) else value)


def literal(array: np.ndarray[Any, Any]) -> str:
    """An array as NumPy code, which gives the same values, shape and dtype."""
    dtype = _dtype(array)
    if array.size != 1 and (array.size == 0 or not np.any(array)):
        of = "" if array.dtype == np.float64 else f", {_dtype_name(array)}"
        return f"np.zeros({array.shape}{of})"
    core = [length for length in array.shape if length != 1] or [1]
    if array.ndim <= 1 or len(core) == array.ndim:
        core = list(array.shape)
    text = f"np.array({_nested(array.reshape(core))}{dtype})"
    return text if tuple(core) == array.shape else f"{text}.reshape{_inline(array.shape)}"


def _nested(array: np.ndarray[Any, Any]) -> str:
    if array.ndim == 0:
        return _number(array.item())
    if array.ndim == 1:
        return f"[{', '.join(_number(each) for each in array.tolist())}]"
    rows = [_nested(row) for row in array]
    joined = ", ".join(rows)
    if len(joined) < WIDTH // 2:
        return f"[{joined}]"
    return "[\n" + "".join(f"{textwrap.indent(row, '    ')},\n" for row in rows) + "]"


def _number(value: Any) -> str:
    if isinstance(value, float):
        if np.isnan(value):
            return "np.nan"
        if np.isinf(value):
            return "np.inf" if value > 0 else "-np.inf"
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return repr(value)


def _dtype(array: np.ndarray[Any, Any]) -> str:
    if array.dtype in (np.dtype(np.int64), np.dtype(bool)):
        return ""
    if array.dtype == np.float64 and not (array == np.round(array)).all():  # some have a point
        return ""
    return f", dtype={_dtype_name(array)}"


def _dtype_name(array: np.ndarray[Any, Any]) -> str:
    name = array.dtype.name
    return {"float64": "float", "bool": "bool"}.get(name, f"np.{name}")


def printed(value: Any) -> str:
    """What `print` shows of a value, in bounded length; of an exception, its type and text."""
    if isinstance(value, StudentRaised):
        name = value.type_names[0] if value.type_names else "Exception"
        text = f"{name}: {value.text}" if value.text else name
        return _cut(text)
    if isinstance(value, Handle):
        return f"an object of type {ascii(value.type_name)[1:-1][:80]}"
    if isinstance(value, np.ndarray) and _is_printable(value):
        return _cut(str(value))
    if isinstance(value, bool | int | float | np.number | np.bool_ | None):
        return expect.shown(value) if isinstance(value, int) else _cut(str(value))
    if isinstance(value, str):
        return _cut(value)
    if isinstance(value, list | tuple) and _is_small(value):
        return _cut(str(value))
    return expect.shown(value, MOST_CHARACTERS)


def _is_small(value: list[Any] | tuple[Any, ...]) -> bool:
    """Whether a list or tuple holds few plain numbers and arrays, at any depth."""
    waiting: list[Any] = [value]
    count = 0
    while waiting:
        each = waiting.pop()
        if isinstance(each, list | tuple):
            waiting += each[: MOST_PRINTED + 1]
        elif isinstance(each, dict):
            if len(each) > MOST_PRINTED:
                return False
            waiting += each.values()
        elif isinstance(each, np.ndarray):
            if not _is_printable(each):
                return False
            count += each.size
        elif isinstance(each, Handle) or (isinstance(each, int) and each.bit_length() > 400) or (isinstance(each, str) and len(each) > MOST_CHARACTERS):
            return False
        count += 1
        if count + len(waiting) > MOST_PRINTED:
            return False
    return True


def _is_printable(array: np.ndarray[Any, Any]) -> bool:
    return array.dtype.kind in "biufc" and array.size <= MOST_PRINTED


def _cut(text: str) -> str:
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…"
