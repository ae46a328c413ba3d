"""Training as a check: a student's function under the conditions of grading.

The notebook provides the data, the network and the numbers. This module knows no dataset, no
network and no framework, and does not need the held-out images.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from convgrade.notebook.checks import (
    PASSED_MARK,
    CheckFailed,
    NotWrittenYet,
    is_of_a_library,
)
from convgrade.notebook.learning import asked_for, still_learning

RUNS = 3
SECONDS = 20.0
"""Computing time: after a training that took longer, no other one begins."""
COUNTED = ("none", "one training", "two trainings", "three trainings")


@dataclass(frozen=True)
class Trained:
    """The results of the trainings; `model` and `history` are those of the first one."""

    function: str
    model: Any
    history: Mapping[str, Sequence[float]]
    epochs: int
    accuracies: tuple[float, ...]
    """The share of unseen images, from 0 to 1, that each training got right."""

    @property
    def counted(self) -> float:
        """The median. Grading uses it too if a training ends near the threshold."""
        return statistics.median(self.accuracies)


def train_as_graded(
    train: Callable[..., Any],
    new_model: Callable[[int], Any],
    x: npt.NDArray[Any],
    y: npt.NDArray[Any],
    unseen: npt.NDArray[Any],
    labels: npt.NDArray[Any],
    *,
    epochs: int,
    batch_size: int,
) -> Trained:
    """Train up to three times from different starts, and test the trained models.

    Args:
        train: the student's `train(model, x, y, epochs, batch_size, seed)`.
        new_model: makes a fresh model for a seed.
        x: training images; each training gets a copy.
        y: their one-hot labels, shape (N, classes).
        unseen: images that no training uses.
        labels: class numbers of `unseen`, integers of shape (N,).
        epochs: as in grading.
        batch_size: as in grading.

    Returns:
        The accuracies, and the model and history of the first training.

    Raises:
        NotWrittenYet: the function, or what makes the model, is still a stub.
    """
    name = str(getattr(train, "__name__", train))
    model, history = None, None
    accuracies: list[float] = []
    began = time.process_time()
    for seed in range(1, RUNS + 1):
        fresh = _made(new_model, seed, name)
        try:
            returned = train(fresh, x.copy(), y.copy(), epochs, batch_size, seed)
        except NotImplementedError as error:
            if is_of_a_library(error):
                raise
            raise NotWrittenYet(f"· {name} is not written yet.") from None
        accuracies.append(_share_right(fresh, unseen, labels))
        _say(f"training {seed} of {RUNS}: {accuracies[-1]:.1%} of unseen images right")
        if model is None:
            model, history = fresh, _history(returned)
        if time.process_time() - began > SECONDS:
            break
    return Trained(name, model, history or {}, epochs, tuple(accuracies))


def check_learned(trained: Trained, asked: float) -> None:
    """Compare the accuracy with what grading asks for.

    Args:
        trained: what `train_as_graded` returned.
        asked: the least share of unseen images, from 0 to 1, that must be right.

    Raises:
        CheckFailed: it is below; the text says whether the network was still learning.
    """
    __tracebackhide__ = True
    runs = ", ".join(f"{each:.1%}" for each in trained.accuracies)
    many = len(trained.accuracies) > 1
    varied = f", the median of {COUNTED[len(trained.accuracies)]} ({runs})" if many else ""
    lines = [
        f"  yours:     {trained.counted:.1%} of unseen images right{varied}",
        f"  asked for: {asked_for(asked)}",
    ]
    if trained.counted < asked:
        slow = still_learning(trained.history)
        lines += [f"  {slow}"] if slow else []
        lines[:0] = [f"✗ {trained.function} learns too little in {trained.epochs} epochs."]
        raise CheckFailed("\n".join(lines))
    spread = max(trained.accuracies) - min(trained.accuracies)
    if trained.counted - asked < spread:
        lines.append(
            f"  Trainings differ by up to {100 * spread:.1f} points: another may end below the bar."
        )
    lines[:0] = [f"{PASSED_MARK} {trained.function} learns enough in {trained.epochs} epochs"]
    _say("\n".join(lines))


def _made(new_model: Callable[[int], Any], seed: int, name: str) -> Any:
    try:
        return new_model(seed)
    except NotImplementedError as error:
        if is_of_a_library(error):
            raise
        raise NotWrittenYet(f"· {name} needs the network, which is not written yet.") from None


def _share_right(model: Any, unseen: npt.NDArray[Any], labels: npt.NDArray[Any]) -> float:
    answers = np.asarray(model.predict(unseen, verbose=0)).astype(np.float32)
    right = (answers.argmax(axis=1) == labels) & np.isfinite(answers).all(axis=1)
    return float(right.mean())


def _history(returned: Any) -> dict[str, list[float]]:
    """Lists of numbers by name, from a dict or a `History`; everything else is left out."""
    history = getattr(returned, "history", returned)
    if not isinstance(history, Mapping):
        return {}
    found = {}
    for name, values in history.items():
        try:
            numbers = [float(each) for each in values]
        except (TypeError, ValueError):
            continue
        if all(map(math.isfinite, numbers)):
            found[str(name)] = numbers
    return found


def _say(text: str) -> None:
    try:
        print(text, flush=True)
    except UnicodeEncodeError:  # the console cannot show Unicode
        print(text.replace(PASSED_MARK, "ok").encode("ascii", "replace").decode(), flush=True)
