"""The codec: length-prefixed frames of plain data, bounded and checked on both sides.

It is msgpack with a few extension types. It knows no message and no process. It never unpickles and
never evaluates. It decodes nothing but None, bool, int, float, complex, str, bytes, list, tuple,
dict, NumPy arrays and scalars of plain dtypes, and Handle.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import msgpack
import numpy as np

from autograder.sandbox.failures import Handle
from autograder.sandbox.protocol import arrays
from autograder.sandbox.protocol.arrays import CannotCross as CannotCross
from autograder.sandbox.protocol.arrays import Malformed as Malformed

HEADER = struct.Struct(">I")
OVERHEAD = 1 << 16  # of a frame, beyond the answer that it carries
MAX_DEPTH = 32
MAX_ITEMS = 250_000
MAX_ODD_KEYS = 4096  # of all dicts together, other than str: their hashes can be made to collide
_KEYS = (int, float, bool, bytes, type(None))
MAX_INT_BITS = 14_000  # str() of a longer one raises

_ARRAY, _SCALAR, _TUPLE, _COMPLEX, _BIG_INT, _HANDLE = 1, 2, 3, 4, 5, 6
_TUPLE_MARK = msgpack.ExtType(_TUPLE, b"")
_AS_THEY_ARE = frozenset({type(None), bool, float})
_LEAST_INT, _MOST_INT = -(1 << 63), 1 << 64


class StaleHandle(CannotCross):
    """A handle of a process that has ended since."""


class _TupleMark:
    """First element of an encoded tuple."""


_MARK = _TupleMark()
_NESTED = frozenset({list, dict, tuple, _TupleMark})


def encode(
    value: Any,
    *,
    limit: int = 1 << 30,
    keep: Callable[[Any], Handle] | None = None,
    generation: int | None = None,
) -> bytes:
    """The payload for `value`; `keep` returns handles for values that are not plain data.

    If `generation` is given, a handle of another generation raises `StaleHandle`.

    Raises:
        CannotCross: too large, too deep, of another dtype, or not plain data without `keep`.
    """
    return Encoder(limit, keep, generation).payload(value)


def decode(payload: bytes | bytearray, *, generation: int = 0) -> Any:
    """The value of a payload; every array is a writable, contiguous copy.

    Raises:
        Malformed: anything that `encode` would not have written.
    """
    return Decoder(generation).value(payload)


def frame(payload: bytes) -> bytes:
    """A payload with its length in front."""
    return HEADER.pack(len(payload)) + payload


class Encoder:
    """Encodes one payload and measures it while it grows; see `encode`."""

    def __init__(
        self, limit: int, keep: Callable[[Any], Handle] | None, generation: int | None
    ) -> None:
        self.limit = limit
        self.keep = keep
        self.generation = generation
        self.items = 0
        self.bytes = 0

    def payload(self, value: Any) -> bytes:
        plain = self.plain(value, MAX_DEPTH)
        payload: bytes = msgpack.packb(plain, use_bin_type=True, unicode_errors="surrogatepass")
        if len(payload) > self.limit + OVERHEAD:
            raise CannotCross(f"it is larger than {self.limit / (1 << 20):g} MB")
        return payload

    def plain(self, value: Any, depth: int) -> Any:
        kind = type(value)
        if kind in _AS_THEY_ARE:
            return value
        if kind is int:
            return value if _LEAST_INT <= value < _MOST_INT else _big_int(value)
        if kind is str:
            return self.sized(value)
        if isinstance(value, np.ndarray):
            return self.array(value)
        if isinstance(value, np.generic):
            return self.scalar(value)
        if isinstance(value, str):
            return self.sized(str.__str__(value))
        if isinstance(value, bytes):
            return self.sized(bytes.__getitem__(value, slice(None)))
        if isinstance(value, list | tuple | dict):
            return self.container(value, depth)
        if isinstance(value, int):
            return self.plain(int.__add__(value, 0), depth)
        if isinstance(value, float):
            return float.__add__(value, 0.0)
        if isinstance(value, complex):
            return msgpack.ExtType(_COMPLEX, struct.pack("<dd", value.real, value.imag))
        if isinstance(value, Handle):
            if self.generation not in (None, value.generation):
                raise StaleHandle(f"{value!r} is of an earlier process")
            return _handle(value)
        return self.other(value)

    def sized(self, value: Any) -> Any:
        self.bytes += len(value)
        self.check_size()
        return value

    def check_size(self) -> None:
        if self.bytes > self.limit:
            raise CannotCross(f"it is larger than {self.limit / (1 << 20):g} MB")

    def container(self, value: Any, depth: int) -> Any:
        kind = dict if isinstance(value, dict) else list if isinstance(value, list) else tuple
        self.items += kind.__len__(value) + 1
        if depth == 0:
            raise CannotCross(f"it is nested more than {MAX_DEPTH} deep, or contains itself")
        if self.items > MAX_ITEMS:
            raise CannotCross(f"it has more than {MAX_ITEMS:,} items; return an array instead")
        if kind is dict:
            return {self.key(k): self.plain(v, depth - 1) for k, v in dict.items(value)}
        plain = [self.plain(item, depth - 1) for item in kind.__iter__(value)]
        return plain if kind is list else [_TUPLE_MARK, *plain]

    def key(self, key: Any) -> Any:
        if type(key) is str:
            return key
        if isinstance(key, np.generic):
            key = key.item()
        if isinstance(key, str):
            return str.__str__(key)
        if isinstance(key, bool | float | bytes | None):
            return key
        if isinstance(key, int) and _LEAST_INT <= key < _MOST_INT:
            return int.__add__(key, 0)
        raise CannotCross(f"a dict in it has a key of type {type(key).__name__}")

    def array(self, value: np.ndarray[Any, Any]) -> Any:
        if isinstance(value, np.ma.MaskedArray):
            raise CannotCross("it is a masked array; return a plain array (`.filled(...)`)")
        array = np.asarray(value)
        self.bytes += array.nbytes
        self.check_size()
        return msgpack.ExtType(_ARRAY, arrays.encoded(array))

    def scalar(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.sized(str.__str__(value))
        if isinstance(value, bytes):
            return self.sized(bytes(value))
        array = arrays.carried(np.asarray(value))
        if array.dtype.metadata:  # a scalar cannot have it
            return msgpack.ExtType(_ARRAY, arrays.encoded(array))
        return msgpack.ExtType(_SCALAR, arrays.encoded(array))

    def other(self, value: Any) -> Any:
        array = _as_array(value)
        if array is not None and arrays.is_of_numbers(array.dtype):
            return self.array(array)
        if self.keep is None:
            raise CannotCross(f"a {type(value).__name__} in it is not plain data")
        return _handle(self.keep(value))


def _as_array(value: Any) -> np.ndarray[Any, Any] | None:
    """A tensor, a table or an image as an array; None if its class offers no array."""
    kind = type(value)
    if not (hasattr(kind, "__array__") or hasattr(kind, "__array_interface__")):
        return None
    for is_tracked in (False, True):
        try:
            # a tensor that is part of a gradient has to be detached first
            return np.asarray(value.detach().cpu() if is_tracked else value)
        except Exception:  # the student's class may raise anything; the value then stays inside
            continue
    return None


def _big_int(value: int) -> Any:
    bits = value.bit_length()
    if bits > MAX_INT_BITS:
        raise CannotCross(f"it contains an integer of {bits} bits")
    return msgpack.ExtType(_BIG_INT, value.to_bytes(bits // 8 + 1, "little", signed=True))


def _handle(handle: Handle) -> Any:
    return numbered(_HANDLE, handle.number, handle.type_name)


def numbered(code: int, number: int, name: str) -> Any:
    """An extension that holds a number and a name."""
    encoded = name[:200].encode("utf-8", "backslashreplace")
    return msgpack.ExtType(code, struct.pack("<Q", number) + encoded)


def number_and_name(data: bytes) -> tuple[int, str]:
    """Unpack what `numbered` packed."""
    if not 8 <= len(data) <= 1024:
        raise Malformed("a name")
    (number,) = struct.unpack_from("<Q", data)
    return number, data[8:].decode("utf-8", "backslashreplace")


class Decoder:
    """Hooks for msgpack that count items, measure depth and check every decoded value."""

    def __init__(self, generation: int) -> None:
        self.generation = generation
        self.items = 0
        self.odd_keys = 0
        self.heights: dict[int, int] = {}

    def value(self, payload: bytes | bytearray) -> Any:
        try:
            value = msgpack.unpackb(
                payload,
                raw=False,
                strict_map_key=False,
                unicode_errors="surrogatepass",
                ext_hook=self.extension,
                list_hook=self.sequence,
                object_pairs_hook=self.mapping,
                max_array_len=MAX_ITEMS,
                max_map_len=MAX_ITEMS,
                timestamp=1,
            )
        except Malformed:
            raise
        except (
            ValueError, TypeError, OverflowError, RecursionError, MemoryError, struct.error
        ) as trouble:  # fmt: skip
            raise Malformed(f"undecodable ({type(trouble).__name__})") from None
        if type(value) is _TupleMark:
            raise Malformed("a stray mark")
        return value

    def extension(self, code: int, data: bytes) -> Any:
        if code in (_ARRAY, _SCALAR):
            return arrays.decoded(data, scalar=code == _SCALAR)
        if code == _TUPLE and not data:
            return _MARK
        if code == _COMPLEX:
            return complex(*struct.unpack("<dd", data))
        if code == _BIG_INT and len(data) <= MAX_INT_BITS // 8 + 1:
            return int.from_bytes(data, "little", signed=True)
        if code == _HANDLE:
            return Handle(*number_and_name(data), self.generation)
        raise Malformed(f"extension {code}")

    def sequence(self, items: list[Any]) -> Any:
        self.count(len(items))
        if items and type(items[0]) is _TupleMark:
            value: Any = tuple(items[1:])
        else:
            value = items
        self.measure(value, value)
        return value

    def mapping(self, pairs: list[tuple[Any, Any]]) -> Any:
        self.count(2 * len(pairs))
        for key, _ in pairs:
            if type(key) is not str:
                self.odd_keys += 1
                if not isinstance(key, _KEYS) or self.odd_keys > MAX_ODD_KEYS:
                    raise Malformed("keys of a dict")
        value = dict(pairs)
        self.measure(value, value.values())
        return value

    def count(self, items: int) -> None:
        self.items += items + 1
        if self.items > 2 * MAX_ITEMS + 100:
            raise Malformed("too many items")

    def measure(self, value: Any, children: Any) -> None:
        height = 0
        for child in children:
            if type(child) in _NESTED:
                if type(child) is _TupleMark:
                    raise Malformed("a stray mark")
                height = max(height, self.heights.get(id(child), 0))
        if height >= MAX_DEPTH + 4:
            raise Malformed("nested too deep")
        self.heights[id(value)] = height + 1
