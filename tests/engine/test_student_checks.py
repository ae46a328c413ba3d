"""The public checks: what passes, what fails, and the text that a student reads."""

from __future__ import annotations

import re
import subprocess
import sys
from asyncio import AbstractServer
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import numpy as np
import pytest

from autograder.suite import expect
from convgrade import CheckFailed, NotWrittenYet, check, check_raises


def returns(value: Any) -> Callable[..., Any]:
    def answer(*args: Any, **kwargs: Any) -> Any:
        return value

    return answer


def message(value: Any, expected: Any, **kwargs: Any) -> str:
    with pytest.raises(CheckFailed) as failed:
        check(returns(value), expected=expected, **kwargs)
    return str(failed.value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3, 3),
        (np.int64(3), 3),
        (np.array(3)[()], 3),
        ((0, 1), (0, 1)),
        ([0, np.int32(1)], (0, 1)),
        (True, True),
        (np.True_, True),
        (0.1 + 0.2, 0.3),
        ("same", "same"),
        (None, None),
        (np.array([1.0, np.nan, np.inf]), np.array([1.0, np.nan, np.inf])),
        (np.float32([1 / 3]), np.array([1 / 3])),
        ([[1, 2]], np.array([[1, 2]])),
        (np.zeros((0, 2)), np.zeros((0, 2))),
        (np.array(5.0), np.array(5.0)),
    ],
)
def test_an_equal_value_passes(value: Any, expected: Any) -> None:
    check(returns(value), expected=expected)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (4, 3),
        (3.0, 3),
        (True, 1),
        (1, True),
        ((0, 1, 0), (0, 1)),
        ((1, 0), (0, 1)),
        ((0.0, 1.0), (0, 1)),
        (0, (0, 1)),
        (None, 3),
        ("3", 3),
        (np.array([1.0, np.nan]), np.array([1.0, 0.0])),
        (np.array([np.inf]), np.array([-np.inf])),
        (np.array([1, 2]), np.array([[1, 2]])),
        (np.zeros((2, 1)), np.zeros((2, 2))),
        (np.array([1.001]), np.array([1.0])),
        ({"a": 1}, np.array([1])),
        ([[1], [2, 3]], np.array([1])),
        ("text", np.array([1])),
    ],
)
def test_a_different_value_fails(value: Any, expected: Any) -> None:
    with pytest.raises(CheckFailed):
        check(returns(value), expected=expected)


def test_a_passing_check_prints_one_line_that_names_the_call(
    capsys: pytest.CaptureFixture[str],
) -> None:
    check(max, 3, 7, expected=7)
    assert capsys.readouterr().out == "✓ max(3, 7)\n"


def test_an_array_goes_by_the_name_that_the_caller_gave_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    variables: dict[str, Any] = {"check": check, "np": np}
    exec("image = np.zeros((2, 3))\ncheck(np.shape, image, expected=(2, 3))", variables)
    assert capsys.readouterr().out == "✓ shape(image)\n"


def test_an_unnamed_array_goes_by_its_shape(capsys: pytest.CaptureFixture[str]) -> None:
    check(np.size, np.zeros((2, 3)), expected=6)
    check(np.size, np.array([1, 2]), expected=2)
    assert capsys.readouterr().out == "✓ size(<array 2, 3>)\n✓ size(np.array([1, 2]))\n"


def test_functions_and_generators_go_by_their_names(capsys: pytest.CaptureFixture[str]) -> None:
    code = "rng = np.random.default_rng(0)\ncheck(call, double, rng, expected=True)"
    variables: dict[str, Any] = {"check": check, "np": np}
    exec(f"def call(*given): return True\ndef double(x): return 2 * x\n{code}", variables)
    check(variables["call"], np.random.default_rng(0), expected=True)
    assert capsys.readouterr().out == "✓ call(double, rng)\n✓ call(<generator>)\n"


def test_a_stub_is_not_written_yet() -> None:
    def max_pool2d(x: Any) -> Any:
        raise NotImplementedError()

    with pytest.raises(NotWrittenYet, match="max_pool2d is not written yet"):
        check(max_pool2d, 1, expected=1)
    with pytest.raises(NotWrittenYet, match="max_pool2d is not written yet"):
        check_raises(max_pool2d, 1)


def test_the_stub_is_named_that_a_function_calls() -> None:
    def output_size(size: int) -> int:
        raise NotImplementedError()

    def first_size() -> int:
        return output_size(3)

    with pytest.raises(NotWrittenYet, match="output_size is not written yet"):
        check(first_size, expected=1)


def test_a_library_that_has_not_implemented_something_is_no_stub() -> None:
    def serve() -> None:
        AbstractServer().close()

    with pytest.raises(NotImplementedError) as raised:
        check(serve, expected=None)
    assert not isinstance(raised.value, NotWrittenYet)


def test_wrong_cells_are_marked_beside_the_expected_ones() -> None:
    image = np.array([[9, 7], [8, 6]]).reshape(1, 2, 2, 1)
    wrong = np.array([[9, 7], [8, -10]]).reshape(1, 2, 2, 1)
    assert message(wrong, image).splitlines()[2:] == [
        "  expected    got",
        "   9   7         9     7",
        "   8   6         8  [-10]",
    ]


def test_the_count_of_wrong_values_comes_first() -> None:
    assert "has the wrong values: 2 of 4 differ." in message(
        np.array([1, 2, 0, 0]), np.arange(1, 5)
    )
    assert "1 of 4 differs." in message(np.array([1, 2, 3, 0]), np.arange(1, 5))


