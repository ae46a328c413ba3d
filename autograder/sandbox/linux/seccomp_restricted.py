"""A further seccomp filter, for a submission that has no namespaces of its own.

Such a submission shares process numbers, users, sockets and folders with the rest of the machine.
Landlock keeps it from the content of files. This keeps it from what Landlock does not cover:
sockets, modes and owners of files, limits and signals of other processes.
"""

from __future__ import annotations

import errno
import os

from autograder.sandbox.linux import bpf
from autograder.sandbox.linux.bpf import AND, JEQ, JSET, Instruction, load_argument, refuse, when

# Servers of this machine, queues and segments of other processes, names of files in use, mounts.
DENIED = """
    bind connect listen accept accept4
    shmat shmctl semop semctl semtimedop msgrcv msgsnd msgctl mq_unlink
    inotify_init inotify_init1 inotify_add_watch
    move_pages migrate_pages process_mrelease statmount listmount file_setattr
""".split()
# These would change files that belong to the grader's user, or let a process leave the group that
# is ended as a whole. They report success and do nothing, so that honest code goes on.
WITHOUT_EFFECT = """
    chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat
    utime utimes utimensat futimesat setsid setpgid
""".split()
ATTRIBUTES = """
    setxattr lsetxattr fsetxattr setxattrat removexattr lremovexattr fremovexattr removexattrat
""".split()
_SIGNALS_BY_PROCESS = ("kill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo")
_SIGNALS_OTHERWISE = ("tkill", "pidfd_send_signal")

_PR_SET_CHILD_SUBREAPER = 36
_AF_UNIX, _SOCK_STREAM, _SOCKET_KIND = 1, 1, 0xF
_F_SETOWN, _F_SETSIG, _F_SETOWN_EX, _F_SETLEASE = 8, 10, 15, 1024
_FIOSETOWN, _SIOCSPGRP = 0x8901, 0x8902
_O_ACCESS, _O_TRUNC = 0o3, 0o1000


def install(*, signals_are_scoped: bool, truncation_is_covered: bool) -> None:
    """Apply the filter to this process and all that it will ever start; needs no_new_privs.

    Args:
        signals_are_scoped: Landlock keeps signals among the processes of the submission. Otherwise
            each process may send signals to the first of them, or to all, but to no single other.
        truncation_is_covered: Landlock covers truncation.

    Raises:
        OSError: as for `bpf.install`.
    """
    rules = _always()
    if not signals_are_scoped:
        rules += _signals()
    if not truncation_is_covered:
        rules += _truncation()
    bpf.install(rules)


def _always() -> list[Instruction]:
    code = bpf.refused(DENIED, errno.EPERM)
    code += bpf.refused(WITHOUT_EFFECT, 0)
    code += bpf.refused(ATTRIBUTES, errno.EOPNOTSUPP)
    code += bpf.refused(["socket"], errno.EAFNOSUPPORT)
    # only a pair of streams: datagram sockets can be connected again, to any server
    code += when(
        "socketpair",
        [
            (JEQ, 1, 0, _AF_UNIX),
            refuse(errno.EAFNOSUPPORT),
            load_argument(1),
            (AND, 0, 0, _SOCKET_KIND),
            (JEQ, 1, 0, _SOCK_STREAM),
            refuse(errno.EPROTONOSUPPORT),
        ],
        argument=0,
    )
    # an owner of a descriptor gets signals; a lease makes others wait
    code += when("fcntl", _each((_F_SETOWN, _F_SETSIG, _F_SETOWN_EX, _F_SETLEASE)), argument=1)
    code += when("ioctl", _each((_FIOSETOWN, _SIOCSPGRP)), argument=1)
    # orphans have to go to the first process, which is measured
    code += when("prctl", _each((_PR_SET_CHILD_SUBREAPER,)), argument=0)
    # of this process only: otherwise it could lower the limits of all processes of its user
    code += when("prlimit64", _only((0, os.getpid()), errno.EPERM), argument=0)
    code += when("sched_setaffinity", _only((0,), 0), argument=0)
    return code


def _signals() -> list[Instruction]:
    code = bpf.refused(_SIGNALS_OTHERWISE, errno.EPERM)
    for name in _SIGNALS_BY_PROCESS:
        code += when(name, _only((0, os.getpid()), errno.EPERM), argument=0)
    return code


def _truncation() -> list[Instruction]:
    code = bpf.refused(["truncate"], errno.EPERM) + bpf.refused(["openat2"], errno.ENOSYS)
    for name, flags in (("open", 1), ("openat", 2)):
        code += when(
            name,
            [(JSET, 0, 2, _O_TRUNC), (JSET, 1, 0, _O_ACCESS), refuse(errno.EPERM)],
            argument=flags,
        )
    return code


def _each(values: tuple[int, ...]) -> list[Instruction]:
    """Refuse each of these values of the argument."""
    tests: list[list[Instruction]] = [[(JEQ, 0, 1, v), refuse(errno.EPERM)] for v in values]
    return [step for test in tests for step in test]


def _only(values: tuple[int, ...], error: int) -> list[Instruction]:
    """Refuse all other values of the argument."""
    tests: list[Instruction] = [(JEQ, len(values) - i, 0, v) for i, v in enumerate(values)]
    return [*tests, refuse(error)]
