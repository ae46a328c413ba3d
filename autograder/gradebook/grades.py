"""Writes a result into a notebook's cells, where nbgrader reads the score.

nbgrader takes an `execute_result` of a grade cell as its points, and a cell without outputs as full
marks. So every grade cell gets a score here, or is marked as one without a score.
"""

from __future__ import annotations

from nbformat import NotebookNode

from autograder.course.assignment import Assignment
from autograder.errors import CourseError
from autograder.gradebook.explanation import remarks_html, texts
from autograder.gradebook.notebooks import html_cell
from autograder.publish.visibility import FeedbackVisibility
from autograder.results import ExerciseResult, Result
from convgrade.release import GRADE_CELL_PREFIX

REMARKS = "remarks"
UNGRADED = "autograder_ungraded"
"""Metadata key of a grade cell without a score: nbgrader must not read one from its outputs."""


def annotate(notebook: NotebookNode, result: Result, assignment: Assignment) -> None:
    """Write score and explanation into each grade cell; clear all other outputs.

    If the grader failed on an exercise, its cell has the explanation and no score.

    Raises:
        CourseError: the result does not belong to this notebook's exercises and points.
    """
    shown = FeedbackVisibility.of(assignment.feedback)
    exercises = {exercise.name: exercise for exercise in result.exercises}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        cell.outputs, cell.execution_count = [], None
        roles = cell.metadata.get("nbgrader", {})
        if roles.get("grade") and not roles.get("solution"):
            name = roles.grade_id.removeprefix(GRADE_CELL_PREFIX)
            exercise = exercises.get(name)
            if exercise is None or abs(exercise.max_score - roles.points) > 1e-9:
                raise CourseError(
                    f"The result of {result.student!r} does not fit cell {roles.grade_id!r}: run "
                    f"`autograder build {assignment.name}` and grade again."
                )
            cell.outputs = _outputs(exercise, shown, explained=result.status != "rejected")
            cell.metadata.pop(UNGRADED, None)
            if exercise.score is None:
                cell.metadata[UNGRADED] = True
    if result.status != "rejected":
        remarks = remarks_html(result.observed, result.ungraded)
        if remarks:
            notebook.cells.insert(0, html_cell(REMARKS, remarks))
    notebook.metadata["autograder"] = stamp(result)


def stamp(result: Result) -> dict[str, str]:
    """The entry in a graded notebook's metadata that identifies its result.

    A result with faults has no identity, so the next result always differs from it.
    """
    return {"result": "" if result.faults else result.key}


def has_no_score(cell: NotebookNode) -> bool:
    """Whether the grader failed on the exercise of this grade cell."""
    return bool(cell.metadata.get(UNGRADED))


def _outputs(
    exercise: ExerciseResult, shown: FeedbackVisibility, *, explained: bool
) -> list[NotebookNode]:
    """Return the explanation and then the score alone, which nbgrader reads as points."""
    outputs = []
    if explained:
        outputs.append(_output("display_data", texts(exercise, shown)))
    if exercise.score is not None:
        score = min(max(exercise.score, 0.0), exercise.max_score)
        points = _output("execute_result", {"text/plain": repr(float(score))})
        points.execution_count = None
        outputs.append(points)
    return outputs


def _output(kind: str, data: dict[str, str]) -> NotebookNode:
    """An output; nbformat's own function for it validates, which takes longer than all else."""
    return NotebookNode(output_type=kind, metadata=NotebookNode(), data=NotebookNode(data))
