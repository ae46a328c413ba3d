"""Puts recorders into a definition: for lines that run, and for values that are computed.

The same text always gives the same spots in the same order, so their numbers can be passed on.
"""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import dataclass
from typing import Any, Literal

COUNTS = "_q_line_runs"
RECORDS = "_q_value_is"
"""The functions that the changed definition calls: with the number of a spot, and a value."""
MOST_SPOTS = 400
MOST_TEXT = 48  # characters of an expression that a question can quote

SpotKind = Literal["line", "name", "part", "answer"]
"""A line that runs, a name after its line, a part of a line, the value that a line returns."""


@dataclass(frozen=True)
class Spot:
    """A place of which something is recorded: its line, from 1, and the name or expression."""

    kind: SpotKind
    line: int
    text: str


def record(module: ast.Module, text: str) -> list[Spot]:
    """Put recorders into the functions of a module, in place.

    Args:
        module: the syntax tree of `text`. Its lines keep their numbers.
        text: the definition.

    Returns:
        The spots; the calls in the tree have their indices.
    """
    recorder = _Recorder(text, _lines_of_several(module))
    recorder.visit(module)
    ast.fix_missing_locations(module)
    return recorder.spots


class _Recorder(ast.NodeTransformer):
    def __init__(self, text: str, crowded: frozenset[int]) -> None:
        self.spots: list[Spot] = []
        self._crowded = crowded
        self._lines = text.split("\n")
        self._is_inside = False

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        return self._within(node)  # type: ignore[no-any-return]

    def visit_Lambda(self, node: ast.Lambda) -> ast.Lambda:
        before, self._is_inside = self._is_inside, True
        node.body = self.visit(node.body)
        self._is_inside = before
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        before, self._is_inside = self._is_inside, False
        node.body = [self.visit(each) for each in node.body]
        self._is_inside = before
        return node

    def _within(self, node: Any) -> Any:
        before, self._is_inside = self._is_inside, True
        node.body = self._block(node.body)
        self._is_inside = before
        return node

    def _block(self, statements: list[ast.stmt]) -> list[ast.stmt]:
        found: list[ast.stmt] = []
        for each in statements:
            if isinstance(each, ast.Global | ast.Nonlocal) or _is_text(each):
                found.append(each)
                continue
            if not hasattr(each, "body") and each.lineno not in self._crowded:
                found.append(self._call(COUNTS, Spot("line", each.lineno, ""), each))
            found.append(self.visit(each))
            found += self._names_after(each)
        return found

    def _names_after(self, statement: ast.stmt) -> list[ast.stmt]:
        """Recorders of the names that a statement gives a value."""
        if statement.lineno in self._crowded:
            return []
        if isinstance(statement, ast.Assign):
            targets = statement.targets
        elif isinstance(statement, ast.AugAssign) or (
            isinstance(statement, ast.AnnAssign) and statement.value is not None
        ):
            targets = [statement.target]
        else:
            return []
        return [
            self._call(RECORDS, Spot("name", statement.lineno, name), statement, name)
            for target in targets
            for name in _bound(target)
        ]

    def generic_visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.Raise | ast.Assert | ast.JoinedStr | ast.AnnAssign | ast.pattern):
            if isinstance(node, ast.AnnAssign) and node.value is not None:
                node.value = self.visit(node.value)
            return node
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            super().generic_visit(node.value)  # what the statement returns is not used
            return node
        is_block = self._is_inside and isinstance(node, ast.stmt)
        for field, value in ast.iter_fields(node):
            if is_block and field in ("body", "orelse", "finalbody") and isinstance(value, list):
                setattr(node, field, self._block(value))
            elif isinstance(value, list):
                value[:] = [self.visit(e) if isinstance(e, ast.AST) else e for e in value]
            elif isinstance(value, ast.AST):
                setattr(node, field, self.visit(value))
        if isinstance(node, ast.For) and self._is_inside:
            node.body[:0] = [
                self._call(RECORDS, Spot("name", node.lineno, name), node, name)
                for name in _bound(node.target)
            ]
        return self._recorded(node) if isinstance(node, ast.expr) else self._returned(node)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.ExceptHandler:
        node.body = self._block(node.body) if self._is_inside else node.body
        return node

    def _recorded(self, node: ast.expr) -> ast.expr:
        """An expression that passes its value on to the recorder, if a question can quote it."""
        text = self._text(node)
        is_asked = isinstance(node, ast.BinOp | ast.Call | ast.Subscript | ast.Compare | ast.IfExp)
        is_read = isinstance(getattr(node, "ctx", ast.Load()), ast.Load)
        if not (self._is_inside and is_asked and is_read and text and "super(" not in text):
            return node
        return self._around(Spot("part", node.lineno, text), node)

    def _returned(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.Return) and node.value is not None and self._is_inside:
            node.value = self._around(Spot("answer", node.lineno, ""), node.value)
        return node

    def _around(self, spot: Spot, node: ast.expr) -> ast.expr:
        if len(self.spots) >= MOST_SPOTS:
            return node
        self.spots.append(spot)
        number = ast.Constant(len(self.spots) - 1)
        made = ast.Call(ast.Name(RECORDS, ast.Load()), [number, node], [])
        return ast.copy_location(made, node)

    def _call(self, function: str, spot: Spot, at: ast.stmt, name: str = "") -> ast.stmt:
        if len(self.spots) >= MOST_SPOTS:
            return ast.copy_location(ast.Pass(), at)
        self.spots.append(spot)
        arguments: list[ast.expr] = [ast.Constant(len(self.spots) - 1)]
        if name:
            arguments.append(ast.Name(name, ast.Load()))
        made = ast.Expr(ast.Call(ast.Name(function, ast.Load()), arguments, []))
        for node in ast.walk(made):
            ast.copy_location(node, at)
        return made

    def _text(self, node: ast.expr) -> str:
        """The source of an expression in one line; empty if it is long, or in several lines."""
        if node.lineno != node.end_lineno or node.lineno > len(self._lines):
            return ""
        line = self._lines[node.lineno - 1].encode()
        text = line[node.col_offset : node.end_col_offset].decode("utf-8", "replace")
        return text if len(text) <= MOST_TEXT else ""


def _lines_of_several(module: ast.Module) -> frozenset[int]:
    """The lines in which more than one statement begins: they have no count of their own."""
    begun = Counter(node.lineno for node in ast.walk(module) if isinstance(node, ast.stmt))
    return frozenset(line for line, count in begun.items() if count > 1)


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _bound(target: ast.expr) -> list[str]:
    """The names that an assignment to a target binds."""
    if isinstance(target, ast.Name):
        return [target.id] if target.id != "_" else []
    if isinstance(target, ast.Starred):
        return _bound(target.value)
    if isinstance(target, ast.Tuple | ast.List):
        return [name for each in target.elts for name in _bound(each)]
    return []
