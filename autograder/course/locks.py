"""Locks of a course: what only one process on this machine may do at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def locked(root: Path, what: str, on_wait: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold a lock; a second process waits for it. It ends with the process that holds it.

    Args:
        root: the course root.
        what: what is locked; becomes a file in `.autograder`.
        on_wait: called before waiting. What it raises ends the waiting.
    """
    folder = root / ".autograder"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{what}.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            on_wait()
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
