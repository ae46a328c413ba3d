"""The pytest plugin for hidden suites: their fixtures, and what becomes of each test.

The suites are collected once and run for one submission after another. The plugin knows what holds
for all of them; `GradingRun` knows one submission.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from autograder.errors import SuiteError
from autograder.results import Fault
from autograder.suite.dependencies import dependencies_of, exercise_of, topological_order
from autograder.suite.faults import fault_of
from autograder.suite.grading_run import ExamplesJudge, GradingRun
from autograder.suite.plain_tests import arguments_of, plain_exercises
from autograder.suite.student import Student
from autograder.suite.training import GradingData, Training, grading_data

MARKERS = (
    "weight(n): the test's share of the exercise's points (default 1)",
    "public: an example that students see; at most a fifth of an exercise's weight",
    "supporting: relates answers to each other or expects an error; needs a hidden test of values",
    "claim: rests on what the sandbox says; needs a hidden test of values",
    "aspect(name, ...): what the test measures, if not the values",
    "seconds(n): of computing time that one call of the test may take",
    "builds_on(name, ...): exercises graded before, the right functions in place of failed ones",
)


MARKS_WITH_A_NUMBER = ("weight", "seconds")
MARKS_WITH_NAMES = ("aspect", "builds_on")
MARKS_ALONE = ("public", "supporting", "claim")


class GradingPlugin:
    """Provides the fixtures, and hands each test to the run of the present submission.

    Attributes:
        exercises: names of exercises, in the order to keep where dependencies allow it.
        items: the tests, dependencies first.
        built_on: for each exercise, its dependencies.
        faults: one fault for each exercise whose suite cannot be read.
        fatal: the error because of which nothing can be run.
        run: the run of the present submission; set it before a test runs.
    """

    run: GradingRun
    _item: pytest.Function

    def __init__(self, exercises: Sequence[str]) -> None:
        self.exercises = exercises
        self.items: list[pytest.Item] = []
        self.built_on: Mapping[str, tuple[str, ...]] = {}
        self._plain: frozenset[str] = frozenset()
        self.faults: dict[str, Fault] = {}
        self.fatal: SuiteError | None = None

    # `self._item` takes the place of pytest's `request`, which costs more than all else of a test.

    @pytest.fixture
    def student(self) -> Student:
        """The submission, with the test's time limit and reference functions."""
        return self.run.student_for(self._item)

    @pytest.fixture
    def rng(self) -> np.random.Generator:
        """A generator with the test's own seed."""
        return self.run.rng(self._item)

    @pytest.fixture
    def dataset(self) -> GradingData:
        """The images and labels of the dataset in use."""
        return grading_data(self.run.terms.dataset)

    @pytest.fixture
    def training(self) -> Training:
        """The terms of training, with seeds for this test and this submission."""
        return self.run.training_for(self._item)

    @pytest.fixture
    def examples(self) -> ExamplesJudge:
        """Judges the examples that the student gave for an exercise."""
        self.run.student_for(self._item)
        return self.run.examples

    def run_test(self, item: pytest.Item, following: pytest.Item | None) -> None:
        """Run a test, without pytest's protocol if its suite allows that.

        Raises:
            pytest.exit.Exception: the grader itself failed, so that no further test can run.
        """
        if exercise_of(item) not in self._plain:
            item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
            return
        assert isinstance(item, pytest.Function)
        if not self.pytest_runtest_protocol(item):
            call = pytest.CallInfo.from_call(
                partial(self._call, item), "call", (pytest.exit.Exception, KeyboardInterrupt)
            )
            self.run.note(item, call, call.excinfo.value if call.excinfo is not None else None)

    def _call(self, item: pytest.Function) -> None:
        item.funcargs = arguments_of(item)
        self.pytest_pyfunc_call(item)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Function) -> bool | None:
        """Leave out the tests of an exercise whose earlier result stands."""
        self._item = item
        return self.run.is_reused(exercise_of(item), self.built_on) or None

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool:
        """Call a test. `StandIns.judge` may call it twice, each time with `rng` at its start."""
        arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
        called_before = False

        def test() -> None:
            nonlocal called_before
            if called_before and "rng" in arguments:
                arguments["rng"] = self.run.rng(pyfuncitem)
            called_before = True
            pyfuncitem.obj(**arguments)

        self.run.judge(exercise_of(pyfuncitem), test)
        return True

    def pytest_configure(self, config: pytest.Config) -> None:
        for marker in MARKERS:
            config.addinivalue_line("markers", marker)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        self.built_on = dependencies_of(items)
        order, unordered = topological_order(self.exercises, self.built_on)
        for exercise, reason in unordered.items():
            file = next(item.path for item in items if exercise_of(item) == exercise)
            self.blame(fault_of(SuiteError(reason), file))
        for item in items:
            for wrong in filter(None, map(_fault_of_mark, item.iter_markers())):
                line = (item.location[1] or 0) + 1
                self.blame(fault_of(SuiteError(wrong), item.path, item.name, line))
        items[:] = [item for item in items if exercise_of(item) not in self.faults]
        items.sort(key=lambda item: order.index(exercise_of(item)))
        self.items = items
        self._plain = plain_exercises(items, self)

    def blame(self, fault: Fault) -> None:
        """Leave the fault's exercise ungraded. Only the first fault of an exercise is reported."""
        if fault.exercise not in self.exercises:
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
        self.run.note(item, call, error)
        return pytest.TestReport(
            nodeid=item.nodeid,
            location=item.location,
            keywords={},
            outcome="passed" if error is None else "failed",
            longrepr=None,
            when=call.when if call.when != "collect" else "setup",
            duration=call.duration,
        )


def _fault_of_mark(mark: pytest.Mark) -> str:
    """What is wrong with the arguments of a mark, or ""."""
    if mark.name in MARKS_WITH_A_NUMBER and not (len(mark.args) == 1 and _is_size(mark.args[0])):
        return f"{mark.name} must have one number above 0"
    if mark.name in MARKS_WITH_NAMES and not (mark.args and all(map(_is_name, mark.args))):
        return f'{mark.name} must have a name, as in {mark.name}("x")'
    if mark.name in MARKS_ALONE and (mark.args or mark.kwargs):
        return f"{mark.name} was given what it does not take"
    return ""


def _is_size(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 < value < math.inf


def _is_name(value: object) -> bool:
    return isinstance(value, str) and value != ""
