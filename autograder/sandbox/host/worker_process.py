"""The trusted side of one worker process: from its start to its end."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import socket
import tempfile
import time
from typing import Any

from autograder.errors import EnvironmentUnusable, IsolationUnavailable, SandboxLost
from autograder.sandbox.host.channel import HostChannel, ProtocolError, WorkerDied
from autograder.sandbox.limits import Limits
from autograder.sandbox.linux import probe, restricted
from autograder.sandbox.linux.isolation import Isolation
from autograder.sandbox.process_tree import Tree
from autograder.sandbox.protocol import codec
from autograder.sandbox.protocol.words import Reply

# Only a stuck process takes this long: an ended process closes its end of the connection at once.
START_SECONDS = 300.0
END_SECONDS = 120.0
PAUSES = (0.2, 0.5, 1.0, 2.0)  # seconds in which other processes may end


class WorkerProcess:
    """One worker, ready for its first cell once this returns.

    `factor` is how many seconds on this machine count as one second of the limits. `confined` means
    that nothing inside can end the processes outside, or itself by SIGKILL.

    Raises:
        IsolationUnavailable: a protection could not be applied; says which.
        EnvironmentUnusable: the machine gives no more processes.
        SandboxLost: the warm process is gone, or the new one was ended from outside.
    """

    def __init__(self, address: str, limits: Limits, module_name: str) -> None:
        self._address = address
        self._guardian = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._guardian.settimeout(START_SECONDS)
        self._received = b""
        self._deadline = time.monotonic() + START_SECONDS
        host_end, worker_end = socket.socketpair()
        reading, writing = os.pipe()
        self._importing = _shared_byte()
        self.channel = HostChannel(host_end, reading, limits.answer_bytes)
        request = {"limits": dataclasses.asdict(limits), "module_name": module_name}
        try:
            self._guardian.connect(address)
            descriptors = [worker_end.fileno(), writing, self._importing]
            socket.send_fds(self._guardian, [json.dumps(request).encode()], descriptors)
        except OSError as error:
            self._close()
            raise SandboxLost(f"No warm process listens at {address} ({error}).") from None
        finally:
            worker_end.close()
            os.close(writing)
        try:
            message = self._started()
            self.tree = Tree(int(message["pid"]))
            self.factor = float(message["factor"])
            self._isolation: Isolation = message["isolation"]
            self.confined = self._isolation == "namespaces"
            self._await_ready(self._isolation)
        except BaseException:
            self._close()
            raise

    def is_importing(self) -> bool:
        """Whether the worker claims that it is importing an installed library."""
        return os.pread(self._importing, 1, 0) == b"\1"

    def end(self, dying: bool = False) -> dict[str, Any]:
        """Hang up and wait until all processes below the worker are gone; returns how it had ended.

        If it is `dying` by itself, this waits for it, however long that takes on a busy machine, so
        that its guardian can report how it ended. Without "ended", the guardian was gone as well.
        """
        message: dict[str, Any] = {}
        self._guardian.settimeout(END_SECONDS)
        if dying and self.tree.is_ending():
            message = self._line()
        self.channel.close()
        with contextlib.suppress(OSError):
            self._guardian.shutdown(socket.SHUT_WR)
        message = message or self._line()
        if not message and self._isolation == "restricted":
            restricted.end_group(self.tree.pid)  # the guardian can no longer do it
        self._line()  # returns {} once the guardian has ended
        self._close()
        return message

    def _close(self) -> None:
        self.channel.close()
        self._guardian.close()
        os.close(self._importing)

    def _started(self) -> dict[str, Any]:
        message = self._line()
        if "unavailable" in message:
            raise self._refused(message["unavailable"], message["isolation"])
        if "exhausted" in message:
            raise EnvironmentUnusable(
                f"This machine gives no more processes ({message['exhausted']}): end some, or "
                "raise the limit (`ulimit -u`, or the container's)."
            )
        if "pid" not in message:
            raise SandboxLost("The warm process gave no sandbox: it was ended, or is stuck.")
        return message

    def _await_ready(self, isolation: Isolation) -> None:
        try:
            answer = codec.decode(self.channel.exchange((), self._tick, None))
        except (WorkerDied, ProtocolError, codec.Malformed) as error:
            how = self._line().get("ended", error)
            raise SandboxLost(f"A sandbox ended before it was ready ({how}).") from None
        if answer.get("outcome") != Reply.READY:
            raise self._refused(answer["text"], isolation)

    def _refused(self, why: str, isolation: Isolation) -> IsolationUnavailable | SandboxLost:
        """What to raise if a protection could not be applied.

        Where the warm process has ended, its folders are gone, and that is the cause.
        """
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as again:
            again.settimeout(START_SECONDS)
            try:
                again.connect(self._address)
            except OSError:
                return SandboxLost("The warm process was ended while it made a sandbox.")
        return IsolationUnavailable(
            f"No sandbox could be set up: {why}. {probe.less_than(isolation)}"
        )

    def _tick(self) -> None:
        if time.monotonic() > self._deadline:
            raise WorkerDied

    def _line(self) -> dict[str, Any]:
        """The guardian's next message; empty if there will be none."""
        while b"\n" not in self._received:
            try:
                piece = self._guardian.recv(4096)
            except OSError:
                return {}
            if not piece:
                return {}
            self._received += piece
        line, _, self._received = self._received.partition(b"\n")
        message: dict[str, Any] = json.loads(line)
        return message


def start_worker(address: str, limits: Limits, module_name: str) -> WorkerProcess:
    """Start a worker; if the machine gives no process at the moment, try again a little later.

    Raises:
        the same as `WorkerProcess`.
    """
    for pause in PAUSES:
        try:
            return WorkerProcess(address, limits, module_name)
        except EnvironmentUnusable:
            time.sleep(pause)
    return WorkerProcess(address, limits, module_name)


def _shared_byte() -> int:
    """A file of one byte in memory, which the worker maps."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("importing")
    else:
        with tempfile.TemporaryFile() as file:
            descriptor = os.dup(file.fileno())
    os.pwrite(descriptor, b"\0", 0)
    return descriptor
