"""The names and texts of a function, from which edits are made."""

from __future__ import annotations

import ast
from dataclasses import dataclass

MOST_NAMES = 30
MOST_TEXTS = 8


@dataclass(frozen=True)
class Scope:
    """The names that a function binds, in their order, and the short texts that it mentions."""

    names: tuple[str, ...]
    texts: tuple[str, ...]


def scope_of(definition: ast.AST) -> Scope:
    """The scope of a definition, nested ones included."""
    names: dict[str, None] = {}
    texts: dict[str, None] = {}
    for node in ast.walk(definition):
        if isinstance(node, ast.arg):
            names[node.arg] = None
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names[node.id] = None
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if node.value.isidentifier() and len(node.value) < 12:
                texts[node.value] = None
    names.pop("self", None)
    names.pop("_", None)
    return Scope(tuple(names)[:MOST_NAMES], tuple(texts)[:MOST_TEXTS])
