"""A Dask cluster of this machine for tests: a scheduler and workers, each a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import psutil
from waiting import wait_until

PYTHON = (sys.executable, "-m")


class Cluster:
    """A scheduler on the loopback interface, and the workers that are added.

    Args:
        folder: an empty folder; the workers' caches are below it.
        options: options of TLS for scheduler and workers.
        environment: further variables of the scheduler, which may hold settings of Dask.
    """

    def __init__(
        self,
        folder: Path,
        options: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder
        self.cache = folder / "cache"
        self._file = folder / "scheduler.json"
        self._options = [*options, "--no-dashboard"]
        self.processes: list[psutil.Process] = []
        self.scheduler = self._started(
            [*PYTHON, "distributed.cli.dask_scheduler", "--scheduler-file", self._file],
            "--host",
            "tls://127.0.0.1:0" if options else "127.0.0.1",
            "--port",
            "0",
            environment=environment,
        )
        wait_until(self._file.is_file, "the scheduler starts")

    @property
    def address(self) -> str:
        """The scheduler's address."""
        return str(json.loads(self._file.read_text(encoding="utf-8"))["address"])

    def add_workers(
        self,
        count: int = 1,
        *,
        before: Sequence[str] = PYTHON,
        environment: Mapping[str, str] | None = None,
        nanny: bool = True,
    ) -> None:
        """Start worker processes with one thread each, and wait until they have begun."""
        command = [*before, "distributed.cli.dask_worker", "--scheduler-file", self._file]
        log = self.folder / f"worker{len(self.processes)}.log"
        options = [
            "--nworkers",
            str(count),
            "--nthreads",
            "1",
            "--nanny" if nanny else "--no-nanny",
        ]
        self._started(command, *options, environment=environment, log=log)
        began = "Starting established connection to t"
        wait_until(lambda: log.read_text().count(began) >= count, f"workers start: {log}")

    def worker_processes(self) -> list[psutil.Process]:
        """The Dask processes that run tasks, of workers with a nanny."""
        below = [each for process in self.processes[1:] for each in children(process)]
        return [each for each in below if "multiprocessing.spawn" in command_of(each)]

    def stations(self) -> list[psutil.Process]:
        """The processes that grade."""
        below = [each for process in self.processes for each in children(process)]
        return [each for each in below if "autograder.cluster.station" in command_of(each)]

    def close(self) -> None:
        """End everything."""
        tree = [each for process in self.processes for each in (*children(process), process)]
        for process in tree:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(tree, timeout=30)

    def _started(
        self,
        command: Sequence[str | Path],
        *options: str,
        environment: Mapping[str, str] | None = None,
        log: Path | None = None,
    ) -> psutil.Process:
        with open(log or self.folder / "scheduler.log", "wb") as output:
            process = psutil.Popen(
                [*map(str, command), *self._options, *options],
                env={**os.environ, "XDG_CACHE_HOME": str(self.cache), **(environment or {})},
                cwd=self.folder,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self.processes.append(process)
        return process


@contextlib.contextmanager
def cluster(
    folder: Path,
    workers: int = 0,
    options: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
) -> Iterator[Cluster]:
    """A cluster with so many workers; ends it."""
    folder.mkdir(parents=True)
    made = Cluster(folder, options, environment)
    try:
        if workers:
            made.add_workers(workers)
        yield made
    finally:
        made.close()


def children(process: psutil.Process) -> list[psutil.Process]:
    """All processes below one."""
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def command_of(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""
