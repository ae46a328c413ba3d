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
DYING_SECONDS = 2.0


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
        self._deadline = time.monotonic() + START_SECONDS
        ours, theirs = socket.socketpair()
        reading, writing = os.pipe()
        self.channel = Channel(ours, reading, limits.answer_bytes)
        request = {"limits": dataclasses.asdict(limits), "module_name": module_name}
        try:
            self._guardian.connect(address)
            descriptors = [theirs.fileno(), writing]
            socket.send_fds(self._guardian, [json.dumps(request).encode()], descriptors)
        except OSError as error:
            raise AutograderError(f"No warm process listens at {address} ({error}).") from None
        finally:
            theirs.close()
            os.close(writing)
        try:
            self.tree = Tree(self._started())
            self._await_ready()
        except BaseException:
            self.channel.close()
            self._guardian.close()
            raise

    def end(self, dying: bool = False) -> dict[str, Any]:
        """Hang up, wait until everything below the worker is gone; returns how it had ended.

        One that is `dying` by itself gets a moment to do so, so that its guardian can say how.
        """
        said: dict[str, Any] = {}
        if dying:
            self._guardian.settimeout(DYING_SECONDS)
            said = self._line()
        self.channel.close()
        with contextlib.suppress(OSError):
            self._guardian.shutdown(socket.SHUT_WR)
        self._guardian.settimeout(END_SECONDS)
        said = said or self._line()
        self._line()  # nothing: it has gone
        self._guardian.close()
        return said

    def _started(self) -> int:
        said = self._line()
        if "unavailable" in said:
            raise IsolationUnavailable(f"No sandbox could be set up: {said['unavailable']}. {LESS}")
        if "pid" not in said:
            raise AutograderError("The warm process gave no sandbox: it has ended, or is stuck.")
        return int(said["pid"])

    def _await_ready(self) -> None:
        try:
            answer = wire.decode(self.channel.exchange((), self._tick, None))
        except (Died, Broken, wire.Malformed) as error:
            how = self._line().get("ended", error)
            raise AutograderError(f"A sandbox ended before it was ready ({how}).") from None
        if answer.get("outcome") != "ready":
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
