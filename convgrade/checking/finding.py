"""Finds the release of a student's file: the source of its public checks and locked cells.

It takes the released notebook that the student names; otherwise the one of the course that contains
the file; otherwise the file's own locked cells, or another notebook in its folder.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import convgrade
from convgrade.errors import AutograderError, SubmissionRejected
from convgrade.release import ANSWER_STUB, GRADE_CELL_PREFIX, NotebookCell, Release
from convgrade.submission.blocks import blocks, defined
from convgrade.submission.opening import open_hand_in
from convgrade.submission.records import RawCell
from convgrade.submission.released import Released, is_as_handed_out

STUB = "def {name}():\n    raise NotImplementedError()"
MOST_NAMES = 3
NAMES = re.compile(r"^(\w+)\(", re.MULTILINE)
"""Functions that are called at the beginning of a line."""


@dataclass(frozen=True)
class Found:
    """A release. If it comes from a course, it has priority over what a file says.

    `folder` is the folder of its notebook; None if the student's own file is the release.
    """

    release: Release
    is_the_courses: bool
    folder: Path | None = None

    @property
    def written(self) -> dict[str, float]:
        """The questions that a person marks, in order, with their points."""
        return {
            str(cell.grade_id): _points(cell)
            for cell in self.release.cells
            if cell.is_grade and cell.is_solution
        }

    @property
    def points(self) -> float:
        """The points of the whole assignment."""
        return sum(_points(cell) for cell in self.release.cells if cell.is_grade)

    def points_of(self, cell: NotebookCell) -> float:
        """The points of one grade cell."""
        return _points(cell)

    def is_blank(self, question: str, answer: str) -> bool:
        """Whether an answer is empty or still the released text."""
        if self.is_the_courses:
            return self.release.is_blank(question, answer)
        return answer.strip() in ("", ANSWER_STUB)


def release_of(path: Path, named: Path | None) -> Found:
    """Find the release for a student's file.

    Args:
        path: the student's file.
        named: the released notebook, if `--checks` names it.

    Raises:
        SubmissionRejected: the file, or the named notebook, cannot be read.
        AutograderError: no release was found, or the file belongs to another assignment.
    """
    if named is not None:
        release = _release(named)
        if release is None or not release.exercises:
            raise AutograderError(
                f"There are no public checks in {named.name}: name the released notebook, as you "
                "were given it, with --checks."
            )
        return Found(release, is_the_courses=True, folder=named.resolve().parent)
    cells = cells_of(path)
    others = (other for other in _of_courses(path) if not _same(other, path))
    if found := _best(others, cells):
        place, release = found
        return Found(release, is_the_courses=True, folder=place.resolve().parent)
    own = _without_solutions(Release(path.stem, tuple(map(_as_released, cells))), _untouched(cells))
    beside = (other for other in sorted(path.parent.glob("*.ipynb")) if not _same(other, path))
    found = _best(beside, cells)
    if found and _says_more(found[1], own):
        place, release = found
        return Found(_without_solutions(release), False, place.resolve().parent)
    if not own.exercises:
        raise AutograderError(
            f"{path.name} has no public checks any more (cells were deleted, or an editor left out "
            "what marks them): name the released notebook, as you were given it, with --checks."
        )
    if gone := _gone(cells):
        raise AutograderError(
            f"Cells that {path.name} was given with are gone, so that nothing imports "
            f"{' and '.join(gone)}: name the released notebook, as you were given it, with "
            "--checks."
        )
    return Found(own, is_the_courses=False)


def chosen(release: Release, named: Sequence[str]) -> tuple[str, ...]:
    """The exercises to check, in the notebook's order.

    Raises:
        AutograderError: there is no exercise of a given name.
    """
    if not named:
        return release.exercises
    known = {name: name for name in release.exercises}
    for exercise in Released(release).exercises:
        known.update(dict.fromkeys(exercise.functions, exercise.name))
    wanted = set()
    for name in named:
        plain = name.strip().removeprefix(GRADE_CELL_PREFIX)
        if plain not in known:
            close = difflib.get_close_matches(plain, known, n=1)
            meant = f" Did you mean {close[0]}?" if close else ""
            raise AutograderError(
                f"There is no exercise {plain!r}.{meant} There are: {', '.join(release.exercises)}."
            )
        wanted.add(known[plain])
    return tuple(name for name in release.exercises if name in wanted)


def _gone(cells: Sequence[RawCell]) -> list[str]:
    """Names of `convgrade` that a file uses but neither imports nor defines."""
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    got = {name for source in code for name in defined(source)}
    used = {name for source in code for name in NAMES.findall(source)}
    if any("import *" in source for source in code):
        return []
    return sorted(name for name in convgrade.__all__ if name in used - got)[:MOST_NAMES]


def cells_of(path: Path) -> tuple[RawCell, ...]:
    """Read the cells of a file; a plain module is one cell.

    Raises:
        SubmissionRejected: the file cannot be read.
    """
    return open_hand_in(path).cells


def _release(path: Path) -> Release | None:
    """Read the release from a notebook that anybody may have written; None if it has none."""
    try:
        return Release(path.stem, tuple(_as_released(cell) for cell in cells_of(path)))
    except SubmissionRejected:
        return None


def _as_released(cell: RawCell) -> NotebookCell:
    """Treat a cell as a released cell. A released script only has the id of a cell."""
    metadata: dict[str, Any] = dict(cell.nbgrader)
    if cell.grade_id and not {"grade", "solution", "locked"} & metadata.keys():
        is_check = cell.grade_id.startswith(GRADE_CELL_PREFIX)
        is_answer = cell.cell_type == "markdown" and cell.source.strip() == ANSWER_STUB
        metadata |= {"grade": is_check or is_answer, "solution": is_answer, "locked": is_check}
    return NotebookCell(cell.cell_type, cell.source, metadata)


def _untouched(cells: Iterable[RawCell]) -> frozenset[str]:
    """The texts of solution cells that are as they were handed out."""
    return frozenset(cell.source for cell in cells if is_as_handed_out(cell))


def _says_more(other: Release, own: Release) -> bool:
    """Whether another release has more exercises than a file's own cells, or says their points."""
    has_points = [any(map(_points, each.cells)) for each in (other, own)]
    more = len(other.exercises) - len(own.exercises)
    return more > 0 or (more == 0 and has_points == [True, False])


