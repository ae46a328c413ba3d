"""One writer of the gradebook at a time, and errors of the database as sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from sqlalchemy.exc import DatabaseError

from autograder.course.assignment import Assignment
from autograder.course.locks import locked
from autograder.gradebook.address import address_of_course
from autograder.nbgrader_bridge.database import unusable


def gradebook_lock(
    root: Path, on_wait: Callable[[], None] = lambda: None
) -> AbstractContextManager[None]:
    """Lock the course's gradebook against other runs of this program; a second one waits."""
    return locked(root, "gradebook", on_wait)


@contextmanager
def usable(assignment: Assignment) -> Iterator[None]:
    """Turn the error of an unusable database into one sentence."""
    try:
        yield
    except DatabaseError as error:
        raise unusable(address_of_course(assignment.root), error) from None
