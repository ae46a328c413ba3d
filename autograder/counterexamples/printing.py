"""What `print` shows of an answer, in bounded length and time.

The answer came from the student's process: it may be any plain data. Reports make the text safe to
show.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.sandbox import Handle, StudentRaised
from autograder.suite import expect

MOST_NUMBERS = 1_000
MOST_CHARACTERS = 1_500


def printed(value: Any) -> str:
    """What `print` shows of a value; of an exception, its type and text."""
    if isinstance(value, StudentRaised):
        name = value.type_names[0] if value.type_names else "Exception"
        return _cut(f"{name}: {value.text}" if value.text else name)
    if isinstance(value, Handle):
        return f"an object of type {ascii(value.type_name)[1:-1][:80]}"
    if isinstance(value, str):
        return _cut(value)
    if _is_small(value):
        return _cut(str(value))
    return expect.shown(value, MOST_CHARACTERS)


def _is_small(value: Any) -> bool:
    """Whether a value holds few numbers and short texts, at any depth, and nothing else."""
    waiting: list[Any] = [value]
    seen = 0
    while waiting and seen < MOST_NUMBERS:
        each = waiting.pop()
        seen += each.size if isinstance(each, np.ndarray) else 1
        if isinstance(each, list | tuple | dict):
            seen += len(each)
            if seen < MOST_NUMBERS:
                waiting += each.values() if isinstance(each, dict) else each
        elif not _is_short(each):
            return False
    return seen < MOST_NUMBERS


def _is_short(value: Any) -> bool:
    if isinstance(value, np.ndarray | np.generic):
        return value.dtype.kind in "biufc"
    if isinstance(value, str):
        return len(value) < MOST_CHARACTERS
    if isinstance(value, int):
        return value.bit_length() <= expect.MAX_BITS_SHOWN
    return isinstance(value, float | complex | None)


def _cut(text: str) -> str:
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…"
