"""What a counterexample shows: code, answers as text, pictures, and in what an answer is wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from counterexample_search import InProcess, module_of
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from autograder.counterexamples import call, counterexamples, generator, refused
from autograder.counterexamples.asking import Asking
from autograder.counterexamples.budget import Budget
from autograder.counterexamples.draws import Draw
from autograder.counterexamples.examples import OMITTED, built
from autograder.counterexamples.generators import Generator
from autograder.counterexamples.judging import compare, wrong_with
from autograder.counterexamples.literals import inline, literal
from autograder.counterexamples.picture import picture
from autograder.counterexamples.printing import printed
from autograder.counterexamples.shrinking import shrunk
from autograder.counterexamples.windows import source_cells
from autograder.counterexamples.writing import written
from autograder.errors import SuiteError
from autograder.sandbox import Handle, StudentRaised
from autograder.suite import expect
from autograder.suite.asked_calls import AskedCalls, key_of, numbers_in

DTYPES = ("float64", "float32", "float16", "int64", "int32", "uint8", "int8", "bool")
ARRAYS = st.sampled_from(DTYPES).flatmap(
    lambda dtype: arrays.arrays(dtype, arrays.array_shapes(min_dims=0, max_dims=4, max_side=3))
)


# -- data as code -------------------------------------------------------------------------------


@given(ARRAYS)
@settings(max_examples=150)
def test_an_array_is_written_as_it_is(array: np.ndarray) -> None:
    made = eval(literal(array), {"np": np})
    assert (made.dtype, made.shape) == (array.dtype, array.shape)
    assert np.array_equal(made, array, equal_nan=array.dtype.kind == "f")


@pytest.mark.parametrize(
    ("array", "text"),
    [
        (np.array([[1.0, 2.0]]), "np.array([1, 2], dtype=float).reshape(1, 2)"),
        (np.array([0.5, np.nan]), "np.array([0.5, np.nan])"),
        (np.array([1, 2]), "np.array([1, 2])"),
        (np.zeros((1, 2, 2, 1)), "np.zeros((1, 2, 2, 1))"),
        (np.zeros((0, 2), np.uint8), "np.zeros((0, 2), np.uint8)"),
        (np.array([[True, False]]), "np.array([True, False]).reshape(1, 2)"),
    ],
)
def test_an_array_is_written_in_short(array: np.ndarray, text: str) -> None:
    assert literal(array) == text


@pytest.mark.parametrize("value", [(1, 2), [1, (2,)], 0.5, "same", None, np.float32(2), True])
def test_other_arguments_are_written_in_the_call(value: Any) -> None:
    assert eval(inline(value), {"np": np}) == value


# -- answers as text ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        np.arange(6.0).reshape(2, 3),
        (1, 2.5, np.float64(3)),
        [{"name": "C1", "shape": (2, 3)}],
        None,
        True,
        np.float32(0.1),
        "text",
    ],
)
def test_an_answer_is_what_print_shows(value: Any) -> None:
    assert printed(value) == str(value)


@pytest.mark.parametrize(
    "value",
    [
        np.zeros(10**7),
        np.array(["x" * 10**6]),
        ["x" * 10**7] * 50,
        [[0] * 10**5] * 10**4,
        pytest.param(10**100_000, id="number"),
        pytest.param([10**100_000], id="numbers"),
        dict.fromkeys(range(10**4), "y" * 999),
        StudentRaised("f raised", type_names=("E" * 10**6,), text="z" * 10**6),
        Handle(1, "T" * 10**6),
        [Handle(1, "T")],
    ],
)
def test_a_large_or_odd_answer_is_shown_in_short(value: Any) -> None:
    assert 0 < len(printed(value)) < 2_000


# -- in what it is wrong -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("got", "want", "sentence"),
    [
        (
            np.zeros(7),
            np.ones(7),
            "returned the right shape, but no value is right; at index (0,) ",
        ),
        (np.zeros((1, 2)), np.zeros((2, 1)), "returned an array of shape (1, 2), which is not the"),
        ((1, 3), (1, 2), "returned [1, 3], which is not right."),
        (None, 3, "returned None"),
        ("a", "b", "returned 'a', which is not right."),
        ([1], [np.ones(1), np.ones(1)], "returned 1 values, and others are asked for."),
        ([{"a": 5}], [{"a": 4}], "returned 5, which is not right, in 'a', in item 0."),
        ([{}], [{"a": 4}], "returned a dict without 'a', in item 0."),
        ((np.zeros(2), 1), (np.zeros(2), np.ones(9)), "returned an array of shape (), which"),
        (3, {"a": 4}, "returned 3, and a dict is asked for."),
    ],
)
def test_it_is_said_in_what_an_answer_is_wrong(got: Any, want: Any, sentence: str) -> None:
    wrong = wrong_with(compare, got, want, call())
    assert wrong is not None
    assert wrong.sentence.startswith(sentence)


@pytest.mark.parametrize(
    ("got", "want"),
    [
        (14.0, 14),
        ([1, 2], (1, 2)),
        (np.array([1.0000001]), np.array([1.0])),
        ({"a": 1, "more": 2}, {"a": 1}),
        ((np.ones(1), "x"), [np.ones(1), "x"]),
    ],
)
def test_what_hidden_tests_accept_is_not_wrong(got: Any, want: Any) -> None:
    assert wrong_with(compare, got, want, call()) is None


def test_what_a_check_cannot_read_is_not_claimed() -> None:
    assert wrong_with(lambda got, want, example: got.real, "text", 1, call()) is None
    with pytest.raises(SuiteError):
        wrong_with(lambda got, want, example: got.missing, 1, 1, call())


# -- calls ------------------------------------------------------------------------------------


def test_omitted_arguments_are_left_out() -> None:
    assert call(1, OMITTED, 2, a=OMITTED, b=3) == call(1, b=3)
    assert refused("x", OMITTED, a=OMITTED).args == ()


def test_equal_inputs_have_one_key_however_they_are_written() -> None:
    from inspect import signature

    def f(x, size=2, padding="valid"): ...

    keys = {
        key_of(signature(f), args, kwargs)
        for args, kwargs in (
            ((np.array([1, 2]),), {}),
            ((np.array([1.0, 2.0]), 2.0), {}),
            ((), {"padding": "valid", "x": np.array([1, 2], np.uint8), "size": np.int64(2)}),
        )
    }
    assert len(keys) == 1
    other = key_of(signature(f), (np.array([1, 2]), 3), {})
    assert other not in keys


def test_numbers_are_counted_at_any_depth() -> None:
    assert numbers_in(({"a": [1, (2.0, np.zeros((2, 3)))]}, "text", True, None)) == 8


def looked_at(text: str, name: str, make: Any, *, right: Any, **options: Any) -> Any:
    """The asking and the shrunk finding for a function that is given as text."""
    before = Generator(name, name, make, **options)
    student = InProcess(module_of(text))
    asking = Asking(before, right, student, AskedCalls(), Budget(60.0))  # type: ignore[arg-type]
    rng = np.random.default_rng(4)
    for draws in range(100):
        if finding := asking.look(Draw(rng, draws // 10)):
            return asking, shrunk(finding, asking, 300)
    raise AssertionError("nothing was found")


def windowed(draw: Draw) -> Any:
    x = draw.array((1, draw.integer(2, 5), draw.integer(2, 5), 1))
    return call(x)


def largest(x: np.ndarray) -> np.ndarray:
    """The greatest of the 2 by 2 cells at the end of each image."""
    return x[:, -2:, -2:].max(axis=(1, 2))


WRONG = "def f(x):\n    return x[:, -2:, -2:].min(axis=(1, 2))"


def test_the_window_of_the_wrong_number_is_drawn() -> None:
    asking, finding = looked_at(WRONG, "f", windowed, right=largest)
    x = finding.example.args[0]
    cells = source_cells(asking, finding.example, (), finding.wrong.index)
    assert x.shape == (1, 2, 2, 1)
    assert cells is not None
    assert cells.all()
    larger = np.zeros((1, 3, 4, 1))
    svg, alt = picture("x", larger, source_cells(asking, call(larger), (), (0, 0)), (0, 0))
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img"
    assert root[0].tag.endswith("title")
    assert root[0].text == alt
    assert "rows 1 to 2 and columns 2 to 3" in alt
    assert svg.count("http") == 1  # the namespace: nothing is loaded
    assert svg.count('font-weight="bold"') == 4


def test_the_window_of_a_number_in_a_part_of_the_answer_is_drawn() -> None:
    def several(x: np.ndarray) -> tuple[int, np.ndarray]:
        return 0, largest(x)

    wrong = WRONG.replace("return ", "return 0, ")
    asking, finding = looked_at(wrong, "f", windowed, right=several)
    wrong_part, index = finding.wrong.part, finding.wrong.index
    assert (wrong_part, index) == ((1,), (0, 0))
    cells = source_cells(asking, call(np.zeros((1, 3, 4, 1))), wrong_part, index)
    assert cells is not None
    assert np.argwhere(cells)[:, 1:3].tolist() == [[1, 2], [1, 3], [2, 2], [2, 3]]


def dtypes_as_asked(got: Any, want: Any, _: Any) -> None:
    for mine, right in zip(got, want, strict=True):
        expect.close(mine, expect.array(mine), dtype=right.dtype)


def test_the_dtypes_of_a_pair_are_shown() -> None:
    text = "import numpy as np\ndef f(x):\n    return x[:1], x.astype('int64')"
    asking, finding = looked_at(
        text,
        "f",
        lambda draw: call(np.ones(draw.integer(2, 3), "int8")),
        right=lambda x: (x[:1], x),
        check=dtypes_as_asked,
    )
    code, answer, expected = written("f", asking.parameters, finding)
    assert code.endswith("print([str(np.asarray(each).dtype) for each in f(x)])")
    assert (answer, expected) == ("['int8', 'int64']", "['int8', 'int8']")


@pytest.mark.parametrize("kind", ["shape", "values"])
def test_an_answer_whose_wrong_part_is_not_named_is_shown_whole(kind: str) -> None:
    text = "import numpy as np\ndef f(x):\n    return [x * 2, x], np.zeros((3, 9))"
    asking, finding = looked_at(
        text,
        "f",
        lambda draw: call(np.ones((15, draw.integer(9, 10)))),
        right=lambda x: ([x, x], 1),
        check=lambda got, want, _: expect.close(got[0][0], want[0][0]),
    )
    finding = replace(finding, wrong=replace(finding.wrong, kind=kind))
    code, answer, _ = written("f", asking.parameters, finding)
    assert code.endswith("print(f(x))")
    assert answer.startswith("([array([[2., 2.")


def test_there_is_no_picture_of_what_is_no_image_or_too_large() -> None:
    asking, _ = looked_at(WRONG, "f", windowed, right=largest)
    for argument in (np.zeros((2, 2)), np.zeros((1, 30, 30, 1)), 3):
        assert source_cells(asking, call(argument), (), (0, 0)) is None
    assert source_cells(asking, call(), (), (0, 0)) is None
    planes = np.ones((9, 1, 1, 1))
    assert picture("x", planes, planes.astype(bool), (0,)) == ("", "")


def test_shrinking_keeps_what_is_wrong() -> None:
    """A wrong value does not become an exception, though a smaller call would raise one."""
    text = "def f(x):\n    return x.size * 0 if x.sum() else x.none"
    make = lambda draw: call(draw.array((draw.integer(1, 3),), 0))  # noqa: E731
    _, finding = looked_at(text, "f", make, right=lambda x: x.sum())
    assert (finding.wrong.kind, finding.example.args[0].tolist()) in (
        ("values", [1.0]),
        ("raised AttributeError", [0.0]),
    )


def test_large_answers_show_the_wrong_number_only() -> None:
    text = "def f(count):\n    return np.arange(count) * 2\nimport numpy as np"
    make = lambda draw: call(draw.integer(200, 300))  # noqa: E731
    asking, finding = looked_at(text, "f", make, right=lambda count: np.arange(count))
    code, answer, expected = written("f", asking.parameters, finding)
    assert code.endswith("print(f(200)[1])")
    assert (answer, expected) == ("2", "1")


def test_what_is_built_and_functions_and_generators_are_part_of_the_code() -> None:
    example = call(built(largest, np.zeros((1, 2, 2, 1))), largest, generator(7))
    text = "def f(x, function, rng):\n    return 1"
    _, finding = looked_at(text, "f", lambda draw: example, right=lambda a, b, c: 2)
    code, answer, _ = written("f", ("x", "function", "rng"), finding)
    namespace = module_of(text)
    exec(code.removesuffix("print(f(x, largest, rng))"), namespace)
    assert namespace["x"].shape == (1, 1)
    assert code.count("def largest(x") >= 1
    assert "rng = np.random.default_rng(7)" in code
    assert answer == "1"


def test_a_file_is_needed_to_mark_generators() -> None:
    assert counterexamples("f")(windowed) is windowed
