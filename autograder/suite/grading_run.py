"""One run of the hidden suites, for one submission: its outcomes.

An exception becomes an outcome here. An error before a test can run is a fault of its suite. An
exception that a test did not expect is recorded as a failure of the student and listed as
unforeseen; the caller finds out whether the student caused it. Because of a fault, only its own
exercise is not graded.
"""

from __future__ import annotations

import hashlib
import hmac
import traceback
from collections.abc import Callable, Container, Mapping
from typing import Any, Protocol

import numpy as np
import pytest

from autograder.course.training_terms import TrainingTerms
from autograder.errors import AutograderError, GraderInterrupted, SuiteError
from autograder.results import Examples, ExerciseResult, Fault, Outcome, Role, TestResult
from autograder.sandbox import CallFailed, HandleMisuse, Sandbox
from autograder.sandbox.protocol.remote_functions import Function
from autograder.suite.dependencies import exercise_of
from autograder.suite.expect import Mismatch
from autograder.suite.faults import fault_of
from autograder.suite.points import TestRecord
from autograder.suite.stand_ins import StandIns
from autograder.suite.student import CalledWrongly, Student
from autograder.suite.training import NotTrainedEnough, Training


class ExamplesJudge(Protocol):
    """Judges the examples that a student gave before writing a function.

    Attributes:
        found: what was found, by exercise.
    """

    found: dict[str, Examples]

    def __call__(self, asked: Any, /) -> Any:
        """What became of the examples that a suite asks about."""


