"""The warm process: imports the libraries once and forks for each submission.

Started by exec in a clean environment; holds no secret, starts no thread, runs no student line.
For each connection it forks a guardian at once and is never blocked by any submission.
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
from typing import Any, cast

from autograder.execution.shell import prepare_shell
from autograder.sandbox import speed
from autograder.sandbox.inside import guardian
from autograder.sandbox.linux import namespaces, root_filesystem
from autograder.sandbox.linux.isolation import Isolation

STUDENT_PACKAGE = "autograder.student"
WORKER = "autograder.sandbox.inside.worker"  # what every fork runs
# what nearly every notebook imports; slow to import, and with a cache of fonts to build
USUAL = ("matplotlib.pyplot", "matplotlib_inline.backend_inline")
MEASURED_SECONDS = 60.0  # after which the speed of the machine is measured again


def main() -> None:
    """Reads its orders from the first line of stdin; ends when stdin does."""
    orders = json.loads(_first_line())
    isolation = cast(Isolation, orders["isolation"])
    listener = socket.socket(fileno=orders["listener"])
    os.umask(0o022)  # ours, whatever it is, would decide what submissions can read in their root
    say = _Speaker()
    try:
        for name in orders["preload"]:
            say(importing=name, required=True)
            importlib.import_module(name)
        for name in USUAL:
            with contextlib.suppress(ImportError):
                importlib.import_module(name)
        _import_student_package()
        importlib.import_module(WORKER)
        shell = prepare_shell()
        for name in orders["optional"]:
            _import_optional(name, say)
    except BaseException as error:  # said to whoever started us, who raises it
        say(failed=f"{type(error).__name__}: {error}")
        raise
    server = _Server(listener)
    plan = root_filesystem.make_plan(
        orders["staging"],
        tuple(orders["hidden"]),
        namespaces.is_privileged(),
        tuple((path, file) for path, file in orders["substitutes"]),
    )
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps guardians
    gc.collect()
    gc.freeze()
    say(ready=True, loaded=sorted({name.partition(".")[0] for name in sys.modules}))
    server.serve(isolation, plan, shell)
    # whoever started us may have been killed, and then nobody else tidies up
    shutil.rmtree(os.path.dirname(plan.staging), ignore_errors=True)


def _import_optional(name: str, say: _Speaker) -> None:
    """What a submission imports: left to its fork where it cannot be had here.

    A thread would not live on in a fork, and what it holds would be held for ever: where a module
    starts one, this process ends and is started again without it.
    """
    say(importing=name)
    threads = _threads()
    trouble = ""
    try:
        importlib.import_module(name)
    except (Exception, SystemExit) as error:
        trouble = type(error).__name__
    if _threads() > threads:
        sys.exit(1)
    if trouble:
        say(left_out=name, why=trouble)


def _threads() -> int:
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        return threading.active_count()


class _Server:
    """Forks a guardian for each connection; knows how slow this machine is at present."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._measure()

    def serve(self, isolation: Isolation, plan: Any, shell: Any) -> None:
        poller = select.poll()
        poller.register(0, select.POLLIN)
        poller.register(self._listener, select.POLLIN)
        while True:
            ready = dict(poller.poll())
            if 0 in ready:
                return
            if time.monotonic() - self._measured > MEASURED_SECONDS:
                self._measure()
            with contextlib.suppress(OSError):  # the client is gone, or descriptors are
                connection, _ = self._listener.accept()
                with connection:
                    if _same_user(connection):
                        self._fork(connection, isolation, plan, shell)

    def _measure(self) -> None:
        self._factor = speed.factor()
        self._measured = time.monotonic()

    def _fork(self, connection: socket.socket, isolation: Isolation, plan: Any, shell: Any) -> None:
        try:
            child = os.fork()
        except OSError as failure:
            connection.sendall(json.dumps({"exhausted": failure.strerror}).encode() + b"\n")
            return
        if child == 0:
            try:
                self._listener.detach()
                guardian.run(connection, isolation, plan, shell, self._factor)
            finally:
                os._exit(1)


def _same_user(connection: socket.socket) -> bool:
    if not hasattr(socket, "SO_PEERCRED"):
        return True  # the folder's mode keeps others out
    size = struct.calcsize("3i")
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
    return bool(struct.unpack("3i", credentials)[1] == os.getuid())


def _import_student_package() -> None:
    """All of what students import of ours: inside, its files cannot be reached."""
    try:
        package = importlib.import_module(STUDENT_PACKAGE)
    except ModuleNotFoundError as error:
        if error.name == STUDENT_PACKAGE:
            return
        raise
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


def _first_line() -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        piece = os.read(0, 1)
        if not piece:
            sys.exit(1)
        line += piece
    return line


class _Speaker:
    """What this process says to whoever started it; what libraries print goes to the log."""

    def __init__(self) -> None:
        self._descriptor = os.dup(1)
        os.dup2(2, 1)

    def __call__(self, **message: Any) -> None:
        os.write(self._descriptor, json.dumps(message).encode() + b"\n")


if __name__ == "__main__":
    main()
