"""Reads notebooks as cells: nbformat 4, and the old nbformat 3."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from convgrade.errors import SubmissionRejected
from convgrade.submission.records import Attachments, RawCell

MAX_ATTACHMENTS = 20


def cells_of(text: str) -> tuple[RawCell, ...]:
    """Read the cells of a notebook.

    Args:
        text: the notebook as JSON.

    Raises:
        SubmissionRejected: the text is not a readable notebook; the message says why.
    """
    try:
        document = json.loads(text)
    except RecursionError:
        raise SubmissionRejected("The notebook is nested too deeply to be one.") from None
    except ValueError as error:
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise SubmissionRejected(
            f"The notebook is not valid JSON{where}; it may have been cut off or edited by hand."
        ) from None
    if not isinstance(document, dict):
        raise SubmissionRejected("The file is JSON, but not a notebook.")
    version = document.get("nbformat")
    cells: Any
    if version == 3 and isinstance(document.get("worksheets"), list):
        cells = _cells_of_3(document["worksheets"])
    elif version == 4 or (version is None and _looks_like_4(document.get("cells"))):
        cells = document.get("cells")
    else:
        form = f"nbformat {version}" if isinstance(version, int) else "no notebook format"
        raise SubmissionRejected(
            f"The notebook has {form}, and 4 is needed; open it in JupyterLab and save it again."
        )
    if not isinstance(cells, list):
        raise SubmissionRejected("The notebook has no list of cells.")
    return tuple(_cell(cell, number) for number, cell in enumerate(cells, 1))


def _looks_like_4(cells: Any) -> bool:
    """Whether these look like cells of nbformat 4, for a file that names no format."""
    return (
        bool(cells)
        and isinstance(cells, list)
        and isinstance(cells[0], dict)
        and ("cell_type" in cells[0])
    )


def _cells_of_3(worksheets: list[Any]) -> list[Any]:
    """Convert cells of nbformat 3, where code is called "input" and headings are cells."""
    found: list[Any] = []
    for sheet in worksheets:
        cells = sheet.get("cells") if isinstance(sheet, dict) else None
        for cell in cells if isinstance(cells, list) else []:
            if isinstance(cell, dict):
                cell = {**cell, "source": cell.get("input", cell.get("source", ""))}
                if cell.get("cell_type") == "heading":
                    level = cell.get("level")
                    marks = "#" * (level if level in (1, 2, 3, 4, 5, 6) else 1)
                    cell["source"] = f"{marks} {_text(cell['source']) or ''}"
                    cell["cell_type"] = "markdown"
                elif cell.get("cell_type") == "html":
                    cell["cell_type"] = "markdown"
            found.append(cell)
    return found


def _cell(cell: Any, number: int) -> RawCell:
    if isinstance(cell, dict) and isinstance(cell.get("cell_type"), str):
        source = _text(_with_ends(cell.get("source") or ""))
        if source is not None:
            metadata = _nbgrader(cell.get("metadata"))
            pictures = _attachments(cell.get("attachments"))
            return RawCell(cell["cell_type"], source, metadata, pictures, number)
    raise SubmissionRejected(f"Cell {number} of the notebook is not a notebook cell.")


def _with_ends(source: Any) -> Any:
    """Add the line feeds that some programs leave out of the list of lines."""
    if not isinstance(source, list) or any("\n" in str(line) for line in source):
        return source
    return [line if number == 1 else f"\n{line}" for number, line in enumerate(source, 1)]


def _text(source: Any) -> str | None:
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    return source.replace("\r\n", "\n") if isinstance(source, str) else None


def _nbgrader(metadata: Any) -> Mapping[str, Any]:
    found = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    return found if isinstance(found, dict) else {}


def _attachments(found: Any) -> Attachments:
    """Return pictures by name and MIME type; leave out malformed ones."""
    if not isinstance(found, dict):
        return {}
    pictures = {}
    for name, versions in list(found.items())[:MAX_ATTACHMENTS]:
        if isinstance(versions, dict):
            texts = {kind: _text(content) for kind, content in versions.items()}
            pictures[name] = {kind: text for kind, text in texts.items() if text is not None}
    return pictures
