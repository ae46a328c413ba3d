"""`grade` for tests: as `Grader` grades, with warm processes that are kept from test to test.

The search for advice takes most of the time of grading a wrong answer. Here it is left out unless a
test asks for it.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Collection
from pathlib import Path
from typing import Any, cast

from autograder.course.assignment import Assignment
from autograder.grading.advice import AdviceKind
from autograder.grading.grader import ChooseWarmProcess, Grader
from autograder.grading.warm_processes import WarmProcesses
from autograder.results import Result
from autograder.sandbox import Isolation

ISOLATION = cast(Isolation, os.environ.get("ISOLATION_OF_TESTS", "namespaces"))
"""`test_containers.py` and `test_exploits_restricted.py` run other files with another one."""

_kept: dict[tuple[Any, ...], WarmProcesses] = {}


def grade(
    path: Path,
    assignment: Assignment,
    seed: bytes | None = None,
    *,
    warm_process: str | ChooseWarmProcess | None = None,
    isolation: Isolation = ISOLATION,
    dataset: str | None = None,
    advice: Collection[AdviceKind] = (),
    **options: Any,
) -> Result:
    """Grade one file; without a warm process, in one that other tests use too."""
    if dataset is not None:
        assignment = assignment.on(dataset)
    if warm_process is None:
        own = (assignment.preload, bool(assignment.training), isolation)
        kept = _kept.setdefault(own, WarmProcesses(assignment, isolation))
        warm_process = lambda submission: kept.address(submission.imports)  # noqa: E731
    with Grader(assignment, isolation=isolation, warm_process=warm_process) as grader:
        return grader.grade(path, seed, advice=advice, **options)


@atexit.register
def close_warm_processes() -> None:
    """End those that tests have left."""
    while _kept:
        _kept.popitem()[1].close()
