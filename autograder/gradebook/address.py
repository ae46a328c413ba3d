"""Where the gradebook of a course is: a file of SQLite, or a PostgreSQL server.

nbgrader's `CourseDirectory.db_url` names it. This module imports no nbgrader, and opens nothing
but what `unreachable` tries.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from traitlets.config import Config

from autograder.errors import CourseError
from autograder.nbgrader_bridge import configuration

DEFAULT_FILE = "gradebook.db"
_SQLITE = "sqlite:///"


def address_of_course(root: Path) -> str:
    """Return the address of the gradebook of the course at `root`, without checking it.

    Raises:
        CourseError: `nbgrader_config.py` cannot be run.
    """
    return address(root, configuration.load(root))


def check_address_of_course(root: Path) -> str:
    """Return the address of the gradebook of the course at `root`; errors as in `check_address`."""
    return check_address(root, configuration.load(root))


def address(root: Path, config: Config) -> str:
    """Return the address of the gradebook; a file's path in it is absolute."""
    url = str(config.CourseDirectory.get("db_url", "") or f"{_SQLITE}{DEFAULT_FILE}")
    if url.startswith(_SQLITE):
        return f"{_SQLITE}{root.absolute() / url.removeprefix(_SQLITE)}"
    return url


def file_of(url: str) -> Path | None:
    """Return the file of a gradebook, or None if a server holds it."""
    return Path(url.removeprefix(_SQLITE)) if url.startswith(_SQLITE) else None


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


def check_address(root: Path, config: Config) -> str:
    """Check that this Python and the course's configuration can use the gradebook.

    Returns:
        The address of the gradebook.

    Raises:
        CourseError: the address is not one, its driver is not installed, or a server's gradebook
            has no `course_id`. The message says what to do.
    """
    url = address(root, config)
    if file_of(url) is not None:
        return url
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError

    try:
        parts = make_url(url)
        parts.get_dialect().import_dbapi()
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
    if not str(config.CourseDirectory.get("course_id", "")).strip():
        raise CourseError(
            f"The gradebook {shown(url)} needs the name of the course: add "
            'c.CourseDirectory.course_id = "name of the course" to nbgrader_config.py.'
        )
    return url


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


def one_line(error: Any) -> str:
    """Return what a database said, from SQLAlchemy's error."""
    return " ".join(str(error.orig).split())
