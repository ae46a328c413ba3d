"""What grading needs of a course, as one file whose name is its SHA-256, and its cache on a worker.

The same course gives the same bytes. Of a folder in the cache, these bytes can be made again: so a
worker finds out whether anything in it was changed. No submission and no secret is in a bundle.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.course.needed_files import files_for_grading
from convgrade.datasets.folders import of_user

if TYPE_CHECKING:
    from autograder.course.assignment import Assignment

_EPOCH = (1980, 1, 1, 0, 0, 0)
_OWNER_ONLY = 0o600


@dataclass(frozen=True)
class Bundle:
    """The content of a course's zip file, without compression, and its SHA-256 in hexadecimal."""

    digest: str
    content: bytes = field(repr=False)


def bundle_of(assignment: Assignment) -> Bundle:
    """The bundle of one assignment: its settings, points, release, solutions and hidden suites."""
    content = _packed(assignment.root, files_for_grading(assignment))
    return Bundle(hashlib.sha256(content).hexdigest(), content)


def cache() -> Path:
    """The folder of the bundles on this machine, in the cache of this program's user."""
    return of_user() / "bundles"


def is_cached(digest: str) -> bool:
    """Whether there is a folder for a bundle, whole or not."""
    return (cache() / digest).is_dir()


def verified(digest: str) -> Path | None:
    """The folder of a bundle in the cache; None if there is none, or if it was changed."""
    folder = cache() / digest
    if not folder.is_dir():
        return None
    if _digest_of(folder) == digest:
        return folder
    print(f"{folder} was changed: it is not used, but replaced.", file=sys.stderr, flush=True)
    return None


def install(digest: str, content: bytes) -> None:
    """Put a bundle into the cache, if it is not there already.

    Raises:
        ValueError: the content is not what the digest says.
        OSError: the cache cannot be written.
    """
    if hashlib.sha256(content).hexdigest() != digest:
        raise ValueError(f"The bundle {digest[:12]} did not arrive as it was sent.")
    if verified(digest) is not None:
        return
    folder = cache()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".new-", dir=folder) as temporary:
        fresh = Path(temporary, "fresh")
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            archive.extractall(fresh)
        if is_cached(digest):
            os.rename(folder / digest, Path(temporary, "changed"))
        _move(fresh, folder / digest)


def _move(fresh: Path, place: Path) -> None:
    """Rename a folder, unless another worker was first."""
    try:
        os.rename(fresh, place)
    except OSError:
        if not place.is_dir():
            raise
        shutil.rmtree(fresh)


def _digest_of(folder: Path) -> str:
    return hashlib.sha256(_packed(folder, folder.rglob("*"))).hexdigest()


def _packed(root: Path, files: Iterable[Path]) -> bytes:
    """A zip file that depends on nothing but the files' names below `root` and their contents."""
    named = {file.relative_to(root).as_posix(): file for file in files if file.is_file()}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in sorted(named):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr = _OWNER_ONLY << 16
            entry.create_system = 3  # Unix, wherever it is made
            archive.writestr(entry, named[name].read_bytes())
    return packed.getvalue()
