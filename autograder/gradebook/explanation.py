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


def as_text(result: ExerciseResult, shown: FeedbackVisibility) -> str:
    """Explain one exercise in plain text, as far as `shown` allows."""
    exercise = _view(result, shown)
    lines = [f"{exercise.name}: {exercise.points.words}, {exercise.state}"]
    lines += [f"· {remark}" for remark in exercise.remarks]
    lines += [f"· {run.words}" for run in exercise.trainings]
    for test in exercise.tests:
        lines += _test(test)
    lines += [f"· {exercise.concealed}"] if exercise.concealed else []
    lines += [f"· Hint: {step}" for steps in exercise.hints for step in steps]
    return plain("\n".join(lines))


def as_html(result: ExerciseResult, shown: FeedbackVisibility) -> str:
    """Explain one exercise as HTML with inline styles, safe to put in a page."""
    return rendering.render("cell.html.j2", exercise=_view(result, shown))


def remarks_html(observed: Observed, ungraded: Sequence[str] = ()) -> str:
    """Describe problems of the whole submission as HTML: failed cells, limits, notes."""
    found = notices(observed, ungraded)
    return rendering.render("notices.html.j2", notices=found) if found else ""


def _view(result: ExerciseResult, shown: FeedbackVisibility) -> Exercise:
    return explained(result, shown, CellScore(result.score or 0.0, result.max_score))


def _test(test: Test) -> Iterator[str]:
    yield f"{'✓' if test.passed else '✗'} {test.title}  [{test.worth}]"
    if test.message:
        yield f"    {test.message}"
    if test.example:
        yield f"    An input to try: {test.example.wrong}"
