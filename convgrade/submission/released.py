"""The release, in the forms that a submission is compared with."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from convgrade.release import GRADE_CELL_PREFIX, NotebookCell, Release, plain
from convgrade.submission.blocks import blocks
from convgrade.submission.records import RawCell

_STUB_ENDS = ("raiseNotImplementedError()", "raiseNotImplementedError")
_WORDS = re.compile(r"\w+")
_LONGEST_COMPARED = 20_000
_SHORTEST_LINE = 12
"""A line with fewer characters does not show where a text comes from."""


@dataclass(frozen=True)
class Exercise:
    """An exercise of the release: its functions, its stubs and its grade cell."""

    name: str
    functions: tuple[str, ...]
    stubs: frozenset[str]
    check: NotebookCell


@dataclass(frozen=True)
class Question:
    """A written question: the numbers of the cell of its answer and of the cell that asks it.

    If no text directly above the answer asks it, `asked` is the cell that is there, or None.
    """

    name: str
    answer: int
    asked: int | None
    label: str


@dataclass(frozen=True)
class Released:
    """A release with ways to find its cells: by id, by text, by line, by function."""

    release: Release

    @property
    def cells(self) -> tuple[NotebookCell, ...]:
        """The cells of the release, in order."""
        return self.release.cells

    @cached_property
    def by_id(self) -> Mapping[str, int]:
        """Map nbgrader's id of each cell to the cell's number."""
        return {cell.grade_id: number for number, cell in enumerate(self.cells) if cell.grade_id}

    @cached_property
    def by_text(self) -> Mapping[str, list[int]]:
        """Map each text to the numbers of its cells, in order; answers and stubs are left out."""
        found: dict[str, list[int]] = {}
        for number, cell in enumerate(self.cells):
            if not cell.is_solution and cell.source.strip():
                found.setdefault(plain(cell.source), []).append(number)
        return found

    @cached_property
    def exercises(self) -> tuple[Exercise, ...]:
        """The exercises in order, each with what the solution cells before it define."""
        found, stubs = [], dict[str, str]()
        for cell in self.cells:
            if cell.is_solution and cell.cell_type == "code":
                for block in blocks(cell.source):
                    stubs.update(dict.fromkeys(block.names, block.essence))
            elif cell.is_grade and not cell.is_solution:
                name = str(cell.grade_id).removeprefix(GRADE_CELL_PREFIX)
                functions = tuple(dict.fromkeys((name, *stubs)))
                found.append(Exercise(name, functions, frozenset(stubs.values()), cell))
                stubs = {}
        return tuple(found)

    @cached_property
    def functions(self) -> Mapping[str, int]:
        """Map each function of a stub to the number of its cell."""
        return {
            name: number
            for number, cell in enumerate(self.cells)
            if cell.is_solution and cell.cell_type == "code"
            for block in blocks(cell.source)
            for name in block.names
        }

    @cached_property
    def stubs(self) -> frozenset[str]:
        """The stubs of all exercises, as `Block.essence`."""
        return frozenset(stub for exercise in self.exercises for stub in exercise.stubs)

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """The written questions, in order."""
        found: list[Question] = []
        for number, cell in enumerate(self.cells):
            if cell.is_grade and cell.is_solution:
                above = number - 1 if number else None
                if above is not None and self.cells[above].is_solution:
                    above = None
                asks = above is not None and self.cells[above].cell_type != "code"
                label = _label(self.cells[above].source) if asks and above is not None else ""
                found.append(Question(str(cell.grade_id), number, above, label))
        return tuple(found)

    @cached_property
    def sections(self) -> Mapping[int, int]:
        """Map the cell of each answer, and the cell directly above it, to the number of the
        question.
        """
        found: dict[int, int] = {}
        for number, question in enumerate(self.questions):
            found[question.answer] = number
            if question.asked is not None:
                found[question.asked] = number
        return found

    @cached_property
    def lines(self) -> Mapping[str, int | None]:
        """Map each line of the released text to its question; to None if it belongs to no question.

        A line that occurs in several places is left out here; `known_lines` has it.
        """
        places: dict[str, set[int | None]] = {}
        for number, line in self._text_lines():
            if len(line) >= _SHORTEST_LINE:
                places.setdefault(line, set()).add(self.sections.get(number))
        return {line: found.pop() for line, found in places.items() if len(found) == 1}

    @cached_property
    def known_lines(self) -> frozenset[str]:
        """All lines of the released text, as `plain_line` returns them."""
        return frozenset(line for _, line in self._text_lines())

    @cached_property
    def wordings(self) -> tuple[frozenset[str], ...]:
        """The words of each text cell that neither asks a question nor is an answer."""
        return tuple(
            frozenset(words(cell.source))
            for number, cell in enumerate(self.cells)
            if cell.cell_type != "code" and number not in self.sections
        )

    def _text_lines(self) -> Iterator[tuple[int, str]]:
        for number, cell in enumerate(self.cells):
            if cell.cell_type != "code":
                for line in cell.source.split("\n"):
                    if bare := plain_line(line):
                        yield number, bare


def is_as_handed_out(cell: RawCell) -> bool:
    """Whether the text of a cell still matches the checksum in its nbgrader metadata.

    This also finds unchanged cells of an earlier release with another wording. A student who forges
    a checksum only hides their own work.
    """
    roles = cell.nbgrader
    checksum, points = roles.get("checksum"), roles.get("points", 0)
    if not isinstance(checksum, str) or not isinstance(points, int | float):
        return False
    is_grade, is_solution = bool(roles.get("grade")), bool(roles.get("solution"))
    is_locked = not is_solution and (is_grade or bool(roles.get("locked")))
    parts = [cell.source, cell.cell_type, str(is_grade), str(is_solution), str(is_locked)]
    parts.append(cell.grade_id or "")
    if is_grade:
        parts.append(str(float(points)))
    text = "".join(parts).encode("utf-8", "backslashreplace")
    return hashlib.md5(text, usedforsecurity=False).hexdigest() == checksum


def is_stub(essence: str, released: frozenset[str]) -> bool:
    """Whether a function is a released stub, or does no more than a stub."""
    if essence in released:
        return True
    if not essence.endswith(_STUB_ENDS):
        return False
    depth = 0
    for position, character in enumerate(essence):
        depth += (character in "([{") - (character in ")]}")
        if character == ":" and depth == 0:
            return essence[position + 1 :] in _STUB_ENDS
    return False


def words(text: str) -> list[str]:
    """The words of a text in lower case; only the first ones of a very long text."""
    return _WORDS.findall(text[:_LONGEST_COMPARED].lower())


def plain_line(line: str) -> str:
    """A line of Markdown in lower case, without marks and white space at its ends."""
    return " ".join(line.strip(" \t#>*_-").split()).lower()


def _label(text: str) -> str:
    """The heading that a question begins with, without its points: "question 2"."""
    first = text.lstrip().split("\n", 1)[0]
    if not first.startswith("#"):
        return ""
    return plain_line(re.sub(r"\([^()]{0,80}\)[ \t]*$", "", first))
