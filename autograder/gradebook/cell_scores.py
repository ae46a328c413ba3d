"""From the cells of a graded notebook to nbgrader's rows of grades and comments.

It follows nbgrader's rules: a manual score or comment is never changed, and an unchanged answer
gets 0 and "No response.".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nbformat import NotebookNode
from nbgrader import utils

from autograder.gradebook.grades import has_no_score


@dataclass(frozen=True)
class GradedNotebook:
    """A notebook with scores in its cells, as the preprocessors leave it.

    Args:
        notebook: the notebook.
        previous: the texts of the cells when they were last graded, by id. A cell that a person
            has marked needs marking again only if its text or its automatic score has changed.
    """

    notebook: NotebookNode
    previous: Mapping[str, str] = field(default_factory=dict)


def store(graded: GradedNotebook, grades: Mapping[str, Any], comments: Mapping[str, Any]) -> None:
    """Put scores and comments into rows.

    Args:
        graded: the notebook.
        grades: nbgrader's rows of grades, by the cell's id in the notebook.
        comments: likewise those of comments.
    """
    same = bool(graded.previous) and graded.previous == texts(graded.notebook)
    for cell in graded.notebook.cells:
        roles = cell.metadata.get("nbgrader", {})
        if roles.get("grade") and has_no_score(cell):
            leave_ungraded(grades[roles.grade_id], same=same)
        elif roles.get("grade"):
            _grade(grades[roles.grade_id], cell, graded.previous.get(roles.grade_id))
        if roles.get("solution"):
            unanswered = roles.get("checksum") == utils.compute_checksum(cell)
            comments[roles.grade_id].auto_comment = "No response." if unanswered else None


def _grade(grade: Any, cell: NotebookNode, previous: str | None) -> None:
    settled = grade.manual_score is not None and not grade.needs_manual_grade
    before = grade.auto_score
    grade.auto_score, _ = utils.determine_grade(cell)
    unchanged = settled and previous == cell.source and before == grade.auto_score
    marked = grade.manual_score is not None or grade.auto_score is None
    grade.needs_manual_grade = marked and not unchanged


def leave_ungraded(grade: Any, *, same: bool) -> None:
    """Give no score, which is not zero: the score of an earlier run or of a person stays.

    The cell is marked for a person, unless a person has marked it and it is the `same` work.
    """
    settled = grade.manual_score is not None and not grade.needs_manual_grade
    grade.needs_manual_grade = not (settled and same)


def texts(notebook: Mapping[str, Any]) -> dict[str, str]:
    """The text of each cell that has an nbgrader id; a text may be a list of lines, as in files."""
    named = (
        (cell["metadata"].get("nbgrader", {}).get("grade_id"), "".join(cell["source"]))
        for cell in notebook["cells"]
    )
    return {name: source for name, source in named if name}
