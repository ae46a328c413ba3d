"""`read`: one hand-in from its file, or from the folder that it lies in, as a `Submission`."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from autograder.errors import SubmissionRejected
from autograder.release import Release
from autograder.submission import documents, running, scripts
from autograder.submission.beside import Gathered, gather
from autograder.submission.blocks import defined
from autograder.submission.choosing import SUFFIXES, choose
from autograder.submission.files import digest_of, whole
from autograder.submission.imports import imported
from autograder.submission.records import (
    MAX_NOTES,
    Choice,
    Kind,
    RawCell,
    Submission,
    at_most,
)


def read(place: Path | str, release: Release, beside: Sequence[Path] = ()) -> Submission:
    """Read and check one submission.

    Args:
        place: the file, or a student's folder, in which the file is chosen and beside which
            everything else may be read by its code.
        release: what students were given.
        beside: further files, and folders of files, that its code may read.

    Raises:
        SubmissionRejected: it cannot be read as a submission to this assignment; says why.
    """
    choice, places = _chosen(Path(place), release, beside)
    path = choice.path
    if path.suffix not in SUFFIXES:
        raise SubmissionRejected(f"{path.name!r} is neither a notebook (.ipynb) nor Python (.py).")
    raw = whole(path)
    text = _decode(raw)
    kind: Kind
    if path.suffix == ".ipynb":
        kind, cells = "notebook", documents.cells_of(text)
    elif scripts.is_script(text):
        kind, cells = "percent", scripts.cells_of(text)
    else:
        kind, cells = "module", (RawCell("code", text, number=1, line=1),)
    require_this_assignment(cells, release)
    if kind == "module":
        runnable, checks = running.of_module(path.name, text, release)
        notes: tuple[str, ...] = ()
    else:
        runnable, checks = running.ordered(cells, release)
        notes = at_most(tuple(_notes(cells, release)), MAX_NOTES)
    found = gather(places, left_out=(path,))
    return Submission(
        path=path,
        kind=kind,
        digest=_digest(choice, found),
        notebook=cells,
        cells=runnable,
        written=_written(cells, release),
        notes=notes,
        checks=checks,
        attention=at_most((*choice.attention, *found.attention), MAX_NOTES),
        beside=found.beside,
        imports=imported(cell.source for cell in runnable),
    )


def digest(place: Path, release: Release, beside: Sequence[Path] = ()) -> str:
    """SHA-256 of what `read` would read, else of the reason why it cannot."""
    try:
        choice, places = _chosen(place, release, beside)
        return _digest(choice, gather(places, left_out=(choice.path,)))
    except SubmissionRejected as rejection:
        reason = str(rejection).encode("utf-8", "backslashreplace")
        return hashlib.sha256(reason).hexdigest()


def _chosen(
    place: Path, release: Release, beside: Sequence[Path]
) -> tuple[Choice, tuple[Path, ...]]:
    """The file that counts, and where to look for what lies beside it."""
    if place.is_dir():
        return choose(place, release), (place, *beside)
    return Choice(place), tuple(beside)


def _digest(choice: Choice, found: Gathered) -> str:
    """Of a file that lies alone its own; else of all the files together."""
    alone = digest_of(choice.path)
    if not found.files:
        return alone
    total = hashlib.sha256(alone.encode())
    for file in found.beside:
        name = file.name.encode("utf-8", "backslashreplace")
        total.update(b"%d:%s:%d:" % (len(name), name, len(file.content)) + file.content)
    return total.hexdigest()


def _decode(raw: bytes) -> str:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SubmissionRejected(f"The file is not UTF-8 text (at byte {error.start}).") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


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


def _written(cells: Sequence[RawCell], release: Release) -> dict[str, str]:
    """Each written answer that is there; the first cell of its id is the answer."""
    wanted = set(release.written)
    answers: dict[str, str] = {}
    for cell in cells:
        if cell.grade_id in wanted:
            answers.setdefault(str(cell.grade_id), cell.source)
    return answers


def _notes(cells: Sequence[RawCell], release: Release) -> Iterable[str]:
    """What a grader should know of a notebook that is not as it was released."""
    released = {cell.grade_id: cell for cell in release.cells if cell.grade_id}
    counts = Counter(cell.grade_id for cell in cells if cell.grade_id)
    for grade_id, original in released.items():
        if not counts[grade_id]:
            kind = "locked cell" if original.is_locked else "cell"
            yield f"The {kind} {grade_id!r} is missing; the released one counts."
        elif counts[grade_id] > 1:
            yield f"The cell {grade_id!r} stands {counts[grade_id]} times; all of them were run."
    for grade_id in counts:
        if grade_id not in released:
            yield f"The cell {grade_id!r} is not part of this assignment."
    compared: set[str] = set()
    for cell in cells:
        grade_id = cell.grade_id or ""
        if grade_id not in released or grade_id in compared:
            continue
        compared.add(grade_id)
        original = released[grade_id]
        if original.is_locked and cell.source.strip() != original.source.strip():
            yield f"The locked cell {grade_id!r} was changed; the released one counts."
        points = cell.nbgrader.get("points")
        if points is not None and points != original.nbgrader.get("points"):
            yield f"The points of {grade_id!r} were changed; the source's count."
