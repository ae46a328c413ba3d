"""The student's side alone: without the engine, and without what only Linux and macOS have."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from bare_machine import ROOT, bare, run
from released import locked, notebook, two

from autograder.course.assignment import find_root, load_assignment
from autograder.demo.notebooks import filled, write_notebook
from convgrade.execution.plain_shell import without_commands

MAIN = "from convgrade.commands import main; main()"
DOUBLE = "def double(x):\n    return 2 * x"
TRIPLE = "def triple(x):\n    return 3 * x"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    folder = tmp_path / "environment"
    folder.mkdir()
    return bare(folder)


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


def test_the_machine_is_as_bare_as_it_says(environment: dict[str, str], work: Path) -> None:
    for absent in (
        "autograder",
        "IPython",
        "psutil",
        "nbgrader",
        "tensorflow",
        "jupyterlab",
        "fcntl",
    ):
        done = run(environment, work, "-c", f"import {absent}")
        assert "ModuleNotFoundError" in done.stderr
    done = run(environment, work, "-c", "import os, signal; print(dir(os) + dir(signal))")
    assert not {"fork", "killpg", "SIGALRM", "setitimer"} & set(re.findall(r"\w+", done.stdout))


def test_checks_and_pictures_work(environment: dict[str, str], work: Path) -> None:
    code = (
        "from convgrade import *\ncheck(max, 1, 2, expected=2)\n"
        "print(show_windows(size=8, window=3, stride=2)._repr_html_()[:4])"
    )
    done = run(environment, work, "-c", code)
    assert (done.stdout, done.stderr) == ("✓ max(1, 2)\n<img\n", "")


def test_checks_need_no_more_than_numpy(tmp_path: Path, work: Path) -> None:
    only_numpy = tmp_path / "only_numpy"
    only_numpy.mkdir()
    code = "from convgrade import *\ncheck(max, 1, 2, expected=2)"
    done = run(bare(only_numpy, only=("numpy",)), work, "-c", code)
    assert (done.stdout, done.stderr) == ("✓ max(1, 2)\n", "")


def test_drawn_images_load_and_what_is_missing_is_said_in_a_sentence(
    environment: dict[str, str], work: Path
) -> None:
    code = "from convgrade import datasets\nprint(len(datasets.load({!r}).x_train))"
    drawn = run(environment, work, "-c", code.format("synthetic_flowers"))
    assert (drawn.stdout, drawn.stderr) == ("850\n", "")
    missing = run(environment, work, "-c", code.format("digits"))
    assert "run pip install scikit-learn" in missing.stderr.splitlines()[-1]


def test_check_shows_what_was_expected_and_what_came(
    environment: dict[str, str], work: Path
) -> None:
    notebook(work / "mine.ipynb", *two(DOUBLE, TRIPLE.replace("3", "4")))
    done = run(environment, work, "-c", MAIN, "check")
    assert done.returncode == 1, done.stderr
    assert "✓ double" in done.stdout
    assert re.search(r"expected: 9\n +got: +12", done.stdout)


def test_an_endless_loop_is_ended_and_the_other_exercise_is_checked(
    environment: dict[str, str], work: Path
) -> None:
    notebook(work / "mine.ipynb", *two("def double(x):\n    while True: pass", TRIPLE))
    done = run(environment, work, "-c", MAIN, "check", "--seconds", "1")
    assert done.returncode == 1, done.stderr
    assert re.search(r"✗ double\n +not done after 1 seconds", done.stdout)
    assert "✓ triple" in done.stdout


def test_an_endless_loop_in_a_cell_costs_what_follows_it_in_this_cell(
    environment: dict[str, str], work: Path
) -> None:
    endless = f"{DOUBLE}\nwhile True: pass\nz = 1"
    late = locked("print(z)", "late")
    notebook(work / "mine.ipynb", *two(endless, TRIPLE), late)
    done = run(environment, work, "-c", MAIN, "check", "--seconds", "1")
    assert done.returncode == 0, done.stdout
    assert "cell 2 (double): not done after 1 seconds" in done.stdout
    assert "name 'z' is not defined" in " ".join(done.stdout.split())


def test_code_that_ends_python_is_reported_and_what_follows_runs(
    environment: dict[str, str], work: Path
) -> None:
    notebook(work / "mine.ipynb", *two(f"{DOUBLE}\nimport os\nos._exit(3)", TRIPLE))
    done = run(environment, work, "-c", MAIN, "check")
    assert done.returncode == 0, done.stdout
    assert "cell 2 (double): the code ended Python itself" in " ".join(done.stdout.split())


def test_a_missing_package_of_networks_is_named_with_what_installs_it(
    environment: dict[str, str], work: Path
) -> None:
    notebook(work / "mine.ipynb", *two(f"import keras\n{DOUBLE}", TRIPLE))
    done = run(environment, work, "-c", MAIN, "check")
    said = " ".join(done.stdout.split())
    assert "No module named 'keras'. Run pip install \"convgrade[networks]\"" in said


def test_commands_of_jupyter_do_nothing_there(environment: dict[str, str], work: Path) -> None:
    notebook(work / "mine.ipynb", *two(f"%matplotlib inline\n!pip install x\n{DOUBLE}", TRIPLE))
    done = run(environment, work, "-c", MAIN, "check")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("source", "plain"),
    [
        ("%time x = f()", "x = f()"),
        ("%matplotlib inline\nx = 1", "pass\nx = 1"),
        ("x = !ls", "x = None"),
        ("x, y = %time f()", "x, y = f()"),
        ("if x:\n    !pip install x", "if x:\n    pass"),
        ("abs?\n?abs\nnp.pad??", "pass\npass\npass"),
        ("%%time\nx = 1", "\nx = 1"),
        ("%%bash\nls", "\n"),
        ("x = (7\n% 3)", "x = (7\n% 3)"),
        ("x = 7 \\\n% 3", "x = 7 \\\n% 3"),
        ('"""\n%time\n"""', '"""\n%time\n"""'),
        ("def f(:\n    return", "def f(:\n    return"),
        ("x != 3", "x != 3"),
        ("x = 7 %3", "x = 7 %3"),
    ],
)
def test_commands_of_jupyter_become_plain_python(source: str, plain: str) -> None:
    assert without_commands(source) == plain


SESSION = """
import json, sys
from convgrade.execution.session import Session
from convgrade.execution.shell import has_ipython, prepare_shell
session = Session(prepare_shell(runs_commands=False))
found = []
for number, source in enumerate(json.load(open("cells.json")), 1):
    for trouble in session.run(source, f"cell {number}"):
        found.append([number, trouble.line, type(trouble.error).__name__, trouble.names])
