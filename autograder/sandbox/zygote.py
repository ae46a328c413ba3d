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
from typing import Any, NoReturn, cast

from autograder.execution.shell import prepare_shell
from autograder.sandbox import guardian, namespaces, root
from autograder.sandbox.isolation import Isolation

STUDENT_PACKAGE = "autograder.student"
WORKER = "autograder.sandbox.worker"  # what every fork runs
# what nearly every notebook imports; slow to import, and with a cache of fonts to build
USUAL = ("matplotlib.pyplot", "matplotlib_inline.backend_inline")


def main() -> None:
    """Reads its orders from the first line of stdin; ends when stdin does."""
    orders = json.loads(_first_line())
    isolation = cast(Isolation, orders["isolation"])
    listener = socket.socket(fileno=orders["listener"])
    try:
        for name in orders["preload"]:
            importlib.import_module(name)
        for name in USUAL:
            with contextlib.suppress(ImportError):
                importlib.import_module(name)
        _import_student_package()
        importlib.import_module(WORKER)
        shell = prepare_shell()
    except BaseException as error:  # said to whoever started us, who raises it
        _say({"failed": f"{type(error).__name__}: {error}"})
        raise
    plan = root.make_plan(
        orders["staging"],
        tuple(orders["hidden"]),
        namespaces.is_privileged(),
        tuple((path, file) for path, file in orders["substitutes"]),
    )
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps guardians
    gc.collect()
    gc.freeze()
    _say({"ready": True})
    _serve(listener, isolation, plan, shell)
    # whoever started us may have been killed, and then nobody else tidies up
    shutil.rmtree(os.path.dirname(plan.staging), ignore_errors=True)


def _serve(listener: socket.socket, isolation: Isolation, plan: Any, shell: Any) -> None:
    poller = select.poll()
    poller.register(0, select.POLLIN)
    poller.register(listener, select.POLLIN)
    while True:
        ready = dict(poller.poll())
        if 0 in ready:
            return
        with contextlib.suppress(OSError):  # out of descriptors or processes: the client hears it
            connection, _ = listener.accept()
            with connection:
                if _same_user(connection) and os.fork() == 0:
                    listener.detach()
                    _become_guardian(connection, isolation, plan, shell)


def _become_guardian(
    connection: socket.socket, isolation: Isolation, plan: Any, shell: Any
) -> NoReturn:
    try:
        guardian.run(connection, isolation, plan, shell)
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


def _say(message: dict[str, Any]) -> None:
    os.write(1, json.dumps(message).encode() + b"\n")


if __name__ == "__main__":
    main()
