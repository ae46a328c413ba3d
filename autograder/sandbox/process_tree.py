"""Measures time and memory of the processes of a submission from outside, through /proc.

It uses psutil where there is no /proc. It decides nothing.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from dataclasses import dataclass

from autograder.sandbox.limits import MEGABYTE

_PIECE = 1 << 16
_RESIDENT = ("RssAnon", "RssShmem", "VmSwap", "HugetlbPages")
_PROPORTIONAL = ("Pss_Anon", "Pss_Shmem", "SwapPss", "Shared_Hugetlb", "Private_Hugetlb")
_TICKS = os.sysconf("SC_CLK_TCK")
_FREE_DESCRIPTORS = 32  # of each process; each further one counts as a full socket buffer
_FREE_SOCKETS = 32  # of all processes together; each further one counts the same
_BUFFER_MB = 0.4
_LISTS_CHILDREN = os.path.exists(f"/proc/self/task/{os.getpid()}/children")
_IS_LINUX = sys.platform.startswith("linux")
_REMEMBERED = 4096  # processes; many more than can be alive at one time
_EXITING = 0x4  # PF_EXITING of the kernel's flags of a task


@dataclass(frozen=True)
class Used:
    """Seconds that a tree has computed, and seconds that its ready threads had no processor."""

    computed: float
    delayed: float


@dataclass(frozen=True)
class _Process:
    """One process as /proc shows it: state, flags, start time, and seconds of computing."""

    state: str
    flags: int
    started: int
    own: float
    reaped: float

    @property
    def is_ending(self) -> bool:
        return self.state in "ZX" or bool(self.flags & _EXITING)


class Tree:
    """One process and all below it, as seen from outside their namespaces."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._cpu = 0.0
        self._own: dict[tuple[int, int], float] = {}  # by process and start, ended ones too
        self._seen = 0.0  # the sum of these, and of those that were forgotten
        self._delays: dict[int, int] = {}  # by thread, nanoseconds
        self._delayed = 0.0

    def pids(self) -> list[int]:
        """Every living process of the tree; one that is forked just now may be missed."""
        if not _LISTS_CHILDREN:
            return _psutil_pids(self.pid)
        found = [self.pid]
        for pid in found:
            found.extend(child for child in _children(pid) if child not in found)
        return found

    def used(self) -> Used:
        """Time that the tree has used so far; never less than last time."""
        pids = self.pids()
        return Used(self._computed(pids), self._waited_for_processors(pids))

    def cpu_seconds(self) -> float:
        """Computing time that the tree has used so far; never less than last time."""
        return self._computed(self.pids())

    def is_runnable(self) -> bool:
        """Whether any thread computes, or is ready to and has no processor."""
        return any(_is_runnable(pid) for pid in self.pids())

    def is_ending(self) -> bool:
        """Whether the first process has ended, or is being ended by the kernel."""
        process = _process(self.pid)
        return process is None or process.is_ending

    def _computed(self, pids: list[int]) -> float:
        """The larger of two sums, each of which misses some processes.

        The first adds up living processes and the ended children that they have collected. It
        misses children that nobody collects. The second adds up all processes ever seen. It misses
        those that started and ended between two measurements.
        """
        living = 0.0
        for pid in pids:
            process = _process(pid)
            if process is not None:
                living += process.own + process.reaped
                own = self._own.pop((pid, process.started), 0.0)
                self._seen += max(0.0, process.own - own)
                self._own[pid, process.started] = max(process.own, own)
        while len(self._own) > _REMEMBERED:
            del self._own[next(iter(self._own))]  # the one that was not seen for the longest time
        self._cpu = max(self._cpu, living, self._seen)
        return self._cpu

    def _waited_for_processors(self, pids: list[int]) -> float:
        seen = {}
        for pid in pids:
            for thread in _threads(pid):
                seen[thread] = delay = _delay(pid, thread)
                before = self._delays.get(thread, 0)
                self._delayed += (delay - (before if before <= delay else 0)) / 1e9
        self._delays = seen
        return self._delayed

    def memory_mb(self, warm_mb: float) -> float:
        """Anonymous and shared memory and scratch files, minus the memory of the warm process.

        Shared pages count in proportion. This walks page tables: call `memory_bound_mb` first.
        """
        used = sum(_proportional_mb(pid) for pid in self.pids()) - warm_mb
        return max(0.0, used) + self._unmapped_mb()

    def memory_bound_mb(self, warm_mb: float) -> float:
        """A cheap upper bound of `memory_mb`, which counts shared pages once per process."""
        used = sum(resident_mb(pid) for pid in self.pids()) - warm_mb
        return max(0.0, used) + self._unmapped_mb()

    def threads(self) -> int:
        """Threads of all processes."""
        return sum(len(_threads(pid)) for pid in self.pids())

    def _unmapped_mb(self) -> float:
        """Scratch files, and the most that sockets and pipes may hold in the kernel."""
        descriptors = sum(max(0, _descriptors(pid) - _FREE_DESCRIPTORS) for pid in self.pids())
        sockets = max(0, _sockets(self.pid) - _FREE_SOCKETS)
        return scratch_bytes(self.pid) / MEGABYTE + max(descriptors, sockets) * _BUFFER_MB


