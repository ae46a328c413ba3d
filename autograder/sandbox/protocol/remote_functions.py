"""A remote function: a function of the trusted side that is passed to one call as an argument.

Only a number and a name cross. Inside, a proxy asks for values by that number. The trusted side
decides whether it may ask, how often, and how large its arguments may be.
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
    """As an argument it stands for `function`. Inside, it has none, and a proxy replaces it.

    During one call of the student's function it answers `calls` callbacks of up to `size` bytes.
    """

    number: int
    name: str
    function: Function | None = field(default=None, repr=False)
    calls: int = MOST_CALLS
    size: int = MOST_BYTES
