"""Outcomes of an audit on disk: each as soon as it is known, so that the next audit goes on.

The folder is `.autograder/audit/<assignment>/`. Nothing in it is needed: it can be deleted.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from autograder.course.assignment import Assignment
from autograder.results import Result
from convgrade import atomic_files


def folder_of(assignment: Assignment) -> Path:
    """Where the outcomes of an assignment's audit are."""
    return assignment.root / ".autograder" / "audit" / assignment.name


class Store:
    """The outcomes of one assignment's audit, by name of what was graded.

    Args:
        folder: where they are; it is made with the first outcome.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, name: str) -> Result | None:
        """The outcome of an earlier audit; None if there is none that can be read."""
        try:
            return Result.from_json(self._file(name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def write(self, name: str, result: Result) -> None:
        """Store an outcome. Exercises that it does not have keep those of the earlier one.

        Raises:
            OSError: the file cannot be written; names it.
        """
        earlier = self.read(name)
        have = {each.name for each in result.exercises}
        others = () if earlier is None else earlier.exercises
        kept = tuple(each for each in others if each.name not in have)
        replace(result, exercises=(*result.exercises, *kept)).write(self._file(name))

    def remove_leftovers(self) -> None:
        """Remove half-written files of audits that were killed. No other audit may be writing."""
        for file in self._folder.glob(".*.json.*"):
            file.unlink(missing_ok=True)

    def text(self, name: str, key: str) -> str | None:
        """A stored text, if its key is this one."""
        try:
            first, _, rest = self._text_file(name).read_text(encoding="utf-8").partition("\n")
        except (OSError, ValueError):
            return None
        return rest if first == key else None

    def write_text(self, name: str, key: str, text: str) -> None:
        """Store a text with the digest of what it depends on."""
        atomic_files.write_text(self._text_file(name), f"{key}\n{text}")

    def _file(self, name: str) -> Path:
        return self._folder / f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.json"

    def _text_file(self, name: str) -> Path:
        return self._folder / f"{name}.txt"
