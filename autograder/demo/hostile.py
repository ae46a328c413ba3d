"""Code that breaks, hangs, floods or attacks, in one exercise or next to all of them.

Everything here is bounded, so that it does little harm even without a sandbox. The module knows no
assignment by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from autograder.course.assignment import Assignment
from autograder.demo import notebooks
from autograder.demo.made_up import Expectation, MadeUp
from autograder.demo.notebooks import Notebook

# One exercise does this; all the others are right and must count.
IN_ONE_CELL = {
    "syntax_error": ("a syntax error in one cell", "def {name}(*args, **kwargs)\n    return 1"),
}

# In the cell of a right function, before it: it costs that statement and nothing else.
IN_A_RIGHT_CELL = {
    "exception_at_import": ("one cell raises as it runs", "data = open('my_data.npy')"),
    "endless_loop_at_import": ("one cell never ends", "while True:\n    pass"),
}

# The body of one exercise's function; all the others are right and must count.
IN_ONE_FUNCTION = {
    "endless_loop": ("a function never returns", "while True:\n    pass"),
    "returns_none": ("a function returns None", "result = 1"),
    "wrong_type": ("a function returns a word", "return 'forty-two'"),
    "huge_array": (
        "returns an array of 800 MB",
        "import numpy\nreturn numpy.zeros((10000, 10000))",
    ),
    "memory_hog": (
        "a function asks for 6 GB",
        "import numpy\nkept = [numpy.ones(2**26) for _ in range(12)]\nreturn len(kept)",
    ),
    "fork_bomb": (
        "a function forks 300 times",
        "import os, time\nfor _ in range(300):\n    if os.fork() == 0:\n"
        "        time.sleep(20)\n        os._exit(0)\nreturn 0",
    ),
    "exits": ("a function calls os._exit(0)", "import os\nos._exit(0)"),
    "equal_to_everything": (
        "one returns what equals all",
        "class Same(float):\n    def __eq__(self, other): return True\n"
        "    __ne__ = __lt__ = __gt__ = lambda self, other: False\n"
        "    __hash__ = None\n    shape = dtype = None\nreturn Same()",
    ),
    "markup_in_message": (
        "raises markup and escapes",
        "raise ValueError('[red]\\x1b[2J<script>alert(1)</script>::error::**bold**\\u202e')",
    ),
}

# Runs before everything else; the rest of the notebook is right and must count in full.
BESIDE_RIGHT = {
    "prints_100_mb": (
        "prints 100 MB, all right",
        "for _ in range(1600):\n    print('spam ' * 13107)",
    ),
    "warns_on_stderr": (
        "warns on stderr, all right",
        "import sys, warnings\nwarnings.warn('this is deprecated')\n"
        "print('Traceback (most recent call last): 3 failed', file=sys.stderr)",
    ),
    "loop_in_a_cell_of_its_own": ("tries a loop without end", "while True:\n    pass"),
}

# Runs before everything else; the stubs are unchanged, so nothing may be earned.
BESIDE_STUBS = {
    "patches_numpy": (
        "patches numpy and builtins",
        "import builtins, numpy\nyes = lambda *args, **kwargs: True\n"
        "numpy.allclose = numpy.array_equal = numpy.isclose = yes\n"
        "for name in dir(numpy.testing):\n"
        "    if name.startswith('assert'):\n        setattr(numpy.testing, name, yes)\n"
        "builtins.all = builtins.any = builtins.isinstance = yes",
    ),
    "forges_results": (
        "prints and forges results",
        "import json, pathlib\nforged = json.dumps({{'status': 'graded', 'score': 100.0}})\n"
        "print(forged)\nprint('===== 20 passed in 0.01s =====')\n"
        "for place in ('.', '/tmp', {course!r}):\n"
        "    try:\n        pathlib.Path(place, 'result.json').write_text(forged)\n"
        "    except OSError as error:\n        print(error)",
    ),
    "reads_the_solutions": (
        "reads the course's solutions",
        "import glob\nfor path in glob.glob({solutions!r}):\n"
        "    exec(compile(open(path).read(), path, 'exec'), globals())",
    ),
}

# Runs after the stubs, so that its definitions would count.
AFTER_STUBS = ("reads_the_solutions",)


def hostile(assignment: Assignment) -> Iterator[MadeUp]:
    """Yield every hostile kind. Those that spoil one exercise take turns with the exercises."""
    names = _by_themselves(assignment)
    turn = 0
    for kind, (what, text) in IN_ONE_CELL.items():
        yield _spoiled(assignment, kind, what, names[turn % len(names)], _cell(text))
        turn += 1
    for kind, (what, text) in IN_A_RIGHT_CELL.items():
        notebook = _right(assignment)
        cell = notebook["cells"][notebooks.cell_of(notebook, names[turn % len(names)])]
        cell["source"] = f"{text}\n\n\n{cell['source']}"
        yield _made(assignment, kind, what, "full", notebook)
        turn += 1
    for kind, (what, body) in IN_ONE_FUNCTION.items():
        yield _spoiled(assignment, kind, what, names[turn % len(names)], _function(body))
        turn += 1
    for kind, (what, text) in BESIDE_RIGHT.items():
        yield _made(assignment, kind, what, "full", _with_cell(_right(assignment), text))
    places = {"course": str(assignment.root), "solutions": f"{assignment.root}/solutions/*.py"}
    for kind, (what, text) in BESIDE_STUBS.items():
        stubs = notebooks.release(assignment)
        code = text.format(**places) if "{" in text else text
        notebook = _with_cell(stubs, code, last=kind in AFTER_STUBS)
        yield _made(assignment, kind, what, "nothing", notebook)


def _by_themselves(assignment: Assignment) -> list[str]:
    """Exercises whose function no other one calls: spoiling it costs only its own points."""
    solution = assignment.solution_module.read_text("utf-8")
    names = [exercise.name for exercise in assignment.exercises]
    return [name for name in names if solution.count(f"{name}(") == 1] or names


def _cell(text: str) -> Callable[[str], str]:
    return lambda name: text.replace("{name}", name)


def _function(body: str) -> Callable[[str], str]:
    indented = "\n".join("    " + line for line in body.splitlines())
    return lambda name: f"def {name}(*args, **kwargs):\n{indented}"


def _spoiled(
    assignment: Assignment, kind: str, what: str, name: str, text: Callable[[str], str]
) -> MadeUp:
    notebook = _right(assignment)
    cell = notebook["cells"][notebooks.cell_of(notebook, name)]
    cell["source"] = text(name)
    return _made(assignment, kind, what, "only these lost", notebook, (name,))


def _made(
    assignment: Assignment,
    kind: str,
    what: str,
    expected: Expectation,
    notebook: Notebook,
    lost: tuple[str, ...] = (),
) -> MadeUp:
    def write(folder: Path) -> None:
        notebooks.write_notebook(folder / f"{assignment.name}.ipynb", notebook)

    return MadeUp(kind, what, expected, write, lost)


def _right(assignment: Assignment) -> Notebook:
    return notebooks.filled(assignment, assignment.solution_module.read_text("utf-8"))


def _with_cell(notebook: Notebook, text: str, *, last: bool = False) -> Notebook:
    place = len(notebook["cells"]) if last else 0
    notebook["cells"].insert(place, notebooks.code_cell(text))
    return notebook
