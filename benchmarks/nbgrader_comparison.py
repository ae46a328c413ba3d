"""Stock `nbgrader autograde` and `autograder grade` on the same submissions, measured in one run.

Each side grades the same right notebooks into its own gradebook, once as they are (NumPy only) and
once with a cell that imports Keras. The stock course has nbgrader's own configuration: a kernel per
notebook, in which the notebook's visible checks run. `autograder grade` also runs the hidden
suites, which the stock course lacks, so the stock side has less to do. Every round starts without a
gradebook. A command has fixed costs (mainly imports; for `autograder`, TensorFlow's), which the
submissions share, so the ratio grows with the class. Prints the seconds per submission for both
sides, the ratio, what a second process gains, and how long one file takes from a cold start,
compared with an interpreter that only imports the libraries.

    python benchmarks/nbgrader_comparison.py --submissions 32 --rounds 3
    python benchmarks/nbgrader_comparison.py --submissions 200 --stock 40 --rounds 1

With `--stock`, the stock side grades one submission and then that many. The difference gives its
time for each further submission, and from this its time for the whole class.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.course.assignment import Assignment, load_assignment
from autograder.demo import make_course
from autograder.demo.notebooks import code_cell, filled, write_notebook

ROOT = Path(__file__).resolve().parents[1]
ASSIGNMENT = "pooling_padding"
BIN = Path(sys.executable).parent
# nbgrader calls `alembic` by name, so it must be on the path of an inactive environment too.
ENVIRONMENT = {
    **os.environ,
    "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "",
}
STOCK_CONFIGURATION = "c = get_config()\nc.CourseDirectory.root = {root!r}\n"
STOCK = "nbgrader autograde"
COLD_ROUNDS = 5
AUTOGRADER = "autograder grade"


@dataclass(frozen=True)
class Kind:
    """The import in the notebooks, and the libraries that convgrade preloads."""

    name: str
    first_cell: str | None
    preload: tuple[str, ...]
    bare: str
    """What an interpreter imports with which a cold start is compared."""


KINDS = {
    "numpy": Kind("NumPy only", None, ("numpy",), "import numpy, pytest, nbformat"),
    "keras": Kind(
        "imports Keras", "import keras", ("numpy", "tensorflow", "keras"), "import keras"
    ),
}


@dataclass(frozen=True)
class Courses:
    """The same class twice: in a stock nbgrader course and in a course of convgrade."""

    stock: Path
    convgrade: Path
    students: tuple[str, ...]
    stock_students: tuple[str, ...]


def main() -> None:
    """Measure both sides, and print them and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--submissions", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--stock", type=int, help="how many the stock side grades; all without it")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.machine()}")
    print(f"{options.submissions} submissions, median of {options.rounds} rounds")
    with tempfile.TemporaryDirectory(prefix="autograder-benchmark-") as folder:
        for name in options.kinds:
            place = Path(folder) / name
            courses = set_up(place, KINDS[name], options.submissions, options.stock)
            compare(KINDS[name], courses, options.rounds)


def set_up(place: Path, kind: Kind, submissions: int, in_stock: int | None = None) -> Courses:
    """Make two courses with the same submissions. The stock course has a generated release."""
    convgrade, stock = make_course(ROOT, place / "ours"), place / "stock"
    settings = convgrade / "source" / ASSIGNMENT / "assignment.toml"
    lines = [line for line in settings.read_text().splitlines() if not line.startswith("preload")]
    settings.write_text("\n".join([f"preload = {json.dumps(kind.preload)}", *lines]) + "\n")
    assignment = load_assignment(ASSIGNMENT, convgrade)

    (stock / "source" / ASSIGNMENT).mkdir(parents=True)
    (stock / "nbgrader_config.py").write_text(STOCK_CONFIGURATION.format(root=str(stock)))
    shutil.copy(assignment.source_notebook, stock / "source" / ASSIGNMENT)
    run([BIN / "nbgrader", "generate_assignment", ASSIGNMENT], stock)

    students = tuple(f"student{number:03}" for number in range(submissions))
    stock_students = students[: in_stock or submissions]
    for root, graded in ((convgrade, students), (stock, stock_students)):
        for student in graded:
            hand_in(assignment, kind, root / "submitted" / student / ASSIGNMENT)
    return Courses(stock, convgrade, students, stock_students)


def hand_in(assignment: Assignment, kind: Kind, folder: Path) -> None:
    """Write a right solution as a notebook."""
    notebook = filled(assignment, assignment.solution_module.read_text(encoding="utf-8"))
    if kind.first_cell is not None:
        notebook["cells"].insert(0, code_cell(kind.first_cell))
    folder.mkdir(parents=True)
    write_notebook(folder / f"{ASSIGNMENT}.ipynb", notebook)


