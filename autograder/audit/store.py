"""Outcomes of an audit on disk: each as soon as it is known, so that the next audit goes on.

The folder is `.autograder/audit/<assignment>/`. Nothing in it is needed: it can be deleted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from autograder.course.assignment import Assignment
from autograder.results import Result
from convgrade import atomic_files

OTHERS_KEPT = 2
"""A whole audit keeps so many times as many older outcomes as it has itself."""


def folder_of(assignment: Assignment) -> Path:
    """Where the outcomes of an assignment's audit are."""
    return assignment.root / ".autograder" / "audit" / assignment.name


class Store:
    """The outcomes of one assignment's audit, by name of what was graded.

    Where nothing can be written, nothing is kept: an audit needs none of it.

    Args:
        folder: where they are; it is made with the first outcome.
        on_unkept: called once, when the first thing cannot be written.
    """

    def __init__(
        self, folder: Path, on_unkept: Callable[[OSError], None] = lambda error: None
    ) -> None:
        self._folder = folder
        self._on_unkept = on_unkept
        self._keeps = True

    def give_up(self, error: OSError) -> None:
        """Keep nothing from now on."""
        if self._keeps:
            self._keeps = False
            self._on_unkept(error)

    def read(self, name: str) -> Result | None:
        """The outcome of an earlier audit; None if there is none that can be read."""
        try:
            return Result.from_json(self._file(name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def write(self, name: str, result: Result) -> None:
        """Store an outcome. Exercises that it does not have keep those of the earlier one."""
        earlier = self.read(name)
        have = {each.name for each in result.exercises}
        others = () if earlier is None else earlier.exercises
        kept = tuple(each for each in others if each.name not in have)
        whole = replace(result, exercises=(*result.exercises, *kept))
        self._try(lambda: whole.write(self._file(name)))

    def remove_leftovers(self) -> None:
        """Remove half-written files of audits that were killed. No other audit may be writing."""
        self._try(lambda: _remove(self._folder.glob(".*.json.*")))

    def prune(self, names: Iterable[str]) -> None:
        """Remove the oldest outcomes of others than these, such as misconceptions of the past."""
        own = {self._file(name) for name in names}
        others = [file for file in self._folder.glob("*.json") if file not in own]
        others.sort(key=lambda file: file.stat().st_mtime_ns, reverse=True)
        self._try(lambda: _remove(others[OTHERS_KEPT * len(own) :]))

    def text(self, name: str, key: str) -> str | None:
        """A stored text, if its key is this one."""
        try:
            first, _, rest = self._text_file(name).read_text(encoding="utf-8").partition("\n")
        except (OSError, ValueError):
            return None
        return rest if first == key else None

    def write_text(self, name: str, key: str, text: str) -> None:
        """Store a text with the digest of what it depends on."""
        self._try(lambda: atomic_files.write_text(self._text_file(name), f"{key}\n{text}"))

    def _try(self, write: Callable[[], None]) -> None:
        if self._keeps:
            try:
                write()
            except OSError as error:
                self.give_up(error)

    def _file(self, name: str) -> Path:
        return self._folder / f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.json"

    def _text_file(self, name: str) -> Path:
        return self._folder / f"{name}.txt"


def _remove(files: Iterable[Path]) -> None:
    for file in files:
        file.unlink(missing_ok=True)
