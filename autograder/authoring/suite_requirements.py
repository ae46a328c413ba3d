"""Finds tests of a hidden suite that require nothing of an answer, so that every answer passes."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterator
from itertools import chain
from types import ModuleType

Function = ast.FunctionDef | ast.AsyncFunctionDef
COMPUTING = frozenset({"numpy", "math", "itertools", "functools", "random"})
"""Modules whose functions compare nothing for a suite."""
GIVEN = frozenset({"student", "rng", "dataset"})
"""Fixtures whose calls give values."""
REQUIRING = frozenset({"raises", "all_raise", "once"})
"""What `student` and its functions can do that fails a test; `once` by its function."""


def tests_without_requirements(
    tree: ast.Module, tests: Iterator[Function], module: ModuleType
) -> Iterator[tuple[int, str]]:
    """The tests in which nothing can fail but the student's function itself.

    A call of anything that is not known here is taken for one that requires something.
    """
    own = {node.name: node for node in tree.body if isinstance(node, Function)}
    for test in tests:
        if not _requires(test, own, lambda name: vars(module).get(name), set()):
            yield (
                test.lineno,
                f"{test.name} requires nothing: compare the answer with `expect`, or say what "
                "`student.raises`.",
            )


def _requires(
    function: Function, own: dict[str, Function], value: Callable[[str], object], seen: set[str]
) -> bool:
    seen.add(function.name)
    for node in chain.from_iterable(map(ast.walk, function.body)):
        if isinstance(node, ast.Raise | ast.Assert):
            return True
        if isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Name) and called.id in own:
                if called.id not in seen and _requires(own[called.id], own, value, seen):
                    return True
            elif not _only_computes(called, value):
                return True
    return False


def _only_computes(called: ast.expr, value: Callable[[str], object]) -> bool:
    attribute = called.attr if isinstance(called, ast.Attribute) else ""
    while isinstance(called, ast.Attribute):
        called = called.value
    if not isinstance(called, ast.Name):
        return False
    if called.id in GIVEN:
        return attribute not in REQUIRING
    found = value(called.id)
    if isinstance(found, ModuleType):
        return found.__name__.partition(".")[0] in COMPUTING
    return found is None and hasattr(builtins, called.id)
