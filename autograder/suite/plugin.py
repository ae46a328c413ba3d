"""The pytest plugin for a run of hidden suites: its fixtures, and a record of each test.

The plugin turns an exception into an outcome. An error before a test can run is a fault of its
suite. An exception that a test did not expect is recorded as a failure of the student and listed as
unforeseen; the caller finds out whether the student caused it. Because of a fault, only its own
exercise is not graded.
"""

from __future__ import annotations

import hashlib
import hmac
import inspect
import traceback
from collections.abc import Callable, Container, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from autograder.course.training_terms import TrainingTerms
from autograder.errors import AutograderError, GraderInterrupted, SuiteError
from autograder.results import ExerciseResult, Fault, Outcome, Role, TestResult
from autograder.sandbox import CallFailed, HandleMisuse, Sandbox
from autograder.sandbox.protocol.remote_functions import Function
from autograder.suite.dependencies import dependencies_of, exercise_of, topological_order
from autograder.suite.expect import Mismatch
from autograder.suite.faults import fault_of
from autograder.suite.points import TestRecord
from autograder.suite.stand_ins import StandIns
from autograder.suite.student import CalledWrongly, Student
from autograder.suite.training import GradingData, NotTrainedEnough, Training, grading_data

MARKERS = (
    "weight(n): the test's share of the exercise's points (default 1)",
    "public: an example that students see; at most a fifth of an exercise's weight",
    "supporting: relates answers to each other or expects an error; needs a hidden test of values",
    "claim: rests on what the sandbox says; needs a hidden test of values",
    "aspect(name, ...): what the test measures, if not the values",
    "seconds(n): of computing time that one call of the test may take",
    "builds_on(name, ...): exercises graded before, the right functions in place of failed ones",
)


