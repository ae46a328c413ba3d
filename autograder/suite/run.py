"""Running hidden suites with pytest in the grader's process, against one sandbox.

Here an exception becomes an outcome. pytest collects from the suite's folder only, reads no
configuration and loads no other plugin; the student's files are never on its path.
"""

from __future__ import annotations

import hashlib
import hmac
import inspect
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.errors import (
    AutograderError,
    EnvironmentUnusable,
    GraderInterrupted,
    IsolationUnavailable,
    SuiteError,
)
from autograder.results import Outcome
from autograder.sandbox import CallFailed, HandleMisuse, Sandbox
from autograder.sandbox.lent import Function
from autograder.suite.expect import Mismatch
from autograder.suite.phases import exercise_of, foundations, in_order
from autograder.suite.points import Role, TestRecord
from autograder.suite.stand_ins import StandIns
from autograder.suite.student import CalledWrongly, Student
from autograder.suite.training import GradingData, NotTrainedEnough, Training, grading_data
from autograder.training_terms import TrainingTerms

MARKERS = (
    "weight(n): the test's share of the exercise's points (default 1)",
    "public: an example that students see; at most a fifth of an exercise's weight",
    "supporting: relates answers to each other or expects an error; needs a hidden test of values",
    "claim: rests on what the sandbox says; needs a hidden test of values",
    "seconds(n): of computing time that one call of the test may take",
    "builds_on(name, ...): exercises graded before, the right functions in place of failed ones",
)
OPTIONS_OF_OTHERS = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")  # of whoever tests something else here
UNNEEDED_PLUGINS = (
    "cacheprovider", "debugging", "doctest", "faulthandler", "junitxml", "legacypath", "logging",
    "pastebin", "setuponly", "setupplan", "stepwise", "threadexception", "unraisableexception",
    "warnings", "terminal",
)  # fmt: skip


@dataclass(frozen=True)
class SuiteRun:
    """What a run found: the records, those whose test failed in a way it did not foresee, and for
    each exercise the functions that were replaced in it and asked for."""

    records: tuple[TestRecord, ...]
    unforeseen: tuple[str, ...] = ()
    replaced: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


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
) -> SuiteRun:
    """Run `test_<exercise>.py` of each exercise in `folder`, in order, each after those that it
    builds on.

    Args:
        folder: the hidden suites of one assignment.
        exercises: names of exercises.
        sandbox: the submission.
        seed: what every test's `rng` is derived from.
        fingerprint: a digest of the suites; modules stay imported while it does not change.
        only: names of tests, to run no other.
        right: gives the right function by name, for exercises that build on a failed one; without
            it nothing is replaced.
        terms: how training is done and judged, where something is trained.

    Raises:
        SuiteError: a suite cannot be collected, was skipped, or failed outside a test.
    """
    files = [folder / f"test_{exercise}.py" for exercise in exercises]
    missing = [file.name for file in files if not file.is_file()]
    if missing:
        raise SuiteError(f"There is no hidden suite {', '.join(missing)} in {folder}.")
    plugin = _GradingPlugin(sandbox, seed, list(exercises), frozenset(only), right, terms)
    arguments = [str(file) for file in files]
    arguments += ["-c", "/dev/null", "--rootdir", str(folder), "--confcutdir", str(folder)]
    arguments += ["--disable-plugin-autoload", "--capture=no", "--strict-markers"]
    arguments += ["--assert=plain"]  # rewriting would print whatever a student returned
    for name in UNNEEDED_PLUGINS:
        arguments += ["-p", f"no:{name}"]
    # an author's f-string may print whatever came back: keep that short, and quick to make
    printed = np.printoptions(threshold=100, edgeitems=1)
    with _importable(folder, fingerprint), _own_options(), printed:
        code = pytest.main(arguments, plugins=[plugin])
    if code == pytest.ExitCode.INTERRUPTED and not plugin.faults:
        raise KeyboardInterrupt
    if plugin.interruption is not None:
        raise plugin.interruption
    if plugin.faults:
        raise SuiteError(plugin.faults[0])
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise SuiteError(f"pytest ended with {code!r} on the hidden suites in {folder}.")
    return SuiteRun(tuple(plugin.records), tuple(plugin.unforeseen), plugin.stand_ins.in_use)


