"""Landlock: which files can be read and written, even if a mount were wrong or there is none.

It knows only paths. Older kernels lack it or parts of it; the parts that exist are used.
"""

from __future__ import annotations

import ctypes
import os
import stat
from collections.abc import Iterable

from autograder.sandbox.linux import syscalls

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_READING = _EXECUTE | _READ_FILE | _READ_DIR
_TRUNCATE, _IOCTL_DEV = 1 << 14, 1 << 15
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV
_VERSION_FLAG = 1
_RULE_PATH_BENEATH = 1
_SCOPE_ALL = 0b11  # abstract Unix sockets, signals
_RIGHTS_BY_ABI = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1}
_RIGHTS_NEWEST = (1 << 16) - 1


class _Ruleset(ctypes.Structure):
    _fields_ = (("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def version() -> int:
    """The version of this kernel's Landlock ABI; 0 if it has none."""
    try:
        return syscalls.call("landlock_create_ruleset", None, 0, _VERSION_FLAG)
    except OSError:
        return 0


def scopes_signals(abi: int) -> bool:
    """Whether that version keeps signals among the processes that it restricts."""
    return abi >= 6


def covers_truncation(abi: int) -> bool:
    """Whether that version keeps files from being truncated."""
    return abi >= 3


def restrict(
    writable: Iterable[str],
    devices: Iterable[str],
    readable: Iterable[str] = ("/",),
    listable: Iterable[str] = (),
) -> int:
    """Restrict this thread and all that it will start; returns the ABI version used, 0 for none.

    Args:
        writable: directories below which everything is allowed.
        devices: files that may be written.
        readable: directories below which files may be read and executed, and single such files.
        listable: directories of which, and of all below, the names can be read.
    """
    abi = version()
    if abi == 0:
        return 0
    rights = _RIGHTS_BY_ABI.get(abi, _RIGHTS_NEWEST)
    ruleset = _Ruleset(rights, 0, _SCOPE_ALL if scopes_signals(abi) else 0)
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    descriptor = syscalls.call("landlock_create_ruleset", ctypes.byref(ruleset), size, 0)
    try:
        for path in listable:
            _allow(descriptor, path, rights & _READ_DIR)
        for path in readable:
            _allow(descriptor, path, rights & _READING)
        for path in writable:
            _allow(descriptor, path, rights)
        for path in devices:
            _allow(descriptor, path, rights & _OF_FILES & ~_EXECUTE)
        syscalls.call("landlock_restrict_self", descriptor, 0)
    finally:
        os.close(descriptor)
    return abi


def _allow(ruleset: int, path: str, rights: int) -> None:
    parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not stat.S_ISDIR(os.fstat(parent).st_mode):
            rights &= _OF_FILES  # the kernel refuses the others for a file
        rule = _PathBeneath(rights, parent)
        syscalls.call("landlock_add_rule", ruleset, _RULE_PATH_BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(parent)
