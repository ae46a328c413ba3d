"""The wire's codec: what crosses comes out the same, and nothing else comes out at all."""

from __future__ import annotations

import math
import operator
import struct
from typing import Any

import msgpack
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from autograder.sandbox.failures import Handle, HandleMisuse
from autograder.sandbox.protocol import codec

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**200), 2**200)
    | st.floats(allow_nan=False)
    | st.complex_numbers(allow_nan=False)
    | st.text(st.characters(exclude_categories=()))
    | st.binary(),
    lambda children: (
        st.lists(children, max_size=4)
        | st.lists(children, max_size=4).map(tuple)
        | st.dictionaries(st.text() | st.integers(-9, 9), children, max_size=4)
    ),
    max_leaves=20,
)
ARRAYS = st_numpy.arrays(
    st_numpy.boolean_dtypes()
    | st_numpy.integer_dtypes()
    | st_numpy.unsigned_integer_dtypes()
    | st_numpy.floating_dtypes(sizes=(16, 32, 64))
    | st_numpy.complex_number_dtypes(sizes=(64, 128))
    | st_numpy.unicode_string_dtypes(max_len=3),
    st_numpy.array_shapes(min_dims=0, min_side=0, max_side=3),
)


def crossed(value: Any) -> Any:
    return codec.decode(codec.encode(value))


def decoded_or_refused(payload: bytes | bytearray) -> str:
    """What was decoded, shown, or the sentence that refuses it; anything else is raised."""
    try:
        return repr(codec.decode(payload))
    except codec.Malformed as refusal:
        return str(refusal)


@given(PLAIN)
def test_plain_data_crosses_unchanged_in_value_and_type(value: Any) -> None:
    assert repr(crossed(value)) == repr(value)


@given(ARRAYS)
def test_arrays_cross_with_shape_values_and_native_dtype(array: np.ndarray[Any, Any]) -> None:
    there = crossed(array)
    assert type(there) is np.ndarray
    assert there.dtype == array.dtype.newbyteorder("=")
    assert there.shape == array.shape
    np.testing.assert_array_equal(there, array)


def test_an_array_that_crossed_is_a_writable_contiguous_copy() -> None:
    there = crossed(np.arange(12.0).reshape(3, 4).T)
    assert there.flags.writeable
    assert there.flags.c_contiguous
    assert there.flags.owndata


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_decoded_or_refused_but_raise_nothing_else(payload: bytes) -> None:
    assert decoded_or_refused(payload)


@given(ARRAYS, st.data())
def test_a_damaged_frame_is_decoded_or_refused(
    array: np.ndarray[Any, Any], data: st.DataObject
) -> None:
    payload = bytearray(codec.encode([array, (1, "x"), 2**80]))
    payload[data.draw(st.integers(0, len(payload) - 1))] = data.draw(st.integers(0, 255))
    assert decoded_or_refused(payload)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -0.0, 2**63, -(2**63), 2**64])
def test_numbers_at_the_edges_cross(value: float) -> None:
    assert repr(crossed(value)) == repr(value)


def test_a_lone_surrogate_crosses() -> None:
    assert crossed("\ud800x") == "\ud800x"


def test_numpy_scalars_stay_numpy_scalars() -> None:
    there = crossed([np.float32(1.5), np.int8(-3), np.bool_(True)])
    assert [type(item) for item in there] == [np.float32, np.int8, np.bool_]


def test_a_subclass_of_ndarray_is_made_plain() -> None:
    class Liar(np.ndarray):
        def __eq__(self, other: object) -> bool:  # type: ignore[override]
            return True

    assert type(crossed(np.zeros(3).view(Liar))) is np.ndarray


def test_subclasses_of_plain_types_are_made_plain() -> None:
    class Number(float):
        pass

    class Text(str):
        def __str__(self) -> str:
            return "something else"

    there = crossed([Number(1.5), Text("a"), type("L", (list,), {})([1])])
    assert there == [1.5, "a", [1]]
    assert [type(item) for item in there] == [float, str, list]


def test_what_has_an_array_inside_crosses_as_that_array() -> None:
    class Tensor:
        def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray[Any, Any]:
            return np.ones((2, 3), np.float32)

    assert crossed(Tensor()).shape == (2, 3)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (np.ma.masked_array([1, 2], [True, False]), "masked array"),
        (np.array([None, 1]), "dtype object"),
        (np.zeros(2, [("a", "f4")]), "dtype"),
        (np.array(["2020-01-01"], "M8[D]"), "dtype"),
        ([1 << 20_000], "integer of 20001 bits"),
        ({(1, 2): 3}, "key of type tuple"),
        (object(), "object in it is not plain data"),
    ],
)
def test_what_cannot_cross_is_refused_with_a_reason(value: Any, why: str) -> None:
    with pytest.raises(codec.CannotCross, match=why):
        codec.encode(value)


