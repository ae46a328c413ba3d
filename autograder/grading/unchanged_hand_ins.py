"""Remembers the digests of hand-ins, so that a folder in which nothing changed is not read again.

A folder is unchanged if its files have the same names, sizes, inodes and times as when it was read.
Two changes within one step of the file system's clock give the same times. So a folder is only
remembered if its latest change is some seconds older than the reading, as git does it. Links and
special files are never trusted. What is remembered is void with another engine, release, or set of
libraries, since reading depends on them.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autograder.course.assignment import Assignment
from autograder.grading.cache_key import course_digest, engine_digest, versions
from convgrade import atomic_files
from convgrade.submission import HandIn, Submission

CLOCK_STEP = 2 * 10**9
"""Nanoseconds: the coarsest clock of a file system in use, that of FAT."""
MOST_FILES = 200
"""A folder with more files is always read."""


class UnchangedHandIns:
    """The hand-ins to an assignment that an earlier run has read.

    Call `digest` before a folder is read, and `remember` afterwards.
    """

    def __init__(self, assignment: Assignment) -> None:
        self._file = assignment.root / ".autograder" / f"hand-ins-{assignment.name}.json"
        self._depends_on = _reading_depends_on(assignment)
        self._known = self._stored()
        self._seen: dict[str, str | None] = {}
        self._began = _now(self._file.parent)

    def digest(self, student: str, folder: Path) -> str | None:
        """The digest of a hand-in that was read before and is unchanged; else None."""
        state = self._seen[student] = self._state(folder)
        known = self._known.get(student)
        return known[1] if known is not None and known[0] == state else None

    def remember(self, student: str, folder: Path, hand_in: HandIn | None) -> None:
        """Note what was read, unless something changed while it was read or shortly before."""
        before = self._seen.get(student)
        if before is None or not isinstance(hand_in, Submission):
            return
        if self._state(folder) == before:
            self._known[student] = (before, hand_in.digest)

    def save(self) -> None:
        """Store what is known of this run's students. If that fails, the next run reads more."""
        known = {student: each for student, each in self._known.items() if student in self._seen}
        document = {"depends_on": self._depends_on, "hand_ins": known}
        try:
            atomic_files.write_text(self._file, json.dumps(document), mode=0o600)
        except OSError:
            return

    def _stored(self) -> dict[str, tuple[str, str]]:
        try:
            document: Any = json.loads(self._file.read_bytes())
            if document["depends_on"] != self._depends_on:
                return {}
            return {
                student: (str(state), str(digest))
                for student, (state, digest) in document["hand_ins"].items()
            }
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return {}

    def _state(self, folder: Path) -> str | None:
        """A digest of everything that the file system says of a folder; None if it cannot be
        trusted.
        """
        total = hashlib.sha256()
        try:
            for number, (name, status) in enumerate(_entries(os.fsencode(folder))):
                latest = max(status.st_mtime_ns, status.st_ctime_ns)
                is_plain = stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)
                if not is_plain or number > MOST_FILES or latest > self._began - CLOCK_STEP:
                    return None
                numbers = (
                    status.st_mode,
                    status.st_size,
                    status.st_ino,
                    status.st_mtime_ns,
                    status.st_ctime_ns,
                )
                total.update(b"%d:%s:%d:%d:%d:%d:%d;" % (len(name), name, *numbers))
        except OSError:
            return None
        return total.hexdigest()


def _entries(place: bytes) -> Iterator[tuple[bytes, os.stat_result]]:
    """A file or folder and all that lies in it, in the order of the names; it follows no link."""
    status = os.lstat(place)
    yield place, status
    if stat.S_ISDIR(status.st_mode):
        for name in sorted(os.listdir(place)):
            yield from _entries(os.path.join(place, name))


def _reading_depends_on(assignment: Assignment) -> str:
    """A digest of everything besides a folder that decides how it is read."""
    libraries = {sysconfig.get_path(which) for which in ("purelib", "platlib")}
    changed = {place: os.stat(place).st_mtime_ns for place in libraries if os.path.isdir(place)}
    parts = [course_digest(assignment), engine_digest(), versions(), changed, os.geteuid()]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _now(folder: Path) -> int:
    """The time in nanoseconds, by the clock that is behind: this machine's or the file system's."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            return min(time.time_ns(), os.fstat(file.fileno()).st_mtime_ns)
    except OSError:
        return 0
