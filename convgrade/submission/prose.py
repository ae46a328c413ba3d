"""Finds text for a reader in code: comments and strings."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from convgrade.submission.blocks import Block, blocks, is_plain, tokens

PROSE = re.compile(
    r"^(?!(?:from|import|for|if|elif|while|with|def|class|return|assert|not|lambda|raise|print)\b)"
    r"[^\W\d_][\w',-]*(?:[ ][\w',.;-]+){4,}",
    re.MULTILINE,
)
"""A line that begins with five words and without signs of code between them."""

MAX_TEXTS = 4000
_OTHER_SCRIPT = re.compile(r"[^\W\d_\x00-\u024f](?:[^\x00-\u024f]|[ \d,.;:()-]){7,}")
_TEXT_MAGIC = re.compile(r"\s*%%(?:html|markdown|latex|svg)\b[^\n]*\n", re.IGNORECASE)
_ESCAPED = {r"\n": "\n", r"\t": "\t", r"\"": '"', r"\'": "'", "\\\n": ""}
_ESCAPE = re.compile(r"\\[nt\"'\n]")


@dataclass(frozen=True)
class Text:
    """Text in code: the line that it begins in, and whether code is directly below it."""

    line: int
    text: str
    is_comment: bool = False
    is_above_code: bool = False


def is_prose(text: str) -> bool:
    """Whether any line looks like a sentence, in any script."""
    return PROSE.search(text) is not None or _OTHER_SCRIPT.search(text) is not None


def said_in_code(source: str) -> tuple[str, bool]:
    """Return what a code cell says to a reader, and whether it does hardly anything else."""
    if match := _TEXT_MAGIC.match(source):
        return source[match.end() :].strip("\n"), True
    found = [text.text for text in texts(source)]
    speaking = [text for text in found if is_prose(text)]
    silent = [b for b in blocks(source) if b.essence and not any(map(is_prose, _strings_of(b)))]
    if not silent and found:
        return "\n\n".join(found), True
    if not speaking and PROSE.search(source):
        return source, False  # it is not even marked as text
    return "\n\n".join(speaking), False


def texts(source: str) -> Iterator[Text]:
    """Yield top-level comments, and the strings of statements that define nothing.

    At most `MAX_TEXTS` texts are returned.
    """
    yield from itertools.islice(_texts(source), MAX_TEXTS)


def _texts(source: str) -> Iterator[Text]:
    line = 1
    for block in blocks(source):
        found = [*_comments(block, line)]
        if strings := _strings_of(block):
            first = next(s for kind, s, _ in tokens(block.text) if kind in ("string", "quotes"))
            begin = line + block.text.count("\n", 0, first)
            found.append(Text(begin, "\n".join(strings)))
        yield from sorted(found, key=lambda text: text.line)
        line += block.text.count("\n") + 1


def _comments(block: Block, first: int) -> Iterator[Text]:
    """Yield the top-level comments of a block; neighbouring lines are one text."""
    line, kept, begin = first, list[str](), first
    comments = _comment_lines(block)
    for text in block.text.split("\n"):
        if text.startswith("#") and line - first in comments:
            begin = begin if kept else line
            kept.append(text.lstrip("#").removeprefix(" "))
        elif kept:
            yield Text(begin, "\n".join(kept).strip("\n"), True, bool(text.strip()))
            kept = []
        line += 1
    if kept:
        yield Text(begin, "\n".join(kept).strip("\n"), True)


def _comment_lines(block: Block) -> frozenset[int]:
    """The numbers of the lines that begin with a comment, and not inside a string."""
    lines, line, position = set[int](), 0, 0
    for kind, start, _ in tokens(block.text):
        line += block.text.count("\n", position, start)
        position = start
        if kind == "comment":
            lines.add(line)
    return frozenset(lines)


def _strings_of(block: Block) -> list[str]:
    """The strings of a statement that is no definition and contains no other statements."""
    if not is_plain(block):
        return []
    found, simple = [], list[str]()
    for kind, start, stop in tokens(block.text):
        text = block.text[start:stop]
        if kind == "string":
            simple.append(_unescaped(text.strip(text[0])))
        elif kind == "quotes":
            found.append(_unescaped(text[3:-3]).strip("\n"))
    if simple:
        found.append(" ".join(part.strip(" ") for part in simple))
    return [text for text in found if text.strip()]


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda match: _ESCAPED[match.group()], text)
