"""What `check` shows of the lines that a student's function prints."""

from __future__ import annotations

from pathlib import Path

import pytest
from released import DOUBLE, notebook, two, with_double

from convgrade.checking.checker import Checker


def texts(path: Path) -> list[str]:
    """What is said of each exercise."""
    with Checker(path) as checker:
        return [each.text for each in checker.check()[0].exercises]


@pytest.fixture
def work(tmp_path: Path) -> Path:
    return tmp_path / "work.ipynb"


def test_what_a_function_prints_is_shown_beside_the_check_that_fails(work: Path) -> None:
    source = "def double(x):\n    print('x is', x)\n    return x"
    assert "It printed:\n    x is 3" in texts(with_double(work, source))[0]


def test_what_a_function_prints_without_end_is_cut(work: Path) -> None:
    source = "def double(x):\n    print('line\\n\\n' * 10**5)\n    return x"
    text = texts(with_double(work, source))[0]
    assert text.count("    line") == 10
    assert text.endswith("… and 99990 more lines")


def test_a_long_line_that_a_function_prints_is_cut(work: Path) -> None:
    source = "def double(x):\n    print('long' * 10**5)\n    return x"
    text = texts(with_double(work, source))[0]
    assert len(text) < 500
    assert "more line" not in text


def test_the_printed_lines_of_all_checks_of_an_exercise_are_cut_together(work: Path) -> None:
    source = "def triple(x):\n    for n in range(8): print('step', n, end='\\n\\n')\n    return x"
    text = texts(notebook(work, *two(DOUBLE, source)))[1]
    assert text.count("    step") == 10
    assert text.endswith("… and 6 more lines")
    text = texts(notebook(work, *two(DOUBLE, source.replace("8", "11"))))[1]
    assert text.count("    step") == 10
    assert "… and 1 more line\n" in text
    assert text.endswith("It printed 11 more lines.")
