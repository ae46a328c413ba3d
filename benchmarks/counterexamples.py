"""How many wrong answers get a counterexample, how small it is, and what looking for it costs.

    python benchmarks/counterexamples.py
    python benchmarks/counterexamples.py pooling_padding --without-checks
    python benchmarks/counterexamples.py lenet5 --answers FOLDER

Grades each known misconception of an exercise that has generators, alone among right functions.
With `--without-checks` nothing in it raises an exception. With `--answers` the files of a folder
are graded instead: `<exercise>.py`, or `<exercise>-<anything>.py`, which define what they replace.

It prints for each assignment the share of wrong answers with a counterexample and of failed tests
with one, the numbers in each answer's largest one, and the seconds that looking took for each
failing exercise: by the clock, and of computing in the grader and in the sandbox together.
"""

from __future__ import annotations

import argparse
import ast
import re
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from autograder import counterexamples, diagnosis
from autograder.course.assignment import Assignment, assignment_names, load_assignment
from autograder.grading.grader import Grader

ROOT = Path(__file__).resolve().parents[1]


@dataclass
class Figures:
    """What is measured over all wrong answers of an assignment."""

    answers: int = 0
    helped: int = 0
    tests: int = 0
    tests_helped: int = 0
    numbers: list[int] = field(default_factory=list)
    clock: list[float] = field(default_factory=list)
    computed: list[float] = field(default_factory=list)
    without: list[str] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("assignment", nargs="?", help="which one; all without it")
    parser.add_argument("--answers", type=Path, help="a folder of wrong answers")
    parser.add_argument("--without-checks", action="store_true", help="nothing raises an exception")
    parser.add_argument("--list", action="store_true", help="name the answers without one")
    options = parser.parse_args()
    measure_looking()
    for name in [options.assignment] if options.assignment else assignment_names(ROOT):
        assignment = load_assignment(name, ROOT)
        wrong = from_folder(options.answers) if options.answers else from_catalogue(assignment)
        figures = measured(assignment, wrong, options.without_checks)
        show(name, figures)
        if options.list:
            print("without:", *figures.without, sep="\n  ")
            print("not wrong:", *figures.passed, sep="\n  ")


def from_catalogue(assignment: Assignment) -> Iterator[tuple[str, str, str]]:
    """Exercise, name and module of each misconception that is no model."""
    for each in diagnosis.load(assignment).misconceptions:
        if each.matches is None:
            yield each.exercise, each.name, diagnosis.as_submission(assignment, each.function)


def from_folder(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Exercise, name and code of each file."""
    for path in sorted(folder.glob("*.py")):
        yield path.stem.partition("-")[0], path.stem, path.read_text(encoding="utf-8")


def measured(
    assignment: Assignment, wrong: Iterator[tuple[str, str, str]], without_checks: bool
) -> Figures:
    """Grade the wrong answers, each in its exercise alone."""
    figures = Figures()
    course = counterexamples.load(assignment)
    solutions = assignment.solution_module.read_text(encoding="utf-8")
    in_arrays = replace(assignment, preload=("numpy",))
    with Grader(in_arrays) as grader, tempfile.TemporaryDirectory() as folder:
        for exercise, name, text in wrong:
            if not course.of(exercise):
                continue
            code = unchecked(text) if without_checks else text
            module = code if solutions in code else f"{solutions}\n\n{code}"
            path = Path(folder) / "submission.py"
            path.write_text(module, encoding="utf-8")
            wanted = with_what_it_builds_on(assignment, exercise)
            grader.assignment.__dict__["exercises"] = tuple(
                each for each in assignment.exercises if each.name in wanted
            )
            result = grader.grade(path, name.encode().ljust(32))
            assert not result.faults, result.faults
            count(figures, name, next(e for e in result.exercises if e.name == exercise))
    return figures


def with_what_it_builds_on(assignment: Assignment, exercise: str) -> set[str]:
    """The names of an exercise and of its dependencies."""
    found: set[str] = set()
    waiting = [exercise]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            suite = assignment.suite_file(name).read_text(encoding="utf-8")
            for marked in re.findall(r"mark\.builds_on\(([^)]*)\)", suite):
                waiting += re.findall(r"\w+", marked)
    return found


def unchecked(text: str) -> str:
    """A module in which the misconception raises nothing; the solutions stay as they are."""
    tree = ast.parse(text)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == "_wrong":
            _Silent().visit(node)
    return ast.unparse(tree)


class _Silent(ast.NodeTransformer):
    def visit_Raise(self, node: ast.Raise) -> ast.Pass:
        return ast.Pass()


def count(figures: Figures, name: str, exercise: Any) -> None:
    failed = [test for test in exercise.tests if test.outcome.is_diagnosable]
    if not failed:
        figures.passed.append(name)
        return
    found = [test.counterexample for test in failed if test.counterexample]
    figures.answers += 1
    figures.helped += bool(found)
    figures.tests += len(failed)
    figures.tests_helped += len(found)
    figures.clock.append(LOOKED[-1][0])
    figures.computed.append(LOOKED[-1][1])
    if found:
        figures.numbers.append(max(each.numbers for each in found))
    for test in failed:
        if not test.counterexample:
            figures.without.append(f"{name}: {test.name}: {test.message}"[:150])


LOOKED: list[tuple[float, float]] = []


def measure_looking() -> None:
    """Measure each search for counterexamples from now on."""
    find = counterexamples.find

    def timed(*arguments: Any) -> Any:
        sandbox = arguments[3]
        inside, clock, own = (
            sandbox.observed().cpu_seconds,
            time.perf_counter(),
            time.process_time(),
        )
        try:
            return find(*arguments)
        finally:
            clock, own = time.perf_counter() - clock, time.process_time() - own
            LOOKED.append((clock, own + sandbox.observed().cpu_seconds - inside))

    counterexamples.find = timed


def show(name: str, figures: Figures) -> None:
    if not figures.answers:
        print(f"{name}: no wrong answers")
        return
    last = int(0.95 * (len(figures.clock) - 1))
    print(
        f"{name}: {figures.helped} of {figures.answers} wrong answers have one "
        f"({figures.helped / figures.answers:.1%}), "
        f"{figures.tests_helped} of {figures.tests} failed tests "
        f"({figures.tests_helped / figures.tests:.1%}); "
        f"numbers: median {statistics.median(figures.numbers):g}, most {max(figures.numbers)}; "
        "seconds by the clock: "
        f"median {statistics.median(figures.clock):.2f}, 95 % {sorted(figures.clock)[last]:.2f}, "
        f"most {max(figures.clock):.2f}; of computing: "
        f"median {statistics.median(figures.computed):.2f}, "
        f"95 % {sorted(figures.computed)[last]:.2f}, most {max(figures.computed):.2f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
