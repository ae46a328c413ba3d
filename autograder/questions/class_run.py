"""Makes the sheets of a class: who gets one, in parallel, and no question for two.

Sheets are chosen one after the other in the order of the names, so that the same class always gets
the same. Who has a sheet for the same code keeps it.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from autograder.course.assignment import Assignment, load_assignment
from autograder.errors import AutograderError, CourseError, GraderInterrupted
from autograder.grading.reading import read_or_none
from autograder.grading.result_store import stored
from autograder.grading.scheduling import handed_in
from autograder.grading.seeds import course_secret, seed_for
from autograder.process_pool import WorkerDied, ignore_interrupts, pool_of
from autograder.questions.choosing import Asked, choose
from autograder.questions.preparing import Askable, Preparing
from autograder.questions.question import Part, Sheet, digest_of
from autograder.questions.storing import store, store_examiners_page, stored_sheet
from autograder.sandbox import Isolation
from convgrade.submission import Submission

STUDENTS_AT_A_TIME = 8
MOST_REASON = 300
NOTHING_PASSED = "has passed no exercise that can be asked about."


@dataclass(frozen=True)
class Wanted:
    """What the instructor asks for.

    Attributes:
        each: how many questions on each exercise.
        exercises: these exercises only; empty for all.
        students: these students only; empty for all.
    """

    each: int = 2
    exercises: tuple[str, ...] = ()
    students: tuple[str, ...] = ()


@dataclass(frozen=True)
class Made:
    """What became of one student: the sheet, whether it is new, or why there is none."""

    student: str
    sheet: Sheet | None = None
    is_new: bool = False
    reason: str = ""


@dataclass(frozen=True)
class _Task:
    student: str
    folder: Path
    exercises: tuple[str, ...]
    seed: bytes


def make_sheets(
    assignment: Assignment,
    wanted: Wanted,
    *,
    jobs: int | None = None,
    isolation: Isolation = "namespaces",
    again: bool = False,
    on_done: Callable[[str], None] = lambda student: None,
) -> list[Made]:
    """Make and store a sheet for each student who has passed an exercise.

    Args:
        assignment: a graded assignment.
        wanted: what is asked for.
        jobs: processes at a time; by default one for each processor.
        isolation: of student code.
        again: make new sheets for those who have one.
        on_done: called for each student.

    Raises:
        CourseError: an exercise or a student is not known, or nobody has been graded.
        AutograderError: the machine lacks a required protection.
    """
    folders = _folders(assignment, wanted)
    _require_exercises(assignment, wanted)
    secret = course_secret(assignment.root)
    asked = Asked()
    made: dict[str, Made] = {}
    tasks, ids = [], {}
    for student, folder in folders.items():
        hand_in = read_or_none(folder, assignment)
        passed = _passed(assignment, wanted, student)
        if not passed or not isinstance(hand_in, Submission):
            made[student] = Made(student, reason=NOTHING_PASSED)
            on_done(student)
            continue
        ids[student] = digest_of([hand_in.digest, str(wanted.each), *passed])
        known = None if again else stored_sheet(assignment, student)
        if known is not None and known.made_of == ids[student]:
            _remember(known, asked)
            made[student] = Made(student, known)
            on_done(student)
            continue
        salt = os.urandom(8).hex() if again else ""
        seed = seed_for(secret, assignment.name, student, f"questions {hand_in.digest}{salt}")
        tasks.append(_Task(student, folder, passed, seed))
    seeds = {task.student: task.seed for task in tasks}
    for student, found in _in_parallel(assignment, tasks, jobs, isolation):
        if isinstance(found, str):
            made[student] = Made(student, reason=found)
        else:
            rng = np.random.default_rng([*seeds[student]])
            parts = [_part(each, wanted.each, asked, rng) for each in found]
            sheet = Sheet(
                assignment.name, assignment.title, student, _shown_once(parts), ids[student]
            )
            store(assignment, sheet)
            reason = "" if sheet.questions else _reasons(sheet)
            made[student] = Made(student, sheet if sheet.questions else None, True, reason)
        on_done(student)
    store_examiners_page(assignment)
    return [made[student] for student in folders]


def _folders(assignment: Assignment, wanted: Wanted) -> dict[str, Path]:
    folders = handed_in(assignment)
    unknown = sorted(set(wanted.students) - set(folders))
    if unknown:
        raise CourseError(f"{', '.join(unknown)}: nobody of that name handed in {assignment.name}.")
    chosen = {s: f for s, f in folders.items() if not wanted.students or s in wanted.students}
    if not any(stored(assignment, student) for student in chosen):
        raise CourseError(f"Nobody has a result: run `autograder grade {assignment.name}` first.")
    return chosen


def _require_exercises(assignment: Assignment, wanted: Wanted) -> None:
    known = [each.name for each in assignment.exercises]
    unknown = sorted(set(wanted.exercises) - set(known))
    if unknown:
        raise CourseError(
            f"{assignment.name} has no exercise {', '.join(unknown)}; it has {', '.join(known)}."
        )


def _passed(assignment: Assignment, wanted: Wanted, student: str) -> tuple[str, ...]:
    """The exercises that a student has passed with the student's own functions alone."""
    result = stored(assignment, student)
    return tuple(
        each.name
        for each in (result.exercises if result else ())
        if each.passed
        and not each.replaced
        and (not wanted.exercises or each.name in wanted.exercises)
    )


