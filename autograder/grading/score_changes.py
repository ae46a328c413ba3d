"""How a regrade of the same work changed its scores, and through which tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from autograder.results import ExerciseResult, Result, ScoreChange

MOST_TITLES = 2


def with_changes(now: Result, earlier: Result | None) -> Result:
    """Return the result with what changed since an earlier one of the same work.

    If nothing changed this time, the changes of the time before stay.
    """
    if earlier is None or not _is_same_work(now, earlier):
        return now
    return replace(now, changes=_changes(now, earlier) or earlier.changes)


def cause(change: ScoreChange) -> str:
    """Why a score changed, in words."""
    parts = [_titles("passes now", change.passes), _titles("fails now", change.fails)]
    if change.max_before != change.max_after:
        parts.append(f"it has {change.max_after:g} points now, it had {change.max_before:g}")
    return "; ".join(part for part in parts if part)


def _is_same_work(now: Result, earlier: Result) -> bool:
    """Whether both are of the same hand-in: the seed is derived from student and hand-in."""
    return bool(now.seed) and now.seed == earlier.seed


def _changes(now: Result, earlier: Result) -> tuple[ScoreChange, ...]:
    before = {each.name: each for each in earlier.exercises}
    return tuple(
        change
        for each in now.exercises
        if each.name in before
        for change in _of_exercise(each, before[each.name])
    )


def _of_exercise(now: ExerciseResult, before: ExerciseResult) -> Iterator[ScoreChange]:
    if now.score is None or before.score is None:
        return
    if (now.score, now.max_score) == (before.score, before.max_score):
        return
    passed = {test.name: test.passed for test in before.tests}
    yield ScoreChange(
        now.name,
        before.score,
        now.score,
        before.max_score,
        now.max_score,
        tuple(test.title for test in now.tests if test.passed and not passed.get(test.name)),
        tuple(test.title for test in now.tests if not test.passed and passed.get(test.name, True)),
    )


def _titles(what: str, titles: Sequence[str]) -> str:
    if not titles:
        return ""
    more = f" and {len(titles) - MOST_TITLES} more" if len(titles) > MOST_TITLES else ""
    named = ", ".join(f"“{title.rstrip('.')}”" for title in titles[:MOST_TITLES])
    return f"{what}: {named}{more}"
