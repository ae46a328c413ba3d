"""Small released notebooks and students' files for the tests of `autograder check`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SETUP = "from convgrade import check"
STUB = "def {name}(x):\n    raise NotImplementedError()"
DOUBLE = "def double(x):\n    return 2 * x"
TRIPLE = "def triple(x):\n    return 3 * x"
CHECKS = {
    "double": "check(double, 3, expected=6)",
    "triple": "check(triple, 3, expected=9)\ncheck(triple, 5, expected=15)",
}


def cell(source: str, grade_id: str = "", **nbgrader: Any) -> dict[str, Any]:
    flags = {"grade": False, "locked": False, "solution": False, **nbgrader}
    metadata = {"nbgrader": {"grade_id": grade_id, **flags}} if grade_id else {}
    return {"cell_type": "code", "source": source, "metadata": metadata}


def locked(source: str, grade_id: str) -> dict[str, Any]:
    is_check = grade_id.startswith("test_")
    points = {"points": 2} if is_check else {}
    return cell(source, grade_id, locked=True, grade=is_check, **points)


def solution(source: str, name: str = "double") -> dict[str, Any]:
    return cell(source, name, solution=True)


def checks(name: str = "double") -> dict[str, Any]:
    return locked(CHECKS[name], f"test_{name}")


def answer(text: str, name: str = "why") -> dict[str, Any]:
    written = cell(text, name, grade=True, solution=True, points=4)
    return {**written, "cell_type": "markdown"}


def notebook(path: Path, *cells: dict[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"nbformat": 4, "metadata": {}, "cells": list(cells)}))
    return path


def with_double(path: Path, source: str, *more: dict[str, Any]) -> Path:
    """A student's notebook with this text in the solution cell of `double`."""
    return notebook(path, locked(SETUP, "setup"), solution(source), checks(), *more)


def two(double: str, triple: str, *between: dict[str, Any]) -> list[dict[str, Any]]:
    """The cells of a notebook with two exercises, and others between the two."""
    return [
        locked(SETUP, "setup"),
        solution(double),
        checks(),
        *between,
        solution(triple, "triple"),
        checks("triple"),
    ]


def release(path: Path) -> Path:
    """What students are given: two stubs, and a question."""
    stubs = (STUB.format(name=name) for name in CHECKS)
    return notebook(path, *two(*stubs), answer("YOUR ANSWER HERE"))
