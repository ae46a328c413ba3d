"""Tries one candidate: its suite first, then the comparison with the right function."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import TracebackType
from typing import Self

from autograder.attack import memorised
from autograder.attack.candidate import RIGHT_KINDS, Candidate, Recipe
from autograder.attack.comparing import SOON, Compared
from autograder.attack.domain import MOST
from autograder.attack.exercise_kinds import kind_of
from autograder.attack.material import Base, Material
from autograder.attack.record import Trial
from autograder.attack.target import Target
from autograder.errors import AutograderError, SuiteError
from autograder.grading.grader import limits
from autograder.grading.warm_processes import WarmProcesses
from autograder.results import Outcome, TestResult
from autograder.sandbox import Cell, Isolation, Limits, Sandbox
from autograder.suite.collected import collected
from autograder.suite.runner import SuiteRun, run
from convgrade.release import suite_file_name

ENOUGH = 20
"""Differences after which the share is known well enough."""
_FIRST_INPUTS = 1_000  # on which a right answer must be right to be made use of
_SEED_OF_SOLUTIONS = b"attack"


class Trying:
    """Tries candidates of one exercise; a context manager that owns a warm process.

    Args:
        target: the suite that judges.
        seed: of candidates and inputs.
        isolation: as for `grade`.
        most: inputs without a difference after which a candidate counts as equivalent.
    """

    def __init__(
        self,
        target: Target,
        seed: int,
        isolation: Isolation = "namespaces",
        most: int = MOST,
    ) -> None:
        self.material = Material(target, seed)
        self._kind = kind_of(target, self.material)
        self._assignment = self._kind.prepared(target.assignment)
        self._exercise = target.exercise
        self._suites = target.suites
        self._most = most
        self._tried: dict[tuple[str, bool], Trial] = {}
        self._warm = WarmProcesses(self._assignment, isolation)
        self._names = [
            each.name
            for each in target.assignment.exercises
            if (target.suites / suite_file_name(each.name)).is_file()
        ]
        self._digest = target.made_of(seed, most)
        self._comparison = self._kind.comparison(self._right_answer)
        with collected(self._suites, self._names, self._digest) as suites:
            tests = suites.places(self._exercise)
            public = suites.places(self._exercise, public=True)
        self._bases = self.material.bases
        self.material.leave_out([each for each in self._bases if self._is_wrong(each)])
        known, self._tests = self._of_solutions(public, tests)
        self._right, self._wrong = self._kind.makers(known)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the warm process; idempotent."""
        self._warm.close()

    def _of_solutions(
        self, public: Sequence[str], tests: Sequence[str]
    ) -> tuple[list[memorised.Known], Sequence[str]]:
        """The calls of the public tests and their right answers; all tests, those of values first.

        Raises:
            SuiteError: the right functions fail a test of the exercise.
        """
        cells = [Cell("solutions", self.material.around)]
        with memorised.RecordingSandbox(self._warm.address(()), cells, self._limits()) as sandbox:
            if public:
                self._judged(sandbox, public, _SEED_OF_SOLUTIONS)
            known = [each for each in sandbox.known if memorised.is_plain(each)]
            found = self._judged(sandbox, tests, _SEED_OF_SOLUTIONS)
        if failed := _failed(found):
            names = ", ".join(each.name for each in failed)
            raise SuiteError(f"The solutions fail {names} of {self._exercise}.")
        of_values = [each.result.role == "values" for each in found.records]
        ordered = sorted(zip(tests, of_values, strict=True), key=lambda pair: not pair[1])
        return known, [test for test, _ in ordered]

    def candidate(self, recipe: Recipe) -> Candidate | None:
        """The candidate of a recipe; None if there is none."""
        if recipe.kind == "known":
            return self._as_it_is(recipe)
        make = self._right.make if recipe.kind == "rewrite" else self._wrong.make
        return make(recipe)

    def _as_it_is(self, recipe: Recipe) -> Candidate | None:
        if recipe.number >= len(self._bases):
            return None
        base = self._bases[recipe.number]
        return Candidate(recipe, base.origin, base.function, base.function, base.text)

    def _is_wrong(self, base: Base) -> bool:
        text = self.material.submission(base.function, base.text)
        most = min(_FIRST_INPUTS, self._most)
        return self._compared(text, 1, most).differences > 0

    def trial(self, recipe: Recipe) -> Trial:
        """Make a candidate, grade it, and compare it with the right function.

        The same code is tried once: later candidates with it get what came of the first.
        """
        candidate = self.candidate(recipe)
        if candidate is None:
            return Trial(recipe.kind, recipe.number)
        key = candidate.digest, recipe.kind in RIGHT_KINDS
        if key not in self._tried:
            self._tried[key] = self._tried_anew(candidate)
        return replace(
            self._tried[key], kind=recipe.kind, number=recipe.number, origin=candidate.origin
        )

    def _tried_anew(self, candidate: Candidate) -> Trial:
        text = self.material.submission(candidate.function, candidate.text, candidate.name)
        blank = Trial(
            candidate.recipe.kind,
            candidate.recipe.number,
            candidate.digest,
            function=candidate.function,
            name=candidate.name,
        )
        with self._sandbox([Cell("answer", text)], self._limits()) as sandbox:
            if sandbox.reports[0].outcome != "ok":
                return replace(blank, digest="")
            failed, values = self._failed_tests(sandbox, candidate)
            compared = self._compared_at_once(sandbox) if failed else None
        compared = compared or self._compared(text, 1 if failed else ENOUGH, self._most)
        done = replace(
            blank,
            failed=failed,
            failed_values=values,
            inputs=compared.inputs,
            differences=compared.differences,
            wrong_in=compared.kind,
        )
        return self._with_the_story(done, candidate, text, compared)

    def _compared_at_once(self, sandbox: Sandbox) -> Compared | None:
        """A first comparison in the process that answered the suite; None if it settles nothing.

        A call that ends the process, or for which no time is left, settles nothing.
        """
        if self._kind.beside or not sandbox.is_in_first_process:
            return None
        found = self._comparison.compare(sandbox, min(sum(SOON), self._most), 1)
        return found if found.differences and found.kind != "ended" else None

    def _with_the_story(
        self, done: Trial, candidate: Candidate, text: str, compared: Compared
    ) -> Trial:
        """A trial with code and example, if the suite judged the candidate wrongly."""
        if done.is_wrong == bool(done.failed):
            return done
        if compared.first is None:
            return replace(done, text=candidate.text)
        with self._patient_sandbox(text) as sandbox:
            example = self._comparison.example(sandbox, compared.first)
        return replace(done, text=candidate.text, example=example)

    def _compared(self, text: str, enough: int, most: int) -> Compared:
        with self._patient_sandbox(text) as sandbox:
            return self._comparison.compare(sandbox, most, enough)

    def _failed_tests(self, sandbox: Sandbox, candidate: Candidate) -> tuple[tuple[str, ...], int]:
        """The tests that a candidate fails, and how many of them are tests of values.

        Of a candidate that should be wrong, only the first one counts. Tests of values come first,
        so it is one of them if there is any.
        """
        failed: list[TestResult] = []
        is_right = candidate.recipe.kind in RIGHT_KINDS
        for tests in [self._tests] if is_right else [[test] for test in self._tests]:
            found = self._judged(sandbox, tests, candidate.digest.encode())
            failed += _failed(found)
            if failed:
                break
        return tuple(each.name for each in failed), sum(each.role == "values" for each in failed)

    def _judged(self, sandbox: Sandbox, tests: Sequence[str], seed: bytes) -> SuiteRun:
        found = run(
            self._suites,
            self._names,
            sandbox,
            seed,
            fingerprint=self._digest,
            only=tests,
        )
        if fault := found.faults.get(self._exercise):
            raise SuiteError(f"The suite of {self._exercise} has a fault: {fault}")
        return found

    def _right_answer(self) -> Sandbox:
        """The right functions, for a comparison."""
        return self._patient_sandbox(self.material.around)

    def _patient_sandbox(self, text: str) -> Sandbox:
        cells = [Cell("answer", text), *self._kind.beside]
        return self._sandbox(cells, self._kind.in_a_comparison(limits(self._assignment)))

    def _sandbox(self, cells: Sequence[Cell], limit: Limits) -> Sandbox:
        return Sandbox(self._warm.address(()), cells, limit, module_name="submission")

    def _limits(self) -> Limits:
        return self._kind.in_the_suite(limits(self._assignment))


def _failed(found: SuiteRun) -> list[TestResult]:
    results = (each.result for each in found.records)
    return [each for each in results if each.outcome != Outcome.PASSED]


def tried_safely(trying: Trying, recipe: Recipe) -> Trial:
    """A trial; if the machine fails one candidate, that one counts as not made."""
    try:
        return trying.trial(recipe)
    except SuiteError:
        raise
    except AutograderError as error:
        return Trial(recipe.kind, recipe.number, origin=f"not tried: {error}"[:200])
