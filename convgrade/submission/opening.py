"""Reads the cells of one file. The content decides how it is read, not the name."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from convgrade.errors import SubmissionRejected
from convgrade.submission import archives, documents, kinds, markdown, scripts
from convgrade.submission.blocks import blocks
from convgrade.submission.files import MAX_BYTES, digest_of, opened, require_sensible
from convgrade.submission.records import Kind, RawCell
from convgrade.submission.trimming import without_outputs

MAX_CODE = 2 * 2**20
_SMALL = 2**20
_START = 4096


@dataclass(frozen=True)
class Opened:
    """The cells of a file, and what is unusual about it, in sentences without the file's name."""

    kind: Kind
    cells: tuple[RawCell, ...]
    remarks: tuple[str, ...] = ()


def open_hand_in(path: Path, member: str = "") -> Opened:
    """Read the cells of a file, or of a file in a zip.

    Args:
        path: the file, or the zip.
        member: the name inside the zip; "" if `path` is the file itself.

    Raises:
        SubmissionRejected: the file has no cells; the message says what it is.
    """
    return _open(path, member, _state(path))


def digest_of_hand_in(path: Path, member: str = "") -> str:
    """Return the SHA-256 of a file, or of a file in a zip, as hexadecimal text.

    Raises:
        SubmissionRejected: the file cannot be read.
    """
    if member:
        return hashlib.sha256(archives.content(path, member)).hexdigest()
    return digest_of(path)


def _state(path: Path) -> tuple[int, int]:
    """Return modification time and size, which show that a file is unchanged."""
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
        documents.cells_of(text)  # raises, and says what is wrong with it
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
    """Return the cells if their code is not too long; searching it takes time."""
    if sum(len(cell.source) for cell in cells if cell.cell_type == "code") > MAX_CODE:
        raise SubmissionRejected(f"Its code is longer than {MAX_CODE // 2**20} MB.")
    return cells


def _content(path: Path, member: str) -> bytes:
    """Read the bytes of a file; leave out a notebook's outputs if it is large."""
    if member:
        raw = archives.content(path, member)
        kinds.require_known_kind(raw[:_START])
        if kinds.is_zip(raw):
            raise SubmissionRejected("The zip holds another zip; hand in the notebook itself.")
        return _whole(io.BytesIO(raw), len(raw))
    with opened(path) as file:
        start = file.read(_START)
        kinds.require_known_kind(start)
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
