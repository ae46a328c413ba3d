"""Similar code: false alarms among right solutions, and made copies that are found.

The class is the course's right solutions to an assignment, which are many and different on purpose
(one that stands there in two formats counts once), so that each pair of them that is pointed out is
a false alarm. Unlike in a real class, they are not left out as the course's own. A copy is one of
them, disguised, as one more hand-in of that class. `--students` says for how many hand-ins the time
is measured.

    python benchmarks/similarity.py --students 400
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping, Set
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from random import Random

from autograder.course.assignment import Assignment, load_assignment
from autograder.demo import make_course
from autograder.grading.reading import read_or_none
from autograder.similarity import similar_pairs
from autograder.similarity.answers import similar_answers
from autograder.similarity.code import LEAST_EVIDENCE, similar_code
from autograder.similarity.code_parts import Code
from autograder.similarity.finding import code_of, course_fragments, right_answers
from autograder.similarity.rarity import Fragment
from convgrade.submission import Submission

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "engine"))

from disguises import DISGUISES, everything, renamed, reworded  # noqa: E402

STRENGTHS = (0.3, 0.6, 1.0)
REWORDED = (0.0, 0.1, 0.2, 0.3, 0.4)
SIZES = (5, 10, 20, 1000)
THRESHOLDS = (5.0, 10.0, 15.0, LEAST_EVIDENCE, 30.0, 50.0)
COPY = "~copy"
"""After all other names, so that it is the second of a pair."""


@dataclass(frozen=True)
class Bank:
    """The right solutions to one assignment, as a class."""

    assignment: Assignment
    texts: Mapping[str, str]
    codes: Mapping[str, Code]
    usual: Set[Fragment]

    @classmethod
    def of(cls, name: str) -> Bank:
        assignment = load_assignment(name, ROOT)
        read = {each.path.name: each for each in right_answers(assignment)}
        read.pop("percent.py")  # notebook.ipynb in another format
        return cls(
            assignment,
            {name: "\n".join(cell.source for cell in each.cells) for name, each in read.items()},
            {name: code_of(assignment, each) for name, each in read.items()},
            course_fragments(assignment, []),
        )

    def evidence(self, copied: str = "") -> Mapping[tuple[str, str], float]:
        """The evidence of each pair with more than a little, also of the copy if there is one."""
        codes = dict(self.codes)
        if copied:
            codes[COPY] = self.code(copied)
        pairs = similar_code(codes, self.usual, least=min(THRESHOLDS))
        return {(pair.first, pair.second): pair.evidence for pair in pairs}

    def code(self, text: str) -> Code:
        with tempfile.TemporaryDirectory(prefix="autograder-benchmark-") as folder:
            path = Path(folder) / "copy.py"
            path.write_text(text, encoding="utf-8")
            read = read_or_none(path, self.assignment)
        assert isinstance(read, Submission), read
        return code_of(self.assignment, read)


def main() -> None:
    """Print false alarms, copies found, and the time for a class."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--students", type=int, default=400)
    options = parser.parse_args()
    banks = [Bank.of(path.parent.name) for path in sorted(ROOT.glob("source/*/assignment.toml"))]
    false_alarms(banks)
    copies(banks)
    single_functions(banks)
    answers()
    if options.students:
        duration(banks, options.students)


def false_alarms(banks: list[Bank]) -> None:
    print("Right solutions: pairs, and false alarms from an evidence of … on")
    print(_row("", "pairs", *(f"{each:g}" for each in THRESHOLDS), "greatest"))
    for bank in banks:
        found = bank.evidence().values()
        count = len(bank.codes) * (len(bank.codes) - 1) // 2
        alarms = [sum(each >= least for each in found) for least in THRESHOLDS]
        print(_row(bank.assignment.name, count, *alarms, f"{max(found, default=0):.1f}"))


