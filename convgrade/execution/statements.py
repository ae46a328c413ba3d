"""Splits a cell into top-level statements, so that one failure does not affect what follows.

Text that cannot be parsed becomes a statement that only holds its error; the rest of the cell
remains usable. This module runs nothing.
"""

from __future__ import annotations

import ast
import copy
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

MOST_NAMES = 50
MOST_REPAIRS = 20  # after them each block is parsed alone, so that the effort stays linear

_TRANSPARENT = re.compile(r"%%(?:time|capture|prun|memit|mprun|lprun)\b")
"""Cell magics that run the cell and observe it; the cell's statements are used without them."""
_CONFLICT = re.compile(r"(?:<<<<<<<|=======|>>>>>>>)(?: |$)")
_GOES_ON = re.compile(r"(?:elif|else|except|finally)\b|[)\]}]")
_BEGINS = re.compile(r"(?:def|class|import|from|async\s+def)\s|@")
_DEFINES = re.compile(r"(?:async\s+def|def|class)\s+(\w+)|(\w+)\s*(?::[^=]*)?=(?!=)")
_UNENDED = re.compile(r"was never closed|unterminated triple-quoted|unexpected EOF|EOF while")
_BLOCK_MISSING = re.compile(r"expected an indented block after .* on line (\d+)")
_ON_LINE = re.compile(r"\b(on line )(\d+)")
_FAILURES = (SyntaxError, ValueError, OverflowError, RuntimeError, MemoryError)
_UNFINISHED = 0x4200  # flags of codeop, which report unfinished input as "incomplete input"
_SCOPES = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True)
class Statement:
    """One statement. Its `parts` run one after the other, even if an earlier part failed.

    An import of several names has one part per name. If there is an `error`, there are no parts.
    """

    line: int
    parts: tuple[ast.stmt, ...] = ()
    error: SyntaxError | None = None
    broken_names: tuple[str, ...] = ()

    @property
    def is_quick(self) -> bool:
        """Whether running it does hardly more than bind a name."""
        if self.error is not None:
            return True
        (first, *others) = self.parts
        if isinstance(first, _DEFINITIONS):
            return not first.decorator_list
        value = first.value if isinstance(first, ast.Expr | ast.Assign) else None
        return not others and isinstance(value, ast.Constant)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names that it binds or deletes in the cell's namespace."""
        return (*self.broken_names, *(name for part in self.parts for name in bound_names(part)))


def statements(shell: Any, source: str, file: str) -> tuple[Statement, ...]:
    """Split a cell into its statements, in order.

    Args:
        shell: the shell from `prepare_shell`, or its parser.
        source: the cell.
        file: the file name that errors and code objects get. Their lines are the cell's lines.
    """
    lines = _without_watchers(source).split("\n")
    try:
        return tuple(map(_statement, _parsed(shell, lines, 0, len(lines), file, whole=True)))
    except _FAILURES as error:
        return tuple(_Repair(shell, lines, file).statements(error))


def _without_watchers(source: str) -> str:
    """Remove cell magics that only observe the run; lines keep their numbers."""
    lines = source.split("\n")
    for number, line in enumerate(lines):
        if _TRANSPARENT.match(line):
            lines[number] = ""
        elif line.strip():
            break
    return "\n".join(lines)


def _parsed(
    shell: Any, lines: Sequence[str], start: int, end: int, file: str, whole: bool = False
) -> list[ast.stmt]:
    """Parse some lines of a cell after IPython's transformations."""
    while start < end and not lines[start].strip():
        start += 1
    if start == end:
        return []
    transform = shell.transform_cell if whole else shell.input_transformer_manager.transform_cell
    flags = shell.compile.flags & ~_UNFINISHED | ast.PyCF_ONLY_AST
    try:
        text = transform("\n".join(lines[start:end]))
        tree = compile(text, file, "exec", flags, dont_inherit=True)
    except SyntaxError as error:
        _count_from_the_top(error, start)
        raise
    if start:
        ast.increment_lineno(tree, start)
    body: list[ast.stmt] = shell.transform_ast(tree).body
    return body


def _count_from_the_top(error: SyntaxError, lines_above: int) -> None:
    """Change the line numbers of an error, and of its message, to those of the whole cell."""
    error.lineno = (error.lineno or 1) + lines_above
    if error.end_lineno:
        error.end_lineno += lines_above
    error.msg = _ON_LINE.sub(lambda found: f"{found[1]}{int(found[2]) + lines_above}", error.msg)


def _statement(node: ast.stmt) -> Statement:
    parts: tuple[ast.stmt, ...] = (node,)
    if isinstance(node, ast.Import | ast.ImportFrom) and len(node.names) > 1:
        parts = tuple(_import_of(node, alias) for alias in node.names)
    first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
    return Statement(first, parts)


