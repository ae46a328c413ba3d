"""Puts a page together: the result, the gradebook's scores, and the notebook that was graded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from nbformat import NotebookNode

from autograder.course.assignment import Assignment
from autograder.course.rubrics import rubric_of
from autograder.feedback_page import markup
from autograder.feedback_page.exercises import SET_BY_A_PERSON, anchor, explained
from autograder.feedback_page.handed_in import MOST_OTHERS, MOST_OUTPUT_LINES, HandedIn, Question
from autograder.feedback_page.notices import notices
from autograder.feedback_page.scores import CellScore, Scores
from autograder.feedback_page.views import Exercise, Notice, Page, Points, Written, plain_number
from autograder.gradebook.rubric_points import item_key
from autograder.publish.visibility import FeedbackVisibility
from autograder.results import Result
from convgrade.release import GRADE_CELL_PREFIX
from convgrade.safe_text import bounded, plain

NOT_GRADED = "not graded"
"""The state of everything in a submission that was rejected."""
_NOTHING = CellScore(0.0, 0.0)
_OF_NBGRADER = "No response."
"""nbgrader's own comment on a cell that was not changed."""


def page_of(
    notebook: NotebookNode,
    scores: Scores,
    student: str,
    assignment: Assignment | None = None,
    result: Result | None = None,
    title: str = "",
) -> Page:
    """Return the page of one student.

    Args:
        notebook: the notebook in `autograded/`.
        scores: the gradebook's scores. They are shown, whatever the result says.
        student: the student.
        assignment: the assignment; None if this course folder does not know it.
        result: the result that the notebook was graded with; None if it is not known. Then the
            text below each test cell takes its place.
        title: the page's title if there is no assignment.
    """
    handed_in = HandedIn(notebook, assignment.release_cells if assignment else None)
    rejected = _rejection(handed_in, result)
    exercises = _exercises(handed_in, scores, assignment, result)
    written = _written(handed_in, scores, assignment)
    if rejected:
        exercises = (
            Exercise(e.name, e.anchor, e.points, NOT_GRADED, False, comment_html=e.comment_html)
            for e in exercises
        )
        written = (
            Written(w.name, w.anchor, w.points, NOT_GRADED, comment_html=w.comment_html)
            for w in written
        )
    return Page(
        title=assignment.title if assignment else title,
        student=student,
        points=Points(scores.score, scores.worth),
        late_penalty=scores.late_penalty,
        exercises=tuple(exercises),
        written=tuple(written),
        notices=_notices(scores, result) if result and not rejected else (),
        rejected=rejected,
        others_html=() if rejected else tuple(_others(handed_in)),
    )


def _notices(scores: Scores, result: Result) -> tuple[Notice, ...]:
    """Sentences on the whole submission; points that a person set are no change of the tests."""
    changes = [
        change
        for change in result.changes
        if (cell := scores.cells.get(GRADE_CELL_PREFIX + change.exercise)) and cell.manual is None
    ]
    return notices(result.observed, result.ungraded, changes)


def _rejection(handed_in: HandedIn, result: Result | None) -> str:
    """Why the submission could not be graded; "" if it was."""
    if result is None:
        return plain(handed_in.rejection, lines=False)
    return plain(result.reason, lines=False) if result.status == "rejected" else ""


def _exercises(
    handed_in: HandedIn, scores: Scores, assignment: Assignment | None, result: Result | None
) -> Iterator[Exercise]:
    shown = FeedbackVisibility.of(assignment.feedback if assignment else {})
    found = {each.name: each for each in result.exercises} if result else {}
    for name in handed_in.exercises:
        score = scores.cells.get(GRADE_CELL_PREFIX + name, _NOTHING)
        code = handed_in.code(name)
        comment = _comment(scores, *handed_in.solution_cells(name))
        if name in found:
            yield explained(found[name], shown, score, code, comment)
        else:
            yield _unexplained(name, score, code, comment, handed_in.output(name))


def _unexplained(name: str, score: CellScore, code: str, comment: str, output: str) -> Exercise:
    """An exercise that another program graded, or whose result is not stored any more."""
    waits = score.needs_marking and score.manual is None
    points = Points(None if waits else score.score, score.worth)
    states = {True: "right", False: "partly right" if points.earned else "not right yet"}
    return Exercise(
        name=name,
        anchor=anchor(name),
        points=points,
        state="not graded yet" if waits else states[points.share > 0.9999],
        is_right=points.share > 0.9999,
        remarks=(SET_BY_A_PERSON,) if score.manual is not None else (),
        code_html=markup.code_html(code) if code.strip() else "",
        comment_html=markup.text_html(comment) if comment else "",
        output="" if score.manual is not None else bounded(plain(output), MOST_OUTPUT_LINES),
    )


def _written(
    handed_in: HandedIn, scores: Scores, assignment: Assignment | None
) -> Iterator[Written]:
    models = assignment.model_answers if assignment else {}
    shown = FeedbackVisibility.of(assignment.feedback if assignment else {})
    for question in handed_in.questions:
        score = scores.cells.get(question.grade_id, _NOTHING)
        comment = _comment(scores, question.grade_id)
        written = _answer(question, handed_in, score)
        is_marked = score.manual is not None and not score.needs_marking
        if is_marked and shown.rubric:
            items = rubric_of(models.get(question.grade_id, ""))
            given = scores.rubric_points.get(question.grade_id, {})
            if min(sum(given.values()), score.worth) != score.score:
                given = {}  # a person set other points than the sum: one number is shown
            written = replace(written, rubric_html=tuple(_rubric_html(items, given)))
        if comment:
            written = replace(written, comment_html=markup.text_html(comment))
        yield written


def _rubric_html(items: Iterable[str], given: Mapping[str, float]) -> Iterator[str]:
    """The items of a rubric; those for which a marker gave points say how many."""
    for item in items:
        points = given.get(item_key(item))
        got = "" if points is None else f" <b>You got {plain_number(points)}.</b>"
        yield markup.inline_html(item) + got


def _answer(question: Question, handed_in: HandedIn, score: CellScore) -> Written:
    name, text = heading_and_text(question)
    cell = None if question.is_task else handed_in.answer(question.grade_id)
    is_blank = cell is not None and not handed_in.is_answered(question.grade_id)
    if score.needs_marking:
        state = "not marked yet"
    elif score.manual is not None:
        state = "marked by a person"
    else:
        state = "no answer" if is_blank else "not marked"
    answer = ""
    if cell is not None and not is_blank:
        answer = markup.cell_html(cell)
    return Written(
        name=name,
        anchor=f"answer-{question.grade_id}",
        points=Points(None if score.needs_marking else score.score, score.worth),
        state=state,
        question_html=markup.text_html(text, heading=4) if text.strip() else "",
        answer_html=answer,
    )


def _comment(scores: Scores, *cells: str) -> str:
    """The comments of markers on these cells."""
    found = (scores.comments.get(cell, "") for cell in cells)
    return "\n\n".join(comment for comment in found if comment not in ("", _OF_NBGRADER))


def heading_and_text(question: Question) -> tuple[str, str]:
    """The name of a question, from the heading above its text, and the text below it."""
    first, _, rest = question.text.strip().partition("\n")
    if first.startswith("#"):
        return plain(first.lstrip("#").strip(), lines=False), rest
    return question.grade_id.replace("_", " "), question.text


def _others(handed_in: HandedIn) -> Iterator[str]:
    """The cells that the student added, as markup."""
    for cell in handed_in.others[:MOST_OTHERS]:
        yield markup.cell_html(cell, heading=3)
