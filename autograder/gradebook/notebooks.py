"""The canonical notebook of a submission: the submitted content in cells that nbgrader can rely on.

The student's cells keep their order. The first cell of each known id gets the release's metadata,
and a locked one also the release's text. Further copies become ordinary cells. Deleted graded and
locked cells are put back. This module reads no result and knows no score.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.course.assignment import Assignment
from autograder.gradebook.attachments import kept
from convgrade.submission import RawCell, Submission

_INVISIBLE = "\u200b"
_ACTIVE = re.compile(
    r"<(?=[A-Za-z/!?])"  # a tag
    r"|&(?=#|[A-Za-z][A-Za-z0-9]*;)"  # an entity, which could spell a tag or a macro
    r"|\\(?=href|require|cssId|class|style|html|unicode)"  # MathJax commands for links or styles
    r"|(?<=script)(?=\s*:)",  # javascript:
    re.IGNORECASE,
)


def canonical(
    submission: Submission | None, assignment: Assignment, reason: str = ""
) -> NotebookNode:
    """Return the notebook to grade, from a submission or, if unreadable, from the `reason`."""
    file = assignment.release_notebook
    release = _read(file, file.stat().st_mtime_ns)
    if submission is None:
        notebook = deepcopy(release)
        notebook.cells.insert(0, _rejection(reason))
        return notebook
    released = {cell.metadata.nbgrader.grade_id: cell for cell in release.cells if _is_known(cell)}
    notebook = deepcopy(NotebookNode({**release, "cells": []}))
    notebook.cells = _restored(submission.notebook, released)
    return notebook


@lru_cache(maxsize=8)
def _read(file: Path, modified: int) -> NotebookNode:
    """The notebook in a file; `modified` only decides when it is read again. Do not change it."""
    return nbformat.read(file, as_version=4)


def inert(text: str) -> str:
    """Return a student's Markdown so that it shows as it was typed, without HTML or scripts.

    An invisible character is put into everything that could act when an instructor reads it in
    nbgrader's pages. A text without markup stays unchanged.
    """
    return _ACTIVE.sub(lambda match: match.group() + _INVISIBLE, text)


def html_cell(cell_id: str, markup: str) -> NotebookNode:
    """Return a cell that shows this HTML."""
    return _cell("markdown", cell_id, markup)


def _cell(kind: str, cell_id: str, source: str = "") -> NotebookNode:
    """A cell without metadata; nbformat's own functions for it validate, which takes long."""
    return NotebookNode(cell_type=kind, id=cell_id, metadata=NotebookNode(), source=source)


def _is_known(cell: NotebookNode) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get("grade_id"))


def _rejection(reason: str) -> NotebookNode:
    text = html.escape(" ".join(reason.split()))
    return html_cell(
        "rejected",
        '<div style="border-left:4px solid #b3261e;background:#fdf2f1;padding:8px 14px;">'
        "<b>This submission could not be graded, so it has no points.</b><br>"
        f"{text}</div>",
    )


def _restored(
    handed_in: Sequence[RawCell], released: Mapping[str, NotebookNode]
) -> list[NotebookNode]:
    cells: list[NotebookNode] = []
    place: dict[str, NotebookNode] = {}
    for number, raw in enumerate(map(_encodable, handed_in), 1):
        original = released.get(raw.grade_id) if raw.grade_id else None
        if original is None or raw.grade_id in place:
            cells.append(_plain(raw, f"student-{number}"))
        else:
            place[str(raw.grade_id)] = cell = _known(raw, original)
            cells.append(cell)
    before: NotebookNode | None = None
    for grade_id, original in released.items():
        if grade_id not in place:
            roles = original.metadata.nbgrader
            if not (roles.grade or roles.locked):
                continue
            cell = deepcopy(original)
            _insert(cells, cell, after=before, at_end=not place)
        else:
            cell = place[grade_id]
        before = cell
    return cells


def _encodable(raw: RawCell) -> RawCell:
    """JSON may contain half a character, which no file can hold; replace it by its escape."""
    return replace(raw, source=raw.source.encode("utf-8", "backslashreplace").decode())


def _insert(
    cells: list[NotebookNode], cell: NotebookNode, *, after: NotebookNode | None, at_end: bool
) -> None:
    if at_end:
        cells.append(cell)
        return
    position = 0
    if after is not None:
        position = 1 + next(index for index, other in enumerate(cells) if other is after)
    cells.insert(position, cell)


def _known(raw: RawCell, original: NotebookNode) -> NotebookNode:
    """Return the student's text with the release's metadata; the release's text if it is locked."""
    cell = deepcopy(original)
    if not cell.metadata.nbgrader.solution:
        return cell
    if raw.source.strip() in ("", original.source.strip()):
        return cell
    if cell.cell_type == "code":
        cell.source = raw.source
    else:
        _show(cell, raw)
    return cell


def _show(cell: NotebookNode, raw: RawCell) -> None:
    """Put a student's text into a text cell, made harmless, with its pictures."""
    cell.source, pictures = kept(inert(raw.source), raw.attachments)
    if pictures:
        cell.attachments = pictures


def _plain(raw: RawCell, cell_id: str) -> NotebookNode:
    """Return a cell that the student added: without metadata, and made harmless."""
    if raw.cell_type == "code":
        cell = _cell("code", cell_id, raw.source)
        cell.outputs, cell.execution_count = [], None
    elif raw.cell_type == "markdown":
        cell = _cell("markdown", cell_id)
        _show(cell, raw)
    else:
        text = "\n".join("    " + line for line in raw.source.splitlines())
        cell = _cell("markdown", cell_id, text)
    return cell
