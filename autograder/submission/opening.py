"""The cells of one file, by what is in it: its name decides nothing."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from autograder.errors import SubmissionRejected
from autograder.submission import archives, documents, kinds, markdown, scripts
from autograder.submission.blocks import blocks
from autograder.submission.files import MAX_BYTES, digest_of, opened, require_sensible
from autograder.submission.records import Kind, RawCell
from autograder.submission.trimming import without_outputs

MAX_CODE = 2 * 2**20
_SMALL = 2**20
_START = 4096


@dataclass(frozen=True)
class Opened:
    """What a file holds, and what is odd about it: in sentences without the file's name."""

    kind: Kind
    cells: tuple[RawCell, ...]
    remarks: tuple[str, ...] = ()


def open_hand_in(path: Path, member: str = "") -> Opened:
    """The cells of a file, or of one in a zip.

    Raises:
        SubmissionRejected: it holds none; says what it is.
    """
    return _open(path, member, _state(path))


def digest_of_hand_in(path: Path, member: str = "") -> str:
    """SHA-256 of a file, or of one in a zip.

    Raises:
        SubmissionRejected: it cannot be read.
    """
    if member:
        return hashlib.sha256(archives.content(path, member)).hexdigest()
    return digest_of(path)


def _state(path: Path) -> tuple[int, int]:
    """What says that a file is still the same one, where it can be looked at."""
    try:
        status = path.stat(follow_symlinks=False)
    except (OSError, ValueError):
        return 0, 0
    return status.st_mtime_ns, status.st_size


@lru_cache(maxsize=8)
def _open(path: Path, member: str, _: tuple[int, int]) -> Opened:
    text, encoding = kinds.decoded(_content(path, member))
    remarks = []
    if encoding:
        remarks.append(f"was saved as {encoding} and not as UTF-8; it was read as that")
    conflict = kinds.conflict_line(text)
    name = member or path.name
    if kinds.looks_like_json(text):
        if conflict:
            raise SubmissionRejected(
                f"The notebook holds the marks of a conflict in Git (line {conflict}): settle the "
                "conflict and hand it in again."
            )
        if "ipynb" not in name.lower():
            remarks.append("holds a notebook although its name says otherwise; it was read as one")
        return Opened("notebook", _bounded(documents.cells_of(text)), tuple(remarks))
    if name.lower().rstrip().endswith(".ipynb") and not _is_python(text):
        documents.cells_of(text)  # says what is wrong with it
    if conflict:
        remarks.append(
            f"holds the marks of a conflict in Git (line {conflict}), which Python cannot read"
        )
    if "ipynb" in name.lower():
        remarks.append("is Python and not a notebook; it was read as Python")
    if name.lower().rstrip().endswith(markdown.SUFFIXES):
        return Opened("percent", _bounded(markdown.cells_of(text)), tuple(remarks))
    if scripts.is_script(text):
        return Opened("percent", _bounded(scripts.cells_of(text)), tuple(remarks))
    return Opened("module", _bounded((RawCell("code", text, number=1, line=1),)), tuple(remarks))


def _is_python(text: str) -> bool:
    return scripts.is_script(text) or any(block.is_definition for block in blocks(text[:200_000]))


def _bounded(cells: tuple[RawCell, ...]) -> tuple[RawCell, ...]:
    """The cells, where their code is not endless: looking through it takes time."""
    if sum(len(cell.source) for cell in cells if cell.cell_type == "code") > MAX_CODE:
        raise SubmissionRejected(f"Its code is longer than {MAX_CODE // 2**20} MB.")
    return cells


def _content(path: Path, member: str) -> bytes:
    """The bytes of a file, without a notebook's outputs where it is large."""
    if member:
        raw = archives.content(path, member)
        kinds.require_ours(raw[:_START])
        if kinds.is_zip(raw):
            raise SubmissionRejected("The zip holds another zip; hand in the notebook itself.")
        return _whole(io.BytesIO(raw), len(raw))
    with opened(path) as file:
        start = file.read(_START)
        kinds.require_ours(start)
        if kinds.is_zip(start):
            raise SubmissionRejected("The file is a zip that holds no notebook.")
        size = file.seek(0, io.SEEK_END)
        file.seek(0)
        return _whole(file, size)


def _whole(file: BinaryIO, size: int) -> bytes:
    if size > _SMALL:
        start = file.read(_START).removeprefix(b"\xef\xbb\xbf").lstrip()
        file.seek(0)
        if start.startswith(b"{"):
            return require_sensible(without_outputs(file), MAX_BYTES)
    return require_sensible(file.read(MAX_BYTES + 1), MAX_BYTES)
