"""Runs a student's public checks in another process and shows the report.

What that process writes is only shown, so it may say anything: it is read as data.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.errors import AutograderError

MARKS = {
    "passed": "[green]✓[/green]",
    "not_implemented": "[yellow]·[/yellow]",
    "not_run": "[yellow]·[/yellow]",
}
REMARKS = {"not_implemented": "not written yet", "not_run": "not reached"}
FAILED_MARK = "[red]✗[/red]"
TAIL_LINES = 12
POLL_SECONDS = 0.1
GRACE_SECONDS = 5.0
"""For a cell that does not let itself be interrupted, beyond its time."""


@dataclass(frozen=True)
class ExerciseCheck:
    """One exercise's public checks: how they ended, and what to read about it."""

    name: str
    outcome: str
    text: str


@dataclass(frozen=True)
class CheckReport:
    """All public checks of one file, and what stood in their way."""

    exercises: tuple[ExerciseCheck, ...]
    problems: tuple[str, ...] = ()

    @property
    def all_passed(self) -> bool:
        return bool(self.exercises) and all(item.outcome == "passed" for item in self.exercises)


def run_checks(path: Path, checks: Path | None, seconds: float) -> CheckReport:
    """Run `autograder.student.runner` on the file and read its report.

    Where a cell takes longer than `seconds` and cannot be interrupted, or ends the process, the
    report holds what was found before it.

    Raises:
        AutograderError: the file is missing or unreadable, or there was no report.
    """
    if not path.is_file():
        raise AutograderError(f"There is no file {path}: name your notebook or .py file.")
    checks = checks or released_with(path)
    with tempfile.TemporaryDirectory(prefix="autograder-check-") as folder:
        report = Path(folder) / "report.json"
        command = [sys.executable, "-m", "autograder.student.runner", str(path.resolve())]
        command += ["--output", str(report), "--seconds", str(seconds)]
        command += ["--checks", str(checks.resolve())] if checks is not None else []
        printed = Path(folder) / "printed"
        stuck = _run(command, path.resolve().parent, printed, report, seconds)
        last_words = _tail(printed)
        document = _read(report)
        if document is None:
            raise AutograderError(
                f"Your code ended before the checks could report. Its last words:\n{last_words}"
                if last_words
                else "Your code ended before the checks could report (does it call exit()?)."
            )
    found = _report(document, stuck, seconds)
    if not found.exercises and found.problems:
        raise AutograderError(found.problems[0])
    return found


def released_with(path: Path) -> Path | None:
    """The release that a plain module's checks come from, where it lies in a course."""
    if path.suffix != ".py":
        return None
    for folder in path.resolve().parents:
        release = folder / "assignments" / path.stem / f"{path.stem}.ipynb"
        if release.is_file():
            return release
    return None


def _run(command: list[str], folder: Path, printed: Path, report: Path, seconds: float) -> bool:
    """Run it until it ends, saying where it is; returns whether it got stuck and had to be ended.

    It is stuck when its report has not changed for longer than one cell may take.
    """
    from autograder.cli.console import progress_output, safe

    with printed.open("wb") as stream:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        )
        try:
            seen, since = None, time.monotonic()
            with progress_output().status("Checking") as status:
                while time.monotonic() - since < seconds + GRACE_SECONDS:
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        process.wait(POLL_SECONDS)
                        return False
                    now = _read(report)
                    if now != seen:
                        seen, since = now, time.monotonic()
                        status.update(f"Running {safe(_running(now))}")
            return True
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _read(report: Path) -> Any:
    """The report as it stands, or None."""
    try:
        return json.loads(report.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _running(document: Any) -> str:
    """The cell that runs, or ran when the process ended; "" where all have."""
    return str(document.get("running", "")) if isinstance(document, Mapping) else ""


def _tail(printed: Path) -> str:
    """The last lines of what was printed."""
    with printed.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(max(0, size - 4096))
        return "\n".join(stream.read().decode(errors="replace").splitlines()[-TAIL_LINES:])


def _report(document: Any, stuck: bool, seconds: float) -> CheckReport:
    if not isinstance(document, Mapping):
        document = {}
    problems = [str(problem) for problem in document.get("problems", [])]
    if running := _running(document):
        how = (
            f"was not done after {seconds:g} seconds: look for a loop that never ends, or allow "
            "more with --seconds"
            if stuck
            else "ended Python itself (does it call exit(), or use too much memory?)"
        )
        problems.append(f"{running[0].upper()}{running[1:]} {how}. What follows it was not run.")
    return CheckReport(
        tuple(
            ExerciseCheck(
                str(item.get("name", "")), str(item.get("outcome", "")), str(item.get("text", ""))
            )
            for item in document.get("exercises", [])
            if isinstance(item, Mapping)
        ),
        tuple(problems),
    )


def show(path: Path, report: CheckReport) -> None:
    """Print a mark per exercise with what was expected and what came, then where to go on."""
    from autograder.cli.console import output, safe

    console = output()
    console.print(f"[bold]{safe(path.name)}[/bold]")
    for problem in report.problems:
        console.print(f"[yellow]![/yellow] {safe(problem)}")
    for item in report.exercises:
        text = "" if item.outcome in MARKS else item.text.strip("\n")
        console.print(f"{MARKS.get(item.outcome, FAILED_MARK)} {safe(item.name)}", end="")
        remark = REMARKS.get(item.outcome)
        console.print(f"  [dim]{remark}[/dim]" if remark else "")
        for line in text.splitlines():
            console.print(f"    {safe(line)}".rstrip(), soft_wrap=True)
    console.print()
    console.print(safe(closing_line(report)))


def closing_line(report: CheckReport) -> str:
    """What to do next, in one line."""
    if not report.exercises:
        return "No public checks were found in this file: name the released notebook with --checks."
    left = [item for item in report.exercises if item.outcome != "passed"]
    total = len(report.exercises)
    if not left:
        return (
            f"All {total} pass. The hidden tests ask for more than these examples: "
            "think of other shapes, strides and signs, then hand it in."
        )
    wrong = [item for item in left if item.outcome not in REMARKS]
    unreached = [item for item in left if item.outcome == "not_run"]
    if wrong:
        todo = f"mend {wrong[0].name}"
    elif unreached:
        todo = "mend the cell that stopped the checks"
    else:
        todo = f"write {left[0].name}"
    return f"{total - len(left)} of {total} pass. Next: {todo}."
