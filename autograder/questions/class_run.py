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
from autograder.questions.storing import store, store_examiners_page, stored_sheet, stored_sheets
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
    """One student who needs a sheet: the exercises to ask about; `made_of` as in `Sheet`."""

    student: str
    folder: Path
    exercises: tuple[str, ...]
    seed: bytes
    made_of: str


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
    made: dict[str, Made] = {}
    tasks: dict[str, _Task] = {}
    for student, folder in folders.items():
        task = _task(assignment, wanted, student, folder, again)
        known = None if again or task is None else stored_sheet(assignment, student)
        if task is None:
            made[student] = Made(student, reason=NOTHING_PASSED)
        elif known is not None and known.made_of == task.made_of:
            made[student] = _made(known, is_new=False)
        else:
            tasks[student] = task
            continue
        on_done(student)
    asked = _asked_by_others(assignment, tasks)
    for student, found in _in_parallel(assignment, list(tasks.values()), jobs, isolation):
        if isinstance(found, str):
            made[student] = Made(student, reason=found)
        else:
            sheet = _sheet(assignment, wanted, tasks[student], found, asked)
            store(assignment, sheet)
            made[student] = _made(sheet, is_new=True)
        on_done(student)
    store_examiners_page(assignment)
    return [made[student] for student in folders]


def _task(
    assignment: Assignment, wanted: Wanted, student: str, folder: Path, again: bool
) -> _Task | None:
    """What is to be done for a student; None for one who has passed nothing."""
    hand_in = read_or_none(folder, assignment, student)
    passed = _passed(assignment, wanted, student)
    if not passed or not isinstance(hand_in, Submission):
        return None
    salt = os.urandom(8).hex() if again else ""
    secret = course_secret(assignment.root)
    seed = seed_for(secret, assignment.name, student, f"questions {hand_in.digest}{salt}")
    made_of = digest_of([hand_in.digest, str(wanted.each), *passed])
    return _Task(student, folder, passed, seed, made_of)


def _asked_by_others(assignment: Assignment, tasks: Collection[str]) -> Asked:
    """What students are asked who keep their sheet."""
    asked = Asked()
    for sheet in stored_sheets(assignment):
        if sheet.student not in tasks:
            for part in sheet.parts:
                for question in part.questions:
                    asked.add(question, part.digest)
    return asked


def _sheet(
    assignment: Assignment, wanted: Wanted, task: _Task, found: Sequence[Askable], asked: Asked
) -> Sheet:
    rng = np.random.default_rng([*task.seed])
    parts = [_part(each, wanted.each, asked, rng) for each in found]
    shown = _shown_once(parts)
    return Sheet(assignment.name, assignment.title, task.student, shown, task.made_of)


def _made(sheet: Sheet, *, is_new: bool) -> Made:
    """A sheet with questions, or the reasons why it has none."""
    if sheet.questions:
        return Made(sheet.student, sheet, is_new)
    reasons = dict.fromkeys(part.silent for part in sheet.parts)
    return Made(sheet.student, is_new=is_new, reason=" ".join(reasons))


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
        and not assignment.asks_for_examples(each.name)
        and (not wanted.exercises or each.name in wanted.exercises)
    )


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
            submission = read_or_none(task.folder, assignment, task.student)
            if not isinstance(submission, Submission):
                found[task.student] = "The hand-in cannot be read any more."
                continue
            try:
                found[task.student] = preparing.askable(
                    submission, task.exercises, task.seed, task.student
                )
            except AutograderError:
                raise
            except (Exception, GraderInterrupted) as fault:  # it must not stop the others
                found[task.student] = f"Questions cannot be made: {fault!r}"[:MOST_REASON]
    return found