def _remember(sheet: Sheet, asked: Asked) -> None:
    for part in sheet.parts:
        for question in part.questions:
            asked.add(question, part.digest)


def _part(found: Askable, count: int, asked: Asked, rng: np.random.Generator) -> Part:
    chosen = choose(found.questions, count, asked, found.digest, rng)
    about = {each.definition for each in chosen}
    shown = tuple(
        each
        for each in found.shown
        if each.definition in about or each.name == found.exercise or each.is_value or -1 in about
    )
    silent = "" if chosen else found.silent or "All that can be asked is asked somebody else."
    shown = shown if chosen else ()
    return Part(found.exercise, found.digest, shown, tuple(chosen), silent=silent)


def _shown_once(parts: Sequence[Part]) -> tuple[Part, ...]:
    """The parts, in which no definition is shown that an earlier part shows."""
    seen: set[tuple[str, tuple[tuple[int, str], ...]]] = set()
    found = []
    for part in parts:
        new = tuple(each for each in part.shown if (each.name, each.lines) not in seen)
        above = tuple(each.name for each in part.shown if each not in new)
        seen |= {(each.name, each.lines) for each in new}
        found.append(replace(part, shown=new, above=above))
    return tuple(found)


def _reasons(sheet: Sheet) -> str:
    return " ".join(dict.fromkeys(part.silent for part in sheet.parts))


def _in_parallel(
    assignment: Assignment, tasks: Sequence[_Task], jobs: int | None, isolation: Isolation
) -> Iterator[tuple[str, list[Askable] | str]]:
    """What can be asked each student, in the order of the tasks; or why nothing can."""
    workers = jobs or os.cpu_count() or 1
    size = max(1, min(STUDENTS_AT_A_TIME, math.ceil(len(tasks) / workers)))
    groups = [tasks[start : start + size] for start in range(0, len(tasks), size)]
    workers = min(workers, len(groups))
    if workers <= 1:
        for group in groups:
            yield from _prepared(assignment.name, assignment.root, group, isolation).items()
        return
    with pool_of(workers, ignore_interrupts) as pool:
        futures = [
            (group, pool.submit(_prepared, assignment.name, assignment.root, group, isolation))
            for group in groups
        ]
        for group, future in futures:
            try:
                yield from future.result().items()
            except WorkerDied as error:
                yield from ((task.student, str(error)) for task in group)


def _prepared(
    name: str, root: Path, tasks: Collection[_Task], isolation: Isolation
) -> Mapping[str, list[Askable] | str]:
    assignment = load_assignment(name, root)
    found: dict[str, list[Askable] | str] = {}
    with Preparing(assignment, isolation) as preparing:
        for task in tasks:
            submission = read_or_none(task.folder, assignment)
            if not isinstance(submission, Submission):
                found[task.student] = "The hand-in cannot be read any more."
                continue
            try:
                found[task.student] = preparing.askable(submission, task.exercises, task.seed)
            except AutograderError:
                raise
            except (Exception, GraderInterrupted) as fault:  # it must not stop the others
                found[task.student] = f"Questions cannot be made: {fault!r}"[:MOST_REASON]
    return found
