"""`check --watch`: what a save touches is checked again, and nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from released import DOUBLE, TRIPLE, cell, notebook, two

from convgrade.checking.checker import Checker

WRONG = "def double(x):\n    return x"


@pytest.fixture
def work(tmp_path: Path) -> Path:
    return notebook(tmp_path / "work.ipynb", *two(DOUBLE, TRIPLE))


@pytest.fixture
def checker(work: Path) -> Iterator[Checker]:
    with Checker(work) as checker:
        checker.check()
        yield checker


def outcomes(checker: Checker) -> list[str]:
    return [each.outcome for each in checker.check()[0].exercises]


def test_the_first_check_runs_everything(checker: Checker) -> None:
    assert checker.ran == ("double", "triple")


def test_a_save_that_changes_nothing_runs_nothing(checker: Checker, work: Path) -> None:
    os.utime(work)
    _, is_new = checker.check()
    assert checker.ran == ()
    assert not is_new


def test_only_the_exercise_that_changed_is_checked_again(checker: Checker, work: Path) -> None:
    notebook(work, *two(WRONG, TRIPLE))
    assert outcomes(checker) == ["failed", "passed"]
    assert checker.ran == ("double",)


def test_an_exercise_that_calls_what_changed_is_checked_again(tmp_path: Path) -> None:
    calling = "def triple(x):\n    return double(x) + x"
    path = notebook(tmp_path / "work.ipynb", *two(DOUBLE, calling))
    with Checker(path) as checker:
        checker.check()
        notebook(path, *two(WRONG, calling))
        assert outcomes(checker) == ["failed", "failed"]
        notebook(path, *two(DOUBLE, calling))
        assert outcomes(checker) == ["passed", "passed"]


def test_a_comment_costs_nothing(checker: Checker, work: Path) -> None:
    notebook(work, *two(DOUBLE + "  # twice", TRIPLE))
    checker.check()
    assert checker.ran == ()


def test_a_syntax_error_touches_its_own_exercise_only(checker: Checker, work: Path) -> None:
    notebook(work, *two("def double(x):\n    return (x", TRIPLE))
    assert outcomes(checker) == ["error", "passed"]


def test_a_cell_of_ones_own_is_run_again_when_it_changed(checker: Checker, work: Path) -> None:
    notebook(work, *two(DOUBLE, TRIPLE, cell("1 / 0")))
    report, _ = checker.check()
    assert checker.ran == ()
    assert report.problems == ("Cell 4, line 1: ZeroDivisionError: division by zero",)
    os.utime(work)
    assert checker.check()[0].problems == report.problems


def test_a_problem_is_gone_once_what_it_needs_is_there(tmp_path: Path) -> None:
    using = cell("print(factor)")
    path = notebook(tmp_path / "work.ipynb", *two(DOUBLE, TRIPLE, using))
    with Checker(path) as checker:
        assert len(checker.check()[0].problems) == 1
        notebook(path, *two(DOUBLE, TRIPLE, cell("factor = 2"), using))
        assert checker.check()[0].problems == ()


def test_a_seed_touches_whatever_uses_its_library(tmp_path: Path) -> None:
    def saved(seed: int) -> Path:
        seeding = cell(f"import random\nrandom.seed({seed})")
        triple = "def triple(x):\n    return 3 * x + (random.random() > 1)"
        return notebook(tmp_path / "work.ipynb", *two(DOUBLE, triple, seeding))

    with Checker(saved(1)) as checker:
        checker.check()
        saved(2)
        checker.check()
        assert checker.ran == ("triple",)


def test_a_module_beside_the_file_that_changes_is_noticed(tmp_path: Path) -> None:
    module = tmp_path / "my_module_of_watching.py"
    module.write_text(DOUBLE)
    path = notebook(tmp_path / "work.ipynb", *two(f"from {module.stem} import double", TRIPLE))
    with Checker(path) as checker:
        assert outcomes(checker) == ["passed", "passed"]
        assert not checker.is_outdated()
        module.write_text(WRONG + "  # saved")
        assert checker.is_outdated()
        assert outcomes(checker) == ["failed", "passed"]


def test_lines_that_move_are_told_anew(tmp_path: Path) -> None:
    failing = "def triple(x):\n    return nothing"
    path = notebook(tmp_path / "work.ipynb", *two(DOUBLE, failing))
    with Checker(path) as checker:
        assert "cell 4 (triple)" in checker.check()[0].exercises[1].text
        notebook(path, *two(DOUBLE, failing, cell("")))
        assert "cell 5 (triple)" in checker.check()[0].exercises[1].text


def test_code_that_ends_the_process_is_run_again_at_the_next_save(tmp_path: Path) -> None:
    ending = "def double(x):\n    import os\n    os._exit(1)"
    path = notebook(tmp_path / "work.ipynb", *two(ending, TRIPLE))
    with Checker(path) as checker:
        assert outcomes(checker) == ["error", "passed"]
        notebook(path, *two(DOUBLE, TRIPLE))
        assert outcomes(checker) == ["passed", "passed"]
