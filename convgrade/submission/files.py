"""Opens submitted files with care: only plain files of bounded size, and never through a link."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from convgrade.errors import SubmissionRejected

MAX_FILE = 512 * 2**20
MAX_BYTES = 16 * 2**20  # without outputs; parsed JSON takes forty times as much memory
_CHUNK = 2**20
_FLAGS = sum(
    getattr(os, name, 0)  # not every system has all of them
    for name in ("O_RDONLY", "O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY")
)
_LINK = "The file is a symbolic link; hand in the file itself."


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a regular file for reading. Links, devices and pipes are refused.

    Raises:
        SubmissionRejected: it is not a readable file; the message says why.
    """
    if not hasattr(os, "O_NOFOLLOW") and path.is_symlink():
        raise SubmissionRejected(_LINK)
    try:
        descriptor = os.open(path, _FLAGS)
    except FileNotFoundError:
        raise SubmissionRejected("The file does not exist.") from None
    except OSError as error:
        if path.is_symlink():
            raise SubmissionRejected(_LINK) from None
        raise SubmissionRejected(f"The file cannot be opened ({error.strerror}).") from None
    except ValueError:
        raise SubmissionRejected("The file's name is not one that can be opened.") from None
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        what = "a folder, not a file" if stat.S_ISDIR(mode) else "not a regular file"
        raise SubmissionRejected(f"It is {what}.")
    with os.fdopen(descriptor, "rb") as file:
        yield file


def start_of(path: Path, count: int = 4096) -> bytes:
    """Read the first `count` bytes of a file, which show its kind.

    Raises:
        SubmissionRejected: see `opened`.
    """
    with opened(path) as file:
        return file.read(count)


def require_sensible(raw: bytes, limit: int = MAX_BYTES) -> bytes:
    """Return the bytes if there are any, and not more than `limit`.

    Raises:
        SubmissionRejected: there are none, or too many.
    """
    if len(raw) > limit:
        raise SubmissionRejected(
            f"The file is larger than {limit // 2**20} MB; clear the outputs and save it again."
        )
    if not raw.strip():
        raise SubmissionRejected("The file is empty.")
    return raw


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file of bounded size, as hexadecimal text.

    Raises:
        SubmissionRejected: see `opened`.
    """
    total, left = hashlib.sha256(), MAX_FILE + 1
    with opened(path) as file:
        while left > 0 and (chunk := file.read(min(_CHUNK, left))):
            total.update(chunk)
            left -= len(chunk)
    return total.hexdigest()
