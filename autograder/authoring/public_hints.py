"""Computes the table that gives students the first step of a hint at a failed public example.

For each misconception it runs the public checks of its exercise with the wrong function in place of
the right one, and collects the wrong answers. It runs the course's own code in this process: the
solutions, the misconceptions and the cells of checks. It knows no submission.
"""

from __future__ import annotations

import ast
import contextlib
import inspect
import io
import types
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from autograder import diagnosis
from autograder.authoring.time_limit import TookTooLong, at_most
from autograder.course.assignment import Assignment
from autograder.diagnosis import Misconception
from autograder.diagnosis.catalogue import Catalogue
from autograder.edits.needed_code import needed
from autograder.sandbox.translation import replacing
from autograder.suite.faults import author_error
from autograder.variants import Translation
from autograder.variants.options import chosen, reworded, translations, wording
from convgrade import CheckFailed, Window, check, check_raises
from convgrade.checking.names import names
from convgrade.notebook import known_answers

CHECKS: dict[str, Any] = {"check": check, "check_raises": check_raises}
IMPORTED: dict[str, Any] = {**CHECKS, "Window": Window}
"""What the statements of a cell of checks may use that another cell imports."""

DIFFERENCE = 1.5e-7
"""How much two machines may differ in a float32 number, relative to it."""
CHECK_SECONDS = 10
"""Of computing time, for one check."""
EXACT = 1 << 12
"""Multiples of its inverse are taken for exact."""


def table(assignment: Assignment, solutions: str, cells: Mapping[str, str]) -> str:
    """The table as text; "" if no public example shows a known mistake.

    An answer to which the hints of several mistakes begin differently has no entry. Neither has one
    whose rounded numbers may differ between machines.

    Args:
        assignment: the assignment, whose misconceptions are used.
        solutions: the text of the module of solutions.
        cells: the source of the cell with the public checks, by exercise.

    Raises:
        SuiteError: the misconceptions cannot be loaded.
    """
    catalogue = diagnosis.load(assignment)
    wanted = {name: runnable(catalogue, name) for name in cells}
    if not any(wanted.values()):
        return ""
    words = wording(chosen(assignment, assignment.variant))
    found: dict[bytes, set[str]] = {}
    for exercise, source in cells.items():
        if wanted[exercise]:
            for which, secrets in _of_exercise(assignment, solutions, wanted[exercise], source):
                for secret in secrets:
                    found.setdefault(secret, set()).add(reworded(which.steps[0], words))
    clear = {secret: steps.pop() for secret, steps in found.items() if len(steps) == 1}
    return known_answers.encrypted(clear) if clear else ""


def runnable(catalogue: Catalogue, exercise: str) -> list[Misconception]:
    """The misconceptions of an exercise that may be called in this process."""
    return [each for each in catalogue.of(exercise) if each.matches is None]


_KNOWN: dict[Any, list[tuple[Misconception, set[bytes]]]] = {}
"""The secrets of exercises by all that they depend on: many variants have some in common."""


def _of_exercise(
    assignment: Assignment, solutions: str, wanted: Sequence[Misconception], source: str
) -> list[tuple[Misconception, set[bytes]]]:
    """The certain secrets of an exercise's misconceptions."""
    statements = [ast.unparse(each) for each in statements_of_checks(source)]
    tree = ast.parse(solutions)
    used = {
        node.id
        for each in statements
        for node in ast.walk(ast.parse(each))
        if isinstance(node, ast.Name)
    }
    defined = [each.name for each in tree.body if isinstance(each, ast.FunctionDef)]
    code = "\n".join(
        ast.unparse(ast.Module(needed(tree, name), type_ignores=[]))
        for name in defined
        if name in used
    )
    translated = translations(assignment, assignment.variant)
    options = [translated[each.replaces].label for each in wanted if each.replaces in translated]
    key = (tuple(statements), code, tuple(options), tuple((e.name, id(e.function)) for e in wanted))
    if key not in _KNOWN:
        right = types.ModuleType("solutions").__dict__
        exec(compile(solutions, "<solutions>", "exec"), right)
        _KNOWN[key] = [
            (which, _certain_secrets(statements, right, _in_form(which, translated)))
            for which in wanted
        ]
    return _KNOWN[key]


