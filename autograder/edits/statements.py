"""Edits of statements."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from autograder.edits.alternatives import OPERATORS
from autograder.edits.edit import Edit, Place
from autograder.edits.expressions import twin_edits
from autograder.edits.scope import Scope

_BLOCKS = (ast.For, ast.While, ast.If, ast.With)


def statement_edits(place: Place, scope: Scope) -> Iterator[Edit]:
    """The edits of one statement itself; its expressions are places of their own."""
    node = place.node
    if isinstance(node, ast.AugAssign):
        for other in OPERATORS.get(type(node.op), ()):
            yield place.edit("operator", 0, ast.AugAssign(node.target, other(), node.value))
        yield place.edit("operator", 1, ast.Assign([node.target], node.value))
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target = node.targets[0]
        if isinstance(target, ast.Name | ast.Subscript):
            yield place.edit("operator", 2, ast.AugAssign(target, ast.Add(), node.value))
    if isinstance(node, ast.If | ast.While):
        test = Place(node.test, node, "test")
        yield test.edit("condition negated", 1, ast.UnaryOp(ast.Not(), node.test))
    if isinstance(node, ast.Break):
        yield place.edit("statement", 1, ast.Continue())
    if isinstance(node, ast.Continue):
        yield place.edit("statement", 1, ast.Break())
    if place.index is not None and not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Pass):
        yield from _block_edits(place)
        yield from _like_neighbours(place, scope)


def _like_neighbours(place: Place, scope: Scope) -> Iterator[Edit]:
    """Edits that give a name what the statement before or after gives to another, for its twin."""
    node, block = place.node, getattr(place.parent, place.field)
    if place.index is None or not isinstance(node, ast.Assign):
        return
    for index in (place.index - 1, place.index + 1):
        other = block[index] if 0 <= index < len(block) else None
        if isinstance(other, ast.Assign):
            yield from twin_edits(Place(node.value, node, "value"), other.value, scope)


def _block_edits(place: Place) -> Iterator[Edit]:
    """Edits of the block in which a statement stands: without it, in another order or depth."""
    node, index = place.node, place.index
    block: list[ast.stmt] = getattr(place.parent, place.field)
    assert isinstance(node, ast.stmt)
    assert index is not None
    if not isinstance(node, ast.Return) and not _is_text(node):
        yield place.edit("statement dropped", 1, ast.Pass() if len(block) == 1 else None)
    if isinstance(node, ast.If) and not node.orelse:
        yield _block(place, "condition dropped", 2, index, index + 1, node.body)
    following = block[index + 1] if index + 1 < len(block) else None
    if following is not None and not isinstance(following, ast.Return):
        yield _block(place, "order", 2, index, index + 2, [following, node])
    if isinstance(node, _BLOCKS) and not getattr(node, "orelse", None):
        if len(node.body) > 1:
            outside = _with_body(node, node.body[:-1])
            last = node.body[-1]
            yield _block(place, "depth", 2, index, index + 1, [outside, last], last)
        if following is not None and not isinstance(following, ast.FunctionDef):
            inside = _with_body(node, [*node.body, following])
            yield _block(place, "depth", 2, index, index + 2, [inside], following)


def _block(
    place: Place,
    kind: str,
    rank: int,
    start: int,
    stop: int,
    new: list[ast.stmt],
    node: ast.stmt | None = None,
) -> Edit:
    block = list(getattr(place.parent, place.field))
    block[start:stop] = new
    at: Any = node or place.node
    return Edit(kind, rank, at.lineno, at, place.parent, place.field, block)


def _with_body(node: ast.stmt, body: list[ast.stmt]) -> ast.stmt:
    fields = {name: getattr(node, name) for name in node._fields}
    return type(node)(**{**fields, "body": body})


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
