"""Running hidden suites with pytest in the grader's process, against one sandbox.

pytest collects tests from the suite's folder only, reads no configuration and loads no other
plugin. The student's files are never on its path.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.course.training_terms import TrainingTerms
from autograder.errors import SuiteError
from autograder.results import ExerciseResult, Fault
from autograder.sandbox import Sandbox
from autograder.sandbox.protocol.remote_functions import Function
from autograder.suite.asked_calls import AskedCalls
from autograder.suite.faults import fault_of
from autograder.suite.plugin import GradingPlugin
from autograder.suite.points import TestRecord
from convgrade.release import suite_file_name

SETTINGS = Path(__file__).with_name("pytest.ini")
EXPECTED = (
    pytest.ExitCode.OK,
    pytest.ExitCode.TESTS_FAILED,
    pytest.ExitCode.NO_TESTS_COLLECTED,
)
OPTIONS_OF_OTHERS = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")  # for other tests on this machine
UNNEEDED_PLUGINS = (
    "cacheprovider", "debugging", "doctest", "faulthandler", "junitxml", "legacypath", "logging",
    "pastebin", "setuponly", "setupplan", "stepwise", "threadexception", "unraisableexception",
    "warnings", "terminal",
)  # fmt: skip


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
    """

    records: tuple[TestRecord, ...]
    unforeseen: Mapping[str, Fault] = field(default_factory=dict)
    replaced: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    faults: Mapping[str, Fault] = field(default_factory=dict)
    asked: AskedCalls = field(default_factory=AskedCalls, repr=False)
    built_on: Mapping[str, Mapping[str, bool]] = field(default_factory=dict)
    reused: frozenset[str] = frozenset()


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
) -> SuiteRun:
    """Run `test_<exercise>.py` in `folder` for each exercise, dependencies first.

    Args:
        folder: the hidden suites of one assignment.
        exercises: names of exercises, in the order to keep where dependencies allow it.
        sandbox: the submission.
        seed: every test's `rng` is derived from it.
        fingerprint: a digest of the suites. Their modules stay imported while it does not change.
        only: tests by suite and name (`place_of`); if there are any, no other test runs.
        right: returns the reference function for a name, for exercises with a failed dependency.
            Without it no function is replaced.
        terms: how training is done and judged, if an exercise trains.
        known: earlier results whose tests need not run again, unless the outcome of an exercise
            that theirs builds on has changed.
        frozen: those of them whose tests do not run again in any case.

    Returns:
        The outcome. If a suite cannot be read or run, its exercise is not graded and has a fault.

    Raises:
        SuiteError: pytest itself failed.
        AutograderError: the sandbox or its warm process failed.
    """
    files = [folder / suite_file_name(exercise) for exercise in exercises]
    known = known or {}
    plugin = GradingPlugin(sandbox, seed, exercises, frozenset(only), right, terms, known, frozen)
    for file in files:
        if not file.is_file():
            plugin.blame(fault_of(SuiteError("there is no such hidden suite"), file))
    arguments = [str(file) for file in files if file.is_file()]
    arguments += ["-c", str(SETTINGS), "--rootdir", str(folder), "--confcutdir", str(folder)]
    arguments += ["--continue-on-collection-errors"]
    arguments += ["--disable-plugin-autoload", "--capture=no", "--strict-markers"]
    arguments += ["--assert=plain"]  # else pytest prints any value of a student
    for name in UNNEEDED_PLUGINS:
        arguments += ["-p", f"no:{name}"]
    # an author's f-string may print a student's answer: keep the text short and fast to make
    printed = np.printoptions(threshold=100, edgeitems=1)
    with _importable(folder, fingerprint), _own_options(), printed:
        code = pytest.main(arguments, plugins=[plugin])
    if plugin.fatal is not None:
        raise plugin.fatal
    if code == pytest.ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    if code not in EXPECTED:
        raise SuiteError(f"pytest ended with {code!r} on the hidden suites in {folder}.")
    return SuiteRun(
        tuple(plugin.records),
        plugin.unforeseen,
        {**plugin.stand_ins.in_use, **{name: known[name].replaced for name in plugin.reused}},
        plugin.faults,
        plugin.asked,
        plugin.stand_ins.built_on,
        plugin.reused,
    )


_imported: dict[str, Any] = {"folder": None, "fingerprint": None}


@contextmanager
def _importable(folder: Path, fingerprint: str) -> Iterator[None]:
    """Let the suites of one folder import modules from it, and not those of another folder."""
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
    """Hide the environment's pytest options, which are for other tests, from this run."""
    removed = {name: os.environ.pop(name) for name in OPTIONS_OF_OTHERS if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(removed)


def _forget_modules_below(folder: Path | None) -> None:
    if folder is None:
        return
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if file and Path(file).is_relative_to(folder):
            del sys.modules[name]
