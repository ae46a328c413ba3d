"""Lists the edits of a definition, in the order in which they are worth trying."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from autograder.edits.edit import Edit, Place
from autograder.edits.expressions import expression_edits, inserted_terms
from autograder.edits.scope import scope_of
from autograder.edits.statements import statement_edits

MOST_PLACES = 4_000

_LEFT_OUT = {"decorator_list", "annotation", "returns", "ctx", "op", "ops", "func_type"}


def edits_of(
    definition: ast.AST,
    lines: Collection[int] | None = None,
    *,
    insertions: bool = False,
    types: Mapping[str, str] | None = None,
    literals: Sequence[str] = (),
) -> list[Edit]:
    """The edits of a function or class, by rank and then by line.

    Texts of exceptions and messages, type hints and decorators stay as they are.

    Args:
        definition: the syntax tree. Each edit changes it while it is `applied`.
        lines: the lines that ran; only statements that ran are edited. By default all are.
        insertions: whether terms, factors and calls are also added; these are many.
        types: the names of the types of variables, where they are known.
        literals: Python expressions; each is also put in place of every other expression.
    """
    scope = scope_of(definition, types or {})
    found: list[Edit] = []
    for place in _places(definition, lines):
        if isinstance(place.node, ast.stmt):
            found += statement_edits(place, scope)
        else:
            found += expression_edits(place, scope)
            found += _replaced(place, literals)
            if insertions:
                found += inserted_terms(place, scope)
    return sorted(found, key=lambda edit: (edit.rank, edit.line))


def _replaced(place: Place, literals: Sequence[str]) -> Iterator[Edit]:
    """Edits that put a literal in place of an expression that is read."""
    node = place.node
    if isinstance(node, ast.expr) and isinstance(getattr(node, "ctx", None), ast.Load | None):
        for literal in literals:
            new = ast.parse(literal, mode="eval").body
            if ast.dump(new) != ast.dump(node):
                yield place.edit("literal", 1, new)


def _places(root: ast.AST, lines: Collection[int] | None) -> Iterator[Place]:
    """The nodes below a root that edits may change; not what only makes up a message."""
    waiting = [(root, True)]
    for _ in range(MOST_PLACES):
        if not waiting:
            return
        parent, ran = waiting.pop()
        for field, value in ast.iter_fields(parent):
            if field in _LEFT_OUT or isinstance(parent, ast.Raise | ast.Assert):
                continue
            is_list = isinstance(value, list)
            for index, node in enumerate(value if is_list else [value]):
                if isinstance(node, ast.AST) and not _is_message(node):
                    is_statement = isinstance(node, ast.stmt) and lines is not None
                    does = _ran(node, lines) if is_statement else ran
                    waiting.append((node, does))
                    if does:
                        yield Place(node, parent, field, index if is_list else None)


def _ran(node: Any, lines: Any) -> bool:
    """Whether one of the statement's lines ran; of a block, one of its first lines."""
    body = getattr(node, "body", None)
    last = body[0].lineno - 1 if body else node.end_lineno or node.lineno
    return any(line in lines for line in range(node.lineno, max(last, node.lineno) + 1))


def _is_message(node: ast.AST) -> bool:
    if isinstance(node, ast.Expr):
        value = node.value
        return isinstance(value, ast.Constant) or (
            isinstance(value, ast.Call)
            and isinstance(value.func, ast.Name)
            and value.func.id == "print"
        )
    return isinstance(node, ast.JoinedStr | ast.Import | ast.ImportFrom | ast.Global)
