"""The exceptions of this package. Each message is a sentence for the person who can act on it.

Nothing here knows an assignment, and every part of the package may import this module.
"""

from __future__ import annotations


class AutograderError(Exception):
    """A problem that the user can fix; it is shown without a traceback."""


class CourseError(AutograderError):
    """The course folder or the configuration of an assignment cannot be used."""


class UnknownAssignment(CourseError):
    """There is no assignment of that name; the message lists the known ones."""


class SubmissionRejected(AutograderError):
    """The file is not a readable submission; the message says why."""


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
