"""What grading a class costs besides grading: gradebook, regrade of unchanged work, feedback.

Makes a class of right, mistaken and unfinished hand-ins in a temporary course, or takes the graded
class of a course folder and leaves that folder as it is. Then it measures in turn:

* writing all results into an empty gradebook and into `autograded/`: processor time and statements
  of SQL for each submission. A statement that is executed for many rows counts once;
* `autograder grade` when nothing has changed, from the start of the command to its end. The first
  run after copying reads every hand-in, the next ones do not;
* `autograder feedback`, everything included, divided by the pages.

    python benchmarks/bookkeeping.py --submissions 200
    python benchmarks/bookkeeping.py --course graded_course --assignment pooling_padding
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from autograder.course.assignment import Assignment, load_assignment
from autograder.demo import make_course
from autograder.demo.honest import mistaken, right, unfinished
from autograder.gradebook import writer
from autograder.grading.graded import Graded
from autograder.grading.result_store import result_file, stored
from convgrade.submission import read_hand_in

ROOT = Path(__file__).resolve().parents[1]
COMMAND = Path(sys.executable).parent / "autograder"
ONE_IN = 10
"""One hand-in of so many is mistaken or unfinished."""


def main() -> None:
    """Measure, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--course", type=Path, help="a course with a graded class")
    parser.add_argument("--assignment", default="pooling_padding")
    parser.add_argument("--submissions", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="autograder-benchmark-") as folder:
        root = Path(folder) / "course"
        if asked.course is not None:
            shutil.copytree(asked.course, root, symlinks=True)
        else:
            make_class(make_course(ROOT, root), asked.assignment, asked.submissions)
            timed("first grading", root, "grade", asked.assignment)
        measure(load_assignment(asked.assignment, root), asked.rounds)


def make_class(root: Path, name: str, count: int) -> None:
    """Write so many hand-ins, each with a comment that makes it different from all others."""
    assignment = load_assignment(name, root)
    rights, others = list(right(assignment)), [*mistaken(assignment), *unfinished(assignment)]
    for number in range(count):
        kinds, place = (others, number // ONE_IN) if number % ONE_IN == 0 else (rights, number)
        folder = root / "submitted" / f"student{number:05}" / name
        folder.mkdir(parents=True)
        kinds[place % len(kinds)].write(folder)
        for file in folder.iterdir():
            comment_on(file, f"# hand-in {number}")


def comment_on(file: Path, comment: str) -> None:
    """Add a comment to a module, or to the first code cell of a notebook."""
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".ipynb":
        notebook = json.loads(text)
        cell = next(each for each in notebook["cells"] if each["cell_type"] == "code")
        cell["source"] = "".join(cell["source"]) + f"\n{comment}"
        text = json.dumps(notebook, indent=1)
    else:
        text += f"\n{comment}\n"
    file.write_text(text, encoding="utf-8")


def measure(assignment: Assignment, rounds: int) -> None:
    """Measure a graded class."""
    results = result_file(assignment, "").parent.glob("[!.]*.json")
    students = sorted(path.stem for path in results)
    print(f"{os.cpu_count()} cores, {len(students)} submissions, median of {rounds} rounds")
    first_writing(assignment, students, rounds)
    grade = ("grade", assignment.name)
    timed("regrade, everything read", assignment.root, *grade)
    time.sleep(2)  # what changed within the last two seconds is always read
    timed("regrade", assignment.root, *grade)
    in_rounds("regrade, nothing read", rounds, assignment.root, *grade)
    feedback = ("feedback", assignment.name)
    median = in_rounds("feedback", rounds, assignment.root, *feedback)
    print(f"{'feedback, for each page':28} {1000 * median / len(students):8.1f} ms")


def first_writing(assignment: Assignment, students: list[str], rounds: int) -> None:
    """Write the results into an empty gradebook, without starting a program."""
    places = {each: assignment.root / "submitted" / each / assignment.name for each in students}
    graded = [
        Graded(result, read_hand_in(place, assignment.release))
        for student, place in places.items()
        if (result := stored(assignment, student)) is not None
    ]
    taken, statements = [], 0
    for _ in range(rounds):
        (assignment.root / "gradebook.db").unlink(missing_ok=True)
        shutil.rmtree(assignment.root / "autograded", ignore_errors=True)
        writer.register(assignment)
        with counted() as sent:
            begun = time.process_time()
            writer.write(graded, places, assignment)
            taken.append((time.process_time() - begun) / len(graded))
        statements = len(sent)
    print(
        f"{'gradebook, for each':28} {1000 * statistics.median(taken):8.1f} ms of processor time, "
        f"{statements / len(graded):.2f} statements"
    )


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that any database is sent meanwhile."""
    statements: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def in_rounds(what: str, rounds: int, root: Path, *arguments: str) -> float:
    """Run a command so often, print and return the median of its seconds."""
    found = [run(root, arguments) for _ in range(rounds)]
    seconds, processor = (statistics.median(each) for each in zip(*found, strict=True))
    show(what, seconds, processor)
    return seconds


def timed(what: str, root: Path, *arguments: str) -> None:
    show(what, *run(root, arguments))


def show(what: str, seconds: float, processor: float) -> None:
    print(f"{what:28} {seconds:8.2f} s, {processor:.2f} s of processor time", flush=True)


def run(root: Path, arguments: tuple[str, ...]) -> tuple[float, float]:
    """Run a command in the course; return its seconds, and the processor time of all processes."""
    before, begun = of_children(), time.perf_counter()
    done = subprocess.run([COMMAND, *arguments], cwd=root, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(f"{arguments} failed:\n{done.stderr}")
    return time.perf_counter() - begun, of_children() - before


def of_children() -> float:
    """The processor time of all ended children so far, in seconds."""
    return sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])


if __name__ == "__main__":
    main()
