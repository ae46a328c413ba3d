"""Which student each file is of: named, by a pattern, by a roster, or by the file's own path."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath

from autograder.course.rosters import Roster, read_roster
from autograder.course.student_names import is_name, require_name
from autograder.errors import AutograderError

STUDENT = "{student}"
ANYTHING = "{*}"
PARTS_WITH_NAMES = 3
"""How many parts at the end of a path may have a name of a roster, or such a name between `_`."""
_PATTERNS = {STUDENT: r"(?P<student>[^/]+?)", ANYTHING: r"[^/]*", "*": r"[^/]*"}


def students_of(
    files: Sequence[Path], *, student: str | None = None, student_from: str | None = None
) -> list[tuple[Path, str]]:
    """Each file with its student.

    Args:
        files: the files, or folders of students.
        student: the student, if there is one file.
        student_from: a pattern with `{student}` that is matched from the end of each path, or a
            roster.

    Raises:
        AutograderError: no student can be told for a file, or two files are of one student; the
            message says what to do.
    """
    names = _names(files, student, student_from)
    for name in names:
        require_name(name)
    found = list(zip(files, names, strict=True))
    _require_one_file_each(found)
    return found


def _names(files: Sequence[Path], student: str | None, student_from: str | None) -> list[str]:
    if student is not None and student_from is not None:
        raise AutograderError("--student and --student-from exclude each other: give one.")
    if student is not None and len(files) > 1:
        raise AutograderError("--student names whose file it is: give one file with it, not more.")
    if student is not None:
        return [student]
    if student_from is None:
        return _by_path(files)
    if _is_roster(student_from):
        return _by_roster(files, read_roster(Path(student_from)))
    return _by_pattern(files, student_from)


def _is_roster(text: str) -> bool:
    return STUDENT not in text and (text.lower().endswith(".csv") or os.path.isfile(text))


def _by_roster(files: Sequence[Path], roster: Roster) -> list[str]:
    """The one student of a roster whose name or number stands in each path's last parts."""
    known: dict[str, set[str]] = {}
    for entry in roster.entries:
        for text in (entry.student, entry.name, entry.email, *entry.ids.values()):
            known.setdefault(_plain(text), set()).add(entry.student)
    known.pop("", None)
    return [_in_roster(file, known, roster.path) for file in files]


def _in_roster(file: Path, known: Mapping[str, set[str]], roster: Path) -> str:
    path = PurePath(_posix(file))
    found = set[str]()
    for part in (path.stem, *reversed(path.parts[:-1]))[:PARTS_WITH_NAMES]:
        for text in (part, *part.split("_")):
            found |= known.get(_plain(text), set())
    if len(found) != 1:
        which = f"of {len(found)} students" if found else "of no student"
        raise AutograderError(
            f"The end of {file} has the name {which} of {roster}: say where it stands, as in "
            f"--student-from '{STUDENT}/work.ipynb'. Nothing was graded."
        )
    return found.pop()


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _by_pattern(files: Sequence[Path], pattern: str) -> list[str]:
    expression = _compiled(pattern)
    return [_matched(file, expression, pattern) for file in files]


def _compiled(pattern: str) -> re.Pattern[str]:
    """The pattern as a regular expression on the last parts of a path.

    Raises:
        AutograderError: it is no pattern of this kind.
    """
    parts = re.split(r"(\{[^{}/]*\}|\*)", pattern)
    unknown = [part for part in parts[1::2] if part not in _PATTERNS]
    if unknown or parts.count(STUDENT) != 1:
        raise AutograderError(
            f"{pattern!a} says of no path whose it is: --student-from takes a roster, or the "
            f"end of a path with {STUDENT} once and {ANYTHING} for any text, as in "
            f"'{STUDENT}/work.ipynb'."
        )
    texts = [_PATTERNS.get(part, re.escape(part)) for part in parts]
    return re.compile("(?:.*/)?" + "".join(texts).removeprefix("/"), re.DOTALL)


def _matched(file: Path, expression: re.Pattern[str], pattern: str) -> str:
    found = expression.fullmatch(_posix(file))
    if found is None:
        raise AutograderError(
            f"The end of {file} is not like {pattern} (--student-from): nothing was graded."
        )
    return found["student"]


def _by_path(files: Sequence[Path]) -> list[str]:
    """The files' names without suffixes; if some are equal, the nearest folders that differ.

    Raises:
        AutograderError: no part of the paths is another one for each file.
    """
    paths = [PurePath(_posix(file)) for file in files]
    different = len(set(paths))
    for level in range(max(len(path.parts) for path in paths)):
        names = [_part(path, level) for path in paths]
        if len(set(names)) == different and (level == 0 or all(map(is_name, names))):
            return names
    raise AutograderError(
        "No part of the paths tells the files' students apart: say where a student's name stands, "
        f"as in --student-from '{STUDENT}/work.ipynb'. Nothing was graded."
    )


def _part(path: PurePath, level: int) -> str:
    """The name at the end of a path without its suffix, or a folder above it; "" for none."""
    if level == 0:
        return path.stem
    return path.parts[-1 - level] if level < len(path.parts) - 1 else ""


def _require_one_file_each(found: Sequence[tuple[Path, str]]) -> None:
    """Refuse two files of one student.

    Raises:
        AutograderError: names both.
    """
    first: dict[str, Path] = {}
    for file, student in found:
        other = first.setdefault(student, file)
        if _posix(other) != _posix(file):
            raise AutograderError(
                f"{other} and {file} would both be {student}'s: give one file of each student. "
                "Nothing was graded."
            )


def _posix(file: Path) -> str:
    return Path(os.path.abspath(file)).as_posix()
