"""What reading a hand-in gives: plain data, and what is odd about it in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from autograder.submission.places import Item

MAX_GRADE_ID = 200
MAX_NOTES = 40

Kind = Literal["notebook", "percent", "module"]
Attachments = Mapping[str, Mapping[str, str]]
"""Pictures of a text cell: by name, then MIME type, base64 as it was handed in."""


@dataclass(frozen=True)
class RawCell:
    """One cell as it was handed in; `nbgrader` is its untrusted metadata.

    `number` is its place among the cells of the file, from 1, and 0 for a cell that grading puts
    in; `line` the line of the file that its text begins in, where the file is a script.
    """

    cell_type: str
    source: str
    nbgrader: Mapping[str, Any] = field(default_factory=dict)
    attachments: Attachments = field(default_factory=dict)
    number: int = 0
    line: int = 0

    @property
    def grade_id(self) -> str | None:
        value = self.nbgrader.get("grade_id")
        return value if isinstance(value, str) and len(value) <= MAX_GRADE_ID else None


@dataclass(frozen=True)
class RunnableCell:
    """A piece of code to run in the sandbox, and what messages call it.

    `settles` names functions that count as they stand once this cell has run. `line` is the line
    of the file that the source begins in, for a script; 0 for a cell of a notebook.
    """

    label: str
    source: str
    settles: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True)
class Check:
    """The released grade cell of an exercise, and how many of the cells to run stand before it."""

    exercise: str
    source: str
    after: int


@dataclass(frozen=True)
class BesideFile:
    """A plain file that lies beside a hand-in, by its relative POSIX name."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Choice:
    """Which file of a folder counts: `member` is its name inside where `path` is an archive.

    `attention` says what else lay there, `beside` are the files that its code may read, `unread`
    are the names of documents and archives that grading does not read, and `folder` is where in
    the student's folder it lies, "" or with a slash at the end.
    """

    path: Path
    member: str = ""
    attention: tuple[str, ...] = ()
    beside: tuple[Item, ...] = ()
    folder: str = ""
    unread: tuple[str, ...] = ()


@dataclass(frozen=True)
class Submission:
    """A readable submission: what to run, what was written, and what was odd about it.

    `notebook` are its cells as grading understands them, with the metadata that they have lost;
    `checks` the released public checks, each with its place among `cells`. `attention` says, in
    whole sentences, what was chosen, repaired or not used of what was handed in; `beside` are the
    files that its code may read; `imports` are the dotted names of the modules that its code
    imports, read as data.
    """

    path: Path
    kind: Kind
    digest: str
    notebook: tuple[RawCell, ...]
    cells: tuple[RunnableCell, ...]
    written: Mapping[str, str]
    notes: tuple[str, ...]
    checks: tuple[Check, ...] = ()
    attention: tuple[str, ...] = ()
    beside: tuple[BesideFile, ...] = ()
    imports: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Unreadable:
    """A hand-in that cannot be read as a submission: where it lies, and why in one sentence."""

    path: Path
    reason: str
    digest: str


HandIn = Submission | Unreadable


def at_most(sentences: Sequence[str], count: int) -> tuple[str, ...]:
    """The first so many sentences about a submission, and how many more there are."""
    if len(sentences) <= count:
        return tuple(sentences)
    return (*sentences[:count], f"And {len(sentences) - count} more.")
