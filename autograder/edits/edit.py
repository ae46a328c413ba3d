"""One edit: a part of a syntax tree, and what stands in its place."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Edit:
    """One change of a syntax tree.

    Attributes:
        kind: the name of the kind, such as "operator".
        rank: how early it is tried, from 0; smaller for mistakes that are made more often.
        line: the line of the changed part.
        node: the changed part.
        parent: the node that holds it.
        field: the field of `parent` that changes.
        value: the new value of that field.
    """

    kind: str
    rank: int
    line: int
    node: ast.AST
    parent: ast.AST
    field: str
    value: Any

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Change the tree inside the block, and change it back."""
        before = getattr(self.parent, self.field)
        for new in self.value if isinstance(self.value, list) else [self.value]:
            if isinstance(new, ast.AST):
                _locate(new, self.node)
        setattr(self.parent, self.field, self.value)
        try:
            yield
        finally:
            setattr(self.parent, self.field, before)


@dataclass(frozen=True)
class Place:
    """A node in a tree, and where its parent holds it."""

    node: ast.AST
    parent: ast.AST
    field: str
    index: int | None = None

    def edit(self, kind: str, rank: int, new: ast.AST | None) -> Edit:
        """The edit that puts `new` here; None removes an optional part."""
        value: Any = new
        if self.index is not None:
            value = list(getattr(self.parent, self.field))
            value[self.index : self.index + 1] = [] if new is None else [new]
        return Edit(kind, rank, _line(self.node), self.node, self.parent, self.field, value)


def _locate(new: ast.AST, old: ast.AST) -> None:
    """Give new nodes the place of the one that they replace."""
    if "lineno" in new._attributes:
        if hasattr(new, "lineno"):
            return
        ast.copy_location(new, old)
    for child in ast.iter_child_nodes(new):
        _locate(child, old)


def _line(node: ast.AST) -> int:
    return int(getattr(node, "lineno", 0))
