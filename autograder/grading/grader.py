"""`Grader`: from a hand-in to a `Result`; it owns the warm processes that this needs.

It reads the hand-in, runs the hidden suites against it across the boundary, runs the diagnosis on
what failed, and adds up the points. Pools, caches, gradebooks and reports use it; it uses none of
them.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from autograder.break_first import Judge
from autograder.course.assignment import Assignment, load_assignment
from autograder.course.student_names import require_name
from autograder.errors import (
    AutograderError,
    EnvironmentUnusable,
    GraderInterrupted,
    IsolationUnavailable,
    SandboxLost,
    SuiteError,
)
from autograder.grading import result_builder
from autograder.grading.advice import ADVICE_KINDS, AdviceKind, find_advice
from autograder.grading.cache_key import Keys, default_seed, keys, suites_digest
from autograder.grading.environment import require_usable
from autograder.grading.reading import given_to, read_as_given, remark_on_variant
from autograder.grading.reference_functions import ReferenceFunctions
from autograder.grading.reusing import reusable, stands
from autograder.grading.rewording import in_words
from autograder.grading.warm_processes import WarmProcesses
from autograder.results import ExerciseResult, Result
from autograder.sandbox import Cell, Isolation, Limits, Sandbox
from autograder.suite import points
from autograder.suite.faults import fault_of
from autograder.suite.runner import SuiteRun, run
from autograder.variants import Translation
from autograder.variants.options import chosen, translations, wording
from convgrade.submission import HandIn, Submission, Unreadable, read

ATTEMPTS = 3
"""How often a submission is started if something outside ends its sandbox each time."""

ChooseWarmProcess = Callable[[Submission], str]
"""Returns the address of a warm process; called again if that, or a sandbox, was lost."""


class Grader:
    """Grades hand-ins to one assignment; a context manager that owns the warm processes.

    Args:
        assignment: the assignment that the hand-ins answer.
        isolation: "namespaces"; "restricted" or "process" accept less.
        warm_process: the address of one that somebody else owns, or a function that returns one
            for a submission and is called again if that is lost. Without it the grader starts its
            own when it first needs them.
    """

    def __init__(
        self,
        assignment: Assignment,
        *,
        isolation: Isolation = "namespaces",
        warm_process: str | ChooseWarmProcess | None = None,
    ) -> None:
        self.assignment = assignment
        self.isolation: Isolation = isolation
        self._own = WarmProcesses(assignment, isolation)
        self._choose: ChooseWarmProcess
        if warm_process is None:
            self._choose = lambda submission: self._own.address(submission.imports)
        elif isinstance(warm_process, str):
            self._choose = lambda submission: warm_process
        else:
            self._choose = warm_process

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the warm processes that it started; idempotent."""
        self._own.close()

    def grade(
        self,
        submission: Path | str | HandIn,
        seed: bytes | None = None,
        *,
        student: str | None = None,
        beside: Sequence[Path] = (),
        advice: Collection[AdviceKind] = ADVICE_KINDS,
        earlier: Result | None = None,
    ) -> Result:
        """Grade one hand-in. Arguments, result and errors are those of the function `grade`.

        Args:
            submission: as there; or a hand-in that has been read, which is not read again.
            advice: what to search for where points were lost. It takes time and changes no points.
            earlier: an earlier result of this student. What has not changed is not run again.
        """
        started = time.perf_counter()
        require_usable()
        place = submission if isinstance(submission, Path | str) else submission.path
        student = Path(place).stem if student is None else student
        require_name(student)
        assignment = self.assignment
        blank = result_builder.blank(place, assignment, student, self.isolation)
        try:
            hand_in = (
                read_as_given(submission, assignment, student, beside)
                if isinstance(submission, Path | str)
                else submission
            )
            assignment = given_to(self.assignment, student, hand_in)
            remark = remark_on_variant(self.assignment, student, hand_in)
            blank = result_builder.blank(place, assignment, student, self.isolation)
            if seed is None:
                seed = default_seed(hand_in.digest, assignment, student)
            digests = keys(hand_in.digest, assignment, seed, self.isolation)
        except AutograderError:
            raise
        except Exception as fault:  # from reading the hand-in: it must not stop other gradings
            return self._grader_error(blank, fault)
        blank = replace(blank, submission=str(hand_in.path), seed=seed.hex(), key=digests.whole)
        is_readable = isinstance(hand_in, Submission)
        if is_readable:
            blank = replace(blank, submission_digest=hand_in.digest)
        if is_readable and earlier and stands(earlier, assignment, digests):
            return result_builder.repriced(earlier, blank, assignment, digests)
        try:
            if isinstance(hand_in, Unreadable):
                result = result_builder.rejected(blank, assignment, hand_in.reason)
            else:
                work = _Work(assignment, hand_in, seed, digests, earlier, remark)
                result = self._graded_with_retries(work, blank, advice)
        except (IsolationUnavailable, EnvironmentUnusable):
            raise
        except (Exception, GraderInterrupted) as fault:  # the grader's own: nobody gets a zero
            result = self._grader_error(blank, fault)
        return replace(result, seconds=round(time.perf_counter() - started, 3))

    def _grader_error(self, blank: Result, fault: BaseException) -> Result:
        kind = "" if isinstance(fault, AutograderError) else f"{type(fault).__name__}: "
        story = "".join(traceback.format_exception(fault))
        reason = kind + next(iter(str(fault).splitlines()), "")
        return result_builder.ungraded(blank, self.assignment, reason, story)

    def _graded_with_retries(
        self, work: _Work, blank: Result, advice: Collection[AdviceKind]
    ) -> Result:
        """The result. If a sandbox is ended from outside, grade again, with the same result.

        Raises:
            SandboxLost: this happened too often.
        """
        for attempt in range(1, ATTEMPTS + 1):
            try:
                address = self._choose(work.submission)
                return _Grading(work, address).result(blank, advice)
            except SandboxLost as loss:
                if attempt == ATTEMPTS:
                    raise SandboxLost(
                        f"{loss} That happened {ATTEMPTS} times: this machine may be short of "
                        "memory."
                    ) from None
        raise AssertionError("unreachable")


