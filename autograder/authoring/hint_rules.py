"""The rules for the text of a hint, which `autograder audit` checks."""

from __future__ import annotations

import re

from autograder import diagnosis
from autograder.course.assignment import Assignment
from autograder.diagnosis import Misconception
from autograder.diagnosis.reading_grade import reading_grade
from autograder.suite.faults import author_error

HIGHEST_GRADE = 9.0
_QUOTED = re.compile(r"`([^`]*)`")
_NAME_OR_VALUE = re.compile(r"[\w.]+|\"[\w ]*\"|'[\w ]*'|-?\d+|[(\[][\d, ()-]+[)\]]")
_CALL_OR_INDEX = re.compile(r"\w[(\[]")
_OPERATOR = re.compile(r"=|//|\*\*|\w ?[*+/%] ?\w|\w - \w")
_LONG_DECIMAL = re.compile(r"\d+\.\d{3,}")


def complaint(which: Misconception) -> str:
    """What is wrong with the hint of a misconception, or "".

    The question stands in the second step, or in the only one. Each step of several has a reading
    grade of at most 9, no code and no long decimal number, which may be an expected value. How many
    steps and words there may be is checked when the file is read.
    """
    if "?" not in which.hint:
        return "has a hint that asks nothing"
    if len(which.steps) == 1:
        return ""
    found = (_hard_to_read(text) or gives_away(text) for text in which.steps)
    return next((f"step {n} {wrong}" for n, wrong in enumerate(found, 1) if wrong), "")


def check_hints(assignment: Assignment) -> None:
    """Refuse hints that give the answer away.

    Raises:
        SuiteError: there is one. The message has the file and the line.
    """
    for which in diagnosis.load(assignment).misconceptions:
        for line, text in zip(which.lines, which.steps, strict=False):
            if len(which.steps) > 1 and (wrong := gives_away(text)):
                raise author_error(
                    assignment.hints_file, line, f"this step of {which.name} {wrong}."
                )


def gives_away(text: str) -> str:
    """How a step gives the answer away, or ""."""
    if code := _code(text):
        return f"has code: {code}"
    if number := _LONG_DECIMAL.search(text):
        return f"has a number that may be an expected value: {number[0]}"
    return ""


def _hard_to_read(text: str) -> str:
    grade = reading_grade(text)
    if grade <= HIGHEST_GRADE:
        return ""
    return f"has a reading grade of {grade:.1f}, more than {HIGHEST_GRADE:g}"


def _code(text: str) -> str:
    for quoted in _QUOTED.findall(text):
        if not _NAME_OR_VALUE.fullmatch(quoted):
            return str(quoted)
    plain = _QUOTED.sub("", text)
    found = _CALL_OR_INDEX.search(plain) or _OPERATOR.search(plain)
    return found[0] if found else ""
