"""Scripts read as cells: whichever marker an editor puts between them, comments stay comments.

Known are jupytext's percent and light formats, `jupyter nbconvert --to script`, IPython's
`<codecell>` and Databricks' sources. A text without any marker is a plain module.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from autograder.errors import SubmissionRejected
from autograder.submission.records import RawCell

MAX_LENGTH = 4 * 2**20
MAX_CELLS = 4000

_MARKER = re.compile(
    r"^(?:#[ \t]?%%+(?P<percent>(?:[ \t][^\n]*)?)"
    r"|#[ \t]?In[ \t]?\[[ \d*]{0,9}\]:?[ \t\r]*"
    r"|#[ \t]?<(?P<kind>code|markdown|html|raw|heading[ \w=]{0,20})cell>[ \t\r]*"
    r"|#[ \t]?COMMAND[ \t]-{5,}[ \t\r]*"
    r"|#[ \t]\+(?P<light>(?:[ \t][^\n]*)?))$",
    re.MULTILINE,
)
_TYPE = re.compile(r"\[(markdown|md|raw)\]|^[ \t]*(md|markdown|raw)\b", re.IGNORECASE)
_INACTIVE = 'active=""'
_LIGHT_END = re.compile(r"^#[ \t]-[ \t\r]*$", re.MULTILINE)
_MAGIC_MD = re.compile(r"^#[ \t]MAGIC[ \t]%md")


PROSE = re.compile(
    r"^(?!(?:from|import|for|if|elif|while|with|def|class|return|assert|not|lambda|raise|print)\b)"
    r"[^\W\d_][\w',-]*(?:[ ][\w',.;-]+){4,}",
    re.MULTILINE,
)
"""A line that begins with five words and no sign of code among them."""


@dataclass(frozen=True)
class _Marker:
    start: int
    end: int
    cell_type: str
    nbgrader: Mapping[str, Any]
    style: str


def is_script(text: str) -> bool:
    """Whether there is any marker of cells in it."""
    return _MARKER.search(text) is not None


def cells_of(text: str) -> tuple[RawCell, ...]:
    """The cells of a script, whose lines end in a line feed.

    Raises:
        SubmissionRejected: it is too long, or has too many cells.
    """
    if len(text) > MAX_LENGTH:
        raise SubmissionRejected("The file is too long to be read as cells.")
    markers = []
    for match in _MARKER.finditer(text):
        markers.append(_marker(match))
        if len(markers) > MAX_CELLS:
            raise SubmissionRejected(f"The file has too many cells, more than {MAX_CELLS}.")
    pieces = list(_above(text[: markers[0].start]))
    ends = [marker.start for marker in markers[1:]] + [len(text)]
    for marker, end in zip(markers, ends, strict=True):
        pieces += _pieces(text, marker, end)
    cells, line, counted = [], 1, 0
    for number, piece in enumerate(pieces, 1):
        line += text.count("\n", counted, piece.start)
        counted = piece.start
        cells.append(RawCell(piece.cell_type, piece.source, piece.nbgrader, {}, number, line))
    return tuple(cells)


@dataclass(frozen=True)
class _Piece:
    cell_type: str
    source: str
    nbgrader: Mapping[str, Any]
    start: int


def _marker(match: re.Match[str]) -> _Marker:
    options = match["percent"] or match["light"] or ""
    kind = match["kind"] or "code"
    if found := _TYPE.search(options):
        kind = (found.group(1) or found.group(2)).lower()
    if _INACTIVE in options:
        kind = "raw"
    cell_type = {"code": "code", "raw": "raw"}.get(kind, "markdown")
    style = "light" if match["light"] is not None else ""
    if match.group().rstrip().endswith((":", "]")) and "In" in match.group()[:6]:
        style = "script"
    if "COMMAND" in match.group()[:12]:
        style = "databricks"
    return _Marker(match.start(), match.end(), cell_type, _nbgrader(options), style)


def _nbgrader(options: str) -> Mapping[str, Any]:
    """The value of `nbgrader={…}` in a marker; empty where there is none that is JSON."""
    _, found, value = options.partition("nbgrader=")
    if not found:
        return {}
    try:
        metadata, _ = json.JSONDecoder().raw_decode(value)
    except (ValueError, RecursionError):
        return {}
    return metadata if isinstance(metadata, dict) else {}


def _pieces(text: str, marker: _Marker, end: int) -> Iterator[_Piece]:
    """The cell below a marker; in a script of nbconvert's, the text cells below it as well."""
    start = min(marker.end + 1, end)
    body = text[start:end]
    if marker.style == "databricks" and _MAGIC_MD.match(body.lstrip("\n")):
        lines = body.strip("\n").split("\n")
        bare = [line.removeprefix("# MAGIC").removeprefix(" ") for line in lines]
        yield _Piece("markdown", "\n".join(bare).removeprefix("%md").strip(), {}, start)
        return
    below = ""
    if marker.style == "light" and (closing := _LIGHT_END.search(body)):
        body, below = body[: closing.start()], body[closing.end() :]
    elif marker.style == "script":
        kept = _without_text_below(body)
        body, below = body[:kept], body[kept:]
    source = body.strip("\n")
    begins = start + len(body) - len(body.lstrip("\n"))
    if marker.cell_type == "code":
        yield _Piece("code", source.rstrip(), marker.nbgrader, begins)
    else:
        yield _Piece(marker.cell_type, _uncommented(source), marker.nbgrader, begins)
    yield from _paragraphs(below, end - len(below))


