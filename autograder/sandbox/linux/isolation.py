"""Isolates a worker process: which protection is applied in the guardian, and which in the worker.

It runs before any student code and knows no submission.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import tempfile
from dataclasses import dataclass
from typing import Literal

from autograder.sandbox.limits import MEGABYTE, Limits
from autograder.sandbox.linux import (
    landlock,
    namespaces,
    restricted,
    root_filesystem,
    seccomp,
    syscalls,
)
from autograder.sandbox.linux.root_filesystem import Plan, step

Isolation = Literal["namespaces", "restricted", "process"]

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS = 1, 4, 36, 38
_ADDRESS_SLACK_MB = 2048  # stacks and arenas of threads reserve far more than they use
_TENSORFLOW_SLACK_MB = 32768


@dataclass(frozen=True)
class Place:
    """Where one worker works: its scratch folder, and a user of its own or None."""

    scratch: str
    user: int | None = None


@dataclass(frozen=True)
class Confinement:
    """How the worker processes of one warm process are confined.

    Attributes:
        isolation: "namespaces"; "restricted" or "process" for less.
        plan: of what they see of this machine's files.
    """

    isolation: Isolation
    plan: Plan

    @property
    def has_namespaces(self) -> bool:
        return self.isolation == "namespaces"

    @property
    def is_restricted(self) -> bool:
        return self.isolation == "restricted"

    def enter_outside(self) -> Place:
        """In the guardian: adopt orphans, and prepare where the worker works.

        With "namespaces" it opens a new process namespace, and dies with the warm process. The
        scratch folder is then a mount inside. Otherwise it is a new folder, which the guardian has
        to remove.

        Raises:
            SetupFailed: a required protection could not be applied.
        """
        if sys.platform.startswith("linux"):
            syscalls.call("prctl", _PR_SET_CHILD_SUBREAPER, 1)
        if self.has_namespaces:
            syscalls.call("prctl", _PR_SET_PDEATHSIG, signal.SIGKILL)
            namespaces.outside(self.plan)
            syscalls.call("prctl", _PR_SET_PDEATHSIG, signal.SIGKILL)  # a change of user clears it
            return Place(root_filesystem.SCRATCH)
        if self.is_restricted:
            restricted.require_landlock()
        private = os.path.dirname(self.plan.staging)
        scratch = tempfile.mkdtemp(prefix="scratch-", dir=private)
        if not self.is_restricted or not restricted.can_take_user():
            return Place(scratch)
        os.chmod(private, 0o711)
        user = restricted.take_user(scratch)
        return Place(scratch, user)

    def enter_inside(self, limits: Limits, place: Place) -> None:
        """In the worker, in a new session: apply all protections; none can be undone.

        Raises:
            SetupFailed: a required protection could not be applied.
        """
        warm_mb = _address_space_mb()
        if self.has_namespaces:
            namespaces.inside(self.plan, int(limits.scratch_mb * MEGABYTE))
        if self.is_restricted:
            restricted.give_up_rights(place.user)
        if sys.platform.startswith("linux"):
            syscalls.call("prctl", _PR_SET_DUMPABLE, 1)
            syscalls.call("prctl", _PR_SET_PDEATHSIG, signal.SIGKILL)
            if not self.has_namespaces:  # orphans stay below this process, where they are measured
                syscalls.call("prctl", _PR_SET_CHILD_SUBREAPER, 1)
            with step("no new privileges"):
                syscalls.call("prctl", _PR_SET_NO_NEW_PRIVS, 1)
        if self.has_namespaces:
            with step("Landlock"):
                landlock.restrict([place.scratch], ["/dev/null", "/dev/full"])
        with step("resource limits"):
            _set_resource_limits(limits, warm_mb, self.has_namespaces or place.user is not None)
        if self.has_namespaces:
            with step("seccomp filter"):
                seccomp.install()
        if self.is_restricted:
            restricted.restrict(self.plan, place.scratch)


def library_threads() -> int:
    """Threads that libraries may start in addition to those of the submission."""
    return 8 * (os.cpu_count() or 1) if "tensorflow" in sys.modules else 0


def _address_space_mb() -> float:
    try:
        with open("/proc/self/statm", encoding="utf-8") as file:
            return int(file.read().split()[0]) * resource.getpagesize() / MEGABYTE
    except OSError:
        return 0.0


def _set_resource_limits(limits: Limits, warm_mb: float, counts_own_processes: bool) -> None:
    """Further limits per process; the limits of the whole tree are enforced from outside."""
    slack_mb = _TENSORFLOW_SLACK_MB if "tensorflow" in sys.modules else _ADDRESS_SLACK_MB
    cpu = int(2 * limits.submission_seconds) + 5
    wanted = {
        "RLIMIT_CORE": 1,  # 0 would still start a core dump handler; 1 prevents that, too
        "RLIMIT_CPU": cpu,
        "RLIMIT_FSIZE": int(limits.file_mb * MEGABYTE),
        "RLIMIT_NOFILE": int(limits.open_files),
        "RLIMIT_MEMLOCK": MEGABYTE,
        "RLIMIT_MSGQUEUE": 0,
    }
    if sys.platform.startswith("linux"):
        wanted["RLIMIT_AS"] = int((warm_mb + limits.memory_mb + slack_mb) * MEGABYTE)
    if counts_own_processes:  # elsewhere it would count all processes of the same user
        wanted["RLIMIT_NPROC"] = int(limits.processes) + library_threads()
    for name, value in wanted.items():
        kind = getattr(resource, name, None)
        if kind is None:
            continue
        _, hard = resource.getrlimit(kind)
        bounded = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (bounded, bounded))
