"""The exceptions of this package. Each message is a sentence for the person who can act on it.

Three of them are those of the student's side, under the same name. Nothing here knows an
assignment, and every part of the package may import this module.
"""

from __future__ import annotations

from convgrade.errors import AutograderError as AutograderError
from convgrade.errors import CourseError as CourseError
from convgrade.errors import SubmissionRejected as SubmissionRejected


class UnknownAssignment(CourseError):
    """There is no assignment of that name; the message lists the known ones."""


class IsolationUnavailable(AutograderError):
    """This machine lacks a required protection; the message names the flag that accepts less."""


class EnvironmentUnusable(AutograderError):
    """The machine or the user's settings lack something that grading needs; the message says what.

    It ends the command before anything is graded, and is no fault of a submission.
    """


class SuiteError(AutograderError):
    """A fault of the hidden suite or of the grader: nobody gets a score from it."""


class GraderInterrupted(BaseException):
    """The grader's own alarm went off; no `except Exception` on the way may catch it."""


class SandboxLost(GraderInterrupted):
    """Something outside ended a sandbox: the submission is graded again."""
