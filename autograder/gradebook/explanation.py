"""The text below a grade cell in the graded notebook, for markers: what the student reads too.

The graded notebook is shown by nbgrader's formgrader. Students get the feedback page, which is made
from the same views.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from autograder.feedback_page import rendering
from autograder.feedback_page.exercises import explained
from autograder.feedback_page.notices import notices
from autograder.feedback_page.scores import CellScore
from autograder.feedback_page.views import Exercise, Test
from autograder.publish.visibility import FeedbackVisibility
from autograder.results import ExerciseResult, Observed
from convgrade.safe_text import plain


def texts(result: ExerciseResult, shown: FeedbackVisibility) -> dict[str, str]:
    """Explain one exercise, as far as `shown` allows.

    Returns:
        By MIME type: plain text, and HTML with inline styles that is safe to put in a page.
    """
    exercise = explained(result, shown, CellScore(result.score or 0.0, result.max_score))
    html = rendering.render("cell.html.j2", exercise=exercise)
    return {"text/html": html, "text/plain": _as_text(exercise)}


def _as_text(exercise: Exercise) -> str:
    lines = [f"{exercise.name}: {exercise.points.words}, {exercise.state}"]
    lines += [f"· {remark}" for remark in exercise.remarks]
    lines += [f"· {run.words}" for run in exercise.trainings]
    for test in exercise.tests:
        lines += _test(test)
    lines += [f"· {exercise.concealed}"] if exercise.concealed else []
    lines += [f"· Hint: {step}" for steps in exercise.hints for step in steps]
    return plain("\n".join(lines))


def remarks_html(observed: Observed, ungraded: Sequence[str] = ()) -> str:
    """Describe problems of the whole submission as HTML: failed cells, limits, notes."""
    found = notices(observed, ungraded)
    return rendering.render("notices.html.j2", notices=found) if found else ""


def _test(test: Test) -> Iterator[str]:
    yield f"{'✓' if test.passed else '✗'} {test.title}  [{test.worth}]"
    if test.message:
        yield f"    {test.message}"
    if test.example:
        yield f"    An input to try: {test.example.wrong}"
