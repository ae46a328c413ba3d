"""One run over many submissions: which pool process and which warm process grades each of them.

The warm process of the assignment is tried first. If a submission imports more libraries, it moves
to a warm process that has loaded them. If a process ended during grading, the submission is graded
again. Nothing here decides a score.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from autograder.course.assignment import Assignment, load_assignment
from autograder.grading import result_builder
from autograder.grading.advice import ADVICE_KINDS, AdviceKind
from autograder.grading.alarm import alarm
from autograder.grading.graded import Graded
from autograder.grading.grader import ATTEMPTS, Grader
from autograder.grading.reading import read_or_none
from autograder.grading.warm_processes import LOADED, MOST_ALIVE, Libraries, libraries, start
from autograder.grading.watching import Watcher
from autograder.process_pool import Pool, WorkerDied
from autograder.results import Result
from autograder.sandbox import Isolation, WarmProcess
from convgrade.submission import HandIn, Submission


@dataclass(frozen=True)
class Task:
    """One submission to grade: the student, the file or the student's folder, and further files.

    Without a seed, it is derived from the course secret. A `hand_in` is not read again. `advice` is
    what to search for where points were lost. Of an `earlier` result, what has not changed is not
    run again. If `exercises` has names, only those exercises are graded; what they build on must be
    among them.
    """

    student: str
    path: Path
    seed: bytes | None = None
    beside: tuple[Path, ...] = ()
    advice: tuple[AdviceKind, ...] = ADVICE_KINDS
    exercises: tuple[str, ...] = ()
    hand_in: HandIn | None = field(default=None, compare=False, repr=False)
    earlier: Result | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class _Attempt:
    """A task in progress: how often a pool process died, and how often a sandbox was lost."""

    task: Task
    deaths: int = 0
    losses: int = 0


@dataclass(frozen=True)
class _NeedsOther:
    """A submission cannot be graded here: it needs other libraries, or a new process."""

    more: Libraries
    hand_in: HandIn | None = None
    is_lost: bool = False


class _LeavesWorker(BaseException):
    """Ends the grading of a submission in this worker; its argument is a `_NeedsOther`."""


class Batch:
    """Owns the warm processes of one run; the caller owns the pool of workers."""

    def __init__(
        self, assignment: Assignment, isolation: Isolation, pool: Pool, watcher: Watcher
    ) -> None:
        self._assignment = assignment
        self._isolation: Isolation = isolation
        self._pool = pool
        self._watcher = watcher
        self._starter = ThreadPoolExecutor(1, "warm process")
        self._starting: dict[Future[WarmProcess], Libraries] = {}
        self._warm: dict[Libraries, WarmProcess] = {}  # the most recently used is last
        self._waiting: dict[Libraries, deque[_Attempt]] = {}
        self._running: dict[Future[Graded | _NeedsOther], tuple[_Attempt, Libraries]] = {}
        self._done: SimpleQueue[Future[Any]] = SimpleQueue()
        self._loaded = LOADED | set(assignment.preload)

    def close(self) -> None:
        """End all warm processes, and with them all that still runs."""
        self._starter.shutdown(cancel_futures=True)
        started = [future.result() for future in self._starting if _has_result(future)]
        for warm_process in (*self._warm.values(), *started):
            warm_process.close()

    def results(self, tasks: Sequence[Task]) -> Iterator[Graded]:
        """One result per task, in the order in which they are ready.

        Raises:
            AutograderError: no warm process can be started; says why.
        """
        if tasks:
            self._waiting[()] = deque(_Attempt(task) for task in tasks)
        while self._waiting or self._running or self._starting:
            self._advance()
            future = self._done.get()
            if future in self._starting:
                self._ready(self._starting.pop(future), future.result())
            elif (result := self._finished(future)) is not None:
                yield result

    def _advance(self) -> None:
        """Submit the tasks that can run, and start the warm process for which most tasks wait."""
        for more in [more for more in self._waiting if more in self._warm]:
            if self._warm[more].is_alive:
                self._hand_over(more)
            else:
                self._warm.pop(more).close()
        if self._waiting and not self._starting and self._has_room():
            most = max(self._waiting, key=lambda more: len(self._waiting[more]))
            started = self._starter.submit(start, self._assignment, self._isolation, most)
            self._starting[started] = most
            started.add_done_callback(self._done.put)

    def _hand_over(self, more: Libraries) -> None:
        warm_process = self._warm[more] = self._warm.pop(more)
        for each in self._waiting.pop(more):
            future = self._pool.submit_watched(
                partial(self._watcher.started, each.task.student),
                _grade_task,
                (self._assignment.name, self._assignment.root, self._assignment.dataset),
                each.task,
                _Warm(warm_process.address, more, self._loaded),
                self._isolation,
            )
            self._running[future] = each, more
            future.add_done_callback(self._done.put)

    def _has_room(self) -> bool:
        """Whether one more may start; ends the least recently used idle ones to make room."""
        used = {more for _, more in self._running.values()}
        for more in [more for more in self._warm if more not in used]:
            if len(self._warm) < MOST_ALIVE:
                break
            self._warm.pop(more).close()
        return len(self._warm) < MOST_ALIVE

    def _ready(self, more: Libraries, warm_process: WarmProcess) -> None:
        self._warm[more] = warm_process
        if not more:
            self._loaded |= warm_process.loaded

    def _finished(self, future: Future[Graded | _NeedsOther]) -> Graded | None:
        """The result, if there is one; else the submission waits for its next attempt."""
        each, more = self._running.pop(future)
        try:
            found = future.result()
        except WorkerDied:
            each = replace(each, deaths=each.deaths + 1)
            if each.deaths == 2:
                return self._failed(each, "The grader's own process died twice on this submission.")
            found = _NeedsOther(more, each.task.hand_in)
        if isinstance(found, Graded):
            return found
        each = replace(each, task=replace(each.task, hand_in=found.hand_in))
        if found.is_lost:
            each = replace(each, losses=each.losses + 1)
        if each.losses == ATTEMPTS:
            return self._failed(
                each,
                f"Something outside ended this submission's sandbox {ATTEMPTS} times: "
                "this machine may be short of memory.",
            )
        self._waiting.setdefault(found.more, deque()).append(each)
        self._watcher.postponed(each.task.student)
        return None

    def _failed(self, each: _Attempt, reason: str) -> Graded:
        task = each.task
        blank = result_builder.blank(task.path, self._assignment, task.student, self._isolation)
        return Graded(result_builder.ungraded(blank, self._assignment, reason), task.hand_in)


def _has_result(future: Future[WarmProcess]) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None


@dataclass(frozen=True)
class _Warm:
    """A warm process as a worker knows it: its additional libraries, and what all have loaded."""

    address: str
    more: Libraries
    loaded: frozenset[str]


class _Choice:
    """Chooses this warm process if it fits the submission; else `Batch` decides on another."""

    def __init__(self, warm: _Warm) -> None:
        self._warm = warm
        self._is_used = False

    def __call__(self, submission: Submission) -> str:
        if self._is_used:
            raise _LeavesWorker(_NeedsOther(self._warm.more, submission, is_lost=True))
        self._is_used = True
        wanted = libraries(submission.imports, self._warm.loaded)
        if wanted != self._warm.more:
            raise _LeavesWorker(_NeedsOther(wanted, submission))
        return self._warm.address


def _grade_task(
    which: tuple[str, Path, str], task: Task, warm: _Warm, isolation: Isolation
) -> Graded | _NeedsOther:
    """Grade one submission in a worker; an alarm is the last resort after the sandbox's limits."""
    name, root, dataset = which
    assignment = load_assignment(name, root).on(dataset)
    if task.exercises:
        assignment = assignment.with_exercises(task.exercises)
    try:
        with (
            alarm(assignment),
            Grader(assignment, isolation=isolation, warm_process=_Choice(warm)) as grader,
        ):
            hand_in = task.hand_in or read_or_none(task.path, assignment, task.student, task.beside)
            return Graded(
                grader.grade(
                    task.path if hand_in is None else hand_in,
                    task.seed,
                    student=task.student,
                    beside=task.beside,
                    advice=task.advice,
                    earlier=task.earlier,
                ),
                without_files(hand_in),
            )
    except _LeavesWorker as leaves:
        moved: _NeedsOther = leaves.args[0]
        return moved


def without_files(hand_in: HandIn | None) -> HandIn | None:
    """The hand-in without its accompanying files: the part that the gradebook needs."""
    return replace(hand_in, beside=()) if isinstance(hand_in, Submission) else hand_in
