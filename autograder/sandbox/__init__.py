"""The boundary: student code runs in a process that holds no test, no secret and no verdict.

Imports nothing of ours but its own parts and the exceptions.
"""

from autograder.sandbox.client import Sandbox
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
from autograder.sandbox.isolation import Isolation
from autograder.sandbox.limits import Limits
from autograder.sandbox.probe import Protection, protections, require
from autograder.sandbox.records import Answer, Cell, CellReport
from autograder.sandbox.warm import Zygote

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
    "Zygote",
    "protections",
    "require",
]
