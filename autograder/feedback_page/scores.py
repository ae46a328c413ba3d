"""Reads points and comments of one submission from nbgrader's gradebook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class CellScore:
    """The points of one grade cell; `manual` are those that a person gave, if any."""

    score: float
    worth: float
    manual: float | None = None
    needs_marking: bool = False


@dataclass(frozen=True)
class Scores:
    """One submission in the gradebook: its points after the penalty, and those of its cells."""

    score: float
    worth: float
    late_penalty: float = 0.0
    cells: Mapping[str, CellScore] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)


def read(gradebook: Any, notebook: str, assignment: str, student: str) -> Scores:
    """Read the scores of a submitted notebook from an open `nbgrader.api.Gradebook`.

    Raises:
        MissingEntry: the gradebook has no such submission.
    """
    entry = gradebook.find_submission_notebook(notebook, assignment, student)
    penalty = entry.late_submission_penalty or 0.0
    return Scores(
        score=entry.score - penalty,
        worth=entry.max_score,
        late_penalty=penalty,
        cells={
            grade.name: CellScore(
                grade.score or 0.0,
                grade.max_score or 0.0,
                grade.manual_score,
                bool(grade.needs_manual_grade),
            )
            for grade in entry.grades
        },
        comments={comment.name: comment.comment or "" for comment in entry.comments},
    )
