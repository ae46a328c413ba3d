"""Sentences on a whole submission: what was made of its files, and which cells did not run."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.feedback_page.views import Notice
from autograder.results import Observed, ScoreChange
from convgrade.safe_text import sentences

MOST_REMARKS = 20
_NOT_COUNTED = (
    "{}: the grader failed here, not your work. Where this page shows 0 for it, that is no grade: "
    "it will be graded again."
)


def notices(
    observed: Observed, ungraded: Sequence[str] = (), changes: Sequence[ScoreChange] = ()
) -> tuple[Notice, ...]:
    """Return what students read about their whole submission, below headings.

    Args:
        observed: what grading observed besides the tests.
        ungraded: the exercises on which the grader failed.
        changes: how a regrade of the same work changed scores.
    """
    groups = (
        ("Not graded yet", [_NOT_COUNTED.format(name) for name in ungraded]),
        ("Changed since your last feedback", [_changed(change) for change in changes]),
        ("What was made of the files that you handed in", observed.attention),
        ("Cells that did not run through", observed.failed_cells),
        ("Limits that your code reached", observed.limits_hit),
        ("Remarks on the file", observed.notes),
    )
    return tuple(
        Notice(heading, tuple(sentences(texts, MOST_REMARKS))) for heading, texts in groups if texts
    )


def _changed(change: ScoreChange) -> str:
    return (
        f"{change.exercise}: your work was graded again, because the tests or their points were "
        f"corrected. It had {change.before:g} of {change.max_before:g} points, and has "
        f"{change.after:g} of {change.max_after:g} now."
    )
