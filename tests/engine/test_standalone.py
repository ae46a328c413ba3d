"""The notebook that brings its checks and pictures along."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from bare_machine import bare, run

from autograder.authoring.standalone import (
    MOST_BYTES,
    stamped,
    standalone_text,
    version_of,
)
from autograder.course.assignment import Assignment, find_root, load_assignment
from autograder.demo.notebooks import filled
from convgrade.release import Release
from convgrade.submission import read

ASSIGNMENTS = ("pooling_padding", "lenet5", "alexnet", "batch_norm", "backward")
KERNEL = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance(colors="nocolor")
for cell in json.load(open("work.ipynb", encoding="utf-8"))["cells"]:
    if cell["cell_type"] == "code" and not shell.run_cell("".join(cell["source"])).success:
        print("FAILED", "".join(cell["source"])[:80])
print("FROM", sys.modules["convgrade"].__file__)
"""
"""Runs the cells as a kernel does, and goes on after a cell that fails."""


def course(name: str) -> Assignment:
    return load_assignment(name, find_root(None))


def standalone(assignment: Assignment) -> Path:
    release = assignment.release_notebook
    return release.parent / "standalone" / release.name


def with_solutions(assignment: Assignment) -> dict[str, Any]:
    """The self-contained notebook with right functions in place of its stubs."""
    document = json.loads(standalone(assignment).read_text(encoding="utf-8"))
    solution = assignment.solution_module.read_text(encoding="utf-8")
    answers = filled(assignment, solution)["cells"]
    return {**document, "cells": [document["cells"][0], *answers]}


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_it_is_small_and_its_first_cell_says_what_to_do(name: str) -> None:
    file = standalone(course(name))
    assert file.stat().st_size <= MOST_BYTES == 200_000
    notebook = nbformat.read(file, as_version=4)
    nbformat.validate(notebook)
    first = notebook.cells[0].source
    assert "is missing, run  %pip install " in first
    python = re.findall(r"^FILES\['(\S+)py'\] = (...)", first, re.MULTILINE)
    assert {start for _, start in python} == {"r''"}, "a file is not readable"
    assert ("tensorflow" in first.split("\n")[1]) == ("tensorflow" in course(name).preload)


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_the_other_cells_are_those_of_the_release(name: str) -> None:
    assignment = course(name)
    cells = json.loads(standalone(assignment).read_text(encoding="utf-8"))["cells"][1:]
    release = nbformat.read(assignment.release_notebook, as_version=4)
    assert [cell["source"] for cell in cells] == [cell.source for cell in release.cells]


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_the_release_before_any_work_says_what_to_do_and_has_a_version(name: str) -> None:
    release = nbformat.read(course(name).release_notebook, as_version=4)
    assert "is missing, run `%pip install " in " ".join(release.cells[0].source.split())
    assert release.metadata["convgrade"] == {"release": version_of(release)}
    assert release.metadata["convgrade"]["release"] in (
        nbformat.read(standalone(course(name)), as_version=4).cells[0].source
    )


def in_a_kernel(
    tmp_path: Path, document: dict[str, Any], only: tuple[str, ...] = ("numpy", "ipython")
) -> str:
    """Everything that is printed when a notebook runs where only these are installed."""
    for name in ("environment", "work"):
        (tmp_path / name).mkdir()
    (tmp_path / "work" / "work.ipynb").write_text(json.dumps(document), encoding="utf-8")
    environment = bare(tmp_path / "environment", only=only)
    done = run(environment, tmp_path / "work", "-c", KERNEL)
    return done.stdout + done.stderr


def test_it_runs_where_only_numpy_is(tmp_path: Path) -> None:
    assignment = course("pooling_padding")
    printed = in_a_kernel(tmp_path, with_solutions(assignment))
    assert "FAILED" not in printed, printed
    assert "The checks and pictures are ready." in printed
    assert printed.count("✓") > len(assignment.exercises)
    assert "This picture needs matplotlib: run %pip install matplotlib" in printed
    assert "Traceback" not in printed
    place = re.search(r"^FROM (.*)$", printed, re.MULTILINE)
    assert place is not None
    assert "convgrade-" in place[1], "it brought no module of its own"


def test_it_draws_flowers_where_only_numpy_is(tmp_path: Path) -> None:
    document = with_solutions(course("alexnet"))
    wanted = ("setup", "tools", "random_crop", "test_random_crop")
    document["cells"] = [
        cell
        for number, cell in enumerate(document["cells"])
        if number == 0
        or "ValueError" in str(cell["source"])
        or cell["metadata"].get("nbgrader", {}).get("grade_id") in wanted
    ]
    printed = in_a_kernel(tmp_path, document)
    assert "✓ random_crop" in printed, printed


def test_a_wrong_answer_gets_the_hint_that_came_along(tmp_path: Path) -> None:
    document = json.loads(standalone(course("pooling_padding")).read_text(encoding="utf-8"))
    for cell in document["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "same_padding":
            cell["source"] = (
                "def same_padding(size, window, stride=1):\n"
                "    total = max((-(-size // stride) - 1) * stride + window - size, 0)\n"
                "    return total - total // 2, total // 2"
            )
    assert "  Hint: " in in_a_kernel(tmp_path, document)


def test_a_first_cell_that_was_changed_says_so(tmp_path: Path) -> None:
    document = json.loads(standalone(course("pooling_padding")).read_text(encoding="utf-8"))
    changed = copy.deepcopy(document)
    first = changed["cells"][0]
    first["source"] = first["source"].replace("PASSED_MARK = ", "PASSED_MARK =  ")
    changed["cells"] = [first]
    assert "This cell has been changed: get the notebook again." in in_a_kernel(tmp_path, changed)


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_handed_in_it_is_read_like_the_release(name: str, tmp_path: Path) -> None:
    assignment = course(name)
    release = Release.of_notebook(assignment.release_notebook)
    document = with_solutions(assignment)
    alone, usual = tmp_path / "alone.ipynb", tmp_path / "usual.ipynb"
    alone.write_text(json.dumps(document), encoding="utf-8")
    usual.write_text(json.dumps({**document, "cells": document["cells"][1:]}), encoding="utf-8")
    one, other = read(alone, release), read(usual, release)
    assert [cell.source for cell in one.cells[1:]] == [cell.source for cell in other.cells]
    assert (one.written, one.notes, one.attention) == (other.written, other.notes, other.attention)


def test_without_the_students_side_there_is_no_such_notebook() -> None:
    plain = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("import numpy as np")])
    assert standalone_text(plain, {}) == ""


def test_hints_are_left_out_if_the_notebook_would_be_too_long() -> None:
    code = nbformat.v4.new_code_cell("from convgrade import check")
    notebook = stamped(nbformat.v4.new_notebook(cells=[code]))
    short, long = {"a.hints.json": "{}"}, {"a.hints.json": "x" * MOST_BYTES}
    assert "a.hints.json" in standalone_text(notebook, short)
    assert "a.hints.json" not in standalone_text(notebook, long)


def test_a_release_with_other_cells_or_points_has_another_version() -> None:
    def release(text: str, points: int) -> nbformat.NotebookNode:
        metadata = {"nbgrader": {"points": points}}
        return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text, metadata=metadata)])

    versions = {version_of(release(*each)) for each in (("a", 1), ("b", 1), ("a", 2))}
    assert len(versions) == 3
    assert version_of(release("a", 1)) in versions
