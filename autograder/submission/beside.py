"""Files that lie beside a hand-in: what its code may read, as bounded plain files."""

from __future__ import annotations

import os
import re
import stat
import sys
import sysconfig
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.machinery import PathFinder
from pathlib import Path

from autograder.errors import SubmissionRejected
from autograder.submission.files import opened
from autograder.submission.records import BesideFile

MAX_FILES = 50
MAX_FILE = 4 * 2**20
MAX_TOTAL = 16 * 2**20
MAX_LOOKED_AT = 400
MAX_DEPTH = 3
MAX_PATH = 300

_NOBODYS = re.compile(
    r"\.|__MACOSX$|__pycache__$|Thumbs\.db$|desktop\.ini$|timestamp\.txt$|Icon\r?$|~\$|node_modules$"
    r"|(?:\.?v?env|virtualenv|site-packages|lib64)$",
    re.IGNORECASE,
)


@dataclass
class Gathered:
    """What was found, and in sentences what was left out."""

    files: dict[str, bytes] = field(default_factory=dict)
    attention: list[str] = field(default_factory=list)
    looked_at: int = 0
    total: int = 0

    @property
    def beside(self) -> tuple[BesideFile, ...]:
        return tuple(BesideFile(name, content) for name, content in sorted(self.files.items()))


def is_nobodys(name: str) -> bool:
    """Whether a name is that of a hidden file, or of one that systems leave behind."""
    return _NOBODYS.match(name) is not None or name.endswith(("~", ".pyc", ".swp"))


def gather(places: Sequence[Path], left_out: Collection[Path] = ()) -> Gathered:
    """The plain files of these places: of a folder everything in it, of a file itself.

    Args:
        places: files and folders; a folder's files keep their names inside it.
        left_out: files that are the hand-in itself, or might have been.
    """
    found = Gathered()
    skipped = set(left_out)
    for place in places:
        files = _inside(place, found) if _is_folder(place) else iter([(place.name, place)])
        for name, path in files:
            if path in skipped:
                continue
            if not _take(found, name, path):
                return found
    return found


def _take(found: Gathered, name: str, path: Path) -> bool:
    """Read one file; says whether there is room for more."""
    if len(found.files) == MAX_FILES:
        found.attention.append(
            f"More than {MAX_FILES} files lie beside the work; the code could read only the first "
            f"{MAX_FILES}."
        )
        return False
    top = name.split("/")[0].removesuffix(".py")
    if name.endswith(".py") and _is_library(top):
        found.attention.append(
            f"{name} has the name of a library, so the code got the library and not this file."
        )
        return True
    try:
        with opened(path) as file:
            content = file.read(MAX_FILE + 1)
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


def _inside(folder: Path, found: Gathered) -> Iterator[tuple[str, Path]]:
    """Plain files below a folder, the nearest first; looks at a bounded number of names."""
    waiting = [("", folder)]
    for prefix, place in waiting:
        try:
            with os.scandir(place) as entries:
                listed = []
                for entry in entries:
                    found.looked_at += 1
                    if found.looked_at > MAX_LOOKED_AT:
                        found.attention.append(
                            f"The folder holds more than {MAX_LOOKED_AT} files; not all of them "
                            "were looked at."
                        )
                        break
                    listed.append(entry)
        except OSError:
            continue
        for entry in sorted(listed, key=lambda entry: entry.name):
            name = prefix + entry.name
            if is_nobodys(entry.name) or not _is_sayable(name):
                continue
            mode = _mode(entry)
            if stat.S_ISREG(mode):
                yield name, place / entry.name
            elif stat.S_ISDIR(mode) and name.count("/") + 1 < MAX_DEPTH:
                inside = place / entry.name
                if not os.path.lexists(inside / "pyvenv.cfg"):
                    waiting.append((f"{name}/", inside))
        if found.looked_at > MAX_LOOKED_AT:
            return


def _mode(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat(follow_symlinks=False).st_mode
    except OSError:
        return 0


def _is_folder(place: Path) -> bool:
    return place.is_dir() and not place.is_symlink()


def _is_sayable(name: str) -> bool:
    """Whether a name can be given to another process as text."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return len(name) <= MAX_PATH and name.isprintable()


@lru_cache(maxsize=256)
def _is_library(name: str) -> bool:
    """Whether code that imports this name means something that is installed here."""
    if name == "autograder" or name in sys.stdlib_module_names:
        return True
    places = {sysconfig.get_path(which) for which in ("purelib", "platlib")}
    try:
        return PathFinder.find_spec(name, sorted(places)) is not None
    except (ImportError, ValueError, OSError):
        return False
