"""Grades many submissions in local processes; writes each result at once, so that a run can resume.

Nothing here decides a score. The processes of the pool are trusted: they hold the hidden suites and
communicate with sandboxes, which shared warm processes fork (`batch`).
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from autograder.course.assignment import Assignment
from autograder.course.variants import Variant, folder_of
from autograder.grading.batch import Batch, Task
from autograder.grading.cache_key import KeyMaker
from autograder.grading.environment import require_usable
from autograder.grading.graded import Graded
from autograder.grading.reading import given_to, read_or_none
from autograder.grading.result_store import is_stored, load_if_current, result_file, stored
from autograder.grading.score_changes import with_changes
from autograder.grading.unchanged_hand_ins import UnchangedHandIns
from autograder.grading.watching import Watcher
from autograder.process_pool import ignore_interrupts, pool_of
from autograder.results import Result
from autograder.sandbox import Isolation
from convgrade.submission import HandIn

VANISHED = "The folder vanished while the class was graded: an earlier result stays."
"""Why there is no new result; nothing is stored."""

__all__ = ["Graded", "Run", "Task", "grade_class", "grade_files", "handed_in"]

Run = Callable[[Assignment, list[Task], Isolation, int | None], Iterator[Graded]]
"""Grades tasks somewhere: arguments and results are those of `_in_parallel`."""


def handed_in(assignment: Assignment) -> dict[str, Path]:
    """The folders `submitted/<student>/<assignment>/`, by student."""
    folders = sorted(assignment.root.glob(f"submitted/*/{assignment.name}"))
    return {folder.parent.name: folder for folder in folders}


def grade_class(
    assignment: Assignment,
    submissions: Mapping[str, Path],
    *,
    jobs: int | None = None,
    isolation: Isolation = "namespaces",
    watcher: Watcher | None = None,
    fresh: bool = False,
    dry_run: bool = False,
    run: Run | None = None,
) -> list[Graded]:
    """Grade many submissions in parallel; each result file is written as soon as it is ready.

    Args:
        assignment: the assignment that they answer.
        submissions: by student, a file, or a folder that contains it.
        jobs: processes of the pool, by default one per processor.
        isolation: as for `grade`.
        watcher: is told what starts and what is ready, in that order.
        fresh: grade again even if the stored result is current, but not if it is frozen.
        dry_run: write no result.
        run: where submissions are graded, by default in processes of this machine.

    Returns:
        The results in the order of `submissions`, each with the hand-in that was read.

    Raises:
        IsolationUnavailable: this machine lacks a required protection.
    """
    watcher = watcher or Watcher()
    graded: dict[str, Graded] = {}
    waiting: list[Task] = []
    unchanged = UnchangedHandIns(assignment)
    results = _StoredResults(assignment, isolation, unchanged)
    for student, place in submissions.items():
        again = fresh and not assignment.frozen.holds(student)
        known, digest, hand_in = (None, "", None) if again else results.of(student, place)
        if known is None:
            earlier = None if again else stored(assignment, student)
            waiting.append(Task(student, place, hand_in=hand_in, earlier=earlier))
        else:
            graded[student] = Graded(known, hand_in, digest)
            unchanged.remember(student, place, hand_in)
            watcher.reused(known)
    if waiting:
        grade = run or partial(_in_parallel, watcher=watcher)
        for each in grade(assignment, waiting, isolation, jobs):
            student = each.result.student
            result = with_changes(each.result, stored(assignment, student))
            if each.result.status == "rejected" and not os.path.lexists(submissions[student]):
                result = replace(result, reason=VANISHED)
            elif not dry_run:
                result.write(result_file(assignment, student))
            graded[student] = replace(each, result=result)
            unchanged.remember(student, submissions[student], each.hand_in)
            watcher.graded(result)
    if not dry_run:
        unchanged.save()
    return [graded[student] for student in submissions]


class _StoredResults:
    """Finds the stored results of a class that stand.

    Args:
        assignment: the assignment.
        isolation: of the sandboxes that would grade.
        unchanged: the hand-ins that an earlier run has read.
    """

    def __init__(
        self, assignment: Assignment, isolation: Isolation, unchanged: UnchangedHandIns
    ) -> None:
        self._assignment = assignment
        self._isolation = isolation
        self._unchanged = unchanged
        self._made_now: dict[Variant | None, KeyMaker] = {}
        self._has_variants = folder_of(assignment.root, assignment.name).is_dir()

    def of(self, student: str, place: Path) -> tuple[Result | None, str, HandIn | None]:
        """A result that stands, the hand-in's digest ("" if unknown), and the hand-in if read."""
        own = self._assignment.of_student(student)
        # where the notebook itself may decide on the variant, it is read
        is_certain = own.variant is not None or not self._has_variants
        digest, hand_in = self._unchanged.digest(student, place) if is_certain else None, None
        # the processes of the pool read those without a stored result
        if digest is None and is_stored(self._assignment, student):
            hand_in = read_or_none(place, self._assignment, student)
        if hand_in is not None:
            digest = hand_in.digest
            own = given_to(self._assignment, student, hand_in)
        if digest is None:
            return None, "", hand_in
        if own.variant not in self._made_now:
            self._made_now[own.variant] = KeyMaker(own, self._isolation)
        return load_if_current(digest, own, student, self._made_now[own.variant]), digest, hand_in


def grade_files(
    assignment: Assignment,
    tasks: Sequence[Task],
    *,
    jobs: int | None = None,
    isolation: Isolation = "namespaces",
    watcher: Watcher | None = None,
    run: Run | None = None,
) -> list[Result]:
    """Grade files in parallel without writing any; the arguments are those of `grade_class`.

    Returns:
        The results in the order of `tasks`.
    """
    watcher = watcher or Watcher()
    results: dict[str, list[Result]] = {}
    grade = run or partial(_in_parallel, watcher=watcher)
    for each in grade(assignment, list(dict.fromkeys(tasks)), isolation, jobs):
        results.setdefault(each.result.student, []).append(each.result)
        watcher.graded(each.result)
    return [
        next(result for result in results[task.student] if _is_of(result, task)) for task in tasks
    ]


def _is_of(result: Result, task: Task) -> bool:
    """Whether a result of a task's student is the task's, whose path may be the file's folder."""
    return Path(result.submission).is_relative_to(task.path)


def _in_parallel(
    assignment: Assignment,
    tasks: list[Task],
    isolation: Isolation,
    jobs: int | None,
    watcher: Watcher,
) -> Iterator[Graded]:
    """The results, in the order in which they are ready."""
    require_usable()
    workers = max(1, min(jobs or os.cpu_count() or 1, len(tasks)))
    with (
        pool_of(workers, ignore_interrupts) as pool,
        contextlib.closing(Batch(assignment, isolation, pool, watcher)) as batch,
    ):
        try:
            yield from batch.results(tasks)
        except BaseException:  # end the workers before what they use is closed
            pool.shutdown(wait=False, cancel_futures=True)
            raise
