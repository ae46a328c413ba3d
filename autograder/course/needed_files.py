"""The files of a course that grading one assignment needs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from autograder.course.assignment import Assignment
from autograder.course.variants import folder_of, table_of

_BYTE_CODE = "__pycache__"


def files_for_grading(assignment: Assignment) -> Iterator[Path]:
    """Its settings, points, release, solutions, hidden suites and hints, as far as they exist.

    There is no hand-in, no result and no secret among them.
    """
    yield from filter(Path.is_file, _places(assignment))
    suites = assignment.suite_folder.rglob("*")
    yield from (file for file in suites if file.is_file() and _BYTE_CODE not in file.parts)


def _places(assignment: Assignment) -> Iterator[Path]:
    yield assignment.source_notebook
    yield assignment.source_notebook.with_name("assignment.toml")
    yield assignment.release_notebook
    yield assignment.solution_module
    yield assignment.misconceptions_file
    yield assignment.hints_file
    yield assignment.counterexamples_file
    yield assignment.variants_file
    yield table_of(assignment.root, assignment.name)
    yield from (folder_of(assignment.root, assignment.name) / "releases").rglob("*.ipynb")
