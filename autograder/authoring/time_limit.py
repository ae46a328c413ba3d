"""Ends code of a course's authors that never ends by itself."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from autograder.errors import AutograderError

LOADING_SECONDS = 60
"""Of computing time, to load a file with all that it imports."""


class TookTooLong(AutograderError):
    """What ran had more computing time than it may use."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise TookTooLong in the line that runs when so much computing time has passed.

    If that line catches it, it is raised again a second later. Waiting is not computing. Outside
    of the main thread, this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def give_up(signum: int, frame: FrameType | None) -> None:
        raise TookTooLong(f"this has not ended after {seconds:g} seconds of computing time.")

    before = signal.signal(signal.SIGPROF, give_up)
    signal.setitimer(signal.ITIMER_PROF, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