def copies(banks: list[Bank]) -> None:
    print("\nCopies: how many there are, and how many of them are found from an evidence of … on")
    print(_row("", "copies", *(f"{each:g}" for each in THRESHOLDS), "median"))
    others = 0
    for (name, disguise), strength in product(DISGUISES.items(), STRENGTHS):
        found = []
        for bank in banks:
            for original, text in bank.texts.items():
                evidence = dict(bank.evidence(disguise(text, strength, Random(original))))
                found.append(evidence.pop((original, COPY), 0.0))
                others += sum(each >= LEAST_EVIDENCE for each in evidence.values())
        _print_found(f"{name}, {strength:.0%}", found)
    print(f"Other pairs of these classes with an evidence of {LEAST_EVIDENCE:g} or more: {others}")


def single_functions(banks: list[Bank]) -> None:
    print("\nThe same for one exercise's function, renamed, that stands in the work of another, ")
    print("by its number of lines:")
    found: defaultdict[int, list[float]] = defaultdict(list)
    for bank in banks:
        for original, code in bank.codes.items():
            other = next(text for name, text in bank.texts.items() if name != original)
            for part in code.parts:
                if part.exercise in bank.assignment.release.exercises:
                    copied = renamed(part.text, 1, Random(original))
                    evidence = bank.evidence(f"{other}\n\n\n{copied}")
                    lines = copied.count("\n") + 1
                    size = min(most for most in SIZES if lines <= most)
                    found[size].append(evidence.get((original, COPY), 0.0))
    for size in sorted(found):
        _print_found(f"at most {size} lines", found[size])


def answers() -> None:
    """Print the same for written answers."""
    texts = (
        (ROOT / "benchmarks" / "written_answers.md").read_text(encoding="utf-8").split("\n---\n")
    )
    natural = {f"answer {number}": text for number, text in enumerate(texts[1:], 1)}
    alarms = list(similar_answers("", natural, []))
    count = len(natural) * (len(natural) - 1) // 2
    print(f"\nWritten answers: {count} pairs, {len(alarms)} false alarms")
    print(_row("other words", "copies", "found"))
    for strength in REWORDED:
        found = []
        for original, text in natural.items():
            copy = reworded(text, strength, Random(original))
            pairs = similar_answers("", {**natural, COPY: copy}, [])
            found.append({(each.first, each.second) for each in pairs} == {(original, COPY)})
        print(_row(f"{strength:.0%}", len(found), f"{sum(found) / len(found):.0%}"))


def duration(banks: list[Bank], students: int) -> None:
    """Print the time for a class in which as many pairs are alike as can be without being usual."""
    texts = [text for bank in banks for text in bank.texts.values()]
    with tempfile.TemporaryDirectory(prefix="autograder-benchmark-") as folder:
        course = make_course(ROOT, Path(folder) / "course")
        assignment = load_assignment(banks[-1].assignment.name, course)
        stub = f"def {assignment.release.exercises[0]}():\n    pass\n\n\n"
        for number in range(students):
            work = course / "submitted" / f"student{number}" / assignment.name
            work.mkdir(parents=True)
            text = everything(texts[number % len(texts)], 0.6, Random(number))
            (work / f"{assignment.name}.py").write_text(stub + text, encoding="utf-8")
        shutil.rmtree(assignment.right_solutions_folder)
        wall, processor = time.perf_counter(), time.process_time()
        pairs = similar_pairs(assignment)
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    print(
        f"\n{students} hand-ins, {students * (students - 1) // 2} pairs: {wall:.0f} s, "
        f"{processor:.0f} s of processor time; {len(pairs)} pairs are alike"
    )


def _print_found(label: str, found: list[float]) -> None:
    shares = [f"{sum(each >= least for each in found) / len(found):.0%}" for least in THRESHOLDS]
    print(_row(label, len(found), *shares, f"{statistics.median(found):.0f}"))


def _row(label: str, *cells: object) -> str:
    return f"{label:<24}" + "".join(f"{cell!s:>8}" for cell in cells)


if __name__ == "__main__":
    main()
