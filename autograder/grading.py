"""`grade(submission, assignment, seed) -> Result`: the one pure function of the kit.

It reads the submission, runs the hidden suites against it across the boundary, asks the
diagnosis about what failed, and adds up. Pools, caches, gradebooks and reports are arranged
around it and never inside it.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from autograder import diagnosis, seeds
from autograder.course import Assignment, load_assignment
from autograder.errors import (
    AutograderError,
    GraderInterrupted,
    IsolationUnavailable,
    SubmissionRejected,
    SuiteError,
)
from autograder.provenance import cache_key, fingerprint, versions
from autograder.results import (
    ExerciseResult,
    Observed,
    Result,
    TestResult,
    WrittenResult,
)
from autograder.sandbox import Cell, CellReport, Isolation, Limits, Sandbox, Zygote
from autograder.submission import Submission, at_most, digest, read
from autograder.suite import points
from autograder.suite.points import TestRecord
from autograder.suite.run import run

MAX_CELLS = 40
MAX_SENTENCE = 400
"""What a result tells of cells that failed: so many, each in so many characters."""


def grade(
    submission: Path | str,
    assignment: Assignment | str,
    seed: bytes | None = None,
    *,
    student: str | None = None,
    zygote: str | None = None,
    isolation: Isolation = "namespaces",
    root: Path | None = None,
) -> Result:
    """Grade one submission.

    Args:
        submission: path of a notebook, a percent-format `.py` or a plain module.
        assignment: an `Assignment`, or its name in the course at `root`.
        seed: what test inputs are drawn from; by default the one that the course secret gives
            for this student and this very file, so that a regrade is exact.
        student: by default the file's stem.
        zygote: address of a warm process; by default this process keeps one of its own.
        isolation: "namespaces", or "process" to accept less.
        root: the course root, by default the nearest at or above the working folder.

    Returns:
        The result. A file that cannot be read is `rejected`; a fault of the suite or of the kit
        is `grader_error`; both say why in `reason`.

    Raises:
        UnknownAssignment: no such assignment.
        IsolationUnavailable: this machine lacks a required protection.
    """
    started = time.perf_counter()
    path = Path(submission)
    if isinstance(assignment, str):
        assignment = load_assignment(assignment, root)
    student = path.stem if student is None else student
    if seed is None:
        seed = default_seed(path, assignment, student)
    blank = Result(
        assignment=assignment.name,
        student=student,
        submission=str(submission),
        status="graded",
        isolation=isolation,
        seed=seed.hex(),
        key=cache_key(path, assignment, seed, isolation),
        versions=versions(),
    )
    try:
        readable = read(path, assignment)
        result = _graded(readable, assignment, seed, blank, zygote, isolation)
    except SubmissionRejected as rejection:
        result = rejected(blank, assignment, str(rejection))
    except IsolationUnavailable:
        raise
    except (Exception, GraderInterrupted) as fault:  # ours, whatever it is: nobody gets a zero
        result = _grader_error(blank, fault)
    return replace(result, seconds=round(time.perf_counter() - started, 3))


def rejected(blank: Result, assignment: Assignment, reason: str) -> Result:
    """The result of something that is not a readable submission: no points, and why."""
    return replace(
        blank,
        status="rejected",
        reason=reason,
        exercises=tuple(
            ExerciseResult(exercise.name, 0.0, exercise.points, "missing")
            for exercise in assignment.exercises
        ),
        written=tuple(
            WrittenResult(question.name, question.points, "no_response")
            for question in assignment.written
        ),
    )


def _grader_error(blank: Result, fault: BaseException) -> Result:
    kind = "" if isinstance(fault, AutograderError) else f"{type(fault).__name__}: "
    story = "".join(traceback.format_exception(fault))
    return replace(
        blank,
        status="grader_error",
        reason=kind + next(iter(str(fault).splitlines()), ""),
        observed=Observed(notes=(story,)),
    )


def default_seed(path: Path, assignment: Assignment, student: str) -> bytes:
    """The seed that the course secret gives for this student and this very file."""
    secret = seeds.course_secret(assignment.root)
    return seeds.seed_for(secret, assignment.name, student, digest(path))


def _graded(
    submission: Submission,
    assignment: Assignment,
    seed: bytes,
    blank: Result,
    zygote: str | None,
    isolation: Isolation,
) -> Result:
    address = warm_process(assignment.preload, isolation) if zygote is None else zygote
    with _sandbox(submission, assignment, address) as sandbox:
        records = _run_suites(assignment, sandbox, seed, address)
        hints = _diagnose(assignment, sandbox, records)
        observed = _observed(submission, sandbox)
    return replace(
        blank,
        exercises=_exercises(assignment, records, hints),
        written=_written(submission, assignment),
        observed=observed,
    )


def _sandbox(submission: Submission, assignment: Assignment, address: str) -> Sandbox:
    return Sandbox(
        address,
        [Cell(cell.label, cell.source) for cell in submission.cells],
        limits(assignment),
        module_name="submission" if submission.kind == "module" else "__main__",
    )


def limits(assignment: Assignment) -> Limits:
    """The sandbox's limits for an assignment.

    Raises:
        SuiteError: its configuration names a limit that there is not.
    """
    try:
        return Limits(**assignment.limits)  # type: ignore[arg-type]
    except TypeError as error:
        raise SuiteError(f"[limits] of {assignment.name}'s assignment.toml: {error}.") from None


def _run_suites(
    assignment: Assignment, sandbox: Sandbox, seed: bytes, address: str
) -> tuple[TestRecord, ...]:
    """All tests of all exercises; a test that failed unforeseen must hold for the solutions.

    Raises:
        SuiteError: a suite breaks the rules of weights, or fails on the solutions too.
    """
    names = [exercise.name for exercise in assignment.exercises]
    mark = fingerprint(assignment)
    found = run(assignment.suite_folder, names, sandbox, seed, fingerprint=mark)
    for name in names:
        points.require_sound(name, [test for test in found.records if test.exercise == name])
    if found.unforeseen:
        solution = read(assignment.solution_module, assignment)
        with _sandbox(solution, assignment, address) as right:
            check = run(
                assignment.suite_folder,
                names,
                right,
                seed,
                fingerprint=mark,
                only=found.unforeseen,
            )
        if check.unforeseen:
            broken = next(test for test in check.records if test.name in check.unforeseen)
            raise SuiteError(
                f"The hidden test {broken.name} of {broken.exercise!r} fails on the solution "
                f"too.\n{broken.detail}"
            )
    return found.records


def _diagnose(
    assignment: Assignment, sandbox: Sandbox, records: Sequence[TestRecord]
) -> dict[str, diagnosis.Misconception]:
    """A known misconception for each exercise whose function answers, but wrongly."""
    catalogue = diagnosis.load(assignment)
    matched = {}
    for exercise in assignment.exercises:
        outcomes = {test.outcome for test in records if test.exercise == exercise.name}
        if outcomes & {"failed", "error"} and outcomes <= {"passed", "failed", "error"}:
            match = diagnosis.diagnose(catalogue, exercise.name, sandbox)
            if match is not None:
                matched[exercise.name] = match
    return matched


def _exercises(
    assignment: Assignment,
    records: Sequence[TestRecord],
    hints: dict[str, diagnosis.Misconception],
) -> tuple[ExerciseResult, ...]:
    results = []
    for exercise in assignment.exercises:
        tests = [test for test in records if test.exercise == exercise.name]
        results.append(
            ExerciseResult(
                exercise.name,
                points.score(exercise.points, tests),
                exercise.points,
                points.summary(tests),
                _test_results(tests, hints.get(exercise.name)),
            )
        )
    return tuple(results)


def _test_results(
    tests: Sequence[TestRecord], match: diagnosis.Misconception | None
) -> tuple[TestResult, ...]:
    """The tests as the result shows them; the hint stands once, at the first test that failed."""
    first_failed = next((test for test in tests if test.outcome in ("failed", "error")), None)
    return tuple(
        TestResult(
            name=test.name,
            title=test.title,
            visibility=test.visibility,
            outcome=test.outcome,
            weight=test.weight,
            message=test.message,
            detail=test.detail,
            seconds=test.seconds,
            misconception=match.name if match and test is first_failed else None,
            hint=match.hint if match and test is first_failed else None,
        )
        for test in tests
    )


def _written(submission: Submission, assignment: Assignment) -> tuple[WrittenResult, ...]:
    released = {cell.grade_id: cell.source for cell in assignment.release_cells}
    results = []
    for question in assignment.written:
        answer = submission.written.get(question.name, "").strip()
        untouched = not answer or answer == released.get(question.name, "").strip()
        state = "no_response" if untouched else "needs_marking"
        results.append(WrittenResult(question.name, question.points, state))  # type: ignore[arg-type]
    return tuple(results)


def _observed(submission: Submission, sandbox: Sandbox) -> Observed:
    seen = sandbox.observed()
    failed = [_failed_cell(report) for report in sandbox.reports if report.outcome != "ok"]
    return Observed(
        notes=(*submission.notes, *seen["notes"]),
        failed_cells=at_most(failed, MAX_CELLS),
        limits_hit=tuple(seen["limits_hit"]),
        violations=tuple(seen["violations"]),
        restarts=seen["restarts"],
        output=seen["output"],
        output_bytes=seen["output_bytes"],
    )


def _failed_cell(report: CellReport) -> str:
    sentence = f"{report.label}: {report.error or report.outcome}"
    return sentence if len(sentence) <= MAX_SENTENCE else sentence[: MAX_SENTENCE - 1] + "…"


_warm: dict[tuple[tuple[str, ...], Isolation], Zygote] = {}


def warm_process(preload: tuple[str, ...], isolation: Isolation) -> str:
    """The address of this process's own warm process with these libraries; started once."""
    key = (preload, isolation)
    if key not in _warm:
        _warm[key] = Zygote(preload, isolation)
    return _warm[key].address


def close_warm_processes() -> None:
    """End the warm processes that this process started."""
    while _warm:
        _, zygote = _warm.popitem()
        zygote.close()
