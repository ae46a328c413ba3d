"""The public check of training: it trains as grading does, and says the bar in the same words."""

from __future__ import annotations

import ast
import itertools
import numbers
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import jupytext
import numpy as np
import pytest
from numpy.typing import NDArray

from autograder.course.assignment import Assignment, assignment_names, load_assignment
from autograder.course.training_terms import TrainingTerms
from autograder.suite.training import NotTrainedEnough, Training
from convgrade import CheckFailed, NotWrittenYet, Trained, check_learned, train_as_graded
from convgrade.notebook.learning import asked_for, still_learning

ROOT = Path(__file__).resolve().parents[2]
TRAINED = [
    assignment
    for assignment in (load_assignment(name, ROOT) for name in assignment_names(ROOT))
    if assignment.training
]
every_assignment = pytest.mark.parametrize("assignment", TRAINED, ids=lambda each: each.name)


class Model:
    """Knows so many of ten images, as it was trained."""

    def __init__(self) -> None:
        self.known = 0

    def predict(self, x: NDArray[Any], verbose: int) -> NDArray[np.float16]:
        return np.eye(2, dtype=np.float16)[(np.arange(len(x)) >= self.known).astype(int)]


def tried(
    train: Callable[..., Any], new_model: Callable[[int], Any] = lambda number: Model()
) -> Trained:
    x, y = np.zeros((4, 1)), np.eye(2)[[0, 0, 1, 1]]
    unseen, labels = np.zeros((10, 1)), np.zeros(10, int)
    return train_as_graded(train, new_model, x, y, unseen, labels, epochs=3, batch_size=2)


def knowing(
    *known: int, history: Mapping[str, Sequence[float]] | None = None
) -> Callable[..., Any]:
    """A training function that knows so many of ten images, training by training."""
    left = itertools.cycle(known)

    def train(model: Model, *_: Any) -> Mapping[str, Sequence[float]]:
        model.known = next(left)
        return history or {"loss": [1.0, 0.5, 0.5]}

    return train


def test_three_trainings_are_shown_and_their_median_counts(capsys: pytest.CaptureFixture) -> None:
    check_learned(tried(knowing(9, 5, 8)), asked=0.7)
    said = capsys.readouterr().out
    assert "yours:     80.0% of unseen images right" in said
    assert "right, the median of three trainings (90.0%, 50.0%, 80.0%)" in said
    assert "asked for: at least 70.0% of unseen images right" in said
    assert "Trainings differ by up to 40.0 points" in said


def test_each_training_has_a_fresh_model_its_own_data_and_seed() -> None:
    seen: list[tuple[Any, float, int, int, int]] = []

    def train(
        model: Any, x: NDArray[Any], y: NDArray[Any], epochs: int, batch_size: int, seed: int
    ) -> None:
        seen.append((model, float(x.sum() + y.sum()), epochs, batch_size, seed))
        x += 1
        y += 1

    tried(train)
    assert len({id(model) for model, *_ in seen}) == 3
    assert [rest for _, *rest in seen] == [[4.0, 3, 2, seed] for seed in (1, 2, 3)]


