"""`read` reads one submission from its file, or from the folder that contains it."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from convgrade.errors import SubmissionRejected
from convgrade.release import VARIANT_MARK, Release, plain
from convgrade.submission import kinds, running
from convgrade.submission.accompanying_files import Gathered, gather
from convgrade.submission.blocks import defined
from convgrade.submission.choosing import choose
from convgrade.submission.files import start_of
from convgrade.submission.imports import imported
from convgrade.submission.opening import digest_of_hand_in, open_hand_in
from convgrade.submission.recognizing import defines, listed
from convgrade.submission.records import (
    MAX_NOTES,
    Choice,
    HandIn,
    RawCell,
    RunnableCell,
    Submission,
    Unreadable,
    at_most,
)
from convgrade.submission.released import Released
from convgrade.submission.understanding import (
    require_this_assignment,
    understood,
    understood_module,
)

_CHOICE = r"[\w-]+=[\w-]+"
_VARIANT = re.compile(
    rf"^(?:# )?{VARIANT_MARK}({_CHOICE}(?:, {_CHOICE}){{0,30}})\s*$", re.MULTILINE
)


def read(place: Path | str, release: Release, beside: Sequence[Path] = ()) -> Submission:
    """Read and check one submission.

    Args:
        place: the file, or a student's folder. In a folder the file is chosen, and its code may
            read all other files.
        release: what students were given.
        beside: further files, and folders of files, that the code may read.

    Returns:
        The submission as plain data.

    Raises:
        SubmissionRejected: it is not a readable submission to this assignment; the message says
            why.
    """
    choice = _chosen(Path(place), release)
    opened = open_hand_in(choice.path, choice.member)
    cells, name = opened.cells, _base(choice.member or choice.path.name)
    require_this_assignment(cells, release)
    released = Released(release)
    found = gather(choice, beside)
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    unread = [each for each in choice.unread if not any(_base(each) in text for text in code)]
    if opened.kind == "module":
        source = cells[0].source
        runnable, checks = running.of_module(name, source, released)
        cells, written, attention = understood_module(source, released, unread)
        notes = list[str]()
    else:
        handed_in = cells
        cells, written, attention = understood(cells, released, unread)
        runnable, checks = running.ordered(cells, released)
        notes = list(_notes(handed_in, cells, runnable, released))
    remarks = [f"{name} {remark}." for remark in opened.remarks]
    if unread and not any(_has_work(text, released) for text in code):
        attention.append(f"No exercise is written in {name}; {listed(unread)} was not read.")
    return Submission(
        path=choice.path,
        kind=opened.kind,
        digest=_digest(choice, found),
        notebook=cells,
        cells=runnable,
        written=written,
        notes=at_most(notes, MAX_NOTES),
        checks=checks,
        attention=at_most((*choice.attention, *remarks, *attention, *found.attention), MAX_NOTES),
        beside=found.beside,
        imports=imported(cell.source for cell in runnable),
        variant=_variant_named(opened.cells),
    )


def read_hand_in(place: Path | str, release: Release, beside: Sequence[Path] = ()) -> HandIn:
    """Read a submission as `read` does; if it is rejected, return the reason instead of raising."""
    try:
        return read(place, release, beside)
    except SubmissionRejected as rejection:
        reason = str(rejection).encode("utf-8", "backslashreplace")
        return Unreadable(Path(place), str(rejection), hashlib.sha256(reason).hexdigest())


def _variant_named(cells: Sequence[RawCell]) -> str:
    """The variant that a notebook names in a line of its own, "" if none."""
    found = (_VARIANT.search(cell.source) for cell in cells if VARIANT_MARK in cell.source)
    return next((match[1] for match in found if match), "")


def _chosen(place: Path, release: Release) -> Choice:
    """Choose the file in a folder or zip; any other file is the submission itself."""
    if place.is_dir() or _is_zip(place):
        return choose(place, release)
    return Choice(place)


def _has_work(source: str, released: Released) -> bool:
    """Whether code defines any exercise, or imports all names of a module."""
    written = defines(source, released.functions, released.stubs)
    return any(written.values()) or "import *" in source


def _base(name: str) -> str:
    return name.rpartition("/")[2]


def _is_zip(place: Path) -> bool:
    try:
        start = start_of(place)
    except SubmissionRejected:
        return False
    return kinds.is_zip(start) and not kinds.foreign(start)


def _digest(choice: Choice, found: Gathered) -> str:
    """Return the digest of a single file, or of all files of the submission together."""
    alone = digest_of_hand_in(choice.path, choice.member)
    if not found.files and not choice.unread:
        return alone
    total = hashlib.sha256(alone.encode())
    for unread in choice.unread:
        total.update(unread.encode("utf-8", "backslashreplace") + b"\0")
    for file in found.beside:
        name = file.name.encode("utf-8", "backslashreplace")
        total.update(b"%d:%s:%d:" % (len(name), name, len(file.content)) + file.content)
    return total.hexdigest()


def _notes(
    handed_in: Sequence[RawCell],
    cells: Sequence[RawCell],
    runnable: Sequence[RunnableCell],
    released: Released,
) -> Iterator[str]:
    """Yield what a grader should know if the notebook differs from the release."""
    renewed = dict(_renewed(handed_in, released))
    if renewed:
        changes = ", ".join(f"{name}{how}" for name, how in renewed.items())
        yield (
            "The file was made from another release. In the one that counts, these cells are "
            f"different: {changes}."
        )
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
        if grade_id not in released.by_id or grade_id in compared or grade_id in renewed:
            continue
        compared.add(grade_id)
        original = released.cells[released.by_id[grade_id]]
        if original.is_locked and plain(cell.source) != plain(original.source):
            yield f"The locked cell {grade_id!r} was changed; the released one counts."
        points = cell.nbgrader.get("points")
        if points is not None and points != original.nbgrader.get("points"):
            yield f"The points of {grade_id!r} were changed; the source's count."


def _renewed(handed_in: Sequence[RawCell], released: Released) -> Iterator[tuple[str, str]]:
    """Yield the cells that were released differently, and how their points changed.

    nbgrader gives each released cell a checksum of its text and points, and editors keep it. The
    file may say anything, so this is only worth a note.
    """
    for cell in handed_in:
        number = released.by_id.get(cell.grade_id or "")
        if number is None:
            continue
        now = released.cells[number].nbgrader
        sums = (cell.nbgrader.get("checksum"), now.get("checksum"))
        if all(isinstance(each, str) for each in sums) and len(set(sums)) == 2:
            was, worth = cell.nbgrader.get("points"), now.get("points")
            how = f" (now {worth:g} points)" if isinstance(worth, int | float) else ""
            yield str(cell.grade_id), how if was != worth else ""


def _functions(released: Released, number: int) -> set[str]:
    return {name for name, place in released.functions.items() if place == number}
