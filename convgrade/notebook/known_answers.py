"""Finds the first step of a hint for a wrong answer to a public example.

The release brings a table along, `<assignment>.hints.json`. It was computed from the mistakes that
the course knows (`autograder build`). Each entry belongs to one wrong answer to one example. Its
name is a digest of both, and its text is encrypted with a key derived from both. So a step can be
read only by someone who has that wrong answer. The right answer has no entry.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np

SUFFIX = ".hints.json"
WIDTH = 74
MOST_NUMBERS = 5_000
"""The numbers of an array that count one by one. Of a larger one, shape and mean count."""

ROUNDS = 5_000
"""Rounds of the key derivation, some milliseconds, so that guessing answers is slow."""

CHANGED = ["changed"]
"""The answer of a function that changed its argument."""

UNNAMED = ["unnamed"]
"""The answer of a function that raised an error that does not name the argument."""

_folders: list[Path] = []


def look_in(folder: Path) -> None:
    """Search for tables in this folder too, not only in the working folder."""
    _folders.append(folder)


def secret(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any], answer: Any
) -> bytes | None:
    """What only someone with this answer to this example can compute.

    Args:
        function: the function that was called in the example.
        args: its arguments.
        kwargs: its keyword arguments.
        answer: `wrong_value` of what it returned, or `CHANGED`, or `UNNAMED`.

    Returns:
        A key; None if the example or the answer is not plain data.
    """
    if answer is None:
        return None
    try:
        call = [function.__name__, [_plain(value) for value in args], _plain(dict(kwargs))]
    except Exception:  # an object of the student's may raise anything
        return None
    text = json.dumps([call, answer]).encode()
    return hashlib.pbkdf2_hmac("sha256", text, b"autograder public example", ROUNDS)


def wrong_value(got: Any, expected: Any) -> Any:
    """A returned value as plain data, with numbers rounded to five digits.

    If its numbers are right, only its type or dtype was wrong, and the types are returned. The
    result is None for a value that is not plain data, and for True or False, which says too little.
    """
    if isinstance(got, bool | np.bool_):
        return None
    try:
        value = _plain(got)
        return ["type", _types(got)] if value == _plain(expected) else ["value", value]
    except Exception:  # an object of the student's may raise anything
        return None


def hint_for(secret: bytes) -> str:
    """The first step of the hint as lines to append to a message, or ""."""
    for folder in (Path.cwd(), *_folders):
        for file in sorted(folder.glob(f"*{SUFFIX}")):
            with contextlib.suppress(OSError, ValueError, AttributeError):  # a broken table
                if step := _read(file.read_bytes(), secret):
                    return "\n" + textwrap.indent(textwrap.fill(f"Hint: {step}", WIDTH), "  ")
    return ""


def encrypted(steps: Mapping[bytes, str]) -> str:
    """A table as text: a step for each secret."""
    longest = max((len(step.encode()) for step in steps.values()), default=0)
    entries = {
        _name(secret): base64.b64encode(_mixed(secret, step.encode().ljust(longest))).decode()
        for secret, step in steps.items()
    }
    return json.dumps(dict(sorted(entries.items())), indent=0) + "\n"


def _read(table: bytes, secret: bytes) -> str:
    entry = json.loads(table).get(_name(secret))
    return _mixed(secret, base64.b64decode(entry)).decode().strip() if entry else ""


def _name(secret: bytes) -> str:
    return hashlib.sha256(secret + b"name").hexdigest()[:24]


def _mixed(secret: bytes, text: bytes) -> bytes:
    """The text combined with a key stream; applied twice, it gives the text again."""
    stream = hashlib.shake_256(secret + b"text").digest(len(text))
    return bytes(a ^ b for a, b in zip(text, stream, strict=True))


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        if value.ndim == 0:
            return _number(value[()])
        if value.dtype.kind not in "biuf":
            raise TypeError("not an array of real numbers")
        numbers = value.ravel() if value.size <= MOST_NUMBERS else [value.mean(dtype=float)]
        return ["array", list(value.shape), [_number(each) for each in list(numbers)]]
    if isinstance(value, dict):
        return ["dict", sorted([str(key), _plain(each)] for key, each in value.items())]
    if isinstance(value, list | tuple):
        if len(value) > MOST_NUMBERS:
            raise TypeError("a very long list")
        return ["list", [_plain(each) for each in value]]
    if isinstance(value, FunctionType):
        return ["function", value.__name__]
    if isinstance(value, np.random.Generator):
        return ["generator"]
    if value is None or isinstance(value, str):
        return value
    return _number(value)


def _number(value: Any) -> str:
    if not isinstance(value, bool | int | float | np.bool_ | np.number):
        raise TypeError(f"a {type(value).__name__} is not plain data")
    number = float(value)
    if np.isfinite(number) and abs(number - round(number)) <= 1e-6 * max(1.0, abs(number)):
        return str(round(number))
    return f"{number:.5g}"


def _types(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return str(value.dtype)
    if isinstance(value, list | tuple):
        return f"{type(value).__name__} of {', '.join(_types(each) for each in value)}"
    return type(value).__name__
