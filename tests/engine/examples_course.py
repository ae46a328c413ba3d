"""A course that asks for examples before code: moving maxima, with five known mistakes."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent

from autograder.authoring import build
from autograder.course.assignment import Assignment, load_assignment

NAME = "maxima"
EXERCISE = "moving_maximum"
ASKING = "examples_moving_maximum"

SOURCE = '''\
# %% [markdown]
# # Moving maxima

# %% nbgrader={"grade_id": "setup", "locked": true}
import numpy as np

# %% nbgrader={"grade_id": "tools", "locked": true}
from convgrade import check

# %% [markdown]
# ## 1. The greatest number of each window


# %% nbgrader={"grade_id": "moving_maximum", "solution": true}
def moving_maximum(x, size=3):
    """The greatest of the `size` numbers that end at each place.

    `x` has shape (n,) and at least one number; a `size` below 1 raises a ValueError.
    """
    ### BEGIN SOLUTION
    x = np.asarray(x)
    if x.ndim != 1:
        raise ValueError("x must have one axis")
    if size < 1:
        raise ValueError(f"size must be at least 1, not {size}")
    return np.array([x[max(0, place - size + 1) : place + 1].max() for place in range(len(x))])
    ### END SOLUTION


# %% nbgrader={"grade_id": "test_moving_maximum", "grade": true, "locked": true, "points": 4}
check(moving_maximum, np.array([2, 7, 1, 4, 3]), size=2, expected=np.array([2, 7, 7, 4, 4]))
'''

SUITE = '''\
import numpy as np
from autograder.suite import expect


def test_windows(student, rng):
    """Windows of three numbers."""
    x = rng.normal(size=9)
    right = np.array([x[max(0, place - 2) : place + 1].max() for place in range(9)])
    expect.close(student.moving_maximum(x), right)


def test_refuses(student):
    """A size below 1 raises a ValueError."""
    with student.raises(ValueError, naming="size"):
        student.moving_maximum(np.ones(2), size=0)
'''

MISCONCEPTIONS = """\
import numpy as np

from autograder.diagnosis import call, misconception, probes


@probes("moving_maximum")
def _():
    return [call(np.array([3.0, 9.0, 4.0, 6.0])), call(np.array([-3.0, -9.0]), size=2)]


def _checked(size):
    if size < 1:
        raise ValueError("size is too small")
    return size


@misconception("moving_maximum", "Where does the zero come from?")
def maximum_pads_with_zeros(x, size=3):
    padded = np.concatenate([np.zeros(_checked(size) - 1), x])
    return np.array([padded[i : i + size].max() for i in range(len(x))])


@misconception("moving_maximum", "How many numbers does a window hold?")
def maximum_takes_one_more(x, size=3):
    return np.array([x[max(0, i - _checked(size)) : i + 1].max() for i in range(len(x))])


@misconception("moving_maximum", "How long is the window?")
def maximum_is_always_of_three(x, size=3):
    _checked(size)
    return np.array([x[max(0, i - 2) : i + 1].max() for i in range(len(x))])


@misconception("moving_maximum", "Is it the greatest?")
def maximum_is_a_minimum(x, size=3):
    return np.array([x[max(0, i - _checked(size) + 1) : i + 1].min() for i in range(len(x))])


@misconception("moving_maximum", "What if there is no window?")
def maximum_never_refuses(x, size=3):
    size = max(size, 1)
    return np.array([x[max(0, i - size + 1) : i + 1].max() for i in range(len(x))])
"""

GENERATORS = """\
from autograder.counterexamples import call, counterexamples, refused


@counterexamples("moving_maximum")
def _(draw):
    return call(draw.array((draw.integer(1, 5),), -5, 5), size=draw.integer(1, 4))


@counterexamples("moving_maximum", "test_refuses")
def _(draw):
    return refused("size", draw.array((2,), -5, 5), size=-draw.integer(0, 2))
"""


def write_course(root: Path, examples: str = "") -> None:
    """Write the course; `examples` is the section [examples] of its assignment.toml."""
    files = {
        "nbgrader_config.py": (
            "from pathlib import Path\n\n"
            "from autograder.nbgrader_bridge.configuration import configure\n\n"
            "c = get_config()\nconfigure(c, Path(__file__).resolve().parent)\n"
        ),
        f"source/{NAME}/{NAME}.py": SOURCE,
        f"source/{NAME}/assignment.toml": f'title = "Maxima"\n{examples}',
        f"tests/hidden/{NAME}/test_{EXERCISE}.py": SUITE,
        f"tests/misconceptions/{NAME}.py": MISCONCEPTIONS,
        f"tests/counterexamples/{NAME}.py": GENERATORS,
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def built_course(root: Path, points: float = 2) -> Assignment:
    """Write the course with examples switched on, and build it."""
    write_course(root, f'[examples]\nexercises = ["{EXERCISE}"]\npoints = {points}\n')
    build.build(NAME, root)
    return load_assignment(NAME, root)


def hand_in(assignment: Assignment, folder: Path, body: str, more: str = "") -> Path:
    """A plain module: the solutions with these examples, and with more code at the end."""
    text = assignment.solution_module.read_text(encoding="utf-8")
    function = f"def {ASKING}():\n    from convgrade import example\n{indent(dedent(body), '    ')}"
    path = folder / "work.py"
    path.write_text(f"{text}\n\n{function}\n{dedent(more)}", encoding="utf-8")
    return path
