"""Code as plain statements: equal for different names of arguments, formats, comments and loops."""

from __future__ import annotations

import ast
import copy
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

TOO_HARD = (SyntaxError, ValueError, RecursionError, MemoryError)
"""What parsing code can raise that was written to exhaust a parser."""

_FLIPPED = {ast.Gt: ast.Lt, ast.GtE: ast.LtE}
_TEXT = "S"
_BLOCKS = ("body", "handlers", "cases", "orelse", "finalbody")
_Node = ast.stmt | ast.ExceptHandler | ast.match_case


@dataclass(frozen=True)
class Line:
    """A statement without those inside it, and its first and last line in the text, from 0."""

    code: str
    first: int
    last: int


def normal_lines(text: str) -> list[Line] | None:
    """Return the statements of a text in one form for many: None if it cannot be parsed.

    Comments, docstrings, type hints and the contents of strings are gone. `x += 1` becomes
    `x = x + 1`, `a > b` becomes `b < a`, and a loop over a range becomes a `while`.
    """
    try:
        with warnings.catch_warnings(action="ignore"):
            tree = ast.parse(text)
        return list(_lines(_Normal().visit(tree).body))
    except TOO_HARD:
        return None


class _Normal(ast.NodeTransformer):
    """Replaces what can be written in several ways by one of them."""

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        if isinstance(node.value, ast.Constant):
            return None
        return self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, str | bytes):
            return ast.copy_location(ast.Constant(_TEXT), node)
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        if node.value is None:
            return None
        return self._visited(ast.Assign([node.target], node.value), node)

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        value = ast.BinOp(_read(node.target), node.op, node.value)
        return self._visited(ast.Assign([node.target], value), node)

    def _visited(self, new: ast.stmt, node: ast.stmt) -> ast.AST:
        result: ast.AST = self.visit(ast.copy_location(new, node))
        return result

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        flipped = _FLIPPED.get(type(node.ops[0]))
        if flipped is None or len(node.ops) > 1:
            return node
        return ast.Compare(node.comparators[0], [flipped()], [node.left])

    def visit_For(self, node: ast.For) -> Any:
        self.generic_visit(node)
        span = _range(node.iter)
        if span is None:
            return node
        start, stop, step = span
        counter = _read(node.target)
        next_one = ast.Assign([node.target], ast.BinOp(counter, ast.Add(), step))
        test = ast.Compare(counter, [ast.Lt()], [stop])
        body = [*node.body, ast.copy_location(next_one, node)]
        begin = ast.Assign([node.target], start)
        loop = ast.While(test, body, node.orelse)
        return [ast.copy_location(begin, node), ast.copy_location(loop, node)]


def _range(iterated: ast.expr) -> tuple[ast.expr, ast.expr, ast.expr] | None:
    match iterated:
        case ast.Call(ast.Name("range"), [stop], []):
            return ast.Constant(0), stop, ast.Constant(1)
        case ast.Call(ast.Name("range"), [start, stop], []):
            return start, stop, ast.Constant(1)
        case ast.Call(ast.Name("range"), [start, stop, step], []):
            return start, stop, step
    return None


def _read(target: ast.expr) -> ast.expr:
    value = copy.copy(target)
    if isinstance(value, ast.Name | ast.Attribute | ast.Subscript):
        value.ctx = ast.Load()
    return value


def _lines(nodes: Sequence[_Node]) -> Iterator[Line]:
    for node in nodes:
        blocks = {name: getattr(node, name) for name in _BLOCKS if getattr(node, name, None)}
        first = _line(node)
        last = min((_line(each) for block in blocks.values() for each in block), default=0) - 1
        last = last if blocks else getattr(node, "end_lineno", first)
        yield Line(_head(node, blocks), first - 1, max(first, last) - 1)
        for name, block in blocks.items():
            if name == "orelse":
                yield Line("else", first - 1, first - 1)
            yield from _lines(block)


def _head(node: _Node, blocks: Iterable[str]) -> str:
    head = copy.copy(node)
    for name in blocks:
        setattr(head, name, [])
    return " ".join(ast.unparse(head).split())


def _line(node: _Node) -> int:
    place = node.pattern if isinstance(node, ast.match_case) else node
    return place.lineno
