"""Builds the parts of a `Result` from the findings of the suites, the diagnosis and the sandbox.

It runs nothing and judges nothing: `suite.points` decides what a test is worth.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from autograder.course.assignment import Assignment, Exercise
from autograder.grading.advice import Advice
from autograder.grading.cache_key import Keys, engine_digest, versions
from autograder.results import (
    ExerciseResult,
    Fault,
    Hint,
    Observed,
    Outcome,
    Result,
    TestResult,
    WrittenResult,
)
from autograder.sandbox import CellReport, Isolation, Sandbox
from autograder.suite import points
from autograder.suite.points import TestRecord
from autograder.suite.runner import SuiteRun
from convgrade.submission import Submission, at_most

MAX_CELLS = 40
MAX_SENTENCE = 400
"""How many failed cells a result lists, and how many characters it has for each."""


def exercises(
    assignment: Assignment,
    found: SuiteRun,
    advice: Mapping[str, Advice],
    keys: Keys,
    known: Mapping[str, ExerciseResult],
) -> tuple[ExerciseResult, ...]:
    """All exercises with their points and tests, and the advice on them.

    An exercise whose suite has a fault gets no score and shows no tests: they cannot be relied on.
    One whose tests did not run again is as it was, at its present points.
    """
    results = []
    for exercise in assignment.exercises:
        if exercise.name in found.faults:
            results.append(_without_score(exercise))
            continue
        if exercise.name in found.reused:
            results.append(_at_present_points(known[exercise.name], exercise, keys))
            continue
        tests = [test for test in found.records if test.exercise == exercise.name]
        advised = advice.get(exercise.name, Advice())
        results.append(
            ExerciseResult(
                exercise.name,
                points.score(exercise.points, tests),
                exercise.points,
                points.summary(tests),
                _test_results(tests, advised),
                found.replaced.get(exercise.name, ()),
                tuple(Hint(each.name, each.steps) for each in advised.misconceptions),
                advised.suspect,
                found.built_on.get(exercise.name, {}),
                keys.tests[exercise.name],
                keys.advice,
                keys.suites[exercise.name],
                found.examples.get(exercise.name),
            )
        )
    return tuple(results)


def repriced(earlier: Result, blank: Result, assignment: Assignment, keys: Keys) -> Result:
    """An earlier result of which nothing has to run again, at the present points."""
    known = {each.name: each for each in earlier.exercises}
    states = {each.name: each.state for each in earlier.written}
    return replace(
        earlier,
        submission=blank.submission,
        key=blank.key,
        exercises=tuple(
            _at_present_points(known[each.name], each, keys) for each in assignment.exercises
        ),
        written=tuple(
            WrittenResult(each.name, each.points, states[each.name])
            for each in assignment.written
            if each.name in states
        ),
    )


def _at_present_points(earlier: ExerciseResult, exercise: Exercise, keys: Keys) -> ExerciseResult:
    tests = [TestRecord(exercise.name, test) for test in earlier.tests]
    return replace(
        earlier,
        score=points.score(exercise.points, tests),
        max_score=exercise.points,
        advice_key=keys.advice,
    )


def with_earlier(now: Observed, before: Observed) -> Observed:
    """What was observed now, with the limits and violations of exercises that did not run again."""
    return replace(
        now,
        limits_hit=_with_new(before.limits_hit, now.limits_hit),
        violations=_with_new(before.violations, now.violations),
    )


def _with_new(before: Sequence[str], now: Sequence[str]) -> tuple[str, ...]:
    return (*before, *(each for each in now if each not in before))


def _without_score(exercise: Exercise) -> ExerciseResult:
    return ExerciseResult(exercise.name, None, exercise.points, Outcome.GRADER_ERROR)


def faults(assignment: Assignment, found: SuiteRun) -> tuple[Fault, ...]:
    """The faults of the suites, in the order of the exercises, with paths in the course."""
    folder = os.path.relpath(assignment.suite_folder, assignment.root)
    return tuple(
        replace(fault, file=f"{folder}/{fault.file}")
        for exercise in assignment.exercises
        if (fault := found.faults.get(exercise.name))
    )


def reason(faults: Sequence[Fault]) -> str:
    """One sentence on the exercises without a score; it states the first fault in full."""
    names = [fault.exercise for fault in faults if fault.exercise]
    more = f"; {len(names) - 1} more" if len(names) > 1 else ""
    return f"The grader failed on {', '.join(names)} ({faults[0]}{more})"


def blank(
    submission: Path | str, assignment: Assignment, student: str, isolation: Isolation
) -> Result:
    """The result of a hand-in about which nothing is known yet."""
    return Result(
        assignment=assignment.name,
        student=student,
        submission=str(submission),
        status="graded",
        isolation=isolation,
        dataset=assignment.dataset,
        variant="" if assignment.variant is None else str(assignment.variant),
        engine_digest=engine_digest(),
        versions=versions(),
    )


def rejected(blank: Result, assignment: Assignment, reason: str) -> Result:
    """The result of a file that is not a readable submission: no points, and the reason."""
    return replace(
        blank,
        status="rejected",
        reason=reason,
        exercises=tuple(
            ExerciseResult(exercise.name, 0.0, exercise.points, Outcome.MISSING)
            for exercise in assignment.exercises
        ),
        written=tuple(
            WrittenResult(question.name, question.points, "no_response")
            for question in assignment.written
        ),
    )


def ungraded(blank: Result, assignment: Assignment, reason: str, story: str = "") -> Result:
    """The result if the grader failed as a whole: no exercise has a score."""
    return replace(
        blank,
        status="grader_error",
        reason=reason,
        exercises=tuple(map(_without_score, assignment.exercises)),
        observed=Observed(notes=(story,) if story else ()),
    )


def _test_results(records: Sequence[TestRecord], advice: Advice) -> tuple[TestResult, ...]:
    """The tests as the result shows them; the first failed test has the first hint, and so on.

    A counterexample that the suite itself knows counts.
    """
    tests = [
        record.result
        if record.result.counterexample
        else replace(record.result, counterexample=advice.counterexamples.get(record.result.name))
        for record in records
    ]
    failed = [index for index, test in enumerate(tests) if test.outcome.is_diagnosable]
    for index, each in zip(failed, advice.misconceptions, strict=False):
        tests[index] = replace(tests[index], misconception=each.name, hint=each.hint)
    return tuple(tests)


def written(submission: Submission, assignment: Assignment) -> tuple[WrittenResult, ...]:
    """All written questions, and whether there is an answer for a person to mark."""
    results = []
    for question in assignment.written:
        answer = submission.written.get(question.name, "")
        is_blank = assignment.release.is_blank(question.name, answer)
        state = "no_response" if is_blank else "needs_marking"
        results.append(WrittenResult(question.name, question.points, state))  # type: ignore[arg-type]
    return tuple(results)


def observed(submission: Submission, sandbox: Sandbox, remark: str = "") -> Observed:
    """What was observed of the submission as a whole; `remark` is one more sentence, or empty."""
    seen = sandbox.observed()
    failed = [_failed_cell(report) for report in sandbox.reports if report.outcome != "ok"]
    return Observed(
        notes=(*submission.notes, *seen.notes),
        attention=(*submission.attention, *([remark] if remark else []), *seen.attention),
        failed_cells=at_most(failed, MAX_CELLS),
        limits_hit=seen.limits_hit,
        violations=seen.violations,
        restarts=seen.restarts,
        cpu_seconds=seen.cpu_seconds,
        seconds_factor=seen.seconds_factor,
        output=seen.output,
        output_bytes=seen.output_bytes,
    )


def _failed_cell(report: CellReport) -> str:
    sentence = f"{report.label}: {report.error or report.outcome}"
    return sentence if len(sentence) <= MAX_SENTENCE else sentence[: MAX_SENTENCE - 1] + "…"
