"""Checks before grading whether this machine and the user's settings allow it.

It knows no course and no submission.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from autograder.errors import EnvironmentUnusable

LEAST_ROOM = 2**20
"""Bytes that must fit into the folder for temporary files."""
_OWNERS_BITS = 0o700


def require_usable() -> None:
    """Check that files can be written and read again, and that processes can be measured.

    Raises:
        EnvironmentUnusable: says what to change.
    """
    mask = _umask()
    if mask & _OWNERS_BITS:
        raise EnvironmentUnusable(
            f"The umask {mask:03o} keeps the grader from its own files: set `umask 077` first."
        )
    if sys.platform.startswith("linux") and _named_by_proc() != os.getpid():
        raise EnvironmentUnusable(
            "/proc is missing or shows other processes than this one's, so that nothing can be "
            "measured: mount it (`mount -t proc proc /proc`; with unshare, `--mount-proc`)."
        )
    try:
        with tempfile.TemporaryFile() as file:
            file.write(b" " * LEAST_ROOM)
            file.flush()
    except OSError as error:
        raise EnvironmentUnusable(
            f"There is no usable folder for temporary files ({error.strerror or error}): "
            "set TMPDIR to one that can be written and has room."
        ) from None


def _named_by_proc() -> int:
    try:
        return int(os.readlink("/proc/self"))
    except (OSError, ValueError):
        return 0


def _umask() -> int:
    """The umask from /proc: asking the kernel would change it for a moment, in all threads."""
    try:
        status = Path("/proc/self/status").read_text()
        return int(status.partition("Umask:")[2].split()[0], 8)
    except (OSError, IndexError, ValueError):
        mask = os.umask(0o077)
        os.umask(mask)
        return mask
