"""Whether this machine and its user's settings let anything be graded, said before it is tried.

Knows no course and no submission.
"""

from __future__ import annotations

import os
import sys
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


def open_standard_streams() -> None:
    """Give a process that was started without stdin, stdout or stderr empty ones.

    Else the next file that it opens takes their place, and what is printed goes there.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free: this one
            os.set_inheritable(number, True)
    for name, number, mode in (("stdin", 0, "r"), ("stdout", 1, "w"), ("stderr", 2, "w")):
        if getattr(sys, name) is None:
            stream = open(number, mode, encoding="utf-8", closefd=False)  # noqa: SIM115
            setattr(sys, name, stream)
            setattr(sys, f"__{name}__", stream)


def _umask() -> int:
    """As /proc says it: asking the kernel means to change it, for other threads too."""
    try:
        status = Path("/proc/self/status").read_text()
        return int(status.partition("Umask:")[2].split()[0], 8)
    except (OSError, IndexError, ValueError):
        mask = os.umask(0o077)
        os.umask(mask)
        return mask
