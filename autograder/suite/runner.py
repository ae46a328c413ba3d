"""Running hidden suites with pytest in the grader's process, against one sandbox.

pytest collects from the suite's folder only, reads no configuration and loads no other plugin; the
student's files are never on its path.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.course.release import suite_file_name
from autograder.course.training_terms import TrainingTerms
from autograder.errors import SuiteError
from autograder.results import Fault
from autograder.sandbox import Sandbox
from autograder.sandbox.protocol.remote_functions import Function
from autograder.suite.faults import fault_of
from autograder.suite.plugin import GradingPlugin
from autograder.suite.points import TestRecord

SETTINGS = Path(__file__).with_name("pytest.ini")
EXPECTED = (
    pytest.ExitCode.OK,
    pytest.ExitCode.TESTS_FAILED,
    pytest.ExitCode.NO_TESTS_COLLECTED,
)
OPTIONS_OF_OTHERS = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")  # of whoever tests something else here
UNNEEDED_PLUGINS = (
    "cacheprovider", "debugging", "doctest", "faulthandler", "junitxml", "legacypath", "logging",
    "pastebin", "setuponly", "setupplan", "stepwise", "threadexception", "unraisableexception",
    "warnings", "terminal",
)  # fmt: skip


@dataclass(frozen=True)
class SuiteRun:
    """What a run found: the records, those whose test failed in a way it did not foresee (by suite
    and name), for each exercise the functions that were replaced in it and asked for, and by
    exercise the faults for which one could not be graded."""

    records: tuple[TestRecord, ...]
    unforeseen: Mapping[str, Fault] = field(default_factory=dict)
    replaced: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    faults: Mapping[str, Fault] = field(default_factory=dict)


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
        only: tests by suite and name (`place_of`), to run no other.
        right: gives the right function by name, for exercises that build on a failed one; without
            it nothing is replaced.
        terms: how training is done and judged, where something is trained.

    Returns:
        What was found. A suite that cannot be read or run costs its exercise, and is named.

    Raises:
        SuiteError: pytest itself failed.
        AutograderError: the sandbox, or what it is forked from, failed.
    """
    files = [folder / suite_file_name(exercise) for exercise in exercises]
    plugin = GradingPlugin(sandbox, seed, exercises, frozenset(only), right, terms)
    for file in files:
        if not file.is_file():
            plugin.blame(fault_of(SuiteError("there is no such hidden suite"), file))
    arguments = [str(file) for file in files if file.is_file()]
    arguments += ["-c", str(SETTINGS), "--rootdir", str(folder), "--confcutdir", str(folder)]
    arguments += ["--continue-on-collection-errors"]
    arguments += ["--disable-plugin-autoload", "--capture=no", "--strict-markers"]
    arguments += ["--assert=plain"]  # rewriting would print whatever a student returned
    for name in UNNEEDED_PLUGINS:
        arguments += ["-p", f"no:{name}"]
    # an author's f-string may print whatever came back: keep that short, and quick to make
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
        tuple(plugin.records), plugin.unforeseen, plugin.stand_ins.in_use, plugin.faults
    )


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
