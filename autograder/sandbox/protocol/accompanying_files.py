"""The accompanying files of a submission: those in the same folder that its code may read.

The trusted side chooses which files are sent. The worker writes them before any student code runs,
each as a new plain file below its working folder. Nothing here looks at their content.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import PurePosixPath

MOST_FILES = 500
MOST_BYTES = 16 << 20
LONGEST_NAME = 200
DEEPEST = 8
MOST_REPORTED = 10


def admitted(
    files: Mapping[str, bytes], most_bytes: int
) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """The files that are sent, and a sentence for each that is not (for the first few)."""
    kept: dict[str, bytes] = {}
    refused: list[str] = []
    left = min(most_bytes, MOST_BYTES)
    for name, content in files.items():
        if not is_plain_name(name):
            refused.append(f"The file {ascii(name)[:80]} was not used: its name cannot be.")
        elif len(kept) == MOST_FILES:
            refused.append(f"The file {name} was not used: there are more than {MOST_FILES}.")
        elif len(content) > left:
            refused.append(f"The file {name} was not used: the files together are too large.")
        else:
            kept[name] = content
            left -= len(content)
    if len(refused) > MOST_REPORTED:
        refused[MOST_REPORTED:] = [f"And {len(refused) - MOST_REPORTED} more files were not used."]
    return kept, tuple(refused)


def is_plain_name(name: str) -> bool:
    """Whether it is a relative POSIX path that stays below its folder and has no hidden parts."""
    parts = name.split("/")
    return (
        0 < len(name) <= LONGEST_NAME
        and len(parts) <= DEEPEST
        and name.isprintable()
        and "\\" not in name
        and all(part and not part.startswith(".") and part == part.strip() for part in parts)
        and _is_encodable(name)
    )


def _is_encodable(name: str) -> bool:
    try:
        return all(len(part.encode()) <= LONGEST_NAME for part in PurePosixPath(name).parts)
    except UnicodeEncodeError:
        return False


def write(folder: str, name: str, content: bytes) -> str:
    """Write one new file below `folder`; returns why that failed, or ""."""
    if not is_plain_name(name):
        return "its name cannot be"
    path = os.path.join(folder, *name.split("/"))
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(os.open(path, flags, 0o600), "wb") as file:
            file.write(content)
    except OSError as error:
        return str(error.strerror)
    return ""
