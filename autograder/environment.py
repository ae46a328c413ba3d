"""Whether this machine and its user's settings let anything be graded, said before it is tried.

Knows no course and no submission.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from autograder.errors import EnvironmentUnusable

_OWNERS_BITS = 0o700


def require_usable() -> None:
    """Make sure that files can be written, and read again.

    Raises:
        EnvironmentUnusable: says what to change.
    """
    mask = _umask()
    if mask & _OWNERS_BITS:
        raise EnvironmentUnusable(
            f"The umask {mask:03o} keeps the grader from its own files: set `umask 077` first."
        )
    try:
        with tempfile.TemporaryFile() as file:
            file.write(b"x")
            file.flush()
    except OSError as error:
        raise EnvironmentUnusable(
            f"There is no usable folder for temporary files ({error.strerror or error}): "
            "set TMPDIR to one that can be written and has room."
        ) from None


def _umask() -> int:
    """As /proc says it: asking the kernel means to change it, for other threads too."""
    try:
        status = Path("/proc/self/status").read_text()
        return int(status.partition("Umask:")[2].split()[0], 8)
    except (OSError, IndexError, ValueError):
        mask = os.umask(0o077)
        os.umask(mask)
        return mask
