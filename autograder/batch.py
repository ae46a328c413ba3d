"""One run over many submissions: which worker and which warm process each goes to, and how often.

A submission is begun in the warm process of the assignment. Where it imports more, it moves to one
that has loaded that; where a process ended under it, it is begun again. Nothing here decides a
score.
"""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from autograder.course import Assignment, load_assignment
from autograder.errors import GraderInterrupted
from autograder.findings import ungraded
from autograder.grading import ATTEMPTS, blank_result, grade, limits
from autograder.results import Result
from autograder.sandbox import Isolation, Zygote, allowance, speed
from autograder.submission import Submission
from autograder.warm_processes import LOADED, MOST_ALIVE, Libraries, libraries, start
from autograder.workers import Pool, WorkerDied

WALL_SLACK = 60.0
"""Seconds beyond the limits of the sandbox after which a worker looks whether to give up."""


@dataclass(frozen=True)
class Task:
    """One submission to grade: whose, the file or the student's folder, and what lies beside it.

    Without a seed, the course secret gives it.
    """

    student: str
    path: Path
    seed: bytes | None = None
    beside: tuple[Path, ...] = ()


@dataclass(frozen=True)
class _Try:
    """A task on its way: how often a process ended under it, of the grader's and of any."""

    task: Task
    deaths: int = 0
    losses: int = 0


@dataclass(frozen=True)
class _Moved:
    """A submission cannot be graded where it is: it needs other libraries, or a new process."""

    more: Libraries
    is_lost: bool = False


class _Leaves(BaseException):
    """Ends the grading of a submission in this place; holds where it goes, a `_Moved`."""


class Batch:
    """Owns the warm processes of one run; the workers are its caller's."""

    def __init__(self, assignment: Assignment, isolation: Isolation, pool: Pool) -> None:
        self._assignment = assignment
        self._isolation: Isolation = isolation
        self._pool = pool
        self._starter = ThreadPoolExecutor(1, "warm process")
        self._starting: dict[Future[Zygote], Libraries] = {}
        self._warm: dict[Libraries, Zygote] = {}  # the last used stands last
        self._waiting: dict[Libraries, deque[_Try]] = {}
        self._running: dict[Future[Result | _Moved], tuple[_Try, Libraries]] = {}
        self._loaded = LOADED | set(assignment.preload)

    def close(self) -> None:
        """End all warm processes, with them whatever still runs."""
        self._starter.shutdown(cancel_futures=True)
        started = [future.result() for future in self._starting if _has_result(future)]
        for zygote in (*self._warm.values(), *started):
            zygote.close()

    def results(self, tasks: Sequence[Task]) -> Iterator[Result]:
        """One result per task, in the order in which they come.

        Raises:
            AutograderError: no warm process can be started; says why.
        """
        if tasks:
            self._waiting[()] = deque(_Try(task) for task in tasks)
        while self._waiting or self._running or self._starting:
            self._advance()
            under_way: list[Future[Any]] = [*self._running, *self._starting]
            done, _ = wait(under_way, return_when=FIRST_COMPLETED)
            for future in [future for future in self._starting if future in done]:
                self._ready(self._starting.pop(future), future.result())
            for task in [future for future in self._running if future in done]:
                result = self._finished(task)
                if result is not None:
                    yield result

    def _advance(self) -> None:
        """Hand to the workers what can be, and start the warm process that most wait for."""
        for more in [more for more in self._waiting if more in self._warm]:
            if self._warm[more].is_alive:
                self._hand_over(more)
            else:
                self._warm.pop(more).close()
        if self._waiting and not self._starting and self._has_room():
            most = max(self._waiting, key=lambda more: len(self._waiting[more]))
            started = self._starter.submit(start, self._assignment, self._isolation, most)
            self._starting[started] = most

    def _hand_over(self, more: Libraries) -> None:
        zygote = self._warm[more] = self._warm.pop(more)
        for each in self._waiting.pop(more):
            future = self._pool.submit(
                _grade_task,
                (self._assignment.name, self._assignment.root, self._assignment.dataset),
                each.task,
                _Warm(zygote.address, more, self._loaded),
                self._isolation,
            )
            self._running[future] = each, more

    def _has_room(self) -> bool:
        """Whether one more may live; makes room by ending the one that was not used for longest."""
        used = {more for _, more in self._running.values()}
        for more in [more for more in self._warm if more not in used]:
            if len(self._warm) < MOST_ALIVE:
                break
            self._warm.pop(more).close()
        return len(self._warm) < MOST_ALIVE

    def _ready(self, more: Libraries, zygote: Zygote) -> None:
        self._warm[more] = zygote
        if not more:
            self._loaded |= zygote.loaded

    def _finished(self, future: Future[Result | _Moved]) -> Result | None:
        """The result, if there is one; else the submission waits for its next try."""
        each, more = self._running.pop(future)
        try:
            found = future.result()
        except WorkerDied:
            each = replace(each, deaths=each.deaths + 1)
            if each.deaths == 2:
                return self._failed(each, "The grader's own process died twice on this submission.")
            found = _Moved(more)
        if isinstance(found, Result):
            return found
        if found.is_lost:
            each = replace(each, losses=each.losses + 1)
        if each.losses == ATTEMPTS:
            return self._failed(
                each,
                f"Something outside ended this submission's sandbox {ATTEMPTS} times: "
                "this machine may be short of memory.",
            )
        self._waiting.setdefault(found.more, deque()).append(each)
        return None

    def _failed(self, each: _Try, reason: str) -> Result:
        blank = blank_result(each.task.path, self._assignment, each.task.student, self._isolation)
        return ungraded(blank, self._assignment, reason)


def _has_result(future: Future[Zygote]) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None


@dataclass(frozen=True)
class _Warm:
    """A warm process as a worker knows it: with which libraries more, and what all have loaded."""

    address: str
    more: Libraries
    loaded: frozenset[str]


class _Choice:
    """Grades where the submission is, if that process fits; the owner of all decides on others."""

    def __init__(self, warm: _Warm) -> None:
        self._warm = warm
        self._is_used = False

    def __call__(self, submission: Submission) -> str:
        if self._is_used:
            raise _Leaves(_Moved(self._warm.more, is_lost=True))
        self._is_used = True
        wanted = libraries(submission.imports, self._warm.loaded)
        if wanted != self._warm.more:
            raise _Leaves(_Moved(wanted))
        return self._warm.address


def _grade_task(
    which: tuple[str, Path, str], task: Task, warm: _Warm, isolation: Isolation
) -> Result | _Moved:
    """Grade one submission in a worker, with an alarm behind the sandbox's own limits."""
    name, root, dataset = which
    assignment = load_assignment(name, root).on(dataset)
    seconds = limits(assignment).submission_seconds
    usual = allowance.WORK_FACTOR * seconds + WALL_SLACK
    longest = allowance.LONGEST_FACTOR * seconds + WALL_SLACK

    def look_again(*_: object) -> None:
        signal.signal(signal.SIGALRM, give_up)
        signal.setitimer(signal.ITIMER_REAL, speed.factor() * longest)

    def give_up(*_: object) -> None:
        raise GraderInterrupted(f"Not done after {longest:.0f} seconds of a reference machine.")

    signal.signal(signal.SIGALRM, look_again)
    signal.setitimer(signal.ITIMER_REAL, usual)
    try:
        return grade(
            task.path,
            assignment,
            task.seed,
            student=task.student,
            zygote=_Choice(warm),
            isolation=isolation,
            beside=task.beside,
        )
    except _Leaves as leaves:
        moved: _Moved = leaves.args[0]
        return moved
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
