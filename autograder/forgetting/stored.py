"""What a course stores of one student in files: places of their own, and entries among others'."""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.forgetting.mentions import pattern
from autograder.nbgrader_bridge import configuration
from convgrade.atomic_files import replacing, write_text

_STEPS = ("submitted", "autograded", "feedback")
_LOG = ".nbgrader.log"


@dataclass(frozen=True)
class Stored:
    """Files of one student, and files of all in which something is about this one.

    Args:
        places: folders and files that belong to the student.
        lists: lists of hand-ins with an entry of the student.
        logs: logs with lines that name the student.
    """

    places: tuple[Path, ...]
    lists: tuple[Path, ...]
    logs: tuple[Path, ...]

    def __bool__(self) -> bool:
        return bool(self.places or self.lists or self.logs)


def stored(root: Path, student: str) -> Stored:
    """Find what the course at `root` stores of a student, apart from the gradebook.

    Raises:
        CourseError: `nbgrader_config.py` cannot be run.
    """
    log = root / _LOG
    return Stored(
        tuple(each for each in _places(root, student) if os.path.lexists(each)),
        tuple(each for each in _lists(root) if student in _entries(each).get("hand_ins", {})),
        (log,) if log.is_file() and pattern(student).search(log.read_bytes()) else (),
    )


def delete_stored(found: Stored, student: str) -> None:
    """Delete it. What is gone already is no error.

    Raises:
        OSError: something cannot be deleted.
    """
    for path in found.logs:
        lines = path.read_bytes().splitlines(keepends=True)
        with replacing(path) as file:
            file.writelines(line for line in lines if not pattern(student).search(line))
    for path in found.lists:
        document = _entries(path)
        document["hand_ins"].pop(student, None)
        write_text(path, json.dumps(document), mode=0o600)
    for path in found.places:
        _delete(path)


def unfinished(root: Path, student: str) -> Path:
    """A file that is there until everything is deleted: with it, the student stays known."""
    return root / ".autograder" / "forgetting" / student


def count_files(place: Path) -> int:
    """How many files a place has; links are not followed."""
    if place.is_symlink() or not place.is_dir():
        return 1
    return sum(len(files) for _, _, files in os.walk(place))


def _places(root: Path, student: str) -> Iterator[Path]:
    """Where something of a student's own can be.

    Only names in the third level of `.autograder` are students'.
    """
    config = configuration.load(root).CourseDirectory
    for step in _STEPS:
        yield root / str(config.get(f"{step}_directory", step)) / student
    for folder in _folders(root / "results"):
        yield folder / f"{student}.json"
        yield from (each for each in folder.iterdir() if each.name.startswith(f".{student}.json."))
    for folder in _folders(root / "questions"):
        yield from (folder / "sheets" / student, folder / "keys" / f"{student}.json")
        pages = (folder / "keys" / "examiner.html", folder / "keys" / "answers.csv")
        yield from (each for each in pages if _names(each, student))  # they can be made again
    for folder in _folders(root / ".autograder"):
        for each in _folders(folder):
            yield from (each / student, each / f"{student}.json")
    yield unfinished(root, student)


def _names(file: Path, student: str) -> bool:
    return file.is_file() and bool(pattern(student).search(file.read_bytes()))


def _folders(place: Path) -> list[Path]:
    if not place.is_dir():
        return []
    return sorted(each for each in place.iterdir() if each.is_dir() and not each.is_symlink())


def _lists(root: Path) -> Iterator[Path]:
    yield from sorted((root / ".autograder").glob("hand-ins-*.json"))


def _entries(path: Path) -> dict[str, Any]:
    """A list of hand-ins; empty if it is damaged, as it is for those who use it."""
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    is_list = isinstance(document, dict) and isinstance(document.get("hand_ins"), dict)
    return document if is_list else {}


def _delete(place: Path) -> None:
    """Delete a file, a link, or a folder, whose content nbgrader may have made read-only."""
    if place.is_symlink() or not place.is_dir():
        place.unlink(missing_ok=True)
        return
    for folder, _, _ in os.walk(place):
        os.chmod(folder, stat.S_IRWXU)
    shutil.rmtree(place)
