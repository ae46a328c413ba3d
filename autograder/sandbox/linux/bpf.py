"""Programs of the Berkeley Packet Filter for system calls: how rules are written and installed.

It knows no policy: which calls are refused stands in `seccomp` and `seccomp_restricted`.
"""

from __future__ import annotations

import ctypes
import errno
import struct
from collections.abc import Iterable

from autograder.sandbox.linux import syscalls

Instruction = tuple[int, int, int, int]

LOAD, AND, JEQ, JGE, JSET, RETURN = 0x20, 0x54, 0x15, 0x35, 0x45, 0x06
_AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32_BIT = 0x40000000
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER, _ARCH = 0, 4
_PR_SET_SECCOMP, _MODE_FILTER = 22, 2


def refuse(error: int) -> Instruction:
    """End with this error; 0 reports success, although nothing is done."""
    return (RETURN, 0, 0, _ERRNO | error)


def load_argument(index: int, *, upper: bool = False) -> Instruction:
    """Load the lower (or upper) half of an argument."""
    return (LOAD, 0, 0, 16 + 8 * index + 4 * upper)


def when(name: str, then: list[Instruction], argument: int | None = None) -> list[Instruction]:
    """Run `then` for that system call only.

    With an `argument`, that is loaded first, and `then` may fall through to "allowed", since no
    later test can match.
    """
    number = syscalls.number(name)
    if number is None:
        return []
    if argument is not None:
        then = [load_argument(argument), *then, (RETURN, 0, 0, _ALLOW)]
    return [(JEQ, 0, len(then), number), *then]


def refused(names: Iterable[str], error: int) -> list[Instruction]:
    """Refuse all of these system calls with the same error."""
    return [step for name in names for step in when(name, [refuse(error)])]


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def install(rules: list[Instruction]) -> None:
    """Apply a filter to this thread and all that it will ever start; needs no_new_privs.

    What no rule decides is allowed, except system calls of another architecture. Of several filters
    the strictest counts.

    Raises:
        OSError: the kernel has no seccomp filters, or there is none for this architecture.
    """
    if syscalls.MACHINE not in _AUDIT_ARCH:
        raise OSError(errno.ENOSYS, f"no filter is written for {syscalls.MACHINE}")
    steps: list[Instruction] = [
        (LOAD, 0, 0, _ARCH),
        (JEQ, 1, 0, _AUDIT_ARCH[syscalls.MACHINE]),
        (RETURN, 0, 0, _KILL),
        (LOAD, 0, 0, _NUMBER),
    ]
    if syscalls.MACHINE == "x86_64":
        steps += [(JGE, 0, 1, _X32_BIT), refuse(errno.ENOSYS)]
    steps += [*rules, (RETURN, 0, 0, _ALLOW)]
    code = b"".join(struct.pack("=HBBI", *step) for step in steps)
    buffer = ctypes.create_string_buffer(code, len(code))
    program = _Program(len(code) // 8, ctypes.addressof(buffer))
    syscalls.call("prctl", _PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(program))
