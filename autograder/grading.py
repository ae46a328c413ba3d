"""`grade(submission, assignment, seed) -> Result`: the one pure function of the kit.

It reads the submission, runs the hidden suites against it across the boundary, asks the
diagnosis about what failed, and adds up. Pools, caches, gradebooks and reports are arranged
around it and never inside it.
"""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from autograder import diagnosis, findings
from autograder.course import Assignment, load_assignment
from autograder.environment import require_usable
from autograder.errors import (
    AutograderError,
    EnvironmentUnusable,
    GraderInterrupted,
    IsolationUnavailable,
    SandboxLost,
    SubmissionRejected,
    SuiteError,
)
from autograder.provenance import cache_key, default_seed, fingerprint, versions
from autograder.replacing import RightFunctions
from autograder.results import (
    ExerciseResult,
    Fault,
    Result,
    WrittenResult,
)
from autograder.sandbox import Cell, Isolation, Limits, Sandbox
from autograder.student_names import require_name
from autograder.submission import Submission, read
from autograder.suite import points
from autograder.suite.faults import fault_of
from autograder.suite.run import SuiteRun, run
from autograder.warm_processes import WarmProcesses

ATTEMPTS = 3
"""How often a submission is begun whose sandbox something outside of it ends."""

ChooseWarmProcess = Callable[[Submission], str]
"""Gives the address of a warm process; asked again where that, or a sandbox, was lost."""


def grade(
    submission: Path | str,
    assignment: Assignment | str,
    seed: bytes | None = None,
    *,
    student: str | None = None,
    zygote: str | ChooseWarmProcess | None = None,
    isolation: Isolation = "namespaces",
    dataset: str | None = None,
    root: Path | None = None,
    beside: Sequence[Path] = (),
) -> Result:
    """Grade one submission.

    Args:
        submission: path of a notebook, a script with cells or a plain module; or a student's
            folder, in which the file is chosen and the others lie beside it.
        assignment: an `Assignment`, or its name in the course at `root`.
        seed: what test inputs are drawn from; by default the one that the course secret gives
            for this student and this very file, so that a regrade is exact.
        student: by default the file's stem.
        zygote: address of a warm process, or what gives one for a submission, and again where that
            is lost; by default this process keeps some of its own.
        isolation: "namespaces", or "process" to accept less.
        dataset: what grades training, by default the assignment's own choice.
        root: the course root, by default the nearest at or above the working folder.
        beside: files, and folders of files, that the submission's code may read.

    Returns:
        The result. A file that cannot be read is `rejected`; a fault of a suite or of the kit is
        `grader_error`, and leaves what it concerns without a score; both say why in `reason`.

    Raises:
        UnknownAssignment: no such assignment.
        CourseError: the assignment says nothing of that dataset.
        AutograderError: `student` cannot be anybody's name.
        IsolationUnavailable: this machine lacks a required protection.
        EnvironmentUnusable: this machine lets nothing be graded; says what it lacks.
    """
    started = time.perf_counter()
    require_usable()
    path = Path(submission)
    if isinstance(assignment, str):
        assignment = load_assignment(assignment, root)
    if dataset is not None:
        assignment = assignment.on(dataset)
    student = path.stem if student is None else student
    require_name(student)
    blank = blank_result(submission, assignment, student, isolation)
    try:
        if seed is None:
            seed = default_seed(path, assignment, student, beside)
        key = cache_key(path, assignment, seed, isolation, beside)
    except AutograderError:
        raise
    except Exception as fault:  # of reading what was handed in: it must stop nobody else
        return _grader_error(blank, assignment, fault)
    blank = replace(blank, seed=seed.hex(), key=key)
    try:
        readable = read(path, assignment.release, beside)
        blank = replace(blank, submission=str(readable.path))
        choose = _chooser(zygote, assignment, isolation)
        result = _graded_for_sure(readable, assignment, seed, blank, choose)
    except SubmissionRejected as rejection:
        result = rejected(blank, assignment, str(rejection))
    except (IsolationUnavailable, EnvironmentUnusable):
        raise
    except (Exception, GraderInterrupted) as fault:  # ours, whatever it is: nobody gets a zero
        result = _grader_error(blank, assignment, fault)
    return replace(result, seconds=round(time.perf_counter() - started, 3))


def blank_result(
    submission: Path | str, assignment: Assignment, student: str, isolation: Isolation
) -> Result:
    """The result of a submission of which nothing is known yet."""
    return Result(
        assignment=assignment.name,
        student=student,
        submission=str(submission),
        status="graded",
        isolation=isolation,
        dataset=assignment.dataset,
        versions=versions(),
    )


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


def _grader_error(blank: Result, assignment: Assignment, fault: BaseException) -> Result:
    kind = "" if isinstance(fault, AutograderError) else f"{type(fault).__name__}: "
    story = "".join(traceback.format_exception(fault))
    return findings.ungraded(
        blank, assignment, kind + next(iter(str(fault).splitlines()), ""), story
    )


