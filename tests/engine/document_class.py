"""A made-up course and class for the commands and pictures of the documents.

`ada` pads with zeros where they are wrong, `ben` is late, and `cleo` has not finished.
"""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

from documents import ROOT
from nbgrader.api import Gradebook

from autograder.course.assignment import Assignment, load_assignment
from autograder.demo import notebooks

NAME = "pooling_padding"
STUDENTS = ("ada", "ben", "cleo")
DUE = datetime(2026, 3, 2, 12)
PARTS = (
    "nbgrader_config.py",
    "Makefile",
    f"source/{NAME}",
    f"assignments/{NAME}",
    f"solutions/{NAME}.py",
    f"tests/hidden/{NAME}",
    f"tests/counterexamples/{NAME}.py",
    f"tests/misconceptions/{NAME}.py",
    f"tests/misconceptions/hints/{NAME}.md",
    f"tests/right/{NAME}",
)
ANSWERS = {
    "purpose_of_pooling": "Pooling makes the maps smaller, so later layers have less to compute. "
    "Each number of a later layer then sees more of the image.",
    "min_versus_max": "Max pooling keeps the greatest number of each window and min pooling the "
    "least: of [3, 7; 2, 5] they keep 7 and 2. Min pooling suits dark lines on white paper.",
    "significance_of_padding": "Without padding a kernel of 3 by 3 takes two rows "
    "and two columns off the image. With one row of zeros on each side the size stays.",
    "zero_versus_valid": "Zeros keep the size but darken the border. Without padding every number "
    "comes from real pixels.",
}
RIGHT = "fill=_lowest(x.dtype))\n    return windows.max"
WRONG = "fill=0)\n    return windows.max"


def make_course(root: Path) -> Path:
    """Copy the parts of the repository that the assignment needs."""
    for part in PARTS:
        (root / part).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / part).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / part, root / part, ignore=ignored)
        else:
            shutil.copyfile(ROOT / part, root / part)
    return root


def course_of(root: Path) -> Assignment:
    return load_assignment(NAME, root)


def ada(root: Path, **answers: str) -> notebooks.Notebook:
    """The notebook of ada: the padding of `max_pool2d` is zero."""
    return work(root, _solution(root).replace(RIGHT, WRONG), **(answers or ANSWERS))


def right(root: Path) -> notebooks.Notebook:
    """A right notebook with all answers."""
    return work(root, _solution(root), **ANSWERS)


def cleo(root: Path, left: int = 2) -> notebooks.Notebook:
    """The notebook of cleo: the last functions and a question are left."""
    names = [exercise.name for exercise in course_of(root).exercises]
    answers = {name: text for name, text in ANSWERS.items() if name != "zero_versus_valid"}
    return work(root, _solution(root), only=names[:-left], **answers)


def work(
    root: Path, module: str, *, only: list[str] | None = None, **answers: str
) -> notebooks.Notebook:
    """The released notebook with these functions and answers."""
    notebook = notebooks.filled(course_of(root), module, only=only)
    for cell in notebook["cells"]:
        cell["source"] = answers.get(notebooks.grade_id(cell) or "", cell["source"])
    return notebook


def _solution(root: Path) -> str:
    text = course_of(root).solution_module.read_text(encoding="utf-8")
    assert RIGHT in text, "the solution has changed; give ada another mistake"
    return text


def hand_in(root: Path, student: str, notebook: notebooks.Notebook, when: str) -> None:
    folder = root / "submitted" / student / NAME
    folder.mkdir(parents=True, exist_ok=True)
    notebooks.write_notebook(folder / f"{NAME}.ipynb", notebook)
    (folder / "timestamp.txt").write_text(when, encoding="utf-8")


def class_hands_in(root: Path) -> None:
    hand_in(root, "ada", ada(root), "2026-03-01 18:20:00 UTC")
    hand_in(root, "ben", right(root), "2026-03-03 09:45:00 UTC")
    hand_in(root, "cleo", cleo(root), "2026-03-02 11:58:00 UTC")


def second_hand_ins(root: Path) -> None:
    """Ada's function is right now, and an answer is longer; cleo has written one more function."""
    longer = {**ANSWERS, "zero_versus_valid": ANSWERS["zero_versus_valid"] + " It depends."}
    hand_in(root, "ada", work(root, _solution(root), **longer), "2026-03-02 10:05:00 UTC")
    hand_in(root, "cleo", cleo(root, left=1), "2026-03-02 11:59:00 UTC")


def due_date_is_set(root: Path) -> None:
    """As formgrader does it."""
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        gradebook.update_or_create_assignment(NAME, duedate=DUE)


def a_person_gives_points(root: Path) -> None:
    """Ada gets other points for `max_pool2d`, and marks for the answers."""
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        points = {"test_max_pool2d": 4.5, **dict.fromkeys(ANSWERS, 3.0)}
        for cell, value in points.items():
            grade = gradebook.find_grade(cell, NAME, NAME, "ada")
            grade.manual_score, grade.needs_manual_grade = value, False
        gradebook.db.commit()


def roster_is_exported(root: Path) -> None:
    """As Canvas exports its gradebook."""
    lines = [f"{each.title()},{number},{each}" for number, each in enumerate(STUDENTS, 1001)]
    text = "\n".join(["Student,ID,SIS Login ID,Section", *(f"{line},A" for line in lines)])
    (root / "roster.csv").write_text(text, encoding="utf-8")


def class_answers_questions(root: Path) -> None:
    """All students hand their notebooks with questions in, with the first option everywhere."""
    for sheet in sorted((root / "questions" / NAME / "sheets").iterdir()):
        name = f"{NAME}_questions"
        text = (sheet / f"{name}.ipynb").read_text(encoding="utf-8")
        folder = root / "submitted" / sheet.name / name
        folder.mkdir(parents=True)
        (folder / f"{name}.ipynb").write_text(
            text.replace('= \\"\\"', '= \\"a\\"'), encoding="utf-8"
        )
