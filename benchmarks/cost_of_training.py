"""What grading computes beside the training that it judges, as a multiple of that training.

    python benchmarks/cost_of_training.py lenet5
    python benchmarks/cost_of_training.py alexnet tests/right/alexnet/loops.py --rounds 3 --tests 20

Grades the solutions and the right answers that train (or the files given), each in a fork of one
warm process, and prints for each the processor time of the whole grading, that of the judged calls
of the training function, and their ratio; then where the rest goes, as medians. The same training
in a plain Python process is shown beside it. Each side uses one thread.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from autograder.calibration import evidence
from autograder.course.assignment import Assignment, load_assignment
from autograder.grading.grader import Grader
from autograder.sandbox import Sandbox
from autograder.suite.grading_run import GradingRun
from autograder.suite.stand_ins import StandIns

ROOT = Path(__file__).resolve().parents[1]
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}
JUDGED, OTHER_TRAININGS, CELLS = "judged training", "other trainings", "cells and the rest"
TRAINING_TESTS, TESTS, REST = "tests that train", "other hidden tests", "pytest and the rest"


@dataclass
class Costs:
    """Processor seconds of one grading, by what they were spent on, and by test."""

    points: str = ""
    inside: Counter[str] = field(default_factory=Counter)
    trusted: Counter[str] = field(default_factory=Counter)
    tests: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    @property
    def whole(self) -> float:
        """All of it, on both sides of the boundary."""
        return sum(self.inside.values()) + sum(self.trusted.values())

    @property
    def ratio(self) -> float:
        """The whole as a multiple of the judged training."""
        return self.whole / self.inside[JUDGED]


class Profiler:
    """Measures each call that crosses the boundary, and each test, while one file is graded.

    What the measuring itself computes is left out.
    """

    def __init__(self, assignment: Assignment) -> None:
        self.costs = Costs()
        terms = assignment.training_terms
        self._trained = frozenset(trained_by(assignment))
        self._judged = (terms.epochs, terms.batch_size) if terms else None
        self._measuring = 0.0
        self._test = ""

    def grade(self, grader: Grader, file: Path) -> Costs:
        """Grade a file."""
        with (
            self._watched(Sandbox, "call", self._called),
            self._watched(Sandbox, "call_several", self._called),
            self._watched(Sandbox, "ask", self._asked),
            self._watched(StandIns, "judge", self._tested),
            self._watched(GradingRun, "student_for", self._begun),
        ):
            before = self._own()
            result = grader.grade(file)
            own = self._own() - before
        costs = self.costs
        costs.points = f"{result.score:g}/{result.max_score:g}"
        costs.inside[CELLS] = result.observed.cpu_seconds - sum(costs.inside.values())
        costs.trusted[REST] = own - sum(costs.trusted.values())
        return costs

    def _own(self) -> float:
        return time.process_time() - self._measuring

    @contextmanager
    def _watched(self, owner: type, name: str, watcher: Any) -> Iterator[None]:
        method = getattr(owner, name)

        def watched(instance: Any, *args: Any, **options: Any) -> Any:
            with watcher(instance, *args):
                return method(instance, *args, **options)

        with mock.patch.object(owner, name, watched):
            yield

    @contextmanager
    def _called(self, sandbox: Sandbox, name: str, args: Any, *_: Any) -> Iterator[None]:
        kind = f"{name}()"
        if name in self._trained:  # with model, x, y, epochs, batch_size, seed
            kind = JUDGED if tuple(args[3:5]) == self._judged else OTHER_TRAININGS
        with self._inside(sandbox, kind):
            yield

    @contextmanager
    def _asked(self, sandbox: Sandbox, handle: Any, question: str, *_: Any) -> Iterator[None]:
        with self._inside(sandbox, f"query {question}"):
            yield

    @contextmanager
    def _inside(self, sandbox: Sandbox, kind: str) -> Iterator[None]:
        before = self._computed(sandbox)
        try:
            yield
        finally:
            computed = self._computed(sandbox) - before
            self.costs.inside[kind] += computed
            self.costs.tests[self._test]["inside"] += computed

    def _computed(self, sandbox: Sandbox) -> float:
        started = time.process_time()
        computed = sandbox.observed().cpu_seconds
        self._measuring += time.process_time() - started
        return computed

    @contextmanager
    def _tested(self, stand_ins: StandIns, exercise: str, *_: Any) -> Iterator[None]:
        before = self._own()
        try:
            yield
        finally:
            computed = self._own() - before
            self.costs.trusted[TRAINING_TESTS if exercise in self._trained else TESTS] += computed
            self.costs.tests[self._test]["trusted"] += computed

    @contextmanager
    def _begun(self, _: GradingRun, item: pytest.Item) -> Iterator[None]:
        self._test = item.nodeid.rpartition("/")[2]
        yield


def trained_by(assignment: Assignment) -> list[str]:
    """The exercises whose suites judge a training."""
    return [
        each.name
        for each in assignment.exercises
        if "training.judge" in assignment.suite_file(each.name).read_text(encoding="utf-8")
    ]


def alone(name: str, dataset: str, seed: int) -> float:
    """Processor seconds of the first recipe of the evidence, in a process of its own."""
    assignment = load_assignment(name, ROOT).on(dataset)
    recipe = evidence.recipe_names(assignment, "right")[0]
    import keras  # noqa: F401

    return evidence.train(assignment, recipe, seed).cpu_seconds


def trained_alone(assignment: Assignment, runs: int) -> float:
    """The median of several trainings in plain Python processes."""
    found = []
    for seed in range(runs):
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            found.append(pool.submit(alone, assignment.name, assignment.dataset, seed).result())
    return statistics.median(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("assignment")
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--dataset", help="what training is graded with")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--tests", type=int, default=8, help="how many costly tests are shown")
    options = parser.parse_args()
    assignment = load_assignment(options.assignment, ROOT)
    if options.dataset:
        assignment = assignment.on(options.dataset)
    files = options.files or [
        assignment.solution_module,
        *sorted(assignment.right_solutions_folder.glob("*.py")),
    ]
    print(f"{assignment.name}, {assignment.dataset}: processor seconds")
    print(f"{'file':<24} {'points':>7} {'whole':>7} {'training':>9} {'ratio':>6}")
    all_costs = []
    with Grader(assignment) as grader:
        grader.grade(assignment.release_notebook)  # starts the warm process
        for file in files * options.rounds:
            costs = Profiler(assignment).grade(grader, file)
            all_costs.append(costs)
            print(
                f"{file.name:<24} {costs.points:>7} {costs.whole:>7.2f} "
                f"{costs.inside[JUDGED]:>9.2f} {costs.ratio:>6.2f}",
                flush=True,
            )
    show(all_costs, options.tests)
    print(f"the training in a plain process: {trained_alone(assignment, 3):.2f}")


def show(all_costs: list[Costs], tests: int) -> None:
    """Print the medians of all files."""
    print(f"\nmedian ratio {statistics.median(each.ratio for each in all_costs):.2f}; medians of:")
    for side, parts in (
        ("inside", [each.inside for each in all_costs]),
        ("trusted", [each.trusted for each in all_costs]),
    ):
        print(f"  {side:<8} {medians(parts)}")
    names = dict.fromkeys(name for each in all_costs for name in each.tests if name)
    by_test = {name: medians_of([each.tests[name] for each in all_costs]) for name in names}
    costly = sorted(by_test, key=lambda name: -sum(by_test[name].values()))
    for name in costly[:tests]:
        inside, trusted = by_test[name]["inside"], by_test[name]["trusted"]
        print(f"  {name:<72} inside {inside:.2f} trusted {trusted:.2f}")


def medians(parts: list[Counter[str]]) -> str:
    """The median of each part of at least 10 ms, the largest first."""
    found = medians_of(parts).most_common()
    return ", ".join(f"{name} {value:.2f}" for name, value in found if value >= 0.01)


def medians_of(parts: list[Counter[str]]) -> Counter[str]:
    names = {name for part in parts for name in part}
    return Counter({name: statistics.median(part[name] for part in parts) for name in names})


if __name__ == "__main__":
    if not ONE_THREAD.items() <= os.environ.items():  # libraries read them when they are imported
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | ONE_THREAD)
    main()