class _GradingPlugin:
    """A pytest plugin that holds the fixtures and turns each test into a `TestRecord`."""

    def __init__(
        self,
        sandbox: Sandbox,
        seed: bytes,
        exercises: list[str],
        only: frozenset[str],
        right: Callable[[str], Function] | None,
        terms: TrainingTerms | None,
    ) -> None:
        self._student = Student(sandbox)
        self._seed = seed
        self._exercises = exercises
        self._only = only
        self._terms = terms
        self._built_on: Mapping[str, tuple[str, ...]] = {}
        self._training: Training | None = None
        self.stand_ins = StandIns(right)
        self.records: list[TestRecord] = []
        self.unforeseen: list[str] = []
        self.faults: list[str] = []
        self.interruption: BaseException | None = None

    @pytest.fixture
    def student(self, request: pytest.FixtureRequest) -> Student:
        exercise = exercise_of(request.node)
        replaced = self.stand_ins.of(exercise, self._built_on[exercise], self.records)
        self._student.begin(replaced, self._seconds(request))
        return self._student

    def _seconds(self, request: pytest.FixtureRequest) -> float | None:
        """The limit of its calls that a test has: its dataset's, where it trains, or its own."""
        if "training" in request.fixturenames and (seconds := self._training_terms().seconds):
            return seconds
        marker = request.node.get_closest_marker("seconds")
        return float(marker.args[0]) if marker else None

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> np.random.Generator:
        return self._rng(request.node)

    @pytest.fixture
    def dataset(self) -> GradingData:
        return grading_data(self._training_terms().dataset)

    @pytest.fixture
    def training(self, request: pytest.FixtureRequest) -> Training:
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
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool:
        """Call a test; `StandIns.judge` may do so twice, each time with an `rng` from its start."""

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
            items[:] = [item for item in items if item.name in self._only]
        self._built_on = foundations(items)
        try:
            order = in_order(self._exercises, self._built_on)
        except SuiteError as error:
            self.faults.append(str(error))
            items.clear()
            return
        items.sort(key=lambda item: order.index(exercise_of(item)))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.faults.append(f"The suite {report.nodeid} cannot be collected: {report.longrepr}")
        elif report.skipped:
            self.faults.append(f"The suite {report.nodeid} was skipped.")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> pytest.TestReport:
        error = call.excinfo.value if call.excinfo is not None else None
        if isinstance(error, GraderInterrupted | EnvironmentUnusable | IsolationUnavailable):
            self.faults.append(str(error))
            self.interruption = error
            raise pytest.exit.Exception(str(error))
        if call.when == "call" and not isinstance(error, AutograderError | pytest.skip.Exception):
            self.records.append(self._record(item, error, call.duration))
        elif error is not None:
            if isinstance(error, AutograderError):
                self.faults.append(f"{item.name}: {error}")
            else:
                text = "".join(traceback.format_exception(error))
                self.faults.append(f"{item.name} failed outside the test itself:\n{text}")
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
        return TestRecord(
            exercise=exercise_of(item),
            name=item.name,
            title=doc.strip().splitlines()[0],
            visibility="public" if item.get_closest_marker("public") else "hidden",
            role=_role(item),
            weight=float(weight.args[0]) if weight else 1.0,
            outcome=outcome,
            message=message,
            detail=detail,
            seconds=round(seconds, 4),
            training=trained.record.as_plain() if trained and trained.record else None,
        )

    def _explain(self, item: pytest.Item, error: BaseException | None) -> tuple[Outcome, str, str]:
        where = f"{self._student.last_call} " if self._student.last_call else ""
        match error:
            case None:
                return "passed", "", ""
            case CallFailed():
                return error.outcome, self._student.as_called(error.message), error.detail
            case NotTrainedEnough():
                return "failed", error.message, error.detail
            case Mismatch():
                return "failed", where + error.message, error.detail
            case HandleMisuse():
                return "failed", f"{where}did not return plain numbers.", str(error)
        detail = "".join(traceback.format_exception(error))
        if isinstance(error, AssertionError):
            return "failed", f"{where}does not have the property that this test asks for.", detail
        self.unforeseen.append(item.name)
        if isinstance(error, CalledWrongly):
            return "failed", where + str(error), detail
        return "failed", f"{where}returned something that this test cannot read.", detail


def _role(item: pytest.Item) -> Role:
    if item.get_closest_marker("claim"):
        return "claim"
    return "supporting" if item.get_closest_marker("supporting") else "values"


_imported: dict[str, Any] = {"folder": None, "fingerprint": None}


@contextmanager
def _importable(folder: Path, fingerprint: str) -> Iterator[None]:
    """Let the suites of one folder import what lies beside them, and those of another not."""
    if (folder, fingerprint) != (_imported["folder"], _imported["fingerprint"]):
        _forget_modules_below(_imported["folder"])
        _forget_modules_below(folder)
        _imported.update(folder=folder, fingerprint=fingerprint)
    path = sys.path.copy()
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path[:] = path


@contextmanager
def _own_options() -> Iterator[None]:
    """Keep pytest from options that the environment has for the tests of somebody else."""
    theirs = {name: os.environ.pop(name) for name in OPTIONS_OF_OTHERS if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(theirs)


def _forget_modules_below(folder: Path | None) -> None:
    if folder is None:
        return
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if file and Path(file).is_relative_to(folder):
            del sys.modules[name]
