"""What the process of `runner` is told to run: steps in order, as plain data."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Self


@dataclass(frozen=True)
class Step:
    """A cell, or the public checks of an exercise.

    `line` is the line of the file in which the source begins, 0 where the file has no lines that
    count; `exercise` is what it checks, "" where it checks nothing; where `prepares`, its checks
    are left out, and the rest runs for the sake of those that come.
    """

    label: str
    source: str
    line: int = 0
    settles: tuple[str, ...] = ()
    exercise: str = ""
    prepares: bool = False


@dataclass(frozen=True)
class Job:
    """Steps of one file. `imports` are the modules that it imports, read as data."""

    file: str
    module_name: str
    steps: tuple[Step, ...]
    seconds: float | None = None
    imports: tuple[str, ...] = ()

    @property
    def exercises(self) -> tuple[str, ...]:
        """The exercises that are checked, in order."""
        return tuple(step.exercise for step in self.steps if step.exercise and not step.prepares)

    def as_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def of_json(cls, text: str) -> Self:
        document = json.loads(text)
        steps = tuple(
            Step(**{**step, "settles": tuple(step["settles"])}) for step in document.pop("steps")
        )
        return cls(**{**document, "steps": steps, "imports": tuple(document["imports"])})


def is_check(function_name: str) -> bool:
    """Whether a call of that name checks something, and does nothing else."""
    return function_name in CHECKING


CHECKING: frozenset[str] = frozenset(("check", "check_raises"))


def labels(steps: Iterable[Step]) -> dict[str, Step]:
    """Steps by what messages call them."""
    return {step.label: step for step in steps}
