"""Says in one sentence why a database cannot hold a gradebook, in our commands and nbgrader's.

This module knows no course, imports no nbgrader, and opens nothing but what `unreachable` tries.
"""

from __future__ import annotations

import functools
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from traitlets.config import Application

from autograder.errors import CourseError

SQLITE = "sqlite:///"
_WRITING = ("AutogradeApp", "GenerateAssignmentApp")
"""The commands of nbgrader that are of no use if the gradebook cannot be written."""
_UPGRADE = "after an upgrade of nbgrader, back it up and run `nbgrader db upgrade`"
_PERMIT = "let the file and its folder be written, and run the command again"
_ADVICE = {
    **dict.fromkeys(("no such table", "no such column", "has no column"), _UPGRADE),
    "does not exist": _UPGRADE,
    **dict.fromkeys(("readonly database", "unable to open"), _PERMIT),
    "is full": "make room on its disk and run the command again; what is written is kept",
    "not a database": "put your copy of it in its place, or move it away to begin a new one",
}
"""What to do, by a part of what the database says."""


def file_of(url: str) -> Path | None:
    """Return the file of a gradebook, or None if a server holds it."""
    return Path(url.removeprefix(SQLITE)) if url.startswith(SQLITE) else None


def shown(url: str) -> str:
    """Return where a gradebook is, for people: the file's path, or the address without password."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    file = file_of(url)
    if file is not None:
        return str(file)
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return "the gradebook of c.CourseDirectory.db_url"


def check(url: str, course_id: str) -> None:
    """Check that this Python can use the database, and that a server's has the course's name.

    Raises:
        CourseError: the address is not one, its driver is not installed, or a server's gradebook
            has no `course_id`. The message says what to do.
    """
    if file_of(url) is not None:
        return
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError

    try:
        make_url(url).get_dialect().import_dbapi()
    except (ArgumentError, NoSuchModuleError):
        raise CourseError(
            "c.CourseDirectory.db_url in nbgrader_config.py is no address of a database: write it "
            "as in postgresql+psycopg://user:password@host/database."
        ) from None
    except ImportError as error:
        raise CourseError(
            f"The gradebook {shown(url)} needs the Python package {error.name!r}: install the "
            "driver with `pip install 'convgrade[postgresql]'`, and let db_url begin with "
            "postgresql+psycopg://."
        ) from None
    if not course_id.strip():
        raise CourseError(
            f"The gradebook {shown(url)} needs the name of the course: add "
            'c.CourseDirectory.course_id = "name of the course" to nbgrader_config.py.'
        )


def unusable(url: str, error: Any) -> CourseError:
    """Return what to do about an error of SQLAlchemy's, as an exception to raise."""
    return _unusable(url, one_line(error))


def check_file(url: str) -> None:
    """Check that the file of a gradebook can be written, if it is a file; write nothing.

    Raises:
        CourseError: it cannot; the message says what to do.
    """
    file = file_of(url)
    if file is None or not file.exists():
        return
    try:
        with closing(sqlite3.connect(file, isolation_level=None)) as tried:
            tried.execute("BEGIN IMMEDIATE")
            tried.execute("PRAGMA user_version = 0")
            tried.execute("ROLLBACK")
    except sqlite3.Error as error:
        raise _unusable(url, str(error)) from None


def _unusable(url: str, said: str) -> CourseError:
    """The sentence about what a database has said."""
    what_to_do = (
        "close what else is writing to it and run the command again"
        if file_of(url) is not None
        else "start the server, or correct c.CourseDirectory.db_url, and run the command again"
    )
    for part, advice in _ADVICE.items():
        if part in said:
            what_to_do = advice
    return CourseError(f"The gradebook {shown(url)} cannot be used ({said}): {what_to_do}.")


def unreachable(url: str) -> str:
    """Return why the server of a gradebook cannot be reached; "" if it can."""
    from sqlalchemy import create_engine
    from sqlalchemy.exc import DBAPIError

    engine = create_engine(url)
    try:
        engine.connect().close()
    except DBAPIError as error:
        return one_line(error)
    finally:
        engine.dispose()
    return ""


def lost(error: BaseException) -> Any:
    """Return the error of a database that failed as a whole, from which another one came.

    nbgrader hides it in errors that are about one entry. None if there is no such error.
    """
    from sqlalchemy.exc import OperationalError

    while not isinstance(error, OperationalError):
        found = error.__cause__ or error.__context__
        if found is None:
            return None
        error = found
    return error


def one_line(error: Any) -> str:
    """Return what a database said, from SQLAlchemy's error."""
    return " ".join(str(error.orig).split())


def explain_in_stock_commands() -> None:
    """Let nbgrader's own commands end with these sentences in place of a traceback.

    There is no setting for it, so nbgrader's `Gradebook` is changed. This concerns only the first
    use: if a database is lost later, nbgrader itself removes what is half done. If nbgrader is not
    imported, nothing is done.
    """
    api = sys.modules.get("nbgrader.api")
    if api is None or hasattr(api.Gradebook.__init__, "__wrapped__"):
        return
    opened = api.Gradebook.__init__
    reached: set[str] = set()

    @functools.wraps(opened)
    def explained(
        self: Any, db_url: str, course_id: str = "default_course", *rest: Any, **named: Any
    ) -> None:
        from sqlalchemy.exc import DatabaseError

        try:
            check(db_url, course_id)
            if db_url not in reached and _running() in _WRITING:
                check_file(db_url)
            opened(self, db_url, course_id, *rest, **named)
        except DatabaseError as error:
            if db_url in reached:
                raise
            _end(unusable(db_url, error))
        except CourseError as error:
            _end(error)
        reached.add(db_url)

    api.Gradebook.__init__ = explained


def _end(error: CourseError) -> None:
    """End one of nbgrader's commands with a sentence; elsewhere, raise the error."""
    if _running():
        sys.exit(f"nbgrader: {error}")
    raise error from None


def _running() -> str:
    """The class of the nbgrader command that runs in this process; "" if none does."""
    if not Application.initialized():
        return ""
    kind = type(Application.instance())
    return kind.__name__ if kind.__module__.startswith("nbgrader") else ""
