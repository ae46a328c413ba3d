"""Where the gradebook of a course is: a file of SQLite, or a PostgreSQL server.

nbgrader's `CourseDirectory.db_url` names it. This module imports no nbgrader, and opens nothing.
"""

from __future__ import annotations

from pathlib import Path

from traitlets.config import Config

from autograder.nbgrader_bridge import configuration, database

DEFAULT_FILE = "gradebook.db"


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
    url = str(config.CourseDirectory.get("db_url", "") or f"{database.SQLITE}{DEFAULT_FILE}")
    if url.startswith(database.SQLITE):
        return f"{database.SQLITE}{root.absolute() / url.removeprefix(database.SQLITE)}"
    return url


def check_address(root: Path, config: Config) -> str:
    """Return the address of the gradebook, checked with the course's name.

    Raises:
        CourseError: the database cannot be used (`database.check`).
    """
    url = address(root, config)
    database.check(url, str(config.CourseDirectory.get("course_id", "")))
    return url
