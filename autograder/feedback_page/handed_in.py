"""Finds what the page shows of a graded notebook: code per exercise, answers, and the rest.

The cells of the release say what belongs together. For an assignment that this program does not
know, the notebook's own nbgrader metadata does.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode

from convgrade.release import ANSWER_STUB, GRADE_CELL_PREFIX, NotebookCell
from convgrade.submission.blocks import defined

REJECTED = "rejected"
OURS = ("remarks", REJECTED)
"""The ids of cells that grading puts into a notebook. Cells of students have other ids."""
MOST_OTHERS = 40
MOST_OUTPUT_LINES = 40


@dataclass(frozen=True)
class Question:
    """A question that a person marks, with its text; `is_task` if no cell holds the answer."""

    grade_id: str
    text: str
    is_task: bool = False


class HandedIn:
    """A graded notebook, by what its cells are for.

    Args:
        notebook: the notebook in `autograded/`.
        released: the cells that students were given; None if they are not known.
    """

    def __init__(self, notebook: NotebookNode, released: Sequence[NotebookCell] | None) -> None:
        self._order = list(released) if released is not None else _own_cells(notebook)
        self._stubs = {cell.grade_id: cell.source for cell in released or ()}
        self.rejection = "".join(
            _words(cell.source) for cell in notebook.cells if cell.get("id") == REJECTED
        )
        """Why the submission was rejected, as grading wrote it into the notebook; or ""."""
        self._cells: dict[str, NotebookNode] = {}
        for cell in notebook.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id")
            if name:
                self._cells.setdefault(name, cell)
        known = {cell.source.strip() for cell in released or ()}
        self.others: list[NotebookNode] = [
            cell
            for cell in notebook.cells
            if not cell.metadata.get("nbgrader", {}).get("grade_id")
            and cell.get("id") not in OURS
            and cell.source.strip()
            and cell.source.strip() not in known
        ]

    @property
    def exercises(self) -> list[str]:
        """The names of the automatically graded exercises, in order."""
        return [
            str(cell.grade_id).removeprefix(GRADE_CELL_PREFIX)
            for cell in self._order
            if cell.is_grade and not cell.is_solution
        ]

    @property
    def questions(self) -> list[Question]:
        """The questions that a person marks, each with the text above its answer, in order."""
        found = []
        above = ""
        for cell in self._order:
            if cell.nbgrader.get("task"):
                found.append(Question(str(cell.grade_id), cell.source, is_task=True))
            elif cell.is_grade and cell.is_solution:
                found.append(Question(str(cell.grade_id), above))
            above = cell.source if cell.cell_type == "markdown" and not cell.is_solution else ""
        return found

    def solution_cells(self, exercise: str) -> list[str]:
        """The ids of the cells in which the student writes an exercise."""
        found: list[str] = []
        for cell in self._order:
            if cell.is_grade and not cell.is_solution:
                if cell.grade_id == GRADE_CELL_PREFIX + exercise:
                    return found
                found = []
            elif cell.is_solution and not cell.is_grade and cell.cell_type == "code":
                found.append(str(cell.grade_id))
        return []

    def code(self, exercise: str) -> str:
        """The student's code of an exercise; "" if there is none but the stub.

        If it is not in the exercise's cells, it is looked for among the student's own cells.
        """
        sources = [
            self._cells[name].source
            for name in self.solution_cells(exercise)
            if name in self._cells and self._is_changed(name)
        ]
        if sources:
            return "\n\n".join(sources)
        elsewhere: Iterable[Mapping[str, str]] = (
            defined(cell.source) for cell in self.others if cell.cell_type == "code"
        )
        return next((names[exercise] for names in elsewhere if exercise in names), "")

    def answer(self, question: str) -> NotebookNode | None:
        """The cell of a written answer; None if it is missing."""
        return self._cells.get(question)

    def is_answered(self, question: str) -> bool:
        """Whether the cell of a written answer holds more than what students were given."""
        return self._cells[question].source.strip() != ANSWER_STUB and self._is_changed(question)

    def output(self, exercise: str) -> str:
        """What stands below an exercise's test cell, as text."""
        cell = self._cells.get(GRADE_CELL_PREFIX + exercise)
        if cell is None or cell.cell_type != "code":
            return ""
        return "\n".join(_text(output) for output in cell.get("outputs", ())).strip("\n")

    def _is_changed(self, name: str) -> bool:
        return self._cells[name].source.strip() not in ("", self._stubs.get(name, "").strip())


def _own_cells(notebook: NotebookNode) -> list[NotebookCell]:
    return [
        NotebookCell(cell.cell_type, cell.source, dict(cell.metadata.get("nbgrader", {})))
        for cell in notebook.cells
    ]


def _words(markup: str) -> str:
    """The text of HTML, in one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", markup)).split())


def _text(output: Mapping[str, Any]) -> str:
    """An output as text; a score alone says nothing that the page does not."""
    kind = output.get("output_type")
    if kind == "stream":
        return str(output.get("text", ""))
    if kind == "error":
        return f"{output.get('ename', '')}: {output.get('evalue', '')}"
    if kind == "display_data":
        return str(output.get("data", {}).get("text/plain", ""))
    return ""
