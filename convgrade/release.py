"""What students were given: the cells of a released notebook, as plain data.

Grading and the student's own checks both use it to read a submission. It knows no points of the
gradebook, no hidden test and no submission.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from convgrade.errors import CourseError

GRADE_CELL_PREFIX = "test_"
"""The prefix of an exercise's name in the id of its grade cell and in its hidden suite's file name.
"""
EXAMPLES_PREFIX = "examples_"
"""The prefix of the exercise that asks for examples of another exercise, before its name."""
ANSWER_STUB = "YOUR ANSWER HERE"
"""The text that nbgrader puts in the place of a written answer."""


def suite_file_name(exercise: str) -> str:
    """Return the file name of an exercise's hidden suite."""
    return f"{GRADE_CELL_PREFIX}{exercise}.py"


def exercise_of_suite(file: Path) -> str:
    """Return the exercise that a hidden suite's file tests."""
    return file.stem.removeprefix(GRADE_CELL_PREFIX)


@dataclass(frozen=True)
class NotebookCell:
    """A cell of the source or the release, with its nbgrader metadata, if any."""

    cell_type: str
    source: str
    nbgrader: Mapping[str, Any] = field(default_factory=dict)

    @property
    def grade_id(self) -> str | None:
        """nbgrader's id of the cell; None if it has none."""
        value = self.nbgrader.get("grade_id")
        return value if isinstance(value, str) else None

    @property
    def is_grade(self) -> bool:
        """Whether the cell has points."""
        return bool(self.nbgrader.get("grade"))

    @property
    def is_solution(self) -> bool:
        """Whether students write in the cell."""
        return bool(self.nbgrader.get("solution"))

    @property
    def is_locked(self) -> bool:
        """Whether students must not change the cell."""
        return bool(self.nbgrader.get("locked")) and not self.is_solution


@dataclass(frozen=True)
class Release:
    """One released assignment: its name and its cells, in order."""

    name: str
    cells: tuple[NotebookCell, ...]

    @classmethod
    def of_notebook(cls, path: Path) -> Self:
        """Read the release from a notebook of the course.

        Raises:
            CourseError: the file is missing, or is not a notebook.
        """
        return cls(path.stem, read_cells(path))

    @property
    def exercises(self) -> tuple[str, ...]:
        """The names of the automatically graded exercises, in order."""
        return tuple(
            str(cell.grade_id).removeprefix(GRADE_CELL_PREFIX)
            for cell in self.cells
            if cell.is_grade and not cell.is_solution
        )

    @property
    def written(self) -> tuple[str, ...]:
        """The names of the questions that a person marks, in order."""
        return tuple(
            str(cell.grade_id) for cell in self.cells if cell.is_grade and cell.is_solution
        )

    def is_blank(self, question: str, answer: str) -> bool:
        """Whether an answer is empty or still the released text."""
        handed_out = (plain(cell.source) for cell in self.cells if cell.grade_id == question)
        return plain(answer) in ("", ANSWER_STUB, *handed_out)


VARIANT_MARK = "Variant: "
"""How the line of a released notebook begins that names its variant."""


def plain(text: str) -> str:
    """Remove what editors change in a text: white space at both ends of lines, and empty lines."""
    return "\n".join(line.strip() for line in text.split("\n") if line.strip())


def read_cells(notebook: Path) -> tuple[NotebookCell, ...]:
    """Read the cells of a trusted notebook of the course (nbformat 4).

    Raises:
        CourseError: the file is missing, or is not a notebook.
    """
    try:
        document = json.loads(notebook.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CourseError(
            f"{notebook} is missing: run `autograder build {notebook.stem}` to generate it."
        ) from None
    except ValueError as error:
        raise CourseError(
            f"{notebook} is not valid JSON ({error}): run `autograder build {notebook.stem}`."
        ) from None
    return tuple(
        NotebookCell(
            cell["cell_type"],
            _joined(cell.get("source", "")),
            cell.get("metadata", {}).get("nbgrader", {}),
        )
        for cell in document["cells"]
    )


def _joined(source: str | Sequence[str]) -> str:
    return source if isinstance(source, str) else "".join(source)
