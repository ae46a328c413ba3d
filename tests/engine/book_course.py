"""A course for the tests of building and of the gradebook: one function, one written question."""

from __future__ import annotations

from pathlib import Path

from autograder.course.assignment import ROOT_MARKER

NAME = "doubling"
REPOSITORY = Path(__file__).resolve().parents[2]

SOLUTION_LINE = "return np.asarray(x) + np.asarray(x)"
MODEL_ANSWER = "Since it adds the number to itself, as the rubric wants."
SOURCE = f'''\
# %% [markdown]
# # Doubling

# %% nbgrader={{"grade_id": "setup", "locked": true}}
import numpy as np

# %% [markdown]
# ## 1. Twice as much

# %% nbgrader={{"grade_id": "double", "solution": true}}
def double(x):
    """Twice `x`."""
    ### BEGIN SOLUTION
    {SOLUTION_LINE}
    ### END SOLUTION

# %% nbgrader={{"grade_id": "test_double", "grade": true, "locked": true, "points": 3}}
print(double(2))

# %% [markdown] nbgrader={{"grade_id": "why", "grade": true, "solution": true, "points": 4}}
# {MODEL_ANSWER}
'''
HIDDEN_SUITE = '''\
from autograder.suite import expect


def test_numbers(student, rng):
    """Doubles numbers."""
    x = rng.normal(size=3)
    expect.close(student.double(x), 2 * x)
'''


def write_course(root: Path, source: str = SOURCE) -> Path:
    """Write the course with its source, suite and settings, and the repository's own config."""
    files = {
        ROOT_MARKER: (REPOSITORY / ROOT_MARKER).read_text(encoding="utf-8"),
        f"source/{NAME}/{NAME}.py": source,
        f"source/{NAME}/assignment.toml": 'title = "Doubling"\n',
        f"tests/hidden/{NAME}/test_double.py": HIDDEN_SUITE,
        f"tests/misconceptions/{NAME}.py": '"""None are known."""\n',
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root