def _above(text: str) -> Iterator[_Piece]:
    """What stands above the first marker, without jupytext's header."""
    opening = re.match(r"(?:#![^\n]*\n)?(?:#[^\n]*coding[^\n]*\n)?\s*", text)
    start = opening.end() if opening else 0
    if text.startswith("# ---\n", start):
        closing = text.find("\n# ---\n", start)
        start = len(text) if closing < 0 else closing + len("\n# ---\n")
    yield from _paragraphs(text[start:], start)


def _paragraphs(text: str, start: int) -> Iterator[_Piece]:
    """Comments that stand alone are text cells; code between them is code."""
    code: list[tuple[int, str]] = []
    position = start
    for paragraph in re.split(r"(\n(?:[ \t]*\n)+)", text):
        if paragraph.strip():
            above, prose = _taken_apart(paragraph)
            if above or prose:
                yield from _joined(code)
                code = []
            if above:
                yield _Piece("markdown", _uncommented(above.strip("\n")), {}, position)
            if prose:
                yield _Piece("raw", prose, {}, position + len(above))
            if not above and not prose:
                code.append((position, paragraph))
        position += len(paragraph)
    yield from _joined(code)


def _taken_apart(paragraph: str) -> tuple[str, str]:
    """The comments of a paragraph and the prose below them; neither where there is code."""
    lines = paragraph.split("\n")
    count = next((n for n, line in enumerate(lines) if line.strip() and line[0] != "#"), len(lines))
    rest = "\n".join(lines[count:])
    if rest.strip() and not PROSE.match(rest):
        return "", ""
    return "\n".join(lines[:count]), rest.strip("\n")


def _joined(code: list[tuple[int, str]]) -> Iterator[_Piece]:
    if code:
        yield _Piece("code", "\n\n".join(text.strip("\n") for _, text in code), {}, code[0][0])


def _without_text_below(body: str) -> int:
    """How much of it is code: what follows the last line that is neither comment nor blank is not.

    Comments right below the last line of code belong to it.
    """
    lines = body.split("\n")
    last = max((n for n, line in enumerate(lines) if _is_code(line)), default=-1)
    while last + 1 < len(lines) and lines[last + 1].strip():
        last += 1
    return sum(len(line) + 1 for line in lines[: last + 1])


def _is_code(line: str) -> bool:
    return bool(line.strip()) and line[0] != "#" and not PROSE.match(line)


def _is_comment(text: str) -> bool:
    return all(line.startswith("#") for line in text.split("\n") if line.strip())


def _uncommented(text: str) -> str:
    """The text of a cell that is not code: in comments, in triple quotes, or as it is."""
    if _is_comment(text):
        lines = (line[1:].removeprefix(" ") for line in text.split("\n"))
        return "\n".join(lines).strip("\n")
    bare = text.strip()
    for quotes in ('"""', "'''"):
        opening = re.match("[rR]?" + quotes, bare)
        if opening and bare.endswith(quotes) and len(bare) >= opening.end() + 3:
            return bare[opening.end() : -3].strip("\n")
    return text
