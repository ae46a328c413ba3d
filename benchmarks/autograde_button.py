"""The autograde button of nbgrader's formgrader and `autograder grade`, on the same class.

The button runs nbgrader's own `autograde` for one student at a time, in one process, as here. The
other side grades the class with one worker and writes the gradebook. Both start without results, in
turn, in one run. Prints the median seconds per student for both, without the first student of each
round, whose warm process has to start, and the ratio.

    python benchmarks/autograde_button.py --students 12 --rounds 3
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
import time
from itertools import pairwise
from pathlib import Path

from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory

from autograder.course.assignment import Assignment, load_assignment
from autograder.demo import make_course
from autograder.demo.notebooks import filled, write_notebook
from autograder.gradebook import preprocessors, writer
from autograder.grading.scheduling import grade_class, handed_in
from autograder.grading.watching import OnResult
from autograder.nbgrader_bridge import configuration

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Measure both sides in turn, and print them and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--assignment", default="pooling_padding")
    parser.add_argument("--students", type=int, default=12)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    button: list[float] = []
    command: list[float] = []
    with tempfile.TemporaryDirectory(prefix="autograder-benchmark-") as folder:
        assignment = course(Path(folder), asked.assignment, asked.students)
        for _ in range(asked.rounds):
            start_afresh(assignment)
            button += with_the_button(assignment)
            start_afresh(assignment)
            command += with_the_command(assignment)
    slow, fast = statistics.median(button), statistics.median(command)
    print(f"{os.cpu_count()} cores, {asked.students} students, {asked.rounds} rounds")
    print(f"autograde button           {slow:6.2f} s per student")
    print(f"autograder grade --jobs 1  {fast:6.2f} s per student")
    print(f"ratio                      {slow / fast:6.2f}")


def course(folder: Path, name: str, students: int) -> Assignment:
    """A course in which this many students handed in the right solution."""
    root = make_course(ROOT, folder / "course")
    assignment = load_assignment(name, root)
    notebook = filled(assignment, assignment.solution_module.read_text(encoding="utf-8"))
    for number in range(students):
        place = root / "submitted" / f"student{number:03}" / name
        place.mkdir(parents=True)
        write_notebook(place / f"{name}.ipynb", notebook)
    writer.register(assignment)
    return assignment


def start_afresh(assignment: Assignment) -> None:
    """Remove results, graded notebooks and the warm process of the last round."""
    preprocessors._kept_grader.close()
    preprocessors._kept_grader.__init__()
    for name in ("results", "autograded"):
        shutil.rmtree(assignment.root / name, ignore_errors=True)


def with_the_button(assignment: Assignment) -> list[float]:
    """Seconds per student of nbgrader's `autograde`, without the first."""
    config = configuration.load(assignment.root)
    directory = CourseDirectory(config=config, root=str(assignment.root))
    api = NbGraderAPI(directory, config=config)
    seconds = []
    for student in sorted(handed_in(assignment)):
        started = time.perf_counter()
        done = api.autograde(assignment.name, student)
        seconds.append(time.perf_counter() - started)
        if not done["success"]:
            raise SystemExit(done["log"])
    return seconds[1:]


def with_the_command(assignment: Assignment) -> list[float]:
    """Seconds per student of grading, without the first, each with its share of the writing."""
    submissions = handed_in(assignment)
    done = []
    graded = grade_class(
        assignment,
        submissions,
        jobs=1,
        isolation="namespaces",
        fresh=False,
        watcher=OnResult(lambda _: done.append(time.perf_counter())),
    )
    started = time.perf_counter()
    if problems := writer.write(graded, submissions, assignment):
        raise SystemExit(str(problems))
    writing = (time.perf_counter() - started) / len(done)
    return [after - before + writing for before, after in pairwise(done)]


if __name__ == "__main__":
    main()
