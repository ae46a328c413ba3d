"""Hidden suites as pytest has collected them, ready to run for one submission after another.

Collecting takes longer than running a quick suite, so it happens once in a process. pytest collects
tests from the suite's folder only, reads no configuration and loads no other plugin. The student's
files are never on its path.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
from _pytest.config import _prepareconfig  # as pytest-xdist does: there is no public way

from autograder.errors import SuiteError
from autograder.results import Fault
from autograder.suite.dependencies import exercise_of
from autograder.suite.faults import author_error, fault_of
from autograder.suite.grading_run import GradingRun, place_of
from autograder.suite.plugin import GradingPlugin
from convgrade.release import suite_file_name

SETTINGS = Path(__file__).with_name("pytest.ini")
OPTIONS_OF_OTHERS = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")  # for other tests on this machine
UNNEEDED_PLUGINS = (
    "cacheprovider", "debugging", "doctest", "faulthandler", "junitxml", "legacypath", "logging",
    "pastebin", "setuponly", "setupplan", "stepwise", "threadexception", "unraisableexception",
    "warnings", "terminal",
)  # fmt: skip


class CollectedSuites:
    """The collected tests of `test_<exercise>.py` in a folder, for each exercise.

    Attributes:
        faults: one fault for each exercise whose suite cannot be read.

    Raises:
        SuiteError: pytest itself failed.
    """

    def __init__(self, folder: Path, exercises: Sequence[str]) -> None:
        self._plugin = GradingPlugin(exercises)
        files = [folder / suite_file_name(exercise) for exercise in exercises]
        for file in files:
            if not file.is_file():
                self._plugin.blame(fault_of(SuiteError("there is no such hidden suite"), file))
        self._closing = ExitStack()
        try:
            self._collect(folder, [file for file in files if file.is_file()])
        except Exception as error:
            self.close()
            raise SuiteError(f"pytest cannot collect the suites in {folder}: {error}") from error
        except SystemExit as error:
            self.close()
            found = fault_of(error, folder / "__init__.py")
            raise author_error(folder / found.file, found.line, found.error) from error
        except BaseException:
            self.close()
            raise
        if self._plugin.fatal is not None:
            self.close()
            raise self._plugin.fatal

    @property
    def faults(self) -> Mapping[str, Fault]:
        return self._plugin.faults

    @property
    def items(self) -> Sequence[pytest.Item]:
        """The tests of the suites that can be read."""
        return self._plugin.items

    def _collect(self, folder: Path, files: Sequence[Path]) -> None:
        arguments = [str(file) for file in files]
        arguments += ["-c", str(SETTINGS), "--rootdir", str(folder), "--confcutdir", str(folder)]
        arguments += ["--continue-on-collection-errors"]
        arguments += ["--disable-plugin-autoload", "--capture=no", "--strict-markers"]
        arguments += ["--assert=plain"]  # else pytest prints any value of a student
        for name in UNNEEDED_PLUGINS:
            arguments += ["-p", f"no:{name}"]
        config = _prepareconfig(arguments, [self._plugin])
        self._closing.callback(config._ensure_unconfigure)
        session = pytest.Session.from_config(config)
        config._do_configure()
        config.hook.pytest_sessionstart(session=session)
        self._closing.callback(config.hook.pytest_sessionfinish, session=session, exitstatus=0)
        if files:  # without a file, pytest would look for tests itself
            config.hook.pytest_collection(session=session)

    def places(self, exercise: str, *, public: bool = False) -> tuple[str, ...]:
        """The tests of an exercise (`place_of`), in their order; or only the public ones."""
        return tuple(
            place_of(item)
            for item in self._plugin.items
            if exercise_of(item) == exercise
            and (not public or item.get_closest_marker("public") is not None)
        )

    def run(self, run: GradingRun, only: frozenset[str] = frozenset()) -> None:
        """Run the tests for one submission, dependencies first.

        Args:
            run: the submission, and what becomes of the tests.
            only: tests by suite and name (`place_of`); if there are any, no other test runs.

        Raises:
            BaseException: what ended the run. Then these suites cannot be run again.
        """
        self._plugin.run = run
        items = [item for item in self._plugin.items if not only or place_of(item) in only]
        try:
            for item, following in zip_longest(items, items[1:]):
                self._plugin.run_test(item, following)
        except pytest.exit.Exception:
            if run.fatal is None:
                raise
            raise run.fatal from None

    def close(self) -> None:
        """End pytest's session; idempotent."""
        self._closing.close()


_kept: dict[tuple[Path, tuple[str, ...], str], CollectedSuites] = {}
_imported: dict[str, Any] = {"folder": None, "fingerprint": None}


@contextmanager
def collected(
    folder: Path, exercises: Sequence[str], fingerprint: str
) -> Iterator[CollectedSuites]:
    """The suites of a folder, which they may import modules from.

    Args:
        folder: the hidden suites of one assignment.
        exercises: names of exercises, in the order to keep where dependencies allow it.
        fingerprint: a digest of the suites. They are kept while it does not change; without it,
            they are read anew.

    Raises:
        SuiteError: pytest itself failed.
    """
    key = folder, tuple(exercises), fingerprint
    with _importable(folder, fingerprint), _own_options():
        suites = _kept.pop(key, None) or CollectedSuites(folder, exercises)
        try:
            yield suites
        except BaseException:
            suites.close()
            raise
        if fingerprint:
            _keep(key, suites)
        else:
            suites.close()


def _keep(key: tuple[Path, tuple[str, ...], str], suites: CollectedSuites) -> None:
    while _kept:
        _kept.popitem()[1].close()
    _kept[key] = suites


@contextmanager
def _importable(folder: Path, fingerprint: str) -> Iterator[None]:
    """Let the suites of one folder import modules from it, and not those of another folder."""
    known = _imported["folder"], _imported["fingerprint"]
    if not fingerprint or (folder, fingerprint) != known:
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
