"""Reads a student's text for questions about it: its definitions, spots to watch, and edits.

It parses the text in a sandbox of its own, in which no student code runs.
"""

from __future__ import annotations

import ast
import random
from collections.abc import Sequence
from typing import Any

from autograder.edits.mistakes import mistakes
from autograder.edits.needed_code import needed
from autograder.edits.recorded import Spot, record

MOST_DEFINITIONS = 60
MOST_OF_A_LINE = 160
MOST_TEXT = 40_000  # characters of all definitions


def plan(cells: Sequence[str], name: str, most_edits: int, seed: int) -> dict[str, Any]:
    """The part of a submission that one function needs, and what can be asked about it.

    Args:
        cells: the source of its cells, in order. Those that are no Python are left out.
        name: the function.
        most_edits: how many edits to choose.
        seed: of the choice.

    Returns:
        Plain data. "definitions": the texts that define the function and all that it uses, in
        order, each with its "name" ("" for imports), its "kind" ("code" for functions and
        classes, "value" for other names, "import"), its "text", and its "documentation", the first
        and last line of its docstring or (0, 0). "spots": (number of
        the definition, index, kind, line, text). "edits": dicts with "definition", "line",
        "after", which is the changed line, and "text" of the whole definition. All are empty if
        the function is not there.
    """
    sources = []
    for cell in cells:
        try:
            sources.append((cell, ast.parse(cell)))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    whole = ast.Module([node for _, tree in sources for node in tree.body], [])
    text_of = {id(node): _text(cell, node) for cell, tree in sources for node in tree.body}
    nodes = needed(whole, name)
    texts = [text_of[id(node)] for node in nodes]
    if len(texts) > MOST_DEFINITIONS or sum(map(len, texts)) > MOST_TEXT:
        nodes, texts = [], []
    spots, found = [], []
    for number, text in enumerate(texts):
        spots += [
            (number, index, spot.kind, spot.line, spot.text)
            for index, spot in enumerate(_spots(text))
        ]
        found += [(number, planned) for planned in mistakes(text)]
    rng = random.Random(seed)
    rng.shuffle(found)
    edits: list[dict[str, Any]] = []
    for number, planned in found:
        if len(edits) == most_edits:
            break
        edit = _edit(number, texts[number], planned)
        if edit is not None and edit["text"] not in {each["text"] for each in edits}:
            edits.append(edit)
    return {
        "definitions": [_definition(text) for text in texts],
        "spots": spots,
        "edits": edits,
    }


def make_edits(
    texts: Sequence[str], places: Sequence[Sequence[int]], literals: Sequence[str]
) -> list[dict[str, Any] | None]:
    """Write edits that `searching.search` tried, each as (definition, number); None for some.

    Args:
        texts: the definitions.
        places: which edits.
        literals: as `search` got them.

    Returns:
        For each edit what `plan` returns of one; None for those that are not within one line.
    """
    planned = {number: mistakes(texts[number], literals) for number, _ in places}
    return [_edit(number, texts[number], planned[number][index]) for number, index in places]


def _definition(text: str) -> dict[str, Any]:
    own = ast.parse(text).body[0]
    documentation = (0, 0)
    if isinstance(own, ast.FunctionDef | ast.ClassDef):
        name, kind = own.name, "code"
        if ast.get_docstring(own, clean=False) is not None:
            first = own.body[0]
            documentation = (first.lineno, first.end_lineno or first.lineno)
    elif isinstance(own, ast.Assign) and isinstance(own.targets[0], ast.Name):
        name, kind = own.targets[0].id, "value"
    else:
        name, kind = "", "import"
    return {"name": name, "kind": kind, "text": text, "documentation": documentation}


def _text(cell: str, node: ast.stmt) -> str:
    """The lines of a top-level statement, with its decorators."""
    decorated = [each.lineno for each in getattr(node, "decorator_list", [])]
    lines = cell.split("\n")[min([node.lineno, *decorated]) - 1 : node.end_lineno]
    text = "\n".join(lines)
    try:
        single = len(ast.parse(text).body) == 1
    except SyntaxError:
        single = False
    return text if single else ast.unparse(node)  # several statements in one line


def _spots(text: str) -> list[Spot]:
    return record(ast.parse(text), text)


def _edit(number: int, text: str, planned: Any) -> dict[str, Any] | None:
    """An edit within one line; None for others."""
    made = planned.make()
    if made is None:
        return None
    before, after = text.split("\n"), made.text.split("\n")
    if len(before) != len(after):
        return None
    changed = [n for n, (a, b) in enumerate(zip(before, after, strict=True)) if a != b]
    if len(changed) != 1:
        return None
    (line,) = changed
    is_moved = _indentation(before[line]) != _indentation(after[line])
    if is_moved or len(after[line]) > MOST_OF_A_LINE:
        return None  # a question shows a changed line without its indentation
    return {
        "definition": number,
        "line": line + 1,
        "after": after[line].strip(),
        "text": made.text,
    }


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip())
