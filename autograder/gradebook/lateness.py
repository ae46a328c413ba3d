"""Late work in the gradebook: what it costs, extra time, and penalties from the present marks."""

from __future__ import annotations

from collections.abc import Callable

from autograder.course.assignment import Assignment
from autograder.course.student_names import require_name
from autograder.errors import CourseError
from autograder.gradebook.book import open_book
from autograder.gradebook.changes import described
from autograder.gradebook.locking import gradebook_lock, usable
from autograder.gradebook.writer import Problem, register


def apply_lateness(
    assignment: Assignment, on_wait: Callable[[], None] = lambda: None
) -> list[Problem]:
    """Compute late penalties anew from the marks as they are now; return what changed.

    Before it waits for another run that holds the gradebook, `on_wait` is called.

    Raises:
        CourseError: the gradebook or the plugin for late work cannot be used.
    """
    with (
        gradebook_lock(assignment.root, on_wait),
        usable(assignment),
        open_book(assignment) as book,
    ):
        students = book.late_students()
        before = book.snapshots(students)
        book.apply_lateness(students)
        book.commit()
        after = book.snapshots(students)
    found = {each: described(before[each], after[each]) for each in students}
    return [Problem(student, change) for student, change in found.items() if change]


def late_rule(assignment: Assignment) -> str:
    """Return the due date and what late work costs, in words; "" if there is no due date.

    Raises:
        CourseError: the gradebook cannot be used at all.
    """
    with usable(assignment), open_book(assignment) as book:
        return book.late_rule()


def give_extra_time(
    assignment: Assignment, student: str, hours: float, *, may_be_new: bool = False
) -> str:
    """Set how many hours after the due date a student has.

    Args:
        assignment: an assignment with a due date.
        student: the student's name.
        hours: the time after the due date.
        may_be_new: add the student if the gradebook does not have them.

    Returns:
        What that changed in the student's scores, or "".

    Raises:
        AutograderError: this cannot be a student's name.
        CourseError: the gradebook cannot be used, has no such student, or no due date.
    """
    require_name(student)
    register(assignment)
    with gradebook_lock(assignment.root), usable(assignment), open_book(assignment) as book:
        if not may_be_new and student not in book.students():
            raise CourseError(
                f"The gradebook has no student {student!r}: correct the name, or add the student "
                "with --new."
            )
        before = book.snapshot(student)
        book.give_extra_time(student, hours)
        book.commit()
        return described(before, book.snapshot(student))
