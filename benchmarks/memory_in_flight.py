"""How much memory each further submission in flight needs, with TensorFlow loaded.

    python benchmarks/memory_in_flight.py --submissions 24

Grades the same class with one process, then with two and more, and looks at the memory of all
processes of the run meanwhile: shared pages count in proportion (Pss of `smaps_rollup`). A further
submission in flight needs a process of the grader, a guardian and a worker. Prints the most that
each run used, and the difference to the run before.
"""

from __future__ import annotations

import argparse
import contextlib
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import psutil
from nbgrader_comparison import ASSIGNMENT, BIN, ENVIRONMENT, KINDS, set_up

SAMPLE_SECONDS = 0.1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--submissions", type=int, default=24)
    parser.add_argument("--kind", choices=KINDS, default="keras")
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2, 3, 4])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="autograder-benchmark-") as folder:
        course = set_up(Path(folder), KINDS[options.kind], options.submissions).convgrade
        before = None
        for jobs in options.jobs:
            used = memory_of_a_run(course, jobs)
            more = "" if before is None else f"   {used - before:+6.0f} MB"
            print(f"{jobs} in flight {used:8.0f} MB{more}", flush=True)
            before = used


def memory_of_a_run(course: Path, jobs: int) -> float:
    """The most that a run uses, in MB."""
    shutil.rmtree(course / "results", ignore_errors=True)
    command = [BIN / "autograder", "grade", ASSIGNMENT, "--quiet", "--jobs", str(jobs)]
    with subprocess.Popen(command, cwd=course, env=ENVIRONMENT, stdout=subprocess.DEVNULL) as run:
        samples = []
        while run.poll() is None:
            samples.append(proportional_mb(psutil.Process(run.pid)))
            time.sleep(SAMPLE_SECONDS)
    if run.returncode != 0:
        raise SystemExit(f"autograder grade ended with {run.returncode}")
    return max(samples)


def proportional_mb(process: psutil.Process) -> float:
    """The memory of a process and of all below it."""
    total = 0.0
    with contextlib.suppress(psutil.NoSuchProcess):
        for each in (process, *process.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess, OSError):
                total += each.memory_full_info().pss / 1e6
    return total


if __name__ == "__main__":
    main()
