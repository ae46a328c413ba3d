"""A small class to grade, and what grading it leaves behind, in a form that can be compared."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from book_course import NAME, write_course

from autograder.authoring import build
from autograder.course.assignment import load_assignment
from autograder.gradebook.book import open_book

TEXTS = {
    "right": "def double(x):\n    return np.asarray(x) * 2\n",
    "wrong": "def double(x):\n    return np.asarray(x) + 1\n",
    "crashing": "import os\n\ndef double(x):\n    os._exit(3)\n",
}
MEASURED = ("seconds", "cpu_seconds", "seconds_factor")
"""What differs from run to run."""


def write_class(root: Path, of_each: int = 3) -> Path:
    """Write a course with so many submissions of each kind, and with a secret that is known."""
    build.build(NAME, write_course(root))
    for number in range(of_each):
        for kind, text in TEXTS.items():
            hand_in(root, f"{kind}{number}", text)
    secret = root / ".autograder" / "secret"
    secret.parent.mkdir(exist_ok=True)
    secret.write_bytes(bytes(range(32)))
    return root


def hand_in(root: Path, student: str, text: str) -> None:
    """Hand in a module that has imported NumPy."""
    folder = root / "submitted" / student / NAME
    folder.mkdir(parents=True)
    (folder / f"{NAME}.py").write_text(f"import numpy as np\n\n\n{text}", encoding="utf-8")


def outcome(root: Path) -> dict[str, Any]:
    """The gradebook, and the results without what is measured."""
    results = {
        path.stem: without_measured(json.loads(path.read_text(encoding="utf-8")))
        for path in (root / "results" / NAME).glob("*.json")
    }
    with open_book(load_assignment(NAME, root)) as book:
        scores = book.scores()
    graded = sorted(path.parent.parent.name for path in root.glob("autograded/*/*/*.ipynb"))
    return {"results": results, "gradebook": scores, "notebooks": graded}


def without_measured(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {name: item for name, item in value.items() if name not in MEASURED}
        return {
            name: "" if name == "submission" else without_measured(each)
            for name, each in kept.items()
        }
    return [without_measured(each) for each in value] if isinstance(value, list) else value