def _without_solutions(release: Release, untouched: Container[str] = ()) -> Release:
    """Put stubs back in place of solutions, as far as stubs matter.

    The functions of an exercise are those that its check names; the others are helpers. Cells that
    are `untouched` are stubs as they are.
    """
    cells: list[NotebookCell] = []
    check = ""
    for cell in reversed(release.cells):
        if cell.is_grade and not cell.is_solution:
            check = f"{cell.source}\n{cell.grade_id}"
        elif cell.is_solution and cell.cell_type == "code" and cell.source not in untouched:
            named = set(re.findall(r"\w+", check.replace(GRADE_CELL_PREFIX, "")))
            found = [block.names for block in blocks(cell.source) if block.is_definition]
            stubs = [STUB.format(name=name) for each in found for name in each if name in named]
            cell = replace(cell, source="\n\n".join(stubs))
        cells.append(cell)
    return replace(release, cells=tuple(reversed(cells)))


def _points(cell: NotebookCell) -> float:
    points = cell.nbgrader.get("points")
    known = isinstance(points, int | float) and not isinstance(points, bool)
    return float(points) if known and math.isfinite(points) else 0.0  # type: ignore[arg-type]


def _of_courses(path: Path) -> Iterator[Path]:
    """Yield the released notebooks of the courses that contain the file, nearest course first."""
    for folder in path.resolve().parents:
        for release in sorted(folder.glob("assignments/*/*.ipynb")):
            if release.stem == release.parent.name:
                yield release


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _best(candidates: Iterable[Path], cells: Sequence[RawCell]) -> tuple[Path, Release] | None:
    """The release that most of the file's cells and functions belong to, and its notebook."""
    ids = {cell.grade_id for cell in cells if cell.grade_id}
    functions = {name for cell in cells for name in defined(cell.source)}
    best: tuple[Path, Release] | None = None
    most = 0
    for candidate in candidates:
        release = _release(candidate)
        if release is None:
            continue
        own = {f"{GRADE_CELL_PREFIX}{name}" for name in release.exercises} | set(release.exercises)
        count = len((own | set(release.written)) & ids) + len(set(release.exercises) & functions)
        if count > most:
            best, most = (candidate, release), count
    return best
