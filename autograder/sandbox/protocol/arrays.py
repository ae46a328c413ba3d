"""Arrays and NumPy scalars as bytes: plain dtypes only, every bit pattern checked.

This module does not know frames. Decoded arrays are writable, contiguous copies.
"""

from __future__ import annotations

import math
import struct
from functools import lru_cache
from typing import Any

import numpy as np

MAX_NDIM = 32
MAX_ELEMENTS = 1 << 31

_NAMES = "? i1 u1 <i2 <u2 <i4 <u4 <i8 <u8 <f2 <f4 <f8 <c8 <c16".split()
_PLAIN = {np.dtype(name).str.encode(): np.dtype(name) for name in _NAMES}
_PLAIN_DTYPES = frozenset(_PLAIN.values())
_CARRIERS = {
    "bfloat16": "<f4",
    "float8_e3m4": "<f4",
    "float8_e4m3": "<f4",
    "float8_e4m3b11fnuz": "<f4",
    "float8_e4m3fn": "<f4",
    "float8_e4m3fnuz": "<f4",
    "float8_e5m2": "<f4",
    "float8_e5m2fnuz": "<f4",
    "float8_e8m0fnu": "<f4",
    "float6_e2m3fn": "<f4",
    "float6_e3m2fn": "<f4",
    "float4_e2m1fn": "<f4",
    "int2": "|i1",
    "int4": "|i1",
    "uint2": "|u1",
    "uint4": "|u1",
    "longdouble": "<f8",
    "clongdouble": "<c16",
}
"""Dtypes that NumPy lacks or that differ between machines, and the dtypes that replace them."""
_CARRIED = {
    f"{carrier}:{name}".encode(): np.dtype(carrier, metadata={"shown": name})
    for name, carrier in _CARRIERS.items()
}


class CannotCross(Exception):
    """A value that the codec cannot encode; the message completes "the answer cannot cross: "."""


class Malformed(Exception):
    """Bytes that are not a valid frame."""


def shown_dtype(array: np.ndarray[Any, Any]) -> str:
    """The name of the dtype that an array had inside: "bfloat16" if it crossed as float32."""
    shown = (array.dtype.metadata or {}).get("shown")
    return str(shown or array.dtype)


def carried(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The array; if its dtype is in `_CARRIERS`, one of a plain dtype that notes the name."""
    name = _uncommon(array.dtype)
    if not name:
        return array
    with np.errstate(over="ignore"):
        plain = array.astype(_CARRIERS[name])
    return plain.view(_CARRIED[f"{_CARRIERS[name]}:{name}".encode()])


def _uncommon(dtype: np.dtype[Any]) -> str:
    if dtype.kind in "fc" and dtype.itemsize > (8 if dtype.kind == "f" else 16):
        return "longdouble" if dtype.kind == "f" else "clongdouble"
    of_numbers = dtype.type.__module__.partition(".")[0] == "ml_dtypes"
    return dtype.name if of_numbers and dtype.name in _CARRIERS else ""


def is_of_numbers(dtype: np.dtype[Any]) -> bool:
    """Whether arrays of this dtype hold numbers and can cross."""
    return dtype.kind in "biufc" or bool(_uncommon(dtype))


def encoded(array: np.ndarray[Any, Any]) -> bytes:
    """dtype, shape and elements of an array, little-endian and in C order."""
    if array.dtype in _PLAIN_DTYPES and not array.dtype.metadata:
        return _head(array.dtype, array.shape) + array.tobytes()
    head, array = head_and_array(array)
    return b"".join((head, bytes_of(array)))


def head_and_array(array: np.ndarray[Any, Any]) -> tuple[bytes, np.ndarray[Any, Any]]:
    """dtype and shape as bytes, and the array as it crosses (the same one if that is possible)."""
    shape = array.shape
    array = carried(array)
    dtype = _wire_dtype(array.dtype)
    head = _head(dtype, shape, (array.dtype.metadata or {}).get("shown", ""))
    return head, np.ascontiguousarray(array, dtype).reshape(shape)


@lru_cache(maxsize=1024)
def _head(dtype: np.dtype[Any], shape: tuple[int, ...], shown: str = "") -> bytes:
    if len(shape) > MAX_NDIM or _extent(shape) > MAX_ELEMENTS:
        raise CannotCross(f"it is an array of shape {shape}")
    name = f"{dtype.str}:{shown}" if shown else dtype.str
    return struct.pack(f"<BB{len(shape)}Q", len(name), len(shape), *shape) + name.encode()


def _extent(shape: tuple[int, ...]) -> int:
    """How many elements an array would have if no dimension were 0."""
    return math.prod(max(1, size) for size in shape)


def bytes_of(array: np.ndarray[Any, Any]) -> memoryview:
    """The memory of an array that `head_and_array` returned."""
    return array.reshape(-1).view(np.uint8).data


def _wire_dtype(dtype: np.dtype[Any]) -> np.dtype[Any]:
    little = dtype.newbyteorder("<")
    if little.str.encode() in _PLAIN or (dtype.kind in "SU" and dtype.itemsize):
        return little
    advice = "; return an array of numbers" if dtype.kind == "O" else ""
    raise CannotCross(f"an array or number in it has the dtype {str(dtype)[:60]}{advice}")


def decoded(data: bytes, *, scalar: bool) -> Any:
    """Decode what `encoded` wrote: an array, or with `scalar` its only element.

    Raises:
        Malformed: anything else.
    """
    shape, dtype, start = head_of(data)
    if scalar and shape:
        raise Malformed("dimensions of an array")
    if math.prod(shape) * dtype.itemsize != len(data) - start:
        raise Malformed("size of an array")
    flat = np.frombuffer(data, dtype, offset=start) if len(data) > start else np.empty(0, dtype)
    _check_elements(flat)
    if scalar:
        return flat[0]
    return flat.reshape(shape).copy()


def head_of(data: bytes) -> tuple[tuple[int, ...], np.dtype[Any], int]:
    """Shape and dtype as `head_and_array` wrote them, and the offset at which they end.

    Raises:
        Malformed: anything else.
    """
    name_length, ndim = struct.unpack_from("<BB", data)
    if ndim > MAX_NDIM:
        raise Malformed("dimensions of an array")
    end = 2 + 8 * ndim + name_length
    shape, dtype = _shape_and_dtype(data[:end], ndim)
    return shape, dtype, end


@lru_cache(maxsize=1024)
def _shape_and_dtype(head: bytes, ndim: int) -> tuple[tuple[int, ...], np.dtype[Any]]:
    shape = struct.unpack_from(f"<{ndim}Q", head, 2)
    if _extent(shape) > MAX_ELEMENTS:
        raise Malformed("shape of an array")
    return shape, _decoded_dtype(head[2 + 8 * ndim :])


def _decoded_dtype(name: bytes) -> np.dtype[Any]:
    dtype = _PLAIN.get(name) or _CARRIED.get(name)
    if dtype is not None:
        return dtype
    kind, digits = name[:2], name[2:]
    if kind in (b"<U", b"|S") and digits.isdigit() and 0 < len(digits) < 7 and int(digits):
        return np.dtype(name.decode("ascii"))
    raise Malformed("dtype of an array")


def _check_elements(flat: np.ndarray[Any, Any]) -> None:
    """Refuse bit patterns that NumPy itself would never make: they must not reach the grader."""
    if not flat.size:
        return
    if flat.dtype.kind == "b" and int(flat.view(np.uint8).max()) > 1:
        raise Malformed("a boolean that is neither")
    if flat.dtype.kind == "U" and int(flat.view("<u4").max()) > 0x10FFFF:
        raise Malformed("a character that is none")
