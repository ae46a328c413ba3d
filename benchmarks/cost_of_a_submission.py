"""The computing time of one submission after the imports: in the sandbox and in the grader.

    python benchmarks/cost_of_a_submission.py --rounds 3
    python benchmarks/cost_of_a_submission.py lenet5 tests/right/lenet5/loops.py --dataset mnist

Grades the solutions of every assignment, or the files of one, each in a fork of one warm process,
and prints the median of several rounds. Times are processor times: that of the submission's
processes inside the sandbox, and that of the hidden tests on the trusted side.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path

from autograder.course.assignment import assignment_names, load_assignment
from autograder.grading.grader import Grader

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("assignment", nargs="?", help="which one; all without it")
    parser.add_argument("files", nargs="*", type=Path, help="what to grade; without it, solutions")
    parser.add_argument("--dataset", help="what training is graded with")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    names = [options.assignment] if options.assignment else assignment_names(ROOT)
    print(f"{'assignment':<16} {'file':<24} {'points':>7} {'inside':>8} {'grader':>8} {'clock':>8}")
    for name in names:
        assignment = load_assignment(name, ROOT)
        if options.dataset:
            assignment = assignment.on(options.dataset)
        with Grader(assignment) as grader:
            grader.grade(assignment.release_notebook)  # starts the warm process
            for file in options.files or [assignment.solution_module]:
                show(grader, file, options.rounds)


def show(grader: Grader, file: Path, rounds: int) -> None:
    """Grade one file several times, and print the medians in seconds."""
    costs = []
    for _ in range(rounds):
        before = time.process_time()
        result = grader.grade(file)
        own = time.process_time() - before
        costs.append((result.observed.cpu_seconds, own, result.seconds))
    inside, own, clock = (statistics.median(each) for each in zip(*costs, strict=True))
    points = f"{result.score:g}/{result.max_score:g}"
    print(
        f"{grader.assignment.name:<16} {file.name:<24} {points:>7} "
        f"{inside:>6.1f} s {own:>6.1f} s {clock:>6.1f} s",
        flush=True,
    )


if __name__ == "__main__":
    main()
