"""Pools of worker processes: they end with whoever made them."""

from __future__ import annotations

import subprocess
import sys

import psutil

from autograder.process_pool import pool_of

OWNER = """
import os, signal
from autograder.process_pool import pool_of

if __name__ == "__main__":
    pool = pool_of(2)
    print(*{pool.submit(os.getpid).result() for _ in range(2)}, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_workers_end_when_their_owner_is_killed(tmp_path) -> None:
    script = tmp_path / "owner.py"
    script.write_text(OWNER)
    run = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    workers = [int(word) for word in run.stdout.split()]
    assert workers, run.stderr
    alive = [psutil.Process(pid) for pid in workers if psutil.pid_exists(pid)]
    _, left = psutil.wait_procs(alive, timeout=30)
    assert [process for process in left if process.status() != psutil.STATUS_ZOMBIE] == []


def test_a_pool_computes() -> None:
    with pool_of(1) as pool:
        assert pool.submit(pow, 2, 5).result() == 32
