"""Refuses a source that could not be graded, or would be graded as something else.

Each message is a sentence with the file and the line in which the cell begins.
"""

from __future__ import annotations

import ast
import difflib
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode

from autograder.course.assignment import Assignment
from autograder.course.rubrics import rubric_items
from autograder.errors import CourseError
from autograder.nbgrader_bridge import author_stubs
from convgrade.release import GRADE_CELL_PREFIX

SETUP = "setup"
BEGIN, END = "BEGIN SOLUTION", "END SOLUTION"
REGION_WORDS = (
    BEGIN, END, author_stubs.BEGIN, author_stubs.END,
    "BEGIN HIDDEN TESTS", "END HIDDEN TESTS", "BEGIN MARK SCHEME", "END MARK SCHEME",
)  # fmt: skip
FLAGS = ("grade", "solution", "locked", "task")
KEYS = ("grade_id", *FLAGS, "points", "schema_version", "cell_type", "checksum")
_MARKER = re.compile(r"# %%(?!\S)")
_REGION = re.compile(r"\s*###\s*((?:BEGIN|END)\b.*?)\s*")


@dataclass(frozen=True)
class Place:
    """Where a cell begins: a file of the course, and a line in it; 0 if that is not known."""

    file: str
    line: int

    def error(self, what: str, *, below: int = 0) -> CourseError:
        """The error for this cell, or for the line that stands so far below its beginning."""
        where = f"{self.file}, line {self.line + below}" if self.line else self.file
        return CourseError(f"{where}: {what}")


def places_of_cells(text: str, count: int, file: str) -> list[Place]:
    """Where each cell of a source in percent format begins.

    Args:
        text: the source.
        count: the number of cells that were read from it.
        file: its name in messages.
    """
    lines = text.splitlines()
    found = [number for number, line in enumerate(lines, 1) if _MARKER.match(line)]
    if len(found) == count - 1:  # text above the first marker is a cell, too
        found.insert(0, 1)
    return [Place(file, line) for line in (found if len(found) == count else [0] * count)]


def check_metadata(cells: Sequence[NotebookNode], text: str, places: Sequence[Place]) -> None:
    """Refuse metadata for nbgrader that has other keys or types than nbgrader knows.

    Raises:
        CourseError: it has.
    """
    lines = text.splitlines()
    for cell, place in zip(cells, places, strict=True):
        roles = cell.metadata.get("nbgrader")
        if roles is None:
            if place.line and "nbgrader" in lines[place.line - 1]:
                raise place.error(
                    "the metadata of this cell cannot be read, as if a bracket or a quotation mark "
                    "were missing."
                )
        elif not isinstance(roles, Mapping):
            raise place.error(
                f'nbgrader must be a table, as in nbgrader={{"grade_id": "x"}}, not {roles!r}.'
            )
        else:
            _check_roles(roles, place)


def _check_roles(roles: Mapping[str, Any], place: Place) -> None:
    for key, value in roles.items():
        if key not in KEYS:
            close = difflib.get_close_matches(str(key), KEYS, 1)
            meant = f"; did you mean {close[0]!r}?" if close else ""
            raise place.error(f"nbgrader knows no {key!r} of a cell{meant or '.'}")
        if key in FLAGS and not isinstance(value, bool):
            raise place.error(f"{key!r} of a cell must be true or false, not {value!r}.")


def check_source(
    source: NotebookNode, places: Sequence[Place], assignment: Assignment
) -> tuple[str, ...]:
    """Refuse cells that could not be graded or would be graded as something else.

    Returns:
        The exercises, in their order.

    Raises:
        CourseError: there is such a cell.
    """
    seen: set[str] = set()
    exercises = []
    code = "\n".join(cell.source for cell in source.cells if cell.cell_type == "code")
    for cell, place in zip(source.cells, places, strict=True):
        roles = cell.metadata.get("nbgrader")
        _check_regions(cell, place)
        if roles is None:
            continue
        if cell.cell_type == "code" and (roles["solution"] or roles["grade"]):
            _check_python(cell.source, place)
        name = roles.get("grade_id")
        if not isinstance(name, str) or not re.fullmatch(r"\w+", name):
            raise place.error("this cell needs a grade_id of letters, digits and _.")
        if name in seen:
            raise place.error(f"cell {name!r} stands twice: give each cell a grade_id of its own.")
        seen.add(name)
        if name == SETUP and not roles["locked"]:
            raise place.error(f'cell {SETUP!r} must have "locked": true.')
        if not roles["grade"]:
            if name.startswith(GRADE_CELL_PREFIX) and "points" in roles:
                raise place.error(f'cell {name!r} has points, but not "grade": true.')
            continue
        _check_points(roles, place)
        if roles["solution"]:
            _check_written(cell, place)
        elif cell.cell_type != "code" or not name.startswith(GRADE_CELL_PREFIX):
            raise place.error(
                f"cell {name!r} is graded automatically: it must be a code cell whose id begins "
                f"with {GRADE_CELL_PREFIX!r}."
            )
        else:
            exercise = name.removeprefix(GRADE_CELL_PREFIX)
            _check_exercise(exercise, code, place, assignment)
            exercises.append(exercise)
    if not seen:
        file = assignment.source_text.relative_to(assignment.root).as_posix()
        raise Place(file, 1).error("there is no cell with a grade_id, so there is nothing to do.")
    _check_solved(source, places, exercises)
    return tuple(exercises)


