"""What passes the public examples in `check` passes them in `grade`, and the other way round."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graders import grade
from mini_course import EMPTY_ANSWER, SOLUTIONS, STUBS, code_cell, mini_cells, notebook_json

from autograder.course.assignment import Assignment
from autograder.errors import SubmissionRejected
from autograder.sandbox import WarmProcess
from convgrade.checking.checker import Checker
from convgrade.submission import read

DOUBLE = SOLUTIONS["double"]
RIGHT = "\n\n\n".join(["import numpy as np", *SOLUTIONS.values()])


def handed_in(increment: str, *before: str, after: tuple[str, ...] = ()) -> str:
    """A notebook with this text for `increment`, and cells of one's own around the exercises."""
    cells = mini_cells({**SOLUTIONS, "increment": increment}, "Because.")
    own = [code_cell(source) for source in before]
    last = [code_cell(source) for source in after]
    return notebook_json([*cells[:2], *own, *cells[2:], *last])


def without_metadata(text: str) -> str:
    document = json.loads(text)
    for cell in document["cells"]:
        cell["metadata"] = {}
    return json.dumps(document)


def with_type(text: str, cell_type: str) -> str:
    """The notebook with the solution cell of `increment` as a cell of another type."""
    document = json.loads(text)
    cell = next(each for each in document["cells"] if "def increment" in each["source"])
    cell["cell_type"] = cell_type
    return json.dumps(document)


INCREMENT = SOLUTIONS["increment"]
CASES: dict[str, dict[str, str]] = {
    "right": {"mini.ipynb": handed_in(INCREMENT)},
    "wrong": {"mini.ipynb": handed_in("def increment(x):\n    return x")},
    "released": {"mini.ipynb": notebook_json(mini_cells(STUBS, EMPTY_ANSWER))},
    "module": {"mini.py": RIGHT},
    "module with one error": {
        "mini.py": RIGHT.replace("np\n", "np\nimport no_such_module, math\n")
    },
    "module without its import": {"mini.py": RIGHT.replace("import numpy as np", "")},
    "script": {"mini.py": RIGHT.replace("\n\n\n", "\n\n# %%\n# cat the files\n")},
    "nbconvert": {"mini.py": RIGHT.replace("\n\n\n", "\n\n# In[3]:\n\n\n")},
    "helper beside": {
        "mini.ipynb": handed_in("from steps import increment"),
        "steps.py": "def increment(x):\n    return x + 1\n",
    },
    "data beside": {
        "mini.ipynb": handed_in("def increment(x):\n    return x + int(open('step.txt').read())"),
        "step.txt": "1",
    },
    "magics": {
        "mini.ipynb": handed_in(f"%matplotlib inline\nfiles = !ls\nint?\n{INCREMENT}"),
    },
    "cell magic": {"mini.ipynb": handed_in(f"%%time\n{INCREMENT}")},
    "magic in a string": {
        "mini.ipynb": handed_in('def increment(x):\n    return x + len("""\n%d\n""".strip()) - 1')
    },
    "await": {"mini.ipynb": handed_in(INCREMENT, "import asyncio\nawait asyncio.sleep(0)")},
    "name taken later": {
        "mini.ipynb": handed_in(
            "def step():\n    return sum([1])\n\ndef increment(x):\n    return x + step()",
            after=("sum = 3\nstep = None",),
        )
    },
    "defined again later": {
        "mini.ipynb": handed_in(INCREMENT, after=("def increment(x):\n    return 'wrong'",))
    },
    "helper below": {
        "mini.ipynb": handed_in(
            "def increment(x):\n    return x + step()",
            after=("def step():\n    return STEP", "STEP = 1"),
        )
    },
    "wrong helper below": {
        "mini.ipynb": handed_in(
            "def increment(x):\n    return x + step()", after=("def step():\n    return 2",)
        )
    },
    "answer below": {"mini.ipynb": handed_in(STUBS["increment"], after=(INCREMENT,))},
    "line only elsewhere": {
        "mini.ipynb": handed_in(
            "import google.colab, math\ndef increment(x):\n    return x + int(math.exp(0))"
        )
    },
    "syntax error": {"mini.ipynb": handed_in("def increment(x):\n    return (x + 1")},
    "syntax error above": {"mini.ipynb": handed_in(f"x = (1\n\n{INCREMENT}")},
    "error in a cell": {"mini.ipynb": handed_in(f"1 / 0\n{INCREMENT}", "raise KeyError(1)")},
    "exit": {"mini.ipynb": handed_in(INCREMENT, "exit()", "import sys\nsys.exit(1)")},
    "process ended": {"mini.ipynb": handed_in("import os\n\ndef increment(x):\n    os._exit(3)")},
    "process ended below": {"mini.ipynb": handed_in(INCREMENT, "import os\nos._exit(3)")},
    "interrupted": {"mini.ipynb": handed_in("def increment(x):\n    raise KeyboardInterrupt")},
    "stdout closed": {
        "mini.ipynb": handed_in(
            "import sys\nsys.stdout.close()\n\ndef increment(x):\n    print(x)\n    return x + 1"
        )
    },
    "raw": {"mini.ipynb": with_type(handed_in(INCREMENT), "raw")},
    "markdown": {"mini.ipynb": with_type(handed_in(INCREMENT), "markdown")},
    "no metadata": {"mini.ipynb": without_metadata(handed_in(INCREMENT))},
    "library not implemented": {
        "mini.ipynb": handed_in(
            "from asyncio import AbstractServer\ndef increment(x):\n    AbstractServer().close()"
        )
    },
    "broken": {"mini.ipynb": "{"},
    "empty": {"mini.ipynb": ""},
}


@pytest.fixture(scope="module")
def warm() -> Iterator[str]:
    with WarmProcess(("numpy",)) as warm_process:
        yield warm_process.address


def by_grade(folder: Path, assignment: Assignment, warm: str) -> Any:
    """Which exercises pass their public examples in grading; the reason where it reads nothing."""
    result = grade(folder, assignment, b"seed", warm_process=warm, student="ada")
    if result.status != "graded":
        return result.reason
    return {
        exercise.name: all(
            test.outcome == "passed" for test in exercise.tests if test.visibility == "public"
        )
        for exercise in result.exercises
    }


def by_check(folder: Path, assignment: Assignment) -> Any:
    """Which exercises pass in `check`; the reason where it reads nothing."""
    try:
        path = read(folder, assignment.release).path
        with Checker(path, assignment.release_notebook) as checker:
            report, _ = checker.check()
    except SubmissionRejected as rejection:
        return str(rejection)
    return {each.name: each.passed for each in report.exercises}


@pytest.mark.parametrize("case", CASES)
def test_the_public_examples_come_out_alike(
    case: str, mini_course: Assignment, tmp_path: Path, warm: str
) -> None:
    folder = tmp_path / "ada"
    folder.mkdir()
    for name, text in CASES[case].items():
        (folder / name).write_text(text, encoding="utf-8")
    assert by_check(folder, mini_course) == by_grade(folder, mini_course, warm)
