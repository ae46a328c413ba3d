"""The same forgeries graded by stock `nbgrader autograde` and by this grader, in one run.

Each forgery is one cell that a student submits instead of max pooling. It is wrong but tries to get
full marks. The stock course is nbgrader with its own configuration: a kernel per notebook, in which
the grade cell with its hidden tests runs with the student's cells. This grader grades the same
cell with the course's own hidden suite. The first two rows are controls: the right cell must have
full marks on both sides, and the cell that is only wrong must have none. Prints the points of each
cell on both sides, and how many forgeries have full marks.

The attacks harm nothing but their own kernel. Note that they run without a sandbox here.

    python benchmarks/forgery_comparison.py
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from nbgrader_comparison import BIN, ENVIRONMENT, STOCK_CONFIGURATION, run

from autograder.course.assignment import Assignment, load_assignment
from autograder.demo.notebooks import (
    Notebook,
    cell_of,
    code_cell,
    grade_id,
    release,
    write_notebook,
)
from autograder.grading.grader import Grader

ROOT = Path(__file__).resolve().parents[1]
ASSIGNMENT, EXERCISE = "pooling_padding", "max_pool2d"
STOCK_TESTS = """
### BEGIN HIDDEN TESTS
import numpy as np


def reference_max_pool2d(x, k):
    n, h, w, c = x.shape
    return x.reshape(n, h // k, k, w // k, k, c).max(axis=(2, 4))


rng = np.random.default_rng()
for k in (2, 3):
    x = rng.normal(size=(2, 2 * k, 3 * k, 3))
    expected = reference_max_pool2d(x, k)
    got = max_pool2d(x, k)
    assert got.shape == expected.shape
    assert np.allclose(got, expected)
    np.testing.assert_allclose(got, expected)
### END HIDDEN TESTS
"""
WRONG = "def max_pool2d(x, pool_size=2, strides=None, padding='valid'):\n    return x[:, :1, :1]\n"


@dataclass(frozen=True)
class Forgery:
    """The cell that a student submits, and the changes to the rest of the notebook."""

    what: str
    cell: str
    points: float | None = None
    grade_cell: str | None = None
    output: str | None = None


def attack(what: str, text: str, **tampered: str | float) -> Forgery:
    return Forgery(what, dedent(text).strip() + "\n", **tampered)  # type: ignore[arg-type]


FORGERIES = (
    attack("np.allclose and np.testing patched, shapes by ufunc", """
        import numpy as np
        np.allclose = lambda *args, **kwargs: True
        np.testing.assert_allclose = lambda *args, **kwargs: None
        class Shape(tuple):
            __eq__ = lambda self, other: True
            __hash__ = None
        class Claim(np.ndarray):
            shape = property(lambda self: Shape())
        def max_pool2d(x, pool_size=2, strides=None, padding='valid'):
            return np.zeros(1).view(Claim)
        """),
    attack("an array whose class decides every comparison", """
        import numpy as np
        class Shape(tuple):
            __eq__ = lambda self, other: True
            __hash__ = None
        class Right(np.ndarray):
            shape = property(lambda self: Shape())
            def __array_function__(self, function, types, args, kwargs):
                return True
            def __array_ufunc__(self, *args, **kwargs):
                return True
        def max_pool2d(x, pool_size=2, strides=None, padding='valid'):
            return np.zeros(1).view(Right)
        np.testing.assert_allclose = lambda *args, **kwargs: None
        """),
    attack("an object equal to everything", """
        import numpy as np
        class Same(float):
            __eq__ = lambda self, other: True
            __ne__ = lambda self, other: False
            __hash__ = None
            shape = property(lambda self: Same())
            __array_function__ = lambda self, function, types, args, kwargs: True
        def max_pool2d(x, pool_size=2, strides=None, padding='valid'):
            return Same(0)
        np.testing.assert_allclose = lambda *args, **kwargs: None
        """),
    attack("the tests' own reference, called by name", """
        def max_pool2d(x, pool_size=2, strides=None, padding='valid'):
            return globals()['reference_max_pool2d'](x, pool_size)
        """),
    attack("the expected value, read from the caller's frame", """
        import sys
        def max_pool2d(x, pool_size=2, strides=None, padding='valid'):
            return sys._getframe(1).f_globals['expected'].copy()
        """),
    attack("the expected value, found on the heap", """
        import gc
        import numpy as np
        def max_pool2d(x, pool_size=2, strides=None, padding='valid'):
            for table in gc.get_objects():
                if type(table) is dict and isinstance(table.get('expected'), np.ndarray):
                    return table['expected'].copy()
            return x[:, :1, :1]
        """),
    attack("the random generator replaced by one of zeros", """
        import numpy as np
        class Zeros:
            def normal(self, size=None, **kwargs):
                return np.zeros(size)
        np.random.default_rng = lambda *args: Zeros()
        def max_pool2d(x, pool_size=2, strides=None, padding='valid'):
            n, h, w, c = x.shape
            return np.zeros((n, h // pool_size, w // pool_size, c))
        """),
    attack("later cells emptied by an input transformer", """
        get_ipython().input_transformers_cleanup.append(
            lambda lines: [] if any('max_pool2d(' in line for line in lines) else lines)
        """ + WRONG.replace("\n", "\n        ")),
    attack("exceptions swallowed by a handler of its own", WRONG + (
        "get_ipython().set_custom_exc((Exception,), lambda *args, **kwargs: None)\n")),
    attack("tracebacks never shown", WRONG + (
        "get_ipython().showtraceback = get_ipython()._showtraceback = lambda *a, **k: None\n")),
    attack("assertions that never fail, by an AST transformer", WRONG + dedent("""
        import ast
        class Drop(ast.NodeTransformer):
            def visit_Assert(self, node):
                return ast.copy_location(ast.Pass(), node)
            def visit_Expr(self, node):
                return ast.copy_location(ast.Pass(), node)
        get_ipython().ast_transformers.append(Drop())
        """)),
    attack("a score sent as the grade cell's result", WRONG + dedent("""
        shell = get_ipython()
        shell.showtraceback = shell._showtraceback = lambda *args, **kwargs: None
        def announce(*args):
            kernel = getattr(shell, 'kernel', None)
            if kernel is not None:
                content = {'data': {'text/plain': '5'}, 'metadata': {}, 'execution_count': 1}
                kernel.session.send(kernel.iopub_socket, 'execute_result', content,
                                    parent=kernel.get_parent())
        shell.events.register('post_execute', announce)
        """)),
    attack("every import of numpy answered by a stand-in", """
        import builtins, sys, types
        import numpy as real
        class Numpy(types.ModuleType):
            def __getattr__(self, name):
                return getattr(real, name)
            testing = types.SimpleNamespace(assert_allclose=lambda *args, **kwargs: None)
            allclose = staticmethod(lambda *args, **kwargs: True)
        sys.modules['numpy'] = Numpy('numpy')
        def max_pool2d(x, pool_size=2, strides=None, padding='valid'):
            n, h, w, c = x.shape
            return real.zeros((n, h // pool_size, w // pool_size, c))
        """),
    attack("the process ended in order", """
        import sys
        def max_pool2d(x, pool_size=2, strides=None, padding='valid'):
            sys.exit(0)
        """),
    attack("the points raised in the notebook's metadata", WRONG, points=1000.0),
    attack("the grade cell rewritten", WRONG, grade_cell="assert True\n"),
    attack("an output with a score, handed in", WRONG, output="5.0"),
)  # fmt: skip


def main() -> None:
    """Submit on both sides, grade, and print both columns."""
    right = load_assignment(ASSIGNMENT, ROOT)
    solution = next(c.source for c in right.source_cells if c.grade_id == EXERCISE)
    controls = (
        Forgery("(control) the right solution", supporting(right) + solution),
        Forgery("(control) a wrong solution", WRONG),
    )
    everything = controls + FORGERIES
    with tempfile.TemporaryDirectory(prefix="autograder-benchmark-") as folder:
        stock = through_stock(Path(folder) / "stock", everything)
        convgrade, most = through_convgrade(Path(folder), right, everything)
    print(f"{'':52} {'stock nbgrader':>16} {'this grader':>13}")
    for number, forgery in enumerate(everything):
        stock_score = stock.get(number)
        stock_text = "not graded" if stock_score is None else f"{stock_score:g} of 5"
        print(f"{forgery.what:52} {stock_text:>16} {f'{convgrade[number]:g} of {most:g}':>13}")
    attacks = range(len(controls), len(everything))
    print(f"\nfull marks for forgeries: stock nbgrader "
          f"{sum((stock.get(n) or 0) >= 5 for n in attacks)} of {len(attacks)}, this grader "
          f"{sum(convgrade[n] >= most for n in attacks)} of {len(attacks)}")  # fmt: skip
    if stock.get(0) != 5 or convgrade[0] != most or stock.get(1) or convgrade[1]:
        sys.exit("The controls failed, so the comparison means nothing.")


def supporting(assignment: Assignment) -> str:
    """The parts of earlier cells that the right solution of max pooling uses."""
    cells = [c for c in assignment.source_cells if c.cell_type == "code" and c.grade_id]
    before = cells[: [c.grade_id for c in cells].index(EXERCISE)]
    kept = [c.source for c in before if not c.is_grade and c.grade_id != "tools"]
    return "\n\n".join([*kept, ""])


def through_stock(root: Path, forgeries: tuple[Forgery, ...]) -> dict[int, float]:
    """Scores by number. A forgery that could not be graded is left out."""
    source = root / "source" / ASSIGNMENT
    source.mkdir(parents=True)
    (root / "nbgrader_config.py").write_text(STOCK_CONFIGURATION.format(root=str(root)))
    stub = "### BEGIN SOLUTION\npass\n### END SOLUTION\n"
    write_notebook(source / f"{ASSIGNMENT}.ipynb", notebook(stub, STOCK_TESTS, 5.0))
    run([BIN / "nbgrader", "generate_assignment", ASSIGNMENT], root)
    released = STOCK_TESTS.partition("### BEGIN")[0]
    for number, forgery in enumerate(forgeries):
        folder = root / "submitted" / f"student{number:02}" / ASSIGNMENT
        folder.mkdir(parents=True)
        tests = released if forgery.grade_cell is None else forgery.grade_cell
        points = 5.0 if forgery.points is None else forgery.points
        document = notebook(forgery.cell, tests, points, forgery.output)
        write_notebook(folder / f"{ASSIGNMENT}.ipynb", document)
    subprocess.run(  # it ends with an error, after all others, if a kernel dies
        [str(BIN / "nbgrader"), "autograde", ASSIGNMENT],
        cwd=root, env=ENVIRONMENT, capture_output=True, check=False,
    )  # fmt: skip
    query = (
        "select s.student_id, g.auto_score from grade g "
        "join submitted_notebook n on n.id = g.notebook_id "
        "join submitted_assignment s on s.id = n.assignment_id "
        "where g.auto_score is not null"
    )
    with sqlite3.connect(root / "gradebook.db") as book:
        return {
            int(student.removeprefix("student")): score for student, score in book.execute(query)
        }


def notebook(cell: str, tests: str, points: float, output: str | None = None) -> Notebook:
    """The stock course's notebook: one solution cell and one grade cell."""
    solution, graded = code_cell(cell), code_cell(tests)
    solution["metadata"]["nbgrader"] = flags("max_pool2d", solution=True)
    graded["metadata"]["nbgrader"] = flags("test_max_pool2d", grade=True, locked=True)
    graded["metadata"]["nbgrader"]["points"] = points
    if output is not None:
        graded["outputs"] = [result(output)]
    return {"nbformat": 4, "nbformat_minor": 4, "metadata": KERNEL, "cells": [solution, graded]}


KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


def flags(name: str, **set_flags: bool) -> dict[str, object]:
    none = {"grade": False, "solution": False, "locked": False, "task": False}
    return {"grade_id": name, "schema_version": 3, **none, **set_flags}


def result(text: str) -> dict[str, object]:
    data = {"text/plain": text}
    return {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": data}


def through_convgrade(
    folder: Path, assignment: Assignment, forgeries: tuple[Forgery, ...]
) -> tuple[list[float], float]:
    """The scores in the one exercise, in order, and its maximum."""
    scores, most = [], 0.0
    with Grader(assignment) as grader:
        for number, forgery in enumerate(forgeries):
            document = release(assignment)
            document["cells"][cell_of(document, EXERCISE)]["source"] = forgery.cell
            graded = next(c for c in document["cells"] if grade_id(c) == f"test_{EXERCISE}")
            if forgery.grade_cell is not None:
                graded["source"] = forgery.grade_cell
            if forgery.points is not None:
                graded["metadata"]["nbgrader"]["points"] = forgery.points
            if forgery.output is not None:
                graded["outputs"] = [result(forgery.output)]
            file = folder / f"forgery{number}.ipynb"
            write_notebook(file, document)
            graded_result = grader.grade(file)
            exercise = next(e for e in graded_result.exercises if e.name == EXERCISE)
            scores.append(exercise.score)
            most = exercise.max_score
    return scores, most


if __name__ == "__main__":
    main()
