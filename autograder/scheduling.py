"""Many submissions: local processes, results written as they come, and going on where one stopped.

Nothing here decides a score. Each worker process is trusted; it holds the hidden suites and
talks to sandboxes that one shared warm process forks.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.course import Assignment, load_assignment
from autograder.errors import GraderInterrupted
from autograder.findings import ungraded
from autograder.grading import grade, limits, new_warm_process, rejected
from autograder.provenance import versions
from autograder.results import Result
from autograder.sandbox import Isolation
from autograder.stored import current, result_file
from autograder.workers import ignore_interrupts, pool_of

WALL_SLACK = 60.0
"""Seconds beyond all limits of the sandbox after which a worker gives up on a submission."""


@dataclass(frozen=True)
class Task:
    """One submission to grade: whose, the file or the student's folder, and what lies beside it.

    Without a seed, the course secret gives it.
    """

    student: str
    path: Path
    seed: bytes | None = None
    beside: tuple[Path, ...] = ()


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
    results: dict[tuple[str, str], Result] = {}
    for result in _in_parallel(assignment, list(dict.fromkeys(tasks)), isolation, jobs):
        results[result.student, result.submission] = result
        on_result(result)
    return [results[task.student, str(task.path)] for task in tasks]


def _nothing_to_grade(
    assignment: Assignment, student: str, place: Path, isolation: Isolation, reason: str
) -> Result:
    blank = Result(
        assignment=assignment.name,
        student=student,
        submission=str(place),
        status="rejected",
        isolation=isolation,
        dataset=assignment.dataset,
        versions=versions(),
    )
    return rejected(blank, assignment, reason)


def _in_parallel(
    assignment: Assignment, tasks: list[Task], isolation: Isolation, jobs: int | None
) -> Iterator[Result]:
    """Results as they come; a worker that dies costs its submission a second try, alone."""
    workers = max(1, min(jobs or os.cpu_count() or 1, len(tasks)))
    suspects: list[Task] = []
    with pool_of(workers, ignore_interrupts) as pool:
        _start_importing(pool, workers)
        with new_warm_process(assignment, isolation) as zygote:
            running: dict[Future[Result], Task] = {}
            with contextlib.suppress(BrokenProcessPool):
                for task in tasks:
                    running[_submit(pool, assignment, task, zygote.address, isolation)] = task
            suspects += tasks[len(running) :]
            try:
                while running:
                    done, _ = wait(running, return_when=FIRST_COMPLETED)
                    for future in done:
                        task = running.pop(future)
                        try:
                            yield future.result()
                        except BrokenProcessPool:
                            suspects.append(task)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
            for task in suspects:
                yield _alone(assignment, task, zygote.address, isolation)


def _start_importing(pool: ProcessPoolExecutor, workers: int) -> None:
    """Have the workers there by the time that the warm process is."""
    with contextlib.suppress(BrokenProcessPool):
        for _ in range(workers):
            pool.submit(os.getpid)


def _alone(assignment: Assignment, task: Task, address: str, isolation: Isolation) -> Result:
    """Grade in a worker of its own; where that dies too, the grader has failed, not the student."""
    with pool_of(1, ignore_interrupts) as pool:
        try:
            return _submit(pool, assignment, task, address, isolation).result()
        except BrokenProcessPool:
            blank = _nothing_to_grade(assignment, task.student, task.path, isolation, "")
            reason = "The grader's own process died twice on this submission."
            return ungraded(replace(blank, written=()), assignment, reason)


def _submit(
    pool: ProcessPoolExecutor,
    assignment: Assignment,
    task: Task,
    address: str,
    isolation: Isolation,
) -> Future[Result]:
    which = (assignment.name, assignment.root, assignment.dataset)
    return pool.submit(_grade_task, *which, task, address, isolation)


def _grade_task(
    name: str, root: Path, dataset: str, task: Task, address: str, isolation: Isolation
) -> Result:
    """Grade one submission in a worker, with an alarm behind the sandbox's own limits."""
    assignment = load_assignment(name, root).on(dataset)
    seconds = 4 * limits(assignment).submission_seconds + WALL_SLACK

    def give_up(*_: object) -> None:
        raise GraderInterrupted(f"Not done after {seconds:.0f} seconds.")

    signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        return grade(
            task.path,
            assignment,
            task.seed,
            student=task.student,
            zygote=address,
            isolation=isolation,
            beside=task.beside,
        )
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
