"""Arrays and numpy scalars as bytes of the wire: plain dtypes only, every bit pattern checked.

Knows nothing of frames; what it decodes is writable, contiguous and its own copy.
"""

from __future__ import annotations

import math
import struct
from typing import Any

import numpy as np

MAX_NDIM = 32
MAX_ELEMENTS = 1 << 31

_NAMES = "? i1 u1 <i2 <u2 <i4 <u4 <i8 <u8 <f2 <f4 <f8 <c8 <c16".split()
_PLAIN = {np.dtype(name).str.encode(): np.dtype(name) for name in _NAMES}


class CannotCross(Exception):
    """A value that has no place on the wire; the message completes "the answer cannot cross: "."""


class Malformed(Exception):
    """Bytes that are not a frame of ours."""


def encoded(array: np.ndarray[Any, Any]) -> bytes:
    """dtype, shape and elements of an array, little-endian and in C order."""
    head, array = described(array)
    return b"".join((head, bytes_of(array)))


def described(array: np.ndarray[Any, Any]) -> tuple[bytes, np.ndarray[Any, Any]]:
    """dtype and shape of an array, and the array as the wire has it, itself where it is so."""
    if array.ndim > MAX_NDIM or math.prod(max(1, size) for size in array.shape) > MAX_ELEMENTS:
        raise CannotCross(f"it is an array of shape {array.shape}")
    dtype = _wire_dtype(array.dtype)
    name = dtype.str.encode()
    head = struct.pack(f"<BB{array.ndim}Q", len(name), array.ndim, *array.shape)
    return head + name, np.ascontiguousarray(array, dtype).reshape(array.shape)


def bytes_of(array: np.ndarray[Any, Any]) -> memoryview:
    """The memory of an array that `described` gave."""
    return array.reshape(-1).view(np.uint8).data


def _wire_dtype(dtype: np.dtype[Any]) -> np.dtype[Any]:
    little = dtype.newbyteorder("<")
    if little.str.encode() in _PLAIN or (dtype.kind in "SU" and dtype.itemsize):
        return little
    advice = "; return an array of numbers" if dtype.kind == "O" else ""
    raise CannotCross(f"an array or number in it has the dtype {str(dtype)[:60]}{advice}")


def decoded(data: bytes, *, scalar: bool) -> Any:
    """What `encoded` wrote: an array, or with `scalar` the one element of it.

    Raises:
        Malformed: anything else.
    """
    shape, dtype, start = head_of(data)
    if scalar and shape:
        raise Malformed("dimensions of an array")
    body = memoryview(data)[start:]
    if math.prod(shape) * dtype.itemsize != len(body):
        raise Malformed("size of an array")
    flat = np.frombuffer(body, dtype) if len(body) else np.empty(0, dtype)
    _check_elements(flat)
    if scalar:
        return flat[0]
    return flat.reshape(shape).copy()


def head_of(data: bytes) -> tuple[tuple[int, ...], np.dtype[Any], int]:
    """Shape and dtype as `described` wrote them, and where they end.

    Raises:
        Malformed: anything else.
    """
    name_length, ndim = struct.unpack_from("<BB", data)
    if ndim > MAX_NDIM:
        raise Malformed("dimensions of an array")
    shape = struct.unpack_from(f"<{ndim}Q", data, 2)
    if math.prod(max(1, size) for size in shape) > MAX_ELEMENTS:
        raise Malformed("shape of an array")
    start = 2 + 8 * ndim
    return shape, _decoded_dtype(data[start : start + name_length]), start + name_length


def _decoded_dtype(name: bytes) -> np.dtype[Any]:
    dtype = _PLAIN.get(name)
    if dtype is not None:
        return dtype
    kind, digits = name[:2], name[2:]
    if kind in (b"<U", b"|S") and digits.isdigit() and 0 < len(digits) < 7 and int(digits):
        return np.dtype(name.decode("ascii"))
    raise Malformed("dtype of an array")


def _check_elements(flat: np.ndarray[Any, Any]) -> None:
    """Bit patterns that numpy itself would never make must not reach the grader."""
    if not flat.size:
        return
    if flat.dtype.kind == "b" and int(flat.view(np.uint8).max()) > 1:
        raise Malformed("a boolean that is neither")
    if flat.dtype.kind == "U" and int(flat.view("<u4").max()) > 0x10FFFF:
        raise Malformed("a character that is none")
