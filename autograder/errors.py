"""The exceptions of the kit, each a sentence for the person who can act on it.

Nothing here knows an assignment; every room may import this module.
"""

from __future__ import annotations


class AutograderError(Exception):
    """Something that the person at the keyboard can mend; shown without a traceback."""


class CourseError(AutograderError):
    """The course folder or an assignment's configuration is not usable."""


class UnknownAssignment(CourseError):
    """No assignment of that name; the message names the known ones."""


class SubmissionRejected(AutograderError):
    """What was handed in is not a readable submission; the message says why."""


class IsolationUnavailable(AutograderError):
    """This machine lacks a required protection; the message says which flag accepts less."""


class EnvironmentUnusable(AutograderError):
    """What the machine or the user's settings lack for grading anything; says what, in a sentence.

    It ends the command before anything is graded, and is no fault of a submission.
    """


class SuiteError(AutograderError):
    """A fault of the hidden suite or of the kit: nobody gets a score from it."""


class GraderInterrupted(BaseException):
    """The grader's own alarm went off; no `except Exception` on the way may swallow it."""


class SandboxLost(GraderInterrupted):
    """A sandbox was ended by something outside of it: the submission is graded again."""