values = {name: repr(session.namespace.get(name)) for name in "abcdef"}
print(json.dumps([found, values, has_ipython()]))
"""
CELLS = [
    "a = 1\nb = missing\nc = a + 1",
    "import math, no_such_module\nd = math.pi",
    "from __future__ import annotations\ndef h(x: Nowhere): return x\ne = h(3)",
    "import asyncio\nf = await asyncio.sleep(0, 5)",
    "def broken(:\n    pass\n\na = 7",
    "@numba.njit\ndef g(x):\n    return x\nb = g(2)",
    "a",
]


def test_plain_python_does_the_same_with_and_without_ipython(
    environment: dict[str, str], work: Path
) -> None:
    (work / "cells.json").write_text(json.dumps(CELLS), encoding="utf-8")
    bare_run = run(environment, work, "-c", SESSION)
    usual = run({**os.environ, "PYTHONPATH": str(ROOT)}, work, "-c", SESSION)
    without, with_it = (json.loads(done.stdout.splitlines()[-1]) for done in (bare_run, usual))
    assert (without[2], with_it[2]) == (False, True)
    assert without[:2] == with_it[:2]
    assert len(without[0]) == 4


@pytest.mark.parametrize("name", ["pooling_padding"])
def test_right_answers_pass(name: str, environment: dict[str, str], work: Path) -> None:
    assignment = load_assignment(name, find_root(None))
    solution = assignment.solution_module.read_text(encoding="utf-8")
    write_notebook(work / f"{name}.ipynb", filled(assignment, solution))
    done = run(environment, work, "-c", MAIN, "check")
    assert f"All {len(assignment.exercises)} pass" in done.stdout, done.stdout + done.stderr


def test_cells_with_drawn_flowers_run(environment: dict[str, str], work: Path) -> None:
    """They once needed `fcntl`, so that right answers failed."""
    assignment = load_assignment("alexnet", find_root(None))
    solution = assignment.solution_module.read_text(encoding="utf-8")
    write_notebook(work / "alexnet.ipynb", filled(assignment, solution))
    done = run(environment, work, "-c", MAIN, "check", "--exercise", "random_crop")
    assert "✓ random_crop" in done.stdout, done.stdout + done.stderr
