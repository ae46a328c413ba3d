"""Running hidden suites with pytest in the grader's process, against one sandbox."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from autograder.course.training_terms import TrainingTerms
from autograder.errors import SuiteError
from autograder.results import Examples, ExerciseResult, Fault
from autograder.sandbox import Sandbox
from autograder.sandbox.protocol.remote_functions import Function
from autograder.suite.asked_calls import AskedCalls
from autograder.suite.collected import collected
from autograder.suite.grading_run import ExamplesJudge, GradingRun
from autograder.suite.points import TestRecord


@dataclass(frozen=True)
class SuiteRun:
    """The outcome of a run.

    Attributes:
        records: the tests that ran.
        unforeseen: the tests that failed with an exception that they did not expect, by suite and
            name.
        replaced: for each exercise, the replaced functions that were called.
        faults: by exercise, the faults because of which it could not be graded.
        asked: the calls of the student's functions.
        built_on: for each exercise, its dependencies, and whether each was to be replaced.
        reused: the exercises whose tests did not run, because their earlier results stand.
        examples: by exercise, what became of the examples that it asks for.
    """

    records: tuple[TestRecord, ...]
    unforeseen: Mapping[str, Fault] = field(default_factory=dict)
    replaced: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    faults: Mapping[str, Fault] = field(default_factory=dict)
    asked: AskedCalls = field(default_factory=AskedCalls, repr=False)
    built_on: Mapping[str, Mapping[str, bool]] = field(default_factory=dict)
    reused: frozenset[str] = frozenset()
    examples: Mapping[str, Examples] = field(default_factory=dict)


def run(
    folder: Path,
    exercises: Sequence[str],
    sandbox: Sandbox,
    seed: bytes,
    *,
    fingerprint: str = "",
    only: Sequence[str] = (),
    right: Callable[[str], Function] | None = None,
    terms: TrainingTerms | None = None,
    known: Mapping[str, ExerciseResult] | None = None,
    frozen: Container[str] = (),
    judge: ExamplesJudge | None = None,
) -> SuiteRun:
    """Run `test_<exercise>.py` in `folder` for each exercise, dependencies first.

    Args:
        folder: the hidden suites of one assignment.
        exercises: names of exercises, in the order to keep where dependencies allow it.
        sandbox: the submission.
        seed: every test's `rng` is derived from it.
        fingerprint: a digest of the suites. They stay collected while it does not change; without
            it, they are read again in each run.
        only: tests by suite and name (`place_of`); if there are any, no other test runs.
        right: returns the reference function for a name, for exercises with a failed dependency.
            Without it no function is replaced.
        terms: how training is done and judged, if an exercise trains.
        known: earlier results whose tests need not run again, unless the outcome of an exercise
            that theirs builds on has changed.
        frozen: those of them whose tests do not run again in any case.
        judge: judges examples of the student, for suites that ask for them.

    Returns:
        The outcome. If a suite cannot be read or run, its exercise is not graded and has a fault.

    Raises:
        SuiteError: the folder is gone, or pytest itself failed.
        AutograderError: the sandbox or its warm process failed.
    """
    if not folder.is_dir():
        raise SuiteError(f"The hidden suites are gone: there is no folder {folder}.")
    known = known or {}
    grading = GradingRun(sandbox, seed, right, terms, known, frozen, judge)
    # an author's f-string may print a student's answer: keep the text short and fast to make
    printed = np.printoptions(threshold=100, edgeitems=1)
    with printed, collected(folder, exercises, fingerprint) as suites:
        grading.faults.update(suites.faults)
        suites.run(grading, frozenset(only))
    return SuiteRun(
        tuple(grading.records),
        grading.unforeseen,
        {**grading.stand_ins.in_use, **{name: known[name].replaced for name in grading.reused}},
        grading.faults,
        grading.asked,
        grading.stand_ins.built_on,
        grading.reused,
        dict(judge.found) if judge is not None else {},
    )
