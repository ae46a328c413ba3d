"""Reads the time of a submission from its folder, and recognizes plain files."""

from __future__ import annotations

import stat
from datetime import datetime
from pathlib import Path

from traitlets.config import Config

from autograder.course.times import HOW_TO_WRITE, certain_time
from autograder.errors import CourseError

TIMESTAMP = "timestamp.txt"
LONGEST_TIME = 100
MOST_BYTES = 16 * 2**20


def timestamp(folder: Path, config: Config | None = None) -> datetime | None:
    """Return the time of a submission that nbgrader noted when it collected it.

    Args:
        folder: the folder of the submission.
        config: nbgrader's configuration, which may name the time zone of its notes.

    Returns:
        The time in UTC, without a zone; None if there is no `timestamp.txt`.

    Raises:
        CourseError: `timestamp.txt` is ambiguous, so lateness cannot be known.
    """
    file = folder / TIMESTAMP
    if folder.is_symlink() or not is_plain_file(file):
        return None
    with file.open("rb") as opened:
        text = opened.read(LONGEST_TIME + 1).decode("utf-8-sig", "replace").strip()
    if not text:
        return None
    found = certain_time(text, _own_zone(config))
    if found is None:
        shown = text if len(text) <= 40 else text[:40] + "…"
        raise CourseError(f"{file} says {shown!r}, which is no certain time: {HOW_TO_WRITE}")
    return found.replace(tzinfo=None)


def _own_zone(config: Config | None) -> str:
    """The time zone in which nbgrader writes its notes; "" for UTC."""
    zone = (config or Config()).Exchange.get("timezone", "")
    return zone if isinstance(zone, str) else ""


def is_plain_file(path: Path) -> bool:
    """Whether it is a regular file of at most `MOST_BYTES`, and not a link."""
    try:
        status = path.stat(follow_symlinks=False)
    except OSError:
        return False
    return stat.S_ISREG(status.st_mode) and status.st_size <= MOST_BYTES
