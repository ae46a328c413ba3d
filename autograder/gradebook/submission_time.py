"""Reads the time of a submission from its folder, and recognizes plain files."""

from __future__ import annotations

import re
import stat
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from traitlets.config import Config

from autograder.errors import CourseError

TIMESTAMP = "timestamp.txt"
LONGEST_TIME = 100
MOST_BYTES = 16 * 2**20
_FORM = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)"
    r" ?(Z|[+-]\d\d(?::?\d\d)?|[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+)*)?"
)
_UTC = ("", "Z", "UTC", "GMT")


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
    found = _parsed(text, _own_zone(config))
    if found is None:
        shown = text if len(text) <= 40 else text[:40] + "…"
        raise CourseError(
            f"{file} says {shown!r}, which is no certain time: write it as in "
            "2026-03-01 12:00:00 UTC, with a zone such as UTC, +01:00 or Europe/Berlin"
        )
    return found


def _parsed(text: str, own: str) -> datetime | None:
    form = _FORM.fullmatch(text)
    if form is None:
        return None
    day, time, zone = form.group(1), form.group(2), form.group(3) or ""
    try:
        local = datetime.fromisoformat(f"{day}T{time}")
        if zone[:1] in ("+", "-"):
            hours, minutes = zone[:3], zone[3:].removeprefix(":") or "00"
            aware = datetime.fromisoformat(f"{local.isoformat()}{hours}:{minutes}")
        else:
            named = _zone(zone, local, own)
            if named is None:
                return None
            aware = local.replace(tzinfo=named)
        return aware.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError, KeyError, OSError):  # no such day, hour or zone
        return None


def _zone(name: str, local: datetime, own: str) -> tzinfo | None:
    """Find a zone by its name in the tz database, or by the abbreviation that nbgrader wrote."""
    if name in _UTC:
        return UTC
    if "/" in name:
        return ZoneInfo(name)
    if own:
        zone = ZoneInfo(own)
        if local.replace(tzinfo=zone).tzname() == name:
            return zone
    return None


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
