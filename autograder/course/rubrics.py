"""Reads the rubric of a written question from its model answer in the source."""

from __future__ import annotations

import re

_HEADING = re.compile(r"^\W*rubric\b", re.IGNORECASE)
_ITEM = re.compile(r"^[*+-] +(.*)")


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
