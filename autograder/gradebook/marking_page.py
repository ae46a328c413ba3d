"""Puts the model answer with its rubric beside each written answer in formgrader's marking page.

`nbgrader_config.py` names it. It changes what a marker's browser gets, and no file. Students never
get this page.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from autograder.course.assignment import find_root, load_assignment
from autograder.errors import CourseError
from autograder.grading.result_store import as_graded

TITLE = "Model answer and rubric (only markers see this)"
MISSING = (
    "Of the default release: the model answer of the student's variant ({}) is not on this machine."
)
_STYLE = """<style>
.for-markers { border: 1px solid #8a6d3b; border-radius: 4px; padding: 8px 14px; }
.for-markers summary { cursor: pointer; font-weight: bold; }
@media (min-width: 1200px) {
  .cell:has(.for-markers) { float: right; width: 42%; }
  .cell:has(.for-markers) + .cell { width: 56%; }
  .cell:has(.for-markers) + .cell + .cell { clear: both; }
}
</style>"""


class ShowModelAnswers(Preprocessor):  # type: ignore[misc]  # nbconvert is untyped
    """Adds a cell with the model answer before each written answer, in formgrader's page only."""

    def preprocess(
        self, notebook: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Return the notebook with the model answers of its assignment."""
        if "submission_id" not in resources:  # only formgrader's page has one
            return notebook, resources
        answers, whose = _answers(resources)
        cells: list[NotebookNode] = []
        for cell in notebook.cells:
            answer = answers.get(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
            if answer:
                cells.append(_for_markers(answer, whose))
            cells.append(cell)
        notebook.cells = cells
        return notebook, resources


def _answers(resources: Mapping[str, Any]) -> tuple[Mapping[str, str], str]:
    """The model answers, and of which variant they are ("" if there is only one release).

    There are none if `autograder` does not know the assignment.
    """
    try:
        root = find_root(Path(resources["metadata"]["path"]))
        assignment = load_assignment(resources["assignment_id"], root)
        own = as_graded(assignment, resources["student"])
    except CourseError:
        return {}, ""
    if own.variant is None:
        return assignment.model_answers, ""
    try:
        return own.model_answers, f"Of the student's variant: {own.variant}."
    except CourseError:
        return assignment.model_answers, MISSING.format(own.variant)


def _for_markers(answer: str, whose: str) -> NotebookNode:
    parts = [
        f'{_STYLE}\n<details class="for-markers" open><summary>{TITLE}</summary>',
        *([f"*{whose}*"] if whose else []),
        answer,
        "</details>",
    ]
    return new_markdown_cell("\n\n".join(parts))
