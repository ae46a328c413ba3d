"""What a definition is made of: names, texts, numbers and calls from which edits are made."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

MOST_NAMES = 30
MOST_OTHERS = 8


@dataclass
class Scope:
    """The parts of a definition, each once and in the order of the text.

    `names` are those that it binds, `texts` short words, `numbers` integers, `slices` what stands
    between square brackets, `keywords` the keyword arguments by the name of the called function,
    and `functions` those that are called with one argument. `read` are the names that are read.
    `types` are the names of the types of variables, where they are known.
    """

    types: Mapping[str, str] = field(default_factory=dict)
    names: dict[str, None] = field(default_factory=dict)
    texts: dict[str, None] = field(default_factory=dict)
    numbers: dict[int, None] = field(default_factory=dict)
    slices: dict[str, ast.Slice] = field(default_factory=dict)
    keywords: dict[tuple[str, str], ast.keyword] = field(default_factory=dict)
    functions: dict[str, ast.expr] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)

    def is_unused(self, name: str) -> bool:
        """Whether nothing reads a variable: it may be missing where it should be read."""
        return name not in self.read

    def may_replace(self, name: str, other: str) -> bool:
        """Whether a variable may stand for another: not if their types are known to differ."""
        one, another = self.types.get(name, ""), self.types.get(other, "")
        return name != other and (not one or not another or one == another)


def scope_of(definition: ast.AST, types: Mapping[str, str]) -> Scope:
    """The scope of a definition, nested ones included."""
    scope = Scope(types)
    for node in ast.walk(definition):
        if isinstance(node, ast.arg) and len(scope.names) < MOST_NAMES:
            scope.names[node.arg] = None
        elif isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Load):
                scope.read.add(node.id)
            elif len(scope.names) < MOST_NAMES:
                scope.names[node.id] = None
        elif isinstance(node, ast.Constant):
            _take_constant(scope, node.value)
        elif isinstance(node, ast.Slice) and len(scope.slices) < MOST_OTHERS:
            scope.slices[ast.dump(node)] = node
        elif isinstance(node, ast.Call):
            _take_call(scope, node)
    for unused in ("self", "_"):
        scope.names.pop(unused, None)
    return scope


def called(node: ast.Call) -> str:
    """The last part of the name of a called function; empty if it has no name."""
    function = node.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _take_constant(scope: Scope, value: object) -> None:
    if isinstance(value, str):
        if value.isidentifier() and len(value) < 12 and len(scope.texts) < MOST_OTHERS:
            scope.texts[value] = None
    elif type(value) is int and len(scope.numbers) < MOST_OTHERS:
        scope.numbers[value] = None


def _take_call(scope: Scope, node: ast.Call) -> None:
    for keyword in node.keywords:
        if keyword.arg and len(scope.keywords) < 2 * MOST_OTHERS:
            scope.keywords[called(node), ast.dump(keyword)] = keyword
    is_error = called(node).endswith(("Error", "print"))
    has_one = (
        len(node.args) == 1 and not node.keywords and not isinstance(node.args[0], ast.Starred)
    )
    if has_one and not is_error and len(scope.functions) < MOST_OTHERS:
        scope.functions[ast.dump(node.func)] = node.func
