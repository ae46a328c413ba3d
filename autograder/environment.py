"""Whether this machine and its user's settings let anything be graded, said before it is tried.

Knows no course and no submission.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
from pathlib import Path

from autograder.errors import EnvironmentUnusable

_OWNERS_BITS = 0o700


def require_usable() -> None:
    """Make sure that files can be written and read again, and that processes can be measured.

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
            file.write(b"x")
            file.flush()
    except OSError as error:
        raise EnvironmentUnusable(
            f"There is no usable folder for temporary files ({error.strerror or error}): "
            "set TMPDIR to one that can be written and has room."
        ) from None


def settle_standard_streams() -> None:
    """Give a process that was started without stdin, stdout or stderr empty ones.

    Else the next file that it opens takes their place, and what is printed goes there. What cannot
    be said in the encoding of the others becomes a question mark.
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
    for printed in (sys.stdout, sys.stderr):
        if isinstance(printed, io.TextIOWrapper):
            printed.reconfigure(errors="replace")


def _named_by_proc() -> int:
    try:
        return int(os.readlink("/proc/self"))
    except (OSError, ValueError):
        return 0


def _umask() -> int:
    """As /proc says it: asking the kernel means to change it, for other threads too."""
    try:
        status = Path("/proc/self/status").read_text()
        return int(status.partition("Umask:")[2].split()[0], 8)
    except (OSError, IndexError, ValueError):
        mask = os.umask(0o077)
        os.umask(mask)
        return mask
