"""Pools of trusted worker processes that end when the process that made them does, killed or not.

A pool of the standard library leaves its workers waiting for ever where its owner was killed, with
all that they hold. Knows nothing of what is computed.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.connection import wait


def pool_of(workers: int, prepare: Callable[[], None] | None = None) -> ProcessPoolExecutor:
    """Fresh interpreters, each of which calls `prepare` first."""
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_begin, initargs=(prepare,))


def ignore_interrupts() -> None:
    """Ctrl-C is for the process that the person started; it ends the workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _begin(prepare: Callable[[], None] | None) -> None:
    threading.Thread(target=_end_with_the_owner, name="owner", daemon=True).start()
    if prepare is not None:
        prepare()


def _end_with_the_owner() -> None:
    owner = multiprocessing.parent_process()
    if owner is not None:
        wait([owner.sentinel])
        os._exit(1)
