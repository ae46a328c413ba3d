"""A function of the trusted side that one call is lent as an argument.

What crosses is a number and a name. Inside, a stand-in asks for values by that number; whether and
how often it may, and how much it may bring along, is decided outside.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Function = Callable[..., Any]

MOST_CALLS = 1_000
MOST_BYTES = 16 << 20


@dataclass(frozen=True)
class RemoteFunction:
    """As an argument it stands for `function`; inside, and without it, for a stand-in.

    Of one call of the student's it answers `calls` questions, of up to `size` bytes each.
    """

    number: int
    name: str
    function: Function | None = field(default=None, repr=False)
    calls: int = MOST_CALLS
    size: int = MOST_BYTES
