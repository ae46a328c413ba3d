"""Runs cells where IPython is not installed; the part of its shell that is needed.

Magics and `!commands` do nothing here, except that `%time` and `%%time` run their code. So a
notebook runs that has `%matplotlib inline` or `%pip install` in it.
"""

from __future__ import annotations

import ast
import asyncio
import codeop
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import ModuleType
from typing import Any

_COMMAND = re.compile(
    r"^(?P<indent>[ \t]*)(?:(?P<name>[\w., \t]+?)[ \t]*=[ \t]*)?(?P<mark>[%!])(?P<rest>.*)$"
)
_HELP = re.compile(r"^(?P<indent>[ \t]*)(?:\?{1,2}[\w.]+|[\w.]+\?{1,2})[ \t]*$")
_CELL = re.compile(r"^\s*%%(?P<magic>\w+)")
_RUN_THEIR_CODE = ("time", "capture", "prun", "timeit")
_OPEN = ("unterminated triple-quoted", "was never closed")
"""How Python's complaint about the lines above ends, if a line continues a text or a bracket."""


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
    """Turns magics and commands into Python that does nothing, line by line."""

    def transform_cell(self, source: str) -> str:
        """Plain Python with as many lines, ending in a line feed."""
        return without_commands(source).rstrip("\n") + "\n"


class PlainShell:
    """A namespace for the cells of one process."""

    def __init__(self) -> None:
        self.user_module = ModuleType("__main__")
        self.user_ns: dict[str, Any] = self.user_module.__dict__
        self.user_ns["display"] = print
        self.user_ns["get_ipython"] = _NoShell
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


class _NoShell:
    """What `get_ipython()` gives: each of its methods does nothing."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_, **__: None


def without_commands(source: str) -> str:
    """A cell without magics and commands, with the same number of lines."""
    lines = source.split("\n")
    first = next((n for n, line in enumerate(lines) if line.strip()), 0)
    if magic := _CELL.match(lines[first]):
        if magic["magic"] not in _RUN_THEIR_CODE:
            return "\n" * (len(lines) - 1)
        lines[first] = ""
    for number, line in enumerate(lines):
        replaced = _plain(line)
        if replaced != line and not _is_inside("\n".join(lines[:number])):
            lines[number] = replaced
    return "\n".join(lines)


def _plain(line: str) -> str:
    if found := _HELP.match(line):
        return f"{found['indent']}pass"
    found = _COMMAND.match(line)
    if found is None:
        return line
    magic, _, code = found["rest"].partition(" ")
    runs = found["mark"] == "%" and magic == "time" and code.strip()
    start = f"{found['indent']}{found['name']} = " if found["name"] else found["indent"]
    return start + (code.strip() if runs else "None" if found["name"] else "pass")


def _is_inside(above: str) -> bool:
    """Whether the next line continues a text, a bracket or a line that began above."""
    if above.endswith("\\"):
        return True
    try:
        ast.parse(above)
    except SyntaxError as error:
        return any(part in str(error) for part in _OPEN)
    except ValueError:
        return False
    return False
