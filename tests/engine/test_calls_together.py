"""Several calls that cross the boundary together have the outcomes of calls made one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from sandboxes import available, sandbox

from autograder.sandbox import CallFailed, Limits, Sandbox, WarmProcess
from autograder.sandbox.host import answer_parser
from autograder.sandbox.host.channel import ProtocolError
from autograder.sandbox.protocol.words import TOGETHER_SECONDS
from autograder.suite.student import Student

CELL = """
    import os, time
    import numpy as np

    count = 0
    buffer = np.zeros(3)

    def double(x, by=2):
        return by * x

    def picky(x):
        if x == 1:
            raise ValueError("x is one")
        if x == 2:
            return object
        if x == 3:
            raise NotImplementedError
        return x

    def counts(x):
        global count
        count += 1
        return count

    def reuses(x):
        buffer[:] = x
        return buffer

    def leaves(x):
        if x == 2:
            os._exit(3)
        return x

    def sleeps(x):
        time.sleep(0.04)
        return x

    def loops(x):
        while x == 1:
            pass
        return x

    def floods(x):
        return np.zeros(1 << 17)

    def forges(x):
        for descriptor in range(3, 32):
            try:
                os.write(descriptor, b"\\0\\0\\0\\2\\x81\\xa0")
            except OSError:
                pass
        return x

    def takes(value, x):
        return x
"""
QUICK = Limits(call_seconds=0.5, waiting_seconds=0.5)


@pytest.fixture(scope="module")
def warm_process() -> Iterator[WarmProcess]:
    with WarmProcess(isolation=available()) as warm:
        yield warm


@pytest.fixture
def submission(warm_process: WarmProcess) -> Iterator[Sandbox]:
    with sandbox(warm_process, CELL, limits=QUICK) as entered:
        yield entered


def calls_of(*values: Any) -> list[tuple[tuple[Any, ...], dict[str, Any]]]:
    return [((value,), {}) for value in values]


def outcomes(sandbox: Sandbox, name: str, calls: Sequence[Any], *, each: bool) -> list[str]:
    """What the calls gave, up to the first failure, as text."""
    student = Student(sandbox)
    function = getattr(student, name)
    values = function.each(calls) if each else (function(*args, **kw) for args, kw in calls)
    told = []
    try:
        for value in values:
            told.append(f"{student.last_call} {value!r}")
    except CallFailed as failure:
        told.append(f"{student.last_call} {type(failure).__name__} {failure.message}")
    return told


@pytest.mark.parametrize(
    ("name", "calls"),
    [
        ("double", calls_of(1, 2.5, np.arange(3), "ab", [1, 2])),
        ("double", [((np.ones((2, 3), np.float32),), {"by": 3}), ((2,), {"by": 5})]),
        ("double", [((1,), {}), ((1, 2, 3), {})]),
        ("picky", calls_of(0, 1, 5)),
        ("picky", calls_of(0, 2, 5)),
        ("picky", calls_of(0, 3, 5)),
        ("absent", calls_of(1, 2)),
        ("counts", calls_of(1, 2, 3)),
        ("reuses", calls_of(1, 2, 3)),
        ("leaves", calls_of(0, 1, 2, 3)),
        ("loops", calls_of(0, 1, 2)),
        ("double", calls_of(np.ones(1 << 18), 2, 3)),
        ("floods", calls_of(*range(20))),
        ("double", []),
    ],
)
def test_outcomes_are_those_of_calls_one_by_one(
    warm_process: WarmProcess, name: str, calls: Sequence[Any]
) -> None:
    told, hit = [], []
    for each in (True, False):
        with sandbox(warm_process, CELL, limits=QUICK) as entered:
            told.append(outcomes(entered, name, calls, each=each))
            observed = entered.observed()
            hit.append((observed.limits_hit, observed.violations))
    assert told[0] == told[1]
    assert hit[0] == hit[1]


def test_a_forged_message_is_a_violation(submission: Sandbox) -> None:
    told = outcomes(submission, "forges", calls_of(0, 1), each=True)
    assert [text.split()[1] for text in told] == ["Violated"]
    assert len(submission.observed().violations) == 1


def test_they_cross_together(submission: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a call crossed alone")

    monkeypatch.setattr(submission, "call", refuse)
    assert list(Student(submission).double.each(calls_of(*range(30)))) == list(range(0, 60, 2))


def test_slow_calls_are_answered_before_all_are_made(submission: Sandbox) -> None:
    first = submission.call_several("sleeps", calls_of(*range(20)))
    assert 0 < len(first) < 20
    assert len(first) <= 2 + TOGETHER_SECONDS / 0.04
    assert list(Student(submission).sleeps.each(calls_of(*range(8)))) == list(range(8))


def test_a_handle_and_a_remote_function_go_alone(submission: Sandbox) -> None:
    student = Student(submission)
    handle = student.generator(3)
    calls = [((handle, 1), {}), ((student.remote_function(abs), 2), {}), ((3, 3), {}), ((3, 4), {})]
    assert list(student.takes.each(calls)) == [1, 2, 3, 4]


def test_replaced_functions_are_used(submission: Sandbox) -> None:
    student = Student(submission)
    student.begin({"double": lambda x: -x}, None)
    assert list(student.double.each(calls_of(1, 2))) == [-1, -2]


@pytest.mark.parametrize("value", [None, [], [b""] * 3, [b"", ""], (b"",), {"a": b""}, b""])
def test_only_a_list_of_payloads_is_read(value: Any) -> None:
    with pytest.raises(ProtocolError):
        answer_parser.payloads(value, 2)
