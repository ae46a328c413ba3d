"""Trains what the evidence of a threshold rests on, in parallel, going on where it was stopped.

Each process trains with one thread, as in a sandbox. Judges nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import as_completed
from dataclasses import replace
from pathlib import Path

from autograder import evidence
from autograder.course import Assignment, load_assignment
from autograder.evidence import Evidence, Run
from autograder.results import write_atomically
from autograder.workers import pool_of

RUNS = 200
RUNS_OF_EACH_BROKEN = 5
RUNS_OF_A_PROCESS = 20
"""Frameworks keep something of every model that they train, and grow slow with it."""
_ONE_THREAD = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")


def rehearse(
    assignment: Assignment,
    *,
    runs: int = RUNS,
    broken: bool = False,
    jobs: int | None = None,
    fresh: bool = False,
    on_start: Callable[[int, int], None] = lambda total, done: None,
    on_run: Callable[[Run], None] = lambda run: None,
) -> Evidence:
    """Train on the dataset in use until there are `runs`, shared by all ways, and write each down.

    Args:
        assignment: whose evidence.
        runs: in all, rounded up to a multiple of the ways.
        broken: train in the broken ways instead of the right ones.
        jobs: processes at a time, by default one per processor.
        fresh: forget earlier runs; those of other code or terms are forgotten anyway.
        on_start: called once, with how many runs there will be and how many are there.
        on_run: called with each run as it comes.

    Raises:
        CourseError: nothing is trained, or the course's evidence cannot be used.
    """
    names = evidence.ways(assignment, broken=broken)
    path = evidence.evidence_file(assignment, broken=broken)
    found = _begun(assignment, path, fresh)
    each = -(-runs // max(1, len(names)))
    wanted = [(name, seed) for seed in range(each) for name in names]
    there = {(run.optimiser, run.seed) for run in found.runs}
    found = replace(found, runs=tuple(run for run in found.runs if run.optimiser in names))
    missing = [which for which in wanted if which not in there]
    on_start(len(wanted), len(wanted) - len(missing))
    for run in _trained(assignment, missing, jobs):
        found = replace(found, runs=(*found.runs, run))
        write_atomically(path, found.to_json(broken=broken))
        on_run(run)
    if names:
        write_atomically(path, found.to_json(broken=broken))
    return found


def _begun(assignment: Assignment, path: Path, fresh: bool) -> Evidence:
    from autograder import datasets

    known = None if fresh else evidence.read(path, assignment)
    if known is not None and evidence.is_current(assignment, known):
        return known
    return Evidence(
        assignment=assignment.name,
        dataset=assignment.dataset,
        code=evidence.code_of(assignment),
        images=len(datasets.load(assignment.dataset).y_test),
        conditions=evidence.conditions(assignment),
    )


def _trained(
    assignment: Assignment, missing: list[tuple[str, int]], jobs: int | None
) -> Iterator[Run]:
    if not missing:
        return
    workers = max(1, min(jobs or os.cpu_count() or 1, len(missing)))
    which = (assignment.name, assignment.root, assignment.dataset)
    with pool_of(workers, _use_one_thread, tasks=RUNS_OF_A_PROCESS) as pool:
        futures = [pool.submit(_train, *which, name, seed) for name, seed in missing]
        try:
            for future in as_completed(futures):
                yield future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _use_one_thread() -> None:
    """The libraries read this when they are imported, which is later."""
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"), TF_CPP_MIN_LOG_LEVEL="3")


def _train(name: str, root: Path, dataset: str, way: str, seed: int) -> Run:
    return evidence.train(load_assignment(name, root).on(dataset), way, seed)
