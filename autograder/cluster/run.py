"""One run over many submissions on a Dask cluster: which are read, sent, sent again, and done.

Only a few tasks for each of the cluster's threads are with the scheduler at any time, so that a
large class needs little memory there. Nothing here decides a score.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue

from autograder.cluster.bundle import bundle_of
from autograder.cluster.connection import SchedulerAddress
from autograder.cluster.messages import Answer
from autograder.cluster.preparing import Prepared, prepare
from autograder.cluster.scheduler import KEPT, Scheduler, TaskKey, WorkersKilled
from autograder.cluster.work import course_of
from autograder.course.assignment import Assignment
from autograder.errors import AutograderError
from autograder.grading import result_builder
from autograder.grading.batch import Task
from autograder.grading.graded import Graded
from autograder.process_pool import Pool, WorkerDied, ignore_interrupts, pool_of
from autograder.results import Result
from autograder.sandbox import Isolation

Say = Callable[[str], None]

LOOK_SECONDS = 5.0
"""How often the cluster is asked for its workers."""
TASKS_PER_THREAD, FEWEST_TASKS = 3, 32
DIED = "The grader's own process died twice on this submission."
KILLED = "The workers that graded this submission died, again and again."


def graded_on_cluster(
    where: SchedulerAddress,
    say: Say,
    assignment: Assignment,
    tasks: Sequence[Task],
    isolation: Isolation,
    jobs: int | None,
) -> Iterator[Graded]:
    """One result per task, in the order in which they are ready.

    Args:
        where: the scheduler.
        say: tells the user a sentence.
        assignment: the assignment that the tasks answer.
        tasks: the submissions.
        isolation: as for `grade`.
        jobs: how many processes of this machine read hand-ins, by default one per processor.

    Raises:
        AutograderError: the scheduler cannot be reached or was lost, or a worker cannot grade.
    """
    readers = max(1, min(jobs or os.cpu_count() or 1, len(tasks)))
    bundle = bundle_of(assignment)
    course = course_of(assignment, isolation, bundle.digest).to_bytes()
    done: SimpleQueue[_Ended] = SimpleQueue()
    with (
        contextlib.closing(where.connected()) as client,
        pool_of(readers, ignore_interrupts) as pool,
    ):
        scheduler = Scheduler(client, where, course, bundle, done.put)
        try:
            yield from _Run(scheduler, pool, done, say, assignment, isolation).results(tasks)
        finally:
            scheduler.cancel()


@dataclass(frozen=True)
class _Attempt:
    """A task: how often a process died that read it, what it is for a worker, and whether workers
    died that graded it.
    """

    task: Task
    deaths: int = 0
    prepared: Prepared | None = None
    is_suspect: bool = False


_Reading = Future[Prepared | Graded]
_Ended = _Reading | TaskKey


class _Run:
    """The state of a run. `done` receives whatever ends: a reading, or a task of the cluster."""

    def __init__(
        self,
        scheduler: Scheduler,
        pool: Pool,
        done: SimpleQueue[_Ended],
        say: Say,
        assignment: Assignment,
        isolation: Isolation,
    ) -> None:
        self._scheduler = scheduler
        self._pool = pool
        self._done = done
        self._say = say
        self._assignment = assignment
        self._isolation: Isolation = isolation
        self._unread: deque[_Attempt] = deque()
        self._reading: dict[_Reading, _Attempt] = {}
        self._sent: dict[TaskKey, _Attempt] = {}
        self._suspects: deque[_Attempt] = deque()
        self._threads = -1
        self._looked = float("-inf")

    def results(self, tasks: Sequence[Task]) -> Iterator[Graded]:
        """One result per task, in the order in which they are ready."""
        self._unread.extend(map(_Attempt, tasks))
        while self._unread or self._reading or self._sent or self._suspects:
            self._look()
            self._advance()
            with contextlib.suppress(Empty):
                graded = self._ended(self._done.get(timeout=LOOK_SECONDS))
                if graded is not None:
                    yield graded

    def _look(self) -> None:
        """Count the workers' threads from time to time; say if there are none any more."""
        if time.monotonic() - self._looked < LOOK_SECONDS:
            return
        threads = self._scheduler.threads()
        if threads == 0 and self._threads != 0:
            self._say("The cluster has no workers now: waiting for them (Ctrl-C ends this)")
        self._threads, self._looked = threads, time.monotonic()

    def _advance(self) -> None:
        """Read further hand-ins. What may have killed workers is sent last, and alone."""
        most = max(FEWEST_TASKS, TASKS_PER_THREAD * self._threads)
        while self._unread and len(self._reading) + len(self._sent) < most:
            each = self._unread.popleft()
            which = self._assignment.name, self._assignment.root, self._assignment.dataset
            reading = self._pool.submit(prepare, which, each.task, self._isolation)
            self._reading[reading] = each
            reading.add_done_callback(self._done.put)
        if self._suspects and not (self._unread or self._reading or self._sent):
            self._send(self._suspects.popleft())

    def _ended(self, ended: _Ended) -> Graded | None:
        """The result if there is one now; else what comes next for this submission has begun."""
        if isinstance(ended, Future):
            return self._read(ended, self._reading.pop(ended))
        return self._answered(ended, self._sent.pop(ended))

    def _read(self, reading: _Reading, each: _Attempt) -> Graded | None:
        try:
            found = reading.result()
        except WorkerDied:
            if each.deaths:
                return self._failed(each, DIED)
            self._unread.append(replace(each, deaths=1))
            return None
        if isinstance(found, Graded):
            return found
        self._send(replace(each, prepared=found))
        return None

    def _send(self, each: _Attempt) -> None:
        assert each.prepared is not None
        self._sent[self._scheduler.send(each.prepared.work)] = each

    def _answered(self, key: TaskKey, each: _Attempt) -> Graded | None:
        try:
            answer = self._scheduler.answer(key)
        except WorkersKilled:
            if each.is_suspect:
                return self._failed(each, KILLED)
            self._suspects.append(replace(each, is_suspect=True))
            return None
        if answer is None:
            self._send(each)
            return None
        if answer.kind == "result":
            return self._verified(each, answer)
        return self._failed(each, answer.text or DIED)

    def _verified(self, each: _Attempt, answer: Answer) -> Graded:
        """The result of a worker, if it is one of this submission, graded as it would be here.

        Raises:
            AutograderError: it is not.
        """
        assert each.prepared is not None
        try:
            result = Result.from_json(answer.text)
        except ValueError as error:
            raise self._unreadable(answer, str(error)) from None
        if not each.prepared.is_answered_by(result):
            raise self._unreadable(answer, "it is of other work, or graded otherwise than here")
        return Graded(result, each.prepared.hand_in)

    def _unreadable(self, answer: Answer, why: str) -> AutograderError:
        return AutograderError(
            f"The result of the worker {answer.worker} is not used: {why}. {KEPT}"
        )

    def _failed(self, each: _Attempt, reason: str) -> Graded:
        task = each.task
        hand_in = task.hand_in if each.prepared is None else each.prepared.hand_in
        blank = result_builder.blank(task.path, self._assignment, task.student, self._isolation)
        return Graded(result_builder.ungraded(blank, self._assignment, reason), hand_in)
