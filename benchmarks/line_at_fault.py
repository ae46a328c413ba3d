"""How often the line to look at first is the line with the mistake.

    python benchmarks/line_at_fault.py
    python benchmarks/line_at_fault.py pooling_padding --mistakes 100 --seed 3 --show wrong

Makes mistakes of one edit in the right answers to NumPy exercises, of all kinds equally often.
Those that change no answer to a probe are left out. Prints for how many the named line is right,
for how many it is wrong and for how many there is none, by kind, and how much computing time that
takes.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder import diagnosis
from autograder.course.assignment import Assignment, assignment_names, load_assignment
from autograder.diagnosis.line_at_fault import Compared, compare
from autograder.edits import Mistake, Planned, mistakes
from autograder.grading.warm_processes import WarmProcesses
from autograder.sandbox import CallFailed, Cell, MissingFunction, Sandbox
from autograder.sandbox.speed import factor
from convgrade.submission import Submission, read

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Case:
    """One mistake in one file, and what was said of it."""

    file: str
    kind: str
    verdict: str
    seconds: float
    lines: tuple[str, str]
    """The line with the mistake, and the line that was named."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("assignments", nargs="*", help="which ones; all without it")
    parser.add_argument("--mistakes", type=int, default=300, help="how many in all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", action="append", default=[], help="right, wrong or silent")
    options = parser.parse_args()
    names = options.assignments or assignment_names(ROOT)
    cases: list[Case] = []
    for index, name in enumerate(names):
        count = options.mistakes * (index + 1) // len(names) - len(cases)
        with Bench(load_assignment(name, ROOT), random.Random(options.seed)) as bench:
            found = list(bench.cases(count))
        cases += found
        print(f"{name}: {_shares(found)}", flush=True)
        for case in found:
            if case.verdict in options.show:
                print(f"  {case.verdict} {case.file} {case.kind}")
                print(f"    mistake: {case.lines[0]}\n    named:   {case.lines[1]}")
    for kind in sorted({case.kind for case in cases}):
        print(f"  {kind:20} {_shares([case for case in cases if case.kind == kind])}")
    print(f"all: {_shares(cases)}")
    seconds = sorted(case.seconds for case in cases)
    print(
        f"computing time for each: median {statistics.median(seconds):.2f} s, 95 % below "
        f"{seconds[int(0.95 * len(seconds))]:.2f} s, at most {seconds[-1]:.2f} s "
        f"(this machine counts as {factor():g} times slower than the reference machine)"
    )


class Bench:
    """Makes mistakes in the right answers of one assignment and looks for their lines."""

    def __init__(self, assignment: Assignment, rng: random.Random) -> None:
        self._assignment = assignment
        self._rng = rng
        self._catalogue = diagnosis.load(assignment)
        self._before: dict[str, dict[str, list[int]]] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Bench:
        self._warm = WarmProcesses(self._assignment, "namespaces")
        self._stack.callback(self._warm.close)
        self._folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        solutions = self._read(self._assignment.solution_module)
        self._solutions = self._stack.enter_context(self._sandbox(solutions))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def cases(self, count: int) -> Iterator[Case]:
        """So many cases, fewer if there are not as many mistakes."""
        for number, (file, mistake) in enumerate(self._mistakes()):
            case = self._case(file, mistake)
            if case is not None:
                count -= 1
                yield case
            if count == 0 or number > 20 * (count + 100):
                return

    def _mistakes(self) -> Iterator[tuple[Path, Mistake]]:
        """Mistakes in random order, from each kind in turn."""
        assignment = self._assignment
        folder = assignment.root / "tests" / "right" / assignment.name
        by_kind: dict[str, list[tuple[Path, Planned]]] = defaultdict(list)
        for file in (*sorted(folder.glob("*.py")), assignment.solution_module):
            text = file.read_text(encoding="utf-8")
            if "keras" not in text.partition("def ")[0] or file == assignment.solution_module:
                for planned in mistakes(text):
                    by_kind[planned.kind].append((file, planned))
        for found in by_kind.values():
            self._rng.shuffle(found)
        while any(by_kind.values()):
            for kind in sorted(by_kind):
                while by_kind[kind]:
                    file, planned = by_kind[kind].pop()
                    if mistake := planned.make():
                        yield file, mistake
                        break

    def _case(self, file: Path, mistake: Mistake) -> Case | None:
        """What is said of a mistake; None if no probe shows it."""
        before = self._likeness(file)
        text = mistake.text.split("\n")
        wrong = {text[n - 1].strip() for n in mistake.lines if n <= len(text)}
        changed = self._folder / file.name
        changed.write_text(mistake.text, encoding="utf-8")
        submission = self._read(changed)
        with self._sandbox(submission) as sandbox:
            for name, probes in self._catalogue.probes.items():
                try:
                    found = compare(name, probes, sandbox, self._solutions)
                    if not before.get(name) or _levels(found) == before[name]:
                        continue
                    used = time.process_time() + sandbox.observed().cpu_seconds
                    line = diagnosis.suspect_line(name, probes, sandbox, self._solutions)
                except MissingFunction:
                    continue
                except CallFailed:
                    line = None
                used = time.process_time() + sandbox.observed().cpu_seconds - used
                named = _text(submission, line)
                verdict = "right" if named in wrong else "wrong" if named else "silent"
                shown = (" | ".join(sorted(wrong)), named)
                return Case(file.name, mistake.kind, verdict, used, shown)
        return None

    def _likeness(self, file: Path) -> Mapping[str, list[int]]:
        """How like the course's solutions the answers of a right file are, by function."""
        if file.name not in self._before:
            self._before[file.name] = {}
            with self._sandbox(self._read(file)) as sandbox:
                for name, probes in self._catalogue.probes.items():
                    try:
                        found = compare(name, probes, sandbox, self._solutions)
                    except CallFailed:
                        continue
                    self._before[file.name][name] = _levels(found)
        return self._before[file.name]

    def _read(self, file: Path) -> Submission:
        found = read(file, self._assignment.release)
        assert isinstance(found, Submission)
        return found

    def _sandbox(self, submission: Submission) -> Sandbox:
        cells = [Cell(each.label, each.source, each.settles) for each in submission.cells]
        name = "submission" if submission.kind == "module" else "__main__"
        return Sandbox(self._warm.address(submission.imports), cells, module_name=name)


def _levels(compared: list[Compared]) -> list[int]:
    return [int(each.likeness) for each in compared]


def _text(submission: Submission, line: Any) -> str:
    if line is None:
        return ""
    label, number = line
    source = next(each.source for each in submission.cells if each.label == label)
    return source.split("\n")[number - 1].strip()


def _shares(cases: list[Case]) -> str:
    counts = Counter(case.verdict for case in cases)
    total = max(len(cases), 1)
    return ", ".join(
        f"{counts[verdict]} of {len(cases)} {verdict} ({counts[verdict] / total:.0%})"
        for verdict in ("right", "wrong", "silent")
    )


if __name__ == "__main__":
    main()
