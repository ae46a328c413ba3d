"""The guardian: stays outside a worker's namespaces, watches its memory, ends its processes.

It is trusted: a fork of the warm process that never runs student code. It ends the worker when the
trusted side hangs up (or dies), and reports to the trusted side how the worker ended.
"""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import json
import os
import select
import signal
import socket
import time
from typing import Any, NoReturn

from autograder.sandbox import scratch, speed
from autograder.sandbox.inside import loading, worker
from autograder.sandbox.limits import Limits
from autograder.sandbox.linux import obstacles, restricted
from autograder.sandbox.linux.isolation import Confinement, Place, library_threads
from autograder.sandbox.linux.root_filesystem import SetupFailed
from autograder.sandbox.process_tree import Tree, resident_mb
from autograder.sandbox.protocol.words import End

SAMPLE_SECONDS = 0.04
COUNT_SECONDS = 0.2  # files are counted less often
REQUEST_BYTES = 1 << 16
REQUEST_SECONDS = 300.0  # the request is sent at once, but a busy machine may delay it


def run(connection: socket.socket, confinement: Confinement, shell: Any, factor: float) -> NoReturn:
    """Receive one request with the worker's three descriptors; never returns."""
    connection.settimeout(REQUEST_SECONDS)
    data, descriptors, _, _ = socket.recv_fds(connection, REQUEST_BYTES, 3)
    if len(descriptors) != 3:
        os._exit(1)  # the client went away
    request = json.loads(data)
    limits = Limits(**request["limits"])
    _keep_only(connection.fileno(), *descriptors)
    try:
        place = confinement.enter_outside()
    except (SetupFailed, OSError) as failure:
        _send(
            connection,
            {"unavailable": obstacles.explained(failure), "isolation": confinement.isolation},
        )
        os._exit(1)
    warm_mb = resident_mb(os.getpid())
    warm_process = os.getppid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    try:
        child = os.fork()
    except OSError as failure:
        _send(connection, {"exhausted": failure.strerror})
        os._exit(1)
    if child == 0:
        try:
            _become_worker(connection, descriptors, confinement, limits, shell, request, place)
        finally:
            os._exit(70)
    for descriptor in descriptors:
        os.close(descriptor)
    if confinement.is_restricted:
        restricted.keep_own_files(child)
    isolation = confinement.isolation
    started = {"pid": child, "warm_mb": warm_mb, "factor": factor, "isolation": isolation}
    _send(connection, started)
    watch = _Watch(
        child, warm_process, limits, warm_mb, "" if confinement.has_namespaces else place.scratch
    )
    try:
        ended = watch.until_end(connection)
    finally:
        _end_all(child, in_one_group=confinement.is_restricted)
        if not confinement.has_namespaces:
            _remove(place)
    _send(connection, ended)
    os._exit(0)


def _become_worker(
    connection: socket.socket,
    descriptors: list[int],
    confinement: Confinement,
    limits: Limits,
    shell: Any,
    request: dict[str, Any],
    place: Place,
) -> NoReturn:
    connection.close()
    os.setsid()
    wire, output, importing = descriptors
    loading.report_imports(importing)
    os.close(importing)
    # The kernel's limit is only a second line of defence. The limits are enforced from outside,
    # where the machine may be measured again and found slower.
    limits = dataclasses.replace(limits, submission_seconds=speed.MOST * limits.submission_seconds)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(null)
    os.close(output)
    worker.run(wire, confinement, limits, shell, request["module_name"], place)


class _Watch:
    """Waits until the worker ends, exceeds a limit, or nobody wants it any more."""

    def __init__(
        self, worker: int, warm_process: int, limits: Limits, warm_mb: float, folder: str
    ) -> None:
        self._worker = worker
        self._warm_process = warm_process
        self._limits = limits
        self._warm_mb = warm_mb
        self._folder = folder  # "" if the kernel counts its files and its processes
        self._tree = Tree(worker)
        self._next_count = 0.0

    def until_end(self, connection: socket.socket) -> dict[str, Any]:
        poller = select.poll()
        poller.register(connection, select.POLLIN | select.POLLHUP)
        with contextlib.ExitStack() as stack:
            if hasattr(os, "pidfd_open"):
                descriptor = os.pidfd_open(self._worker)
                stack.callback(os.close, descriptor)
                poller.register(descriptor, select.POLLIN)
            while True:
                ready = dict(poller.poll(SAMPLE_SECONDS * 1000))
                status = _status(self._worker)
                if status is not None:
                    return status
                if connection.fileno() in ready or os.getppid() != self._warm_process:
                    return {"ended": End.HUNG_UP}
                if over_memory(self._tree, self._limits, self._warm_mb):
                    return {"ended": End.MEMORY}
                if self._folder and (exceeded := self._counted()):
                    return {"ended": exceeded}

    def _counted(self) -> End | None:
        """The limit of processes or files that is exceeded."""
        if self._tree.threads() > self._limits.processes + library_threads():
            return End.PROCESSES
        began = time.monotonic()
        if began < self._next_count:
            return None
        used = scratch.used_mb(self._folder, self._tree)
        ended = time.monotonic()
        self._next_count = ended + max(COUNT_SECONDS, ended - began)
        return End.SCRATCH if used > self._limits.scratch_mb else None


def over_memory(tree: Tree, limits: Limits, warm_mb: float) -> bool:
    """Whether the tree exceeds its limit; it is measured exactly only if the upper bound does."""
    return (
        tree.memory_bound_mb(warm_mb) > limits.memory_mb
        and tree.memory_mb(warm_mb) > limits.memory_mb
    )


def _status(worker: int) -> dict[str, Any] | None:
    pid, status = os.waitpid(worker, os.WNOHANG)
    if pid == 0:
        return None
    if os.WIFSIGNALED(status):
        return {"ended": End.SIGNAL, "number": os.WTERMSIG(status)}
    return {"ended": End.EXIT, "number": os.WEXITSTATUS(status)}


def _end_all(worker: int, in_one_group: bool) -> None:
    """Kill the tree and wait for it: nothing survives the first process of a pid namespace."""
    for _ in range(1000):
        pids = [*Tree(worker).pids(), *Tree(os.getpid()).pids()[1:]]
        for pid in pids:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        if in_one_group:
            _end_group_of(worker, pids)
        if not _reap():
            return
        time.sleep(0.002)


def _end_group_of(worker: int, pids: list[int]) -> None:
    """Kill the group at one moment, if one of these processes is in it, so that it is the same."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            if os.getpgid(pid) == worker:
                return restricted.end_group(worker)


def _remove(place: Place) -> None:
    """Remove the scratch folder, and the private folder if the warm process is gone."""
    with contextlib.suppress(OSError):
        scratch.remove(place.scratch)
    if place.user is not None:
        os.seteuid(0)
    for folder in (place.scratch, os.path.dirname(place.scratch)):
        with contextlib.suppress(OSError):
            os.rmdir(folder)


def _reap() -> bool:
    """Collect ended processes; returns whether children are left."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True


def _keep_only(*kept: int) -> None:
    """Close all other descriptors of the warm process, among them its orders and its listener."""
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    edges = [2, *sorted(kept), os.sysconf("SC_OPEN_MAX")]
    for low, high in itertools.pairwise(edges):
        os.closerange(low + 1, high)


def _send(connection: socket.socket, message: dict[str, Any]) -> None:
    with contextlib.suppress(OSError):
        connection.sendall(json.dumps(message).encode() + b"\n")
