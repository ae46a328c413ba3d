"""The terms of training on each dataset: `[training]` of an assignment.toml.

They are plain data. This module knows neither the trained network nor any dataset.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any

from autograder.course.settings_file import SettingsFile
from autograder.errors import CourseError

SHARE_ABOVE = 1 / 3
"""How far above the threshold an accuracy still counts as near, as a share of the spread."""


def is_near(accuracy: float, threshold: float, spread: float) -> bool:
    """Whether an accuracy is too near to the threshold for one run to decide.

    Args:
        accuracy: a share from 0 to 1.
        threshold: the least accuracy that passes, a share.
        spread: how far below the threshold a run still counts as near, a share. It is large, so
            that a single run hardly ever fails a right solution. Above the threshold a third of it
            is enough to keep a wrong solution from passing by chance.
    """
    return -spread < accuracy - threshold < SHARE_ABOVE * spread


@dataclass(frozen=True)
class TrainingTerms:
    """How training on one dataset is done and judged.

    `threshold` is the least accuracy, a share from 0 to 1; it is None until there is evidence. A
    run within `spread` of it is repeated (`is_near`). `evidence_runs` is the number of runs of
    right solutions behind it. `examples` is the number of training images; None for all. `seconds`
    is the computing time of one call in a test that trains; None if the test says it. `more` holds
    other numbers that the suite and the evidence share, by name.
    """

    dataset: str
    epochs: int
    batch_size: int
    examples: int | None = None
    threshold: float | None = None
    spread: float = 0.0
    evidence_runs: int = 0
    seconds: float | None = None
    more: Mapping[str, float] = field(default_factory=dict)


def read_terms(
    settings: Mapping[str, Any], file: SettingsFile
) -> tuple[str, dict[str, TrainingTerms]]:
    """Read the default dataset and the terms of each dataset.

    Args:
        settings: `[training]` with its sections `[training.<dataset>]`.
        file: the file, for messages.

    Returns:
        The default dataset, and the terms by dataset.

    Raises:
        CourseError: the settings cannot be used.
    """
    terms = {
        name: _terms(name, section, file)
        for name, section in settings.items()
        if isinstance(section, Mapping)
    }
    default = settings.get("dataset", "")
    for key in settings:
        if key not in terms and key != "dataset":
            raise CourseError(f"{file.at(key, 'training')}: [training] has no key {key!r}.")
    if terms and default not in terms:
        raise CourseError(
            f"{file.at('dataset', 'training')}: `dataset` of [training] must name one of its "
            f"sections: {', '.join(terms)}."
        )
    return str(default), terms


def _terms(name: str, section: Mapping[str, Any], file: SettingsFile) -> TrainingTerms:
    whole = f"training.{name}"
    own = {each.name: each for each in fields(TrainingTerms)}
    del own["dataset"], own["more"]
    for key, value in section.items():
        place = f"{file.at(key, whole)}: [{whole}]"
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not 0 <= value < math.inf:
            raise CourseError(f"{place}: {key} must be a number that is not negative.")
        if key in ("epochs", "batch_size") and value == 0:
            raise CourseError(f"{place}: {key} must be at least 1.")
        if key in own and "float" not in str(own[key].type) and not isinstance(value, int):
            raise CourseError(f"{place}: {key} must be a whole number.")
        if key == "threshold" and value > 1:
            raise CourseError(f"{place}: threshold is a share, from 0 to 1.")
    for key, each in own.items():
        if each.default is MISSING and key not in section:
            raise CourseError(f"{file.at(whole)}: [{whole}] lacks {key}.")
    more = {key: value for key, value in section.items() if key not in own}
    return TrainingTerms(
        name, **{key: value for key, value in section.items() if key in own}, more=more
    )
