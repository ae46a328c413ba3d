"""Runs a student's file and its public checks, and writes a report.

    python -m convgrade.checking.runner FOLDER PRINTED [JOB REPORT]

It reads jobs from its standard input, one per line: the path of the job and the path of the report.
It imports the libraries that the file imports, and forks for each job, so that the next job has
them already. On its standard output it writes "started PID" and "ended". The output of the
student's code goes into PRINTED. If JOB and REPORT are named, it runs that job and ends, without
forking.

Cells run in order, statement by statement. If one fails or takes too long, the next ones still run.
The report is one JSON document (`report.Run`) in a file of its own, so that printed text cannot be
mistaken for it. It is written before each step, so that the results outlive a process that ends.

Students run their own code on their own machine: there is no sandbox, and there are no points.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import json
import os
import select
import signal
import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn, TextIO

from convgrade import atomic_files
from convgrade.checking.job import Job
from convgrade.checking.report import Run
from convgrade.checking.running import run_job
from convgrade.execution.shell import prepare_shell
from convgrade.execution.tracebacks import also_in

WAIT_SECONDS = 0.05


def _write(run: Run, path: Path) -> None:
    atomic_files.write_text(path, json.dumps(run.as_document()))


def preload(names: Sequence[str], folder: str) -> None:
    """Import those of these modules that are installed; errors are left to the student's run."""
    for name in names:
        with contextlib.suppress(Exception, SystemExit):
            if name not in sys.modules and _is_installed(name, folder):
                importlib.import_module(name)


def _is_installed(name: str, folder: str) -> bool:
    spec = importlib.util.find_spec(name.partition(".")[0])
    origin = spec.origin if spec else None
    if origin is None or not os.path.isabs(origin):
        return spec is not None and origin in ("built-in", "frozen")
    return _of_a_library(origin) or not origin.startswith(os.path.join(folder, ""))


def _of_a_library(file: str) -> bool:
    return "site-packages" in file or file.startswith(sysconfig.get_path("stdlib"))


def _loaded(before: set[str]) -> tuple[str, ...]:
    """Library modules that were imported since, in the order of their import."""
    return tuple(
        name
        for name, module in list(sys.modules.items())
        if name not in before and _of_a_library(getattr(module, "__file__", None) or "")
    )


def _serve(folder: str, printed: str, jobs: TextIO, say: TextIO) -> None:
    """Run a job for each line, in a fork of this process."""
    shell = prepare_shell(runs_commands=False)
    also_in(folder)
    for line in jobs:
        job_path, report_path = json.loads(line)
        job = Job.of_json(Path(job_path).read_text(encoding="utf-8"))
        preload(job.imports, folder)
        child = os.fork()
        if child == 0:
            with contextlib.suppress(OSError):
                os.setsid()
            try:
                _run_here(job, shell, printed, Path(report_path))
            finally:
                _exit_now()
        print(f"started {child}", file=say, flush=True)
        if not _ended(child, jobs):
            return
        print("ended", file=say, flush=True)
        with contextlib.suppress(OSError, ValueError):
            found = Run.of_document(json.loads(Path(report_path).read_text(encoding="utf-8")))
            preload(found.loaded, folder)


def _run_one(folder: str, printed: str, written: Path, report: Path) -> None:
    """Run one job in this process."""
    shell = prepare_shell(runs_commands=False)
    also_in(folder)
    _run_here(Job.of_json(written.read_text(encoding="utf-8")), shell, printed, report)


def _run_here(job: Job, shell: Any, printed: str, report: Path) -> None:
    output = os.open(printed, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(output, 1)
    os.dup2(output, 2)
    reader, writer = os.pipe()
    os.close(writer)
    os.dup2(reader, 0)  # nothing to read
    before = set(sys.modules)
    found = run_job(job, shell, lambda so_far: _write(so_far, report))
    _write(replace(found, loaded=_loaded(before)), report)


def _ended(child: int, jobs: TextIO) -> bool:
    """Wait for a child. If the reader of the report is gone, end the child and return False."""
    while True:
        if os.waitpid(child, os.WNOHANG)[0]:
            return True
        if select.select([jobs], [], [], WAIT_SECONDS)[0]:  # the owner never writes now: it is gone
            with contextlib.suppress(OSError):
                os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return False


def _exit_now() -> NoReturn:
    """Exit without waiting for threads that the student's code may have left running."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
    os._exit(0)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one job, or serve jobs until standard input is closed."""
    folder, printed, *one_job = sys.argv[1:] if arguments is None else arguments
    say = os.fdopen(os.dup(1), "w", encoding="utf-8")
    output = os.open(printed, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.environ.setdefault("MPLBACKEND", "agg")
    sys.path[:] = [*sys.path[1:], folder]  # last, as in grading
    with contextlib.suppress(OSError):
        os.chdir(folder)
    if one_job:
        _run_one(folder, printed, *map(Path, one_job))
    else:
        _serve(folder, printed, sys.stdin, say)
    _exit_now()


if __name__ == "__main__":
    main()
