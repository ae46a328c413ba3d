"""Whether an answer shares memory with an argument: asked of students' functions and of known ones.

Both must be asked in the same way, or a known mistake would not be recognized.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np


def shares_memory(value: Any, arguments: Iterable[Any]) -> bool:
    """Whether a returned array, or one in a returned list, shares memory with an argument."""
    values = value if isinstance(value, list | tuple) else [value]
    return any(
        isinstance(one, np.ndarray)
        and isinstance(other, np.ndarray)
        and np.may_share_memory(one, other)
        for other in arguments
        for one in values
    )
