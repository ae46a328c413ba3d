"""Trains the recipes for the evidence of a threshold, in parallel. A stopped run can continue.

Each process trains with one thread, as in a sandbox. This module judges nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import as_completed
from dataclasses import replace
from pathlib import Path

from autograder.calibration import evidence
from autograder.calibration.evidence import Evidence, Run
from autograder.calibration.recipes import Kind
from autograder.course.assignment import Assignment, load_assignment
from autograder.errors import CourseError
from autograder.process_pool import pool_of
from convgrade import atomic_files

RUNS = 200
RUNS_OF_EACH_OTHER = 5
"""The number of runs of each recipe that is unsuited or broken."""
RUNS_OF_A_PROCESS = 20
"""Frameworks keep data of every model that they train, so a process becomes slow after many runs.
"""
_ONE_THREAD = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")


def run_trainings(
    assignment: Assignment,
    *,
    runs: int = RUNS,
    kind: Kind = "right",
    only: Sequence[str] = (),
    jobs: int | None = None,
    fresh: bool = False,
    on_start: Callable[[int, int], None] = lambda total, done: None,
    on_run: Callable[[Run], None] = lambda run: None,
) -> Evidence:
    """Train on the dataset in use until there are `runs` runs, shared by all recipes.

    Each run is saved when it ends. If a recipe already has more runs, they are kept.

    Args:
        assignment: the assignment whose evidence is made.
        runs: the total number of runs, rounded up to a multiple of the number of recipes.
        kind: which recipes train.
        only: the names of the recipes that train now; if empty, all of that kind.
        jobs: processes at a time, by default one per processor.
        fresh: delete earlier runs. Those of changed recipes or terms are always deleted.
        on_start: called once, with how many runs there will be and how many exist already.
        on_run: called with each new run.

    Raises:
        CourseError: the assignment trains nothing, the course's evidence module cannot be used, or
            it has no such recipe.
    """
    names = evidence.recipe_names(assignment, kind)
    chosen = [name for name in names if not only or name in only]
    if unknown := set(only) - set(names):
        raise CourseError(f"No recipe is called {sorted(unknown)[0]!r}: see RUNS.")
    path = evidence.evidence_file(assignment, kind)
    found = _begun(assignment, path, fresh)
    each = -(-runs // max(1, len(chosen)))
    wanted = [(name, seed) for seed in range(each) for name in chosen]
    found = replace(
        found,
        recipes={name: evidence.digest_of(assignment, name) for name in names},
        runs=tuple(run for run in found.runs if run.recipe in names),
    )
    there = {(run.recipe, run.seed) for run in found.runs}
    missing = [which for which in wanted if which not in there]
    on_start(len(wanted), len(wanted) - len(missing))
    for run in _trained(assignment, missing, jobs):
        found = replace(found, runs=(*found.runs, run))
        atomic_files.write_text(path, found.to_json(kind))
        on_run(run)
    if names:
        atomic_files.write_text(path, found.to_json(kind))
    return found


def _begun(assignment: Assignment, path: Path, fresh: bool) -> Evidence:
    from convgrade import datasets

    known = None if fresh else evidence.read(path, assignment)
    if known is not None:
        return known.current(assignment)
    return Evidence(
        assignment=assignment.name,
        dataset=assignment.dataset,
        images=len(datasets.load(assignment.dataset).y_test),
        conditions=evidence.conditions(assignment),
    )


def _trained(
    assignment: Assignment, missing: list[tuple[str, int]], jobs: int | None
) -> Iterator[Run]:
    workers = max(1, jobs or os.cpu_count() or 1)
    which = (assignment.name, assignment.root, assignment.dataset)
    at_once = workers * RUNS_OF_A_PROCESS
    for first in range(0, len(missing), at_once):
        some = missing[first : first + at_once]
        with pool_of(min(workers, len(some)), _use_one_thread) as pool:
            futures = [pool.submit(_train, *which, name, seed) for name, seed in some]
            for future in as_completed(futures):
                yield future.result()


def _use_one_thread() -> None:
    """The libraries read these variables when they are imported later."""
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"), TF_CPP_MIN_LOG_LEVEL="3")


def _train(name: str, root: Path, dataset: str, recipe: str, seed: int) -> Run:
    return evidence.train(load_assignment(name, root).on(dataset), recipe, seed)
