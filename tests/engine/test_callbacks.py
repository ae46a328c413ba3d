"""Functions that are replaced for one call: their values cross the boundary, nothing else does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from sandboxes import sandbox

from autograder.sandbox import (
    Limits,
    MissingFunction,
    Sandbox,
    StudentRaised,
    TimedOut,
    Violated,
    WarmProcess,
)
from autograder.sandbox.host.callbacks import MAX_CALLBACKS

CELL = """
    import os, socket, threading
    import msgpack, numpy as np

    def square(x):
        return "wrong"

    alias = square
    kept = []

    def uses(x):
        return square(x) + 1

    def uses_alias(x):
        return alias(x) + 1

    def uses_missing(x):
        return absent(x, by=2)

    def keeps():
        kept.append(square)
        return square(np.arange(3))

    def uses_kept():
        return kept[0](3)

    def catches():
        try:
            return square(-1)
        except Exception as error:
            return [type(error).__name__, str(error)]

    def passes_object():
        return square(object())

    def many(count):
        return sum(square(1) for _ in range(count))

    def in_threads():
        found = []
        def ask(number):
            found.append(square(number))
        threads = [threading.Thread(target=ask, args=(n,)) for n in range(8)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        return sorted(found)

    def redefines():
        global square
        square = uses
        return 1

    def source():
        code = square.__code__
        return [name for name in code.co_names] + [str(value) for value in code.co_consts]

    def say(message):
        payload = msgpack.packb(message)
        for descriptor in range(3, 32):
            try:
                os.write(descriptor, len(payload).to_bytes(4, "big") + payload)
            except OSError:
                pass

    def forged(**changes):
        import gc
        number = next(o for o in gc.get_objects() if type(o).__name__ == "WorkerConnection")._call
        question = {"id": number, "outcome": "asks", "name": "square", "args": [3], "kwargs": {}}
        say({**question, **changes})
        return "an answer"
"""


def squared(x: Any) -> Any:
    if np.isscalar(x) and x < 0:
        raise ValueError("x must not be negative")
    return x * x


@pytest.fixture
def student(warm_process: WarmProcess) -> Iterator[Sandbox]:
    with sandbox(warm_process, CELL) as inside:
        yield inside


def replaced(
    student: Sandbox, which: str, /, *args: Any, function: Any = squared, **kwargs: Any
) -> Any:
    return student.call(which, args, kwargs, replaced={"square": function}).value


def test_a_replaced_function_gives_the_right_value_while_the_call_lasts(student: Sandbox) -> None:
    np.testing.assert_array_equal(replaced(student, "uses", np.arange(3)), [1, 2, 5])
    with pytest.raises(StudentRaised):
        student.call("uses", [3])


def test_another_name_of_the_same_function_is_replaced_too(student: Sandbox) -> None:
    assert replaced(student, "uses_alias", 3) == 10
    assert student.call("alias", [3]).value == "wrong"


def test_a_function_that_is_not_there_is_there_while_the_call_lasts(student: Sandbox) -> None:
    functions = {"absent": lambda x, by: x + by}
    assert student.call("uses_missing", [3], replaced=functions).value == 5
    with pytest.raises(MissingFunction):
        student.call("absent", [3])


def test_a_proxy_that_was_kept_is_of_no_use_later(student: Sandbox) -> None:
    replaced(student, "keeps")
    with pytest.raises(StudentRaised, match="the test is over"):
        student.call("uses_kept")
    with pytest.raises(StudentRaised, match="the test is over"):
        replaced(student, "uses_kept")
    assert replaced(student, "uses", 2) == 5


def test_what_the_right_function_raises_reaches_the_students_code(student: Sandbox) -> None:
    assert replaced(student, "catches") == ["ValueError", "x must not be negative"]


def test_an_exception_that_is_not_built_in_is_told_by_name(student: Sandbox) -> None:
    class Odd(Exception):
        pass

    def raises(x: Any) -> None:
        raise Odd("so it is")

    assert replaced(student, "catches", function=raises) == ["RuntimeError", "Odd: so it is"]


def test_a_value_that_is_not_plain_stays_outside(student: Sandbox) -> None:
    name, text = replaced(student, "catches", function=lambda x: object())
    assert name == "TypeError"
    assert "cannot be passed on" in text


def test_an_object_of_the_students_does_not_cross(student: Sandbox) -> None:
    with pytest.raises(StudentRaised, match="an argument of square cannot be used"):
        replaced(student, "passes_object")


def test_arguments_are_copies(student: Sandbox) -> None:
    def changes(x: Any) -> Any:
        x += 5
        return x

    np.testing.assert_array_equal(replaced(student, "keeps", function=changes), [5, 6, 7])


def test_threads_may_ask_at_once(student: Sandbox) -> None:
    assert replaced(student, "in_threads") == [n * n for n in range(8)]


def test_what_a_call_defines_anew_stays(student: Sandbox) -> None:
    replaced(student, "redefines")
    with pytest.raises(StudentRaised, match="RecursionError"):
        student.call("square", [3])


def test_the_number_of_questions_is_bounded(student: Sandbox) -> None:
    calls = []

    def counted(x: Any) -> int:
        calls.append(x)
        return 1

    with pytest.raises(StudentRaised, match="more than"):
        replaced(student, "many", MAX_CALLBACKS + 10, function=counted)
    assert len(calls) == MAX_CALLBACKS


def test_asking_for_ever_ends_with_the_time_of_the_call(warm_process: WarmProcess) -> None:
    cell = """
    def ask():
        while True:
            try:
                f()
            except Exception:
                pass
    """
    with (
        sandbox(warm_process, cell, limits=Limits(call_seconds=0.3)) as student,
        pytest.raises(TimedOut),
    ):
        student.call("ask", replaced={"f": lambda: 1})


def test_nothing_of_the_right_function_is_inside(student: Sandbox) -> None:
    code = " ".join(replaced(student, "source"))
    assert "negative" not in code
    assert "isscalar" not in code


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "other"},
        {"name": 5},
        {"id": 10**6},
        {"args": "text"},
        {"args": [[[1]] * 3], "kwargs": []},
        {"kwargs": {"1": 2}, "more": 1},
        {"outcome": "asked"},
    ],
    ids=repr,
)
def test_a_question_of_another_form_is_a_violation(student: Sandbox, changes: Any) -> None:
    with pytest.raises(Violated):
        replaced(student, "forged", **changes)


def test_a_question_is_no_answer_where_nothing_is_replaced(student: Sandbox) -> None:
    with pytest.raises(Violated):
        student.call("forged")


def test_a_handle_in_a_question_is_a_violation(warm_process: WarmProcess) -> None:
    forger = """
    def forged_handle():
        handle = msgpack.ExtType(6, (0).to_bytes(8, "little") + b"Model")
        return forged(args=[[handle]])
    """
    asked: list[Any] = []
    with sandbox(warm_process, CELL, forger) as student, pytest.raises(Violated):
        student.call("forged_handle", replaced={"square": asked.append})
    assert asked == []
