"""Finds all that can be asked one student: reads the hand-in, watches each exercise."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from autograder.counterexamples.generators import Course, load
from autograder.counterexamples.translating import course_in_form
from autograder.course.assignment import Assignment
from autograder.grading.grader import limits
from autograder.grading.reading import given_to
from autograder.grading.warm_processes import WarmProcesses
from autograder.questions.about_changes import AboutChanges
from autograder.questions.about_contracts import AboutContracts
from autograder.questions.about_lines import AboutLines
from autograder.questions.agreeing import Uncertain
from autograder.questions.contracts import load_contracts, targets
from autograder.questions.drawn_calls import draw_calls, more_calls
from autograder.questions.finding_edits import FindingEdits
from autograder.questions.observed import Definition, Observed
from autograder.questions.observing import EDITS, Watching
from autograder.questions.question import Question, ShownLines, digest_of
from autograder.questions.refusing import reason_against, reason_against_part
from autograder.sandbox import CallFailed, Cell, Isolation, Limits, Sandbox
from autograder.variants.options import translations
from convgrade.safe_text import plain
from convgrade.submission import Submission

CALLS = 16
MORE_CALLS = 120
"""On which an edit must have no effect either, before a question says that it has none."""
MOST_SHOWN_LINES = 120  # of one exercise
_INSIDE = "autograder.sandbox.inside"
_MODULES = (f"{_INSIDE}.planning", f"{_INSIDE}.searching", f"{_INSIDE}.versions")
_PLAN = f"from {_MODULES[0]} import make_edits, plan"
_RUN = f"from {_MODULES[1]} import search\nfrom {_MODULES[2]} import run_versions"
_LIMITS = Limits(call_seconds=12.0, submission_seconds=90.0)


@dataclass(frozen=True)
class Askable:
    """What can be asked about one exercise of a student.

    Attributes:
        exercise: its name.
        shown: the definitions to show.
        questions: all questions that there are.
        digest: of the code that the questions are about.
        silent: why there is no question; empty if there are some.
        cpu_seconds: computing time, of all processes.
    """

    exercise: str
    shown: tuple[ShownLines, ...] = ()
    questions: tuple[Question, ...] = ()
    digest: str = ""
    silent: str = ""
    cpu_seconds: float = 0.0


class Preparing:
    """Prepares the questions of one assignment; a context manager that owns warm processes.

    Args:
        assignment: the assignment.
        isolation: of the processes that run student code.
    """

    def __init__(self, assignment: Assignment, isolation: Isolation = "namespaces") -> None:
        preloaded = replace(assignment, preload=(*assignment.preload, *_MODULES))
        self._assignment = assignment
        self._course: Course = load(assignment)
        self._contracts = load_contracts(assignment)
        self._warm = WarmProcesses(preloaded, isolation)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._warm.close()

    def askable(
        self, submission: Submission, exercises: Sequence[str], seed: bytes, student: str = ""
    ) -> list[Askable]:
        """What can be asked about each of these exercises.

        Args:
            submission: what the student handed in.
            exercises: the exercises that the student has passed.
            seed: decides on calls and edits.
            student: who handed it in, which decides on the variant; "" for the default one.
        """
        given = given_to(self._assignment, student, submission)
        translated = translations(given, given.variant)
        course = course_in_form(self._course, translated) if translated else self._course
        cells = _cells_for(submission, exercises)
        against = reason_against([each.source for each in cells])
        if against:
            return [Askable(each, silent=against) for each in exercises]
        address = self._warm.address(submission.imports)
        with ExitStack() as stack:

            def sandbox(*cells: Cell, limits: Limits = _LIMITS, name: str = "__main__") -> Sandbox:
                return stack.enter_context(Sandbox(address, cells, limits, module_name=name))

            name = "submission" if submission.kind == "module" else "__main__"
            processes = [
                sandbox(Cell("questions", _PLAN)),
                sandbox(*cells, limits=limits(self._assignment), name=name),
                sandbox(Cell("questions", _RUN)),
                sandbox(Cell("questions", _RUN)),
            ]
            watching = Watching(processes[0], processes[1], processes[2:])
            finding = FindingEdits(processes[0], processes[2])
            return [
                self._timed(watching, finding, processes, submission, exercise, seed, course)
                for exercise in exercises
            ]

    def _timed(
        self,
        watching: Watching,
        finding: FindingEdits,
        processes: Sequence[Sandbox],
        submission: Submission,
        exercise: str,
        seed: bytes,
        course: Course,
    ) -> Askable:
        before = _used(processes)
        rng = np.random.default_rng([*seed, *exercise.encode()])
        sources = [each.source for each in _cells_for(submission, [exercise])]
        try:
            found = self._found(watching, finding, sources, exercise, rng, course)
        except Uncertain as reason:
            found = Askable(exercise, silent=str(reason))
        except CallFailed as failure:
            found = Askable(exercise, silent=f"The function cannot be watched: {failure.message}")
        return replace(found, cpu_seconds=_used(processes) - before)

    def _found(
        self,
        watching: Watching,
        finding: FindingEdits,
        sources: Sequence[str],
        exercise: str,
        rng: np.random.Generator,
        course: Course,
    ) -> Askable:
        calls = draw_calls(course, exercise, rng, CALLS)
        if not calls:
            raise Uncertain("The course draws no calls of it that are small enough.")
        plan = watching.plan(sources, exercise, EDITS, int(rng.integers(1 << 30)))
        texts = [each["text"] for each in plan["definitions"]]
        if not texts:
            raise Uncertain("Its code was not found, or is too long.")
        if against := reason_against_part(texts):
            raise Uncertain(against)
        more = more_calls(course, exercise, rng, MORE_CALLS)
        is_default = course.right[exercise] is self._course.right[exercise]
        changed = [each for each in self._contracts if is_default and each.exercise == exercise]
        wanted = targets(changed, course.right[exercise], [*calls, *more])
        edits = finding.find(exercise, plan, wanted, [*calls, *more], rng)
        observed = watching.observe(exercise, plan, calls, more, edits)
        questions = (
            *AboutLines(observed, rng).all(),
            *AboutChanges(observed, rng).all(),
            *AboutContracts(observed, wanted, rng).all(),
        )
        return Askable(
            exercise,
            _shown(observed),
            tuple(map(_safe, questions)),
            digest_of(texts),
            "" if questions else "Nothing about it can be asked for certain.",
        )


def _used(processes: Sequence[Sandbox]) -> float:
    return time.process_time() + sum(each.observed().cpu_seconds for each in processes)


def _cells_for(submission: Submission, exercises: Sequence[str]) -> list[Cell]:
    """The cells up to the last one that finishes one of the exercises."""
    last = [n for n, each in enumerate(submission.cells) if set(each.settles) & set(exercises)]
    cells = submission.cells[: last[-1] + 1] if last else submission.cells
    return [Cell(each.label, each.source, each.settles) for each in cells]


def _shown(observed: Observed) -> tuple[ShownLines, ...]:
    """The definitions with numbered lines, docstrings left out, the exercise's own one first."""
    found: list[ShownLines] = []
    left = MOST_SHOWN_LINES
    for number in observed.shown:
        definition = observed.definitions[number]
        lines = _lines(definition)
        if found and len(lines) > left:
            break
        left -= len(lines)
        name = plain(definition.name, lines=False)
        found.append(ShownLines(number, name, lines, definition.is_value))
    return tuple(found)


def _lines(definition: Definition) -> tuple[tuple[int, str], ...]:
    first, last = definition.documentation
    return tuple(
        (number, plain(text))
        for number, text in enumerate(definition.text.split("\n"), 1)
        if text.strip() and not (last > first and first <= number <= last)
    )


def _safe(question: Question) -> Question:
    return replace(
        question,
        prompt=plain(question.prompt, lines=False),
        call=plain(question.call),
        change=plain(question.change, lines=False),
        options=tuple(map(plain, question.options)),
    )
