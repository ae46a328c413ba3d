"""Reads Markdown as cells: the forms that jupytext, Quarto, R Markdown and MyST write."""

from __future__ import annotations

import re
from collections.abc import Iterator

from convgrade.errors import SubmissionRejected
from convgrade.submission.records import RawCell
from convgrade.submission.scripts import MAX_CELLS, MAX_LENGTH, nbgrader_of

SUFFIXES = (".md", ".qmd", ".rmd")
_FENCE = re.compile(
    r"^(?P<fence>`{3,9}|~{3,9})[ \t]*"
    r"(?:python3?\b|ipython3?\b|\{python\b|\{code-cell\b|\{\.python\b)(?P<options>[^\n]*)\n",
    re.MULTILINE | re.IGNORECASE,
)
_HEADER = re.compile(r"---\n(?:[^\n]*\n){0,200}?---\n")
_CELL_OPTIONS = re.compile(r"(?:---\n(?:[^\n]*\n){0,50}?---\n|(?::[\w-]+:[^\n]*\n)+)")


def cells_of(text: str) -> tuple[RawCell, ...]:
    """Return fenced Python as code cells, and the text between the fences as text cells.

    Raises:
        SubmissionRejected: the text is too long, or has too many cells.
    """
    if len(text) > MAX_LENGTH:
        raise SubmissionRejected("The file is too long to be read as cells.")
    cells, line, counted = [], 1, 0
    for number, (cell_type, start, source, options) in enumerate(_pieces(text), 1):
        if number > MAX_CELLS:
            raise SubmissionRejected(f"The file has too many cells, more than {MAX_CELLS}.")
        line += text.count("\n", counted, start)
        counted = start
        cells.append(RawCell(cell_type, source, nbgrader_of(options), {}, number, line))
    return tuple(cells)


def _pieces(text: str) -> Iterator[tuple[str, int, str, str]]:
    """Yield each piece: its type, where its text starts, the text, and the options of its fence."""
    header = _HEADER.match(text)
    position = header.end() if header else 0
    while opening := _FENCE.search(text, position):
        yield from _prose(text, position, opening.start())
        start = opening.end()
        if options := _CELL_OPTIONS.match(text, start):
            start = options.end()
        end = text.find(f"\n{opening['fence']}", start - 1)
        end = len(text) if end < 0 else end
        yield "code", start, text[start:end].rstrip(), opening["options"]
        position = text.find("\n", end + 1)
        if position < 0:
            return
    yield from _prose(text, position, len(text))


def _prose(text: str, start: int, end: int) -> Iterator[tuple[str, int, str, str]]:
    bare = text[start:end].lstrip("\n")
    if bare.strip():
        yield "markdown", end - len(bare), bare.rstrip(), ""
