"""A seccomp filter, written by hand in BPF: which system calls student code may not make.

It does not know namespaces. It closes the ways out of them and around them.
"""

from __future__ import annotations

import ctypes
import errno
import struct

from autograder.sandbox.linux import syscalls

# Tracing, new namespaces and mounts, keyrings, kernel interfaces that student code does not need,
# and memory that belongs to no process and would escape the limit. sendmsg passes descriptors: a
# grader that received the last copy of a lingering socket would block while closing it.
DENIED = """
    ptrace process_vm_readv process_vm_writev process_madvise kcmp pidfd_getfd
    unshare setns mount umount2 pivot_root chroot open_tree open_tree_attr move_mount
    fsopen fsconfig fsmount fspick mount_setattr
    add_key request_key keyctl
    bpf perf_event_open io_uring_setup io_uring_enter io_uring_register userfaultfd
    memfd_create memfd_secret shmget semget msgget mq_open vmsplice
    sendmsg sendmmsg
    kexec_load kexec_file_load init_module finit_module delete_module reboot swapon swapoff acct
    quotactl quotactl_fd open_by_handle_at name_to_handle_at fanotify_init lookup_dcookie
    personality syslog sethostname setdomainname settimeofday clock_settime clock_adjtime adjtimex
    iopl ioperm modify_ldt uselib vhangup nfsservctl _sysctl
""".split()
PRIORITIES = "setpriority sched_setparam sched_setscheduler sched_setattr ioprio_set".split()

_AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32_BIT = 0x40000000
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_LOAD, _JEQ, _JGE, _JSET, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCH = 0, 4
# CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET
_NAMESPACE_FLAGS = 0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x70000000
_FAMILIES = (1, 2, 10)  # AF_UNIX, AF_INET, AF_INET6
_SOL_SOCKET, _SO_SNDBUF, _SO_RCVBUF = 1, 7, 8
_MAP_SHARED, _MAP_ANONYMOUS = 0x01, 0x20
_PRCTL_DENIED = (1, 4)  # PR_SET_PDEATHSIG, PR_SET_DUMPABLE
_RLIMIT_CPU = 0
_PR_SET_SECCOMP, _MODE_FILTER = 22, 2

Instruction = tuple[int, int, int, int]


def _program() -> list[Instruction]:
    code: list[Instruction] = [
        (_LOAD, 0, 0, _ARCH),
        (_JEQ, 1, 0, _AUDIT_ARCH[syscalls.MACHINE]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]
    if syscalls.MACHINE == "x86_64":
        code += [(_JGE, 0, 1, _X32_BIT), _refuse(errno.ENOSYS)]
    for name in DENIED:
        code += _when(name, [_refuse(errno.EPERM)])
    # glibc falls back from clone3, whose flags a filter cannot see, to clone
    code += _when("clone3", [_refuse(errno.ENOSYS)])
    code += _when("clone", [(_JSET, 0, 1, _NAMESPACE_FLAGS), _refuse(errno.EPERM)], argument=0)
    # shared pages without a file stay after they are unmapped, and then count for no process
    code += _when(
        "mmap",
        [(_JSET, 0, 2, _MAP_ANONYMOUS), (_JSET, 0, 1, _MAP_SHARED), _refuse(errno.EPERM)],
        argument=3,
    )
    for name in ("socket", "socketpair"):
        allowed = [(_JEQ, len(_FAMILIES) - i, 0, family) for i, family in enumerate(_FAMILIES)]
        code += _when(name, [*allowed, _refuse(errno.EAFNOSUPPORT)], argument=0)
    denied = [(_JEQ, 0, 1, option) for option in _PRCTL_DENIED]
    code += _when(
        "prctl",
        [step for test in denied for step in (test, _refuse(errno.EPERM))],
        argument=0,
    )
    # a process with a lower priority would seem to wait for others: report success, do nothing
    for name in PRIORITIES:
        code += _when(name, [_refuse(0)])
    # a process that the kernel ends at its limit of computing time would look as if it had been
    # ended from outside
    code += _when("setrlimit", [(_JEQ, 0, 1, _RLIMIT_CPU), _refuse(errno.EPERM)], argument=0)
    code += _when(
        "prlimit64",
        [
            (_JEQ, 0, 5, _RLIMIT_CPU),
            _load_argument(2),
            (_JEQ, 0, 2, 0),
            _load_argument(2, upper=True),
            (_JEQ, 1, 0, 0),
            _refuse(errno.EPERM),
        ],
        argument=1,
    )
    # a larger socket buffer is memory that no process owns: report success, do nothing
    code += _when(
        "setsockopt",
        [
            (_JEQ, 0, 4, _SOL_SOCKET),
            _load_argument(2),
            (_JEQ, 1, 0, _SO_SNDBUF),
            (_JEQ, 0, 1, _SO_RCVBUF),
            _refuse(0),
        ],
        argument=1,
    )
    return [*code, (_RETURN, 0, 0, _ALLOW)]


def _refuse(error: int) -> Instruction:
    return (_RETURN, 0, 0, _ERRNO | error)


def _load_argument(index: int, *, upper: bool = False) -> Instruction:
    return (_LOAD, 0, 0, 16 + 8 * index + 4 * upper)


def _when(name: str, then: list[Instruction], argument: int | None = None) -> list[Instruction]:
    """Run `then` for that system call only.

    With an `argument`, that is loaded first, and `then` may fall through to "allowed", since no
    later test can match.
    """
    number = syscalls.number(name)
    if number is None:
        return []
    if argument is not None:
        then = [_load_argument(argument), *then, (_RETURN, 0, 0, _ALLOW)]
    return [(_JEQ, 0, len(then), number), *then]


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def install() -> None:
    """Apply the filter to this thread and all that it will ever start; needs no_new_privs.

    Raises:
        OSError: the kernel has no seccomp filters, or there is none for this architecture.
    """
    if syscalls.MACHINE not in _AUDIT_ARCH:
        raise OSError(errno.ENOSYS, f"no filter is written for {syscalls.MACHINE}")
    code = b"".join(struct.pack("=HBBI", *step) for step in _program())
    buffer = ctypes.create_string_buffer(code, len(code))
    program = _Program(len(code) // 8, ctypes.addressof(buffer))
    syscalls.call("prctl", _PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(program))
