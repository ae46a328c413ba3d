"""The exceptions that both sides use: the student's commands and the engine.

Each message is a sentence for the person who can act on it.
"""

from __future__ import annotations


class AutograderError(Exception):
    """A problem that the user can fix; it is shown without a traceback."""


class CourseError(AutograderError):
    """The course folder or the configuration of an assignment cannot be used."""


class Stopped(KeyboardInterrupt):
    """Ctrl-C in a run; the message says what is done, and `command` goes on, if there is one."""

    def __init__(self, message: str, command: str = "") -> None:
        super().__init__(message)
        self.command = command


class SubmissionRejected(AutograderError):
    """The file is not a readable submission; the message says why."""
