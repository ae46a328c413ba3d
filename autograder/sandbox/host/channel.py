"""The trusted side's end of the channel to one worker: one request, one answer; it never hangs.

One loop sends, receives, drains the worker's output and calls a tick. It knows frames, but not
their content. Whatever it receives, it raises nothing but `WorkerDied` and `ProtocolError`.
"""

from __future__ import annotations

import os
import select
import socket
import time
from collections.abc import Callable, Sequence

from autograder.sandbox.protocol import codec

TICK_SECONDS = 0.05
LONG_TICK_SECONDS = 0.2  # measuring a process with many threads costs milliseconds
LONG_AFTER_SECONDS = 0.5
_PIECE = 1 << 16


class WorkerDied(Exception):
    """The worker's end of the channel is closed."""


class ProtocolError(Exception):
    """The worker broke the protocol; says how."""


class Output:
    """The beginning of what student code printed, and its total size."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.kept = bytearray()
        self.count = 0

    def add(self, piece: bytes) -> None:
        self.count += len(piece)
        if len(self.kept) < self.limit:
            self.kept += piece[: self.limit - len(self.kept)]


class HostChannel:
    """Owns the socket and the output pipe; `answer_limit` bounds the length of a frame."""

    def __init__(
        self, connection: socket.socket, output_descriptor: int, answer_limit: int
    ) -> None:
        self._wire = connection
        self._wire.setblocking(False)
        self._output = output_descriptor
        os.set_blocking(output_descriptor, False)
        self._limit = answer_limit + codec.OVERHEAD

    def close(self) -> None:
        self._wire.close()
        if self._output >= 0:
            os.close(self._output)
            self._output = -1

    def exchange(
        self, request: Sequence[memoryview], tick: Callable[[], None], output: Output | None
    ) -> bytearray:
        """Send the pieces of one request (or none) and wait for the answer's payload.

        `tick` is called about every 50 ms, later every 200 ms, whatever happens, and may raise.
        """
        outgoing = [piece for piece in request if piece]
        if outgoing:
            self._expect_silence()
            self._send(outgoing)
        poller = select.poll()
        poller.register(self._output, select.POLLIN)
        poller.register(self._wire, select.POLLIN | (select.POLLOUT if outgoing else 0))
        incoming = bytearray()
        began = time.monotonic()
        interval = TICK_SECONDS
        next_tick = began + interval
        while not self._complete(incoming):
            events = dict(poller.poll(interval * 1000))
            now = time.monotonic()
            if now >= next_tick:
                if now - began > LONG_AFTER_SECONDS:
                    interval = LONG_TICK_SECONDS
                next_tick = now + interval
                tick()
            if self._output in events and not self._drain(output, pieces=16):
                poller.unregister(self._output)
            event = events.get(self._wire.fileno(), 0)
            if event & ~select.POLLOUT:
                if outgoing and event & select.POLLIN:
                    raise ProtocolError("it spoke before it was asked to")
                self._receive(incoming)
            if outgoing and event & select.POLLOUT:
                self._send(outgoing)
                if not outgoing:
                    poller.modify(self._wire, select.POLLIN)
        self._drain(output, pieces=64)
        return incoming[codec.HEADER.size :]

    def drain(self, output: Output | None) -> None:
        """Read what is left in the output pipe, without waiting."""
        self._drain(output, pieces=64)

    def _expect_silence(self) -> None:
        try:
            early = self._wire.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return
        except OSError:
            raise WorkerDied from None
        if not early:
            raise WorkerDied
        raise ProtocolError("it spoke without being asked")

    def _send(self, outgoing: list[memoryview]) -> None:
        """Send what the socket takes now, and remove it from `outgoing`."""
        while outgoing:
            try:
                sent = self._wire.send(outgoing[0][: 1 << 20])
            except BlockingIOError:
                return
            except OSError:
                raise WorkerDied from None
            outgoing[0] = outgoing[0][sent:]
            if not outgoing[0]:
                del outgoing[0]

    def _receive(self, incoming: bytearray) -> None:
        """Receive a piece; the announced length bounds what is kept, and is itself bounded."""
        try:
            piece = self._wire.recv(_PIECE if len(incoming) < _PIECE else 1 << 20)
        except BlockingIOError:
            return
        except OSError:
            raise WorkerDied from None
        if not piece:
            raise WorkerDied
        incoming += piece

    def _complete(self, incoming: bytearray) -> bool:
        if len(incoming) < codec.HEADER.size:
            return False
        (announced,) = codec.HEADER.unpack_from(incoming)
        if announced > self._limit:
            raise ProtocolError("it announced an answer larger than allowed")
        surplus = len(incoming) - codec.HEADER.size - announced
        if surplus > 0:
            raise ProtocolError("it said more than it was asked")
        return bool(surplus == 0)

    def _drain(self, output: Output | None, pieces: int) -> bool:
        """Read up to `pieces` pieces from the pipe; False once every writer has closed it."""
        for _ in range(pieces):
            try:
                piece = os.read(self._output, _PIECE)
            except BlockingIOError:
                return True
            if not piece:
                return False
            if output is not None:
                output.add(piece)
        return True
