"""Lists the plain files in a student's folder, by name and within limits, without opening them."""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from dataclasses import dataclass
from pathlib import Path

MAX_NAMES = 10_000
MAX_DEPTH = 4
MAX_FOLDERS = 200
MAX_PATH = 300

_SYSTEM_FILES = re.compile(
    r"\.|__MACOSX$|__pycache__$|Thumbs\.db$|desktop\.ini$|timestamp\.txt$|Icon\r?$|~\$|node_modules$"
    r"|(?:\.?v?env|virtualenv|site-packages|lib64)$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Item:
    """One plain file: its relative POSIX name, its path, and its modification time.

    If `path` is an archive, `member` is the name inside it. `remark` says why it is not a plain
    file. `modified` is in seconds since 1970, `size` in bytes.
    """

    name: str
    path: Path
    modified: float = 0.0
    size: int = 0
    member: str = ""
    remark: str = ""

    @property
    def folder(self) -> str:
        """The folder that contains the file: "", or with a slash at the end."""
        return self.name[: self.name.rfind("/") + 1]

    @property
    def base(self) -> str:
        """The file name without its folder."""
        return self.name.rpartition("/")[2]


@dataclass(frozen=True)
class Listing:
    """The files of a place, nearest first. `is_whole` is false if there were too many names to
    list.
    """

    items: tuple[Item, ...]
    is_whole: bool = True


def is_system_file(name: str) -> bool:
    """Whether a name belongs to a hidden file, or to one that an operating system leaves behind."""
    return _SYSTEM_FILES.match(name) is not None or name.endswith(("~", ".pyc", ".swp"))


def is_printable_name(name: str) -> bool:
    """Whether a name can be passed to another process, and shown, as text."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return len(name) <= MAX_PATH and name.isprintable()


def usual(name: str) -> str:
    """Normalize a name for comparison: composed characters, lower case, no outer white space."""
    return unicodedata.normalize("NFC", name).strip().lower()


def listing(folder: Path) -> Listing:
    """List the plain files in and below a folder. Hidden files are left out; links are not
    followed.
    """
    items: list[Item] = []
    waiting, looked_at = [("", folder)], 0
    for prefix, place in waiting:
        try:
            with os.scandir(place) as entries:
                for entry in entries:
                    looked_at += 1
                    if looked_at > MAX_NAMES:
                        return Listing(_in_order(items), False)
                    if is_system_file(entry.name):
                        continue
                    name = prefix + entry.name
                    if entry.is_dir(follow_symlinks=False):
                        if (
                            name.count("/") + 1 < MAX_DEPTH
                            and len(waiting) < MAX_FOLDERS
                            and not os.path.lexists(place / entry.name / "pyvenv.cfg")
                        ):
                            waiting.append((f"{name}/", place / entry.name))
                    else:
                        items.append(_item(name, entry))
        except OSError:
            continue
    return Listing(_in_order(items))


def _item(name: str, entry: os.DirEntry[str]) -> Item:
    path = Path(entry.path)
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError:
        return Item(name, path, remark="cannot be read")
    if stat.S_ISLNK(status.st_mode):
        return Item(name, path, remark="is a symbolic link")
    if not stat.S_ISREG(status.st_mode):
        return Item(name, path, remark="is not a regular file")
    return Item(name, path, status.st_mtime, status.st_size)


def _in_order(items: list[Item]) -> tuple[Item, ...]:
    return tuple(sorted(items, key=lambda item: (item.name.count("/"), item.name)))
