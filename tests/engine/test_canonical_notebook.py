"""The canonical notebook: whatever was handed in, nbgrader gets cells that it can rely on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from book_course import NAME, write_course
from nbgrader.nbgraderformat import MetadataValidator

from autograder.authoring import build
from autograder.course.assignment import Assignment, load_assignment
from autograder.gradebook.notebooks import canonical, inert
from convgrade.submission import read

Cells = list[dict[str, Any]]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    root = write_course(tmp_path_factory.mktemp("course"))
    build.build(NAME, root)
    return load_assignment(NAME, root)


def restored(course: Assignment, tmp_path: Path, change: Callable[[Cells], object]) -> Any:
    """The canonical notebook of a release that was changed; nbgrader accepts its metadata."""
    document = json.loads(course.release_notebook.read_text())
    change(document["cells"])
    path = tmp_path / f"{NAME}.ipynb"
    path.write_text(json.dumps(document))
    notebook = canonical(read(path, course.release), course)
    MetadataValidator().validate_nb(notebook)
    graded = [c.metadata.nbgrader.grade_id for c in notebook.cells if "nbgrader" in c.metadata]
    assert [name for name in graded if name != "double"] == ["setup", "test_double", "why"]
    return notebook


def cell(notebook: Any, grade_id: str) -> Any:
    (found,) = (
        c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id
    )
    return found


def position(cells: Cells, grade_id: str) -> int:
    return next(
        number
        for number, c in enumerate(cells)
        if c["metadata"].get("nbgrader", {}).get("grade_id") == grade_id
    )


def test_a_release_stays_as_it_was(course: Assignment, tmp_path: Path) -> None:
    notebook = restored(course, tmp_path, lambda cells: None)
    released = [c.source for c in course.release_cells]
    assert [c.source for c in notebook.cells] == released


def test_changed_points_are_those_of_the_source(course: Assignment, tmp_path: Path) -> None:
    def change(cells: Cells) -> None:
        cells[position(cells, "test_double")]["metadata"]["nbgrader"]["points"] = 300

    assert cell(restored(course, tmp_path, change), "test_double").metadata.nbgrader.points == 3


def test_changed_locked_text_is_that_of_the_release(course: Assignment, tmp_path: Path) -> None:
    def change(cells: Cells) -> None:
        cells[position(cells, "setup")]["source"] = "import os"

    assert cell(restored(course, tmp_path, change), "setup").source == "import numpy as np"


def test_text_in_a_copy_of_an_answer_is_part_of_the_answer(
    course: Assignment, tmp_path: Path
) -> None:
    def change(cells: Cells) -> None:
        where = position(cells, "why")
        cells[where]["source"] = "First."
        cells.append({**cells[where], "id": "copy", "source": "Second."})

    notebook = restored(course, tmp_path, change)
    assert cell(notebook, "why").source == "First.\n\nSecond."
    assert "Second." not in [c.source for c in notebook.cells]


@pytest.mark.parametrize("deleted", ["setup", "test_double", "why"])
def test_a_deleted_cell_is_put_back_in_its_place(
    course: Assignment, tmp_path: Path, deleted: str
) -> None:
    notebook = restored(course, tmp_path, lambda cells: cells.pop(position(cells, deleted)))
    released = next(c for c in course.release_cells if c.grade_id == deleted)
    assert cell(notebook, deleted).source == released.source


def test_a_cell_of_another_type_has_the_type_of_the_release(
    course: Assignment, tmp_path: Path
) -> None:
    def change(cells: Cells) -> None:
        answer = cells[position(cells, "why")]
        answer.update(cell_type="code", source="x", outputs=[], execution_count=None)

    assert cell(restored(course, tmp_path, change), "why").cell_type == "markdown"


def test_an_unknown_grade_id_is_dropped(course: Assignment, tmp_path: Path) -> None:
    def change(cells: Cells) -> None:
        extra = json.loads(json.dumps(cells[position(cells, "why")]))
        extra["metadata"]["nbgrader"]["grade_id"] = "bonus"
        cells.append({**extra, "id": "bonus"})

    assert "nbgrader" not in restored(course, tmp_path, change).cells[-1].metadata


def test_a_raw_cell_is_shown_as_text(course: Assignment, tmp_path: Path) -> None:
    def change(cells: Cells) -> None:
        raw = {"cell_type": "raw", "id": "raw", "metadata": {}, "source": "<script>x</script>"}
        cells.insert(0, raw)

    first = restored(course, tmp_path, change).cells[0]
    assert (first.cell_type, first.source) == ("markdown", "    <script>x</script>")


def test_half_a_character_can_be_written(course: Assignment, tmp_path: Path) -> None:
    def change(cells: Cells) -> None:
        cells[position(cells, "double")]["source"] = "def double(x): return '\ud800'"

    assert cell(restored(course, tmp_path, change), "double").source.encode()


def test_a_plain_module_comes_first_and_the_graded_cells_after_it(
    course: Assignment, tmp_path: Path
) -> None:
    path = tmp_path / "work.py"
    path.write_text("def double(x):\n    return 2 * x\n")
    notebook = canonical(read(path, course.release), course)
    MetadataValidator().validate_nb(notebook)
    assert notebook.cells[0].source.startswith("def double")
    assert cell(notebook, "test_double").metadata.nbgrader.points == 3


def test_markdown_without_markup_stays_as_it_was() -> None:
    text = "If $a < b$ & *c* then\n\n> quote `x << 2`\n\n| a | b |"
    assert inert(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "<script>",
        "</p>",
        "<!--",
        "&lt;",
        "&#106;",
        "\\href{x}{y}",
        "[x](javascript:y)",
        "JavaScript :",
    ],
)
def test_markup_that_would_act_is_broken_up(text: str) -> None:
    assert inert(text) != text
    assert inert(text).replace("\u200b", "") == text