def _check_regions(cell: NotebookNode, place: Place) -> None:
    """Each solution region has a beginning and an end, and stands in a solution cell."""
    roles = cell.metadata.get("nbgrader")
    if roles is None and any(word in cell.source for word in REGION_WORDS):
        raise place.error(
            "this cell has a solution region and no nbgrader metadata: mark it as a solution cell."
        )
    opened = 0
    for number, line in enumerate(cell.source.splitlines(), 1):
        found = _REGION.fullmatch(line)
        if found and found[1] not in REGION_WORDS:
            close = difflib.get_close_matches(found[1], REGION_WORDS, 1)
            meant = f"; did you mean {close[0]!r}?" if close else "."
            raise place.error(f"there is no region {found[1]!r}{meant}", below=number)
        if BEGIN in line:
            if opened:
                raise place.error(f"{BEGIN!r} stands inside of a solution region.", below=number)
            opened = number
        elif END in line:
            if not opened:
                raise place.error(f"there is no {BEGIN!r} for this {END!r}.", below=number)
            opened = 0
    if opened:
        raise place.error(f"there is no {END!r} for this {BEGIN!r}.", below=opened)


def _check_python(code: str, place: Place) -> None:
    try:
        ast.parse(code)
    except SyntaxError as error:
        raise place.error(f"this is not Python: {error.msg}.", below=error.lineno or 0) from None


def _check_points(roles: Mapping[str, Any], place: Place) -> None:
    points: Any = roles.get("points")
    is_number = isinstance(points, int | float) and not isinstance(points, bool)
    if not is_number or not 0 <= points < math.inf:
        raise place.error(
            f"cell {roles['grade_id']!r} is graded and needs points, a number of at least 0."
        )


def _check_written(cell: NotebookNode, place: Place) -> None:
    name, points = cell.metadata["nbgrader"]["grade_id"], cell.metadata["nbgrader"]["points"]
    if cell.cell_type != "markdown":
        raise place.error(f"cell {name!r} is marked by a person and must be a markdown cell.")
    for number, line in enumerate(cell.source.splitlines(), 1):
        word = re.match(r"\W*(\w+)\W*$", line)
        is_like = word and difflib.get_close_matches(word[1].lower(), ["rubric"], 1, 0.7)
        if word and is_like and word[1].lower() != "rubric":
            raise place.error(f"{word[1]!r} begins no rubric: write **Rubric**.", below=number)
    items = rubric_items(cell.source, points)
    if not items and re.search(r"(?im)^\W*rubric\b", cell.source):
        raise place.error(f"the rubric of {name!r} has no points, as in '* 1 point: says why.'")
    given = sum(item.most for item in items)
    if given and given != points:
        raise place.error(
            f"the rubric of {name!r} gives {given:g} points, but the question {points:g}."
        )


def _check_exercise(exercise: str, code: str, place: Place, assignment: Assignment) -> None:
    name = GRADE_CELL_PREFIX + exercise
    if not re.search(rf"^def {exercise}\(", code, re.MULTILINE):
        raise place.error(f"cell {name!r} grades {exercise!r}, which no cell defines.")
    suite = assignment.suite_file(exercise)
    if not suite.is_file():
        raise place.error(
            f"cell {name!r} lacks its hidden suite {suite.relative_to(assignment.root)}."
        )


def _check_solved(source: NotebookNode, places: Sequence[Place], exercises: Sequence[str]) -> None:
    """The function of each exercise stands in one cell, whose solution is taken out."""
    seen: set[str] = set()
    for cell, place in zip(source.cells, places, strict=True):
        for exercise in _defined(cell.source, exercises) if cell.cell_type == "code" else ():
            if not cell.metadata.get("nbgrader", {}).get("solution"):
                raise place.error(
                    f"students are to write {exercise!r}: the cell that defines it needs "
                    '"solution": true.'
                )
            if BEGIN not in cell.source:
                raise place.error(
                    f"students would not get the first line of {exercise!r}: put its solution "
                    f"between {BEGIN!r} and {END!r}."
                )
            if exercise in seen:
                raise place.error(f"{exercise!r} is defined in another cell already.")
            seen.add(exercise)


def _defined(code: str, names: Sequence[str]) -> Iterator[str]:
    return (name for name in names if re.search(rf"^def {name}\(", code, re.MULTILINE))
