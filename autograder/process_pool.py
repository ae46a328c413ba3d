"""Pools of trusted processes that end when their owner ends, even if the owner is killed.

The pool of the standard library needs shared memory (`/dev/shm`), which some containers lack, and
it breaks as a whole when one worker dies. Here each worker has its own pipe, and a worker that dies
costs only its task. This module does not know what is computed.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from queue import Empty, SimpleQueue
from typing import Any, ParamSpec, Self, TypeVar

from autograder.errors import EnvironmentUnusable
from convgrade.commands.startup import start_quickly

P = ParamSpec("P")
T = TypeVar("T")
_END_SECONDS = 30.0


class WorkerDied(Exception):
    """The process that computed a task ended before it had a result."""


class Pool:
    """Fresh interpreters that compute tasks. Use it as a context manager; leaving it waits for
    them, and after an exception ends them at once.

    Args:
        workers: the number of processes.
        prepare: the function that each process calls first.

    Raises:
        EnvironmentUnusable: no process or thread can be started.
    """

    def __init__(self, workers: int, prepare: Callable[[], None] | None = None) -> None:
        self._context = multiprocessing.get_context("spawn")
        self._prepare = prepare
        self._tasks: SimpleQueue[_Task | None] = SimpleQueue()
        self._is_ending = False
        self._processes: set[SpawnProcess] = set()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        try:
            for _ in range(workers):
                first = self._started()
                thread = threading.Thread(target=self._serve, args=(first,), daemon=True)
                thread.start()
                self._threads.append(thread)
        except (OSError, RuntimeError) as error:
            self.shutdown(wait=False, cancel_futures=True)
            raise EnvironmentUnusable(f"No process can be started here ({error}).") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is not None:
            self.shutdown(wait=False, cancel_futures=True)
        self.shutdown(cancel_futures=kind is not None)

    def submit(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Let the next free worker call `function`, which must be importable there.

        Returns:
            A future of the result. It raises what the function raised, or WorkerDied.
        """
        return self.submit_watched(lambda: None, function, *args, **kwargs)

    def submit_watched(
        self,
        on_start: Callable[[], None],
        function: Callable[P, T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Future[T]:
        """Like `submit`. When a worker begins, `on_start` is called in a thread of this process."""
        if self._is_ending:
            raise RuntimeError("the pool has ended")
        future: Future[T] = Future()
        self._tasks.put((future, on_start, (function, args, kwargs)))
        return future

    def shutdown(self, wait: bool = True, cancel_futures: bool = False) -> None:
        """End the workers when all tasks are done.

        Args:
            wait: whether to wait for the end of the workers.
            cancel_futures: drop the tasks that have not begun.
        """
        self._is_ending = True
        if cancel_futures:
            with contextlib.suppress(Empty):
                while True:
                    task = self._tasks.get_nowait()
                    if task is not None:
                        task[0].cancel()
        for _ in self._threads:
            self._tasks.put(None)
        if wait:
            for thread in self._threads:
                thread.join()
        elif cancel_futures:
            with self._lock:
                for process in self._processes:
                    process.terminate()

    def _serve(self, worker: _Worker) -> None:
        """Serve one worker in a thread: pass it task after task, and start another one if it has
        died.
        """
        while (task := self._tasks.get()) is not None:
            future, on_start, call = task
            if not future.set_running_or_notify_cancel():
                continue
            try:
                worker = worker if worker.process.is_alive() else self._started()
                on_start()
                succeeded, value = worker.asked(call)
            except (EOFError, OSError):
                future.set_exception(WorkerDied("A worker process ended before it had a result."))
            except BaseException as error:  # a task or a result cannot be pickled
                future.set_exception(error)
            else:
                future.set_result(value) if succeeded else future.set_exception(value)
        self._end(worker)

    def _started(self) -> _Worker:
        own_end, worker_end = multiprocessing.Pipe()
        process = self._context.Process(target=_work, args=(worker_end, self._prepare), daemon=True)
        process.start()
        worker_end.close()
        with self._lock:
            self._processes.add(process)
        return _Worker(process, own_end)

    def _end(self, worker: _Worker) -> None:
        worker.connection.close()
        worker.process.join(_END_SECONDS)
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join()
        with self._lock:
            self._processes.discard(worker.process)


_Call = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]
_Task = tuple["Future[Any]", Callable[[], None], _Call]


class _Worker:
    """The owner's end of the connection to one worker."""

    def __init__(self, process: SpawnProcess, connection: Connection[Any, Any]) -> None:
        self.process = process
        self.connection = connection

    def asked(self, call: _Call) -> tuple[bool, Any]:
        self.connection.send(call)
        succeeded, value = self.connection.recv()
        return succeeded, value


def pool_of(workers: int, prepare: Callable[[], None] | None = None) -> Pool:
    """Return a pool of fresh interpreters, each of which calls `prepare` first."""
    return Pool(workers, prepare)


def ignore_interrupts() -> None:
    """Ignore Ctrl-C in a worker. The process that the person started handles it and ends the
    workers.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _work(connection: Connection[Any, Any], prepare: Callable[[], None] | None) -> None:
    """Run a worker: compute what it is sent until the other end is closed."""
    threading.Thread(target=_end_with_the_owner, name="owner", daemon=True).start()
    start_quickly()
    if prepare is not None:
        prepare()
    with contextlib.suppress(EOFError, OSError):
        while True:
            function, args, kwargs = connection.recv()
            try:
                answer = True, function(*args, **kwargs)
            except BaseException as error:
                answer = False, error
            _send(connection, answer)


def _send(connection: Connection[Any, Any], answer: tuple[bool, Any]) -> None:
    try:
        connection.send(answer)
    except (TypeError, AttributeError, ValueError) as error:  # it cannot be pickled
        connection.send((False, RuntimeError(f"A result cannot be passed on: {error}")))


def _end_with_the_owner() -> None:
    owner = multiprocessing.parent_process()
    if owner is not None:
        wait([owner.sentinel])
        os._exit(1)
