"""Attacks with a remote function of a call: called too often, too large, too late, and forged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sandboxes import sandbox

from autograder.sandbox import (
    Handle,
    Limits,
    Sandbox,
    StudentRaised,
    TimedOut,
    Violated,
    WarmProcess,
)
from autograder.suite.student import Student

CELL = """
    import gc, os, threading, time
    import msgpack, numpy as np

    kept = []

    def apply(f, *args, **kwargs):
        return f(*args, **kwargs)

    def swallows(f, *args):
        try:
            f(*args)
        except Exception as error:
            return [type(error).__name__, str(error)]

    def many(f, count):
        return sum(f(1) for _ in range(count))

    def ignores_bounds(f):
        for _ in range(50):
            swallows(f, 1)
        return 1

    def huge(f, size):
        return swallows(f, np.zeros(size, np.uint8))

    def passes_object(f):
        return f(object())

    def passes_itself(f):
        return f(f)

    def keep(value):
        kept.append(value)

    def last():
        return kept[-1]

    def use_kept(*args):
        return kept[-1](3)

    def give(f):
        return f

    def later(f):
        def ask():
            while not kept:
                time.sleep(0.001)
            kept.append(swallows(f, 3))
        thread = threading.Thread(target=ask)
        thread.start()
        return thread

    def join(thread):
        kept.append("go on")
        thread.join()
        return kept[-1]

    def in_a_child(f):
        reading, writing = os.pipe()
        if not os.fork():
            os.write(writing, swallows(f, 3)[1].encode())
            os._exit(0)
        return os.read(reading, 100).decode()

    def forged(f=None, **changes):
        number = next(o for o in gc.get_objects() if type(o).__name__ == "WorkerConnection")._call
        question = {"id": number, "outcome": "asks", "name": 0, "args": [3], "kwargs": {}}
        payload = msgpack.packb({**question, **changes})
        for descriptor in range(3, 32):
            try:
                os.write(descriptor, len(payload).to_bytes(4, "big") + payload)
            except OSError:
                pass
        return "an answer"

    def forged_argument(code):
        return forged(args=[msgpack.ExtType(code, (0).to_bytes(8, "little") + b"f")])

    def returned_argument(code):
        number = next(o for o in gc.get_objects() if type(o).__name__ == "WorkerConnection")._call
        value = msgpack.ExtType(code, (0).to_bytes(8, "little") + b"f")
        payload = msgpack.packb({"id": number, "outcome": "ok", "value": value})
        for descriptor in range(3, 32):
            try:
                os.write(descriptor, len(payload).to_bytes(4, "big") + payload)
            except OSError:
                pass
        time.sleep(60)
"""
LIMITS = Limits(call_seconds=1)


@pytest.fixture
def inside(warm_process: WarmProcess) -> Iterator[Sandbox]:
    with sandbox(warm_process, CELL, limits=LIMITS) as entered:
        yield entered


@pytest.fixture
def student(inside: Sandbox) -> Student:
    return Student(inside)


def square(x: Any) -> Any:
    return x * x


def test_the_number_of_calls_is_bounded(student: Student) -> None:
    calls: list[int] = []
    counted = student.remote_function(lambda x: calls.append(x) or 1, calls=20)
    assert student.ignores_bounds(counted) == 1
    assert len(calls) == 20
    assert student.many(counted, 20) == 20
    with pytest.raises(StudentRaised, match="more than 20 times"):
        student.many(counted, 21)


def test_each_function_has_its_own_bound(student: Student) -> None:
    few, more = (
        student.remote_function(lambda x: 1, calls=2),
        student.remote_function(lambda x: 1, calls=30),
    )
    assert student.many(more, 30) == 30
    with pytest.raises(StudentRaised, match="more than 2 times"):
        student.many(few, 3)


def test_the_size_of_arguments_is_bounded(student: Student) -> None:
    sizes: list[int] = []
    measured = student.remote_function(lambda x: sizes.append(x.size), size=1 << 16)
    assert student.huge(measured, 60_000) is None
    raised = student.huge(measured, 1 << 17)
    assert raised[0] == "TypeError"
    assert "65,536 bytes" in raised[1]
    assert "larger than" in student.huge(measured, 1 << 27)[1]
    assert sizes == [60_000]


def test_calling_for_ever_ends_with_the_time_of_the_call(warm_process: WarmProcess) -> None:
    cell = """
    def repeat(f):
        while True:
            try:
                f()
            except Exception:
                pass
    """
    with sandbox(warm_process, cell, limits=Limits(call_seconds=0.3)) as entered:
        student = Student(entered)
        with pytest.raises(TimedOut):
            student.repeat(student.remote_function(lambda: 1))


def test_an_object_of_the_students_does_not_cross(student: Student) -> None:
    seen: list[Any] = []
    for name in ("passes_object", "passes_itself"):
        with pytest.raises(StudentRaised, match="an argument of append cannot be used"):
            getattr(student, name)(student.remote_function(seen.append))
    assert seen == []


# -- afterwards ------------------------------------------------------------------------------


def test_a_function_that_was_kept_is_of_no_use_later(student: Student) -> None:
    calls: list[Any] = []
    remote = student.remote_function(calls.append)
    student.keep(remote)
    for arguments in ((), (remote,), (student.remote_function(square),)):
        with pytest.raises(StudentRaised, match="the test is over"):
            student.use_kept(*arguments)
    assert calls == []


def test_a_function_that_was_returned_is_of_no_use_later(student: Student) -> None:
    returned = student.give(student.remote_function(square))
    assert isinstance(returned, Handle)
    with pytest.raises(StudentRaised, match="the test is over"):
        student.apply(returned, 3)


def test_a_thread_that_goes_on_cannot_call_it(student: Student) -> None:
    thread = student.later(student.remote_function(square))
    raised = student.join(thread)
    assert raised[0] == "RuntimeError"
    assert "the test is over" in raised[1]


def test_another_process_cannot_call_it(student: Student) -> None:
    assert "cannot be called here" in student.in_a_child(student.remote_function(square))


# -- forged ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"name": 1},
        {"name": -1},
        {"name": True},
        {"name": 0.0},
        {"name": "square"},
        {"name": "0"},
        {"name": None},
        {"id": 0},
        {"args": 3},
        {"kwargs": {"x": 1}, "more": 1},
    ],
    ids=repr,
)
def test_a_question_of_another_form_is_a_violation(student: Student, changes: Any) -> None:
    calls: list[Any] = []
    with pytest.raises(Violated):
        student.forged(student.remote_function(calls.append), **changes)
    assert calls == []


def test_a_function_of_an_earlier_call_cannot_be_asked_for(student: Student) -> None:
    calls: list[Any] = []
    student.keep(student.remote_function(calls.append))
    with pytest.raises(Violated):
        student.forged()
    with pytest.raises(Violated):
        student.forged(student.remote_function(square))
    assert calls == []


@pytest.mark.parametrize("code", [6, 7, 8])
@pytest.mark.parametrize("name", ["forged_argument", "returned_argument"])
def test_what_only_goes_in_does_not_come_out(
    warm_process: WarmProcess, name: str, code: int
) -> None:
    """Handles may be returned, but not be arguments; remote functions and large arrays neither."""
    calls: list[Any] = []
    with sandbox(warm_process, CELL) as entered:
        if (name, code) == ("returned_argument", 6):
            assert isinstance(entered.call(name, [code]).value, Handle)
            return
        with pytest.raises(Violated):
            entered.call(name, [code], replaced={"unused": calls.append})
    assert calls == []
