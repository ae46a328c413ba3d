"""Makes mistakes on purpose: one edit in the text of a module, and the lines that are wrong then.

The text must be trusted: it is parsed in this process.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from autograder.edits.edit import Edit
from autograder.edits.listing import edits_of

_REPAIRS_ONLY = {"argument added", "bound added", "term added", "call added", "like its neighbour"}


@dataclass(frozen=True)
class Mistake:
    """A text with one mistake.

    Attributes:
        kind: the kind of the edit.
        function: the name of the top-level function or class that was edited.
        lines: the lines that are right to name, from 1. If a statement is missing, they are the
            lines before and after its place.
        text: the whole text with the mistake.
    """

    kind: str
    function: str
    lines: frozenset[int]
    text: str


@dataclass(frozen=True)
class Planned:
    """A mistake that can be made in a text; `make` writes the text.

    Attributes:
        kind, function: as in `Mistake`.
        tree: the definition alone; all mistakes in it share one tree.
    """

    kind: str
    function: str
    tree: ast.Module
    _edit: Edit
    _lines: tuple[str, ...]
    _first: int
    _last: int

    @property
    def rank(self) -> int:
        """How early it is tried, from 0."""
        return self._edit.rank

    @property
    def line(self) -> int:
        """The line of the changed part in the definition, from 1."""
        return self._edit.line

    def applied(self) -> AbstractContextManager[None]:
        """Change `tree` inside the block, and change it back."""
        return self._edit.applied()

    def make(self) -> Mistake | None:
        """The text with the mistake; None if the edit cannot be written or changes nothing."""
        own = list(self._lines[self._first : self._last])
        before = ast.dump(_normal(self.tree))
        with self.applied():
            wanted = ast.dump(_normal(self.tree))
        if wanted == before:
            return None
        for changed, wrong in _texts(own, self._edit):
            if _parses_to(changed, wanted):
                whole = [*self._lines[: self._first], changed, *self._lines[self._last :]]
                moved = frozenset(line + self._first for line in wrong)
                return Mistake(self.kind, self.function, moved, "\n".join(whole))
        return None


def mistakes(text: str, literals: Sequence[str] = ()) -> list[Planned]:
    """All mistakes of one edit that can be made in a right text, in the order of its functions.

    Args:
        text: the text.
        literals: Python expressions; each is also put in place of every other expression.

    Raises:
        SyntaxError: the text is no Python.
    """
    lines = tuple(text.split("\n"))
    found = []
    for definition in ast.parse(text).body:
        if not isinstance(definition, ast.FunctionDef | ast.ClassDef):
            continue
        decorated = [each.lineno for each in definition.decorator_list]
        first = min([definition.lineno, *decorated]) - 1
        last = definition.end_lineno or definition.lineno
        tree = ast.parse("\n".join(lines[first:last]))
        found += [
            Planned(edit.kind, definition.name, tree, edit, lines, first, last)
            for edit in edits_of(tree.body[0], literals=literals)
            if edit.kind not in _REPAIRS_ONLY
        ]
    return found


def _texts(lines: list[str], edit: Edit) -> Iterator[tuple[str, frozenset[int]]]:
    """Texts that may be what the edit means."""
    node = edit.node
    if isinstance(node, ast.expr) and not isinstance(edit.value, ast.stmt):
        new = _new_part(edit)
        if new is None:
            return
        for written in (ast.unparse(new), f"({ast.unparse(new)})"):
            yield _spliced(lines, node, written), frozenset({node.lineno})
    elif isinstance(node, ast.stmt):
        yield from _statement_texts(lines, edit, node)


def _new_part(edit: Edit) -> ast.AST | None:
    if not isinstance(edit.value, list):
        return edit.value if isinstance(edit.value, ast.AST) else None
    old = getattr(edit.parent, edit.field)
    if len(old) != len(edit.value):
        return None
    return next((n for o, n in zip(old, edit.value, strict=True) if o is not n), None)


def _statement_texts(
    lines: list[str], edit: Edit, node: ast.stmt
) -> Iterator[tuple[str, frozenset[int]]]:
    first, last = node.lineno - 1, node.end_lineno or node.lineno
    old, new = getattr(edit.parent, edit.field), edit.value
    indent = " " * node.col_offset
    if edit.kind == "statement dropped" and isinstance(new, list):
        if len(new) < len(old):
            before = next((n for n in range(first - 1, -1, -1) if lines[n].strip()), 0)
            after = next((n for n in range(last, len(lines)) if lines[n].strip()), last)
            removed = last - first
            wrong = frozenset({before + 1, after + 1 - removed})
            yield "\n".join([*lines[:first], *lines[last:]]), wrong
        else:
            rows = [*lines[:first], f"{indent}pass", *lines[last:]]
            yield "\n".join(rows), frozenset({first + 1})
    elif edit.kind == "order":
        other = old[old.index(node) + 1]
        start, stop = other.lineno - 1, other.end_lineno
        moved = [*lines[start:stop], *lines[last:start], *lines[first:last]]
        wrong = frozenset({first + 1, first + 1 + stop - start + start - last})
        yield "\n".join([*lines[:first], *moved, *lines[stop:]]), wrong
    elif edit.kind == "depth":
        step = 4 if len(new) < len(old) else -4
        shifted = [" " * (len(row) - len(row.lstrip()) + step) + row.lstrip()
                   for row in lines[first:last]]  # fmt: skip
        yield "\n".join([*lines[:first], *shifted, *lines[last:]]), frozenset({first + 1})
    else:
        part = _new_part(edit)
        if isinstance(part, ast.stmt) and not hasattr(part, "body"):
            rows = [*lines[:first], indent + ast.unparse(part), *lines[last:]]
            yield "\n".join(rows), frozenset({first + 1})


def _spliced(lines: list[str], node: ast.expr, written: str) -> str:
    """The text with the source of one expression replaced; its columns count bytes."""
    first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    head = lines[first].encode()[: node.col_offset].decode()
    tail = lines[last].encode()[node.end_col_offset :].decode()
    return "\n".join([*lines[:first], head + written + tail, *lines[last + 1 :]])


def _parses_to(text: str, wanted: str) -> bool:
    try:
        return ast.dump(ast.parse(text)) == wanted
    except SyntaxError:
        return False


def _normal(tree: ast.Module) -> ast.Module:
    """The tree as it is once written and parsed again, for example without double signs."""
    return ast.parse(ast.unparse(tree))
