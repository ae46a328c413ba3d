"""One writer of the gradebook at a time, and errors of the database as sentences."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DatabaseError

from autograder.course.assignment import Assignment
from autograder.gradebook.address import address_of_course
from autograder.nbgrader_bridge.database import unusable


@contextmanager
def gradebook_lock(root: Path, on_wait: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Lock the course's gradebook against other runs of this program; a second one waits."""
    folder = root / ".autograder"
    folder.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(folder / "gradebook.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            on_wait()
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def usable(assignment: Assignment) -> Iterator[None]:
    """Turn the error of an unusable database into one sentence."""
    try:
        yield
    except DatabaseError as error:
        raise unusable(address_of_course(assignment.root), error) from None
