"""A student's rows in the gradebook: counts them, and deletes them so that no byte of them stays.

A database only marks deleted rows as free. SQLite overwrites them with `secure_delete`, and both
SQLite and PostgreSQL write the tables anew with `VACUUM`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.api import Base, Gradebook, MissingEntry
from sqlalchemy import create_engine, inspect, text

from autograder.gradebook import rubric_points
from autograder.gradebook.address import check_address_of_course
from autograder.gradebook.locking import gradebook_lock, usable_in
from autograder.nbgrader_bridge.database import file_of

SQLITE = "sqlite"


@dataclass(frozen=True)
class Rows:
    """How many rows the gradebook has of a student, the student's own row included."""

    students: int = 0
    submissions: int = 0
    grades: int = 0
    comments: int = 0
    rubric_items: int = 0

    def __bool__(self) -> bool:
        return self != Rows()


def rows_of(root: Path, student: str) -> Rows:
    """Count the rows of a student in the gradebook of the course at `root`.

    Raises:
        CourseError: the gradebook cannot be used.
    """
    with usable_in(root), _opened(check_address_of_course(root)) as book:
        found = _found(book, student)
        if found is None:
            return Rows()
        notebooks = [each for submission in found.submissions for each in submission.notebooks]
        items = rubric_points.read(book.db, _grade_ids(notebooks))
        return Rows(
            1,
            len(found.submissions),
            sum(len(each.grades) for each in notebooks),
            sum(len(each.comments) for each in notebooks),
            sum(map(len, items.values())),
        )


def delete_rows(root: Path, student: str, on_wait: Callable[[], None] = lambda: None) -> None:
    """Delete a student from the gradebook of the course at `root`, in one transaction.

    Tables are written anew also if nothing is there to be deleted: an earlier run may have been
    interrupted before that.

    Raises:
        CourseError: the gradebook cannot be used.
    """
    address = check_address_of_course(root)
    with gradebook_lock(root, on_wait), usable_in(root):
        with _opened(address) as book:
            if book is None:
                return
            if book.engine.name == SQLITE:
                book.db.execute(text("PRAGMA secure_delete = ON"))
            if (found := _found(book, student)) is not None:
                notebooks = [each for one in found.submissions for each in one.notebooks]
                rubric_points.remove(book.db, _grade_ids(notebooks))
                commit, book.db.commit = book.db.registry().commit, book.db.flush
                book.remove_student(student)
                commit()
        _write_anew(address)


@contextmanager
def _opened(address: str) -> Iterator[Any]:
    """nbgrader's gradebook; None if there is none yet."""
    file = file_of(address)
    if (file is not None and not file.exists()) or not _has_tables(address):
        yield None
        return
    with Gradebook(address) as book:
        yield book


def _has_tables(address: str) -> bool:
    engine = create_engine(address)
    try:
        return inspect(engine).has_table("student")
    finally:
        engine.dispose()


def _found(book: Any, student: str) -> Any:
    try:
        return book.find_student(student) if book is not None else None
    except MissingEntry:
        return None


def _grade_ids(notebooks: list[Any]) -> list[str]:
    return [grade.id for each in notebooks for grade in each.grades]


def _write_anew(address: str) -> None:
    """Write the tables anew, without what they had as free space."""
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            if engine.name == SQLITE:
                connection.execute(text("PRAGMA secure_delete = ON"))
                connection.execute(text("VACUUM"))
                connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
                return
            known = set(inspect(engine).get_table_names())
            for table in sorted(known & {*Base.metadata.tables, rubric_points.TABLE}):
                connection.execute(text(f'VACUUM (FULL, ANALYZE) "{table}"'))
    finally:
        engine.dispose()
