"""Collects the other files in the folder of a submission that its code may read, within limits."""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.machinery import PathFinder
from pathlib import Path

from convgrade.errors import SubmissionRejected
from convgrade.submission import archives, places
from convgrade.submission.files import opened
from convgrade.submission.places import Item, is_printable_name
from convgrade.submission.records import AccompanyingFile, Choice

MAX_FILES = 50
MAX_FILE = 4 * 2**20
MAX_TOTAL = 16 * 2**20


@dataclass
class Gathered:
    """The files that were found, and a sentence for each one that was left out."""

    files: dict[str, bytes] = field(default_factory=dict)
    attention: list[str] = field(default_factory=list)
    total: int = 0

    @property
    def beside(self) -> tuple[AccompanyingFile, ...]:
        """The found files, sorted by name."""
        return tuple(
            AccompanyingFile(name, content) for name, content in sorted(self.files.items())
        )


def gather(choice: Choice, further: Sequence[Path] = ()) -> Gathered:
    """Read the plain files in the same folder as the submission, and those of further places.

    Args:
        choice: the submission. File names are relative to its folder if they are below it.
        further: files, and folders whose files keep their names relative to the folder.

    Returns:
        The files by name, and sentences about files that were left out.
    """
    found = Gathered()
    named = [(item.name.removeprefix(choice.folder), item) for item in choice.beside]
    for place in further:
        if place.is_dir() and not place.is_symlink():
            items = places.listing(place).items
            named += [(item.name, item) for item in items if item.path != choice.path]
        else:
            named.append((place.name, Item(place.name, place)))
    # Modules come before data and near files before deep ones: there may not be room for all of
    # them.
    named.sort(key=lambda pair: (not pair[0].endswith(".py"), pair[0].count("/"), pair[0]))
    for name, item in named:
        if not item.remark and is_printable_name(name) and not _take(found, name, item):
            break
    return found


def _take(found: Gathered, name: str, item: Item) -> bool:
    """Read one file into `found`; return whether there is room for more."""
    if len(found.files) == MAX_FILES:
        found.attention.append(
            f"More than {MAX_FILES} files lie beside the work; the code could read only the first "
            f"{MAX_FILES}."
        )
        return False
    if name.endswith(".py") and _is_library(name.split("/")[0].removesuffix(".py")):
        found.attention.append(
            f"{name} has the name of a library, so the code got the library and not this file."
        )
        return True
    try:
        content = _content(item)
    except SubmissionRejected:
        return True
    if len(content) > MAX_FILE or found.total + len(content) > MAX_TOTAL:
        found.attention.append(
            f"{name} was too large to give to the code: one file may have {MAX_FILE // 2**20} MB, "
            f"and all together {MAX_TOTAL // 2**20} MB."
        )
        return True
    found.total += len(content)
    found.files[name] = content
    return True


def _content(item: Item) -> bytes:
    if item.member:
        if item.size > MAX_FILE:
            return bytes(MAX_FILE + 1)
        return archives.content(item.path, item.member)
    with opened(item.path) as file:
        return file.read(MAX_FILE + 1)


@lru_cache(maxsize=256)
def _is_library(name: str) -> bool:
    """Whether importing this name gets a library that is installed here."""
    if name in ("autograder", "convgrade") or name in sys.stdlib_module_names:
        return True
    folders = {sysconfig.get_path(which) for which in ("purelib", "platlib")}
    try:
        return PathFinder.find_spec(name, sorted(folders)) is not None
    except (ImportError, ValueError, OSError):
        return False
