"""What the gradebook has of each submission to an assignment by now, computed by the database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nbgrader.api import Assignment, Grade, SubmittedAssignment, SubmittedNotebook
from sqlalchemy import and_, case, func, select


@dataclass(frozen=True)
class Standing:
    """The state of one submission in the gradebook: its points, their maximum, cells left to
    mark, and whether the tests or a person gave points anywhere.
    """

    score: float
    max_score: float
    to_mark: int
    is_graded: bool = True


def standing_in(session: Any, name: str) -> dict[str, Standing]:
    """Return each student's state as nbgrader exports it, with late penalties subtracted.

    Args:
        session: an open session of nbgrader's gradebook.
        name: the assignment.
    """
    worth = session.scalar(select(Assignment.max_score).where(Assignment.name == name))
    penalties = _penalties(session, name)
    found = {student: Standing(0.0, worth, 0, is_graded=False) for student in penalties}
    for student, score, to_mark, points in session.execute(_scores(name)):
        left = round(max(0.0, score - penalties[student]), 2)
        found[student] = Standing(left, worth, to_mark, points > 0)
    return found


def _penalties(session: Any, name: str) -> dict[str, float]:
    rows = session.execute(
        select(
            SubmittedAssignment.student_id,
            func.coalesce(func.sum(SubmittedNotebook.late_submission_penalty), 0.0),
        )
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .outerjoin(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .where(Assignment.name == name)
        .group_by(SubmittedAssignment.student_id)
    )
    return dict(rows.all())


def _scores(name: str) -> Any:
    """Select by student: the sum of points, cells left to mark, and cells that have points."""
    waits = and_(Grade.needs_manual_grade, Grade.max_score > 0)
    has_points = Grade.auto_score.is_not(None) | Grade.manual_score.is_not(None)
    return (
        select(
            SubmittedAssignment.student_id,
            func.sum(Grade.score),
            func.sum(case((waits, 1), else_=0)),
            func.sum(case((has_points, 1), else_=0)),
        )
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .where(Assignment.name == name)
        .group_by(SubmittedAssignment.student_id)
    )
