"""The codec of requests: plain data, and in addition remote functions and large arrays.

The memory of a large array follows the frame unchanged, so that neither side ever holds a copy.
Only requests are encoded this way. Answers use `codec` alone, which does not know these extensions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgpack
import numpy as np

from autograder.sandbox.protocol import arrays, codec
from autograder.sandbox.protocol.remote_functions import RemoteFunction

LARGE = 1 << 20  # bytes
LIMIT = 1 << 30
_REMOTE_FUNCTION, _LARGE_ARRAY = 7, 8


def encode(
    message: Any, generation: int, remote_functions: dict[int, RemoteFunction] | None
) -> list[memoryview]:
    """The pieces of a request to send; its remote functions are added to `remote_functions`.

    Raises:
        StaleHandle: a handle belongs to another process than the one of `generation`.
        CannotCross: another value is not plain data, or no remote functions are allowed here.
    """
    encoder = _Encoder(generation, remote_functions)
    payload = encoder.payload(message)
    return [memoryview(codec.frame(payload)), *encoder.attached]


def decode(payload: bytes | bytearray, fill: Callable[[memoryview], None]) -> Any:
    """The message of a request's frame; `fill` receives the arrays that follow it, one by one."""
    return _Decoder(fill).value(payload)


class _Encoder(codec.Encoder):
    def __init__(self, generation: int, remote_functions: dict[int, RemoteFunction] | None) -> None:
        super().__init__(LIMIT, None, generation)
        self.remote_functions = remote_functions
        self.attached: list[memoryview] = []

    def array(self, value: np.ndarray[Any, Any]) -> Any:
        if value.nbytes < LARGE or isinstance(value, np.ma.MaskedArray):
            return super().array(value)
        self.bytes += value.nbytes
        self.check_size()
        head, array = arrays.head_and_array(np.asarray(value))
        self.attached.append(arrays.bytes_of(array))
        return msgpack.ExtType(_LARGE_ARRAY, head)

    def other(self, value: Any) -> Any:
        if isinstance(value, RemoteFunction) and self.remote_functions is not None:
            self.remote_functions[value.number] = value
            return codec.numbered(_REMOTE_FUNCTION, value.number, value.name)
        return super().other(value)


class _Decoder(codec.Decoder):
    def __init__(self, fill: Callable[[memoryview], None]) -> None:
        super().__init__(0)
        self.fill = fill

    def extension(self, code: int, data: bytes) -> Any:
        if code == _REMOTE_FUNCTION:
            return RemoteFunction(*codec.number_and_name(data))
        if code == _LARGE_ARRAY:
            shape, dtype, _ = arrays.head_of(data)
            array = np.empty(shape, dtype)
            self.fill(arrays.bytes_of(array))
            return array
        return super().extension(code, data)
