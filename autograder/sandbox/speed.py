"""The speed factor: how slow this machine is compared with the reference machine.

Limits in seconds are multiplied by it. Trusted code measures it before any student code runs. It
measures computing time, so that waiting for a processor does not count. It knows no submission.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

LEAST, MOST = 1.0, 8.0
"""A fast machine gives nobody less than the stated seconds; a broken one still ends."""

REFERENCE_MS = {"interpreter": 3.0, "arrays": 2.0, "products": 3.3}
"""How long each kind of work takes on the reference machine, an idle core of a 2.4 GHz server."""

_REPEATS = 5


def factor() -> float:
    """How many seconds here equal one on the reference machine; the slowest kind decides.

    This computes for about a tenth of a second on the reference machine. It takes the median of
    several runs: the fastest would leave out what other processes cost, mostly in shared caches.
    """
    ratios = [_milliseconds(work) / REFERENCE_MS[name] for name, work in _kinds().items()]
    return clipped(max(ratios))


def clipped(ratio: float) -> float:
    """The factor for a ratio, within its bounds."""
    return round(min(max(ratio, LEAST), MOST), 2)


def _milliseconds(work: Callable[[], object]) -> float:
    taken = []
    for _ in range(_REPEATS):
        began = time.thread_time()
        work()
        taken.append(time.thread_time() - began)
    return 1000 * statistics.median(taken)


def _kinds() -> dict[str, Callable[[], object]]:
    import numpy as np

    numbers = np.linspace(0.0, 1.0, 60_000)
    # The matrices are small: for large products a library may start threads, which spin on a loaded
    # machine. Their computing time would make the machine look slower than it is.
    matrices = np.linspace(0.0, 1.0, 7 * 60 * 60, dtype=np.float32).reshape(7, 60, 60)

    def interpreter() -> int:
        total, seen = 0, {}
        for number in range(30_000):
            seen[number & 255] = total
            total += number * number % 7
        return total

    def arrays() -> float:
        values = numbers
        for _ in range(12):
            values = np.maximum(values * 0.5 + numbers, 0.25)
        return float(values.sum())

    def products() -> float:
        values = matrices
        for _ in range(57):
            values = matrices @ values * np.float32(0.001)
        return float(values[0, 0, 0])

    return {"interpreter": interpreter, "arrays": arrays, "products": products}
