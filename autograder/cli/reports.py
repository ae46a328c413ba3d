"""Writes reports to a file, to stdout, or to any other path, and checks the path before grading.

A plain file is replaced as a whole. A device, a pipe or a descriptor is written to and stays what
it is. A link is followed. A report is appended to a job summary, because each step of a job adds to
it.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import sys
from collections.abc import Iterable
from pathlib import Path

from autograder.errors import AutograderError
from convgrade.os_errors import is_of_the_machine

STDOUT = "-"
SUMMARIES = ("GITHUB_STEP_SUMMARY",)
"""Variables that name a file to which every step of a CI job appends."""
_DESCRIPTOR = re.compile(r"/(?:dev/fd|proc/(?:self|thread-self|\d+)/fd)/(\d{1,9})")
_MOST_LINKS = 40


def check(targets: Iterable[str]) -> None:
    """Check that each report can be written to its target; change nothing there.

    Raises:
        AutograderError: one cannot be written, or two have the same target.
    """
    seen: set[str] = set()
    for target in targets:
        place = STDOUT if goes_to_stdout(target) else os.path.realpath(target)
        if place in seen:
            if place == STDOUT:
                raise AutograderError("Only one report can go to stdout: give the others a path.")
            raise AutograderError(f"Two reports cannot go to {target}: give each its own path.")
        seen.add(place)
        if place == STDOUT:
            continue
        try:
            _require_writable(target)
        except OSError as error:
            raise _unwritable(target, error) from None


def goes_to_stdout(target: str) -> bool:
    """Whether a report goes to stdout, under any name."""
    return target == STDOUT or _descriptor(target) == 1


def write(target: str, text: str) -> None:
    """Write a report to its target.

    Raises:
        AutograderError: it cannot be written.
    """
    text = text.encode("utf-8", "backslashreplace").decode().rstrip("\n") + "\n"
    try:
        if goes_to_stdout(target):
            sys.stdout.write(text)
            sys.stdout.flush()
        elif (descriptor := _descriptor(target)) is not None:
            with open(os.dup(descriptor), "w", encoding="utf-8") as file:
                file.write(text)
        else:
            _write_path(target, text)
    except OSError as error:
        raise _unwritable(target, error) from None


def discard(target: str) -> None:
    """Remove the report of an earlier run from a target that gets no report now."""
    if not goes_to_stdout(target) and not os.path.islink(target) and os.path.isfile(target):
        os.unlink(target)


def _write_path(target: str, text: str) -> None:
    from convgrade import atomic_files

    try:
        status = os.stat(target)
    except FileNotFoundError:
        atomic_files.write_text(Path(os.path.realpath(target)), text)
        return
    if not stat.S_ISREG(status.st_mode):
        with open(target, "w", encoding="utf-8") as file:
            file.write(text)
    elif _is_summary(target):
        with open(target, "a", encoding="utf-8") as file:
            file.write(text)
    else:
        mine = status.st_uid == os.geteuid() and status.st_nlink == 1
        try:
            if not mine:
                raise PermissionError
            real = Path(os.path.realpath(target))
            atomic_files.write_text(real, text, stat.S_IMODE(status.st_mode))
        except OSError as error:  # mounted on its own, or in a folder that takes no new files
            if is_of_the_machine(error) and error.errno != errno.EROFS:
                raise
            Path(target).write_text(text, encoding="utf-8")


def _require_writable(target: str) -> None:
    """Raise the error that writing would raise. A pipe is not opened, because opening waits for a
    reader.
    """
    if not target:
        raise FileNotFoundError(2, "No such file or directory")
    descriptor = _descriptor(target)
    if descriptor is not None:
        os.fstat(descriptor)
        return
    try:
        mode = os.stat(target).st_mode
    except FileNotFoundError:
        _require_writable_folder(Path(os.path.realpath(target)).parent)
        return
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(21, "Is a directory")
    if stat.S_ISREG(mode):
        os.close(os.open(target, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC))
    elif not os.access(target, os.W_OK):
        raise PermissionError(13, "Permission denied")


def _require_writable_folder(folder: Path) -> None:
    from autograder.cli.preflight import try_to_write

    folder.mkdir(parents=True, exist_ok=True)
    try_to_write(folder)


def _is_summary(target: str) -> bool:
    for variable in SUMMARIES:
        named = os.environ.get(variable, "")
        if named and os.path.exists(named) and os.path.samefile(named, target):
            return True
    return False


def _descriptor(target: str) -> int | None:
    """The number of the open descriptor that a path stands for; None if there is none."""
    path = target
    for _ in range(_MOST_LINKS):
        found = _DESCRIPTOR.fullmatch(os.path.normpath(path))
        if found:
            return int(found.group(1))
        try:
            path = os.path.join(os.path.dirname(path), os.readlink(path))
        except OSError:
            return None
    return None


def _unwritable(target: str, error: OSError) -> AutograderError:
    where = "stdout" if target == STDOUT else target
    return AutograderError(f"{where} cannot be written ({error.strerror}): nothing goes there.")
