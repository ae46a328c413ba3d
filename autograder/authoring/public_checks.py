"""Refuses a source whose own solutions do not pass its public checks."""

from __future__ import annotations

import ast
import traceback
import types
from collections.abc import Mapping

from autograder import diagnosis
from autograder.authoring.public_hints import (
    CHECK_SECONDS,
    IMPORTED,
    quiet,
    runnable,
    statements_of_checks,
)
from autograder.authoring.source_checks import Place
from autograder.authoring.time_limit import LOADING_SECONDS, at_most
from autograder.course.assignment import Assignment
from autograder.suite.author_files import author_text
from convgrade import CheckFailed
from convgrade.release import GRADE_CELL_PREFIX

SOLUTIONS = "<solutions>"


def check_public_checks(
    assignment: Assignment, solutions: str, cells: Mapping[str, str], places: Mapping[str, Place]
) -> None:
    """Run the public checks of the exercises whose functions may be called in this process.

    As in the notebook, a check may use what the checks of earlier exercises define.

    Args:
        assignment: the assignment, whose misconceptions say which exercises these are.
        solutions: the text of the module of solutions.
        cells: the source of the cell with the public checks, by exercise.
        places: where each cell begins, by its id.

    Raises:
        CourseError: a solution fails or raises. The message has the file and the line.
    """
    catalogue = diagnosis.load(assignment)
    tried = [name for name in cells if runnable(catalogue, name)]
    if not tried:
        return
    space = {**_executed(assignment, solutions), **IMPORTED}
    for name in tried:
        for statement in statements_of_checks(cells[name]):
            try:
                with quiet(), at_most(CHECK_SECONDS):
                    exec(compile(ast.unparse(statement), "<checks>", "exec"), space)
            except Exception as error:
                what = f"the solution fails this check: {_in_a_line(error)}"
                place = places[GRADE_CELL_PREFIX + name]
                raise place.error(what, below=statement.lineno) from None


def _executed(assignment: Assignment, solutions: str) -> dict[str, object]:
    module = types.ModuleType("solutions")
    try:
        with at_most(LOADING_SECONDS):
            exec(compile(solutions, SOLUTIONS, "exec"), module.__dict__)
    except (Exception, SystemExit) as error:
        lines = [
            each.lineno or 0
            for each in traceback.extract_tb(error.__traceback__)
            if each.filename == SOLUTIONS
        ]
        failing = solutions.splitlines()[lines[-1] - 1] if lines else ""
        source = assignment.source_text
        text = author_text(source).splitlines()
        line = text.index(failing) + 1 if failing in text else 0
        place = Place(source.relative_to(assignment.root).as_posix(), line)
        raise place.error(f"the solutions cannot be run: {_in_a_line(error)}") from None
    return module.__dict__


def _in_a_line(error: BaseException) -> str:
    first = str(error).partition("\n")[0]
    return first if isinstance(error, CheckFailed) else f"{type(error).__name__}: {first}"
