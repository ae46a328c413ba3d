"""The scratch folder of a submission that has no file system of its own: its size, its removal.

The names in it, their number and their depth were chosen by the submission.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path

from autograder.sandbox.limits import MEGABYTE
from autograder.sandbox.process_tree import Tree

MOST_FILES = 16384
_BLOCK = 512


def used_mb(folder: str, tree: Tree) -> float:
    """Size of the files in the folder, and of removed files that a process still holds.

    It is infinite if there are more files than `MOST_FILES`, or one too deep to be named.
    """
    try:
        device = os.stat(folder).st_dev
    except FileNotFoundError:  # the warm process has removed it, as it ended
        return 0.0
    sizes: dict[int, int] = {}  # by inode, so that a file with two names counts once
    for number, status in enumerate(_below(folder)):
        if number > MOST_FILES or status is None:
            return float("inf")
        sizes[status.st_ino] = status.st_blocks * _BLOCK
    for pid in tree.pids():
        sizes.update(_removed_and_mapped(pid, device))
        sizes.update(_removed_and_open(pid, device))
    return sum(sizes.values()) / MEGABYTE


def remove(folder: str) -> None:
    """Remove everything in the folder, and then the folder, however deep it is.

    No process may be left that could change it meanwhile.
    """
    fresh = f".{secrets.token_hex(8)}-"  # no name that the submission has chosen
    moved = 0
    while names := os.listdir(folder):
        for name in names:
            path = os.path.join(folder, name)
            if not _is_folder(path):
                os.unlink(path)
                continue
            os.chmod(path, 0o700)
            for below in os.listdir(path):
                inner = os.path.join(path, below)
                if _is_folder(inner):
                    os.chmod(inner, 0o700)  # otherwise it could not be moved
                moved += 1
                os.rename(inner, os.path.join(folder, f"{fresh}{moved}"))
            os.rmdir(path)
    os.rmdir(folder)


def _is_folder(path: str) -> bool:
    return stat.S_ISDIR(os.lstat(path).st_mode)


def _below(folder: str) -> Iterator[os.stat_result | None]:
    """The status of each file and folder below; None for a folder that is too deep to be named."""
    waiting = [folder]
    while waiting:
        path = waiting.pop()
        try:
            _make_readable(path)
            with os.scandir(path) as entries:
                for entry in entries:
                    with contextlib.suppress(FileNotFoundError):
                        yield entry.stat(follow_symlinks=False)
                        if entry.is_dir(follow_symlinks=False):
                            waiting.append(entry.path)
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                yield None


def _make_readable(path: str) -> None:
    """Give a folder back to its owner, unless a link has taken its place meanwhile."""
    if os.access(path, os.R_OK | os.X_OK, effective_ids=True):
        return
    descriptor = os.open(path, os.O_PATH | os.O_NOFOLLOW | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.chmod(f"/proc/self/fd/{descriptor}", 0o700)
    finally:
        os.close(descriptor)


def _removed_and_open(pid: int, device: int) -> dict[int, int]:
    """Size by inode of files on that device without a name that a process has open."""
    found: dict[int, int] = {}
    folder = f"/proc/{pid}/fd"
    with contextlib.suppress(OSError):
        for name in os.listdir(folder):
            with contextlib.suppress(OSError):
                status = os.stat(f"{folder}/{name}")
                if status.st_nlink == 0 and status.st_dev == device:
                    found[status.st_ino] = status.st_blocks * _BLOCK
    return found


def _removed_and_mapped(pid: int, device: int) -> dict[int, int]:
    """The same for files that it has mapped, by the size of what is mapped."""
    wanted = b"%02x:%02x" % (os.major(device), os.minor(device))
    found: dict[int, int] = {}
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/maps").read_bytes().splitlines():
            if line.endswith(b" (deleted)"):
                addresses, _, _, where, inode, _ = line.split(maxsplit=5)
                low, _, high = addresses.partition(b"-")
                if where == wanted:
                    number = int(inode)
                    found[number] = found.get(number, 0) + int(high, 16) - int(low, 16)
    return found
