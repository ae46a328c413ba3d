"""Runs cells of plain Python where IPython is not installed; the part of its shell that is needed.

It knows no magic and no `!command`: whoever plans a run refuses a file that has them.
"""

from __future__ import annotations

import ast
import asyncio
import codeop
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import ModuleType
from typing import Any

_COMMAND = re.compile(r"^[ \t]*(?:[%!]|\?|[\w.]+\?{1,2}[ \t]*$)|=[ \t]*[%!]", re.MULTILINE)
_SHELL = re.compile(r"\bget_ipython\(")


class PlainCompiler(codeop.Compile):
    """Compiles as Python's own prompt does, and remembers `from __future__ import`."""

    @contextmanager
    def extra_flags(self, flags: int) -> Iterator[None]:
        """Compile with these flags in the block."""
        added = flags & ~self.flags
        self.flags |= flags
        try:
            yield
        finally:
            self.flags &= ~added


class PlainTransformer:
    """Leaves the text of a cell as it is."""

    def transform_cell(self, source: str) -> str:
        """The source, ending in a line feed."""
        return source if source.endswith("\n") else f"{source}\n"


class PlainShell:
    """A namespace for the cells of one process."""

    def __init__(self) -> None:
        self.user_module = ModuleType("__main__")
        self.user_ns: dict[str, Any] = self.user_module.__dict__
        self.user_ns["display"] = print
        self.compile = PlainCompiler()
        self.input_transformer_manager = PlainTransformer()
        self.transform_cell = self.input_transformer_manager.transform_cell
        self.builtin_trap: AbstractContextManager[None] = nullcontext()
        self.display_trap: AbstractContextManager[None] = nullcontext()
        self.loop_runner = asyncio.run

    def transform_ast(self, tree: ast.Module) -> ast.Module:
        """The tree as it is."""
        return tree

    def begin_cell(self, source: str) -> None:
        """Nothing waits for a cell to begin."""

    def end_cell(self, begun: None) -> None:
        """Nothing waits for a cell to end."""

    def name_nested_code(self, file: str) -> None:
        """No magic compiles code here."""


def needs_ipython(source: str) -> bool:
    """Whether a cell has a magic or a command, or asks for IPython's shell."""
    if _SHELL.search(source):
        return True
    if not _COMMAND.search(source):
        return False
    try:
        ast.parse(source)
    except (SyntaxError, ValueError):
        return True
    return False
