"""Marks of written answers in nbgrader's gradebook, with the rubric items that gave the points.

Points and comment are nbgrader's own, so formgrader shows and changes the same ones.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from nbgrader.api import BaseCell, Comment, Grade, SubmittedAssignment, SubmittedNotebook
from sqlalchemy import select

from autograder.course.assignment import Assignment
from autograder.errors import AutograderError
from autograder.gradebook import rubric_points
from autograder.gradebook.book import Book, open_book
from autograder.gradebook.locking import gradebook_lock, usable


class MarkChanged(AutograderError):
    """Somebody else changed this mark, or a new submission did, after it was shown."""


@dataclass(frozen=True)
class Mark:
    """The mark of one written answer.

    Args:
        points: those that a person gave; None if nobody has marked the answer.
        waits: whether a person must mark it, or look at it again.
        comment: for the student, Markdown.
        items: the points of each rubric item that was clicked, by the item's key.
    """

    points: float | None = None
    waits: bool = True
    comment: str = ""
    items: Mapping[str, float] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """A text that differs whenever the mark differs."""
        parts = (self.points, self.waits, self.comment, sorted(self.items.items()))
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def marks(assignment: Assignment, question: str) -> dict[str, Mark]:
    """Return the marks of all answers to a question, by student, without unanswered ones.

    Raises:
        CourseError: the gradebook cannot be used.
    """
    with usable(assignment), open_book(assignment) as book:
        return _marks(book, question)


def save(assignment: Assignment, question: str, student: str, mark: Mark, seen: str) -> None:
    """Store a mark, and compute the late penalty anew. With `points` None the answer waits again.

    Args:
        assignment: the assignment.
        question: the id of the answer's cell.
        student: whose answer it is.
        mark: what to store; `waits` is not used.
        seen: the version of the mark that the marker saw.

    Raises:
        MarkChanged: the mark in the gradebook is another one. Nothing is stored.
        CourseError: the gradebook cannot be used.
    """
    name = assignment.name
    with gradebook_lock(assignment.root), usable(assignment), open_book(assignment) as book:
        now = _marks(book, question).get(student)
        if now is None or now.version != seen:
            raise MarkChanged("This mark was changed by somebody else.")
        grade = book.gradebook.find_grade(question, name, name, student)
        grade.manual_score, grade.needs_manual_grade = mark.points, mark.points is None
        book.gradebook.find_comment(question, name, name, student).manual_comment = (
            mark.comment or None
        )
        rubric_points.replace(book.gradebook.db, grade.id, mark.items)
        book.gradebook.db.flush()
        book.apply_lateness([student])
        book.commit()


def _marks(book: Book, question: str) -> dict[str, Mark]:
    session = book.gradebook.db
    assignment = book.gradebook.find_assignment(book.assignment.name)
    of_question = (BaseCell.name == question, SubmittedAssignment.assignment_id == assignment.id)
    grades = session.execute(
        select(
            SubmittedAssignment.student_id,
            Grade.id,
            Grade.manual_score,
            Grade.needs_manual_grade,
        )
        .join(Grade.cell)
        .join(Grade.notebook)
        .join(SubmittedNotebook.assignment)
        .where(*of_question)
    )
    comments = session.execute(
        select(SubmittedAssignment.student_id, Comment.manual_comment)
        .join(Comment.cell)
        .join(Comment.notebook)
        .join(SubmittedNotebook.assignment)
        .where(*of_question)
    )
    commented = {student: comment for student, comment in comments if comment}
    clicked = rubric_points.read(session)
    return {
        student: Mark(points, bool(waits), commented.get(student, ""), clicked.get(grade_id, {}))
        for student, grade_id, points, waits in grades
        if waits or points is not None
    }
