"""Pools of worker processes: they end with whoever made them."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time

import psutil

from autograder.process_pool import WorkerDied, pool_of

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


def test_an_exception_ends_what_still_runs() -> None:
    with contextlib.suppress(KeyError), pool_of(1) as pool:
        assert pool.submit(pow, 2, 5).result() == 32
        running = pool.submit(time.sleep, 100)
        while not running.running():
            time.sleep(0.01)
        raise KeyError
    assert isinstance(running.exception(), WorkerDied)
