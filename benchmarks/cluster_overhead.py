"""The same class on this machine's own processes and on a Dask cluster of this machine, in turn.

Grades right notebooks with `autograder grade --jobs N` and with `--scheduler` and N workers, each
into a gradebook of its own, in one run. Prints seconds on the clock and of processor time, that of
scheduler and workers included, and the ratio. The cluster's first run starts its grading processes;
the local runs always start theirs.

    python benchmarks/cluster_overhead.py --submissions 40 --workers 2 --rounds 3
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, replace
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "engine"))

from dask_cluster import Cluster, cluster

from autograder.course.assignment import load_assignment
from autograder.demo import make_course
from autograder.demo.notebooks import filled, write_notebook
from autograder.results import Result

ROOT = Path(__file__).resolve().parents[1]
ASSIGNMENT = "pooling_padding"
PROGRAM = str(Path(sys.executable).parent / "autograder")


@dataclass(frozen=True)
class Cost:
    """Seconds on the clock, and of processor time: of the command, in the sandboxes by the results
    (nobody waits for these processes), and of the cluster beyond that.
    """

    clock: float
    command: float
    sandboxes: float
    cluster: float = 0.0

    @property
    def processor(self) -> float:
        return self.command + self.sandboxes + self.cluster

    def __str__(self) -> str:
        return (
            f"{self.clock:7.1f} s on the clock, {self.processor:7.1f} s of processor time "
            f"({self.command:.1f} of the command, {self.sandboxes:.1f} in sandboxes)"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--submissions", type=int, default=40)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="autograder-benchmark-") as name:
        folder = Path(name)
        course = class_of(folder / "course", options.submissions)
        with cluster(folder / "dask", workers=options.workers) as dask:
            print(f"first run on the cluster {on(dask, course)}")
            local, remote = [], []
            for _ in range(options.rounds):
                local.append(graded(course, ["--jobs", str(options.workers)]))
                remote.append(on(dask, course))
        print(f"this machine alone       {median(local)}")
        print(f"on the cluster           {median(remote)}")
        ratio = median(remote).processor / median(local).processor
        print(
            f"processor time, cluster to local: {ratio:.2f}, the median of {options.rounds} rounds"
        )


def class_of(root: Path, count: int) -> Path:
    """A course in which so many students have handed in a right notebook."""
    course = make_course(ROOT, root)
    assignment = load_assignment(ASSIGNMENT, course)
    notebook = filled(assignment, assignment.solution_module.read_text(encoding="utf-8"))
    for number in range(count):
        folder = course / "submitted" / f"student{number:03}" / ASSIGNMENT
        folder.mkdir(parents=True)
        write_notebook(folder / f"{ASSIGNMENT}.ipynb", notebook)
    return course


def on(dask: Cluster, course: Path) -> Cost:
    """Grade the class on a cluster."""
    before = used_by(dask.processes)
    cost = graded(course, ["--scheduler", dask.address])
    return replace(cost, cluster=used_by(dask.processes) - before)


def graded(course: Path, options: Sequence[str]) -> Cost:
    """Grade the class anew, with a new gradebook."""
    for name in ("autograded", "results"):
        shutil.rmtree(course / name, ignore_errors=True)
    (course / "gradebook.db").unlink(missing_ok=True)
    began, before = time.perf_counter(), os.times()
    done = subprocess.run(
        [PROGRAM, "grade", ASSIGNMENT, *options], cwd=course, capture_output=True, text=True
    )
    clock, after = time.perf_counter() - began, os.times()
    if done.returncode:
        sys.exit(f"grading failed:\n{done.stdout}\n{done.stderr}")
    used = after.children_user + after.children_system
    texts = [file.read_text(encoding="utf-8") for file in course.glob("results/*/*.json")]
    inside = sum(Result.from_json(text).observed.cpu_seconds for text in texts)
    return Cost(clock, used - before.children_user - before.children_system, inside)


def used_by(processes: Iterable[psutil.Process]) -> float:
    """Processor seconds of processes and all below them, without what runs in sandboxes."""
    below = [each for process in processes for each in (process, *process.children(recursive=True))]
    return sum(sum(each.cpu_times()[:4]) for each in below)


def median(costs: Sequence[Cost]) -> Cost:
    """The medians, each for itself."""
    parts = zip(*map(astuple, costs), strict=True)
    return Cost(*map(statistics.median, parts))


if __name__ == "__main__":
    main()
