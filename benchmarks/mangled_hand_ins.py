"""Finished hand-ins, mangled at random, graded by convgrade; a sample also by stock nbgrader.

A hand-in counts as kept if it has the points of the clean one and every written answer waits for a
person. The stock side runs `nbgrader autograde` with nbgrader's own configuration: the notebook in
a kernel, with its visible checks. An answer that it cannot find or run counts as lost. It takes
seconds per hand-in, so it grades only the first of the same files.

    python benchmarks/mangled_hand_ins.py --hand-ins 1000 --stock 60
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from autograder.course.assignment import Assignment, load_assignment
from autograder.demo import make_course
from autograder.demo.notebooks import filled, with_written_answers
from autograder.grading.grader import Grader

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "engine"))

from mangling import Cell, Mangled, mangled  # noqa: E402

BIN = Path(sys.executable).parent
ENVIRONMENT = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
STOCK_CONFIGURATION = "c = get_config()\nc.CourseDirectory.root = {root!r}\n"


def main() -> None:
    """Mangle, grade, and print both shares."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--assignment", default="pooling_padding")
    parser.add_argument("--hand-ins", type=int, default=1000)
    parser.add_argument("--stock", type=int, default=60)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    options = parser.parse_args()
    seeds = range(options.first, options.first + options.hand_ins)
    with tempfile.TemporaryDirectory(prefix="autograder-benchmark-") as folder:
        course = make_course(ROOT, Path(folder) / "ours")
        assignment = load_assignment(options.assignment, course)
        cells = clean(assignment)
        convgrade(assignment, cells, seeds, Path(folder) / "handed in")
        if options.stock:
            sample = range(options.first, options.first + options.stock)
            stock(assignment, cells, sample, Path(folder) / "stock")


def clean(assignment: Assignment) -> list[Cell]:
    """The cells of the solutions as a student's notebook, with an answer to each question."""
    notebook = filled(assignment, assignment.solution_module.read_text(encoding="utf-8"))
    answered = with_written_answers(notebook, assignment)
    for number, cell in enumerate(answered["cells"]):
        if cell["source"].startswith("A made-up answer"):
            cell["source"] += f" It is the one in cell {number}."
    cells: list[Cell] = answered["cells"]
    return cells


def made(assignment: Assignment, cells: list[Cell], seed: int) -> Mangled:
    release = assignment.release_notebook.read_text(encoding="utf-8")
    return mangled(cells, release, assignment.name, random.Random(seed))


def convgrade(assignment: Assignment, cells: list[Cell], seeds: Sequence[int], place: Path) -> None:
    """Grade each hand-in with convgrade, and print the share that kept its points and answers."""
    kept, lost = 0, Counter[str]()
    with Grader(assignment) as grader:
        for count, seed in enumerate(seeds, 1):
            folder, hand_in = place / str(seed), made(assignment, cells, seed)
            hand_in.write(folder)
            result = grader.grade(folder, b"0" * 32, student="ada")
            waiting = all(question.state == "needs_marking" for question in result.written)
            if result.status == "graded" and result.score == result.max_score and waiting:
                kept += 1
            else:
                lost.update(hand_in.done)
                print(f"  seed {seed}: {result.status} {result.reason} {result.score:g} of "
                      f"{result.max_score:g}, answers {'found' if waiting else 'lost'}: "
                      f"{', '.join(hand_in.done)}", flush=True)  # fmt: skip
            shutil.rmtree(folder)
            if count % 25 == 0 or count == len(seeds):
                print(f"autograder: {kept} of {count} kept all ({kept / count:.1%})", flush=True)
    for what, number in lost.most_common(8):
        print(f"  lost with {what}: {number}")


def stock(assignment: Assignment, cells: list[Cell], seeds: Sequence[int], root: Path) -> None:
    """Grade the same files in a course of stock nbgrader."""
    name = assignment.name
    (root / "source" / name).mkdir(parents=True)
    (root / "nbgrader_config.py").write_text(STOCK_CONFIGURATION.format(root=str(root)))
    shutil.copy(assignment.source_notebook, root / "source" / name)
    run(["generate_assignment", name], root)
    for seed in seeds:
        made(assignment, cells, seed).write(root / "submitted" / f"s{seed}" / name)
        run(["autograde", name, "--student", f"s{seed}"], root, may_fail=True)
        print(f"  nbgrader has graded seed {seed}: {is_kept(root, f's{seed}')}", flush=True)
    kept = [seed for seed in seeds if is_kept(root, f"s{seed}")]
    share = len(kept) / len(seeds)
    print(f"nbgrader autograde: {len(kept)} of {len(seeds)} kept all ({share:.1%})")


def is_kept(root: Path, student: str) -> bool:
    """Whether the gradebook has all automatic points, and every answer waits for a person."""
    query = (
        "select c.cell_type, g.auto_score, c.max_score, g.needs_manual_grade from grade g "
        "join grade_cells c on c.id = g.cell_id "
        "join submitted_notebook n on n.id = g.notebook_id "
        "join submitted_assignment s on s.id = n.assignment_id where s.student_id = ?"
    )
    with sqlite3.connect(root / "gradebook.db") as gradebook:
        rows = gradebook.execute(query, (student,)).fetchall()
    code = [score == most for kind, score, most, _ in rows if kind == "code"]
    answers = [bool(waits) for kind, _, _, waits in rows if kind != "code"]
    return bool(code) and all(code) and all(answers)


def run(arguments: Sequence[str], root: Path, *, may_fail: bool = False) -> None:
    done = subprocess.run(
        [str(BIN / "nbgrader"), *arguments],
        cwd=root,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
    )
    if done.returncode and not may_fail:
        sys.exit(f"nbgrader {json.dumps(arguments)} failed:\n{done.stderr}")


if __name__ == "__main__":
    main()
