"""What a marker clicked and typed, as a mark. Nothing here knows a student or a gradebook."""

from __future__ import annotations

from collections.abc import Callable

from autograder.errors import AutograderError
from autograder.gradebook.rubric_points import item_key
from autograder.gradebook.written_marks import Mark
from autograder.marking.answers import MOST_EARLIER_COMMENTS, Question

LONGEST_COMMENT = 20_000


class NotAMark(AutograderError):
    """The form cannot be a mark; the message says what to do."""


def mark_of(question: Question, field: Callable[[str], str]) -> Mark:
    """Return the mark in a form.

    Args:
        question: the question that is marked.
        field: gives the text of a field of the form, "" if it is empty.

    Raises:
        NotAMark: there are no points, or they are no number from 0 to the question's points.
    """
    items = {}
    for number, item in enumerate(question.items):
        chosen = field(f"item{number}").strip()
        if chosen:
            items[item_key(item.text)] = _points(chosen, item.most)
    typed = field("points").strip()
    comment = _comment(field)
    if typed:
        return Mark(_points(typed, question.worth), False, comment, items)
    if not items:
        raise NotAMark("Nothing is saved: choose points in the rubric, or write a number.")
    return Mark(min(sum(items.values()), question.worth), False, comment, items)


def typed(question: Question, field: Callable[[str], str]) -> list[str]:
    """What stands in a form that was not saved, in sentences: nobody has to remember it."""
    chosen = [field(f"item{number}").strip() for number in range(len(question.items))]
    points = field("points").strip() or " + ".join(filter(None, chosen))
    comment = _comment(field)
    found = [f"You had typed: {comment}"] if comment else []
    return [*found, f"Your points were: {points}"] if points else found


def _comment(field: Callable[[str], str]) -> str:
    """What was typed, and below it the earlier comments that were ticked, each once."""
    texts = [_text(field("comment")), *chosen_comments(field)]
    return "\n\n".join(text for text in dict.fromkeys(texts) if text)[:LONGEST_COMMENT]


def chosen_comments(field: Callable[[str], str]) -> list[str]:
    """The earlier comments that are ticked in a form."""
    ticked = [_text(field(f"again{number}")) for number in range(MOST_EARLIER_COMMENTS)]
    return [text for text in ticked if text]


def _text(typed: str) -> str:
    return typed.replace("\r\n", "\n").strip()


def _points(text: str, most: float) -> float:
    try:
        points = float(text.replace(",", "."))
    except ValueError:
        points = -1.0
    if not 0 <= points <= most:
        raise NotAMark(f"Nothing is saved: {text[:20]!r} is no number from 0 to {most:g}.")
    return round(points, 2)
