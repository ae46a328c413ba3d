"""What a student reads beside points: known mistakes, counterexamples, the line to look at first.

It is searched after all tests, and after everything else that a result records. So whatever the
student's code does meanwhile costs it nothing and gains it nothing.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from autograder import counterexamples, diagnosis
from autograder.course.assignment import Assignment
from autograder.diagnosis import Misconception
from autograder.errors import AutograderError, SuiteError
from autograder.grading.reference_functions import ReferenceFunctions
from autograder.grading.suspects import suspect_lines
from autograder.results import Counterexample, Fault, Outcome, SuspectLine
from autograder.sandbox import Sandbox
from autograder.suite.runner import SuiteRun
from convgrade.submission import Submission

AdviceKind = Literal["hints", "counterexamples", "lines"]
ADVICE_KINDS: tuple[AdviceKind, ...] = get_args(AdviceKind)


@dataclass(frozen=True)
class Advice:
    """What was found for one exercise.

    Attributes:
        misconceptions: the known mistakes that explain it, the surest first.
        counterexamples: small inputs on which the function is wrong, by the name of the test.
        suspect: the line to look at first.
    """

    misconceptions: tuple[Misconception, ...] = ()
    counterexamples: Mapping[str, Counterexample] = field(default_factory=dict)
    suspect: SuspectLine | None = None


def find_advice(
    assignment: Assignment,
    submission: Submission,
    found: SuiteRun,
    sandbox: Sandbox,
    right: ReferenceFunctions,
    seed: bytes,
    seconds_factor: float,
    kinds: Collection[AdviceKind] = ADVICE_KINDS,
) -> tuple[dict[str, Advice], list[Fault]]:
    """Search for advice on each exercise that ran and did not pass.

    Args:
        assignment: the assignment.
        submission: the submission.
        found: what the suites found.
        sandbox: the processes of the submission.
        right: the reference functions.
        seed: the seed of this submission's inputs.
        seconds_factor: how many seconds of this machine count as one second of the limits.
        kinds: what to search for.

    Returns:
        The advice by exercise, and the faults of the course's own misconceptions and generators.
        A fault costs advice but no points.
    """
    wrong = {
        exercise.name: {name: right(name) for name in found.replaced.get(exercise.name, ())}
        for exercise in assignment.exercises
        if exercise.name not in found.reused and _is_wrong(exercise.name, found)
    }
    misconceptions: dict[str, tuple[Misconception, ...]] = {}
    suspects: dict[str, SuspectLine] = {}
    file = _relative(assignment, assignment.misconceptions_file)
    faults: list[Fault] = []
    try:
        catalogue = diagnosis.load(assignment)
    except SuiteError as error:
        catalogue = None
        faults.append(Fault(f"There are no hints: {error}", file))
    if catalogue is not None and "hints" in kinds:
        for name, replaced in wrong.items():
            try:
                misconceptions[name] = diagnosis.diagnose(catalogue, name, sandbox, replaced, right)
            except Exception as error:
                if isinstance(error, AutograderError) and not isinstance(error, SuiteError):
                    raise
                faults.append(Fault(f"There are no hints on {name}: {error!r}", file))
    examples: counterexamples.Found = {}
    if "counterexamples" in kinds:
        examples, misdrawn = _counterexamples(
            assignment, found, sandbox, right, seed, seconds_factor
        )
        faults += misdrawn
    if catalogue is not None and "lines" in kinds:
        suspects = suspect_lines(catalogue, submission, sandbox, right.sandbox, wrong)
    advice = {
        exercise.name: Advice(
            misconceptions.get(exercise.name, ()),
            examples.get(exercise.name, {}),
            suspects.get(exercise.name),
        )
        for exercise in assignment.exercises
    }
    return advice, faults


def _is_wrong(exercise: str, found: SuiteRun) -> bool:
    """Whether the exercise has a function whose answers, right or wrong, can be compared."""
    outcomes = {test.result.outcome for test in found.records if test.exercise == exercise}
    wrong = outcomes - {Outcome.PASSED}
    is_faulty = exercise in found.faults
    return bool(wrong) and not is_faulty and all(each.is_diagnosable for each in wrong)


def _counterexamples(
    assignment: Assignment,
    found: SuiteRun,
    sandbox: Sandbox,
    right: ReferenceFunctions,
    seed: bytes,
    seconds_factor: float,
) -> tuple[counterexamples.Found, list[Fault]]:
    file = _relative(assignment, assignment.counterexamples_file)
    try:
        course = counterexamples.load(assignment)
    except SuiteError as error:
        return {}, [Fault(f"There are no counterexamples: {error}", file)]
    exercises = [each.name for each in assignment.exercises if each.name not in found.reused]
    examples, faults = counterexamples.find(
        course, exercises, found, sandbox, right, seed, seconds_factor
    )
    return examples, [
        Fault(f"There are no counterexamples for {name}: {error}", file)
        for name, error in faults.items()
    ]


def _relative(assignment: Assignment, file: Path) -> str:
    return os.path.relpath(file, assignment.root)
