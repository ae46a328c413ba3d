"""The window that a failed check shows: which cells of the input a wrong number comes from."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell

from autograder.counterexamples.examples import Example
from autograder.counterexamples.windows import source_cells
from autograder.course.assignment import load_assignment
from convgrade import CheckFailed, Window, check, check_raises
from convgrade.notebook.collecting import show_all_failures
from convgrade.notebook.panels import PADDED
from convgrade.notebook.window_pictures import WINDOW, WRONG

ROOT = Path(__file__).parents[2]
image = np.array([[2, 2, 7, 3], [9, 4, 6, 1], [8, 5, 2, 4], [3, 1, 2, 6]]).reshape(1, 4, 4, 1)
one_cell = np.arange(4.0).reshape(1, 1, 1, 4)
maxima = np.array([[9, 7], [8, 6]]).reshape(1, 2, 2, 1)


def wrong(array: np.ndarray, *index: int) -> np.ndarray:
    """A copy with one number changed."""
    changed = array.copy()
    changed[index] += 50
    return changed


def failure(
    got: Any, images: np.ndarray, expected: np.ndarray, window: Window, **kwargs: Any
) -> CheckFailed:
    def layer(x: np.ndarray) -> Any:
        return got

    with pytest.raises(CheckFailed) as failed:
        check(layer, images, expected=expected, window=window, **kwargs)
    return failed.value


def shown(*args: Any, **kwargs: Any) -> str:
    """What stands below the numbers side by side."""
    text = str(failure(*args, **kwargs))
    assert max(map(len, text.splitlines())) <= 80
    return "\n".join(line.removeprefix("  ") for line in text.splitlines()).split("\n\n", 2)[2]


def test_the_cells_of_the_first_wrong_number_are_in_brackets() -> None:
    text = shown(wrong(maxima, 0, 0, 1, 0), image, maxima, Window(size=2, step=2))
    assert text == (
        "Row 0, column 1 of the answer comes from the cells of image in brackets:\n"
        "\n"
        " 2   2  [7] [3]\n"
        " 9   4  [6] [1]\n"
        " 8   5   2   4\n"
        " 3   1   2   6"
    )


def test_a_number_that_comes_from_padding_only_says_so() -> None:
    padded = np.pad(image, [(0, 0), (1, 0), (1, 0), (0, 0)])
    text = shown(wrong(padded, 0, 0, 2, 0), image, padded, Window(size=1, before=1))
    sentence, grid = text.split("\n\n")
    assert sentence == (
        "Row 0, column 2 of the answer comes from padding (·), from no cell of\nimage:"
    )
    assert grid.splitlines()[:2] == [" ·  [·]  ·   ·", " 2   2   7   3"]


def test_padding_in_a_window_is_marked_too() -> None:
    expected = np.zeros((1, 4, 4, 1))
    text = shown(wrong(expected, 0, 3, 3, 0), image, expected, Window(size=2))
    assert "and padding (·):" in text
    assert text.splitlines()[-2:] == [" 3   1   2  [6] [·]", " ·   ·   ·  [·] [·]"]


def test_each_channel_that_counts_is_shown() -> None:
    two = np.concatenate([image, 10 * image], axis=3)
    table = np.array([[True, False], [True, True]])
    expected = np.zeros((1, 3, 3, 2))
    both = shown(wrong(expected, 0, 0, 0, 0), two, expected, Window(2, channels=table))
    assert "channel 0:\n[2] [2]  7" in both
    assert "channel 1:\n[20] [20]  70" in both
    second = shown(wrong(expected, 0, 0, 0, 1), two, expected, Window(2, channels=table))
    assert second.startswith("Row 0, column 0, channel 1 of the answer")
    assert "channel 0:" not in second
    assert "channel 1:\n[20] [20]  70" in second


def test_images_of_one_cell_are_shown_as_a_line_of_channels() -> None:
    window = Window(channels=np.eye(4, dtype=bool) | np.eye(4, k=1, dtype=bool))
    text = shown(wrong(one_cell, 0, 0, 0, 2), one_cell, one_cell, window)
    assert text == (
        "Channel 2 of the answer comes from the cells of one_cell in brackets:\n\n"
        "channels:\n 0  [1] [2]  3"
    )


def test_padding_around_images_of_one_cell_is_shown_as_padding() -> None:
    padded = np.pad(one_cell, [(0, 0), (1, 1), (1, 1), (0, 0)])
    text = shown(wrong(padded, 0, 0, 1, 2), one_cell, padded, Window(before=1))
    assert text == (
        "Row 0, column 1, channel 2 of the answer comes from padding (·), from no\n"
        "cell of one_cell:\n\n"
        "channel 2:\n[·]\n 2"
    )


@pytest.mark.parametrize("size", [2, 11])
def test_a_large_input_is_cut_around_the_window(size: int) -> None:
    many = np.random.default_rng(0).normal(size=(2, 30, 40, 5))
    expected = np.zeros((2, 20, 30, 6))
    failed = wrong(expected, 1, 15, 20, 2)
    text = shown(failed, many, expected, Window(size, channels="all"))
    assert "Image 1, row 15, column 20, channel 2 of the answer" in text
    assert text.count("channel ") == 1 + 3
    assert "and from the same place in 2 more channels." in text
    bracketed = re.search(r"\[ *(\S+)\]", text)
    assert bracketed is not None
    assert bracketed[1] in [
        f"{each:.4g}" for each in many[1, 15 : 15 + size, 20 : 20 + size, 0].flat
    ]
    assert ("The window has 11 rows and 11 columns." in text) == (size == 11)


@pytest.mark.parametrize("got", [maxima[:, :1], maxima.astype(float)])
def test_a_wrong_shape_or_dtype_reads_as_without_a_window(got: np.ndarray) -> None:
    failed = failure(got, image, maxima, Window(2, 2), dtype=int)
    assert "comes from" not in str(failed)
    assert failed.picture is None


def test_a_window_that_does_not_fit_is_an_error_of_the_author() -> None:
    with pytest.raises(ValueError, match="4 axes"):
        check(np.abs, image[0], expected=image[0], window=Window(1))
    with pytest.raises(ValueError, match="4 axes"):
        check(lambda: image, expected=image, window=Window(1))


def test_any_other_window_is_an_argument_of_the_function() -> None:
    def count(size: int, window: int) -> int:
        return size - window + 1

    check(count, 5, window=2, expected=4)


def test_a_window_changes_no_key_of_a_hint() -> None:
    def layer(x: np.ndarray) -> np.ndarray:
        return wrong(maxima, 0, 0, 0, 0)

    keys = []
    for window in (None, Window(2, 2)):
        with pytest.raises(CheckFailed) as failed:
            check(layer, image, expected=maxima, window=window)
        keys.append(failed.value.secret)
    assert keys[0] == keys[1] is not None


def test_the_picture_has_the_window_and_the_wrong_cells() -> None:
    got = wrong(wrong(maxima, 0, 0, 1, 0), 0, 1, 1, 0)
    picture = failure(got, image, maxima, Window(2, 2)).picture()
    source, expected, came = picture.panels
    assert [panel.title for panel in picture.panels] == ["image", "expected", "got"]
    (frame,) = source.frames
    assert (frame.top, frame.left, frame.height, frame.width) == (0, 2, 2, 2)
    assert source.fills[0] == (-1, -1, WINDOW, WINDOW)
    assert came.fills == ((-1, WRONG), (-1, WRONG))
    for panel in (expected, came):
        (frame,) = panel.frames
        assert (frame.top, frame.left) == (0, 1)
    assert "The call: layer(image). Row 0, column 1 of the answer comes from" in picture.alt
    assert "Outlined in image: 7, 3; 6, 1." in picture.alt
    width, height = picture.figure.get_size_inches()
    assert 3 < width <= 9
    assert height > 1


def test_padding_is_hatched_in_the_picture() -> None:
    expected = np.zeros((1, 4, 4, 1))
    picture = failure(wrong(expected, 0, 3, 3, 0), image, expected, Window(2)).picture()
    assert picture.panels[0].fills[4][:4] == (PADDED,) * 4
    assert "6, padding; padding, padding" in picture.alt


def test_the_words_of_a_picture_name_the_cells_of_each_channel() -> None:
    two = np.concatenate([image, 10 * image], axis=3)
    expected = np.zeros((1, 3, 3, 1))
    window = Window(2, channels="all")
    picture = failure(wrong(expected, 0, 0, 0, 0), two, expected, window).picture()
    assert "Outlined in the input, channel 0: 2, 2; 9, 4. " in picture.alt
    assert "Outlined in the input, channel 1: 20, 20; 90, 40. " in picture.alt
    assert picture.signs == ("+", "→", "≠")


def test_cells_apart_have_an_outline_each() -> None:
    window = Window(channels=np.array([[1, 0, 1, 0]] * 4).T.astype(bool))
    picture = failure(wrong(one_cell, 0, 0, 0, 2), one_cell, one_cell, window).picture()
    assert [frame.left for frame in picture.panels[0].frames] == [0, 2]


def test_a_failure_in_the_terminal_loads_no_matplotlib() -> None:
    code = (
        "import sys, numpy as np\n"
        "from convgrade import check, Window\n"
        "x = np.ones((1, 2, 2, 1))\n"
        "try:\n"
        "    check(abs, -x, expected=-x, window=Window())\n"
        "except AssertionError as failed:\n"
        "    print('comes from' in str(failed), 'matplotlib' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True False\n"


NOT_HERE = re.compile(r"\b(build_\w+|train_\w+|datasets|flower_images)\b")
"""Cells with these words need TensorFlow or data; none of their checks compares images."""


class Declared(list[tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any], Any, Any]]):
    """Collects the checks of a cell instead of running them."""

    def check(
        self, function: Any, *args: Any, expected: Any, window: Any = None, **kwargs: Any
    ) -> None:
        images = (*args[:1], expected)
        if window is not None or all(getattr(each, "ndim", 0) == 4 for each in images):
            self.append((function, args, kwargs, expected, window))


def declared(name: str) -> Declared:
    """The public checks of an assignment that compare images made of images."""
    assignment = load_assignment(name, ROOT)
    space: dict[str, Any] = {}
    exec(assignment.solution_module.read_text(encoding="utf-8"), space)
    found = Declared()
    space |= {"check": found.check, "check_raises": check_raises, "Window": Window}
    for exercise in assignment.exercises:
        cell = next(each for each in assignment.release_cells if each.grade_id == exercise.grade_id)
        if not NOT_HERE.search(cell.source):
            for node in ast.parse(cell.source).body:
                exec(compile(ast.Module([node], []), name, "exec"), space)
    return found


def weighed_cells(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], index: Any
) -> np.ndarray:
    """The cells whose value matters: not those that are multiplied by zero, as NaN would reach."""
    images = args[0].astype(float)
    cells = np.zeros(images.shape, bool)
    for place in np.ndindex(images.shape):
        for value in (1e6, -1e6):
            changed = images.copy()
            changed[place] = value
            numbers = [function(each, *args[1:], **kwargs)[index] for each in (images, changed)]
            cells[place] |= numbers[0] != numbers[1]
    return cells


@pytest.mark.parametrize(
    ("name", "least"), [("alexnet", 2), ("lenet5", 2), ("pooling_padding", 15)]
)
def test_each_declared_window_holds_the_cells_that_the_solution_depends_on(
    name: str, least: int
) -> None:
    checks = declared(name)
    assert len(checks) >= least
    for function, args, kwargs, expected, window in checks:
        assert window is not None, f"{function.__name__} makes images of images: which cells?"
        solution: Any = SimpleNamespace(
            right_answer=lambda each, f=function: f(*each.args, **each.kwargs)
        )
        for index in np.ndindex(expected.shape):
            found = source_cells(solution, Example(args, kwargs), (), index)
            reached = np.zeros(args[0].shape, bool) if found is None else found
            said = window.cells(args[0].shape, index)
            weighed = weighed_cells(function, args, kwargs, index)
            assert (said == reached).all() or (said == weighed).all(), f"{kwargs} at {index}"


SETUP = """
import numpy as np
from convgrade import Window, check
x = np.arange(4.0).reshape(1, 2, 2, 1)
def layer(x): return x + 1
def other(x): return x + 2
"""
CELL = """
check(layer, x, expected=x, window=Window())
check(other, x, expected=x, window=Window())
"""


def run_in_ipython(monkeypatch: pytest.MonkeyPatch, cell: str, *, kernel: bool) -> list[str]:
    """What a cell shows: the first line of each error, and the words of each picture."""
    shell = InteractiveShell()
    found: list[str] = []

    def publish(data: dict[str, Any], metadata: dict[str, Any], **_: Any) -> None:
        assert data["image/png"]
        found.append(metadata["image/png"]["alt"])

    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    monkeypatch.setattr(shell, "_showtraceback", lambda *error: found.append(error[2][0]))
    monkeypatch.setattr(shell.display_pub, "publish", publish)
    monkeypatch.setattr(InteractiveShell, "initialized", lambda: True)
    monkeypatch.setattr(InteractiveShell, "instance", lambda: shell)
    if kernel:
        shell.kernel = object()
    show_all_failures()
    shell.run_cell(SETUP)
    shell.run_cell(cell)
    return found


def test_jupyter_shows_each_picture_below_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    first, its_picture, second, another = run_in_ipython(monkeypatch, CELL, kernel=True)
    assert first.startswith("✗ layer(x)")
    assert "The call: layer(x)" in its_picture
    assert second.startswith("✗ other(x)")
    assert "The call: other(x)" in another


def test_a_check_inside_other_code_has_its_picture_too(monkeypatch: pytest.MonkeyPatch) -> None:
    looped = CELL.replace("check(layer", "for _ in 'a': check(layer")
    assert "The call: layer(x)" in run_in_ipython(monkeypatch, looped, kernel=True)[1]


def test_no_picture_in_a_terminal_or_without_matplotlib(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = run_in_ipython(monkeypatch, CELL, kernel=False)
    monkeypatch.setattr("convgrade.notebook.collecting.can_draw", lambda: False)
    assert texts == run_in_ipython(monkeypatch, CELL, kernel=True)
    assert len(texts) == 2