def _in_form(which: Misconception, translated: Mapping[str, Translation]) -> Misconception:
    """A misconception as who solves the variant would have it."""
    if which.replaces not in translated:
        return which
    return replace(which, function=replacing(translated[which.replaces], which.function))


def statements_of_checks(source: str) -> list[ast.stmt]:
    """The checks of a cell and the statements that they need, in order."""
    nodes = ast.parse(source).body
    found = [names(ast.unparse(node), {}) for node in nodes]
    taken = {place for place, node in enumerate(nodes) if _is_check(node)}
    wanted: set[str] = set()
    more = set(taken)
    while more:
        wanted |= {name for place in more for name in found[place].uses | found[place].later}
        taken |= more
        changes = [each.sets or each.touches for each in found]
        more = {place for place, each in enumerate(changes) if each & wanted} - taken
    return [nodes[place] for place in sorted(taken)]


def _is_check(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Name)
        and node.value.func.id in CHECKS
    )


def _certain_secrets(
    statements: Sequence[str], right: dict[str, Any], which: Misconception
) -> set[bytes]:
    """The secrets that stay the same if all numbers are a little smaller or larger."""
    certain = _secrets(statements, right, which)
    for factor in (1 - DIFFERENCE, 1 + DIFFERENCE):
        if certain:
            with _multiplied(factor):
                certain &= _secrets(statements, right, which)
    return certain


@contextlib.contextmanager
def _multiplied(factor: float) -> Iterator[None]:
    """Meanwhile the numbers of wrong answers are multiplied by a factor before they are rounded."""
    wrong_value, number = known_answers.wrong_value, known_answers._number

    def multiplied(got: Any, expected: Any) -> Any:
        known_answers._number = lambda value: number(value if _is_exact(value) else factor * value)
        try:
            return wrong_value(got, expected)
        finally:
            known_answers._number = number

    known_answers.wrong_value = multiplied
    try:
        yield
    finally:
        known_answers.wrong_value = wrong_value


def _is_exact(number: Any) -> bool:
    """Whether a number is a short binary fraction: where one comes out, nothing was rounded."""
    return float(number * EXACT).is_integer()


def _secrets(statements: Sequence[str], right: dict[str, Any], which: Misconception) -> set[bytes]:
    """The secrets of the wrong answers that a misconception gives to the examples of a cell."""
    found = set()
    before = right[which.replaces]
    right[which.replaces] = _named(which.function, which.replaces)  # also for other solutions
    try:
        space = {**right, **IMPORTED}
        for statement in statements:
            try:
                with quiet(), at_most(CHECK_SECONDS):
                    exec(compile(statement, "<checks>", "exec"), space)
            except CheckFailed as failed:
                if failed.secret is not None:
                    found.add(failed.secret)
            except TookTooLong as error:
                file = Path(inspect.getfile(which.function))
                line = which.function.__code__.co_firstlineno
                raise author_error(file, line, f"{which.name}: {error}") from None
            except Exception:  # the student sees this error, and there is no wrong answer
                continue
    finally:
        right[which.replaces] = before
    return found


def _named(function: Any, name: str) -> types.FunctionType:
    """A copy of a function under the name that a student's function has."""
    made = types.FunctionType(
        function.__code__, function.__globals__, name, function.__defaults__, function.__closure__
    )
    made.__kwdefaults__ = function.__kwdefaults__
    return made


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Nothing is printed, and no warning is given."""
    with (
        contextlib.redirect_stdout(io.StringIO()),
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
    ):
        warnings.simplefilter("ignore")
        yield
