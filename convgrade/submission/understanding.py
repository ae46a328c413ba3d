"""Determines what each cell of a submission is, and whether it belongs to the assignment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from convgrade.errors import SubmissionRejected
from convgrade.release import Release
from convgrade.submission.answers import MANY_WORDS, answers, asks, has_released
from convgrade.submission.blocks import defined
from convgrade.submission.prose import Text, is_prose, texts
from convgrade.submission.recognizing import Recognized, recognize
from convgrade.submission.records import RawCell
from convgrade.submission.released import Released, words

FIRST_LINES = 5
"""A text that begins in the first lines of a module describes the module and is no answer."""


def understood(
    cells: Sequence[RawCell], released: Released, unread: Sequence[str] = ()
) -> tuple[tuple[RawCell, ...], dict[str, str], list[str]]:
    """Restore the metadata of the cells and find the written answers.

    Args:
        cells: the cells as they were submitted.
        released: what students were given.
        unread: names of documents in the same folder that may hold answers.

    Returns:
        The cells with their released metadata, the answers by question, and sentences for a person.
    """
    found = recognize(cells, released)
    written = answers(found, released, unread)
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


def understood_module(
    source: str, released: Released, unread: Sequence[str] = ()
) -> tuple[tuple[RawCell, ...], dict[str, str], list[str]]:
    """Do the same as `understood` for a plain module; answers are in its comments and strings."""
    telling = _telling(source, released)
    cells = [RawCell("markdown", each.text, line=each.line) for each in telling]
    cells.insert(0, RawCell("code", "", line=1))
    written = answers(Recognized(cells, [None] * len(cells)), released, unread)
    found = [
        replace(cell, nbgrader=released.cells[origin].nbgrader)
        for cell, origin in zip(written.cells, written.origins, strict=True)
        if origin is not None
    ]
    code = RawCell("code", source, number=1, line=1)
    return (code, *found), dict(written.written), list(written.attention)


def _telling(source: str, released: Released) -> Iterator[Text]:
    """Yield texts of a module that may be answers: below a question, or long prose.

    A remark on code is not an answer.
    """
    under_question = False
    for number, each in enumerate(texts(source)):
        if has_released(each.text, released):
            under_question = under_question or asks(each.text, released)
        elif under_question:
            if each.is_above_code and not is_prose(each.text):
                continue
        elif (
            each.is_above_code
            or (number == 0 and each.line <= FIRST_LINES)
            or len(words(each.text)) < MANY_WORDS
            or not is_prose(each.text)
        ):
            continue
        yield each


def require_this_assignment(cells: Sequence[RawCell], release: Release) -> None:
    """Refuse cells with neither an id nor a function of the assignment.

    Raises:
        SubmissionRejected: the cells belong to another assignment, or to none.
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