def resident_mb(pid: int) -> float:
    """Anonymous and shared resident memory of one process, in MB."""
    if not sys.platform.startswith("linux"):
        return _psutil_resident_mb(pid)
    fields = _fields(f"/proc/{pid}/status")
    return sum(fields.get(name, 0) for name in _RESIDENT) / 1024


def scratch_bytes(pid: int) -> int:
    """Size of the files in the private scratch file system of a process (0 if it has none)."""
    try:
        root = f"/proc/{pid}/root"
        if os.stat(root).st_dev == os.stat("/").st_dev:
            return 0
        usage = os.statvfs(f"{root}/tmp")
    except OSError:
        return 0
    return (usage.f_blocks - usage.f_bfree) * usage.f_frsize


def _descriptors(pid: int) -> int:
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))
    except OSError:
        return 0


def _sockets(pid: int) -> int:
    """All sockets in its network namespace, also closed ones with waiting data (0 without one)."""
    try:
        if os.stat(f"/proc/{pid}/ns/net").st_ino == os.stat("/proc/self/ns/net").st_ino:
            return 0
        used = _read(f"/proc/{pid}/net/sockstat").split(maxsplit=3)
    except OSError:
        return 0
    return int(used[2])  # "sockets: used 3"


def _children(pid: int) -> list[int]:
    found: list[int] = []
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            found.extend(map(int, _read(f"/proc/{pid}/task/{task}/children").split()))
    except OSError:
        pass  # it has just ended
    return found


def _process(pid: int) -> _Process | None:
    """A process that exists; one that has ended but is not collected counts as well."""
    if not _IS_LINUX:
        return _psutil_process(pid)
    try:
        text = _read(f"/proc/{pid}/stat")
    except OSError:
        return None
    fields = text[text.rindex(b")") + 2 :].split()
    own, reaped = (int(fields[i]) + int(fields[i + 1]) for i in (11, 13))
    return _Process(
        fields[0].decode(), int(fields[6]), int(fields[19]), own / _TICKS, reaped / _TICKS
    )


def _threads(pid: int) -> list[int]:
    try:
        return [int(name) for name in os.listdir(f"/proc/{pid}/task")]
    except OSError:
        return []


def own_seconds() -> float:
    """Seconds that this thread has computed, or was in the queue for a processor."""
    return time.thread_time() + _delay(os.getpid(), threading.get_native_id()) / 1e9


def _delay(pid: int, thread: int) -> int:
    """Nanoseconds that a thread was in the queue for a processor (0 if the kernel reports none)."""
    try:
        return int(_read(f"/proc/{pid}/task/{thread}/schedstat").split()[1])
    except (OSError, IndexError):
        return 0


def _is_runnable(pid: int) -> bool:
    if not _IS_LINUX:
        process = _process(pid)
        return process is not None and process.state == "R"
    for thread in _threads(pid):
        try:
            text = _read(f"/proc/{pid}/task/{thread}/stat")
        except OSError:
            continue
        if text[text.rindex(b")") + 2 :][:1] == b"R":
            return True
    return False


def _proportional_mb(pid: int) -> float:
    fields = _fields(f"/proc/{pid}/smaps_rollup")
    if "Pss_Anon" not in fields:
        return resident_mb(pid)
    return sum(fields.get(name, 0) for name in _PROPORTIONAL) / 1024


def _fields(path: str) -> dict[str, int]:
    """`Name:  123 kB` lines of a file of /proc; empty if it cannot be read."""
    try:
        lines = _read(path).decode("utf-8", "replace").splitlines()
    except OSError:
        return {}
    found = {}
    for line in lines:
        name, _, rest = line.partition(":")
        value = rest.split()
        if value and value[0].isdigit():
            found[name] = int(value[0])
    return found


def _read(path: str) -> bytes:
    """A whole file of /proc, without the cost of Python's file objects."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        pieces = []
        while piece := os.read(descriptor, _PIECE):
            pieces.append(piece)
        return b"".join(pieces)
    finally:
        os.close(descriptor)


def _psutil_pids(pid: int) -> list[int]:
    import psutil

    try:
        return [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]
    except psutil.Error:
        return [pid]


def _psutil_resident_mb(pid: int) -> float:
    import psutil

    try:
        return float(psutil.Process(pid).memory_info().rss) / MEGABYTE
    except psutil.Error:
        return 0.0


def _psutil_process(pid: int) -> _Process | None:
    import psutil

    try:
        process = psutil.Process(pid)
        times, started = process.cpu_times(), int(process.create_time())
        status = process.status()
    except psutil.Error:
        return None
    states = {psutil.STATUS_RUNNING: "R", psutil.STATUS_ZOMBIE: "Z"}
    return _Process(states.get(status, "S"), 0, started, float(times.user + times.system), 0.0)
