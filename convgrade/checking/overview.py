"""What a file has to contain, with points, and what of it is written. It runs nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from convgrade.checking.plan import planned
from convgrade.submission.recognizing import defines
from convgrade.submission.released import Released


@dataclass(frozen=True)
class Item:
    """An exercise, or a question for a written answer."""

    name: str
    points: float
    is_written: bool
    is_question: bool = False

    @property
    def state(self) -> str:
        """What a student reads of it."""
        if self.is_question:
            return "answered" if self.is_written else "no answer yet"
        return "written" if self.is_written else "not written yet"


def overview(path: Path, checks: Path | None = None) -> tuple[Item, ...]:
    """List the exercises and then the questions, in the notebook's order.

    Raises:
        AutograderError: the file cannot be read, or no release was found.
    """
    plan = planned(path, checks)
    released = Released(plan.found.release)
    written: set[str] = set()
    for cell in plan.submission.cells:
        found = defines(cell.source, released.functions, released.stubs)
        written |= {name for name, has_work in found.items() if has_work}
    blank = {each.name for each in plan.blank}
    return (
        *(
            Item(each.name, plan.found.points_of(each.check), written >= set(each.functions))
            for each in released.exercises
        ),
        *(
            Item(name, points, name not in blank, is_question=True)
            for name, points in plan.found.written.items()
        ),
    )
