"""Sentences on a whole submission: what was made of its files, and which cells did not run."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.feedback_page.views import Notice
from autograder.results import Observed
from convgrade.safe_text import sentences

MOST_REMARKS = 20
_NOT_COUNTED = (
    "{}: the grader failed here, not your work. Where this page shows 0 for it, that is no grade: "
    "it will be graded again."
)


def notices(observed: Observed, ungraded: Sequence[str] = ()) -> tuple[Notice, ...]:
    """Return what students read about their whole submission, below headings.

    Args:
        observed: what grading observed besides the tests.
        ungraded: the exercises on which the grader failed.
    """
    groups = (
        ("Not graded yet", [_NOT_COUNTED.format(name) for name in ungraded]),
        ("What was made of the files that you handed in", observed.attention),
        ("Cells that did not run through", observed.failed_cells),
        ("Limits that your code reached", observed.limits_hit),
        ("Remarks on the file", observed.notes),
    )
    return tuple(
        Notice(heading, tuple(sentences(texts, MOST_REMARKS))) for heading, texts in groups if texts
    )
