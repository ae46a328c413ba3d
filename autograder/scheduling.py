"""Many submissions: local processes, results written as they come, and going on where one stopped.

Nothing here decides a score. Each worker process is trusted; it holds the hidden suites and
talks to sandboxes that shared warm processes fork (`batch`).
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from autograder.batch import Batch, Task
from autograder.course import Assignment
from autograder.environment import require_usable
from autograder.results import Result
from autograder.sandbox import Isolation
from autograder.stored import current, result_file
from autograder.workers import ignore_interrupts, pool_of

__all__ = ["Task", "grade_class", "grade_files", "handed_in"]


def handed_in(assignment: Assignment) -> dict[str, Path]:
    """The folders `submitted/<student>/<assignment>/`, by student."""
    folders = sorted(assignment.root.glob(f"submitted/*/{assignment.name}"))
    return {folder.parent.name: folder for folder in folders}


def grade_class(
    assignment: Assignment,
    submissions: Mapping[str, Path],
    *,
    jobs: int | None = None,
    isolation: Isolation = "namespaces",
    on_result: Callable[[Result], None] = lambda result: None,
    fresh: bool = False,
) -> list[Result]:
    """Grade many submissions in parallel, writing each result file as soon as it is there.

    Args:
        assignment: what they answer.
        submissions: by student, a file, or a folder in which to look for it.
        jobs: worker processes, by default one per processor.
        isolation: as for `grade`.
        on_result: called in this process with each result, in the order in which they come.
        fresh: grade again even where a stored result is current.

    Returns:
        The results in the order of `submissions`.

    Raises:
        IsolationUnavailable: this machine lacks a required protection.
    """
    results: dict[str, Result] = {}

    def finish(result: Result) -> None:
        result.write(result_file(assignment, result.student))
        results[result.student] = result
        on_result(result)

    waiting: list[Task] = []
    for student, place in submissions.items():
        task = Task(student, place)
        known = None if fresh else current(task.path, assignment, task.student, isolation)
        if known is None:
            waiting.append(task)
        else:
            results[student] = known
            on_result(known)
    if waiting:
        for result in _in_parallel(assignment, waiting, isolation, jobs):
            finish(result)
    return [results[student] for student in submissions]


def grade_files(
    assignment: Assignment,
    tasks: Sequence[Task],
    *,
    jobs: int | None = None,
    isolation: Isolation = "namespaces",
    on_result: Callable[[Result], None] = lambda result: None,
) -> list[Result]:
    """Grade files in parallel and write nothing anywhere; the arguments are those of `grade_class`.

    Returns:
        The results in the order of `tasks`.
    """
    results: list[Result] = []
    for result in _in_parallel(assignment, list(dict.fromkeys(tasks)), isolation, jobs):
        results.append(result)
        on_result(result)
    return [next(result for result in results if _is_of(result, task)) for task in tasks]


def _is_of(result: Result, task: Task) -> bool:
    """Whether a result is that of a task, which may have named the folder that the file is in."""
    return result.student == task.student and Path(result.submission).is_relative_to(task.path)


def _in_parallel(
    assignment: Assignment, tasks: list[Task], isolation: Isolation, jobs: int | None
) -> Iterator[Result]:
    """Results as they come."""
    require_usable()
    workers = max(1, min(jobs or os.cpu_count() or 1, len(tasks)))
    with (
        pool_of(workers, ignore_interrupts) as pool,
        contextlib.closing(Batch(assignment, isolation, pool)) as batch,
    ):
        try:
            yield from batch.results(tasks)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