def _chooser(
    zygote: str | ChooseWarmProcess | None, assignment: Assignment, isolation: Isolation
) -> ChooseWarmProcess:
    if zygote is None:
        return lambda submission: warm_process(assignment, isolation, submission.imports)
    return (lambda submission: zygote) if isinstance(zygote, str) else zygote


def _graded_for_sure(
    submission: Submission,
    assignment: Assignment,
    seed: bytes,
    blank: Result,
    choose: ChooseWarmProcess,
) -> Result:
    """Graded from the start again where a sandbox was ended from outside; the same comes of it.

    Raises:
        SandboxLost: that happened too often.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _graded(submission, assignment, seed, blank, choose(submission))
        except SandboxLost as loss:
            if attempt == ATTEMPTS:
                raise SandboxLost(
                    f"{loss} That happened {ATTEMPTS} times: this machine may be short of memory."
                ) from None
    raise AssertionError("unreachable")


def _graded(
    submission: Submission, assignment: Assignment, seed: bytes, blank: Result, address: str
) -> Result:
    with (
        _sandbox(submission, assignment, address) as sandbox,
        RightFunctions(lambda: _solutions(assignment, address)) as right,
    ):
        found = _run_suites(assignment, sandbox, seed, address, right)
        hints, misfits = _diagnose(assignment, sandbox, found, right)
        observed = findings.observed(submission, sandbox)
    faults = (*findings.faults(assignment, found), *misfits)
    return replace(
        blank,
        status="grader_error" if found.faults else "graded",
        reason=findings.reason(faults) if found.faults else "",
        exercises=findings.exercises(assignment, found, hints),
        written=findings.written(submission, assignment),
        observed=observed,
        faults=faults,
    )


def _sandbox(submission: Submission, assignment: Assignment, address: str) -> Sandbox:
    return Sandbox(
        address,
        [Cell(cell.label, cell.source, cell.settles) for cell in submission.cells],
        limits(assignment),
        module_name="submission" if submission.kind == "module" else "__main__",
        files={file.name: file.content for file in submission.beside},
    )


def _solutions(assignment: Assignment, address: str) -> Sandbox:
    return _sandbox(read(assignment.solution_module, assignment.release), assignment, address)


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
    assignment: Assignment,
    sandbox: Sandbox,
    seed: bytes,
    address: str,
    right: RightFunctions,
) -> SuiteRun:
    """All tests of all exercises; a test that failed unforeseen must hold for the solutions.

    A suite that breaks the rules of weights, or fails on the solutions too, is at fault.
    """
    names = [exercise.name for exercise in assignment.exercises]
    mark = fingerprint(assignment)
    found = run(
        assignment.suite_folder,
        names,
        sandbox,
        seed,
        fingerprint=mark,
        right=right,
        terms=assignment.training_terms,
    )
    faults = dict(found.faults)
    for name in names:
        if name not in faults:
            try:
                points.require_sound(
                    name, [each for each in found.records if each.exercise == name]
                )
            except SuiteError as error:
                faults[name] = fault_of(error, assignment.suite_file(name))
    doubtful = [test for test, fault in found.unforeseen.items() if fault.exercise not in faults]
    if doubtful:
        with _solutions(assignment, address) as solutions:
            check = run(
                assignment.suite_folder,
                names,
                solutions,
                seed,
                fingerprint=mark,
                only=doubtful,
                terms=assignment.training_terms,
            )
        for fault in (*check.faults.values(), *check.unforeseen.values()):
            faults.setdefault(fault.exercise, fault)
    return replace(found, faults=faults)


def _diagnose(
    assignment: Assignment, sandbox: Sandbox, found: SuiteRun, right: RightFunctions
) -> tuple[dict[str, diagnosis.Misconception], list[Fault]]:
    """A known misconception for each exercise whose function answers, but wrongly.

    A fault of the catalogue costs hints and no points: it is told beside them.
    """
    file = os.path.relpath(assignment.misconceptions_file, assignment.root)
    try:
        catalogue = diagnosis.load(assignment)
    except SuiteError as error:
        return {}, [Fault(f"There are no hints: {error}", file)]
    matched = {}
    faults = []
    for exercise in assignment.exercises:
        outcomes = {test.outcome for test in found.records if test.exercise == exercise.name}
        answers = outcomes & {"failed", "error"} and outcomes <= {"passed", "failed", "error"}
        if exercise.name in found.faults or not answers:
            continue
        replaced = {name: right(name) for name in found.replaced.get(exercise.name, ())}
        try:
            match = diagnosis.diagnose(catalogue, exercise.name, sandbox, replaced)
        except Exception as error:
            if isinstance(error, AutograderError) and not isinstance(error, SuiteError):
                raise
            faults.append(Fault(f"There are no hints on {exercise.name}: {error!r}", file))
            continue
        if match is not None:
            matched[exercise.name] = match
    return matched, faults


_warm = WarmProcesses()


def warm_process(assignment: Assignment, isolation: Isolation, imports: Iterable[str] = ()) -> str:
    """The address of a warm process of this process's own, for such a submission."""
    return _warm.address(assignment, isolation, imports)


def close_warm_processes() -> None:
    """End the warm processes that this process started."""
    _warm.close()
