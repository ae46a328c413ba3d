"""The data that reading a submission produces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from convgrade.submission.places import Item

MAX_GRADE_ID = 200
MAX_NOTES = 40

Kind = Literal["notebook", "percent", "module"]
Attachments = Mapping[str, Mapping[str, str]]
"""Pictures of a text cell: name, then MIME type, then base64 text as it was submitted."""


@dataclass(frozen=True)
class RawCell:
    """One cell as it was submitted; `nbgrader` is its untrusted metadata.

    `number` is its place among the cells of the file, from 1; it is 0 for a cell that grading
    added. If the file is a script, `line` is the line of the file where its text begins.
    """

    cell_type: str
    source: str
    nbgrader: Mapping[str, Any] = field(default_factory=dict)
    attachments: Attachments = field(default_factory=dict)
    number: int = 0
    line: int = 0

    @property
    def grade_id(self) -> str | None:
        """nbgrader's id of the cell; None if it has none or a very long one."""
        value = self.nbgrader.get("grade_id")
        return value if isinstance(value, str) and len(value) <= MAX_GRADE_ID else None


@dataclass(frozen=True)
class RunnableCell:
    """A piece of code to run in the sandbox; `label` is its name in messages.

    `settles` names functions whose definitions are final after this cell has run. For a script,
    `line` is the line of the file where the source begins; for a cell of a notebook it is 0.
    """

    label: str
    source: str
    settles: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True)
class Check:
    """The released grade cell of an exercise; `after` is the number of cells that run before it."""

    exercise: str
    source: str
    after: int


@dataclass(frozen=True)
class AccompanyingFile:
    """Another plain file in the folder of a submission, by its relative POSIX name."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Choice:
    """The file of a folder that counts. If `path` is an archive, `member` is the name inside it.

    `attention` has sentences about other files. `beside` are the files that the code may read.
    `unread` are the names of documents and archives that grading does not read. `folder` is its
    place in the student's folder: "", or with a slash at the end.
    """

    path: Path
    member: str = ""
    attention: tuple[str, ...] = ()
    beside: tuple[Item, ...] = ()
    folder: str = ""
    unread: tuple[str, ...] = ()


@dataclass(frozen=True)
class Submission:
    """A readable submission: what to run, what was written, and what is unusual about it.

    `notebook` has the cells as grading understands them, with restored metadata. `checks` are the
    released public checks, each with its place among `cells`. `attention` has sentences about what
    was chosen, repaired or not used of the submission. `beside` are the files that its code may
    read. `imports` are the dotted names of the modules that its code imports, read as data.
    `variant` is the variant that the notebook itself names, untrusted; "" if it
    names none. `written` maps each question to its answer. `digest` is a SHA-256 of all files.
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
    beside: tuple[AccompanyingFile, ...] = ()
    imports: frozenset[str] = frozenset()
    variant: str = ""


@dataclass(frozen=True)
class Unreadable:
    """A file that cannot be read as a submission: its path, and the reason in one sentence."""

    path: Path
    reason: str
    digest: str


HandIn = Submission | Unreadable


def at_most(sentences: Sequence[str], count: int) -> tuple[str, ...]:
    """Return the first `count` sentences about a submission, and how many more there are."""
    if len(sentences) <= count:
        return tuple(sentences)
    return (*sentences[:count], f"And {len(sentences) - count} more.")
