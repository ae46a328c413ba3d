"""The trusted side's view of one fork of the warm process: from the request to its end."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import socket
import time
from typing import Any

from autograder.errors import AutograderError, IsolationUnavailable
from autograder.sandbox import wire
from autograder.sandbox.channel import Broken, Channel, Died
from autograder.sandbox.isolation import LESS
from autograder.sandbox.limits import Limits, Tree

START_SECONDS = 60.0
END_SECONDS = 10.0


class Fork:
    """One worker, ready for its first cell once this returns.

    Raises:
        IsolationUnavailable: a protection could not be put up; says which.
        AutograderError: the warm process does not answer.
    """

    def __init__(self, address: str, limits: Limits, module_name: str) -> None:
        self._guardian = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._guardian.settimeout(START_SECONDS)
        self._said = b""
        ours, theirs = socket.socketpair()
        reading, writing = os.pipe()
        self.channel = Channel(ours, reading, limits.answer_bytes)
        self._deadline = time.monotonic() + START_SECONDS
        request = {"limits": dataclasses.asdict(limits), "module_name": module_name}
        try:
            self._guardian.connect(address)
            socket.send_fds(
                self._guardian, [json.dumps(request).encode()], [theirs.fileno(), writing]
            )
            theirs.close()
            os.close(writing)
            writing = -1
            self.tree = Tree(self._started())
            self._await_ready()
        except (OSError, Died, Broken, wire.Malformed) as error:
            raise AutograderError(
                f"The warm process at {address} gave no sandbox ({error or type(error).__name__})."
            ) from None
        finally:
            theirs.close()
            if writing >= 0:
                os.close(writing)

    def end(self) -> dict[str, Any]:
        """Hang up, wait until everything below the worker is gone; returns how it had ended."""
        self.channel.close()
        with contextlib.suppress(OSError):
            self._guardian.shutdown(socket.SHUT_WR)
        self._guardian.settimeout(END_SECONDS)
        said = self._line()
        self._guardian.close()
        return said

    def _started(self) -> int:
        said = self._line()
        if "unavailable" in said:
            raise IsolationUnavailable(f"No sandbox could be set up: {said['unavailable']}. {LESS}")
        if "pid" not in said:
            raise Died
        return int(said["pid"])

    def _await_ready(self) -> None:
        answer = wire.decode(self.channel.exchange(b"", self._tick, None))
        if answer.get("outcome") == "unavailable":
            self.end()
            raise IsolationUnavailable(f"No sandbox could be set up: {answer['text']}. {LESS}")

    def _tick(self) -> None:
        if time.monotonic() > self._deadline:
            raise Died

    def _line(self) -> dict[str, Any]:
        """The guardian's next message; empty if there is none to come."""
        while b"\n" not in self._said:
            try:
                piece = self._guardian.recv(4096)
            except OSError:
                return {}
            if not piece:
                return {}
            self._said += piece
        line, _, self._said = self._said.partition(b"\n")
        message: dict[str, Any] = json.loads(line)
        return message