def _import_of(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> ast.stmt:
    one: ast.Import | ast.ImportFrom
    if isinstance(node, ast.Import):
        one = ast.Import([alias])
    else:
        one = ast.ImportFrom(node.module, [alias], node.level)
    return ast.copy_location(one, node)


def bound_names(part: ast.stmt) -> tuple[str, ...]:
    """Names that a statement binds or deletes, without those inside functions and classes."""
    try:
        return tuple(dict.fromkeys(_bound(part)))[:MOST_NAMES]
    except RecursionError:
        return ()


def _bound(node: ast.AST) -> Iterator[str]:
    if isinstance(node, _DEFINITIONS):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        for alias in node.names:
            yield alias.asname or alias.name.partition(".")[0]
    elif isinstance(node, ast.Name):
        if not isinstance(node.ctx, ast.Load):
            yield node.id
    elif not isinstance(node, (*_SCOPES, ast.Expr)):
        for child in ast.iter_child_nodes(node):
            yield from _bound(child)


def without(part: ast.stmt, name: str | None) -> ast.stmt | None:
    """Return a function definition without the decorators and annotations that use a name.

    None if it is no function, or if nothing in it uses the name.
    """
    if not name or not isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef):
        return None
    bare = copy.deepcopy(part)
    bare.decorator_list = [each for each in part.decorator_list if not _uses(each, name)]
    arguments = bare.args
    places = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    places += [each for each in (arguments.vararg, arguments.kwarg) if each]
    annotated = [each for each in places if each.annotation and _uses(each.annotation, name)]
    for place in annotated:
        place.annotation = None
    returns = bare.returns is not None and _uses(bare.returns, name)
    if returns:
        bare.returns = None
    changed = annotated or returns or len(bare.decorator_list) < len(part.decorator_list)
    return bare if changed else None


def _uses(node: ast.expr, name: str) -> bool:
    return any(isinstance(each, ast.Name) and each.id == name for each in ast.walk(node))


class _Repair:
    """Finds the statements that can be parsed in a cell that cannot be parsed as a whole."""

    def __init__(self, shell: Any, lines: list[str], file: str) -> None:
        self._shell = shell
        self._lines = lines
        self._file = file
        self._starts = [n for n in range(len(lines)) if self._is_start(n)]

    def statements(self, error: BaseException) -> Iterator[Statement]:
        """Yield all valid statements, and a statement with an error for each broken stretch."""
        start, end = 0, len(self._lines)
        for _ in range(MOST_REPAIRS):
            before, (begin, start) = self._around(start, error)
            yield from before
            if begin < start:
                yield self._broken(begin, start, error)
            try:
                yield from map(_statement, self._parse(start, end))
                return
            except _FAILURES as another:
                error = another
        yield from self._block_by_block(start, end)

    def _parse(self, start: int, end: int) -> list[ast.stmt]:
        return _parsed(self._shell, self._lines, start, end, self._file)

    def _around(self, start: int, error: BaseException) -> tuple[list[Statement], tuple[int, int]]:
        """Return the statements before an error, and the range of lines that are lost to it."""
        at = self._line_of(error, start)
        begin = max([start, *(n for n in self._starts if n <= at)])
        after = self._next(at + 1, bool(_UNENDED.search(str(error))))
        if isinstance(error, IndentationError) and "unexpected indent" in str(error):
            begin = self._unless_simple(begin, at)
        try:
            before = [*map(_statement, self._parse(start, begin))]
        except _FAILURES:  # the error began there and was only found here
            return [*self._block_by_block(start, begin)], (begin, begin)
        if before and self._cuts_a_block(begin, at, after):
            begin = before.pop().line - 1
        return before, (begin, after)

    def _line_of(self, error: BaseException, start: int) -> int:
        """The line, counted from 0, at which the broken part begins."""
        line = getattr(error, "lineno", None)
        if block := _BLOCK_MISSING.search(str(error)):
            line = int(block[1])
        last = len(self._lines) - 1
        return min(max((line or start + 1) - 1, start), last)

    def _next(self, line: int, swallowed: bool) -> int:
        """The line to continue at. If the broken part swallows the rest, continue at a certain
        start.
        """
        for start in self._starts:
            if start >= line and (not swallowed or _BEGINS.match(self._lines[start])):
                return start
        return len(self._lines)

    def _unless_simple(self, begin: int, at: int) -> int:
        """If a line is indented for no reason and belongs to no block, only this line is broken."""
        try:
            before = self._parse(begin, at)
        except _FAILURES:
            return begin
        return begin if any(hasattr(node, "body") for node in before) else at

    def _cuts_a_block(self, begin: int, at: int, after: int) -> bool:
        """Whether the lines after a broken line belong to the statement before it."""
        if begin != at or _BEGINS.match(self._lines[at]) or self._lines[at][:1].isspace():
            return False
        following = [line for line in self._lines[at + 1 : after] if line.strip()]
        return bool(following) and following[0][:1].isspace()

    def _block_by_block(self, start: int, end: int) -> Iterator[Statement]:
        edges = [start, *(n for n in self._starts if start < n < end), end]
        for begin, after in itertools.pairwise(edges):
            try:
                yield from map(_statement, self._parse(begin, after))
            except _FAILURES as error:
                yield self._broken(begin, after, error)

    def _broken(self, begin: int, after: int, error: BaseException) -> Statement:
        shown = error if isinstance(error, SyntaxError) else SyntaxError(str(error)[:200])
        shown.filename, shown.lineno = self._file, shown.lineno or begin + 1
        if 0 < shown.lineno <= len(self._lines) and _CONFLICT.match(self._lines[shown.lineno - 1]):
            shown.msg = "a merge conflict of Git is here; keep one version and delete the rest"
        matches = (_DEFINES.match(line) for line in self._lines[begin:after])
        names = dict.fromkeys(match[1] or match[2] for match in matches if match)
        return Statement(begin + 1, error=shown, broken_names=tuple(names)[:MOST_NAMES])

    def _is_start(self, number: int) -> bool:
        """Whether a top-level statement may begin at a line."""
        line = self._lines[number]
        if not line.strip() or line[0].isspace() or line[0] == "#" or _GOES_ON.match(line):
            return False
        return not (number and self._lines[number - 1].startswith("@"))