def test_shape_is_named_before_values() -> None:
    text = message(np.zeros((1, 2)), np.ones((2, 1)))
    assert "wrong shape" in text
    assert "(2, 1)" in text
    assert "(1, 2)" in text


def test_dtype_is_compared_where_it_is_asked_for() -> None:
    check(returns(np.ones(2)), expected=np.ones(2, np.float32))
    text = message(np.ones(2), np.ones(2), dtype=np.float32)
    assert "wrong dtype" in text
    assert "float32" in text
    assert "float64" in text


def test_the_first_wrong_image_and_channel_are_named() -> None:
    expected = np.zeros((2, 3, 3, 4))
    got = expected.copy()
    got[1, 0, 2, 3] = 5
    assert "image 1, channel 3:" in message(got, expected)


@pytest.mark.parametrize("shape", [(1, 2, 3, 1), (1, 1, 2, 3), (2, 3, 1, 1)])
def test_a_single_plane_is_shown_in_whichever_order_the_axes_stand(shape: tuple[int, ...]) -> None:
    text = message(np.arange(6).reshape(shape), np.array([0, 1, 2, 3, 9, 5]).reshape(shape))
    lines = [line.split() for line in text.split("\n")[-2:]]
    assert lines == [["0", "1", "2", "0", "1", "2"], ["3", "9", "5", "3", "[4]", "5"]]
    assert "channel" not in text


def test_a_large_plane_is_cut_around_the_first_difference() -> None:
    expected = np.zeros((30, 40), int)
    got = expected.copy()
    got[20, 35] = 7
    text = message(got, expected)
    assert "rows 16 to 23, columns 31 to 38:" in text
    assert "[7]" in text
    assert len(text.splitlines()) < 15


def test_images_of_one_cell_are_compared_as_a_line_of_channels() -> None:
    right = np.arange(20.0).reshape(1, 1, 1, 20) / 7
    text = message(right + (right == 1), right)
    assert "channels 6 to 8:" in text
    assert "rows" not in text
    assert re.search(r"expected +got\n.*  1  .*\[ +2\]", text)


def test_numbers_that_differ_late_are_shown_with_the_digits_that_tell_them_apart() -> None:
    text = message(np.array([10_000_001]), np.array([10_000_000]))
    assert "10000001" in text


def test_a_forgotten_return_is_guessed() -> None:
    assert "`return` missing" in message(None, np.zeros(2))


def test_a_function_that_changes_its_argument_fails() -> None:
    def clip(x: np.ndarray) -> np.ndarray:
        x[x < 0] = 0
        return x.copy()

    image = np.array([-1, 2])
    with pytest.raises(CheckFailed, match="changed its argument x"):
        check(clip, image, expected=np.array([0, 2]))
    with pytest.raises(CheckFailed, match="changed its argument x"):
        check(clip, x=image, expected=np.array([0, 2]))
    assert image.tolist() == [-1, 2]


def test_nan_in_an_argument_is_no_change() -> None:
    check(np.isnan, np.array([np.nan]), expected=np.array([True]))


def test_an_error_of_the_students_passes_through_and_names_the_call() -> None:
    def broken(x: int) -> int:
        raise KeyError("weights")

    with pytest.raises(KeyError) as raised:
        check(broken, 3, expected=1)
    assert raised.value.__notes__ == ["This happened in the check broken(3)"]


def bad_pool_size(x: int, pool_size: int) -> None:
    raise ValueError("pool_size must be at least 1")


def test_the_right_error_passes(capsys: pytest.CaptureFixture[str]) -> None:
    check_raises(bad_pool_size, 1, pool_size=0, naming="pool_size")
    assert capsys.readouterr().out == "✓ bad_pool_size(1, pool_size=0) raises ValueError\n"


def test_no_error_fails_and_says_what_was_returned() -> None:
    with pytest.raises(CheckFailed, match=r"raised nothing and returned 42"):
        check_raises(returns(42), naming="padding")


def test_an_error_of_another_type_fails() -> None:
    with pytest.raises(CheckFailed, match=r"should raise a ValueError(.|\n)*raised TypeError"):
        check_raises(len, 3)


def test_an_error_that_does_not_name_the_argument_fails() -> None:
    with pytest.raises(CheckFailed, match="does not name 'strides'"):
        check_raises(bad_pool_size, 1, 0, naming="strides")


def test_a_repr_that_raises_is_survived() -> None:
    class Odd:
        def __repr__(self) -> str:
            raise RuntimeError

    assert "Odd instance" in message(Odd(), (1, 2))


def test_notebooks_show_the_text_without_a_traceback() -> None:
    assert CheckFailed("one\n  two")._render_traceback_() == ["one", "  two"]


def test_a_console_without_unicode_is_survived() -> None:
    code = "from convgrade import check\ncheck(max, 1, 2, expected=2)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "ok max(1, 2)\n"


def test_importing_it_imports_nothing_heavy() -> None:
    code = (
        "import sys, convgrade.notebook\n"
        "print([name for name in ('tensorflow', 'keras', 'nbgrader', 'matplotlib', 'IPython',"
        " 'jupytext', 'pytest', 'autograder.course', 'autograder.errors') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(("error", "passes"), [(1e-6, True), (1e-5, True), (1e-4, False)])
def test_a_check_forgives_as_much_as_a_hidden_test(error: float, passes: bool) -> None:
    want = np.linspace(1, 2, 7)
    for compare in (
        lambda: check(returns(want * (1 + error)), expected=want),
        lambda: expect.close(want * (1 + error), want),
    ):
        with nullcontext() if passes else pytest.raises(AssertionError):
            compare()