class GradingRun:
    """Turns each test of one submission into a `TestRecord`.

    Args:
        sandbox: the submission.
        seed: every test's `rng` is derived from it.
        right: returns the reference function for a name; without it no function is replaced.
        terms: how training is done and judged, if an exercise trains.
        known: earlier results whose tests need not run again.
        frozen: those of them whose tests do not run again in any case.
        judge: judges examples of the student.

    Attributes:
        faults: one fault for each exercise that is not graded.
        unforeseen: the tests (`place_of`) that failed with an exception that they did not expect.
        fatal: the error that ended the run. Then no record of the run can be used.
        asked: the calls of the student's functions.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        seed: bytes,
        right: Callable[[str], Function] | None,
        terms: TrainingTerms | None,
        known: Mapping[str, ExerciseResult],
        frozen: Container[str],
        judge: ExamplesJudge | None = None,
    ) -> None:
        self._student = Student(sandbox)
        self._seed = seed
        self._terms = terms
        self._known = known
        self._frozen = frozen
        self._judge = judge
        self._is_reused: dict[str, bool] = {}
        self._training: Training | None = None
        self.stand_ins = StandIns(right)
        self.records: list[TestRecord] = []
        self.unforeseen: dict[str, Fault] = {}
        self.faults: dict[str, Fault] = {}
        self.fatal: BaseException | None = None
        self.asked = self._student.asked

    @property
    def reused(self) -> frozenset[str]:
        """The exercises whose earlier results stand, so that their tests did not run."""
        return frozenset(name for name, is_reused in self._is_reused.items() if is_reused)

    @property
    def terms(self) -> TrainingTerms:
        """The terms of training.

        Raises:
            SuiteError: the assignment has none.
        """
        if self._terms is None:
            raise SuiteError("A suite trains, but its assignment.toml has no [training].")
        return self._terms

    @property
    def examples(self) -> ExamplesJudge:
        """Judges examples of the student.

        Raises:
            SuiteError: this run has no judge.
        """
        if self._judge is None:
            raise SuiteError("A suite asks for examples, and this run cannot judge them.")
        return self._judge

    def student_for(self, item: pytest.Function) -> Student:
        """The submission, with the test's time limit and reference functions."""
        replaced = self.stand_ins.of(exercise_of(item))
        self._student.begin(replaced, self._seconds(item))
        return self._student

    def _seconds(self, item: pytest.Function) -> float | None:
        """The time limit for each call of a test: its dataset's if it trains, else its own."""
        if "training" in item.fixturenames and (seconds := self.terms.seconds):
            return seconds
        marker = item.get_closest_marker("seconds")
        return float(marker.args[0]) if marker else None

    def training_for(self, item: pytest.Item) -> Training:
        """The terms of training, with seeds for this test and this submission."""
        self._training = Training(self.terms, self._drawn(item))
        return self._training

    def rng(self, item: pytest.Item) -> np.random.Generator:
        """A generator with the test's own seed."""
        return np.random.default_rng(int.from_bytes(self._drawn(item), "big"))

    def _drawn(self, item: pytest.Item) -> bytes:
        name = f"{item.path.name}::{item.name}"
        return hmac.digest(self._seed, name.encode(), hashlib.sha256)

    def is_reused(self, exercise: str, built_on: Mapping[str, tuple[str, ...]]) -> bool:
        """Whether an exercise's earlier result stands. The exercises that it builds on come before.

        It stands if it is frozen, or if the same of the exercises that it builds on are replaced.
        """
        if exercise not in self._is_reused:
            replaced = self.stand_ins.choose(
                exercise, built_on[exercise], self.records, self.faults
            )
            earlier = self._known.get(exercise)
            self._is_reused[exercise] = earlier is not None and (
                exercise in self._frozen or earlier.built_on == replaced
            )
            if earlier is not None and self._is_reused[exercise]:
                self.records += [TestRecord(exercise, test) for test in earlier.tests]
        return self._is_reused[exercise]

    def judge(self, exercise: str, test: Callable[[], object]) -> None:
        """Call a test, twice if a reference function may be the reason that it fails."""
        self.stand_ins.judge(exercise, self._student, test)

    def note(
        self, item: pytest.Item, call: pytest.CallInfo[None], error: BaseException | None
    ) -> None:
        """Take down how a phase of a test ended.

        Raises:
            pytest.exit.Exception: the grader itself failed, so that no further test can run.
        """
        match error:
            case SuiteError():
                self._blame(error, item)
            case pytest.skip.Exception():
                self._blame(SuiteError("the test was skipped"), item)
            case GraderInterrupted() | AutograderError():
                self.fatal = error
                raise pytest.exit.Exception(str(error))
            case _ if call.when == "call" or (error is not None and call.when == "setup"):
                self.records.append(self._record(item, error, call.duration))
            case Exception():
                self._not_foreseen(item, error)

    def _blame(self, error: SuiteError, item: pytest.Item) -> None:
        fault = fault_of(error, item.path, item.name, (item.location[1] or 0) + 1)
        self.faults.setdefault(fault.exercise, fault)

    def _record(self, item: pytest.Item, error: BaseException | None, seconds: float) -> TestRecord:
        outcome, message, detail = self._explain(item, error)
        trained, self._training = self._training, None
        weight = item.get_closest_marker("weight")
        doc: str = getattr(getattr(item, "obj", None), "__doc__", None) or item.name
        result = TestResult(
            name=item.name,
            title=doc.strip().splitlines()[0],
            visibility="public" if item.get_closest_marker("public") else "hidden",
            outcome=outcome,
            weight=float(weight.args[0]) if weight else 1.0,
            message=message,
            detail=detail,
            seconds=round(seconds, 4),
            training=trained.record.as_plain() if trained and trained.record else None,
            counterexample=error.counterexample if isinstance(error, Mismatch) else None,
            role=_role(item),
        )
        return TestRecord(exercise_of(item), result)

    def _explain(self, item: pytest.Item, error: BaseException | None) -> tuple[Outcome, str, str]:
        if error is None:
            return Outcome.PASSED, "", ""
        where = f"{self._student.last_call} " if self._student.last_call else ""
        match error:
            case CallFailed():
                return Outcome(error.outcome), self._student.as_called(error.message), error.detail
            case NotTrainedEnough():
                return Outcome.FAILED, error.message, error.detail
            case Mismatch():
                shown = self._student.reworded(error)
                return Outcome.FAILED, where + shown.message, shown.detail
            case HandleMisuse():
                return Outcome.FAILED, f"{where}did not return plain numbers.", str(error)
        detail = "".join(traceback.format_exception(error))
        if isinstance(error, AssertionError):
            message = f"{where}does not have the property that this test asks for."
            return Outcome.FAILED, message, detail
        self._not_foreseen(item, error)
        if isinstance(error, CalledWrongly):
            return Outcome.FAILED, where + str(error), detail
        return Outcome.FAILED, f"{where}returned something that this test cannot read.", detail

    def _not_foreseen(self, item: pytest.Item, error: BaseException) -> None:
        line = (item.location[1] or 0) + 1
        self.unforeseen[place_of(item)] = fault_of(error, item.path, item.name, line)


def place_of(item: pytest.Item) -> str:
    """The suite and the name of a test. Two suites may use the same name."""
    return f"{exercise_of(item)}::{item.name}"


def _role(item: pytest.Item) -> Role:
    if item.get_closest_marker("claim"):
        return "claim"
    return "supporting" if item.get_closest_marker("supporting") else "values"