def compare(kind: Kind, courses: Courses, rounds: int) -> None:
    """Run rounds of both sides in turn, then grade one file from a cold start."""
    stock, convgrade, alone, single, bare = [], [], [], [], []
    folder = courses.convgrade / "submitted" / courses.students[0] / ASSIGNMENT
    file = folder / f"{ASSIGNMENT}.ipynb"
    grade = [BIN / "autograder", "grade", ASSIGNMENT]
    count = len(courses.students)
    for _ in range(rounds):
        stock.append(stock_seconds(courses))
        convgrade.append(timed(courses.convgrade, grade))
        require_full_marks(courses.convgrade, courses.students)
        alone.append(timed(courses.convgrade, [*grade, "--jobs", "1"]))
    for _ in range(max(COLD_ROUNDS, rounds)):
        bare.append(timed(courses.convgrade, [sys.executable, "-c", kind.bare]))
        single.append(timed(courses.convgrade, [*grade, file]))
    stock_time, own_time, own_alone = (
        statistics.median(each) / count for each in (stock, convgrade, alone)
    )
    cold, imports = statistics.median(single), statistics.median(bare)
    print(f"\n{kind.name}")
    print(f"  {STOCK:20} {stock_time:8.2f} s per submission   {spread(stock, count)}")
    print(f"  {AUTOGRADER:20} {own_time:8.3f} s per submission   {spread(convgrade, count)}")
    print(f"  {'ratio':20} {stock_time / own_time:8.1f}")
    print(f"  {'with one process':20} {own_alone:8.3f} s, {own_alone / own_time:.2f} times as long")
    print(f"  {'one file, cold':20} {cold:8.2f} s                  {spread(single, 1)}")
    print(f"  {kind.bare:20} {imports:8.2f} s, the file takes {cold / imports:.2f} times as long",
          flush=True)  # fmt: skip


def stock_seconds(courses: Courses) -> float:
    """The time of the stock side for the whole class, if it grades it all, or as it would be."""
    command = [BIN / "nbgrader", "autograde", ASSIGNMENT]
    seconds = timed(courses.stock, command)
    require_full_marks(courses.stock, courses.stock_students)
    further = len(courses.stock_students) - 1
    if len(courses.stock_students) == len(courses.students):
        return seconds
    one = timed(courses.stock, [*command, "--student", courses.students[0]])
    return one + (len(courses.students) - 1) * (seconds - one) / further


def spread(seconds: Sequence[float], count: int) -> str:
    """The fastest and the slowest round."""
    return f"({min(seconds) / count:.2f} to {max(seconds) / count:.2f})"


def timed(root: Path, command: Sequence[str | Path]) -> float:
    """The seconds of a command in a course that has graded nothing yet."""
    for name in ("autograded", "feedback", "results"):
        shutil.rmtree(root / name, ignore_errors=True)
    restore_gradebook(root)
    started = time.perf_counter()
    run(command, root)
    return time.perf_counter() - started


def restore_gradebook(root: Path) -> None:
    """Restore the gradebook from before the first grading; the stock one contains the release."""
    gradebook, before = root / "gradebook.db", root / "gradebook.before"
    if gradebook.exists() and not before.exists():
        gradebook.rename(before)
    gradebook.unlink(missing_ok=True)
    if before.exists():
        shutil.copy(before, gradebook)


def run(command: Sequence[str | Path], root: Path) -> None:
    """Run a command in the course's folder. Its output is shown only if it fails."""
    done = subprocess.run(
        [str(part) for part in command], cwd=root, env=ENVIRONMENT, capture_output=True, text=True
    )
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stdout}\n{done.stderr}")


def require_full_marks(root: Path, students: Sequence[str]) -> None:
    """Stop if a right solution lacks full marks: then the times mean nothing."""
    query = (
        "select s.student_id, sum(g.auto_score), sum(c.max_score) from grade g "
        "join grade_cells c on c.id = g.cell_id "
        "join submitted_notebook n on n.id = g.notebook_id "
        "join submitted_assignment s on s.id = n.assignment_id "
        "where c.cell_type = 'code' group by s.student_id"
    )
    with sqlite3.connect(root / "gradebook.db") as gradebook:
        found = {student: (score, most) for student, score, most in gradebook.execute(query)}
    if set(found) != set(students) or any(score != most for score, most in found.values()):
        sys.exit(f"{root.name}: not everyone has full marks, so the times mean nothing: {found}")


if __name__ == "__main__":
    main()
