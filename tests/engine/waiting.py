"""Waits for what other processes do."""

from __future__ import annotations

import time
from collections.abc import Callable

SECONDS = 120.0


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Wait until something is so; fails if it is not so in the end."""
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end, f"not within {SECONDS:.0f} s: {what}"
        time.sleep(0.05)
