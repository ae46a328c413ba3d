"""Reads points in time as people and nbgrader write them, and refuses those that are ambiguous."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

_FORM = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)"
    r" ?(Z|[+-]\d\d(?::?\d\d)?|[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+)*)?"
)
_UTC = ("", "Z", "UTC", "GMT")
HOW_TO_WRITE = (
    "write it as in 2026-03-01 12:00:00 UTC, with a zone such as UTC, +01:00 or Europe/Berlin"
)


def certain_time(text: str, own_zone: str = "") -> datetime | None:
    """Read a time such as `2026-03-01 12:00 Europe/Berlin`. Without a zone it is UTC.

    Args:
        text: the time, without space around it.
        own_zone: a zone of the tz database whose abbreviations are understood; "" for none.

    Returns:
        The time in UTC, with its zone; None if there is no such time, or if it is ambiguous.
    """
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
            named = _zone(zone, local, own_zone)
            if named is None:
                return None
            aware = local.replace(tzinfo=named)
        return aware.astimezone(UTC)
    except (ValueError, OverflowError, KeyError, OSError):  # no such day, hour or zone
        return None


def _zone(name: str, local: datetime, own: str) -> tzinfo | None:
    """Find a zone by its name in the tz database, or by an abbreviation of one's own zone."""
    if name in _UTC:
        return UTC
    if "/" in name:
        return ZoneInfo(name)
    if own:
        zone = ZoneInfo(own)
        if local.replace(tzinfo=zone).tzname() == name:
            return zone
    return None
