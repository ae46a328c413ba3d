"""Deletes what a course stores of one student. A run that was interrupted can be repeated."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from autograder.course.assignment import assignment_names
from autograder.course.locks import locked
from autograder.course.student_names import require_name
from autograder.errors import CourseError
from autograder.forgetting.mentions import mentioning
from autograder.forgetting.stored import Stored, delete_stored, stored, unfinished
from autograder.gradebook.forgetting import Rows, delete_rows, rows_of

_RUNS = ("grading", "collect")


@dataclass(frozen=True)
class Found:
    """What there is of a student: in files, and in the gradebook."""

    files: Stored
    rows: Rows


def find(root: Path, student: str) -> Found:
    """Find what the course at `root` stores of a student.

    Raises:
        AutograderError: this cannot be a student's name.
        CourseError: there is nothing, or the gradebook cannot be used.
    """
    require_name(student)
    found = Found(stored(root, student), rows_of(root, student))
    if not found.files and not found.rows:
        mentions = [str(path.relative_to(root)) for path in mentioning(root, student)]
        but = f", but the name stands in {', '.join(mentions[:5])}" if mentions else ""
        raise CourseError(f"Nothing is stored of {student!r} in {root}{but}.")
    return found


def forget(
    root: Path, student: str, on_wait: Callable[[str], None] = lambda what: None
) -> list[Path]:
    """Delete what the course at `root` stores of a student.

    Args:
        root: the course.
        student: the student's name.
        on_wait: called with a lock's name before waiting for another run that holds it.

    Returns:
        The files in the course in which the name still stands, of which others decide.

    Raises:
        AutograderError: this cannot be a student's name.
        CourseError: the gradebook cannot be used; nothing of the files is deleted.
        OSError: a file cannot be deleted.
    """
    require_name(student)
    with ExitStack() as held:
        for assignment in assignment_names(root):
            for run in _RUNS:
                name = f"{run}-{assignment}"
                held.enter_context(locked(root, name, partial(on_wait, name)))
        unfinished(root, student).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished(root, student).touch()
        delete_rows(root, student, lambda: on_wait("gradebook"))
        delete_stored(stored(root, student), student)
    return list(mentioning(root, student))
