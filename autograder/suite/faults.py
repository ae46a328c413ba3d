"""Faults of a hidden suite: which exercise they leave ungraded, in which file and line.

Knows no submission: whether a student's code had a part in it, `grading` finds out.
"""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest

from autograder.course.release import exercise_of_suite
from autograder.errors import AutograderError
from autograder.results import Fault

MOST_CHARACTERS = 300
MOST_DETAIL = 20_000


def fault_of(error: BaseException, file: Path, test: str = "", line: int = 0) -> Fault:
    """The fault that this exception is, met in the tests of `file`.

    Args:
        error: as it was raised.
        file: the suite that was read or run.
        test: which of its tests; "" while the file is read.
        line: where the test begins, for an error that happens before it does.
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
    """The innermost line of the suite's folder that the exception passed."""
    if isinstance(error, SyntaxError) and error.filename and _beside(error.filename, file):
        return Path(error.filename), error.lineno or 0
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if _beside(frame.filename, file):
            return Path(frame.filename), frame.lineno or 0
    return file, line


def _beside(name: str, file: Path) -> bool:
    return Path(name).is_relative_to(file.parent)


def _sentence(error: BaseException) -> str:
    """The exception's class and message in a line."""
    fixture = getattr(error, "argname", None)
    if isinstance(error, pytest.FixtureLookupError) and fixture:
        return f"there is no fixture called {fixture!r}"
    said = error.msg if isinstance(error, SyntaxError) else " ".join(str(error).split())
    if isinstance(error, AutograderError):  # a whole sentence already
        text = said
    else:
        text = f"{type(error).__name__}: {said}" if said else type(error).__name__
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…"
