"""Reading image files from a folder or a tar archive that is not trusted.

Nothing is unpacked to disk, so no name in an archive can point to another place. The number of
bytes is limited. This module knows no dataset, only the names that must be there.
"""

from __future__ import annotations

import gzip
import io
import tarfile
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO, NoReturn

MOST_BYTES = 4 * 2**20
"""The limit for one image file."""
MOST_BYTES_IN_ALL = 256 * 2**20
"""The limit for an unpacked archive."""
ENDINGS = {".jpg", ".jpeg", ".png", ".gif", ".bmp", ".tif", ".tiff", ".webp"}
GZIP = b"\x1f\x8b"


class BadImages(Exception):
    """A defect of a folder or an archive: a clause that names the image, without a full stop."""


def image_files(path: Path, wanted: Collection[str]) -> Iterator[tuple[str, bytes]]:
    """The name and the content of each wanted file, in the order in which they are found.

    Files that are not images, such as a list of files, are ignored. An archive may be compressed
    with gzip. The folders in it do not matter.

    Raises:
        BadImages: an image is missing, occurs twice, is not wanted or cannot be read.
    """
    missing = dict.fromkeys(wanted)
    for name, content in _folder(path) if path.is_dir() else _archive(path):
        if name not in wanted:
            raise BadImages(f"{ascii(name[:80])[1:-1]} in {path} is none of the published images")
        if name not in missing:
            raise BadImages(f"{name} is in {path} twice")
        del missing[name]
        yield name, content
    if missing:
        others = f" and {len(missing) - 1} more are" if len(missing) > 1 else " is"
        raise BadImages(f"{next(iter(missing))}{others} missing in {path}")


def is_image(name: str) -> bool:
    """Whether a file counts as an image. Hidden files, such as those that macOS adds, do not."""
    return PurePosixPath(name).suffix.lower() in ENDINGS and not name.startswith(".")


def _folder(path: Path) -> Iterator[tuple[str, bytes]]:
    for file in sorted(path.iterdir()):
        if is_image(file.name):
            yield file.name, _bounded(file)


def _bounded(file: Path) -> bytes:
    if not file.is_file():
        raise BadImages(f"{file} is no plain file")
    try:
        with file.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise BadImages(f"{file} cannot be read ({error.strerror or error})") from None
    if len(content) > MOST_BYTES:
        _too_large(file.name, path=file.parent)
    return content


def _archive(path: Path) -> Iterator[tuple[str, bytes]]:
    last = "its beginning"
    try:
        with path.open("rb") as file, _tar(file, path) as archive:
            for member in archive:
                name = PurePosixPath(member.name).name
                if not is_image(name) or member.isdir():
                    continue
                if member.size > MOST_BYTES:
                    _too_large(name, path)
                content = archive.extractfile(member) if member.isreg() else None
                if content is None:
                    raise BadImages(f"{ascii(name[:80])[1:-1]} in {path} is no plain file")
                yield name, content.read()
                last = name
    except (OSError, EOFError, tarfile.TarError, zlib.error, ValueError) as error:
        raise BadImages(f"{path} is cut off or damaged after {ascii(last[:80])[1:-1]}") from error


def _tar(file: BinaryIO, path: Path) -> tarfile.TarFile:
    packed = file.read(len(GZIP)) == GZIP
    file.seek(0)
    return tarfile.open(
        fileobj=Bounded(gzip.GzipFile(fileobj=file) if packed else file, path), mode="r|"
    )


class Bounded(io.RawIOBase):
    """The unpacked content of an archive, up to a limit."""

    def __init__(self, source: BinaryIO | gzip.GzipFile, path: Path) -> None:
        self._source = source
        self._path = path
        self._left = MOST_BYTES_IN_ALL

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes.

        Raises:
            BadImages: the archive contains more bytes in all than it may.
        """
        data = self._source.read(self._left + 1 if size < 0 else min(size, self._left + 1))
        self._left -= len(data)
        if self._left < 0:
            raise BadImages(
                f"{self._path} holds more than the {MOST_BYTES_IN_ALL // 2**20} MiB that it may"
            )
        return data


def _too_large(name: str, path: Path) -> NoReturn:
    raise BadImages(
        f"{ascii(name[:80])[1:-1]} in {path} is larger than the {MOST_BYTES // 2**20} MiB that "
        "an image may have"
    )