def test_what_takes_long_is_not_done_again(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = itertools.count(0, 30)
    monkeypatch.setattr("convgrade.notebook.training.time.process_time", lambda: next(clock))
    assert len(tried(knowing(9)).accuracies) == 1


def test_too_little_fails_with_what_came_what_is_asked_for_and_why() -> None:
    runs = tried(knowing(5, history={"accuracy": [0.1, 0.3, 0.5]}))
    with pytest.raises(CheckFailed) as failure:
        check_learned(runs, asked=0.7)
    said = str(failure.value)
    assert said.startswith("✗ train learns too little in 3 epochs.")
    assert "yours:     50.0%" in said
    assert asked_for(0.7) in said
    assert "still rising after the last epoch" in said


def test_answers_that_are_not_numbers_are_not_right() -> None:
    class Broken(Model):
        def predict(self, x: NDArray[Any], verbose: int) -> NDArray[np.float16]:
            return np.full((len(x), 2), np.nan, np.float16)

    assert set(tried(knowing(9), lambda number: Broken()).accuracies) == {0.0}


def test_a_stub_is_not_written_yet_and_neither_is_its_network() -> None:
    def stub(*_: Any) -> None:
        raise NotImplementedError

    with pytest.raises(NotWrittenYet, match="stub is not written yet"):
        tried(stub)
    with pytest.raises(NotWrittenYet, match="train needs the network"):
        tried(knowing(9), stub)


def test_a_librarys_own_not_implemented_error_is_an_error() -> None:
    def of_a_library(*_: Any) -> None:
        numbers.Complex.conjugate(None)  # type: ignore[arg-type]

    with pytest.raises(NotImplementedError) as failure:
        tried(of_a_library)
    assert not isinstance(failure.value, CheckFailed)


@pytest.mark.parametrize(
    ("history", "said"),
    [
        ({"accuracy": [0.1, 0.3, 0.4, 0.5]}, "accuracy was still rising"),
        ({"accuracy": [0.5, 0.9, 0.91, 0.91, 0.91, 0.91]}, ""),
        ({"accuracy": [0.5, 0.9, 0.91, 0.91], "loss": [9.0, 5.0, 3.0, 1.0]}, ""),
        ({"loss": [2.0, 1.5, 1.0, 0.8]}, "loss was still falling"),
        ({"loss": [2.0, 1.0, 1.0, 1.0]}, ""),
        ({"loss": [1.0]}, ""),
        ({"loss": [1.0, float("nan")]}, ""),
        ({"loss": []}, ""),
        ({}, ""),
    ],
)
def test_still_learning_is_told_by_the_last_epochs(history, said: str) -> None:
    assert said in still_learning(history)
    assert bool(said) == bool(still_learning(history))


# -- the same in the notebook, the check and the feedback ------------------------------------


def written(assignment: Assignment) -> str:
    return assignment.source_text.read_text(encoding="utf-8")


@every_assignment
def test_the_notebook_states_the_terms_of_each_dataset(assignment: Assignment) -> None:
    """Every row of its table, and no other, is what assignment.toml says."""
    rows = []
    for name, terms in assignment.training.items():
        assert terms.threshold is not None
        title = name if name == assignment.dataset else f"{name}, if your instructor says so"
        numbers = (terms.examples or "all", terms.epochs, terms.batch_size)
        rows.append(" | ".join([title, *map(str, numbers), asked_for(terms.threshold)]))
    table = re.findall(r"^# \| (.*% of unseen images right) \|$", written(assignment), re.MULTILINE)
    assert table == rows


@every_assignment
def test_the_notebook_names_what_is_unsuited(assignment: Assignment) -> None:
    from autograder.calibration import evidence

    text = " ".join(written(assignment).replace("\n# ", " ").split())
    for way in evidence.recipe_names(assignment, "unsuited"):
        optimiser, _, rate = way.partition(",")[0].partition(" ")
        assert optimiser in text
        assert rate in text or "as Keras has them" in text, way


def called(assignment: Assignment, name: str) -> dict[str, Any]:
    """The constants that a check cell calls a function with, by keyword."""
    cells = jupytext.reads(written(assignment), fmt="py:percent").cells
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    calls = [
        node
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
    ]
    assert len(calls) == 1
    return {
        str(each.arg): each.value.value
        for each in calls[0].keywords
        if isinstance(each.value, ast.Constant)
    }


@every_assignment
def test_the_check_trains_under_the_terms_of_grading(assignment: Assignment) -> None:
    terms = assignment.training[assignment.dataset]
    assert called(assignment, "train_as_graded") == {
        "epochs": terms.epochs,
        "batch_size": terms.batch_size,
    }
    assert called(assignment, "check_learned") == {"asked": terms.threshold}


@every_assignment
def test_the_check_sees_no_image_that_grading_judges_by(assignment: Assignment) -> None:
    cells = jupytext.reads(written(assignment), fmt="py:percent").cells
    assert not [cell.source for cell in cells if re.search(r"\.[xy]_test\b", cell.source)]


def test_check_and_feedback_say_the_bar_in_the_same_words(capsys: pytest.CaptureFixture) -> None:
    terms = TrainingTerms("digits", epochs=3, batch_size=2, threshold=0.7, spread=0.05)
    with pytest.raises(NotTrainedEnough) as feedback:
        Training(terms, b"seed" * 8).judge(lambda seed: 0.5)
    check_learned(tried(knowing(9)), asked=0.7)
    bar = f"asked for: {asked_for(0.7)}"
    assert bar in feedback.value.message
    assert bar in capsys.readouterr().out
