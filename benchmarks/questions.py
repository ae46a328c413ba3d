"""What questions about their own code cost, and how many there are: on the bank of right answers.

Every file of `tests/right/<assignment>/` is a student of one class, the course's solution another.
Each key has been observed in two processes with other seeds before it is a question.

    python benchmarks/questions.py   # what can be asked about
    python benchmarks/questions.py pooling_padding --each 6
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np

from autograder.course.assignment import load_assignment
from autograder.questions.choosing import Asked, choose
from autograder.questions.preparing import Askable, Preparing
from autograder.questions.question import Question
from convgrade.submission import Submission, read

ROOT = Path(__file__).resolve().parents[1]
EXERCISES = {"pooling_padding": slice(3, 7), "lenet5": slice(3, 8), "alexnet": slice(1, 6)}
LEAST, KINDS = 6, 4

Class = dict[str, dict[str, tuple[Askable, list[Question]]]]
"""By student and exercise, what can be asked, and what is asked."""


def main() -> None:
    """Print the figures of each assignment."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("assignments", nargs="*", default=list(EXERCISES))
    parser.add_argument("--each", type=int, default=LEAST, help="questions on each exercise")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    for name in options.assignments:
        _report(name, _class(name, options.each, options.seed), options.each)


def _class(name: str, each: int, seed: int) -> Class:
    assignment = load_assignment(name, ROOT)
    exercises = [e.name for e in assignment.exercises][EXERCISES.get(name, slice(None))]
    right = assignment.right_solutions_folder
    files = [*sorted(right.glob("*.py")), *right.glob("*.ipynb"), assignment.solution_module]
    asked = Asked()
    found: Class = {}
    with Preparing(assignment) as preparing:
        for number, file in enumerate(files):
            submission = read(file, assignment.release)
            assert isinstance(submission, Submission)
            rng = np.random.default_rng([seed, number])
            askable = preparing.askable(submission, exercises, rng.bytes(32))
            found[file.name] = {
                one.exercise: (one, choose(one.questions, each, asked, one.digest, rng))
                for one in askable
            }
            print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return found


def _report(name: str, found: Class, each: int) -> None:
    print(f"{name}: {len(found)} students")
    by_exercise: dict[str, list[tuple[str, Askable, list[Question]]]] = defaultdict(list)
    for student, exercises in found.items():
        for exercise, (askable, chosen) in exercises.items():
            by_exercise[exercise].append((student, askable, chosen))
    for exercise, rows in by_exercise.items():
        reached = [
            len(chosen) >= min(each, LEAST) and len({q.kind for q in chosen}) >= min(each, KINDS)
            for _, _, chosen in rows
        ]
        candidates = statistics.median(len(askable.questions) for _, askable, _ in rows)
        cpu = [a.cpu_seconds / max(len(chosen), 1) for _, a, chosen in rows]
        print(
            f"  {exercise:22} {each} questions of {KINDS} kinds for {sum(reached)} of {len(rows)};"
            f" median of {candidates:.0f} to choose from; CPU a question: median"
            f" {statistics.median(cpu):.2f} s, most {max(cpu):.2f} s"
        )
        for (student, askable, chosen), is_reached in zip(rows, reached, strict=True):
            if not is_reached:
                kinds = len({q.kind for q in chosen})
                print(f"    {student}: {len(chosen)} of {kinds} kinds. {askable.silent}")
    _report_class(found)


def _report_class(found: Class) -> None:
    sheets = {
        student: [
            (question, one.digest) for one, chosen in exercises.values() for question in chosen
        ]
        for student, exercises in found.items()
    }
    pairs = list(itertools.combinations(sheets.values(), 2))
    differ = sum([q.key for q, _ in a] != [q.key for q, _ in b] for a, b in pairs)
    answers = sum([q.answer for q, _ in a] != [q.answer for q, _ in b] for a, b in pairs)
    owners: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for sheet in sheets.values():
        for question, digest in sheet:
            owners[question.identity].add(digest)
    shared = sum(len(digests) > 1 for digests in owners.values())
    all_questions = [question for sheet in sheets.values() for question, _ in sheet]
    doubled = sum(len(set(q.options)) != len(q.options) for q in all_questions)
    cpu = sum(one.cpu_seconds for exercises in found.values() for one, _ in exercises.values())
    print(
        f"  {len(all_questions)} questions; keys differ for {differ} of {len(pairs)} pairs of"
        f" students (in words for {answers}); the same question with the same key for other code:"
        f" {shared}; doubled options: {doubled};"
        f" CPU a question in all: {cpu / max(len(all_questions), 1):.2f} s"
    )


if __name__ == "__main__":
    main()
