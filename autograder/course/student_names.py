"""Checks a student's name, which becomes a folder, a file and a key of the gradebook."""

from __future__ import annotations

import unicodedata

from autograder.errors import AutograderError

MOST_BYTES = 200
_NOT_IN_NAMES = ("Cc", "Cs", "Zl", "Zp")


def is_name(text: str) -> bool:
    """Whether a text can be a student's name: one part of a path, without control characters."""
    return (
        text.strip() not in ("", ".", "..")
        and "/" not in text
        and not any(unicodedata.category(character) in _NOT_IN_NAMES for character in text)
        and len(text.encode("utf-8", "surrogatepass")) <= MOST_BYTES
    )


def require_name(text: str) -> None:
    """Refuse a text that cannot be a student's name.

    Raises:
        AutograderError: the text cannot be a name.
    """
    if not is_name(text):
        shown = ascii(text if len(text) <= 40 else text[:40] + "…")
        raise AutograderError(
            f"{shown} cannot be a student's name: one is not empty, not `.` or `..`, has no slash "
            f"and no control character, and at most {MOST_BYTES} bytes."
        )
