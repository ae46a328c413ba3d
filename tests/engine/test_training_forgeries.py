"""Weights and labels that a submission brings along earn nothing; training what is handed does.

Classes are renamed by chance for each submission, so that what was learned elsewhere names them
wrongly.
"""

from __future__ import annotations

import dataclasses
import io
from base64 import b85encode
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from graders import grade
from numpy.typing import NDArray

from autograder.course.assignment import Assignment, load_assignment
from autograder.results import Result
from autograder.sandbox import Cell, Limits, Sandbox, WarmProcess
from convgrade import datasets

ASSIGNMENT = load_assignment("lenet5", Path(__file__).parents[2])
SOLUTION = ASSIGNMENT.solution_module.read_text(encoding="utf-8")
SEED = b"a seed to rename by" * 2
LEARN = """
def learn(x, y):
    model = build_lenet5()
    train_lenet5(model, x, y, 10, 32, 1)
    return model.get_weights(), float((model.predict(x).argmax(1) == y.argmax(1)).mean())
"""
READ = """
import base64, io

def brought(text):
    with np.load(io.BytesIO(base64.b85decode(text))) as archive:
        return [archive[name] for name in archive.files]
"""
WEIGHTS = """
def train_lenet5(model, x, y, epochs, batch_size, seed):
    model.set_weights(brought({content!r}))
    return {{"loss": [0.0] * epochs}}
"""
LABELS = """
train_on = train_lenet5

def train_lenet5(model, x, y, epochs, batch_size, seed):
    typical = brought({content!r})[0]
    distances = ((x[:, None] - typical[None]) ** 2).sum(axis=(2, 3, 4))
    y = np.eye(10, dtype="float32")[distances.argmin(axis=1)]
    return train_on(model, x, y, epochs, batch_size, seed)
"""


def only_training() -> Assignment:
    chosen = dataclasses.replace(ASSIGNMENT)
    chosen.__dict__["exercises"] = tuple(
        each for each in ASSIGNMENT.exercises if each.name == "train_lenet5"
    )
    return chosen


@pytest.fixture(scope="module")
def tensorflow() -> Iterator[str]:
    """The address of a warm process with Keras."""
    with WarmProcess(ASSIGNMENT.preload) as warm_process:
        yield warm_process.address


@pytest.fixture(scope="module")
def digits() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The digits under their own names, as `prepare_digits` makes them."""
    namespace: dict[str, object] = {}
    exec(compile(SOLUTION, "solution", "exec"), namespace)
    data = datasets.load("digits")
    prepare = namespace["prepare_digits"]
    assert callable(prepare)
    x, y = prepare(data.x_train, data.y_train)
    return x, y


def written(path: Path, forgery: str, *arrays: NDArray[np.float32]) -> Path:
    """A right submission, with what it brings along, whose training is forged."""
    packed = io.BytesIO()
    np.savez_compressed(packed, *[array.astype(np.float16) for array in arrays])
    content = b85encode(packed.getvalue()).decode()
    path.write_text(SOLUTION + READ + forgery.format(content=content), encoding="utf-8")
    return path


def graded(path: Path, address: str) -> tuple[Result, list[float]]:
    """The result, and the accuracies that the suite found."""
    result = grade(path, only_training(), SEED, warm_process=address)
    assert (result.status, result.reason) == ("graded", "")
    (exercise,) = result.exercises
    found = [test.training["accuracies"] for test in exercise.tests if test.training]
    assert len(found) == 1
    return result, found[0]


@pytest.mark.slow
def test_real_training_does_not_mind_that_classes_are_renamed(tensorflow: str) -> None:
    result, accuracies = graded(ASSIGNMENT.solution_module, tensorflow)
    assert result.score == result.max_score
    assert min(accuracies) > 0.8


def test_weights_brought_along_earn_nothing_for_what_was_learned(
    tensorflow: str, digits, tmp_path: Path
) -> None:
    limits = Limits(call_seconds=60, memory_mb=2048)
    with Sandbox(tensorflow, [Cell("all", SOLUTION + LEARN)], limits) as teacher:
        weights, accuracy = teacher.call("learn", digits).value
    assert accuracy > 0.95, "the weights are good ones, under the digits' own names"
    result, accuracies = graded(written(tmp_path / "weights.py", WEIGHTS, *weights), tensorflow)
    assert max(accuracies) < 0.5
    assert result.score < result.max_score / 2


@pytest.mark.slow
def test_labels_brought_along_earn_nothing_for_what_was_learned(
    tensorflow: str, digits, tmp_path: Path
) -> None:
    x, y = digits
    typical = np.stack([x[y[:, name] == 1].mean(axis=0) for name in range(10)])
    nearest = ((x[:, None] - typical[None]) ** 2).sum(axis=(2, 3, 4)).argmin(axis=1)
    assert (nearest == y.argmax(axis=1)).mean() > 0.8, "the labels are good ones, likewise"
    _, accuracies = graded(written(tmp_path / "labels.py", LABELS, typical), tensorflow)
    assert max(accuracies) < 0.5
