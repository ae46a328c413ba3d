"""Whether right solutions keep full marks on a busy machine, and how much time that costs.

    python benchmarks/under_load.py
    python benchmarks/under_load.py pooling_padding --busy 8 --one-core --nice 19
    python benchmarks/under_load.py lenet5 --only loops.py --loaded

Grades the solutions and all other right answers of every assignment, or of one, twice: on the
machine as it is, and next to processes that only compute. Prints marks, elapsed time, and how many
seconds of this machine were given for one second of the limits.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.course.assignment import Assignment, assignment_names, load_assignment
from autograder.grading.scheduling import Task, grade_files
from autograder.results import Result

ROOT = Path(__file__).resolve().parents[1]
BURN = """
import numpy as np
matrix = np.ones((256, 256))
numbers = np.ones(1 << 20)
while True:
    matrix @ matrix
    numbers + numbers
    sum(range(100_000))
"""


@dataclass(frozen=True)
class Row:
    """The outcome of one file under one condition."""

    points: str
    is_full: bool
    seconds: float
    factor: float
    why: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("assignments", nargs="*", help="which ones; all without it")
    parser.add_argument("--busy", type=int, default=8, help="processes that compute meanwhile")
    parser.add_argument("--one-core", action="store_true", help="keep everything on one core")
    parser.add_argument("--nice", type=int, default=0, help="how far the graded side stands back")
    parser.add_argument("--jobs", type=int)
    parser.add_argument(
        "--only", action="append", default=[], help="a file's name; may be repeated"
    )
    parser.add_argument("--loaded", action="store_true", help="leave out the quiet side")
    options = parser.parse_args()
    if options.one_core:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    lost = 0
    titles = [*([] if options.loaded else ["as it is"]), f"beside {options.busy} busy"]
    print(f"{'assignment':<16} {'file':<22} {' | '.join(f'{title:^26}' for title in titles)}")
    for name in options.assignments or assignment_names(ROOT):
        assignment = load_assignment(name, ROOT)
        files = right_answers(assignment)
        files = [file for file in files if not options.only or file.name in options.only]
        idle = {} if options.loaded else graded(assignment, files, options.jobs)
        with busy(options.busy), standing_back(options.nice):
            loaded = graded(assignment, files, options.jobs)
        for file in files:
            both = [side[file] for side in (idle, loaded) if side]
            lost += sum(not each.is_full for each in both)
            why = "".join(each.why for each in both)
            print(f"{name:<16} {file.name:<22} {' | '.join(map(shown, both))} {why}")
        totals = [total(side) for side in (idle, loaded) if side]
        print(f"{name:<16} {'all':<22} {' | '.join(totals)}", flush=True)
    print("all full marks" if not lost else f"{lost} are not full marks")
    sys.exit(bool(lost))


def right_answers(assignment: Assignment) -> list[Path]:
    folder = assignment.right_solutions_folder
    others = sorted(path for path in folder.iterdir() if path.suffix in (".py", ".ipynb"))
    return [assignment.solution_module, *others]


def graded(assignment: Assignment, files: list[Path], jobs: int | None) -> dict[Path, Row]:
    tasks = [Task(f"{number} {file.stem}", file) for number, file in enumerate(files)]
    results = grade_files(assignment, tasks, jobs=jobs)
    return {file: row(result) for file, result in zip(files, results, strict=True)}


def row(result: Result) -> Row:
    failed = [
        f"{exercise.name}.{test.name}: {test.outcome}; "
        for exercise in result.exercises
        for test in exercise.tests
        if test.outcome != "passed"
    ]
    return Row(
        points=f"{result.score:g}/{result.max_score:g}",
        is_full=result.status == "graded" and result.score == result.max_score,
        seconds=result.seconds,
        factor=result.observed.seconds_factor,
        why=result.reason + "".join(failed)[:200],
    )


def shown(each: Row) -> str:
    return f"{each.points:>8} {each.seconds:>8.1f} s  x{each.factor:<5g}"


def total(rows: dict[Path, Row]) -> str:
    full = sum(each.is_full for each in rows.values())
    seconds = sum(each.seconds for each in rows.values())
    return f"{full:>3}/{len(rows):<4} {seconds:>8.1f} s       "


@contextlib.contextmanager
def busy(count: int) -> Iterator[None]:
    """Run this many other processes that only compute."""
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    others = [subprocess.Popen([sys.executable, "-c", BURN], env=environment) for _ in range(count)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


@contextlib.contextmanager
def standing_back(nice: int) -> Iterator[None]:
    """Run new processes at a lower priority; restore it afterwards if this user may do that."""
    before = os.getpriority(os.PRIO_PROCESS, 0)
    os.setpriority(os.PRIO_PROCESS, 0, before + nice)
    try:
        yield
    finally:
        with contextlib.suppress(PermissionError):
            os.setpriority(os.PRIO_PROCESS, 0, before)


if __name__ == "__main__":
    main()
