"""`Scheduler`: what a run asks of a Dask scheduler, with its errors as sentences."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from typing import Any, NewType

from distributed import Client, KilledWorker

from autograder.cluster import worker
from autograder.cluster.bundle import Bundle
from autograder.cluster.connection import SchedulerAddress
from autograder.cluster.messages import Answer
from autograder.errors import AutograderError

TaskKey = NewType("TaskKey", str)
KEPT = "What was graded is kept: the same command goes on from there."
PACKAGE = "convgrade"
MOST_INSTALLS = 3
"""How often one worker may lose its copy of the course."""


class WorkersKilled(Exception):
    """All workers died to which the scheduler gave one task, as often as it gives it again."""


class Scheduler:
    """The tasks of one run on a cluster.

    Args:
        client: a Dask client; the caller closes it.
        where: its address.
        course: a `Course` as bytes, for all tasks.
        bundle: the bundle of that course, for workers that lack it.
        on_done: called with the key of each task that has ended, in another thread.
    """

    def __init__(
        self,
        client: Client,
        where: SchedulerAddress,
        course: bytes,
        bundle: Bundle,
        on_done: Callable[[TaskKey], None],
    ) -> None:
        self._client = client
        self._where = where
        self._course = course
        self._bundle = bundle
        self._on_done = on_done
        self._known: set[str] = set()  # the workers that have this package
        self._futures: dict[TaskKey, Any] = {}
        self._installs: list[str] = []  # the workers that got the bundle, in this order
        self._before: dict[TaskKey, int] = {}  # how many installs were before a task was sent

    def threads(self) -> int:
        """How many tasks the workers can run at the same time.

        Raises:
            AutograderError: the scheduler is gone, a worker lacks this package, or the way to one
                is not safe.
        """
        with self._errors_as_sentences():
            workers: dict[str, int] = self._client.nthreads()
        self._where.require_safe(workers)
        if not workers.keys() <= self._known:
            self._require_package()
            self._known |= workers.keys()
        return sum(workers.values())

    def _require_package(self) -> None:
        """Refuse a cluster of which a part could not even unpack what it is sent, and would hang.

        Raises:
            AutograderError: says where the package is missing.
        """
        with self._errors_as_sentences():
            versions: Any = self._client.get_versions(packages=[PACKAGE])
        parts = {"scheduler": versions["scheduler"]}
        parts |= {f"worker {address}": each for address, each in versions["workers"].items()}
        for part, each in parts.items():
            if each is not None and each["packages"].get(PACKAGE) is None:
                raise AutograderError(
                    f"The {part} has no {PACKAGE}: install the same version there as on this "
                    f"machine. {KEPT}"
                )

    def send(self, work: bytes) -> TaskKey:
        """Let a worker grade a submission.

        Args:
            work: a `Work` as bytes.

        Returns:
            The key of the task. It is random, because the scheduler's dashboard shows it.
        """
        key = TaskKey(f"grade-{uuid.uuid4().hex}")
        with self._errors_as_sentences():
            future = self._client.submit(worker.grade, self._course, work, key=key, pure=False)
        self._futures[key], self._before[key] = future, len(self._installs)
        future.add_done_callback(lambda _: self._on_done(key))
        return key

    def answer(self, key: TaskKey) -> Answer | None:
        """What the worker answered to a task that has ended.

        Returns:
            The answer; None if the task is to be sent again, because the worker lacked the course.

        Raises:
            WorkersKilled: the task was given up.
            AutograderError: the scheduler is gone, or a worker cannot grade.
        """
        since = self._before.pop(key)
        with self._errors_as_sentences():
            data = self._futures.pop(key).result()
        try:
            answer = Answer.from_bytes(data)
        except ValueError as error:
            raise AutograderError(f"A worker's answer cannot be read ({error}). {KEPT}") from None
        if answer.kind == "refused":
            raise self._unfit(answer.worker, answer.text)
        if answer.kind != "missing":
            return answer
        if answer.worker not in self._installs[since:]:
            self._install(answer.worker)
        return None

    def cancel(self) -> None:
        """Drop the tasks that have not ended, as far as the scheduler can still be told."""
        if self._client.status == "running":
            with contextlib.suppress(Exception):
                self._client.cancel(list(self._futures.values()), force=True)

    def _install(self, address: str) -> None:
        """Give a worker the bundle. If the worker has gone meanwhile, nothing is to be done."""
        self._installs.append(address)
        if self._installs.count(address) > MOST_INSTALLS:
            raise self._unfit(address, "It loses its copy of the course again and again.")
        with self._errors_as_sentences():
            said: dict[str, object] = self._client.run(
                worker.install,
                self._bundle.digest,
                self._bundle.content,
                workers=[address],
                on_error="return",
            )
        reason = said.get(address)
        if isinstance(reason, str) and reason:
            raise self._unfit(address, reason)

    def _unfit(self, address: str, reason: str) -> AutograderError:
        return AutograderError(f"The worker {address} cannot grade here. {reason} {KEPT}")

    @contextlib.contextmanager
    def _errors_as_sentences(self) -> Iterator[None]:
        try:
            yield
        except KilledWorker:
            raise WorkersKilled from None
        except ImportError as error:
            raise AutograderError(
                f"A worker has no such convgrade as this machine ({error}): install the same there."
                f" {KEPT}"
            ) from None
        except Exception as error:
            if self._client.status == "running" and not isinstance(error, CancelledError | OSError):
                raise
            raise AutograderError(
                f"The connection to the scheduler {self._where.address} is lost. {KEPT}"
            ) from None
