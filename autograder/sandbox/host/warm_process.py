"""The trusted side of a warm process: starts it with a clean environment, and ends it.

The warm process gets a new environment, no descriptor but its listener, and no secret.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from autograder.errors import AutograderError, EnvironmentUnusable
from autograder.sandbox.linux.isolation import Isolation
from autograder.sandbox.process_tree import Tree

_MODULE = "autograder.sandbox.inside.zygote"
_BACKLOG = 128
_LONGEST_SOCKET_PATH = 90
_END_SECONDS = 30.0
_LEAST_ROOM = 2**16
_LOOK_SECONDS = 0.5
# limits for importing an optional module: seconds of computing, and seconds of waiting
_OPTIONAL_SECONDS, _OPTIONAL_WAITING = 120.0, 30.0
_PACKAGE_PARENT = Path(__file__).resolve().parents[3]


_not_importable: set[str] = set()
"""Modules that no warm process can import; shared by all warm processes of this process."""


class WarmProcess:
    """A warm process, as a context manager.

    Args:
        preload: modules that it imports once, before any submission.
        isolation: the isolation of every worker process that it forks.
        hidden: directories that must not be reachable inside, even if the new root would contain
            them; by default the working directory and the course that contains this package.
        substitutes: the content that files have inside, by their path; this needs "namespaces".
        optional: installed modules that it imports in addition, if this does no harm: a module that
            fails, hangs or starts a thread is left out.

    Raises:
        AutograderError: a module cannot be imported; says which and why.
        EnvironmentUnusable: there is no folder for temporary files, or no process can be started.
    """

    def __init__(
        self,
        preload: Sequence[str] = ("numpy",),
        isolation: Isolation = "namespaces",
        hidden: Sequence[str | os.PathLike[str]] | None = None,
        substitutes: Mapping[str, bytes] | None = None,
        optional: Sequence[str] = (),
    ) -> None:
        self.isolation = isolation
        self.loaded: frozenset[str] = frozenset()
        """Top-level names of what it has imported."""
        self._process: subprocess.Popen[bytes] | None = None
        orders = {
            "preload": list(preload),
            "isolation": self.isolation,
            "hidden": _hidden() if hidden is None else [os.fspath(path) for path in hidden],
        }
        while True:
            wanted = [name for name in optional if name not in _not_importable]
            self._folder = _private_folder()
            self.address = os.path.join(self._folder, "socket")
            try:
                more = {"optional": wanted, "substitutes": self._written(substitutes or {})}
                self._start(orders | more)
                return
            except _OptionalImportFailed as failure:
                _not_importable.add(str(failure))
                self.close()
            except BaseException:
                self.close()
                raise

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the warm process, with it every submission that still runs, and its folder."""
        if self._process is not None and self._process.stdin and self._process.stdout:
            with contextlib.suppress(OSError):
                self._process.stdin.close()  # its signal to end
            try:
                self._process.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process.stdout.close()
            self._process = None
        shutil.rmtree(self._folder, ignore_errors=True)

    def _written(self, substitutes: Mapping[str, bytes]) -> list[tuple[str, str]]:
        """Paths, and the files in the private folder that are mounted there."""
        pairs = []
        for number, (path, content) in enumerate(substitutes.items()):
            file = Path(self._folder, f"substitute-{number}")
            file.write_bytes(content)
            file.chmod(0o444)
            pairs.append((os.path.realpath(path), str(file)))
        return pairs

    def _start(self, orders: dict[str, Any]) -> None:
        staging = os.path.join(self._folder, "root")
        os.mkdir(staging)
        log = os.path.join(self._folder, "log")
        with (
            socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener,
            open(log, "wb") as errors,
        ):
            listener.bind(self.address)
            listener.listen(_BACKLOG)
            try:
                self._process = subprocess.Popen(
                    [sys.executable, "-P", "-s", "-m", _MODULE],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    pass_fds=[listener.fileno()],
                    env=_clean_environment(self._folder),
                    cwd=self._folder,
                    start_new_session=True,
                )
            except OSError as error:
                what = error.filename or sys.executable
                raise EnvironmentUnusable(
                    f"No process can be started here ({what}: {error.strerror})."
                ) from None
            orders |= {"staging": staging, "listener": listener.fileno()}
            self._await_ready(self._process, orders, log)

    def _await_ready(self, process: subprocess.Popen[bytes], orders: Any, log: str) -> None:
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(json.dumps(orders).encode() + b"\n")
            process.stdin.flush()
        messages = _StartMessages(process)
        while True:
            message = messages.next()
            if "ready" in message:
                self.loaded = frozenset(message["loaded"])
                return
            if "left_out" in message:
                _not_importable.add(message["left_out"])
            if not message or "failed" in message:
                if messages.optional:
                    raise _OptionalImportFailed(messages.optional)
                _require_room(self._folder)
                tail = Path(log).read_text(errors="backslashreplace")[-500:]
                reason = message.get("failed", f"it ended: {tail}")
                raise AutograderError(f"The warm process could not start: {reason}")