def grade(
    submission: Path | str,
    assignment: Assignment | str,
    seed: bytes | None = None,
    *,
    student: str | None = None,
    isolation: Isolation = "namespaces",
    dataset: str | None = None,
    root: Path | None = None,
    beside: Sequence[Path] = (),
) -> Result:
    """Grade one hand-in, in one line. To grade several, keep a `Grader`.

    Args:
        submission: path of a notebook, a script with cells or a plain module; or a student's
            folder, in which the file is chosen and the code may read the others.
        assignment: an `Assignment`, or its name in the course at `root`.
        seed: the start value of the test inputs; by default derived from the course secret, the
            student and this exact file, so that a regrade is exact.
        student: by default the file's stem.
        isolation: "namespaces"; "restricted" or "process" accept less.
        dataset: the dataset that grades training, by default the assignment's own choice.
        root: the course root, by default the nearest at or above the working folder.
        beside: files, and folders of files, that the submission's code may read.

    Returns:
        The result. Its status is `rejected` for a file that cannot be read. It is `grader_error`
        for a fault of a suite or of the grader; the exercises concerned then have no score. Both
        give the cause in `reason`.

    Raises:
        UnknownAssignment: no such assignment.
        CourseError: the assignment has no settings for that dataset.
        AutograderError: `student` is not a valid name.
        IsolationUnavailable: this machine lacks a required protection.
        EnvironmentUnusable: nothing can be graded on this machine; says what it lacks.
    """
    if isinstance(assignment, str):
        assignment = load_assignment(assignment, root)
    if dataset is not None:
        assignment = assignment.on(dataset)
    with Grader(assignment, isolation=isolation) as grader:
        return grader.grade(submission, seed, student=student, beside=beside)


def limits(assignment: Assignment) -> Limits:
    """The sandbox's limits for an assignment.

    Raises:
        SuiteError: its configuration names a limit that does not exist.
    """
    try:
        return Limits(**assignment.limits)  # type: ignore[arg-type]
    except TypeError as error:
        raise SuiteError(f"[limits] of {assignment.name}'s assignment.toml: {error}.") from None


