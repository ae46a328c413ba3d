"""How much a submission may use, and measuring what its processes do use.

Measures from outside, through /proc (or psutil where there is none); decides nothing.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

MEGABYTE = 1 << 20
WALL_FACTOR = 4.0
_PROC = Path("/proc")
_RESIDENT = ("RssAnon", "RssShmem", "VmSwap", "HugetlbPages")
_PROPORTIONAL = ("Pss_Anon", "Pss_Shmem", "SwapPss", "Shared_Hugetlb", "Private_Hugetlb")
_TICKS = os.sysconf("SC_CLK_TCK")
_FREE_DESCRIPTORS = 32  # of a process; beyond them each counts as a full socket buffer
_FREE_SOCKETS = 32  # of all processes together; the same
_BUFFER_MB = 0.4
_LISTS_CHILDREN = os.path.exists(f"/proc/self/task/{os.getpid()}/children")


@dataclass(frozen=True)
class Limits:
    """What one submission may use; `assignment.toml` overrides by these names.

    Seconds are of computing time, of all its processes together; on the clock four times as many
    may pass. Memory is that of the whole process tree with its scratch files, over what the warm
    process had.
    """

    call_seconds: float = 5.0
    submission_seconds: float = 60.0
    memory_mb: float = 1024
    scratch_mb: float = 64
    processes: int = 64
    open_files: int = 128
    file_mb: float = 64
    output_kb: float = 64
    answer_mb: float = 64

    @property
    def answer_bytes(self) -> int:
        return int(self.answer_mb * MEGABYTE)


class Tree:
    """The processes below and including one, as seen from outside their namespaces."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._cpu = 0.0

    def pids(self) -> list[int]:
        """Every living process of the tree; one that forks meanwhile may be missed."""
        if not _LISTS_CHILDREN:
            return _psutil_pids(self.pid)
        found = [self.pid]
        for pid in found:
            found.extend(child for child in _children(pid) if child not in found)
        return found

    def cpu_seconds(self) -> float:
        """Computing time that the tree has used so far; never less than last time."""
        self._cpu = max(self._cpu, sum(_cpu_seconds(pid) for pid in self.pids()))
        return self._cpu

    def memory_mb(self, warm_mb: float) -> float:
        """Anonymous and shared memory and scratch files beyond what the warm process had.

        Shared pages count in proportion, which walks page tables: ask `memory_bound_mb` first.
        """
        used = sum(_proportional_mb(pid) for pid in self.pids()) - warm_mb
        return max(0.0, used) + self._unmapped_mb()

    def memory_bound_mb(self, warm_mb: float) -> float:
        """A cheap upper bound of `memory_mb`, which counts shared pages once per process."""
        used = sum(resident_mb(pid) for pid in self.pids()) - warm_mb
        return max(0.0, used) + self._unmapped_mb()

    def _unmapped_mb(self) -> float:
        """Scratch files, and what sockets and pipes may hold in the kernel."""
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
    """What the private scratch file system of that process holds (0 where it has none)."""
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
    """All in its own network namespace, closed ones too whose data waits (0 where it has none)."""
    try:
        if os.stat(f"/proc/{pid}/ns/net").st_ino == os.stat("/proc/self/ns/net").st_ino:
            return 0
        used = (_PROC / str(pid) / "net" / "sockstat").read_text().split(maxsplit=3)
    except OSError:
        return 0
    return int(used[2])  # "sockets: used 3"


def _children(pid: int) -> list[int]:
    found: list[int] = []
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            text = (_PROC / str(pid) / "task" / task / "children").read_text()
            found.extend(int(child) for child in text.split())
    except OSError:
        pass  # it ended while we looked
    return found


def _cpu_seconds(pid: int) -> float:
    if not sys.platform.startswith("linux"):
        return _psutil_cpu_seconds(pid)
    try:
        text = (_PROC / str(pid) / "stat").read_bytes()
    except OSError:
        return 0.0
    after_name = text[text.rindex(b")") + 2 :].split()
    return sum(int(ticks) for ticks in after_name[11:15]) / _TICKS


def _proportional_mb(pid: int) -> float:
    fields = _fields(f"/proc/{pid}/smaps_rollup")
    if "Pss_Anon" not in fields:
        return resident_mb(pid)
    return sum(fields.get(name, 0) for name in _PROPORTIONAL) / 1024


def _fields(path: str) -> dict[str, int]:
    """`Name:  123 kB` lines of a file of /proc; empty where it cannot be read."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = file.read().splitlines()
    except OSError:
        return {}
    found = {}
    for line in lines:
        name, _, rest = line.partition(":")
        value = rest.split()
        if value and value[0].isdigit():
            found[name] = int(value[0])
    return found


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


def _psutil_cpu_seconds(pid: int) -> float:
    import psutil

    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)
