"""Edits of expressions."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from autograder.edits.alternatives import (
    COMPARISONS,
    FUNCTIONS,
    OPERATORS,
    REDUCTIONS,
)
from autograder.edits.edit import Edit, Place
from autograder.edits.scope import Scope, called
from autograder.edits.twins import are_twins, twin_of

_ORDERED = (ast.Sub, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.MatMult)
_AXES = (0, 1, 2, 3, -1, (1, 2), (-2, -1), (2, 3), (1, 2, 3), (2, 4), (3, 4))
_NUMBERS = {"int", "float", "ndarray", "int64", "float64", "float32"}


_Make = Callable[[Any, Scope], Iterator[tuple[str, int, ast.expr]]]


def expression_edits(place: Place, scope: Scope) -> Iterator[Edit]:
    """The edits of one expression itself; its parts are places of their own."""
    node = place.node
    make: _Make | None = _BY_TYPE.get(type(node))
    if make is not None:
        for kind, rank, new in make(node, scope):
            yield place.edit(kind, rank, new)
    if isinstance(node, ast.expr) and _may_be_a_number(place):
        yield from _one_more_or_less(place, node)
    if place.index is not None and place.field in ("elts", "args") and _is_read(node):
        neighbours = getattr(place.parent, place.field)
        for index in (place.index - 1, place.index + 1):
            if 0 <= index < len(neighbours):
                yield from twin_edits(place, neighbours[index], scope)


def inserted_terms(place: Place, scope: Scope) -> Iterator[Edit]:
    """Edits that add a term or factor, or a call around an expression: many, tried last."""
    node = place.node
    if not isinstance(node, ast.expr) or not _may_be_a_number(place):
        return
    for function in scope.functions.values():
        yield place.edit("call added", 3, ast.Call(function, [node], []))
    yield place.edit("call added", 3, _call("max", node, ast.Constant(0)))
    rank = 2 if isinstance(place.parent, ast.Return | ast.Call) else 3
    yield place.edit("term added", rank, ast.UnaryOp(ast.USub(), node))
    for name in scope.names:
        is_number = scope.types.get(name, "int") in _NUMBERS
        if is_number and not (isinstance(node, ast.Name) and node.id == name):
            rank = 2 if scope.is_unused(name) else 4
            for operator in (ast.Mult(), ast.Add(), ast.Sub()):
                yield place.edit("term added", rank, _binary(node, operator, _name(name)))


def twin_edits(place: Place, neighbour: ast.AST, scope: Scope) -> Iterator[Edit]:
    """The edit that puts here what stands next to it, for columns in place of rows."""
    new = twin_of(neighbour, scope)
    if ast.dump(new) not in (ast.dump(neighbour), ast.dump(place.node)):
        yield place.edit("like its neighbour", 1, new)


def _is_read(node: ast.AST) -> bool:
    return isinstance(getattr(node, "ctx", ast.Load()), ast.Load)


def _binary_edits(node: ast.BinOp, scope: Scope) -> Iterator[tuple[str, int, ast.expr]]:
    for other in OPERATORS.get(type(node.op), ()):
        yield "operator", 0, _binary(node.left, other(), node.right)
    yield "term dropped", 0, node.left
    yield "term dropped", 0, node.right
    if isinstance(node.op, _ORDERED):
        yield "swapped", 1, _binary(node.right, node.op, node.left)
    left, right = node.left, node.right
    if isinstance(left, ast.BinOp) and type(left.op) is not type(node.op):
        inner = _binary(left.right, node.op, right)
        yield "grouping", 1, _binary(left.left, left.op, inner)
    if isinstance(right, ast.BinOp) and type(right.op) is not type(node.op):
        inner = _binary(left, node.op, right.left)
        yield "grouping", 1, _binary(inner, right.op, right.right)


def _comparison_edits(node: ast.Compare, scope: Scope) -> Iterator[tuple[str, int, ast.expr]]:
    for index, operator in enumerate(node.ops):
        for rank, other in enumerate(COMPARISONS.get(type(operator), ())):
            changed = [*node.ops[:index], other(), *node.ops[index + 1 :]]
            yield "comparison", min(rank, 1), ast.Compare(node.left, changed, node.comparators)
    if len(node.ops) == 1:
        swapped = ast.Compare(node.comparators[0], node.ops, [node.left])
        if isinstance(node.ops[0], ast.Lt | ast.LtE | ast.Gt | ast.GtE):
            yield "swapped", 2, swapped
    elif len(node.ops) == 2:
        first = ast.Compare(node.left, node.ops[:1], node.comparators[:1])
        second = ast.Compare(node.comparators[0], node.ops[1:], node.comparators[1:])
        yield "condition dropped", 1, first
        yield "condition dropped", 1, second


def _condition_edits(node: ast.BoolOp, scope: Scope) -> Iterator[tuple[str, int, ast.expr]]:
    other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    yield "and or", 0, ast.BoolOp(other, node.values)
    for index in range(len(node.values)):
        rest = [*node.values[:index], *node.values[index + 1 :]]
        yield "condition dropped", 1, rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)


def _sign_edits(node: ast.UnaryOp, scope: Scope) -> Iterator[tuple[str, int, ast.expr]]:
    yield "sign", 0, node.operand


def _constant_edits(node: ast.Constant, scope: Scope) -> Iterator[tuple[str, int, ast.expr]]:
    value = node.value
    if isinstance(value, bool):
        yield "constant", 0, ast.Constant(not value)
    elif isinstance(value, int):
        near = (value + 1, value - 1, 0, -value, value * 2, value // 2)
        for other in dict.fromkeys((*near, *scope.numbers)):
            if other != value:
                rank = 0 if abs(other - value) == 1 else 2
                yield "constant", rank, _number(other)
    elif isinstance(value, float):
        for factor in (2.0, 0.5, 10.0, 0.1):
            yield "constant", 1, _number(value * factor)
        yield "constant", 1, _number(-value)
        yield "constant", 1, _number(1 - value)
        yield "constant", 2, _number(value + 1)
    elif isinstance(value, str) and value in scope.texts:
        for text in scope.texts:
            if text != value:
                yield "constant", 1, ast.Constant(text)


def _name_edits(node: ast.Name, scope: Scope) -> Iterator[tuple[str, int, ast.expr]]:
    if not isinstance(node.ctx, ast.Load):
        return
    for other in FUNCTIONS.get(node.id, ()):
        yield "function", 0, _name(other)
    if node.id in scope.names:
        for other in scope.names:
            if scope.may_replace(node.id, other):
                is_likely = are_twins(node.id, other) or scope.is_unused(other)
                yield "name", 0 if is_likely else 2, _name(other)


def _attribute_edits(node: ast.Attribute, scope: Scope) -> Iterator[tuple[str, int, ast.expr]]:
    for other in FUNCTIONS.get(node.attr, ()):
        yield "function", 0, ast.Attribute(node.value, other, ast.Load())
    if node.attr == "inf":
        yield "sign", 0, ast.UnaryOp(ast.USub(), node)


def _call_edits(node: ast.Call, scope: Scope) -> Iterator[tuple[str, int, ast.expr]]:
    args, keywords, function = node.args, node.keywords, node.func
    for index in range(len(keywords)):
        rest = [*keywords[:index], *keywords[index + 1 :]]
        yield "argument dropped", 1, ast.Call(function, args, rest)
    if len(args) > 1:
        yield "argument dropped", 1, ast.Call(function, args[:-1], keywords)
    for index in range(len(args) - 1):
        if not any(isinstance(each, ast.Starred) for each in args[index : index + 2]):
            yield "swapped", 1, ast.Call(function, _exchanged(args, index), keywords)
    if len(args) == 1 and not isinstance(args[0], ast.Starred | ast.GeneratorExp):
        yield "call dropped", 1, args[0]
    if isinstance(function, ast.Attribute):
        yield "call dropped", 1, function.value
    present = {each.arg for each in keywords}
    for (name, _), keyword in scope.keywords.items():
        if keyword.arg not in present:
            rank = 1 if name == called(node) else 3
            yield "argument added", rank, ast.Call(function, args, [*keywords, keyword])
    for name in scope.names:
        if scope.is_unused(name):
            yield "argument added", 2, ast.Call(function, [*args, _name(name)], keywords)
    if called(node) in REDUCTIONS and "axis" not in present:
        for axis in _AXES:
            added = [*keywords, ast.keyword("axis", _literal(axis))]
            yield "argument added", 2, ast.Call(function, args, added)
    if called(node) in REDUCTIONS and "keepdims" not in present:
        added = [*keywords, ast.keyword("keepdims", ast.Constant(True))]
        yield "argument added", 2, ast.Call(function, args, added)


def _tuple_edits(node: ast.Tuple | ast.List, scope: Scope) -> Iterator[tuple[str, int, ast.expr]]:
    for index in range(len(node.elts) - 1):
        if ast.dump(node.elts[index]) != ast.dump(node.elts[index + 1]):
            yield "swapped", 1, type(node)(_exchanged(node.elts, index), node.ctx)


def _choice_edits(node: ast.IfExp, scope: Scope) -> Iterator[tuple[str, int, ast.expr]]:
    yield "swapped", 1, ast.IfExp(node.test, node.orelse, node.body)
    yield "condition dropped", 1, node.body
    yield "condition dropped", 1, node.orelse


def _slice_edits(node: ast.Slice, scope: Scope) -> Iterator[tuple[str, int, ast.expr]]:
    parts = {"lower": node.lower, "upper": node.upper, "step": node.step}
    for part, value in parts.items():
        if value is not None:
            yield "bound dropped", 1, _slice({**parts, part: None})
            continue
        for number in _BOUNDS[part]:
            yield "bound added", 2, _slice({**parts, part: _number(number)})
        for name in scope.names:
            if scope.types.get(name, "int") == "int":
                rank = 2 if scope.is_unused(name) else 3
                yield "bound added", rank, _slice({**parts, part: _name(name)})
                if part == "upper" and node.lower is not None:
                    end = _binary(node.lower, ast.Add(), _name(name))
                    yield "bound added", rank, _slice({**parts, part: end})
    for other in scope.slices.values():
        for whole in (other, twin_of(other, scope)):
            if ast.dump(whole) != ast.dump(node):
                yield "bound added", 2, whole
        for part in parts:
            borrowed = getattr(other, part)
            if borrowed is not None and parts[part] is None:
                for variant in (borrowed, twin_of(borrowed, scope)):
                    yield "bound added", 2, _slice({**parts, part: variant})


def _slice(parts: Mapping[str, ast.expr | None]) -> ast.Slice:
    return ast.Slice(parts["lower"], parts["upper"], parts["step"])


_BOUNDS = {"lower": (1,), "upper": (-1,), "step": (2, -1)}

_BY_TYPE: dict[type[ast.AST], _Make] = {
    ast.BinOp: _binary_edits,
    ast.Compare: _comparison_edits,
    ast.BoolOp: _condition_edits,
    ast.UnaryOp: _sign_edits,
    ast.Constant: _constant_edits,
    ast.Name: _name_edits,
    ast.Attribute: _attribute_edits,
    ast.Call: _call_edits,
    ast.Tuple: _tuple_edits,
    ast.List: _tuple_edits,
    ast.IfExp: _choice_edits,
    ast.Slice: _slice_edits,
}


def _may_be_a_number(place: Place) -> bool:
    """Whether an expression stands where a size, a position or a count usually stands."""
    node, parent = place.node, place.parent
    if not isinstance(node, ast.BinOp | ast.Name | ast.Subscript | ast.Call | ast.Attribute):
        return False
    if isinstance(node, ast.Name | ast.Attribute | ast.Subscript) and not isinstance(
        node.ctx, ast.Load
    ):
        return False
    if isinstance(parent, ast.Call):
        return place.field == "args"
    if isinstance(parent, ast.Subscript):
        return place.field == "slice"
    return isinstance(
        parent, ast.BinOp | ast.Tuple | ast.Slice | ast.Assign | ast.AugAssign | ast.Return
        | ast.Compare | ast.List | ast.IfExp,
    )  # fmt: skip


def _one_more_or_less(place: Place, node: ast.expr) -> Iterator[Edit]:
    rank = 1 if isinstance(node, ast.BinOp) or isinstance(place.parent, ast.Assign) else 2
    for operator in (ast.Add(), ast.Sub()):
        yield place.edit("off by one", rank, _binary(node, operator, ast.Constant(1)))


def _exchanged(items: list[ast.expr], index: int) -> list[ast.expr]:
    return [*items[:index], items[index + 1], items[index], *items[index + 2 :]]


def _binary(left: ast.expr, operator: ast.operator, right: ast.expr) -> ast.BinOp:
    return ast.BinOp(left, operator, right)


def _name(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())


def _call(name: str, *args: ast.expr) -> ast.Call:
    return ast.Call(_name(name), list(args), [])


def _number(value: float) -> ast.expr:
    if value < 0:
        return ast.UnaryOp(ast.USub(), ast.Constant(-value))
    return ast.Constant(value)


def _literal(value: int | tuple[int, ...]) -> ast.expr:
    if isinstance(value, tuple):
        return ast.Tuple([_number(each) for each in value], ast.Load())
    return _number(value)
