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
    submission_seconds: float = 60.0
    waiting_seconds: float = 5.0
    import_seconds: float = 30.0
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
