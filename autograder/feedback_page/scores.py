"""Reads points and comments of one submission from nbgrader's gradebook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nbgrader.api import BaseCell, Comment, Grade
from sqlalchemy import select

from autograder.gradebook import rubric_points


@dataclass(frozen=True)
class CellScore:
    """The points of one grade cell; `manual` are those that a person gave, if any."""

    score: float
    worth: float
    manual: float | None = None
    needs_marking: bool = False


@dataclass(frozen=True)
class Scores:
    """One submission in the gradebook: its points after the penalty, and those of its cells.

    `rubric_points` has the points that a marker clicked: by cell, then by the item's key.
    """

    score: float
    worth: float
    late_penalty: float = 0.0
    cells: Mapping[str, CellScore] = field(default_factory=dict)
    rubric_points: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)


def read(gradebook: Any, notebook: str, assignment: str, student: str) -> Scores:
    """Read the scores of a submitted notebook from an open `nbgrader.api.Gradebook`.

    It asks once for all cells. nbgrader's objects would ask several times for each. The database
    has an index of cells with notebooks: without the cells it would read the whole class.

    Raises:
        MissingEntry: the gradebook has no such submission.
    """
    entry = gradebook.find_submission_notebook(notebook, assignment, student)
    cell_ids = select(BaseCell.id).where(BaseCell.notebook_id == entry.notebook_id)
    grades = gradebook.db.execute(
        select(
            BaseCell.name,
            Grade.id,
            Grade.score,
            Grade.max_score,
            Grade.manual_score,
            Grade.needs_manual_grade,
        )
        .join(Grade.cell)
        .where(Grade.notebook_id == entry.id, Grade.cell_id.in_(cell_ids))
    ).all()
    clicked = rubric_points.read(gradebook.db, [grade_id for _, grade_id, *_ in grades])
    cells, items = {}, {}
    for name, grade_id, score, worth, manual, needs_marking in grades:
        cells[name] = CellScore(score, worth, manual, bool(needs_marking and worth))
        items[name] = clicked.get(grade_id, {})
    comments = gradebook.db.execute(
        select(BaseCell.name, Comment.comment)
        .join(Comment.cell)
        .where(Comment.notebook_id == entry.id, Comment.cell_id.in_(cell_ids))
    )
    penalty = entry.late_submission_penalty or 0.0
    return Scores(
        score=sum(cell.score for cell in cells.values()) - penalty,
        worth=sum(cell.worth for cell in cells.values()),
        late_penalty=penalty,
        cells=cells,
        rubric_points=items,
        comments={name: comment or "" for name, comment in comments},
    )
