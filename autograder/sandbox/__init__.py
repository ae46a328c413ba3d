"""The boundary: student code runs in a process that holds no test, no secret and no verdict.

Of the package `autograder`, this imports only its own modules and the exceptions. The names below
are imported on first use: the process of the student's code imports modules of this package too,
and must not thereby load the code of the trusted side.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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
    from autograder.sandbox.host.records import Answer, Call, Cell, CellReport
    from autograder.sandbox.host.warm_process import WarmProcess
    from autograder.sandbox.limits import Limits
    from autograder.sandbox.linux.isolation import Isolation
    from autograder.sandbox.linux.probe import Protection, less_than, protections, require
    from autograder.sandbox.sandbox import Sandbox

__all__ = [
    "Answer",
    "AnswerRefused",
    "Call",
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
    "less_than",
    "protections",
    "require",
]

_MODULES = {
    "failures": (
        "AnswerRefused",
        "CallFailed",
        "Crashed",
        "Handle",
        "HandleMisuse",
        "MissingFunction",
        "NotImplementedByStudent",
        "StudentRaised",
        "TimedOut",
        "Violated",
    ),
    "host.records": ("Answer", "Call", "Cell", "CellReport"),
    "host.warm_process": ("WarmProcess",),
    "limits": ("Limits",),
    "linux.isolation": ("Isolation",),
    "linux.probe": ("Protection", "less_than", "protections", "require"),
    "sandbox": ("Sandbox",),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
