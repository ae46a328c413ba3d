"""Which share of the known mistakes is shown by examples that show all chosen mistakes.

The choice is made as `autograder build` makes it. It is tried with other calls than those that it
was made from: a set of examples is put together at random, one call for each chosen mistake that no
earlier call of the set shows. So each set is about as small as it can be.

    python benchmarks/break_first.py
    python benchmarks/break_first.py pooling_padding --sets 500
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from autograder.break_first.choosing import chosen
from autograder.break_first.suites import Material
from autograder.course.assignment import Assignment, assignment_names, load_assignment
from autograder.errors import CourseError

ROOT = Path(__file__).resolve().parents[1]
HEAD = (
    "exercise                known chosen  mean  10 %  least  of 3  examples  seconds\n"
    "                     mistakes         shares shown by sets"
)


def main() -> None:
    """Print a line for each exercise."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("assignments", nargs="*", default=assignment_names(ROOT))
    parser.add_argument("--sets", type=int, default=500, help="sets of examples for each exercise")
    options = parser.parse_args()
    print(HEAD)
    for name in options.assignments:
        assignment = load_assignment(name, ROOT)
        for exercise in assignment.exercises:
            print(_line(assignment, exercise.name, options.sets), flush=True)


def _line(assignment: Assignment, exercise: str, count: int) -> str:
    solutions = assignment.solution_module.read_text(encoding="utf-8")
    started = time.process_time()
    try:
        material = Material.of(assignment, exercise, solutions)
    except CourseError as error:
        reason = str(error).partition(": ")[2].partition(",")[0]
        return f"{exercise:24} {reason}"
    choice = chosen(material.table, material.calls)
    seconds = time.process_time() - started
    others = Material.of(assignment, exercise, solutions, seed=1).table
    sets = list(_sets(others, choice.mistakes, count))
    shares = [others[each].any(axis=0).mean() for each in sets]
    sizes = [len(each) for each in sets]
    return (
        f"{exercise:24} {len(material.mistakes):4} {len(choice.mistakes):6}  "
        f"{np.mean(shares):.3f} {np.percentile(shares, 10):.3f} {min(shares):.3f} "
        f"{choice.reachable:5} {np.mean(sizes):9.1f} {seconds:8.1f}"
    )


def _sets(table: NDArray[np.bool_], mistakes: Sequence[int], count: int) -> Iterator[list[int]]:
    """Rows of calls that together show all these mistakes."""
    rng = np.random.default_rng(0)
    for _ in range(count):
        rows: list[int] = []
        for column in rng.permutation(mistakes):
            showing = np.flatnonzero(table[:, column])
            if showing.size and not table[rows, column].any():
                rows.append(int(rng.choice(showing)))
        yield rows


if __name__ == "__main__":
    main()
