"""Reads a student's file as code cells: a notebook, a percent-format .py, or a plain module.

Only text is read here, with nothing but the standard library; `runner` runs it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHECK_PREFIX = "test_"
CELL_MARKER = re.compile(r"^# %%(?P<rest>.*)$", re.MULTILINE)
MAGIC = re.compile(r"^(?P<indent>\s*)[%!]")
RUNNABLE_CELL_MAGICS = ("%%time", "%%timeit", "%%capture", "%%prun")


class Unreadable(Exception):
    """The file cannot be read as cells; the message says why."""


@dataclass(frozen=True)
class CodeCell:
    """A code cell; `number` counts all cells of the document from 1, 0 for a plain module."""

    number: int
    source: str
    grade_id: str = ""
    is_check: bool = False
    locked: bool = False

    @property
    def label(self) -> str:
        if self.number == 0:
            return "the module"
        return f"cell {self.number}" + (f" ({self.grade_id})" if self.grade_id else "")

    @property
    def exercise(self) -> str:
        """The exercise that this cell checks."""
        return self.grade_id.removeprefix(CHECK_PREFIX)

    @property
    def code(self) -> str:
        """The source as plain Python: IPython's magics are blanked out, line numbers stay."""
        lines = self.source.split("\n")
        if lines[0].startswith("%%") and not lines[0].startswith(RUNNABLE_CELL_MAGICS):
            return ""
        return "\n".join(MAGIC.sub(r"\g<indent>pass  # \g<0>", line) for line in lines)


def read_cells(path: Path) -> tuple[CodeCell, ...]:
    """The code cells of a file, in order; a plain module is one cell.

    Raises:
        Unreadable: it is missing, not text, or not a notebook.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Unreadable(f"{path.name} cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise Unreadable(f"{path.name} is not UTF-8 text.") from None
    if path.suffix == ".ipynb":
        return _notebook(text, path.name)
    if CELL_MARKER.search(text):
        return _percent(text)
    return (CodeCell(0, text),)


def _notebook(text: str, name: str) -> tuple[CodeCell, ...]:
    try:
        cells = json.loads(text)["cells"]
        return tuple(
            _cell(number, _joined(cell["source"]), cell.get("metadata", {}).get("nbgrader", {}))
            for number, cell in enumerate(cells, 1)
            if cell["cell_type"] == "code"
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Unreadable(
            f"{name} is not a notebook that can be read: save it again in JupyterLab."
        ) from None


def _joined(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)


def _percent(text: str) -> tuple[CodeCell, ...]:
    markers = list(CELL_MARKER.finditer(text))
    ends = [marker.start() for marker in markers[1:]] + [len(text)]
    found = []
    for number, (marker, end) in enumerate(zip(markers, ends, strict=True), 1):
        rest = marker["rest"]
        if re.match(r"\s*[^\s={]*\s*\[(markdown|md|raw)\]", rest):
            continue
        found.append(_cell(number, text[marker.end() + 1 : end].rstrip(), _metadata(rest)))
    return tuple(found)


def _metadata(marker: str) -> Mapping[str, Any]:
    """The value of `nbgrader={…}` in a cell marker; empty where there is none that is JSON."""
    _, found, value = marker.partition("nbgrader=")
    if not found:
        return {}
    try:
        metadata, _ = json.JSONDecoder().raw_decode(value)
    except ValueError:
        return {}
    return metadata if isinstance(metadata, dict) else {}


def _cell(number: int, source: str, metadata: Any) -> CodeCell:
    """A cell with what its metadata says; a released .py says no more than the id."""
    known = metadata if isinstance(metadata, dict) else {}
    solution = bool(known.get("solution"))
    grade_id = str(known.get("grade_id", ""))
    return CodeCell(
        number,
        source,
        grade_id,
        is_check=bool(known.get("grade", True))
        and not solution
        and grade_id.startswith(CHECK_PREFIX),
        locked=bool(known.get("locked")) and not solution,
    )
