"""How much a submission may use; measures and decides nothing."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Limits:
    """What one submission may use; `assignment.toml` overrides by these names.

    Seconds are of computing time on a reference machine, of all processes together; a slower
    machine gets more of its own (`speed`). `waiting_seconds` are on the clock: how long a call may
    go on without computing anything. Loading installed libraries that the warm process had not
    loaded is not counted, for `import_seconds` in all. Memory is that of the whole process tree
    with its scratch files, over what the warm process had.
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
