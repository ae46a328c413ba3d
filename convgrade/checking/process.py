"""Starts the process of `runner`, which runs a student's file, and waits for it.

The output of that process is only shown and may say anything. Its report is read as data. Where the
system cannot fork (Windows), each job gets a process of its own.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from convgrade.checking.job import Job
from convgrade.checking.report import Ended, Run
from convgrade.checking.stuck import without_what_stops_it
from convgrade.errors import AutograderError

TAIL_LINES = 12
TAIL_BYTES = 4096
POLL_SECONDS = 0.1
GRACE_SECONDS = 5.0
"""Time beyond the limit for a cell that cannot be interrupted."""


class Outdated(Exception):
    """The file was saved again, so the report of this run is of no use."""


class Runner:
    """A process that runs jobs, one at a time, and keeps its imports between them.

    Args:
        folder: the file's folder, which is the working folder of the code.
        says: called with the name of the cell that runs, each time it changes.
    """

    def __init__(self, folder: Path, says: Callable[[str], None] = lambda _: None) -> None:
        self._folder = folder
        self._says = says
        self._scratch = tempfile.TemporaryDirectory(prefix="convgrade-check-")
        self._place = Path(self._scratch.name)
        self._process: subprocess.Popen[bytes] | None = None
        self._running: int | None = None
        self._is_outdated: Callable[[], bool] = lambda: False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def process(self) -> int | None:
        """The id of the lasting process, if it has been started."""
        return None if self._process is None else self._process.pid

    def close(self) -> None:
        """End the process and everything that it runs."""
        self._end_job()
        if self._process is not None:
            with contextlib.suppress(OSError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            for stream in (self._process.stdin, self._process.stdout):
                if stream is not None:
                    with contextlib.suppress(OSError):
                        stream.close()
            self._process = None
        self._scratch.cleanup()

    def run(self, job: Job, is_outdated: Callable[[], bool] = lambda: False) -> Ended:
        """Run a job and wait for its report.

        If a cell takes too long and cannot be interrupted, or ends the process, the job runs again
        without it.

        Args:
            job: the job.
            is_outdated: asked while the job runs; if it is True, the job is ended.

        Raises:
            AutograderError: there was no report.
            Outdated: the job was ended because it is outdated.
        """
        self._is_outdated = is_outdated
        return without_what_stops_it(job, self._run)

    def _run(self, job: Job) -> Ended:
        report, written = self._place / "report.json", self._place / "job.json"
        report.unlink(missing_ok=True)
        written.write_text(job.as_json(), encoding="utf-8")
        progress = _Progress(report, job.seconds, self._says)
        stuck = (
            self._run_in_a_fork(written, report, progress)
            if hasattr(os, "fork")
            else self._run_alone(written, report, progress)
        )
        document = _read(report)
        if document is None:
            raise AutograderError(self._last_words())
        return Ended(Run.of_document(document), stuck)

    def _run_alone(self, written: Path, report: Path, progress: _Progress) -> bool:
        """Run a job in a process of its own; return whether it got stuck."""
        with (self._place / "printed").open("wb") as printed:
            process = subprocess.Popen(
                [*self._command(), str(written), str(report)],
                stdin=subprocess.PIPE,
                stdout=printed,
                stderr=printed,
                env=_environment(),
            )
        assert process.stdin is not None
        process.stdin.close()
        try:
            while process.poll() is None:
                if progress.is_stuck():
                    return True
                self._stop_if_outdated()
                time.sleep(POLL_SECONDS)
            return False
        finally:
            process.terminate()
            process.wait()

    def _run_in_a_fork(self, written: Path, report: Path, progress: _Progress) -> bool:
        """Run a job in a fork of the lasting process; return whether it got stuck."""
        process = self._started()
        assert process.stdin is not None
        process.stdin.write(json.dumps([str(written), str(report)]).encode() + b"\n")
        process.stdin.flush()
        try:
            return self._wait(process, progress)
        finally:
            self._end_job()

    def _command(self) -> list[str]:
        runner = [sys.executable, "-m", "convgrade.checking.runner"]
        return [*runner, str(self._folder), str(self._place / "printed")]

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            with (self._place / "printed").open("wb") as printed:
                self._process = subprocess.Popen(
                    self._command(),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=printed,
                    bufsize=0,
                    start_new_session=True,
                    env=_environment(),
                )
        return self._process

    def _wait(self, process: subprocess.Popen[bytes], progress: _Progress) -> bool:
        """Wait until the job has ended; return whether it got stuck."""
        assert process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while True:
                if selector.select(POLL_SECONDS):
                    answer = process.stdout.readline().split()
                    if answer[:1] != [b"started"]:  # "ended", or the process is gone
                        self._running = None if answer else self._running
                        return False
                    self._running = int(answer[1])
                    progress.starts()
                if progress.is_stuck() and self._running is not None:
                    return True
                if self._running is not None:
                    self._stop_if_outdated()

    def _stop_if_outdated(self) -> None:
        if self._is_outdated():
            raise Outdated

    def _end_job(self) -> None:
        """End what still runs of a job; the lasting process stays."""
        if self._running is not None:
            for end in (os.kill, os.killpg):
                with contextlib.suppress(OSError):
                    end(self._running, signal.SIGKILL)
            if self._process is not None and self._process.stdout is not None:
                self._process.stdout.readline()  # "ended"
            self._running = None

    def _last_words(self) -> str:
        """Say why there is no report: the last output of the process."""
        try:
            with (self._place / "printed").open("rb") as stream:
                size = stream.seek(0, os.SEEK_END)
                stream.seek(max(0, size - TAIL_BYTES))
                lines = stream.read().decode(errors="replace").splitlines()[-TAIL_LINES:]
        except OSError:
            lines = []
        if not lines:
            return "Your code ended before the checks could report (does it call exit()?)."
        output = "\n".join(lines)
        return f"Your code ended before the checks could report. Its last words:\n{output}"


class _Progress:
    """How a job goes on, as its report says. It is stuck if the report has not changed for longer
    than one cell may take.
    """

    def __init__(self, report: Path, seconds: float | None, says: Callable[[str], None]) -> None:
        self._report = report
        self._seconds = seconds
        self._says = says
        self._seen: Any = None
        self.starts()

    def starts(self) -> None:
        """Count the time from now on."""
        self._since = time.monotonic()

    def is_stuck(self) -> bool:
        """Read the report, and say which cell runs if that is new."""
        now = _read(self._report)
        if now != self._seen:
            self._seen = now
            self.starts()
            self._says(Run.of_document(now).running)
        if self._seconds is None:
            return False
        return time.monotonic() - self._since > self._seconds + GRACE_SECONDS


def _environment() -> dict[str, str]:
    return {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONIOENCODING": "utf-8"}


def _read(report: Path) -> Any:
    """Read the current report; None if there is none."""
    try:
        return json.loads(report.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
