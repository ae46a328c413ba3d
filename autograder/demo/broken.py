"""Files that are not submissions, and notebooks that were changed by accident or on purpose.

The code in them is right; only the file is wrong. The module knows no assignment by name.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

from autograder.course.assignment import Assignment
from autograder.demo import notebooks
from autograder.demo.made_up import MadeUp
from autograder.demo.notebooks import Notebook


def unreadable(assignment: Assignment, secret: Path) -> Iterator[MadeUp]:
    """Yield files that cannot be read as a submission; a symbolic link points to `secret`."""
    name = f"{assignment.name}.ipynb"

    def rejected(kind: str, what: str, write: Callable[[Path], None]) -> MadeUp:
        return MadeUp(kind, what, "rejected", write)

    def content(kind: str, what: str, raw: bytes, name: str = name) -> MadeUp:
        def write(folder: Path) -> None:
            (folder / name).write_bytes(raw)

        return rejected(kind, what, write)

    whole = json.dumps(_right(assignment)).encode()
    yield content("invalid_json", "not valid JSON", b"{,," + whole[1:])
    yield content("truncated", "the upload was cut off", whole[: len(whole) // 2])
    yield content("empty", "an empty file", b"")
    yield content("nbformat_2", "a notebook of nbformat 2", _nbformat_2())
    yield content("another_assignment", "of another assignment", _another_assignment())
    yield content("deeply_nested", "JSON nested 100,000 deep", b"[" * 100_000)
    yield content(
        "not_utf8",
        "not UTF-8 text",
        "# Lösung für die Übung\n".encode("latin-1"),
        f"{assignment.name}.py",
    )
    yield rejected("directory", "a folder, not a file", lambda at: (at / name).mkdir())
    yield rejected(
        "symlink", "a link to the solutions", lambda at: (at / name).symlink_to(secret.resolve())
    )
    yield rejected("nothing", "handed in nothing", lambda at: None)


def tampered(assignment: Assignment) -> Iterator[MadeUp]:
    """Yield notebooks whose cells differ from the release; the source's points and tests still
    count.
    """

    def changed(kind: str, what: str, change: Callable[[Notebook], None]) -> MadeUp:
        notebook = _right(assignment)
        change(notebook)

        def write(folder: Path) -> None:
            notebooks.write_notebook(folder / f"{assignment.name}.ipynb", notebook)

        return MadeUp(kind, what, "full", write)

    function = assignment.exercises[0].name
    yield changed("duplicated_ids", "a cell copied with its id", _copy_a_cell(function))
    yield changed("missing_ids", "grade ids are gone", _forget_ids)
    yield changed("split_cell", "a cell split in two", _split_a_cell(function))
    yield changed("changed_points", "gave themselves 100 points", _change_points)
    yield changed("deleted_locked_cells", "deleted the locked cells", _delete_locked_cells)
    yield changed("changed_locked_cell", "rewrote a locked cell", _change_locked_cell)


def _right(assignment: Assignment) -> Notebook:
    return notebooks.filled(assignment, assignment.solution_module.read_text("utf-8"))


def _nbformat_2() -> bytes:
    cell = {"cell_type": "code", "collapsed": False, "input": "x = 1", "language": "python"}
    document = {
        "metadata": {"name": ""},
        "nbformat": 2,
        "nbformat_minor": 0,
        "worksheets": [{"cells": [{**cell, "metadata": {}, "outputs": []}], "metadata": {}}],
    }
    return json.dumps(document).encode()


def _another_assignment() -> bytes:
    cell = notebooks.code_cell("def bubble_sort(values):\n    return sorted(values)")
    cell["metadata"] = {
        "nbgrader": {
            "grade": False,
            "grade_id": "bubble_sort",
            "locked": False,
            "schema_version": 3,
            "solution": True,
            "task": False,
        }
    }
    document = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    return json.dumps(document).encode()


def _copy_a_cell(function: str) -> Callable[[Notebook], None]:
    def change(notebook: Notebook) -> None:
        number = notebooks.cell_of(notebook, function)
        cell = notebook["cells"][number]
        notebook["cells"].insert(number + 1, {**cell, "id": "a-copy"})

    return change


def _split_a_cell(function: str) -> Callable[[Notebook], None]:
    """Split a cell as Jupyter does: both halves keep the metadata."""

    def change(notebook: Notebook) -> None:
        number = notebooks.cell_of(notebook, function)
        cell = notebook["cells"][number]
        upper = {**cell, "id": "upper-half", "source": "# my first attempt\nattempt = 1"}
        notebook["cells"].insert(number, upper)

    return change


def _forget_ids(notebook: Notebook) -> None:
    for cell in notebook["cells"]:
        cell.get("metadata", {}).pop("nbgrader", None)


def _change_points(notebook: Notebook) -> None:
    for number in notebooks.graded_cells(notebook):
        notebook["cells"][number]["metadata"]["nbgrader"]["points"] = 100


def _delete_locked_cells(notebook: Notebook) -> None:
    doomed = set(notebooks.graded_cells(notebook))
    notebook["cells"] = [
        cell for number, cell in enumerate(notebook["cells"]) if number not in doomed
    ]


def _change_locked_cell(notebook: Notebook) -> None:
    cell = notebook["cells"][notebooks.graded_cells(notebook)[0]]
    cell["source"] = "score = 100"
