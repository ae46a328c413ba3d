"""`read`: one hand-in from its file, or from the folder that it lies in, as a `Submission`."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from autograder.errors import SubmissionRejected
from autograder.release import Release
from autograder.submission import documents, running, scripts
from autograder.submission.answers import answers
from autograder.submission.beside import Gathered, gather
from autograder.submission.blocks import defined
from autograder.submission.choosing import choose
from autograder.submission.files import digest_of, whole
from autograder.submission.imports import imported
from autograder.submission.recognizing import recognize
from autograder.submission.records import (
    MAX_NOTES,
    Choice,
    Kind,
    RawCell,
    RunnableCell,
    Submission,
    at_most,
)
from autograder.submission.released import Released, plain


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
    kind, cells = cells_of(choice)
    require_this_assignment(cells, release)
    released = Released(release)
    found = gather(places, left_out=(choice.path,))
    if kind == "module":
        name, source = choice.path.name, cells[0].source
        runnable, checks = running.of_module(name, source, released)
        notes, written, attention = list[str](), dict[str, str](), list[str]()
    else:
        handed_in = cells
        cells, written, attention = understood(cells, released)
        runnable, checks = running.ordered(cells, released)
        notes = list(_notes(handed_in, cells, runnable, released))
    return Submission(
        path=choice.path,
        kind=kind,
        digest=_digest(choice, found),
        notebook=cells,
        cells=runnable,
        written=written,
        notes=at_most(notes, MAX_NOTES),
        checks=checks,
        attention=at_most((*choice.attention, *attention, *found.attention), MAX_NOTES),
        beside=found.beside,
        imports=imported(cell.source for cell in runnable),
    )


def cells_of(choice: Choice) -> tuple[Kind, tuple[RawCell, ...]]:
    """The cells of a file as they were handed in, by what the file is and not by its name.

    Raises:
        SubmissionRejected: it is nothing that has cells.
    """
    path = choice.path
    text = _decode(whole(path))
    if path.suffix == ".ipynb":
        return "notebook", documents.cells_of(text)
    if scripts.is_script(text):
        return "percent", scripts.cells_of(text)
    return "module", (RawCell("code", text, number=1, line=1),)


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


def _notes(
    handed_in: Sequence[RawCell],
    cells: Sequence[RawCell],
    runnable: Sequence[RunnableCell],
    released: Released,
) -> Iterator[str]:
    """What a grader should know of a notebook that is not as it was released."""
    known = {cell.grade_id for cell in cells}
    counts = Counter(cell.grade_id for cell in handed_in if cell.grade_id)
    names = {name for cell in runnable for name in defined(cell.source)}
    for grade_id, number in released.by_id.items():
        original = released.cells[number]
        if grade_id not in known and not names & _functions(released, number):
            kind = "locked cell" if original.is_locked else "cell"
            yield f"The {kind} {grade_id!r} is missing; the released one counts."
        elif counts[grade_id] > 1:
            yield f"The cell {grade_id!r} stands {counts[grade_id]} times; all of them were run."
    for grade_id in counts:
        if grade_id not in released.by_id:
            yield f"The cell {grade_id!r} is not part of this assignment."
    compared: set[str] = set()
    for cell in handed_in:
        grade_id = cell.grade_id or ""
        if grade_id not in released.by_id or grade_id in compared:
            continue
        compared.add(grade_id)
        original = released.cells[released.by_id[grade_id]]
        if original.is_locked and plain(cell.source) != plain(original.source):
            yield f"The locked cell {grade_id!r} was changed; the released one counts."
        points = cell.nbgrader.get("points")
        if points is not None and points != original.nbgrader.get("points"):
            yield f"The points of {grade_id!r} were changed; the source's count."


def _functions(released: Released, number: int) -> set[str]:
    return {name for name, place in released.functions.items() if place == number}
