"""Code for rows and code for columns: which names belong together, and one made from the other."""

from __future__ import annotations

import ast
import copy
from functools import lru_cache
from typing import TypeVar

from autograder.edits.scope import Scope

PAIRS = (
    ("h", "w"), ("height", "width"), ("row", "col"), ("row", "column"), ("rows", "cols"),
    ("rows", "columns"), ("top", "left"), ("top", "bottom"), ("left", "right"), ("y", "x"),
    ("i", "j"), ("before", "after"), ("start", "stop"), ("start", "end"), ("first", "last"),
    ("r", "c"), ("m", "n"), ("a", "b"), ("in", "out"), ("lower", "upper"), ("0", "1"), ("1", "2"),
)  # fmt: skip
"""Parts of names that belong together, such as `out_h` and `out_w`."""


_Node = TypeVar("_Node", bound=ast.AST)


@lru_cache(maxsize=1 << 14)
def are_twins(one: str, other: str) -> bool:
    """Whether two names differ in one such pair only."""
    return any(
        one.replace(a, b) == other or other.replace(a, b) == one or one.replace(b, a) == other
        for a, b in PAIRS
    )


def twin_of(node: _Node, scope: Scope) -> _Node:
    """A copy of a part in which each name is its twin, and 0 and 1 are exchanged."""
    return _Twin(scope).visit(copy.deepcopy(node))  # type: ignore[no-any-return]


class _Twin(ast.NodeTransformer):
    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        if type(node.value) is int and node.value in (0, 1):
            return ast.copy_location(ast.Constant(1 - node.value), node)
        return node

    def visit_Name(self, node: ast.Name) -> ast.Name:
        for other in self._scope.names:
            if other != node.id and are_twins(node.id, other):
                return ast.copy_location(ast.Name(other, node.ctx), node)
        return node
