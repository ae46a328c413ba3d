"""What the trusted side does with frames that nobody foresaw: what it declares, and no more."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgpack
import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from autograder.sandbox.failures import CallFailed, Handle, HandleMisuse
from autograder.sandbox.host import answer_parser
from autograder.sandbox.host.channel import HostChannel, Output, ProtocolError, WorkerDied
from autograder.sandbox.protocol import codec
from autograder.suite import expect

LIMIT = 1 << 20
MEMORY_PER_BYTE = 600  # of a frame: a tiny array costs that much
MEMORY_AT_LEAST = 128 << 20  # nested containers may announce some megabytes each

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(1 << 63), (1 << 64) - 1),
    st.floats(),
    st.text(max_size=20),
    st.binary(max_size=20),
)
extensions = st.builds(
    msgpack.ExtType,
    st.integers(0, 127) | st.sampled_from([1, 2, 3, 4, 5, 6]),
    st.binary(max_size=64)
    | st.builds(
        lambda name, shape, body: (
            struct.pack(f"<BB{len(shape)}Q", len(name), len(shape), *shape) + name + body
        ),
        st.sampled_from([b"<f4", b"|u1", b"|b1", b"<U2", b"|S1", b"<f2", b"|O8", b"<M8", b"<U0"]),
        st.lists(st.integers(0, 4) | st.integers(0, 2**64 - 1), max_size=4),
        st.binary(max_size=64),
    ),
)
documents = st.recursive(
    scalars | extensions,
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(scalars.filter(lambda key: key == key), inner, max_size=5)
    ),
    max_leaves=20,
)
answer_keys = st.sampled_from(
    ["id", "outcome", "value", "arguments", "shares_memory", "types", "text", "line", "traceback"]
)
outcomes = st.sampled_from(
    ["ok", "missing", "refused", "error", "not_implemented", "passed", "timeout", "", 1, None]
)
plain_values = st.recursive(
    scalars | st.just(Handle(3, "Sequential")) | st.just(np.zeros((2, 3))) | st.just(np.float16(2)),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=15,
)


def packed(document: Any) -> bytes:
    return bytes(msgpack.packb(document, use_bin_type=True, unicode_errors="surrogatepass"))


@contextmanager
def bounded_memory(frame: bytes) -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < MEMORY_AT_LEAST + MEMORY_PER_BYTE * len(frame)
    finally:
        tracemalloc.stop()


def decoded_or_refused(frame: bytes) -> Any:
    try:
        return codec.decode(frame)
    except codec.Malformed:
        return None


def read(answer: Any, watch: bool) -> tuple[Any, Exception | None]:
    """The value that an answer brings, or which of the declared failures it is."""
    try:
        return answer_parser.read(answer, 1, "max_pool2d", watch).value, None
    except (CallFailed, ProtocolError) as failure:
        return None, failure


def is_plain(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(map(is_plain, value))
    if isinstance(value, dict):
        return all(map(is_plain, value)) and all(map(is_plain, value.values()))
    if isinstance(value, np.ndarray):
        return type(value) is np.ndarray and value.dtype.kind in "biufcSU" and value.flags.owndata
    numbers = (bool, int, float, complex, str, bytes, type(None), Handle)
    return type(value) in numbers or isinstance(value, np.number | np.bool_ | np.str_ | np.bytes_)


@given(st.binary(max_size=300))
@example(b"")
@example(b"\xc1")
@example(b"\xdd\xff\xff\xff\xff" * 50)
@example((b"\xdd" + struct.pack(">I", 250_000)) * 1000)
@example((b"\xdf" + struct.pack(">I", 250_000)) * 300)
@example(b"\xc6\xff\xff\xff\xff")
@example(b"\xc9\xff\xff\xff\xff\x01")
@example(b"\x91" * 100_000)
@example(b"\xd6\xff\x00\x00\x00\x00")
def test_any_bytes_are_plain_data_or_malformed(frame: bytes) -> None:
    with bounded_memory(frame):
        assert is_plain(decoded_or_refused(frame))


@given(documents)
@example(msgpack.ExtType(3, b""))
@example([msgpack.ExtType(3, b""), msgpack.ExtType(3, b"")])
@example({"a": msgpack.ExtType(3, b"")})
@example([{1: 2}, msgpack.ExtType(1, b"\x03\x00|u1")])
@example({float("inf"): 1, True: 2, 3: 3, b"x": 4})
def test_any_document_is_plain_data_or_malformed(document: Any) -> None:
    frame = packed(document)
    with bounded_memory(frame):
        assert is_plain(decoded_or_refused(frame))


@given(documents)
def test_what_was_decoded_can_be_compared_and_shown(document: Any) -> None:
    value = decoded_or_refused(packed(document))
    assert len(expect.shown(value)) <= 80
    for want in (3, True, (1, 2), np.ones((2, 3))):
        for compare in (expect.close, expect.equal):
            if compare is expect.close or not isinstance(want, np.ndarray):
                with contextlib.suppress(expect.Mismatch, HandleMisuse):
                    compare(value, want)


@given(st.dictionaries(answer_keys, plain_values, max_size=9), st.booleans())
@example({"id": True, "outcome": "ok", "value": 1}, False)
@example({"id": 1, "outcome": "error", "types": [], "text": "", "line": 0, "traceback": ""}, False)
@example({"id": 1, "outcome": "ok", "value": 1, "arguments": [], "shares_memory": 1}, True)
def test_any_map_is_an_answer_or_a_declared_failure(answer: dict[str, Any], watch: bool) -> None:
    value, failure = read(answer, watch)
    assert failure is not None or value is answer["value"]
    assert len(str(failure)) < 10_000


@given(plain_values)
def test_anything_but_a_map_is_broken(answer: Any) -> None:
    if not isinstance(answer, dict):
        with pytest.raises(ProtocolError):
            answer_parser.read(answer, 1, "max_pool2d")


@given(
    st.fixed_dictionaries(
        {"id": st.just(1), "outcome": outcomes},
        optional={
            "value": plain_values,
            "types": st.lists(st.text(max_size=300), max_size=30) | plain_values,
            "text": st.text(max_size=9000) | plain_values,
            "line": st.integers() | plain_values,
            "traceback": st.text(max_size=100) | plain_values,
        },
    )
)
def test_a_nearly_right_answer_says_nothing_too_long(answer: dict[str, Any]) -> None:
    _, failure = read(answer, watch=False)
    if isinstance(failure, CallFailed):
        assert len(failure.message) < 5_000
        assert len(failure.detail) <= 16_000


class OutOfPatience(Exception):
    """The clock of a test: the exchange has ticked often enough."""


def exchange(peer: Callable[[socket.socket, int], None], request: bytes = b"request") -> bytes:
    """One exchange with a peer that does as it likes; ends by itself or by its clock."""
    host_end, worker_end = socket.socketpair()
    reading, writing = os.pipe()
    channel = HostChannel(host_end, reading, LIMIT)
    ticks = iter(range(4))

    def tick() -> None:
        if next(ticks, None) is None:
            raise OutOfPatience

    def run() -> None:
        with contextlib.suppress(OSError):
            peer(worker_end, writing)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        return bytes(channel.exchange([memoryview(request)], tick, Output(1000)))
    finally:
        channel.close()
        with contextlib.suppress(OSError):
            worker_end.shutdown(socket.SHUT_RDWR)
        thread.join()
        worker_end.close()
        os.close(writing)


ENDS = (WorkerDied, ProtocolError, OutOfPatience)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.binary(max_size=40) | st.just(codec.frame(b"abc")), max_size=4), st.booleans())
def test_any_bytes_from_the_peer_end_the_exchange(pieces: list[bytes], hang_up: bool) -> None:
    def peer(line: socket.socket, output: int) -> None:
        line.recv(100)
        for piece in pieces:
            os.write(output, piece[:10])
            line.sendall(piece)
        if hang_up:
            line.shutdown(socket.SHUT_WR)

    with contextlib.suppress(*ENDS):
        answer = exchange(peer)
        # what follows a whole answer may come too late for this exchange: then the next one ends
        assert b"".join(pieces).startswith(codec.frame(answer))


def speaks_early(line: socket.socket, output: int) -> None:
    line.sendall(codec.frame(b"early") * 3)


def announces_too_much(line: socket.socket, output: int) -> None:
    line.sendall(b"\xff\xff\xff\xff")


def says_two_things(line: socket.socket, output: int) -> None:
    line.recv(100)
    line.sendall(codec.frame(b"one") + codec.frame(b"two"))


def trickles(line: socket.socket, output: int) -> None:
    line.sendall(struct.pack(">I", 1000))
    while line.send(b"x"):
        threading.Event().wait(0.01)


def never_reads(line: socket.socket, output: int) -> None:
    threading.Event().wait(0.05)


def sends_out_of_band(line: socket.socket, output: int) -> None:
    line.send(b"!", socket.MSG_OOB)
    line.sendall(codec.frame(b"answer"))
    line.send(b"!", socket.MSG_OOB)


def half_closes(line: socket.socket, output: int) -> None:
    line.shutdown(socket.SHUT_RD)


def floods_the_output(line: socket.socket, output: int) -> None:
    os.set_blocking(output, False)
    for _ in range(10_000):
        with contextlib.suppress(BlockingIOError):
            os.write(output, b"spam" * 4096)


@pytest.mark.parametrize(
    "peer",
    [
        speaks_early, announces_too_much, says_two_things, trickles, never_reads,
        half_closes, floods_the_output,
    ],
)  # fmt: skip
@pytest.mark.parametrize("request_bytes", [b"short", b"long" * (1 << 20)])
def test_a_hostile_peer_ends_the_exchange(
    peer: Callable[[socket.socket, int], None], request_bytes: bytes
) -> None:
    with pytest.raises(ENDS):
        exchange(peer, codec.frame(request_bytes))


@pytest.mark.parametrize("request_bytes", [b"short", b"long" * (1 << 20)])
def test_bytes_out_of_band_are_no_part_of_an_answer(request_bytes: bytes) -> None:
    with contextlib.suppress(*ENDS):  # the last of them may come when the answer is whole
        assert exchange(sends_out_of_band, codec.frame(request_bytes)) == b"answer"
