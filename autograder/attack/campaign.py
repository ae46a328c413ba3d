"""Tries many candidates on all cores, and goes on where an earlier run stopped."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from pathlib import Path

from autograder.attack.candidate import Recipe
from autograder.attack.domain import MOST
from autograder.attack.record import Trial
from autograder.attack.target import Target
from autograder.attack.trial import Trying, tried_safely
from autograder.course.locks import locked
from autograder.errors import CourseError
from autograder.process_pool import Pool, WorkerDied, ignore_interrupts, pool_of
from autograder.sandbox import Isolation

AT_A_TIME = 8
_PER_WORKER = 2


@dataclass(frozen=True)
class Plan:
    """How an attack is run.

    Attributes:
        seed: of candidates and inputs.
        most: inputs without a difference after which a candidate counts as equivalent.
        jobs: processes at a time; None for one per processor.
        isolation: of the candidates.
        until: a time of `time.monotonic` at which no further candidate is begun.
    """

    seed: int = 0
    most: int = MOST
    jobs: int | None = None
    isolation: Isolation = "namespaces"
    until: float = float("inf")


def attack(
    target: Target,
    recipes: Sequence[Recipe],
    plan: Plan,
    *,
    on_start: Callable[[int, int], None] = lambda total, done: None,
    on_trial: Callable[[Trial], None] = lambda trial: None,
) -> list[Trial]:
    """Try candidates; those that an earlier run has tried are not tried again.

    Args:
        target: the suite.
        recipes: the candidates.
        plan: how.
        on_start: called with how many there are, and how many of them are done.
        on_trial: called after each.

    Returns:
        What came of those that were tried, in the order of the recipes.

    Raises:
        SuiteError: the exercise cannot be attacked, or its suite has a fault.
        CourseError: the results cannot be stored, or another process attacks the exercise.
    """
    store = _Store(target, plan)
    with locked(target.assignment.root, f"attack {target.exercise}", _busy(target.exercise)):
        known = store.read()
        todo = [each for each in recipes if each not in known]
        on_start(len(recipes), len(recipes) - len(todo))
        for recipe, trial in _tried(target, todo, plan):
            store.add(trial)
            known[recipe] = trial
            on_trial(trial)
    return [known[each] for each in recipes if each in known]


def folder_of(target: Target) -> Path:
    """The folder in which the trials of an assignment are stored."""
    return target.assignment.root / ".autograder" / "attack" / target.assignment.name


def _busy(exercise: str) -> Callable[[], None]:
    def complain() -> None:
        raise CourseError(f"Another process attacks {exercise} at this moment.")

    return complain


class _Store:
    """The trials of one exercise, a line of JSON for each."""

    def __init__(self, target: Target, plan: Plan) -> None:
        self._made_of = target.made_of(plan.seed, plan.most)
        folder = folder_of(target)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CourseError(f"{folder} cannot be made ({error.strerror}).") from None
        self.path = folder / f"{target.exercise}.jsonl"

    def read(self) -> dict[Recipe, Trial]:
        """The trials of earlier runs on the same suite, material and seed."""
        found = {}
        text = self.path.read_text(encoding="utf-8") if self.path.is_file() else ""
        for line in text.splitlines():
            try:
                row = json.loads(line)
                if row.pop("made_of") == self._made_of:
                    trial = Trial.from_plain(row)
                    found[Recipe(trial.kind, trial.number)] = trial
            except (ValueError, TypeError, KeyError):
                continue  # a line that was being written when a run ended
        return found

    def add(self, trial: Trial) -> None:
        row = json.dumps({"made_of": self._made_of, **trial.as_plain()}, ensure_ascii=True)
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(f"\n{row}" if self._ends_torn() else row)
                file.write("\n")
        except OSError as error:
            raise CourseError(f"{self.path} cannot be written ({error.strerror}).") from None

    def _ends_torn(self) -> bool:
        with self.path.open("rb") as file:
            if file.seek(0, os.SEEK_END) == 0:
                return False
            file.seek(-1, os.SEEK_END)
            return file.read(1) != b"\n"


def _tried(target: Target, recipes: Sequence[Recipe], plan: Plan) -> Iterator[tuple[Recipe, Trial]]:
    groups = [recipes[start : start + AT_A_TIME] for start in range(0, len(recipes), AT_A_TIME)]
    workers = min(plan.jobs or os.cpu_count() or 1, len(groups))
    if workers == 0 or time.monotonic() > plan.until:
        return
    if workers == 1:
        for group in groups:
            if time.monotonic() > plan.until:
                return
            yield from _in_this_process(target, plan, group)
        return
    with pool_of(workers, ignore_interrupts) as pool:
        yield from _in_the_pool(pool, target, groups, plan, workers)


def _in_the_pool(
    pool: Pool, target: Target, groups: Sequence[Sequence[Recipe]], plan: Plan, workers: int
) -> Iterator[tuple[Recipe, Trial]]:
    """Few groups are handed over at a time, so that the run ends soon when its time is over."""
    waiting = list(reversed(groups))
    running: dict[Future[list[tuple[Recipe, Trial]]], Sequence[Recipe]] = {}
    while waiting or running:
        while waiting and len(running) < _PER_WORKER * workers:
            if time.monotonic() > plan.until:
                waiting.clear()
                break
            group = waiting.pop()
            running[pool.submit(_in_this_process, target, plan, group)] = group
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            group = running.pop(future)
            try:
                yield from future.result()
            except WorkerDied as error:
                yield from (
                    (each, Trial(each.kind, each.number, origin=f"not tried: {error}"))
                    for each in group
                )


_kept: dict[tuple[Path, int, int], Trying] = {}
"""The exercise that this process works at."""


def _in_this_process(
    target: Target, plan: Plan, recipes: Sequence[Recipe]
) -> list[tuple[Recipe, Trial]]:
    key = target.suite_file, plan.seed, plan.most
    if key not in _kept:
        close()
        _kept[key] = Trying(target, plan.seed, plan.isolation, plan.most)
    return [(recipe, tried_safely(_kept[key], recipe)) for recipe in recipes]


def close() -> None:
    """End the warm process that this process keeps; idempotent."""
    while _kept:
        _kept.popitem()[1].close()
