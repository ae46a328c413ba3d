"""The exceptions that both sides use: the student's commands and the engine.

Each message is a sentence for the person who can act on it.
"""

from __future__ import annotations


class AutograderError(Exception):
    """A problem that the user can fix; it is shown without a traceback."""


class CourseError(AutograderError):
    """The course folder or the configuration of an assignment cannot be used."""


class SubmissionRejected(AutograderError):
    """The file is not a readable submission; the message says why."""
