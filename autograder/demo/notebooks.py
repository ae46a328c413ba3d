"""Notebooks as students would submit them: the release with its stubs filled from a module.

It works on plain nbformat 4 documents and runs nothing.
"""

from __future__ import annotations

import ast
import copy
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from autograder.course.assignment import Assignment

Notebook = dict[str, Any]
Cell = dict[str, Any]

WRITTEN_ANSWER = "A made-up answer, in a sentence or two, for a person to mark."


def release(assignment: Assignment) -> Notebook:
    """Return a fresh copy of the released notebook, which may be changed."""
    return read(assignment.release_notebook)


def read(path: Path) -> Notebook:
    """Return the notebook in a file, with the text of each cell as one string."""
    notebook: Notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        cell["source"] = source(cell)
    return notebook


def older_release(assignment: Assignment) -> Notebook:
    """Return the release as it might have been before: its first check cell with one check less."""
    notebook = release(assignment)
    notebook["metadata"]["convgrade"] = {"release": "0" * 8}
    cell = notebook["cells"][graded_cells(notebook)[0]]
    lines = cell["source"].splitlines()
    cell["source"] = "\n".join(lines[: ast.parse(cell["source"]).body[-1].lineno - 1])
    return notebook


def filled(
    assignment: Assignment,
    module: str,
    *,
    only: Iterable[str] | None = None,
    into: Notebook | None = None,
) -> Notebook:
    """Return the release, or `into`, with its stubs replaced by a module's functions.

    Everything else at the module's top level (imports, constants, private functions) goes into a
    code cell before the first stub, as students do. `only` names the functions to fill; the other
    stubs stay.
    """
    notebook = release(assignment) if into is None else copy.deepcopy(into)
    stubs = {name for cell in notebook["cells"] for name in stub_names(cell)}
    functions, others = _taken_apart(module, stubs)
    wanted = set(functions) if only is None else set(only)
    first = next(number for number, cell in enumerate(notebook["cells"]) if stub_names(cell))
    for cell in notebook["cells"]:
        names = stub_names(cell)
        if names and set(names) <= set(functions) and wanted & set(names):
            cell["source"] = "\n\n\n".join(functions[name] for name in names)
    if others:
        notebook["cells"].insert(first, code_cell("\n\n\n".join(others)))
    return notebook


def with_written_answers(notebook: Notebook, assignment: Assignment) -> Notebook:
    """Return the notebook with some text in every written answer."""
    changed = copy.deepcopy(notebook)
    questions = {question.name for question in assignment.written}
    for cell in changed["cells"]:
        if grade_id(cell) in questions:
            cell["source"] = WRITTEN_ANSWER
    return changed


def stub_names(cell: Cell) -> tuple[str, ...]:
    """The functions that a solution cell defines."""
    if cell["cell_type"] != "code" or not _metadata(cell).get("solution"):
        return ()
    try:
        tree = ast.parse(source(cell))
    except SyntaxError:
        return ()
    return tuple(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def cell_of(notebook: Notebook, function: str) -> int:
    """The number of the cell that defines a function."""
    for number, cell in enumerate(notebook["cells"]):
        if function in stub_names(cell):
            return number
    raise KeyError(function)


def graded_cells(notebook: Notebook) -> list[int]:
    """The numbers of the locked cells that hold an exercise's points."""
    return [
        number
        for number, cell in enumerate(notebook["cells"])
        if _metadata(cell).get("grade") and not _metadata(cell).get("solution")
    ]


def code_cell(text: str) -> Cell:
    """Return a code cell without nbgrader metadata, as a student adds it."""
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": text,
    }


def source(cell: Cell) -> str:
    """The text of a cell, in either of the two ways of storing it."""
    text = cell.get("source", "")
    return text if isinstance(text, str) else "".join(text)


def grade_id(cell: Cell) -> str | None:
    """nbgrader's id of a cell; None if it has none."""
    found = _metadata(cell).get("grade_id")
    return found if isinstance(found, str) else None


def write_notebook(path: Path, notebook: Notebook) -> None:
    """Write a notebook in Jupyter's format."""
    document = copy.deepcopy(notebook)
    minor = document.get("nbformat_minor", 0)
    for number, cell in enumerate(document["cells"]):
        cell["source"] = source(cell).splitlines(keepends=True)
        if minor >= 5:
            cell.setdefault("id", f"made-up-{number}")
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _metadata(cell: Cell) -> dict[str, Any]:
    found = cell.get("metadata", {}).get("nbgrader", {})
    return found if isinstance(found, dict) else {}


def _taken_apart(module: str, stubs: set[str]) -> tuple[dict[str, str], list[str]]:
    """Return the last definition of each stub's function, and everything else.

    A later `name = ...` replaces `def name`.
    """
    lines = module.splitlines()
    functions: dict[str, str] = {}
    others: list[str] = []
    for number, node in enumerate(ast.parse(module).body):
        if number == 0 and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        decorators = getattr(node, "decorator_list", [])
        start = min([node.lineno, *(decorator.lineno for decorator in decorators)])
        text = "\n".join(lines[start - 1 : node.end_lineno])
        name = _defined(node)
        if name in stubs:
            functions[name] = text
        else:
            others.append(text)
    return functions, others


def _defined(node: ast.stmt) -> str:
    if isinstance(node, ast.FunctionDef):
        return node.name
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target = node.targets[0]
        return target.id if isinstance(target, ast.Name) else ""
    return ""