class GradingPlugin:
    """Provides the fixtures, and turns each test into a `TestRecord`.

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
        exercises: Sequence[str],
        only: frozenset[str],
        right: Callable[[str], Function] | None,
        terms: TrainingTerms | None,
        known: Mapping[str, ExerciseResult],
        frozen: Container[str],
    ) -> None:
        self._student = Student(sandbox)
        self._seed = seed
        self._exercises = exercises
        self._only = only
        self._terms = terms
        self._known = known
        self._frozen = frozen
        self._is_reused: dict[str, bool] = {}
        self._built_on: Mapping[str, tuple[str, ...]] = {}
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

    @pytest.fixture
    def student(self, request: pytest.FixtureRequest) -> Student:
        """The submission, with the test's time limit and reference functions."""
        exercise = exercise_of(request.node)
        replaced = self.stand_ins.of(exercise)
        self._student.begin(replaced, self._seconds(request))
        return self._student

    def _seconds(self, request: pytest.FixtureRequest) -> float | None:
        """The time limit for each call of a test: its dataset's if it trains, else its own."""
        if "training" in request.fixturenames and (seconds := self._training_terms().seconds):
            return seconds
        marker = request.node.get_closest_marker("seconds")
        return float(marker.args[0]) if marker else None

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> np.random.Generator:
        """A generator with the test's own seed."""
        return self._rng(request.node)

    @pytest.fixture
    def dataset(self) -> GradingData:
        """The images and labels of the dataset in use."""
        return grading_data(self._training_terms().dataset)

    @pytest.fixture
    def training(self, request: pytest.FixtureRequest) -> Training:
        """The terms of training, with seeds for this test and this submission."""
        self._training = Training(self._training_terms(), self._drawn(request.node))
        return self._training

    def _rng(self, item: pytest.Item) -> np.random.Generator:
        return np.random.default_rng(int.from_bytes(self._drawn(item), "big"))

    def _drawn(self, item: pytest.Item) -> bytes:
        name = f"{item.path.name}::{item.name}"
        return hmac.digest(self._seed, name.encode(), hashlib.sha256)

    def _training_terms(self) -> TrainingTerms:
        if self._terms is None:
            raise SuiteError("A suite trains, but its assignment.toml has no [training].")
        return self._terms

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> bool | None:
        """Leave out the tests of an exercise whose earlier result stands.

        It stands if it is frozen, or if the same of the exercises that it builds on are replaced.
        These come before.
        """
        exercise = exercise_of(item)
        if exercise not in self._is_reused:
            built_on = self.stand_ins.choose(
                exercise, self._built_on[exercise], self.records, self.faults
            )
            earlier = self._known.get(exercise)
            self._is_reused[exercise] = earlier is not None and (
                exercise in self._frozen or earlier.built_on == built_on
            )
            if earlier is not None and self._is_reused[exercise]:
                self.records += [TestRecord(exercise, test) for test in earlier.tests]
        return self._is_reused[exercise] or None

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool:
        """Call a test. `StandIns.judge` may call it twice, each time with `rng` at its start."""

        def test() -> None:
            names = inspect.signature(pyfuncitem.obj).parameters
            arguments = {name: pyfuncitem.funcargs[name] for name in names}
            if "rng" in arguments:
                arguments["rng"] = self._rng(pyfuncitem)
            pyfuncitem.obj(**arguments)

        self.stand_ins.judge(exercise_of(pyfuncitem), self._student, test)
        return True

    def pytest_configure(self, config: pytest.Config) -> None:
        for marker in MARKERS:
            config.addinivalue_line("markers", marker)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        if self._only:
            items[:] = [item for item in items if place_of(item) in self._only]
        self._built_on = dependencies_of(items)
        order, unordered = topological_order(self._exercises, self._built_on)
        for exercise, reason in unordered.items():
            file = next(item.path for item in items if exercise_of(item) == exercise)
            self.blame(fault_of(SuiteError(reason), file))
        items[:] = [item for item in items if exercise_of(item) not in self.faults]
        items.sort(key=lambda item: order.index(exercise_of(item)))

    def blame(self, fault: Fault) -> None:
        """Leave the fault's exercise ungraded. Only the first fault of an exercise is reported."""
        if fault.exercise not in self._exercises:
            self.fatal = SuiteError(str(fault))
        self.faults.setdefault(fault.exercise, fault)

    def pytest_exception_interact(
        self, node: pytest.Item | pytest.Collector, call: pytest.CallInfo[object]
    ) -> None:
        if isinstance(node, pytest.Collector) and call.excinfo is not None:
            self.blame(fault_of(call.excinfo.value, node.path))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            file = Path(report.nodeid.partition("::")[0])
            self.blame(fault_of(SuiteError("the suite was skipped"), file))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> pytest.TestReport:
        error = call.excinfo.value if call.excinfo is not None else None
        match error:
            case SuiteError():
                self.blame(fault_of(error, item.path, item.name, (item.location[1] or 0) + 1))
            case pytest.skip.Exception():
                skipped = SuiteError("the test was skipped")
                self.blame(fault_of(skipped, item.path, item.name, (item.location[1] or 0) + 1))
            case GraderInterrupted() | AutograderError():
                self.fatal = error
                raise pytest.exit.Exception(str(error))
            case _ if call.when == "call" or (error is not None and call.when == "setup"):
                self.records.append(self._record(item, error, call.duration))
            case Exception():
                self._not_foreseen(item, error)
        return pytest.TestReport(
            nodeid=item.nodeid,
            location=item.location,
            keywords={},
            outcome="passed" if error is None else "failed",
            longrepr=None,
            when=call.when if call.when != "collect" else "setup",
            duration=call.duration,
        )

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
        where = f"{self._student.last_call} " if self._student.last_call else ""
        match error:
            case None:
                return Outcome.PASSED, "", ""
            case CallFailed():
                return Outcome(error.outcome), self._student.as_called(error.message), error.detail
            case NotTrainedEnough():
                return Outcome.FAILED, error.message, error.detail
            case Mismatch():
                return Outcome.FAILED, where + error.message, error.detail
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
