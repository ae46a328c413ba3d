"""Splits Python text into blocks, one per top-level statement, without parsing it.

Student code may have syntax errors, may contain IPython commands, and may be written to exhaust a
parser. This module looks at each character once. It knows strings, comments and brackets, and its
result is correct for all code that can be parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

_TOKEN = re.compile(
    r'(?P<quotes>"""|\'\'\')|(?P<comment>#[^\n]*)'
    r"|(?P<string>\"(?:\\[\s\S]|[^\"\\\n])*\"?|'(?:\\[\s\S]|[^'\\\n])*'?)"
    r"|(?P<open>[\[({])|(?P<close>[\])}])|(?P<line>\n)|(?P<joined>\\\n)"
)
_NEW = re.compile(r"(?:async[ \t]+def|def|class)[ \t]|@\w")
_GOES_ON = re.compile(r"(?:elif|else|except|finally)\b|[\])}]")
_DEFINED = re.compile(r"[ \t]*(?:(?:async[ \t]+)?def|class)[ \t]+(\w+)")
_DECORATED = re.compile(r"^(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)", re.MULTILINE)
_ABOVE = re.compile(r"(?:[ \t\r]*(?:#[^\n]*)?\n)*")
_INDENTED = re.compile(r"^[ \t]+(?:async[ \t]+)?def[ \t]+(\w+)", re.MULTILINE)
_COMPOUND = re.compile(r"(?:if|try|with|for|while)\b")
_NOT_PLAIN = re.compile(r"(?:if|try|with|for|while|def|class|async|import|from|match)\b|@")
_IMPORTED = re.compile(r"(?:from[ \t]+[\w.]+[ \t]+)?import\b(.*)", re.DOTALL)
_BOUND = re.compile(r"[(\[ \t]*(\w+(?:[ \t]*,[ \t]*\w+)*)[)\] \t]*(?:=(?!=)|:[^=\n]*=(?!=))")
_LONGEST_HEAD = 2000


@dataclass(frozen=True)
class Block:
    """One top-level statement, with the comments and decorators directly above it."""

    text: str
    names: tuple[str, ...]
    is_definition: bool
    is_import: bool = False

    @cached_property
    def essence(self) -> str:
        """The code without comments, docstrings and white space; equal for equal code."""
        return essence(self.text)


@lru_cache(maxsize=512)
def blocks(source: str) -> tuple[Block, ...]:
    """Split a text into blocks. The blocks joined by line feeds are the whole text."""
    lines = source.split("\n")
    starts = list(_starts(source, lines))
    found = []
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        found.append(_block("\n".join(lines[start:end])))
    return tuple(found)


def defined(source: str) -> dict[str, str]:
    """Map each name that a text defines, assigns or imports at top level to its last block."""
    return {name: block.text for block in blocks(source) for name in block.names}


def essence(text: str) -> str:
    """Return code without comments, triple-quoted texts and white space."""
    kept, position = [], 0
    for kind, start, end in tokens(text):
        if kind in ("quotes", "comment"):
            kept.append(text[position:start])
            position = end
    kept.append(text[position:])
    return "".join("".join(kept).split())


def is_plain(block: Block) -> bool:
    """Whether a statement defines nothing, imports nothing and contains no other statements."""
    start = _ABOVE.match(block.text)
    return not _NOT_PLAIN.match(block.text, start.end() if start else 0)


def tokens(source: str) -> Iterator[tuple[str, int, int]]:
    """Yield strings, comments, brackets and line ends as (kind, start, end).

    A triple-quoted text is one token. If it is never closed, only its opening quotes are a token.
    """
    position, unclosed = 0, set[str]()
    while (match := _TOKEN.search(source, position)) is not None:
        kind, end = str(match.lastgroup), match.end()
        if kind == "quotes":
            quotes = match.group()
            closing = -1 if quotes in unclosed else source.find(quotes, end)
            if closing < 0:
                unclosed.add(quotes)
                kind = "unclosed"
            else:
                end = closing + 3
        yield kind, match.start(), end
        position = end


def _starts(source: str, lines: list[str]) -> Iterator[int]:
    """Yield the numbers of the lines that begin a block, from 0."""
    inside = _continued(source, len(lines))
    yield 0
    attached = not _is_statement(lines[0])
    above: int | None = None
    for number, line in enumerate(lines):
        if number == 0 or not line or line[0] in " \t\r":
            if not line.strip():
                above = None
            continue
        if line.startswith("#") and not inside[number]:
            above = number if above is None else above
            continue
        if not inside[number] and not _GOES_ON.match(line):
            start = number if above is None else above
            if not attached and start > 0:
                yield start
            attached = line.startswith("@")
        above = None


def _is_statement(line: str) -> bool:
    return bool(line.strip()) and line[0] not in "#@"


def _continued(source: str, count: int) -> list[bool]:
    """For each line, whether it begins inside a string, inside brackets or after a backslash."""
    inside = [False] * count
    depth, line = 0, 0
    for kind, start, end in tokens(source):
        if kind == "open":
            depth += 1
        elif kind == "close":
            depth = max(depth - 1, 0)
        elif kind == "line":
            line += 1
            if depth and _NEW.match(source, end):
                depth = 0
            inside[line] = depth > 0
        elif kind != "comment":
            for _ in range(source.count("\n", start, end)):
                line += 1
                inside[line] = True
    return inside


def _block(text: str) -> Block:
    start = _ABOVE.match(text)
    head = text[start.end() if start else 0 :][:_LONGEST_HEAD]
    if match := _DEFINED.match(head) or (_DECORATED.search(head) if head[:1] == "@" else None):
        return Block(text, (match.group(1),), True)
    if match := _IMPORTED.match(head):
        words = re.sub(r"\w+[ \t]+as[ \t]+", "", match.group(1))
        return Block(text, tuple(re.findall(r"\b[A-Za-z_]\w*", words)), False, True)
    if match := _BOUND.match(head):
        return Block(text, tuple(re.findall(r"\w+", match.group(1))), False)
    if _COMPOUND.match(head):
        return Block(text, tuple(_INDENTED.findall(text)), False)
    return Block(text, (), False)
