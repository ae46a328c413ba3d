"""Chooses the files of a commit that are the hand-in, within limits, and writes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from autograder.collecting.repositories import Repository, TreeEntry
from autograder.errors import SubmissionRejected
from convgrade.safe_text import shortened
from convgrade.submission.kinds import foreign
from convgrade.submission.places import is_printable_name, is_system_file

MOST_FILES = 1000
MOST_BYTES = 256 * 2**20
LARGEST_FILE = 64 * 2**20
LONGEST_PART = 200
_LFS = "a git-lfs pointer"


@dataclass(frozen=True)
class Chosen:
    """The files to take, with their paths in the hand-in, and sentences on what is left out."""

    files: tuple[tuple[str, TreeEntry], ...]
    remarks: tuple[str, ...]


def choose_files(entries: Iterable[TreeEntry], folder: str) -> Chosen:
    """Choose the files below a folder of a commit; all files if there is no such folder.

    Hidden files and those that systems leave behind are not taken, links and submodules neither.

    Raises:
        SubmissionRejected: there are too many or no files.
    """
    below = f"{folder}/"
    everything = list(entries)
    inside = [each for each in everything if each.path.startswith(below)]
    prefix = below if any(each.kind == "file" for each in inside) else ""
    files, left, total = [], Counter[str](), 0
    for entry in inside if prefix else everything:
        path = entry.path.removeprefix(prefix)
        if any(is_system_file(part) for part in path.split("/")):
            continue
        if reason := _fault(path, entry):
            left[reason] += 1
            continue
        total += entry.size
        files.append((path, entry))
    if not files:
        raise SubmissionRejected("the commit has no file that could be a hand-in")
    if len(files) > MOST_FILES:
        raise SubmissionRejected(f"the commit has more than {MOST_FILES} files")
    if total > MOST_BYTES:
        raise SubmissionRejected(f"the files have more than {MOST_BYTES // 2**20} MB together")
    return Chosen(tuple(files), tuple(_left_out(reason, left[reason]) for reason in left))


def _fault(path: str, entry: TreeEntry) -> str:
    """Why an entry is left out; "" if it is taken."""
    parts = PurePosixPath(path).parts
    if entry.kind != "file":
        return {"link": "symbolic link", "submodule": "submodule"}.get(entry.kind, "unknown entry")
    if (
        not is_printable_name(path)
        or "\\" in path
        or any(part in ("..", "/") or len(part.encode()) > LONGEST_PART for part in parts)
    ):
        return "file with a name that cannot be used"
    if entry.size > LARGEST_FILE:
        return f"file of more than {LARGEST_FILE // 2**20} MB"
    return ""


def _left_out(reason: str, count: int) -> str:
    return f"a {reason} is left out" if count == 1 else f"{count} times left out: {reason}"


def write_files(repository: Repository, files: Sequence[tuple[str, TreeEntry]], to: Path) -> str:
    """Write the files into an empty folder.

    Returns:
        A sentence on the files that are only pointers to Git LFS; "" if there is none.
    """
    pointers = []
    for path, entry in files:
        target = to / path
        repository.copy_file(entry, target)
        with target.open("rb") as file:
            if foreign(file.read(200)) == _LFS:
                pointers.append(path)
    if not pointers:
        return ""
    return f"{shortened(pointers[0], 60)} is only a pointer to Git LFS: its content is not fetched"
