"""The warm process: imports the libraries once and forks for each submission.

It is started by exec in a clean environment. It holds no secret, starts no thread and runs no
student code. For each connection it forks a guardian at once, so that no submission ever blocks it.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import pkgutil
import select
import shutil
import signal
import socket
import struct
import sys
import threading
import time
from typing import Any

from autograder.sandbox import speed
from autograder.sandbox.inside import guardian
from autograder.sandbox.linux import huge_pages, namespaces, root_filesystem
from autograder.sandbox.linux.isolation import Confinement
from convgrade.execution.shell import prepare_shell

STUDENT_PACKAGES = ("convgrade.notebook", "autograder.student")  # the second is an old name
WORKER = "autograder.sandbox.inside.worker"  # the module that every worker process runs
# nearly every notebook imports these; they are slow to import, and build a cache of fonts
USUAL = ("matplotlib.pyplot", "matplotlib_inline.backend_inline")
MEASURED_SECONDS = 60.0  # then the speed of the machine is measured again


def main() -> None:
    """Read the orders from the first line of stdin; end when stdin is closed."""
    orders = json.loads(_first_line())
    listener = socket.socket(fileno=orders["listener"])
    os.umask(0o022)  # an inherited one would decide what submissions can read in their root
    report = _Reporter()
    try:
        for name in orders["preload"]:
            report(importing=name, required=True)
            importlib.import_module(name)
        for name in USUAL:
            with contextlib.suppress(ImportError):
                importlib.import_module(name)
        _import_student_packages()
        importlib.import_module(WORKER)
        shell = prepare_shell()
        for name in orders["optional"]:
            _import_optional(name, report)
    except BaseException as error:  # reported to the parent process, which raises it
        report(failed=f"{type(error).__name__}: {error}")
        raise
    server = _Server(listener)
    plan = root_filesystem.make_plan(
        orders["staging"],
        tuple(orders["hidden"]),
        namespaces.is_privileged(),
        tuple((path, file) for path, file in orders["substitutes"]),
    )
    confinement = Confinement(orders["isolation"], plan)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps guardians
    gc.collect()
    gc.freeze()
    huge_pages.collapse()
    report(ready=True, loaded=sorted({name.partition(".")[0] for name in sys.modules}))
    server.serve(confinement, shell)
    # if the parent process was killed, nobody else deletes this folder
    shutil.rmtree(os.path.dirname(plan.staging), ignore_errors=True)


def _import_optional(name: str, report: _Reporter) -> None:
    """Import a module that a submission imports; if that fails, its worker process imports it.

    A thread would not exist in a fork, and its locks would be held for ever. So if a module starts
    a thread, this process ends and is started again without the module.
    """
    report(importing=name)
    threads = _threads()
    trouble = ""
    try:
        importlib.import_module(name)
    except (Exception, SystemExit) as error:
        trouble = type(error).__name__
    if _threads() > threads:
        sys.exit(1)
    if trouble:
        report(left_out=name, why=trouble)


def _threads() -> int:
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        return threading.active_count()


class _Server:
    """Forks a guardian for each connection; knows how slow this machine is now."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._measure()

    def serve(self, confinement: Confinement, shell: Any) -> None:
        poller = select.poll()
        poller.register(0, select.POLLIN)
        poller.register(self._listener, select.POLLIN)
        while True:
            ready = dict(poller.poll())
            if 0 in ready:
                return
            if time.monotonic() - self._measured > MEASURED_SECONDS:
                self._measure()
            with contextlib.suppress(OSError):  # the client is gone, or no descriptors are left
                connection, _ = self._listener.accept()
                with connection:
                    if _same_user(connection):
                        self._fork(connection, confinement, shell)

    def _measure(self) -> None:
        self._factor = speed.factor()
        self._measured = time.monotonic()

    def _fork(self, connection: socket.socket, confinement: Confinement, shell: Any) -> None:
        try:
            child = os.fork()
        except OSError as failure:
            connection.sendall(json.dumps({"exhausted": failure.strerror}).encode() + b"\n")
            return
        if child == 0:
            try:
                self._listener.detach()
                guardian.run(connection, confinement, shell, self._factor)
            finally:
                os._exit(1)


def _same_user(connection: socket.socket) -> bool:
    if not hasattr(socket, "SO_PEERCRED"):
        return True  # the mode of the folder excludes other users
    size = struct.calcsize("3i")
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
    return bool(struct.unpack("3i", credentials)[1] == os.getuid())


def _import_student_packages() -> None:
    """Import all modules for students: inside, their files cannot be reached."""
    for name in STUDENT_PACKAGES:
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(getattr(package, "__path__", ()), f"{name}."):
            importlib.import_module(module.name)


def _first_line() -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        piece = os.read(0, 1)
        if not piece:
            sys.exit(1)
        line += piece
    return line


class _Reporter:
    """Sends messages to the parent process; what libraries print goes to the log."""

    def __init__(self) -> None:
        self._descriptor = os.dup(1)
        os.dup2(2, 1)

    def __call__(self, **message: Any) -> None:
        os.write(self._descriptor, json.dumps(message).encode() + b"\n")


if __name__ == "__main__":
    main()
