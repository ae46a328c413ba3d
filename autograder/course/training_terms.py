"""What an assignment asks of training on each dataset: `[training]` of its assignment.toml.

Plain data. Knows neither what is trained nor any dataset.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any

from autograder.errors import CourseError

SHARE_ABOVE = 1 / 3
"""Of the spread, how far above the threshold an accuracy is still near it."""


def is_near(accuracy: float, threshold: float, spread: float) -> bool:
    """Whether a run counts for nothing alone: too near to the threshold.

    Below, that reaches far, so that hardly any run of a right solution ends the matter. Above,
    less will do to keep chance from letting a wrong one through.
    """
    return -spread < accuracy - threshold < SHARE_ABOVE * spread


@dataclass(frozen=True)
class TrainingTerms:
    """How training on one dataset is done and judged.

    `threshold` is the least accuracy, a share of one, and None until the evidence is there; near
    it, by `spread`, a run is repeated (`is_near`). `evidence_runs` says from how many runs of right
    solutions it comes. `examples` is how many training images are used; None for all. `seconds` of
    computing is what one call may take in a test that trains; None where the test says it. `more`
    holds whatever else the suite and the evidence agree on, numbers by name.
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


def read_terms(settings: Mapping[str, Any], where: str) -> tuple[str, dict[str, TrainingTerms]]:
    """The default dataset and the terms by dataset, from `[training]` and `[training.<dataset>]`.

    Raises:
        CourseError: they cannot be used; `where` names the file.
    """
    terms = {
        name: _terms(name, section, where)
        for name, section in settings.items()
        if isinstance(section, Mapping)
    }
    default = settings.get("dataset", "")
    unknown = {key for key in settings if key not in terms} - {"dataset"}
    if unknown:
        raise CourseError(f"{where}: [training] has no key {sorted(unknown)[0]!r}.")
    if terms and default not in terms:
        raise CourseError(
            f"{where}: `dataset` of [training] must name one of its sections: {', '.join(terms)}."
        )
    return str(default), terms


def _terms(name: str, section: Mapping[str, Any], where: str) -> TrainingTerms:
    place = f"{where}: [training.{name}]"
    own = {each.name: each for each in fields(TrainingTerms)}
    del own["dataset"], own["more"]
    for key, value in section.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise CourseError(f"{place}: {key} must be a number that is not negative.")
        if key in own and "float" not in str(own[key].type) and not isinstance(value, int):
            raise CourseError(f"{place}: {key} must be a whole number.")
    for key, each in own.items():
        if each.default is MISSING and key not in section:
            raise CourseError(f"{place} lacks {key}.")
    if section.get("threshold", 0) > 1:
        raise CourseError(f"{place}: threshold is a share, from 0 to 1.")
    more = {key: value for key, value in section.items() if key not in own}
    return TrainingTerms(
        name, **{key: value for key, value in section.items() if key in own}, more=more
    )
