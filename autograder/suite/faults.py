"""Faults of a hidden suite: the exercise that cannot be graded, the file and the line.

This module knows no submission. `grading` finds out whether student code caused the error.
"""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest

from autograder.errors import AutograderError, SuiteError
from autograder.results import Fault
from convgrade.release import exercise_of_suite

MOST_CHARACTERS = 300
MOST_DETAIL = 20_000
FOLDERS_OF_AUTHORS = ("tests", "solutions", "source")


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


def author_fault(error: BaseException, file: Path, line: int = 0) -> SuiteError:
    """The error for an exception that a file of the course's authors raised, with its line.

    Args:
        error: the exception.
        file: a file below the folder `tests`, `solutions` or `source` of a course.
        line: the line to name if none of the file's own lines was running.
    """
    return author_error(file, fault_of(error, file, line=line).line, _sentence(error))


def author_error(file: Path, line: int, what: str) -> SuiteError:
    """The error for a line of a file of the course's authors."""
    names = file.parts
    start = max((n for n, name in enumerate(names) if name in FOLDERS_OF_AUTHORS), default=0)
    place = "/".join(names[start:])
    return SuiteError(f"{place}, line {line}: {what}" if line else f"{place}: {what}")


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