class _OptionalImportFailed(Exception):
    """An optional module ended the warm process or blocked it."""


class _StartMessages:
    """The messages of a warm process until it is ready; one that hangs on a module is killed."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        self._process = process
        self._output = process.stdout.fileno()
        self._tree = Tree(process.pid)
        self._received = b""
        self.optional = ""
        """The optional module that it is importing now, or ""."""

    def next(self) -> dict[str, Any]:
        """The next message; empty if there will be none."""
        began, before = time.monotonic(), self._tree.used()
        while b"\n" not in self._received:
            if select.select([self._output], [], [], _LOOK_SECONDS)[0]:
                piece = os.read(self._output, 1 << 16)
                if not piece:
                    return {}
                self._received += piece
            elif self.optional:
                used, passed = self._tree.used(), time.monotonic() - began
                computed = used.computed - before.computed
                waited = passed - computed - (used.delayed - before.delayed)
                idle = waited > _OPTIONAL_WAITING and not self._tree.is_runnable()
                if idle or computed > _OPTIONAL_SECONDS:
                    self._process.kill()
        line, _, self._received = self._received.partition(b"\n")
        message: dict[str, Any] = json.loads(line)
        if "importing" in message:
            self.optional = "" if message.get("required") else message["importing"]
        return message


def _private_folder() -> str:
    """A private folder whose path is short enough for a socket.

    Raises:
        EnvironmentUnusable: none can be made.
    """
    try:
        folder = tempfile.mkdtemp(prefix="convgrade-")
        if len(folder) > _LONGEST_SOCKET_PATH:
            os.rmdir(folder)
            folder = tempfile.mkdtemp(prefix="convgrade-", dir="/tmp")
        os.chmod(folder, 0o700)  # whatever the umask is
    except OSError as error:
        raise EnvironmentUnusable(
            f"There is no usable folder for temporary files ({error.strerror}): "
            "set TMPDIR to one that can be written."
        ) from None
    return folder


def _require_room(folder: str) -> None:
    """Raise the reason if nothing more fits into the folder for temporary files."""
    disk = os.statvfs(folder)
    if disk.f_bavail * disk.f_frsize < _LEAST_ROOM:
        raise EnvironmentUnusable(
            f"The disk with {os.path.dirname(folder)} is full: make room there, or name another "
            "folder with TMPDIR, and run the command again."
        )


def _hidden() -> list[str]:
    found = []
    with contextlib.suppress(FileNotFoundError):  # the working folder was deleted
        found.append(os.getcwd())
    if _PACKAGE_PARENT.name != "site-packages":
        found.append(str(_PACKAGE_PARENT))
    return found


def _clean_environment(folder: str) -> dict[str, str]:
    environment = {
        "PATH": f"{os.path.dirname(sys.executable)}:/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "HOME": "/nonexistent",
        "IPYTHONDIR": os.path.join(folder, "ipython"),
        "MPLCONFIGDIR": os.path.join(folder, "matplotlib"),
        "KERAS_HOME": os.path.join(folder, "keras"),
        "MPLBACKEND": "Agg",
        "PYTHONHASHSEED": "0",  # an exact regrade iterates over sets in the same order
        "PYTHONDONTWRITEBYTECODE": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "PIP_NO_INDEX": "1",  # `!pip install` in a notebook fails at once: there is no network
    }
    for name in ("OPENBLAS_CORETYPE", "KERAS_BACKEND"):
        if name in os.environ:
            environment[name] = os.environ[name]
    return environment
