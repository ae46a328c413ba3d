"""Writes a class's results into the gradebook and into `autograded/`, for `autograder grade`.

It leaves the same files and rows as the stock `nbgrader autograde`, but starts nbgrader only once.
A problem with one student is reported and stops nobody else.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from autograder.course.assignment import Assignment
from autograder.errors import CourseError
from autograder.gradebook.book import Book, open_book
from autograder.gradebook.changes import Snapshot, described, with_scores
from autograder.gradebook.graded_folder import replace_folder
from autograder.gradebook.locking import gradebook_lock, usable
from autograder.gradebook.plans import Plan, plan_of
from autograder.gradebook.standing import Standing
from autograder.grading.graded import Graded
from autograder.nbgrader_bridge import configuration
from autograder.nbgrader_bridge.database import lost
from autograder.nbgrader_bridge.release import generate
from convgrade.os_errors import is_of_the_machine, naming

SUBMISSIONS_PER_TRANSACTION = 50


@dataclass(frozen=True)
class Problem:
    """Something about one student that the instructor must know."""

    student: str
    reason: str


def write(
    graded: Iterable[Graded],
    submissions: Mapping[str, Path],
    assignment: Assignment,
    on_wait: Callable[[], None] = lambda: None,
    on_change: Callable[[Problem], None] = lambda change: None,
) -> list[Problem]:
    """Write results into the gradebook and graded notebooks into `autograded/`.

    A result that is there already is not written again. Manual scores and comments are kept.

    Args:
        graded: one result per student, with its submission.
        submissions: each student's file, or the folder that contains it.
        assignment: what was graded. It is registered in the gradebook if it is new or has changed.
        on_wait: called before waiting, if another run holds the gradebook.
        on_change: called with what changed in scores that were in the gradebook already.

    Returns:
        What needs attention: rejected, missing and ungraded submissions.

    Raises:
        CourseError: the gradebook cannot be used at all.
    """
    problems: list[Problem] = []
    with (
        gradebook_lock(assignment.root, on_wait),
        usable(assignment),
        open_book(assignment) as book,
    ):
        _register(book, assignment)
        for group in _in_groups(graded, SUBMISSIONS_PER_TRANSACTION):
            problems += _write_group(book, group, submissions, on_change)
    return problems


def expected_changes(graded: Iterable[Graded], assignment: Assignment) -> list[Problem]:
    """Return what `write` would change in scores that are in the gradebook; write nothing.

    Late penalties are not computed anew.

    Raises:
        CourseError: the gradebook cannot be used at all.
    """
    results = [each.result for each in graded]
    with usable(assignment), open_book(assignment) as book:
        known = book.snapshots([result.student for result in results])
    found = []
    for result in results:
        before = known.get(result.student, Snapshot())
        after = with_scores(before, result)
        if result.status != "grader_error" and (change := described(before, after, result.changes)):
            found.append(Problem(result.student, change))
    return found


def students(assignment: Assignment) -> set[str]:
    """Return all students in the gradebook, with or without a submission.

    Raises:
        CourseError: the gradebook cannot be used at all.
    """
    with usable(assignment), open_book(assignment) as book:
        return book.students()


def standing(assignment: Assignment) -> dict[str, Standing]:
    """Return the current state of each student's submission in the gradebook.

    Raises:
        CourseError: the gradebook cannot be used at all.
    """
    with usable(assignment), open_book(assignment) as book:
        return book.standing()


def register(assignment: Assignment) -> None:
    """Register the assignment in the gradebook as it was last built.

    Raises:
        CourseError: cells were added or removed although submissions are in the gradebook.
    """
    with gradebook_lock(assignment.root), usable(assignment), open_book(assignment) as book:
        _register(book, assignment)


def _register(book: Book, assignment: Assignment) -> None:
    if book.is_registered():
        return
    book.rollback()
    with tempfile.TemporaryDirectory(prefix="autograder-register-") as folder:
        scratch = Path(folder)
        target = scratch / "source" / assignment.name / assignment.source_notebook.name
        target.parent.mkdir(parents=True)
        shutil.copy(assignment.source_notebook, target)
        config = configuration.load(assignment.root)
        generate(assignment.name, scratch, config, book.db_url)
    book.rollback()
    if not book.is_registered():
        raise CourseError(
            f"assignments/{assignment.name} is not what its source gives: "
            f"run `autograder build {assignment.name}`."
        )


def _write_group(
    book: Book,
    group: Sequence[Graded],
    submissions: Mapping[str, Path],
    on_change: Callable[[Problem], None],
) -> list[Problem]:
    """Write several students in one transaction; if that fails, each in one of its own."""
    try:
        return _write_together(book, group, submissions, on_change)
    except Exception as error:
        book.rollback()
        _raise_if_general(error)
        if len(group) == 1:
            return [_unwritten(group[0].result.student, error)]
    return [
        problem for each in group for problem in _write_group(book, [each], submissions, on_change)
    ]


def _raise_if_general(error: Exception) -> None:
    """Raise an error that concerns all students: a full disk, or a database that is lost."""
    if is_of_the_machine(error):
        raise error
    if cause := lost(error):
        raise cause from None


def _unwritten(student: str, error: Exception) -> Problem:
    """An error is reported by name: the other grades must not depend on it."""
    return Problem(student, f"could not be written to the gradebook: {error}")


def _write_together(
    book: Book,
    group: Sequence[Graded],
    submissions: Mapping[str, Path],
    on_change: Callable[[Problem], None],
) -> list[Problem]:
    autograded = book.folders.autograded_directory
    students = [each.result.student for each in group]
    before = book.snapshots(students)
    plans: dict[str, Plan] = {}
    problems: dict[str, Problem] = {}
    for each in group:
        student = each.result.student
        try:
            plans[student] = plan_of(book, each, submissions[student], before.get(student))
        except Exception as error:
            problems[student] = _unwritten(student, error)
    _store(book, plans)
    for change in _changes(plans, before, book.snapshots(plans)):
        on_change(change)  # at once: the next run finds it done
    for student, plan in plans.items():
        if plan.reason:
            problems[student] = Problem(student, plan.reason)
        if plan.notebook is not None and plan.folder is not None:
            try:
                with naming(book.folders.format_path(autograded, student, book.assignment.name)):
                    replace_folder(book, student, plan.notebook.notebook, plan.folder)
            except Exception as error:
                _raise_if_general(error)
                problems[student] = _unwritten(student, error)
    return [problems[student] for student in students if student in problems]


def _changes(
    plans: Mapping[str, Plan], before: Mapping[str, Snapshot], after: Mapping[str, Snapshot]
) -> Iterator[Problem]:
    nothing = Snapshot()
    for student, plan in plans.items():
        was, now = before.get(student, nothing), after.get(student, nothing)
        if change := described(was, now, plan.graded.result.changes):
            yield Problem(student, change)


def _store(book: Book, plans: Mapping[str, Plan]) -> None:
    """Store what is planned in the gradebook, in one transaction."""
    for student, plan in plans.items():
        if plan.keeps_scores:
            book.ask_for_attention(student)
    book.add_students([student for student, plan in plans.items() if plan.is_absent])
    times = {student: plan.time for student, plan in plans.items() if plan.folder is not None}
    book.submit(times)
    book.save({student: plan.notebook for student, plan in plans.items() if plan.notebook})
    book.apply_lateness(times)
    book.commit()


def _in_groups(graded: Iterable[Graded], size: int) -> Iterator[list[Graded]]:
    rest = iter(graded)
    while group := list(islice(rest, size)):
        yield group
