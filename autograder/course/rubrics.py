"""Reads the rubric of a written question from its model answer in the source."""

from __future__ import annotations

import re
from dataclasses import dataclass

_HEADING = re.compile(r"^\W*rubric\b", re.IGNORECASE)
_ITEM = re.compile(r"^[*+-] +(.*)")
_POINTS = re.compile(r"(\d*)(?:(½)|[.,](\d+))? points?\b( for each\b)?", re.IGNORECASE)
STEP = 0.5
MOST_CHOICES = 12


@dataclass(frozen=True)
class RubricItem:
    """One item of a rubric, as Markdown, and the points it gives at most; 0 if it is a remark."""

    text: str
    most: float

    @property
    def choices(self) -> tuple[float, ...]:
        """The points that a marker can click: half points, or whole ones if there are many."""
        step = STEP if self.most / STEP < MOST_CHOICES else 1.0
        whole = [step * number for number in range(int(self.most / step) + 1)]
        return tuple(whole if whole[-1] == self.most else [*whole, self.most])


def rubric_items(model_answer: str, worth: float) -> tuple[RubricItem, ...]:
    """Return the rubric's items with their points.

    An item says its points first: "1 point: ...", "½ point ...", "2.5 points: ...". With "1 point
    for each ..." it gives up to all points of the question.

    Args:
        model_answer: the source of the question's cell.
        worth: the points of the question.
    """
    return tuple(RubricItem(text, _most(text, worth)) for text in rubric_of(model_answer))


def _most(text: str, worth: float) -> float:
    found = _POINTS.match(text)
    if found is None or not any(found.group(1, 2)):
        return 0.0
    if found[4]:
        return worth
    points = float(f"{found[1] or 0}.{found[3] or 0}") + (0.5 if found[2] else 0.0)
    return min(points, worth)


def rubric_of(model_answer: str) -> tuple[str, ...]:
    """Return the items of the list below the line that begins with "Rubric", as Markdown.

    What stands before and after that list is for markers only.
    """
    items: list[str] = []
    lines = iter(model_answer.splitlines())
    for line in lines:
        if _HEADING.match(line):
            break
    for line in lines:
        item = _ITEM.match(line)
        if item:
            items.append(item[1].strip())
        elif items and line.startswith((" ", "\t")) and line.strip():
            items[-1] += " " + line.strip()
        elif items and line.strip():
            break
    return tuple(items)
