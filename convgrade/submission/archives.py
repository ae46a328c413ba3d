"""Lists and reads zip archives within limits, and never unpacks one to disk."""

from __future__ import annotations

import struct
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from convgrade.errors import SubmissionRejected
from convgrade.submission.files import opened
from convgrade.submission.places import Item, Listing, is_printable_name, is_system_file

MAX_MEMBER = 64 * 2**20
_END = b"PK\x05\x06"
_IS_ENCRYPTED = 0x1


@dataclass(frozen=True)
class Bounds:
    """How large an archive may be: bytes of it, its files, bytes of its directory and unpacked."""

    archive: int = 128 * 2**20
    members: int = 1000
    directory: int = 2**20
    unpacked: int = 256 * 2**20


OF_ONE = Bounds()
OF_A_CLASS = Bounds(2 * 2**30, 50_000, 16 * 2**20, 8 * 2**30)


def listing(path: Path, bounds: Bounds = OF_ONE) -> Listing:
    """List the plain files in a zip archive. An encrypted one has a remark that says so.

    Raises:
        SubmissionRejected: the archive cannot be read, or exceeds a limit.
    """
    with _archive(path, bounds) as archive:
        members = archive.infolist()
        if len(members) > bounds.members:
            raise SubmissionRejected(f"The zip holds more than {bounds.members} files.")
        if sum(member.file_size for member in members) > bounds.unpacked:
            raise SubmissionRejected(
                f"The zip holds more than {bounds.unpacked // 2**20} MB; hand in the notebook "
                "alone."
            )
        return Listing(tuple(_items(path, members)))


def content(path: Path, member: str) -> bytes:
    """Read one file of a zip archive.

    Args:
        path: the archive.
        member: the name of the file inside it.

    Raises:
        SubmissionRejected: the file cannot be read, or is larger than the archive says.
    """
    with reader(path) as read:
        return read(member)


@contextmanager
def reader(path: Path, bounds: Bounds = OF_ONE) -> Iterator[Callable[[str], bytes]]:
    """Open an archive once, and provide `content` of its files.

    Raises:
        SubmissionRejected: the archive cannot be read, or exceeds a limit.
    """
    with _archive(path, bounds) as archive:
        yield partial(_content, archive)


def _content(archive: zipfile.ZipFile, member: str) -> bytes:
    try:
        info = archive.getinfo(member)
        if info.flag_bits & _IS_ENCRYPTED:
            raise SubmissionRejected("The zip is encrypted; hand in one without a password.")
        if info.file_size > MAX_MEMBER:
            raise SubmissionRejected(
                f"{member} is larger than {MAX_MEMBER // 2**20} MB; clear the outputs and "
                "save it again."
            )
        with archive.open(info) as file:
            return file.read(min(info.file_size, MAX_MEMBER))
    except (KeyError, zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError) as error:
        raise SubmissionRejected(f"The zip is damaged ({error}).") from None
    except (OSError, RuntimeError, ValueError) as error:
        raise SubmissionRejected(f"The zip cannot be read ({error}).") from None


def _items(path: Path, members: list[zipfile.ZipInfo]) -> Iterator[Item]:
    for member in members:
        name = member.filename.replace("\\", "/")  # old Windows programs write backslashes
        parts = name.split("/")
        if (
            name.endswith("/")
            or any(is_system_file(part) for part in parts)
            or not is_printable_name(name)
        ):
            continue
        if name.startswith("/") or ".." in parts or ":" in parts[0]:
            continue
        remark = "is encrypted" if member.flag_bits & _IS_ENCRYPTED else ""
        if member.external_attr >> 28 == 0xA:
            remark = "is a symbolic link"
        yield Item(name, path, _when(member), member.file_size, member.filename, remark)


def _when(member: zipfile.ZipInfo) -> float:
    try:
        return time.mktime((*member.date_time, 0, 0, -1))
    except (ValueError, OverflowError):
        return 0.0


@contextmanager
def _archive(path: Path, bounds: Bounds) -> Iterator[zipfile.ZipFile]:
    """Open an archive. Refuse one whose directory would not fit into memory, without reading it."""
    with opened(path) as file:
        size = file.seek(0, 2)
        if size > bounds.archive:
            raise SubmissionRejected(
                f"The zip is larger than {bounds.archive // 2**20} MB; hand in the notebook alone."
            )
        file.seek(max(0, size - 66_000))
        tail = file.read()
        position = tail.rfind(_END)
        if position < 0 or len(tail) - position < 22:
            raise SubmissionRejected("The zip is damaged or was cut off.")
        entries, directory = struct.unpack("<HI", tail[position + 10 : position + 16])
        if entries > bounds.members or directory > bounds.directory:
            raise SubmissionRejected(f"The zip holds more than {bounds.members} files.")
        file.seek(0)
        try:
            archive = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise SubmissionRejected(f"The zip is damaged ({error}).") from None
        with archive:
            yield archive
