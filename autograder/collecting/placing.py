"""Puts a hand-in into `submitted/` in one step, and never over what a person changed there."""

from __future__ import annotations

import contextlib
import glob
import hashlib
import os
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from autograder.collecting.records import State, load_record, save_record
from autograder.errors import SubmissionRejected
from convgrade.os_errors import naming
from convgrade.submission.files import digest_of
from convgrade.submission.places import is_system_file

TIMESTAMP = "timestamp.txt"


@contextmanager
def scratch_beside(target: Path) -> Iterator[Path]:
    """Provide an empty folder beside `target`; in the end it is removed, if it is still there."""
    with naming(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        with contextlib.suppress(OSError):
            target.parent.rmdir()  # only if nothing is in it


def remove_scratch(target: Path) -> None:
    """Remove what a run that was killed has left beside `target`."""
    for left in target.parent.glob(f".{glob.escape(target.name)}.*"):
        shutil.rmtree(left, ignore_errors=True)


def write_time(folder: Path, time: datetime) -> None:
    """Write when the work was handed in, as nbgrader does."""
    (folder / TIMESTAMP).write_text(f"{time:%Y-%m-%d %H:%M:%S} UTC\n", encoding="utf-8")


def compared(scratch: Path, target: Path, placed: Collection[str]) -> State:
    """What putting `scratch` at `target` would be.

    Args:
        scratch: a folder with all files of the hand-in.
        target: the folder in `submitted/`.
        placed: the digests of what was put there before.
    """
    if not os.path.lexists(target):
        return State.NEW
    there = digest_of_folder(target)
    if there == digest_of_folder(scratch):
        return State.AS_BEFORE
    return State.CHANGED if there in placed else State.BY_HAND


def put(scratch: Path, target: Path, records: Path) -> State:
    """Move `scratch` to `target` in one step, unless it is there or a person changed it.

    Args:
        scratch: a folder with all files of the hand-in.
        target: the folder in `submitted/`.
        records: the folder with the student's record, which remembers what was put.
    """
    record, digest = load_record(records), digest_of_folder(scratch)
    state = compared(scratch, target, record.placed)
    if state is State.BY_HAND:
        return state
    if state is not State.AS_BEFORE:
        save_record(records, replace(record, placed=(*record.placed, digest)))
        _exchange(scratch, target) if state is State.CHANGED else _move(scratch, target)
    save_record(records, replace(record, placed=(digest,)))
    return state


def _move(scratch: Path, target: Path) -> None:
    with naming(target):
        scratch.chmod(0o755)
        scratch.rename(target)


def _exchange(scratch: Path, target: Path) -> None:
    """Put the new folder in the place of the old one, which is removed then."""
    with naming(target), scratch_beside(target) as aside:
        scratch.chmod(0o755)
        target.rename(aside / "old")
        try:
            scratch.rename(target)
        except BaseException:
            (aside / "old").rename(target)
            raise


def digest_of_folder(folder: Path) -> str:
    """A digest of the names and contents of files; of links and the like, only their names.

    What systems and JupyterLab leave behind, such as checkpoints, does not count.
    """
    total = hashlib.sha256()
    if folder.is_symlink() or not folder.is_dir():
        return "no folder"
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not is_system_file(name))
        for name in sorted(files):
            if is_system_file(name) and name != TIMESTAMP:
                continue
            path = Path(place, name)
            try:
                content = digest_of(path)
            except SubmissionRejected:
                content = "no file"
            total.update(os.fsencode(f"{path.relative_to(folder)}\0{content}\0"))
    return total.hexdigest()
