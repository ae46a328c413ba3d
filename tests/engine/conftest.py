"""Fixtures that several tests of the engine share."""

from __future__ import annotations

import fcntl
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import psutil
import pytest
from batches import Batch
from chromium import CHROMIUM, QUIET
from graders import grade
from hypothesis import settings
from mini_course import write_mini_course
from sandboxes import available, warm_processes

from autograder import diagnosis
from autograder.course.assignment import Assignment
from autograder.diagnosis import Misconception
from autograder.results import Result
from autograder.sandbox import WarmProcess

pytest.register_assert_rewrite("suite_checks")

# How long an example takes is the machine's affair.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    # A shell starts jobs in the background like this; tests of Ctrl-C start processes that heed it.
    signal.signal(signal.SIGINT, signal.default_int_handler)

FIRST = ("test_exploits.py", "test_suites_alexnet.py", "test_suites_lenet5.py")
"""The files that take longest: those that begin late leave the other workers idle at the end."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The order of the tests: see `make test`."""
    items.sort(key=lambda item: FIRST.index(item.path.name) if item.path.name in FIRST else 99)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    from groups import LoadGroups  # it needs pytest-xdist

    return LoadGroups(config, log)


@pytest.fixture
def mini_course(tmp_path: Path) -> Assignment:
    """The miniature assignment, in a course of its own."""
    return write_mini_course(tmp_path / "course")


@pytest.fixture(scope="module")
def warm_process() -> Iterator[WarmProcess]:
    """A warm process of the test's module, as isolated as this machine allows."""
    with WarmProcess(isolation=available()) as warm:
        yield warm


@pytest.fixture(scope="session")
def warm_process_with() -> Iterator[Callable[[tuple[str, ...]], str]]:
    """Gives the address of a warm process with these libraries, one for all tests that ask."""
    with ExitStack() as stack:
        yield cache(lambda preload: stack.enter_context(WarmProcess(preload)).address)


@pytest.fixture
def own_warm_processes() -> Callable[[], list[psutil.Process]]:
    """Lists the warm processes that the test itself has started: others belong to other tests."""
    return partial(warm_processes, but=warm_processes())


@pytest.fixture(scope="module")
def tensorflow(
    request: pytest.FixtureRequest, warm_process_with: Callable[[tuple[str, ...]], str]
) -> str:
    """The address of a warm process with what the `SUITE` of the tests' module preloads."""
    return warm_process_with(request.module.SUITE.assignment.preload)


@pytest.fixture(scope="module")
def graded(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Callable[[Misconception], Result]:
    """The result of a misconception of `SUITE` among right answers, without those of its batch.

    Each batch is graded once, whichever of the processes that run tests needs it first.
    """
    suite = request.module.SUITE
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    folder /= f"misconceptions-{suite.name}"
    folder.mkdir(exist_ok=True)

    @cache
    def of(batch: Batch) -> Result:
        stem = folder / batch[0].name
        with stem.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if (known := stem.with_suffix(".json")).exists():
                return Result.from_json(known.read_text(encoding="utf-8"))
            text = diagnosis.as_submission(suite.assignment, *(each.function for each in batch))
            stem.with_suffix(".py").write_text(text, encoding="utf-8")
            part = suite.part(suite.touched(*batch))
            in_keras = part.preload != ("numpy",)
            warm_process = request.getfixturevalue("tensorflow") if in_keras else None
            result = grade(
                stem.with_suffix(".py"),
                part,
                suite.seeds[0],
                warm_process=warm_process,
                advice=("hints",),
            )
            result.write(known)
            return result

    def result(which: Misconception) -> Result:
        batch = suite.batch_of[which]
        others = {each.exercise for each in batch} - {which.exercise}
        whole = of(batch)
        kept = tuple(each for each in whole.exercises if each.name not in others)
        return replace(whole, exercises=kept)

    return result


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium, as Playwright drives it."""
    from playwright.sync_api import sync_playwright

    if CHROMIUM is None:
        pytest.skip("there is no Chromium on this machine")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield started
        started.close()
