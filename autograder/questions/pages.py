"""Sheets as pages that load nothing and run nothing: one for a student, one for the examiner."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from jinja2 import Environment

from autograder.feedback_page.rendering import templates_of
from autograder.questions.question import KINDS, LETTERS, Sheet


def sheet_page(sheet: Sheet) -> str:
    """The page of one student, without keys, to be read or printed."""
    return _environment().get_template("sheet.html.j2").render(sheet=sheet, letters=LETTERS)


def examiners_page(title: str, sheets: Sequence[Sheet]) -> str:
    """The page with the questions and keys of all students."""
    template = _environment().get_template("examiner.html.j2")
    return template.render(title=title, sheets=sheets, letters=LETTERS, kinds=KINDS)


@cache
def _environment() -> Environment:
    return templates_of("autograder.questions")
