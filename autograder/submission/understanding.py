"""What the cells of a hand-in are, and which assignment they answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from autograder.errors import SubmissionRejected
from autograder.release import Release
from autograder.submission.answers import answers
from autograder.submission.blocks import defined
from autograder.submission.recognizing import recognize
from autograder.submission.records import RawCell
from autograder.submission.released import Released


def understood(
    cells: Sequence[RawCell], released: Released
) -> tuple[tuple[RawCell, ...], dict[str, str], list[str]]:
    """Cells with the metadata that they had in the release, the written answers, what to say."""
    found = recognize(cells, released)
    written = answers(found, released)
    known = []
    for cell, origin in zip(written.cells, written.origins, strict=True):
        if origin is not None:
            original = released.cells[origin].nbgrader
            keeps = cell.grade_id is not None and cell.grade_id == original.get("grade_id")
            cell = replace(cell, nbgrader=cell.nbgrader if keeps else original)
        elif cell.grade_id in released.by_id:
            cell = replace(cell, nbgrader={})
        known.append(cell)
    return tuple(known), dict(written.written), [*found.attention, *written.attention]


def require_this_assignment(cells: Sequence[RawCell], release: Release) -> None:
    """Refuse what has neither a cell nor a function of the assignment.

    Raises:
        SubmissionRejected: it is of another assignment, or of none.
    """
    known = {cell.grade_id for cell in release.cells if cell.grade_id}
    handed_in = {cell.grade_id for cell in cells if cell.grade_id}
    if known & handed_in:
        return
    wanted = set(release.exercises)
    if any(wanted & defined(cell.source).keys() for cell in cells if cell.cell_type == "code"):
        return
    if handed_in:
        raise SubmissionRejected(
            f"It is a notebook of another assignment: none of its cells belongs to "
            f"{release.name!r}."
        )
    raise SubmissionRejected(
        f"It holds none of the cells of {release.name!r} and defines none of its functions."
    )
