"""A course of one exercise with two differences, each of two options."""

from __future__ import annotations

from pathlib import Path

from autograder.authoring.build import build
from autograder.course.assignment import Assignment, load_assignment

NAME = "padding"

SOURCE = '''# %% [markdown]
# # Padding

# %% nbgrader={"grade_id": "setup", "locked": true}
import numpy as np

from convgrade import check

# %% [markdown]
# ## 1. Zeros around a table (4 points)
#
# ### VARIANT order = before
# The first of the amounts is added before, the second after.
# ### VARIANT order = after
# The first of the amounts is added after, the second before.
# ### END VARIANT

# %% nbgrader={"grade_id": "pad", "solution": true}
def pad(x, amounts):
    """Add zeros to each row of a table of shape (rows, columns).

    ### VARIANT order = before
    `amounts` is the pair (before, after).
    ### VARIANT order = after
    `amounts` is the pair (after, before).
    ### END VARIANT
    """
    ### BEGIN SOLUTION
    ### VARIANT order = before
    before, after = amounts
    ### VARIANT order = after
    after, before = amounts
    ### END VARIANT
    return np.pad(np.asarray(x), ((0, 0), (before, after)))
    ### END SOLUTION


# %% nbgrader={"grade_id": "test_pad", "grade": true, "locked": true, "points": 4}
### VARIANT layout = rows, order = before
check(pad, np.array([[1, 2]]), (1, 2), expected=np.array([[0, 1, 2, 0, 0]]))
### VARIANT layout = rows, order = after
check(pad, np.array([[1, 2]]), (2, 1), expected=np.array([[0, 1, 2, 0, 0]]))
### VARIANT order = before
check(pad, np.array([[1], [2]]), (1, 2), expected=np.array([[0], [1], [2], [0], [0]]))
### VARIANT order = after
check(pad, np.array([[1], [2]]), (2, 1), expected=np.array([[0], [1], [2], [0], [0]]))
### END VARIANT

# %% [markdown] nbgrader={"grade_id": "question_why", "locked": true}
# ### Question 1 (2 points)
#
# Why zeros?

# %% [markdown] nbgrader={"grade_id": "why", "grade": true, "solution": true, "points": 2}
# **Model answer.** They keep the size of each row.
#
# **Rubric**
#
# * 2 points: the size.
'''

VARIANTS = """
from autograder.variants import Option, axes, contract, swapped

TURNED = axes(1, 0)
VARIANTS = {
    "order": {"before": Option(), "after": Option({"pad": contract(amounts=swapped())})},
    "layout": {
        "rows": Option(),
        "columns": Option(
            {"pad": contract(x=TURNED, returns=TURNED)},
            {
                "each row": "each column",
                "(rows, columns)": "(columns, rows)",
                "((0, 0), (before, after))": "((before, after), (0, 0))",
            },
        ),
    },
}
"""

SUITE = '''
import numpy as np
import pytest

from autograder.suite import expect


@pytest.mark.weight(3)
def test_zeros(student, rng):
    """Zeros lie around each row."""
    for amounts in ((1, 2), (3, 1), (0, 2)):
        x = rng.uniform(1, 9, size=(2, 4))
        expect.close(student.pad(x, amounts), np.pad(x, ((0, 0), amounts)), like=(x,))


@pytest.mark.supporting
@pytest.mark.weight(1)
def test_refuses_text(student):
    """Text is no table."""
    with student.raises(Exception):
        student.pad("text", (1, 1))
'''

MISCONCEPTIONS = """
import numpy as np

from autograder.diagnosis import call, misconception, probes


@probes("pad")
def _():
    return [call(np.array([[1.0, 2.0]]), (1, 2)), call(np.array([[4.0], [5.0]]), (0, 3))]


@misconception("pad", "What lies after the end of each row?")
def pad_only_before(x, amounts):
    return np.pad(np.asarray(x), ((0, 0), (amounts[0], 0)))
"""

GENERATORS = """
import numpy as np

from autograder.counterexamples import call, counterexamples


@counterexamples("pad")
def tables(draw):
    shape = draw.integer(1, 4), draw.integer(1, 4)
    return call(draw.array(shape), (draw.integer(0, 3), draw.integer(0, 3)))
"""

SETTINGS = """title = "Padding"

[variants]
order = ["before", "after"]
layout = ["rows", "columns"]
"""

RIGHT = """import numpy as np


def pad(x, amounts):
    {names} = amounts
    return np.pad(np.asarray(x), {margins})
"""


def right(order: str, layout: str) -> str:
    """A right answer to a variant."""
    names = {"before": "before, after", "after": "after, before"}[order]
    margins = {"rows": "((0, 0), (before, after))", "columns": "((before, after), (0, 0))"}
    return RIGHT.format(names=names, margins=margins[layout])


def write_variant_course(root: Path, settings: str = SETTINGS) -> Assignment:
    """Write the course below `root` and build its default release."""
    files = {
        "nbgrader_config.py": (
            "from pathlib import Path\n"
            "from autograder.nbgrader_bridge.configuration import configure\n"
            "configure(get_config(), Path(__file__).parent)\n"
        ),
        f"source/{NAME}/{NAME}.py": SOURCE,
        f"source/{NAME}/assignment.toml": settings,
        f"source/{NAME}/variants.py": VARIANTS,
        f"tests/hidden/{NAME}/test_pad.py": SUITE,
        f"tests/misconceptions/{NAME}.py": MISCONCEPTIONS,
        f"tests/counterexamples/{NAME}.py": GENERATORS,
    }
    for file, text in files.items():
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    build(NAME, root)
    return load_assignment(NAME, root)
