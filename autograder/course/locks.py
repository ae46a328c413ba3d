"""Locks of a course: what only one process on this machine may do at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from autograder.errors import CourseError


@contextmanager
def locked(root: Path, what: str, on_wait: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold a lock; a second process waits for it. It ends with the process that holds it.

    Args:
        root: the course root.
        what: what is locked; becomes a file in `.autograder`.
        on_wait: called before waiting. What it raises ends the waiting.

    Raises:
        CourseError: the file system of the course has no locks.
        OSError: the file of the lock cannot be opened.
    """
    folder = root / ".autograder"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{what}.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _lock(descriptor, path, on_wait)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, path: Path, on_wait: Callable[[], None]) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        on_wait()
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    except OSError as error:
        raise CourseError(
            f"{path} cannot be locked ({error.strerror}), so that two runs at once could disturb "
            "each other: mount the file system of the course with locks, or copy the course to "
            "another."
        ) from None
