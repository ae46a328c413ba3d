"""How much a submission may use. This module measures and decides nothing."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Limits:
    """What one submission may use; `assignment.toml` overrides values by these names.

    Seconds are computing time on the reference machine, summed over all processes. A slower
    machine allows more of its own seconds (`speed`). `waiting_seconds` are wall time: how long a
    call may go on without computing. Importing installed libraries that the warm process had not
    loaded does not count, up to `import_seconds` in total. Memory is that of the whole process tree
    and its scratch files, minus the memory that the warm process had.
    """

    call_seconds: float = 5.0
    """Computing time of one call or cell."""
    submission_seconds: float = 60.0
    """Computing time of the whole submission, restarts included."""
    waiting_seconds: float = 5.0
    """How long one call may go on without computing anything; all together six times as long."""
    import_seconds: float = 30.0
    """Loading installed libraries, in total; up to this it does not count as computing."""
    memory_mb: float = 1024
    """Memory of all processes together, scratch files included."""
    scratch_mb: float = 64
    """Files that the submission writes, together."""
    processes: int = 64
    """Processes and threads at a time."""
    open_files: int = 128
    """Open files of one process at a time."""
    file_mb: float = 64
    """One file."""
    output_kb: float = 64
    """The printed text that is kept."""
    answer_mb: float = 64
    """One answer of a call."""

    @property
    def answer_bytes(self) -> int:
        return int(self.answer_mb * MEGABYTE)
