"""One writer of the gradebook at a time, and errors of the database as sentences."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from sqlalchemy.exc import DatabaseError

from autograder.course.assignment import Assignment
from autograder.course.locks import locked
from autograder.gradebook.address import address_of_course
from autograder.nbgrader_bridge.database import unusable

_LOG_OF_NBGRADER = "tornado.application"


def gradebook_lock(
    root: Path, on_wait: Callable[[], None] = lambda: None
) -> AbstractContextManager[None]:
    """Lock the course's gradebook against other runs of this program; a second one waits."""
    return locked(root, "gradebook", on_wait)


def usable(assignment: Assignment) -> AbstractContextManager[None]:
    """Turn the error of an unusable database into one sentence; nbgrader logs no traceback."""
    return usable_in(assignment.root)


@contextmanager
def usable_in(root: Path) -> Iterator[None]:
    """Do the same as `usable` for the course at `root`."""
    log = logging.getLogger(_LOG_OF_NBGRADER)
    was_disabled, log.disabled = log.disabled, True
    try:
        yield
    except DatabaseError as error:
        raise unusable(address_of_course(root), error) from None
    finally:
        log.disabled = was_disabled
