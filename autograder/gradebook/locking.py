"""One writer of the gradebook at a time, and errors of the database as sentences."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DatabaseError

from autograder.course.assignment import Assignment
from autograder.errors import CourseError
from autograder.gradebook.address import address_of_course, file_of, one_line, shown


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
        url = address_of_course(assignment.root)
        what_to_do = (
            "close what else is writing to it and run the command again"
            if file_of(url) is not None
            else "start the server, or correct c.CourseDirectory.db_url, and run the command again"
        )
        raise CourseError(
            f"The gradebook {shown(url)} cannot be used ({one_line(error)}): {what_to_do}; after "
            "an upgrade of nbgrader, back it up and run `nbgrader db upgrade`."
        ) from None
