"""Training, judged as a random variable: one run, and more runs if it ends near the threshold.

A threshold belongs to a dataset and comes from many runs of right solutions (`autograder audit
--training`). Let p be the chance that one run of a right solution ends below the threshold, and q
the chance that it ends below by the spread or more. A run is near if it ends less than the spread
below the threshold or less than a third of the spread above it. A run that is near is repeated with
other seeds, and the median of three counts. A right solution then fails with a chance of at most q
+ 3p². Either its first run is below by the spread or more (q). Or its first run is below and near,
and one of the two others is below too (p · 2p). Or it is near above, and both others are below
(p²). The evidence must show that p < 1.5 % and q < 0.03 %, together less than 1/1000
(`thresholds`).
"""

from __future__ import annotations

import hashlib
import hmac
import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.course.training_terms import TrainingTerms, is_near
from autograder.errors import SuiteError
from autograder.sandbox import CallFailed
from autograder.suite.expect import Mismatch
from convgrade.notebook.learning import asked_for, still_learning

MOST_RUNS = 3


@dataclass(frozen=True)
class GradingData:
    """The dataset used for grading: `train` may cross to the student, `held_out` never does.

    Both are pairs of images, uint8 (N, H, W) or (N, H, W, C), and labels, int64 (N,).
    """

    name: str
    train: tuple[NDArray[np.uint8], NDArray[np.int64]]
    held_out: tuple[NDArray[np.uint8], NDArray[np.int64]]
    classes: int


def grading_data(name: str) -> GradingData:
    """Load a dataset by name.

    Raises:
        AutograderError: there is no dataset of that name, or it is not on this machine.
    """
    from convgrade import datasets

    found = datasets.load(name)
    return GradingData(
        found.name,
        (found.x_train, found.y_train),
        (found.x_test, found.y_test),
        found.classes,
    )


@dataclass(frozen=True)
class TrainingRecord:
    """The basis of a judgement: the accuracy of every run, each from 0 to 1."""

    dataset: str
    threshold: float
    accuracies: tuple[float, ...]

    @property
    def counted(self) -> float:
        """The median of the runs."""
        return statistics.median(self.accuracies)

    def as_plain(self) -> dict[str, Any]:
        """The record as it is written in a result. Accuracies are from 0 to 1, to four decimals."""
        return {
            **asdict(self),
            "accuracies": [round(each, 4) for each in self.accuracies],
            "counted": round(self.counted, 4),
            "runs": len(self.accuracies),
        }


@dataclass(frozen=True)
class Attempt:
    """One training: its accuracy, from 0 to 1, as the suite evaluated it.

    `history` reads the history that the student's function returned, if it is needed. That is a
    claim, used only for the wording of a message. Calling it may raise `CallFailed` or `Mismatch`.
    """

    accuracy: float
    history: Callable[[], Mapping[str, Sequence[float]]] | None = None


class NotTrainedEnough(Mismatch):
    """The accuracy is below the threshold; `message` is a whole sentence."""


class Training:
    """The `training` fixture: the terms of the dataset in use, and the judgement by them."""

    def __init__(self, terms: TrainingTerms, seed: bytes) -> None:
        self._terms = terms
        self._seed = seed
        self.record: TrainingRecord | None = None

    @property
    def dataset(self) -> str:
        """The name of the dataset in use."""
        return self._terms.dataset

    @property
    def epochs(self) -> int:
        """The number of epochs of one training."""
        return self._terms.epochs

    @property
    def batch_size(self) -> int:
        """The number of images in a batch."""
        return self._terms.batch_size

    @property
    def examples(self) -> int | None:
        """How many training images are used; None for all."""
        return self._terms.examples

    @property
    def more(self) -> Mapping[str, float]:
        """All other settings in the dataset's section."""
        return self._terms.more

    def seeds(self) -> list[int]:
        """The seeds of the runs, below 2**31. A submission gets the same seeds in every grading."""
        drawn = (hmac.digest(self._seed, b"run %d" % k, hashlib.sha256) for k in range(MOST_RUNS))
        return [int.from_bytes(each[:4], "big") >> 1 for each in drawn]

    def judge(self, run: Callable[[int], Attempt | float]) -> TrainingRecord:
        """Train once, or up to three times near the threshold, and compare the median with it.

        Args:
            run: `run(seed)` trains and returns the accuracy, or an `Attempt` with the history as
                well.

        Raises:
            NotTrainedEnough: the median is below the threshold.
            SuiteError: the dataset has no threshold yet.
            CallFailed: `run` raised it.
        """
        terms = self._terms
        if terms.threshold is None:
            raise SuiteError(
                f"[training.{terms.dataset}] has no threshold: `autograder audit ASSIGNMENT "
                f"--training --dataset {terms.dataset}` finds it."
            )
        accuracies: list[float] = []
        for seed in self.seeds():
            came = run(seed)
            attempt = came if isinstance(came, Attempt) else Attempt(came)
            accuracies.append(_checked(attempt.accuracy))
            record = TrainingRecord(terms.dataset, terms.threshold, tuple(accuracies))
            self.record = record
            if is_decided(accuracies, terms.threshold, terms.spread):
                break
        if record.counted < terms.threshold:
            runs = len(accuracies)
            how = f", the median of {runs} trainings" if runs > 1 else ""
            raise NotTrainedEnough(
                f"Yours: {record.counted:.1%} of unseen images right ({terms.dataset}{how}); "
                f"asked for: {asked_for(terms.threshold)}. {_why(attempt)}".rstrip(),
                f"accuracies {[round(each, 4) for each in accuracies]}",
            )
        return record


def is_decided(accuracies: list[float], threshold: float, spread: float) -> bool:
    """Whether further runs cannot change on which side of the threshold the median is."""
    if len(accuracies) == 1:
        return not is_near(accuracies[0], threshold, spread)
    above = sum(accuracy >= threshold for accuracy in accuracies)
    return max(above, len(accuracies) - above) > MOST_RUNS // 2


def _why(attempt: Attempt) -> str:
    """A sentence if the network was still learning, according to its own history."""
    try:
        return still_learning(attempt.history()) if attempt.history else ""
    except (CallFailed, Mismatch):
        return ""


def _checked(accuracy: float) -> float:
    value = float(accuracy)
    if math.isnan(value):  # weights that are NaN get nothing right
        return 0.0
    if not 0 <= value <= 1:
        raise SuiteError(f"The suite computed an accuracy of {value:g}: it must be from 0 to 1.")
    return value
