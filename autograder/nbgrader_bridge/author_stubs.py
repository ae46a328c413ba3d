"""Stubs that an author wrote: code to start from or to correct, instead of `NotImplementedError`.

The author writes them in a solution cell, commented out, so that the source still runs:

    ### END SOLUTION
    ### BEGIN STUB
    # images = images / 255
    ### END STUB

The release has these lines, without their comment signs, in place of nbgrader's stub. The solutions
do not have them. This module reads no submission.
"""

from __future__ import annotations

import re
from typing import Any

from nbgrader.preprocessors import ClearSolutions

from autograder.errors import CourseError

BEGIN, END = "BEGIN STUB", "END STUB"


class PutStubs(ClearSolutions):  # type: ignore[misc]
    """nbgrader's removal of solutions, followed by the author's stub if a cell has one."""

    def preprocess_cell(
        self, cell: Any, resources: dict[str, Any], cell_index: int
    ) -> tuple[Any, dict[str, Any]]:
        """Replace the solution of one cell by a stub."""
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        if has_stub(cell.source):
            cell.source = with_stub(cell.source, self.code_stub[resources["language"]])
        return cell, resources


def has_stub(source: str) -> bool:
    """Whether a cell has a stub region."""
    return BEGIN in source


def without_stub(source: str) -> str:
    """Return the cell without its stub region, as in the solutions."""
    before, _, after = _parts(source) if has_stub(source) else (source.splitlines(), [], [])
    return "\n".join(before + after)


def with_stub(source: str, usual: str) -> str:
    """Return the cell with its stub region as code, in place of nbgrader's stub `usual`."""
    before, stub, after = _parts(source)
    usual_lines = usual.splitlines()
    before, after = (
        [line for line in lines if line.strip() not in usual_lines] for lines in (before, after)
    )
    return "\n".join(before + [_uncommented(line) for line in stub] + after)


def _parts(source: str) -> tuple[list[str], list[str], list[str]]:
    """The lines before the stub region, in it, and after it."""
    lines = source.splitlines()
    begins = [number for number, line in enumerate(lines) if BEGIN in line]
    ends = [number for number, line in enumerate(lines) if END in line]
    if len(begins) != 1 or len(ends) != 1 or ends[0] < begins[0]:
        raise CourseError(f"A cell needs one {BEGIN!r} with one {END!r} below it, or neither.")
    begin, end = begins[0], ends[0]
    return lines[:begin], lines[begin + 1 : end], lines[end + 1 :]


def _uncommented(line: str) -> str:
    """Return the line without its first comment sign.

    Raises:
        CourseError: there is none.
    """
    if line.strip() in ("", "#"):
        return ""
    found = re.fullmatch(r"(\s*)# ?(.*)", line)
    if found is None:
        raise CourseError(f"A line of a stub in the source must be commented out: {line!r}.")
    return found[1] + found[2]
