"""Copies a repository of this machine as plain files, so that git never runs inside it.

Objects and names of branches are copied; settings, hooks, alternates and links are not. The copy is
a repository of ours, from which git fetches as from a server.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from autograder.collecting.git import STREAMED, Git
from autograder.errors import SubmissionRejected

MOST_FILES = 100_000
_CHUNK = 2**20
_PARTS = re.compile(
    r"HEAD|packed-refs|shallow|refs/[^\x00-\x20\x7f]+"
    r"|objects/[0-9a-f]{2}/[0-9a-f]{38}(?:[0-9a-f]{24})?"
    r"|objects/pack/pack-[0-9a-f]{40,64}\.(?:pack|idx)"
)


def create_repository(git: Git, folder: Path) -> None:
    """Make an empty bare repository of ours."""
    folder.mkdir(parents=True, exist_ok=True)
    git.run(folder, "init", "--quiet", "--bare", "--template=")


def copy_repository(git: Git, origin: Path, target: Path) -> None:
    """Make a bare repository at `target` with the objects and branches of `origin`.

    Raises:
        SubmissionRejected: it is no repository, or larger than `git` may write.
        OSError: the copy cannot be written.
    """
    create_repository(git, target)
    git.run(target, "config", "core.bigFileThreshold", STREAMED)  # for git's own other side
    left = git.limits.file_bytes
    for name, descriptor in _files(_git_folder(origin)):
        with os.fdopen(descriptor, "rb") as source:
            left -= os.fstat(descriptor).st_size
            if left < 0:
                raise SubmissionRejected(
                    f"the repository is larger than {git.limits.file_bytes // 2**20} MB"
                )
            copy = target / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            with copy.open("wb") as written:
                shutil.copyfileobj(source, written, _CHUNK)


def _git_folder(origin: Path) -> Path:
    """The folder with the objects: `.git`, or the folder itself if it is bare."""
    inner = origin / ".git"
    folder = inner if os.path.lexists(inner) else origin
    for place in (origin, folder):
        if place.is_symlink():
            raise SubmissionRejected("the repository is a symbolic link, which is not followed")
    if not os.path.lexists(origin):
        raise SubmissionRejected("the folder of the repository does not exist")
    if not folder.is_dir() or not (folder / "HEAD").exists() or not (folder / "objects").is_dir():
        raise SubmissionRejected("the folder is no repository")
    return folder


def _files(folder: Path) -> Iterator[tuple[str, int]]:
    """The files to copy: names, and descriptors that the caller closes. No link is followed."""
    count = 0
    for place, folders, files, at in os.fwalk(folder, follow_symlinks=False):
        inside = os.path.relpath(place, folder)
        prefix = "" if inside == "." else f"{inside}/"
        if not prefix:  # objects last: what a branch names is there before the branch names it
            folders[:] = [name for name in ("refs", "objects") if name in folders]
        for name in files:
            count += 1
            if count > MOST_FILES:
                raise SubmissionRejected(f"the repository has more than {MOST_FILES} files")
            if _PARTS.fullmatch(prefix + name):
                descriptor = _opened(name, at)
                if descriptor is not None:
                    yield prefix + name, descriptor


def _opened(name: str, folder: int) -> int | None:
    try:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        descriptor = os.open(name, flags, dir_fd=folder)
    except OSError:
        return None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        return None
    return descriptor
