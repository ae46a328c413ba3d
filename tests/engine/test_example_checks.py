"""The public check of examples, in a notebook and alone: what it says, and what it cannot know."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import numpy as np
import pytest
from examples_course import ASKING, EXERCISE, built_course
from nbclient import NotebookClient

from autograder.course.assignment import Assignment
from convgrade import CheckFailed, NotWrittenYet, check_examples, example
from convgrade.commands.parser import run_command
from convgrade.notebook.examples import MOST, read

SIGNATURE = "pooled(x, size=2, padding='valid')"
X = np.array([3, -1, 2])


def given(*examples: object) -> object:
    def examples_pooled() -> object:
        return list(examples)

    return examples_pooled


def complaint(*examples: object) -> str:
    with pytest.raises(CheckFailed) as caught:
        check_examples(given(*examples), SIGNATURE)  # type: ignore[arg-type]
    return str(caught.value)


GOOD = (example(X, expected=[3, 2]), example(X, 3, expected=ValueError))


def test_examples_of_the_right_form_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    check_examples(given(*GOOD), SIGNATURE)  # type: ignore[arg-type]
    assert capsys.readouterr().out.splitlines() == [
        "✓ example 1: pooled(np.array([3, -1, 2])) gives [3, 2]",
        "✓ example 2: pooled(np.array([3, -1, 2]), 3) raises ValueError",
        "No example sets padding. What happens there is not shown yet.",
    ]


@pytest.mark.parametrize(
    ("examples", "said"),
    [
        ((), "gives 0 of at least 2"),
        (GOOD[:1], "gives 1 of at least 2"),
        ((GOOD[0], GOOD[0]), "Example 2 has the same input as example 1"),
        ((GOOD[0], example(X, sizes=2, expected=1)), "sets 'sizes'; the arguments of pooled are"),
        ((GOOD[0], example(X, x=X, expected=1)), "gives 'x' twice"),
        ((GOOD[0], example(size=3, expected=1)), "does not give 'x'"),
        ((GOOD[0], example(X, 1, "same", 4, expected=1)), "has 4 arguments, and pooled takes 3"),
        ((GOOD[0], example(X, function="sorted", expected=1)), "calls 'sorted'"),
        ((GOOD[0], (X, [3, 2])), "is not written as example"),
        ((GOOD[0], example(np.zeros(5000), expected=1)), "holds more than 1000 numbers"),
        ((GOOD[0], example(X, size=5000, expected=1)), "has a whole number beyond 1000"),
        ((GOOD[0], example(X, padding=object(), expected=1)), "holds <object object"),
        ((example(X, n, expected=0) for n in range(MOST + 1)), f"at most {MOST} count"),
    ],
)
def test_what_is_wrong_with_the_form_is_said(examples: object, said: str) -> None:
    assert said in complaint(*examples)  # type: ignore[misc]


def test_examples_that_are_not_written_are_no_mistake() -> None:
    def examples_pooled() -> object:
        raise NotImplementedError

    with pytest.raises(NotWrittenYet, match="examples_pooled is not written yet"):
        check_examples(examples_pooled, SIGNATURE)


def test_a_wrong_answer_is_not_known_at_home(capsys: pytest.CaptureFixture[str]) -> None:
    wrong = example(X, expected=[99, 99])
    check_examples(given(wrong, GOOD[1]), SIGNATURE)  # type: ignore[arg-type]
    assert "✓ example 1" in capsys.readouterr().out


def test_the_examples_check_one_s_own_function() -> None:
    def pooled(x: object, size: int = 2, padding: str = "valid") -> object:
        if size > 2:
            raise ValueError("size")
        return [3, 99]

    with pytest.raises(CheckFailed, match="pooled"):
        check_examples(given(*GOOD), SIGNATURE, function=pooled)  # type: ignore[arg-type]


def test_a_list_that_holds_itself_is_bounded() -> None:
    endless: list[object] = []
    endless.append(endless)
    (found,) = read([example(endless, expected=1)])
    assert "more than 1000 numbers" in found.problem


def test_not_a_number_is_the_same_input_as_itself() -> None:
    one, other = (example(np.array([np.nan]), np.nan, expected=1) for _ in range(2))
    assert "same input" in read([one, other])[1].problem


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    return built_course(tmp_path_factory.mktemp("course"))


def test_the_cells_run_in_a_kernel(course: Assignment, tmp_path: Path) -> None:
    notebook = nbformat.read(course.release_notebook, as_version=4)
    ids = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells]
    solved = course.solution_module.read_text().split("\n\n\n")
    for name in (ASKING, EXERCISE):
        cell = notebook.cells[ids.index(name)]
        cell.source = next(part for part in solved if part.startswith(f"def {name}("))
    client = NotebookClient(notebook, resources={"metadata": {"path": tmp_path}})
    client.execute()
    printed = json.dumps(notebook.cells[ids.index(f"test_{ASKING}")].outputs)
    assert "example 1: moving_maximum(" in printed


def test_the_command_checks_examples(
    course: Assignment, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    work = tmp_path / "work.ipynb"
    work.write_bytes(course.release_notebook.read_bytes())
    assert run_command(["check", str(work)], "convgrade") == 1
    assert f"{ASKING}  not written yet" in capsys.readouterr().out
    assert run_command(["hint", str(work)], "convgrade") == 0
    assert "The text above the function says how" in capsys.readouterr().out
    work.write_text(course.source_notebook.read_text())
    assert run_command(["check", str(work)], "convgrade") == 0
    assert f"✓ {ASKING}" in capsys.readouterr().out
