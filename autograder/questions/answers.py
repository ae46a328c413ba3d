"""Marks the notebooks that students answered: a point for each right answer."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.course.assignment import Assignment
from autograder.questions.notebook import read_answers
from autograder.questions.question import Sheet
from autograder.questions.storing import PRIVATE, keys_folder, notebook_name, stored_sheets
from convgrade import atomic_files
from convgrade.errors import SubmissionRejected


@dataclass(frozen=True)
class Marked:
    """The answers of one student.

    Attributes:
        student: who.
        given: the answers in the order of the questions; empty strings for missing ones.
        right: for each whether it is right.
        problem: why nothing could be marked; empty if it could.
    """

    student: str
    given: tuple[str, ...] = ()
    right: tuple[bool, ...] = ()
    problem: str = ""

    @property
    def points(self) -> int:
        """How many answers are right."""
        return sum(self.right)


def mark_answers(assignment: Assignment) -> Iterator[Marked]:
    """Mark `submitted/<student>/<assignment>_questions/<assignment>_questions.ipynb` of all sheets.

    Points count only here; the gradebook does not change.
    """
    name = notebook_name(assignment)
    for sheet in stored_sheets(assignment):
        if sheet.questions:
            folder = assignment.root / "submitted" / sheet.student / name.removesuffix(".ipynb")
            yield _marked(sheet, folder / name)


def _marked(sheet: Sheet, path: Path) -> Marked:
    if not path.parent.is_dir():
        return Marked(sheet.student, problem="has not answered the questions.")
    try:
        number, answers = read_answers(path)
    except SubmissionRejected as reason:
        return Marked(sheet.student, problem=str(reason))
    if number != sheet.number:
        return Marked(sheet.student, problem="answered another sheet than the one with these keys.")
    given = tuple(answers.get(n, "") for n in range(1, len(sheet.questions) + 1))
    pairs = zip(sheet.questions, given, strict=True)
    return Marked(sheet.student, given, tuple(q.is_right(answer) for q, answer in pairs))


def store_marks(assignment: Assignment, marked: list[Marked]) -> Path:
    """Write a table of all answers; returns its path."""
    most = max((len(each.right) for each in marked), default=0)
    text = io.StringIO()
    table = csv.writer(text)
    numbers = range(1, most + 1)
    table.writerow(["student", "points", "of", *(f"question {n}" for n in numbers), "problem"])
    for each in marked:
        signs = ["1" if right else "0" for right in each.right]
        signs += [""] * (most - len(signs))
        points = "" if each.problem else each.points
        table.writerow([_cell(each.student), points, len(each.right), *signs, each.problem])
    path = keys_folder(assignment) / "answers.csv"
    atomic_files.write_text(path, text.getvalue(), PRIVATE)
    return path


def _cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in "=+-@" else text
