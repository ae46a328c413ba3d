"""The worker's end of the channel: whole frames, one at a time, and callbacks during a call.

Runs in the worker process. A remote function is a proxy here, which asks the trusted side for
values: no reference code is ever in this process. The trusted side decides what a proxy may ask,
and when.
"""

from __future__ import annotations

import builtins
import os
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from autograder.sandbox.protocol import codec
from autograder.sandbox.protocol.remote_functions import RemoteFunction
from autograder.sandbox.protocol.words import Reply


class WorkerConnection:
    """The socket to the trusted side. It hangs up when that does."""

    def __init__(self, connection: socket.socket, limit: int) -> None:
        self._connection = connection
        self._limit = limit
        self._asking = threading.Lock()
        self._call = 0  # the request during which proxies may ask; 0 is none
        self._pid = os.getpid()

    def send(self, payload: bytes) -> None:
        self._connection.sendall(codec.frame(payload))

    def receive(self) -> bytearray:
        (length,) = codec.HEADER.unpack(self._exactly(codec.HEADER.size))
        return self._exactly(length)

    def _exactly(self, length: int) -> bytearray:
        data = bytearray(length)
        self.fill(memoryview(data))
        return data

    def fill(self, memory: memoryview) -> None:
        """Receive bytes until `memory` is full."""
        got = 0
        while got < len(memory):
            count = self._connection.recv_into(memory[got:])
            if count == 0:
                os._exit(0)
            got += count

    @contextmanager
    def replacing(self, namespace: dict[str, Any], names: list[str], number: int) -> Iterator[None]:
        """During request `number`, bind these names to proxies for functions of the trusted side.

        Other names of the same functions are bound to the proxies, too.
        """
        before = dict(namespace) if names else {}
        proxies = {name: self._proxy(name, name, number) for name in names}
        for name, proxy in proxies.items():
            own = before.get(name)
            if callable(own):
                aliases = [other for other, value in before.items() if value is own]
                namespace.update(dict.fromkeys(aliases, proxy))
            namespace[name] = proxy
        self._call = number
        try:
            yield
        finally:
            with self._asking:
                self._call = 0
            if proxies:
                self._restore(namespace, before, proxies)

    @staticmethod
    def _restore(
        namespace: dict[str, Any], before: Mapping[str, Any], proxies: Mapping[str, Any]
    ) -> None:
        """Undo what `replacing` bound, under whatever names it is bound now."""
        put_there = set(map(id, proxies.values()))
        for name in [name for name, value in namespace.items() if id(value) in put_there]:
            del namespace[name]
            if name in before:
                namespace[name] = before[name]

    def proxy_for(self, argument: RemoteFunction) -> Callable[..., Any]:
        """The proxy for an argument of the running request; it works only during that request."""
        return self._proxy(argument.number, argument.name, self._call)

    def _proxy(self, key: str | int, name: str, number: int) -> Callable[..., Any]:
        def proxy(*args: Any, **kwargs: Any) -> Any:
            return self._ask(number, key, name, args, kwargs)

        proxy.__name__ = proxy.__qualname__ = name
        return proxy

    def _ask(self, number: int, key: str | int, name: str, args: Any, kwargs: Any) -> Any:
        question = {"id": number, "outcome": Reply.ASKS, "name": key}
        with self._asking:
            if number != self._call or os.getpid() != self._pid:
                raise RuntimeError(f"{name} cannot be called here: the test is over")
            try:
                payload = codec.encode(
                    {**question, "args": list(args), "kwargs": dict(kwargs)}, limit=self._limit
                )
            except codec.CannotCross as refusal:
                raise TypeError(f"an argument of {name} cannot be used: {refusal}") from None
            self.send(payload)
            reply = codec.decode(self.receive())
        if "value" in reply:
            return reply["value"]
        raise _exception(reply["type"], reply["text"])


def _exception(name: str, text: str) -> Exception:
    """The built-in exception of that name, or a RuntimeError that names it."""
    kind = getattr(builtins, name, None)
    if isinstance(kind, type) and issubclass(kind, Exception):
        try:
            return kind(text)
        except TypeError:  # such as UnicodeError, which takes more arguments
            pass
    return RuntimeError(f"{name}: {text}")
