"""A seccomp filter: which system calls student code may not make.

It does not know namespaces. It closes the ways out of them and around them.
"""

from __future__ import annotations

import errno

from autograder.sandbox.linux import bpf
from autograder.sandbox.linux.bpf import (
    JEQ,
    JSET,
    Instruction,
    load_argument,
    refuse,
    refused,
    when,
)

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

# CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET
_NAMESPACE_FLAGS = 0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x70000000
_FAMILIES = (1, 2, 10)  # AF_UNIX, AF_INET, AF_INET6
_SOL_SOCKET, _SO_SNDBUF, _SO_RCVBUF = 1, 7, 8
_MAP_SHARED, _MAP_ANONYMOUS = 0x01, 0x20
_PRCTL_DENIED = (1, 4)  # PR_SET_PDEATHSIG, PR_SET_DUMPABLE
_RLIMIT_CPU = 0


def install() -> None:
    """Apply the filter to this thread and all that it will ever start; needs no_new_privs.

    Raises:
        OSError: the kernel has no seccomp filters, or there is none for this architecture.
    """
    bpf.install(_rules())


def _rules() -> list[Instruction]:
    code = refused(DENIED, errno.EPERM)
    # glibc falls back from clone3, whose flags a filter cannot see, to clone
    code += when("clone3", [refuse(errno.ENOSYS)])
    code += when("clone", [(JSET, 0, 1, _NAMESPACE_FLAGS), refuse(errno.EPERM)], argument=0)
    # shared pages without a file stay after they are unmapped, and then count for no process
    code += when(
        "mmap",
        [(JSET, 0, 2, _MAP_ANONYMOUS), (JSET, 0, 1, _MAP_SHARED), refuse(errno.EPERM)],
        argument=3,
    )
    for name in ("socket", "socketpair"):
        allowed = [(JEQ, len(_FAMILIES) - i, 0, family) for i, family in enumerate(_FAMILIES)]
        code += when(name, [*allowed, refuse(errno.EAFNOSUPPORT)], argument=0)
    denied = [(JEQ, 0, 1, option) for option in _PRCTL_DENIED]
    code += when(
        "prctl",
        [step for test in denied for step in (test, refuse(errno.EPERM))],
        argument=0,
    )
    # a process with a lower priority would seem to wait for others: report success, do nothing
    code += refused(PRIORITIES, 0)
    # a process that the kernel ends at its limit of computing time would look as if it had been
    # ended from outside
    code += when("setrlimit", [(JEQ, 0, 1, _RLIMIT_CPU), refuse(errno.EPERM)], argument=0)
    code += when(
        "prlimit64",
        [
            (JEQ, 0, 5, _RLIMIT_CPU),
            load_argument(2),
            (JEQ, 0, 2, 0),
            load_argument(2, upper=True),
            (JEQ, 1, 0, 0),
            refuse(errno.EPERM),
        ],
        argument=1,
    )
    # a larger socket buffer is memory that no process owns: report success, do nothing
    code += when(
        "setsockopt",
        [
            (JEQ, 0, 4, _SOL_SOCKET),
            load_argument(2),
            (JEQ, 1, 0, _SO_SNDBUF),
            (JEQ, 0, 1, _SO_RCVBUF),
            refuse(0),
        ],
        argument=1,
    )
    return code
