"""Faults of a hidden suite: the exercise that cannot be graded, the file and the line.

This module knows no submission. `grading` finds out whether student code caused the error.
"""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest

from autograder.errors import AutograderError
from autograder.results import Fault
from convgrade.release import exercise_of_suite

MOST_CHARACTERS = 300
MOST_DETAIL = 20_000


def fault_of(error: BaseException, file: Path, test: str = "", line: int = 0) -> Fault:
    """The fault for an exception that the tests of `file` raised.

    Args:
        error: the exception.
        file: the suite that was read or run.
        test: the name of its test; "" while the file is read.
        line: the line in which the test begins, for an error that happens before the test runs.
    """
    raised = error
    if isinstance(error, pytest.Collector.CollectError) and error.__cause__ is not None:
        raised = error.__cause__
    where, line = _place(raised, file, line)
    return Fault(
        error=_sentence(raised),
        file=where.name,
        line=line,
        test=test,
        exercise=exercise_of_suite(file),
        detail="".join(traceback.format_exception(raised))[-MOST_DETAIL:],
    )


def _place(error: BaseException, file: Path, line: int) -> tuple[Path, int]:
    """The innermost line in the suite's folder that the exception passed."""
    if isinstance(error, SyntaxError) and error.filename and _beside(error.filename, file):
        return Path(error.filename), error.lineno or 0
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if _beside(frame.filename, file):
            return Path(frame.filename), frame.lineno or 0
    return file, line


def _beside(name: str, file: Path) -> bool:
    return Path(name).is_relative_to(file.parent)


def _sentence(error: BaseException) -> str:
    """The exception's class and message in one line."""
    fixture = getattr(error, "argname", None)
    if isinstance(error, pytest.FixtureLookupError) and fixture:
        return f"there is no fixture called {fixture!r}"
    message = error.msg if isinstance(error, SyntaxError) else " ".join(str(error).split())
    if isinstance(error, AutograderError):  # its message is a whole sentence
        text = message
    else:
        text = f"{type(error).__name__}: {message}" if message else type(error).__name__
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…"
