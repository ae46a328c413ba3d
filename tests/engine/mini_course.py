"""A course small enough to read: two functions and one written question."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent
from typing import Any

from autograder.course.assignment import Assignment, load_assignment

STUB = 'def {name}(x):\n    """Contract."""\n    # YOUR CODE HERE\n    raise NotImplementedError()'


def nbgrader_metadata(grade_id: str, **values: Any) -> dict[str, Any]:
    flags = {"grade": False, "solution": False, "locked": False, "task": False}
    return {"nbgrader": {"grade_id": grade_id, "schema_version": 3, **flags, **values}}


def code_cell(source: str, metadata: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "source": source,
        "metadata": metadata or {},
        "outputs": [],
        "execution_count": None,
    }


def text_cell(source: str, metadata: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"cell_type": "markdown", "source": source, "metadata": metadata or {}}


def notebook_json(cells: list[dict[str, Any]]) -> str:
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return json.dumps(
        {"nbformat": 4, "nbformat_minor": 4, "metadata": {"kernelspec": kernel}, "cells": cells}
    )


def mini_cells(bodies: dict[str, str], answer: str) -> list[dict[str, Any]]:
    """The cells of the miniature assignment, with these sources of its two functions."""
    cells = [
        text_cell("# Miniature"),
        code_cell("import numpy as np", nbgrader_metadata("setup", locked=True)),
    ]
    for name, points in (("increment", 4), ("double", 2)):
        cells += [
            code_cell(bodies[name], nbgrader_metadata(name, solution=True)),
            code_cell(
                f"assert {name}(1) == 2",
                nbgrader_metadata(f"test_{name}", grade=True, locked=True, points=points),
            ),
        ]
    written = nbgrader_metadata("why", grade=True, solution=True, points=4)
    return [*cells, text_cell(answer, written)]


SOLUTIONS = {
    "increment": 'def increment(x):\n    """Contract."""\n    return np.asarray(x) + 1',
    "double": 'def double(x):\n    """Contract."""\n    return np.asarray(x) * 2',
}
STUBS = {name: STUB.format(name=name) for name in SOLUTIONS}
EMPTY_ANSWER = "YOUR ANSWER HERE"

SUITE = '''
import pytest
from autograder.suite import expect

@pytest.mark.public
def test_example(student):
    """Handles the example."""
    expect.close(student.{name}(1), {one})

@pytest.mark.weight(3)
def test_arrays(student, rng):
    """Handles arrays of any size."""
    x = rng.normal(size=(3, 4))
    expect.close(student.{name}(x), {rule}, like=x)

@pytest.mark.weight(0.5)
@pytest.mark.claim
def test_argument(student, rng):
    """Leaves its argument alone."""
    x = rng.normal(size=3)
    expect.close(student.{name}.watched(x).arguments[0], x)

@pytest.mark.weight(0.5)
@pytest.mark.supporting
def test_refuses_text(student):
    """Refuses text."""
    with student.raises(Exception):
        student.{name}("text")
'''

MISCONCEPTIONS = """
import numpy as np
from autograder.diagnosis import call, misconception, probes

STEP = 2

@probes("increment")
def _():
    return [call(np.array([1.0, 5.0])), call(np.array([-3.0]))]

@misconception("increment", "By how much should it grow?")
def increment_by_two(x):
    return np.asarray(x) + STEP
"""


def write_mini_course(root: Path) -> Assignment:
    """Write the miniature course below `root` and load its assignment."""
    name = "mini"
    files = {
        "nbgrader_config.py": "",
        f"source/{name}/assignment.toml": 'title = "Miniature"\n[limits]\ncall_seconds = 1\n',
        f"source/{name}/{name}.ipynb": notebook_json(mini_cells(SOLUTIONS, "Model answer")),
        f"assignments/{name}/{name}.ipynb": notebook_json(mini_cells(STUBS, EMPTY_ANSWER)),
        f"solutions/{name}.py": "\n\n".join(["import numpy as np", *SOLUTIONS.values()]) + "\n",
        f"tests/hidden/{name}/test_increment.py": SUITE.format(
            name="increment", one=2, rule="x + 1"
        ),
        f"tests/hidden/{name}/test_double.py": SUITE.format(name="double", one=2, rule="x * 2"),
        f"tests/misconceptions/{name}.py": MISCONCEPTIONS,
    }
    for file, text in files.items():
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return load_assignment(name, root)


def module_text(**replaced: str) -> str:
    """A plain-module submission: the miniature's solutions with some functions replaced."""
    bodies = {**SOLUTIONS, **{name: dedent(body) for name, body in replaced.items()}}
    return "\n\n".join(["import numpy as np", *bodies.values()]) + "\n"
