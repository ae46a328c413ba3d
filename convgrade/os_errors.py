"""Errors of the operating system in a sentence that names the file and says what to do."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

FULL = (errno.ENOSPC, errno.EDQUOT)
OF_THE_MACHINE = (
    *FULL,
    errno.EROFS,
    errno.EIO,
    errno.ESTALE,
    errno.EMFILE,
    errno.ENFILE,
    errno.ENOMEM,
    errno.EAGAIN,
)
"""What concerns every file, not only the one that was to be used."""
OF_A_FILE = (errno.EACCES, errno.EPERM)
"""What no program can avoid, but may concern one file only."""


def is_of_the_machine(error: BaseException) -> bool:
    """Whether the next file would fail in the same way."""
    return isinstance(error, OSError) and error.errno in OF_THE_MACHINE


def is_for_people(error: OSError) -> bool:
    """Whether a person can do something about it: it is of the machine, or it names a file."""
    known = error.errno in (*OF_THE_MACHINE, *OF_A_FILE)
    names_file = error.errno is not None and error.filename is not None
    return known or names_file or _has_lost_its_folder(error)


def in_a_sentence(error: OSError) -> str:
    """Say what the machine refused, for which file, and what to do."""
    where = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else ""
    if error.errno in FULL:
        disk = f"The disk with {where}" if where else "The disk with the course, or with /tmp,"
        return f"{disk} is full. Make room and run the command again: what is done is kept."
    if _has_lost_its_folder(error):
        return (
            "The working folder is not there any more: change to the course folder and run the "
            "command again."
        )
    if error.errno == errno.ENOENT:
        return f"{where} is not there. Put it back and run the command again."
    reason = error.strerror or str(error)
    return f"{where and where + ': '}{reason}. Correct that and run the command again."


def _has_lost_its_folder(error: OSError) -> bool:
    """Whether asking for the working folder failed, because it was removed."""
    if error.errno != errno.ENOENT or error.filename is not None:
        return False
    try:
        os.getcwd()
    except FileNotFoundError:
        return True
    return False


@contextmanager
def naming(path: str | os.PathLike[str]) -> Iterator[None]:
    """Let the errors of the system name this file. Those of writing to an open file name none."""
    try:
        yield
    except OSError as error:
        if error.errno is None:
            raise
        raise OSError(error.errno, error.strerror, os.fspath(path)) from None
