"""Where sheets and their keys are: what students get and what they must not get lie apart.

```text
questions/<assignment>/
    sheets/<student>/<assignment>_questions.ipynb and .html    for the student
    keys/<student>.json, examiner.html, answers.csv            for the instructor
```
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from autograder.course.assignment import Assignment
from autograder.questions import pages
from autograder.questions.notebook import notebook_json
from autograder.questions.question import Sheet
from convgrade import atomic_files

PRIVATE = 0o600


def folder_of(assignment: Assignment) -> Path:
    """The folder of all sheets and keys of an assignment."""
    return assignment.root / "questions" / assignment.name


def keys_folder(assignment: Assignment) -> Path:
    """The folder that only the instructor may read; it is made if it is missing."""
    folder = folder_of(assignment) / "keys"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def notebook_name(assignment: Assignment) -> str:
    """The name of the notebook that students answer."""
    return f"{assignment.name}_questions.ipynb"


def stored_sheet(assignment: Assignment, student: str) -> Sheet | None:
    """The sheet of a student; None if there is none that can be read."""
    try:
        text = (keys_folder(assignment) / f"{student}.json").read_text(encoding="utf-8")
        return Sheet.from_json(text)
    except (OSError, ValueError):
        return None


def stored_sheets(assignment: Assignment) -> Iterator[Sheet]:
    """All sheets that can be read, by student."""
    for file in sorted(keys_folder(assignment).glob("*.json")):
        if (sheet := stored_sheet(assignment, file.stem)) is not None:
            yield sheet


def store(assignment: Assignment, sheet: Sheet) -> None:
    """Write a sheet, its keys first. Without questions the student gets no file."""
    keys = keys_folder(assignment) / f"{sheet.student}.json"
    atomic_files.write_text(keys, sheet.to_json(), PRIVATE)
    notebook = folder_of(assignment) / "sheets" / sheet.student / notebook_name(assignment)
    page = notebook.with_suffix(".html")
    if not sheet.questions:
        notebook.unlink(missing_ok=True)
        page.unlink(missing_ok=True)
        return
    atomic_files.write_text(notebook, notebook_json(sheet))
    atomic_files.write_text(page, pages.sheet_page(sheet))


def store_examiners_page(assignment: Assignment) -> Path:
    """Write the page with the keys of all sheets; returns its path."""
    sheets = [sheet for sheet in stored_sheets(assignment) if sheet.questions]
    path = keys_folder(assignment) / "examiner.html"
    page = pages.examiners_page(assignment.title, sheets)
    atomic_files.write_text(path, page, PRIVATE)
    return path
