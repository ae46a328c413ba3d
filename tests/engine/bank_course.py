"""The course of the bank of hand-ins: two functions with checks and two written questions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mini_course import SUITE, code_cell, nbgrader_metadata, notebook_json, text_cell

from autograder.course.assignment import Assignment, load_assignment

NAME = "mini"
SOLUTIONS = {
    "increment": 'def increment(x):\n    """The number after `x`."""\n    return np.asarray(x) + 1',
    "double": 'def double(x):\n    """Twice `x`."""\n    return np.asarray(x) * 2',
}
STUBS = {
    name: text.rpartition("\n")[0] + "\n    # YOUR CODE HERE\n    raise NotImplementedError()"
    for name, text in SOLUTIONS.items()
}
ANSWERS = {
    "why": "Because adding one leads to the next whole number, whichever comes before it.",
    "how": "By adding the number to itself, as 3 + 3 = 6 shows.",
}
EMPTY = "YOUR ANSWER HERE"
ASKED = {
    "why": "### Question 1 (4 points)\n\nWhy is the number after a whole number greater than it? "
    "Give the reason,\nnot only an example.",
    "how": "### Question 2 (4 points)\n\nHow is a number doubled without a product? Work through "
    "one example of your own.",
}


def cells(bodies: dict[str, str], answers: dict[str, str]) -> list[dict[str, Any]]:
    """The cells of the assignment with these functions and answers, the others as released."""
    bodies, answers = {**STUBS, **bodies}, {**dict.fromkeys(ASKED, EMPTY), **answers}
    found = [
        text_cell("# Miniature\n\nTwo functions and two questions, to be answered in order."),
        code_cell("import numpy as np", nbgrader_metadata("setup", locked=True)),
        code_cell("from convgrade import check", nbgrader_metadata("tools", locked=True)),
    ]
    for number, (name, points, example) in enumerate(
        (("increment", 4, 2), ("double", 2, 2)), start=1
    ):
        checked = nbgrader_metadata(f"test_{name}", grade=True, locked=True, points=points)
        found += [
            text_cell(f"## {number}. The exercise {name}\n\nWrite the function {name} below."),
            code_cell(bodies[name], nbgrader_metadata(name, solution=True)),
            code_cell(f"check({name}, 1, expected={example})", checked),
        ]
    found.append(text_cell("## Questions\n\nAnswer both in your own words."))
    for name, asked in ASKED.items():
        roles = nbgrader_metadata(name, grade=True, solution=True, points=4)
        found += [
            text_cell(asked, nbgrader_metadata(f"question_{name}", locked=True)),
            text_cell(answers[name], roles),
        ]
    return found


def write_bank_course(root: Path) -> Assignment:
    """Write the course below `root` and load its assignment."""
    files = {
        "nbgrader_config.py": "",
        f"source/{NAME}/assignment.toml": 'title = "Miniature"\n[limits]\ncall_seconds = 1\n',
        f"source/{NAME}/{NAME}.ipynb": notebook_json(cells(SOLUTIONS, ANSWERS)),
        f"assignments/{NAME}/{NAME}.ipynb": notebook_json(cells({}, {})),
        f"solutions/{NAME}.py": "\n\n".join(["import numpy as np", *SOLUTIONS.values()]) + "\n",
        f"tests/hidden/{NAME}/test_increment.py": SUITE.format(
            name="increment", one=2, rule="x + 1"
        ),
        f"tests/hidden/{NAME}/test_double.py": SUITE.format(name="double", one=2, rule="x * 2"),
        f"tests/misconceptions/{NAME}.py": '"""None are known."""\n',
    }
    for file, text in files.items():
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return load_assignment(NAME, root)


def solved() -> list[dict[str, Any]]:
    return cells(SOLUTIONS, ANSWERS)


def as_json(found: list[dict[str, Any]]) -> str:
    return json.dumps(json.loads(notebook_json(found)), indent=1, ensure_ascii=False) + "\n"
