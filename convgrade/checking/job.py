"""The job for the process of `runner`: steps in order, as plain data."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Self


@dataclass(frozen=True)
class Step:
    """A cell, or the public checks of an exercise.

    `line` is the line of the file in which the source begins; 0 if lines do not apply. `exercise`
    is the exercise that is checked, "" if the step checks nothing. `only` are the indices of the
    statements to run; None for all of them, and then the exercise gets an outcome. A step that is
    `outside` sees the names of the cells before it, but the functions of these cells do not see
    what the step defines.
    """

    label: str
    source: str
    line: int = 0
    settles: tuple[str, ...] = ()
    exercise: str = ""
    only: tuple[int, ...] | None = None
    outside: bool = False


@dataclass(frozen=True)
class Job:
    """The steps of one file.

    `imports` are the modules that the file imports, read as data. `release_folder` is the folder of
    the released notebook, in which its table of known answers may lie; "" if it is not known.
    """

    file: str
    module_name: str
    steps: tuple[Step, ...]
    seconds: float | None = None
    imports: tuple[str, ...] = ()
    release_folder: str = ""

    @property
    def exercises(self) -> tuple[str, ...]:
        """The exercises that are checked, in order."""
        return tuple(step.exercise for step in self.steps if step.exercise and step.only is None)

    def as_json(self) -> str:
        """Write the job as JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def of_json(cls, text: str) -> Self:
        """Read a job that `as_json` wrote."""
        document = json.loads(text)
        steps = tuple(
            Step(
                **{
                    **step,
                    "settles": tuple(step["settles"]),
                    "only": None if step["only"] is None else tuple(step["only"]),
                }
            )
            for step in document["steps"]
        )
        return cls(**{**document, "steps": steps, "imports": tuple(document["imports"])})
