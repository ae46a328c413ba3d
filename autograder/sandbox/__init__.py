"""The boundary: student code runs in a process that holds no test, no secret and no verdict.

Of the package `autograder`, this imports only its own modules and the exceptions.
"""

from autograder.sandbox.failures import (
    AnswerRefused,
    CallFailed,
    Crashed,
    Handle,
    HandleMisuse,
    MissingFunction,
    NotImplementedByStudent,
    StudentRaised,
    TimedOut,
    Violated,
)
from autograder.sandbox.host.records import Answer, Cell, CellReport
from autograder.sandbox.host.warm_process import WarmProcess
from autograder.sandbox.limits import Limits
from autograder.sandbox.linux.isolation import Isolation
from autograder.sandbox.linux.probe import Protection, protections, require
from autograder.sandbox.sandbox import Sandbox

__all__ = [
    "Answer",
    "AnswerRefused",
    "CallFailed",
    "Cell",
    "CellReport",
    "Crashed",
    "Handle",
    "HandleMisuse",
    "Isolation",
    "Limits",
    "MissingFunction",
    "NotImplementedByStudent",
    "Protection",
    "Sandbox",
    "StudentRaised",
    "TimedOut",
    "Violated",
    "WarmProcess",
    "protections",
    "require",
]
