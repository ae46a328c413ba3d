"""What changed in a student's scores, in sentences. What a person has decided always stays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from autograder.grading.score_changes import cause
from autograder.results import Result, ScoreChange
from convgrade.release import GRADE_CELL_PREFIX


@dataclass(frozen=True)
class CellState:
    """One grade cell: points of the tests and of a person (None: none), and if one must look."""

    auto: float | None
    manual: float | None
    needs_marking: bool

    @property
    def score(self) -> float:
        """The points that count."""
        return (self.auto or 0.0) if self.manual is None else self.manual


@dataclass(frozen=True)
class Snapshot:
    """The scores of one submission at one time: its cells by id, penalty, seconds late."""

    cells: Mapping[str, CellState] = field(default_factory=dict)
    penalty: float = 0.0
    seconds_late: float = 0.0

    @property
    def is_graded(self) -> bool:
        """Whether the tests or a person gave points anywhere."""
        return any(cell.auto is not None or cell.manual is not None for cell in self.cells.values())


def with_scores(before: Snapshot, result: Result) -> Snapshot:
    """The scores as they would be with another result of the tests."""
    scores = {GRADE_CELL_PREFIX + each.name: each.score for each in result.exercises}
    cells = {
        name: replace(cell, auto=scores[name]) if scores.get(name) is not None else cell
        for name, cell in before.cells.items()
    }
    return replace(before, cells=cells)


def described(before: Snapshot, after: Snapshot, changes: Sequence[ScoreChange] = ()) -> str:
    """Return what changed between two times, in one line; "" if nothing did.

    Args:
        before: the scores at the first time.
        after: those at the second time.
        changes: how a regrade changed scores, for the tests behind them.
    """
    return "; ".join(_parts(before, after, {each.exercise: each for each in changes}))


def _parts(before: Snapshot, after: Snapshot, changes: Mapping[str, ScoreChange]) -> Iterator[str]:
    for name, now in after.cells.items():
        was = before.cells.get(name)
        if was is not None and before.is_graded and was != now:
            exercise = name.removeprefix(GRADE_CELL_PREFIX)
            sentence = _of_cell(exercise, was, now)
            change = changes.get(exercise)
            is_cause = change and (change.before, change.after) == (was.auto, now.auto)
            why = cause(change) if change and is_cause else ""
            if sentence:
                yield f"{sentence} ({why})" if why else sentence
    if before.penalty != after.penalty:
        late = f" ({_duration(after.seconds_late)} late)" if after.seconds_late else " (in time)"
        yield f"late penalty {before.penalty:g} → {after.penalty:g}{late}"


def _of_cell(name: str, was: CellState, now: CellState) -> str:
    if now.manual is None:
        if was.score == now.score:
            return ""
        return f"{name} {was.score:g} → {now.score:g}"
    kept = f"{name}: the {now.manual:g} points that a person gave stay"
    if was.auto != now.auto and was.auto is not None and now.auto is not None:
        return f"{kept}, though the tests now give {now.auto:g} (before: {was.auto:g})"
    if now.needs_marking and not was.needs_marking:
        return f"{kept}, though the work has changed"
    return ""


def _duration(seconds: float) -> str:
    """Seconds in words, rounded up to the next minute or hour."""
    minutes = -int(-seconds // 60)
    if minutes < 120:
        return f"{minutes} minutes"
    hours = -int(-seconds // 3600)
    return f"{hours} hours" if hours < 72 else f"{hours / 24:.1f} days"
