"""Pooling and padding, held against itself through the real engine: see `suite_checks`.

Its right answers are many, in NumPy but for a few, so that they have tests of their own.
"""

from __future__ import annotations

import re
from pathlib import Path

import jupytext
import pytest
from graders import grade
from suite_checks import (
    Suite,
    WrongAnswers,
    assert_full_marks,
    exercise_of,
    failures_of,
    slow,
)

from autograder.sandbox import WarmProcess

SUITE = Suite("pooling_padding")
ASSIGNMENT, EXERCISES = SUITE.assignment, SUITE.exercises
SEEDS = (b"one seed for pooling" * 2, b"and another" * 3)
REQUIRES_TENSORFLOW = "# requires: tensorflow"

right_answers = [
    path
    for path in sorted(ASSIGNMENT.right_solutions_folder.iterdir())
    if path.suffix in (".py", ".ipynb") and not path.name.startswith(".")
]
in_numpy = [
    path for path in right_answers if REQUIRES_TENSORFLOW not in path.read_text(encoding="utf-8")
]


# -- right answers -------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [SEEDS[0], slow(SEEDS[1], True)], ids=("one seed", "another"))
@pytest.mark.parametrize("path", [ASSIGNMENT.solution_module, *in_numpy], ids=lambda p: p.name)
def test_a_right_answer_in_any_style_gets_full_marks(path: Path, seed: bytes) -> None:
    assert_full_marks(grade(path, ASSIGNMENT, seed), ASSIGNMENT)


def test_a_right_answer_that_calls_keras_gets_full_marks() -> None:
    with_keras = [path for path in right_answers if path not in in_numpy]
    assert with_keras
    with WarmProcess(("numpy", "tensorflow", "keras")) as warm_process:
        for path in with_keras:
            result = grade(path, ASSIGNMENT, SEEDS[0], warm_process=warm_process.address)
            assert_full_marks(result, ASSIGNMENT)


def test_the_notebook_among_the_right_answers_is_its_percent_text() -> None:
    """Written anew by `jupytext --to notebook`; the two prove that both kinds are read alike."""
    folder = ASSIGNMENT.right_solutions_folder
    text, notebook = (jupytext.read(folder / name) for name in ("percent.py", "notebook.ipynb"))
    assert [(cell.cell_type, cell.source) for cell in notebook.cells] == [
        (cell.cell_type, cell.source) for cell in text.cells
    ]


def test_the_release_gets_nothing_anywhere() -> None:
    result = grade(ASSIGNMENT.release_notebook, ASSIGNMENT, SEEDS[0])
    assert (result.status, result.score) == ("graded", 0)
    assert {name: exercise_of(result, name).outcome for name in EXERCISES} == dict.fromkeys(
        EXERCISES, "not_implemented"
    )


# -- wrong answers -------------------------------------------------------------------------


@pytest.mark.parametrize("constant", ["0", "1", "(0, 0)", "args[0]", "np.zeros_like(args[0])"])
def test_the_same_answer_to_everything_earns_nothing(tmp_path: Path, constant: str) -> None:
    functions = [f"def {name}(*args, **_):\n    return {constant}" for name in EXERCISES]
    path = tmp_path / "constant.py"
    path.write_text("\n\n".join(["import numpy as np", *functions]), encoding="utf-8")
    assert grade(path, ASSIGNMENT, SEEDS[0]).score == 0


class TestWrongAnswers(WrongAnswers):
    def test_what_a_student_reads_holds_no_expected_shape(self, graded, which) -> None:
        for _, test in failures_of(graded(which)):
            for shape in re.findall(r"expected shape (\([\d, ]*\))", test.detail):
                assert shape not in test.message.partition(" returned ")[2]

    def test_there_are_public_examples(self, graded, any_of) -> None:
        tests = exercise_of(graded(any_of), any_of.exercise).tests
        assert any(test.visibility == "public" and test.weight > 0 for test in tests)
