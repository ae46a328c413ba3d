"""The pages of marking as HTML that loads nothing and runs nothing. All texts are escaped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from jinja2 import Environment

from autograder.feedback_page import markup
from autograder.feedback_page.rendering import templates_of
from autograder.feedback_page.views import plain_number
from autograder.gradebook.rubric_points import item_key
from autograder.marking.answers import Answer, Question, earlier_comments
from autograder.marking.form import chosen_comments


def overview(title: str, rows: Sequence[tuple[Question, Sequence[Answer]]]) -> str:
    """The page with all questions: how many answers are marked, and where to go on."""
    lines = [
        {
            "question": question,
            "total": len(answers),
            "waiting": sum(answer.mark.waits for answer in answers),
            "first": next_waiting(answers) or (answers[0].key if answers else ""),
        }
        for question, answers in rows
    ]
    return _render("overview.html.j2", title=title, rows=lines)


def answer_page(
    title: str,
    question: Question,
    answers: Sequence[Answer],
    answer: Answer,
    *,
    xsrf: str,
    message: str = "",
    is_wrong: bool = False,
    field: Callable[[str], str] | None = None,
) -> str:
    """The page on which one answer is marked.

    Args:
        title: the assignment's title.
        question: the question.
        answers: all its answers, in order.
        answer: one of them, with its text.
        xsrf: the token that the form must send.
        message: a sentence on what was saved, or why nothing was.
        is_wrong: whether nothing was saved.
        field: what the marker typed, if it could not be saved; by default the stored mark is shown.
    """
    place = [each.key for each in answers].index(answer.key)
    mark = answer.mark
    items = [
        {
            "name": f"item{number}",
            "text_html": markup.inline_html(item.text),
            "choices": [(plain_number(points), plain_number(points)) for points in item.choices],
            "given": field(f"item{number}")
            if field
            else _number(mark.items.get(item_key(item.text))),
            "is_remark": not item.most,
        }
        for number, item in enumerate(question.items)
    ]
    ticked = chosen_comments(field) if field else []
    is_sum = mark.items and mark.points == min(sum(mark.items.values()), question.worth)
    return _render(
        "answer.html.j2",
        title=title,
        question=question,
        question_html=markup.text_html(question.text, heading=3),
        model_html=markup.text_html(answer.model_answer, heading=3),
        answer_html=_answer_html(answer),
        items=items,
        points=field("points") if field else "" if is_sum else _number(mark.points),
        comment=field("comment") if field else mark.comment,
        earlier=[
            (f"again{number}", text, text in ticked)
            for number, text in enumerate(earlier_comments(answers, answer))
        ],
        mark=mark,
        key=answer.key,  # without it the next page would open where a link of this one led
        seen=answer.version,
        place=place,
        total=len(answers),
        waiting=sum(each.mark.waits for each in answers),
        before=answers[place - 1].key if place else "",
        after=answers[place + 1].key if place + 1 < len(answers) else "",
        xsrf=xsrf,
        message=message,
        is_wrong=is_wrong,
        typed_wrong=field is not None,
    )


def sentence_page(title: str, sentence: str, *, may_enter: bool) -> str:
    """A page with one sentence, and a link to all questions for who may see them."""
    return _render("sentence.html.j2", title=title, sentence=sentence, may_enter=may_enter)


def next_waiting(answers: Sequence[Answer], after: str = "") -> str:
    """The key of the next answer that waits, from `after` on and then from the start; or ""."""
    later = [each for each in answers if each.key > after and each.mark.waits]
    return next((each.key for each in (*later, *answers) if each.mark.waits), "")


def _answer_html(answer: Answer) -> str:
    if answer.cell is None:
        return "<p>The graded notebook is not there: grade the assignment again.</p>"
    return markup.cell_html(answer.cell, heading=3)


def _number(points: float | None) -> str:
    return "" if points is None else plain_number(points)


def _render(template: str, **values: Any) -> str:
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> Environment:
    return templates_of("autograder.marking")
