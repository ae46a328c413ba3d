"""A sheet as a notebook with nbgrader's cells, and the answers in one that was handed in.

The notebook has no keys. Its answers are read as text: nothing of it is run.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder.questions.question import LETTERS, Part, Question, Sheet
from convgrade.errors import SubmissionRejected
from convgrade.safe_text import plain
from convgrade.submission.documents import cells_of
from convgrade.submission.files import MAX_BYTES, opened, require_sensible

SHEET_PREFIX = "sheet-"
ANSWER_PREFIX = "answer-"
MOST_ANSWER = 40
_GIVEN = re.compile(r"^[ \t]*answer_\d+[ \t]*=[ \t]*(.*)$", re.MULTILINE)

INTRODUCTION = """# Questions about your code: {title}

All questions are about the code that you handed in. It is shown below, with the number of each
line. Find each answer by reading and thinking: nothing has to be run.

Write each answer between the quotation marks: a letter such as `"b"`, or a whole number such as
`"12"`."""


def notebook_json(sheet: Sheet) -> str:
    """The notebook of a sheet."""
    introduction = INTRODUCTION.format(title=sheet.title)
    cells = [_locked(introduction, f"{SHEET_PREFIX}{sheet.number}")]
    number = 0
    for part in sheet.parts:
        if not part.questions:
            continue
        cells.append(_locked(_code_of(part), f"code-{part.exercise}"))
        for question in part.questions:
            number += 1
            cells.append(_locked(_asked(question, number), f"question-{number}"))
            cells.append(_answer(question, number))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    document = {
        "cells": cells,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(document, indent=1)


def read_answers(path: Path) -> tuple[str, dict[int, str]]:
    """The number of the sheet that a notebook answers, and its answers by question.

    Raises:
        SubmissionRejected: it is no notebook with answers to a sheet; says why.
    """
    with opened(path) as file:
        raw = require_sensible(file.read(MAX_BYTES + 1))
    sheet, answers = "", {}
    for cell in cells_of(raw.decode("utf-8", "replace")):
        name = cell.grade_id or ""
        if name.startswith(SHEET_PREFIX):
            sheet = name.removeprefix(SHEET_PREFIX)
        elif name.startswith(ANSWER_PREFIX) and name.removeprefix(ANSWER_PREFIX).isdecimal():
            answers[int(name.removeprefix(ANSWER_PREFIX))] = _given(cell.source)
    if not sheet:
        raise SubmissionRejected("The notebook is no sheet of questions.")
    return sheet, answers


def _given(source: str) -> str:
    """What stands behind the equals sign, without quotation marks and comment."""
    found = _GIVEN.search(source)
    text = found.group(1).partition("#")[0] if found else ""
    return plain(text, lines=False).strip(" \"'")[:MOST_ANSWER]


def _code_of(part: Part) -> str:
    blocks = [f"## Your `{part.exercise}`"]
    for shown in part.shown:
        width = len(str(shown.lines[-1][0])) if shown.lines else 1
        code = "\n".join(f"{number:>{width}}  {text}" for number, text in shown.lines)
        blocks.append(_fenced(code))
    if part.above:
        names = ", ".join(f"`{name}`" for name in part.above)
        blocks.append(f"Shown above: {names}.")
    return "\n\n".join(blocks)


def _asked(question: Question, number: int) -> str:
    blocks = [f"### Question {number}", _prompt(question.prompt)]
    if question.change:
        blocks += ["The changed line:", _fenced(question.change)]
    if question.call:
        blocks += ["The call:", _fenced(question.call)]
    for letter, option in zip(LETTERS, question.options, strict=False):
        blocks.append(f"**{letter}**" + "\n\n" + _fenced(option))
    return "\n\n".join(blocks)


def _prompt(text: str) -> str:
    """A prompt as Markdown: what is between backticks is code, the rest has no markup."""
    parts = text.split("`")
    return "".join(f"`{p}`" if n % 2 else _escaped(p) for n, p in enumerate(parts))


def _escaped(text: str) -> str:
    return re.sub(r"([\\*_{}\[\]<>#|$&~])", r"\\\1", text)


def _fenced(code: str) -> str:
    """Code as a block that the code itself cannot end."""
    runs = [len(each) for each in re.findall(r"`+", code)]
    fence = "`" * max(3, 1 + max(runs, default=0))
    return f"{fence}text\n{code}\n{fence}"


def _locked(text: str, name: str) -> dict[str, Any]:
    return {
        "cell_type": "markdown",
        "id": _id(name),
        "metadata": _nbgrader("markdown", name, locked=True),
        "source": text,
    }


def _answer(question: Question, number: int) -> dict[str, Any]:
    what = "a, b, c or d" if question.options else "a whole number"
    return {
        "cell_type": "code",
        "id": f"{ANSWER_PREFIX}{number}",
        "metadata": _nbgrader("code", f"{ANSWER_PREFIX}{number}", locked=False),
        "source": f'answer_{number} = ""  # {what}',
        "execution_count": None,
        "outputs": [],
    }


def _id(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "-", name)[:64]


def _nbgrader(cell_type: str, name: str, *, locked: bool) -> Mapping[str, Any]:
    """nbgrader's metadata: text that is locked, or an answer that has a point."""
    points = {} if locked else {"points": 1}
    return {
        "nbgrader": {
            "schema_version": 3,
            "grade_id": _id(name),
            "cell_type": cell_type,
            "grade": not locked,
            "solution": not locked,
            "locked": locked,
            "task": False,
            **points,
        }
    }