def test_a_list_that_contains_itself_is_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(codec.CannotCross, match="contains itself"):
        codec.encode(endless)


def test_more_items_than_allowed_are_refused() -> None:
    with pytest.raises(codec.CannotCross, match="items"):
        codec.encode([0] * (codec.MAX_ITEMS + 1))


def test_more_bytes_than_allowed_are_refused() -> None:
    with pytest.raises(codec.CannotCross, match="larger than 1 MB"):
        codec.encode(np.zeros(1 << 18), limit=1 << 20)


def _array_extension(name: bytes, shape: tuple[int, ...], body: bytes) -> bytes:
    head = struct.pack(f"<BB{len(shape)}Q", len(name), len(shape), *shape)
    packed: bytes = msgpack.packb(msgpack.ExtType(1, head + name + body))
    return packed


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\xc1",
        msgpack.packb(1) + b"\x00",
        b"\xdd\xff\xff\xff\xff",
        b"\x91" * 40 + b"\xc0",
        b"\x91" * 2000,
        msgpack.packb(msgpack.ExtType(2, b"")),
        msgpack.packb(msgpack.ExtType(3, b"")),
        msgpack.packb([1, msgpack.ExtType(3, b"")]),
        msgpack.packb({"a": msgpack.ExtType(3, b"")}),
        msgpack.packb(msgpack.ExtType(9, b"x")),
        msgpack.packb(msgpack.ExtType(6, b"short")),
        b"\x81\x90\x01",
        b"\x81\xa2\xff\xfe\x01",
        _array_extension(b"|O", (1,), bytes(8)),
        _array_extension(b"|V8", (1,), bytes(8)),
        _array_extension(b"<f8", (2,), bytes(8)),
        _array_extension(b"<f8", (2**62, 4), b""),
        _array_extension(b"<f8", (0, 2**40), b""),
        _array_extension(b"<f8", (1,) * 33, bytes(8)),
        _array_extension(b"|b1", (1,), b"\x02"),
        _array_extension(b"<U1", (1,), b"\xff\xff\xff\xff"),
        _array_extension(b"<U0", (1,), b""),
        _array_extension(b"f8,f8", (1,), bytes(16)),
    ],
)
def test_malformed_payloads_are_refused(payload: bytes) -> None:
    with pytest.raises(codec.Malformed):
        codec.decode(payload)


def test_many_small_containers_do_not_fill_the_memory() -> None:
    inner = b"\xdc\xff\xff" + b"\x90" * 0xFFFF
    with pytest.raises(codec.Malformed, match="too many items"):
        codec.decode(b"\xdc\x01\x00" + inner * 0x100)


def test_keys_that_could_collide_are_few() -> None:
    with pytest.raises(codec.Malformed, match="keys"):
        codec.decode(msgpack.packb(dict.fromkeys(range(codec.MAX_ODD_KEYS + 1))))


def test_a_handle_of_an_earlier_process_is_refused() -> None:
    with pytest.raises(codec.StaleHandle):
        codec.encode([Handle(0, "Model", generation=1)], generation=2)


@pytest.mark.parametrize(
    "misuse",
    [
        lambda handle: handle == 1,
        lambda handle: handle != 1,
        lambda handle: handle < 1,
        lambda handle: operator.eq(1, handle),
        lambda handle: operator.lt(1, handle),
        bool,
        len,
        iter,
        float,
        int,
        complex,
        abs,
        lambda handle: handle + 1,
        lambda handle: 1.0 * handle,
        lambda handle: np.ones(2) * handle,
        lambda handle: np.ones(2) == handle,
        lambda handle: handle[0],
        lambda handle: handle(),
        lambda handle: 1 in handle,
        lambda handle: [1, 2][handle],
        np.asarray,
        np.sum,
        sum,
        lambda handle: np.testing.assert_allclose(handle, 1.0),
    ],
)
def test_a_handle_is_never_taken_for_its_value(misuse: Any) -> None:
    with pytest.raises(HandleMisuse):
        misuse(Handle(0, "Model"))


def test_a_handle_shows_its_type_escaped_and_shortened() -> None:
    assert repr(Handle(0, "\x1b[31m" + "x" * 500)) == "<handle of \\x1b[31m" + "x" * 72 + ">"