@dataclass(frozen=True)
class _Work:
    """A submission to grade: its assignment, seed and keys, and its earlier result, if any.

    `remark` is for a person, about the variant; it may be empty.
    """

    assignment: Assignment
    submission: Submission
    seed: bytes
    keys: Keys
    earlier: Result | None
    remark: str


class _Grading:
    """Grades one submission once: its sandbox and its suites."""

    def __init__(self, work: _Work, address: str) -> None:
        self._assignment = work.assignment
        self._submission = work.submission
        self._seed = work.seed
        self._keys = work.keys
        self._earlier = work.earlier
        self._remark = work.remark
        self._known = reusable(work.earlier, work.assignment, work.keys)
        self._address = address

    def result(self, blank: Result, kinds: Collection[AdviceKind]) -> Result:
        assignment, submission = self._assignment, self._submission
        with (
            self._sandbox(submission, translations(assignment, assignment.variant)) as sandbox,
            ReferenceFunctions(self._solutions) as right,
        ):
            found = self._run_suites(sandbox, right)
            observed = result_builder.observed(submission, sandbox, self._remark)
            if self._earlier is not None and found.reused:
                observed = result_builder.with_earlier(observed, self._earlier.observed)
            advice, misfits = find_advice(
                assignment,
                submission,
                found,
                sandbox,
                right,
                self._seed,
                observed.seconds_factor,
                kinds,
            )
        faults = (*result_builder.faults(assignment, found), *misfits)
        exercises = result_builder.exercises(assignment, found, advice, self._keys, self._known)
        words = wording(chosen(assignment, assignment.variant))
        return replace(
            blank,
            status="grader_error" if found.faults else "graded",
            reason=result_builder.reason(faults) if found.faults else "",
            exercises=in_words(exercises, words, found.reused),
            written=result_builder.written(submission, assignment),
            observed=observed,
            faults=faults,
        )

    def _sandbox(
        self,
        submission: Submission,
        translated: Mapping[str, Translation] | None = None,
        code: str = "",
    ) -> Sandbox:
        cells = [Cell(cell.label, cell.source, cell.settles) for cell in submission.cells]
        return Sandbox(
            self._address,
            [*cells, Cell("known mistakes", code)] if code else cells,
            limits(self._assignment),
            module_name="submission" if submission.kind == "module" else "__main__",
            files={file.name: file.content for file in submission.beside},
            translations=translated,
        )

    def _solutions(self, code: str = "") -> Sandbox:
        """The course's solutions, and then some code, in a sandbox of their own."""
        solutions = read(self._assignment.solution_module, self._assignment.release)
        return self._sandbox(solutions, code=code)

    def _run_suites(self, sandbox: Sandbox, right: ReferenceFunctions) -> SuiteRun:
        """Run all tests of all exercises; an unexpected failure must not occur on the solutions.

        A suite that breaks the rules of weights, or fails on the solutions too, has a fault.
        """
        assignment = self._assignment
        found = self._run(sandbox, right=right, known=self._known)
        faults = dict(found.faults)
        for name in self._exercises:
            if name not in faults:
                try:
                    points.require_sound(
                        name, [each for each in found.records if each.exercise == name]
                    )
                except SuiteError as error:
                    faults[name] = fault_of(error, assignment.suite_file(name))
        doubtful = [
            test for test, fault in found.unforeseen.items() if fault.exercise not in faults
        ]
        if doubtful:
            with self._solutions() as solutions:
                check = self._run(solutions, only=doubtful)
            for fault in (*check.faults.values(), *check.unforeseen.values()):
                faults.setdefault(fault.exercise, fault)
        return replace(found, faults=faults)

    @property
    def _exercises(self) -> list[str]:
        return [exercise.name for exercise in self._assignment.exercises]

    def _run(
        self,
        sandbox: Sandbox,
        *,
        right: ReferenceFunctions | None = None,
        only: Sequence[str] = (),
        known: Mapping[str, ExerciseResult] | None = None,
    ) -> SuiteRun:
        return run(
            self._assignment.suite_folder,
            self._exercises,
            sandbox,
            self._seed,
            fingerprint=suites_digest(self._assignment),
            right=right,
            only=only,
            terms=self._assignment.training_terms,
            known=known,
            frozen=self._assignment.frozen.exercises,
            judge=Judge(sandbox, self._solutions),
        )
