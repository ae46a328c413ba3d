"""Pooling and padding where functions call earlier ones: a mistake costs its own points only."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from graders import grade

from autograder.course.assignment import load_assignment
from autograder.results import Result

ASSIGNMENT = load_assignment("pooling_padding", Path(__file__).parents[2])
SEED = b"a seed for reuse" * 2
REUSING = ASSIGNMENT.right_solutions_folder / "reusing.py"
IN_LOOPS = ASSIGNMENT.right_solutions_folder / "loops.py"  # has its own way to min pooling

ODD_CELL_FIRST = """
    right_same_padding = same_padding

    def same_padding(size, window, stride=1):
        before, after = right_same_padding(size, window, stride)
        return after, before
"""
SINGLE_MISTAKES = {
    "the odd cell first": ("same_padding", ODD_CELL_FIRST),
    "as at stride 1": (
        "same_padding",
        """
        def same_padding(size, window, stride=1):
            return (window - 1) // 2, window // 2
        """,
    ),
    "nothing yet": (
        "same_padding",
        """
        def same_padding(size, window, stride=1):
            raise NotImplementedError
        """,
    ),
    "one window too few": (
        "output_size",
        """
        right_output_size = output_size

        def output_size(size, window, stride=1, padding="valid", dilation=1):
            return right_output_size(size, window, stride, padding, dilation) - 1
        """,
    ),
    "width first": (
        "zero_pad2d",
        """
        right_zero_pad2d = zero_pad2d

        def zero_pad2d(x, padding):
            if isinstance(padding, (tuple, list)):
                padding = padding[::-1]
            return right_zero_pad2d(x, padding)
        """,
    ),
    "NaN dropped": (
        "max_pool2d",
        """
        right_max_pool2d = max_pool2d

        def max_pool2d(x, pool_size=2, strides=None, padding="valid"):
            if np.ndim(x) == 4 and x.dtype.kind == "f":
                x = np.where(np.isnan(x), x.dtype.type(-1000), x)
            return right_max_pool2d(x, pool_size, strides, padding)
        """,
    ),
}


def graded(folder: Path, mistakes: str, right: Path = REUSING) -> Result:
    path = folder / "ada.py"
    text = right.read_text(encoding="utf-8")
    path.write_text(f"{text}\n\n{dedent(mistakes)}", encoding="utf-8")
    result = grade(path, ASSIGNMENT, SEED)
    assert (result.status, result.reason) == ("graded", "")
    return result


def losing(result: Result) -> set[str]:
    return {each.name for each in result.exercises if each.score < each.max_score}


def replaced_in(result: Result) -> dict[str, tuple[str, ...]]:
    return {each.name: each.replaced for each in result.exercises if each.replaced}


@pytest.mark.parametrize("mistake", SINGLE_MISTAKES)
def test_a_mistake_in_a_function_that_others_call_costs_its_own_points_only(mistake, tmp_path):
    function, text = SINGLE_MISTAKES[mistake]
    result = graded(tmp_path, text)
    assert losing(result) == {function}
    assert {function} == {name for names in replaced_in(result).values() for name in names}


def test_the_result_names_a_replacement_only_where_it_was_asked_for(tmp_path):
    result = graded(tmp_path, ODD_CELL_FIRST, IN_LOOPS)
    assert set(replaced_in(result)) == {"max_pool2d", "avg_pool2d", "min_pool2d", "conv2d"}
    assert replaced_in(graded(tmp_path, SINGLE_MISTAKES["NaN dropped"][1], IN_LOOPS)) == {}


def test_who_does_not_call_earlier_functions_loses_nothing_by_their_mistakes(tmp_path):
    """`edges.py` has helpers of its own names."""
    right = ASSIGNMENT.right_solutions_folder / "edges.py"
    every_mistake = "\n".join(dedent(text) for _, text in SINGLE_MISTAKES.values())
    broken = {function for function, _ in SINGLE_MISTAKES.values()}
    assert losing(graded(tmp_path, every_mistake, right)) == broken


def test_a_helper_that_takes_more_than_the_contract_says_is_not_missed(tmp_path):
    """Max pooling wants another filling; `zero_pad2d` fails for another reason."""
    text = """
    plain_zero_pad2d = zero_pad2d

    def zero_pad2d(x, padding, value=0):
        inside = plain_zero_pad2d(np.ones(np.shape(x)), np.abs(padding).tolist()) == 1
        y = plain_zero_pad2d(x, np.abs(padding).tolist())
        return np.where(inside, y, np.asarray(value, y.dtype))

    plain_max_pool2d = max_pool2d

    def max_pool2d(x, pool_size=2, strides=None, padding="valid"):
        window, step, sizes, border = plan(x, "pool_size", pool_size, strides, padding)
        lowest = -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min
        padded = zero_pad2d(x, border, value=lowest)
        return plain_max_pool2d(padded, window, step, "valid")
    """
    result = graded(tmp_path, text)
    assert losing(result) == {"zero_pad2d"}
    assert "max_pool2d" not in replaced_in(result)


def test_a_mistake_that_later_functions_put_right_costs_its_own_points_only(tmp_path):
    text = """
    def margins(x, window, step, padding):
        if padding.lower() == "valid":
            return (0, 0), (0, 0)
        return tuple(same_padding(x.shape[1 + i], window[i], step[i])[::-1] for i in range(2))
    """
    assert losing(graded(tmp_path, text + ODD_CELL_FIRST)) == {"same_padding"}


def test_a_mistake_of_its_own_is_not_mended_by_a_replacement(tmp_path):
    text = """
    def conv2d(x, kernel, bias=None, strides=1, padding="valid"):
        window, step, sizes, border = plan(x, "kernel", kernel.shape[:2], strides, padding)
        y = np.zeros((x.shape[0], *sizes, kernel.shape[3]), np.result_type(x, kernel))
        for i, j, cells in windows(zero_pad2d(x, border), window, step, sizes):
            y[:, i, j] = np.tensordot(cells, kernel[::-1, ::-1], 3)
        return y
    """
    result = graded(tmp_path, text + ODD_CELL_FIRST)
    assert losing(result) == {"same_padding", "conv2d"}


def test_numpy_numbers_and_writable_arrays_cross_to_a_replacement_and_back(tmp_path):
    text = """
    def margins(x, window, step, padding):
        if padding.lower() == "valid":
            return (0, 0), (0, 0)
        sizes = np.array(x.shape[1:3])
        top, left = (
            same_padding(sizes[i], np.int32(window[i]), stride=np.int64(step[i])) for i in range(2)
        )
        assert type(top) is tuple and hash(top) == hash((top[0], top[1]))
        return [list(map(np.int64, top)), left]

    def zero_pad2d(x, padding):
        raise TypeError("not written")

    def max_pool2d(x, pool_size=2, strides=None, padding="valid"):
        window, step, sizes, border = plan(x, "pool_size", pool_size, strides, padding)
        lowest = -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min
        padded = zero_pad2d(x[::-1], padding=border)[::-1]  # not contiguous on its way
        inside = zero_pad2d(np.ones(x.shape, bool), border)
        padded[~inside] = lowest
        y = np.zeros((x.shape[0], *sizes, x.shape[3]), x.dtype)
        for i, j, cells in windows(padded, window, step, sizes):
            y[:, i, j] = cells.max(axis=(1, 2))
        return y
    """
    result = graded(tmp_path, text + ODD_CELL_FIRST)
    assert losing(result) == {"same_padding", "zero_pad2d"}


def test_a_replacement_may_be_asked_in_a_loop(tmp_path):
    text = """
    def max_pool2d(x, pool_size=2, strides=None, padding="valid"):
        kh, kw, sh, sw, _, _, oh, ow = plan(x, pool_size, strides, padding)
        y = np.zeros((x.shape[0], oh, ow, x.shape[3]), dtype=x.dtype)
        for n, i in np.ndindex(y.shape[:2]):
            top = left = 0
            if padding.lower() == "same":
                top, left = same_padding(x.shape[1], kh, sh)[0], same_padding(x.shape[2], kw, sw)[0]
            for j, c in np.ndindex(y.shape[2:]):
                y[n, i, j, c] = np.max(list(cells(x, n, c, i * sh - top, j * sw - left, kh, kw)))
        return y
    """
    assert losing(graded(tmp_path, text + ODD_CELL_FIRST, IN_LOOPS)) == {"same_padding"}


def test_unsigned_images_are_not_mended_by_the_right_max_pooling(tmp_path):
    text = (
        SINGLE_MISTAKES["NaN dropped"][1]
        + """
    def min_pool2d(x, pool_size=2, strides=None, padding="valid"):
        return -max_pool2d(-x, pool_size, strides, padding)
    """
    )
    result = graded(tmp_path, dedent(text))
    (failed,) = [each for each in result.exercises if each.name == "min_pool2d"]
    assert [test.name for test in failed.tests if test.outcome != "passed"] == [
        "test_keeps_the_dtype",
        "test_calls_of_all_kinds",
    ]
