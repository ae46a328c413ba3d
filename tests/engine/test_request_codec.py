"""Large arguments cross as they lie in memory: every kind, whole, and without a copy on the way."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from sandboxes import sandbox

from autograder.sandbox import Handle, Limits, Sandbox, WarmProcess
from autograder.sandbox.protocol import codec, request_codec
from autograder.sandbox.protocol.remote_functions import RemoteFunction

CELL = """
    import numpy as np

    def identity(*args, **kwargs):
        return args, kwargs

    def properties(x):
        flags = x.flags
        return [flags.writeable, flags.aligned, flags.c_contiguous, flags.owndata, x.dtype.str]

    def change(x):
        x[:] = 0

    def peak():
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))

    def in_question(f, x):
        return f(x).sum() + x.sum()

    class Model:
        def get_weights(self): return self.kept
        def set_weights(self, weights): self.kept = weights
        def predict(self, x, verbose): return x[:1]

    def build():
        return Model()
"""
SIDE = 1 << 11
LARGE = SIDE * SIDE


@pytest.fixture(scope="module")
def student(warm_process: WarmProcess) -> Iterator[Sandbox]:
    with sandbox(warm_process, CELL, limits=Limits(call_seconds=20)) as inside:
        yield inside


def numbers(dtype: str) -> np.ndarray[Any, Any]:
    return np.random.default_rng(0).integers(0, 100, size=(SIDE, SIDE)).astype(dtype)


@pytest.mark.parametrize(
    "array",
    [
        numbers("u1"),
        numbers(">i4"),
        numbers("f4")[:, ::2],
        numbers("f4").T,
        np.asfortranarray(numbers("f4")),
        numbers("u1") > 50,
        np.broadcast_to(np.float32(3), (SIDE, SIDE)),
        np.full((3, LARGE // 8), "añ"),
        np.full(LARGE // 8, b"bytes"),
        numbers("c8")[:1024],
    ],
    ids=lambda array: f"{array.dtype}-{array.strides}",
)
def test_large_arrays_of_every_kind_arrive(student: Sandbox, array: np.ndarray[Any, Any]) -> None:
    assert array.nbytes >= request_codec.LARGE
    ((got,), _) = student.call("identity", [array]).value
    assert got.dtype == array.dtype.newbyteorder("<")
    np.testing.assert_array_equal(got, array)


def test_several_arrive_in_their_places(student: Sandbox) -> None:
    one, other = numbers("u1"), numbers("u1") + 100
    args, kwargs = student.call("identity", [[one, 5], 7], {"key": (other,), "more": one[:2]}).value
    np.testing.assert_array_equal(args[0][0], one)
    np.testing.assert_array_equal(kwargs["key"][0], other)
    np.testing.assert_array_equal(kwargs["more"], one[:2])
    assert (args[0][1], args[1]) == (5, 7)


def test_what_arrives_is_an_array_of_its_own(student: Sandbox) -> None:
    properties = student.call("properties", [numbers("f4")]).value
    assert properties == [True, True, True, True, "<f4"]
    x = numbers("f4")
    student.call("change", [x])
    np.testing.assert_array_equal(x, numbers("f4"))


def test_large_weights_and_inputs_of_a_model_arrive(student: Sandbox) -> None:
    model, weight = student.call("build").value, numbers("f4")
    student.ask(model, "set_weights", [weight, weight[:2]])
    got = student.ask(model, "get_weights").value
    np.testing.assert_array_equal(got[0], weight)
    np.testing.assert_array_equal(got[1], weight[:2])
    np.testing.assert_array_equal(student.ask(model, "predict", weight).value, weight[:1])


def test_a_remote_function_may_be_passed_with_them(student: Sandbox) -> None:
    remote, x = RemoteFunction(0, "negative", np.negative), numbers("i2")
    assert student.call("in_question", [remote, x]).value == 0


def test_neither_side_holds_a_copy(warm_process: WarmProcess) -> None:
    x = np.ones(64 << 20, np.uint8)
    with sandbox(warm_process, CELL) as student:
        before = student.call("peak").value
        tracemalloc.start()
        try:
            for _ in range(3):
                student.call("change", [x])
            _, outside = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        inside = (student.call("peak").value - before) * 1024
    assert outside < x.nbytes / 8
    assert inside < x.nbytes * 1.25


def test_masked_arrays_and_objects_are_refused_in_any_size() -> None:
    for array in (np.ma.MaskedArray(numbers("f4")), np.full(LARGE, None)):
        with pytest.raises(codec.CannotCross):
            request_codec.encode([array], 0, {})


def test_all_arguments_together_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    x = np.zeros(3 << 20, np.uint8)
    monkeypatch.setattr(request_codec, "LIMIT", 5 << 20)
    request_codec.encode([x], 0, {})
    with pytest.raises(codec.CannotCross, match="larger than 5 MB"):
        request_codec.encode([x, x], 0, {})


def test_remote_functions_are_passed_to_calls_only(student: Sandbox) -> None:
    model = student.call("build").value
    assert isinstance(model, Handle)
    with pytest.raises(TypeError, match="not plain data"):
        student.ask(model, "predict", RemoteFunction(0, "negative", np.negative))
