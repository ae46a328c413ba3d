"""Messages for students about errors in their code: what the error is, and where it is in their
file.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from convgrade.checking.job import Job, Step
from convgrade.execution.session import Trouble
from convgrade.execution.tracebacks import is_cell, is_students, label_of, text_of
from convgrade.notebook.checks import CheckFailed

MOST_FRAMES = 5000
OF_NETWORKS = ("IPython", "keras", "sklearn", "tensorflow")
"""What notebooks with networks need beyond what every student has."""
ENDED_PYTHON = "the code ended Python itself (does it call os._exit(), or use too much memory?)"


class TookTooLong(BaseException):
    """Raised inside a cell when its time is over; `except Exception` in student code does not catch
    it.
    """


def took_too_long(seconds: float | None) -> str:
    """The rest of a sentence about a cell that did not end."""
    return (
        f"not done after {seconds or 0:g} seconds: look for a loop that never ends, or allow more "
        "with --seconds"
    )


class Places:
    """Places in a student's file, counted as its editor counts them."""

    def __init__(self, job: Job) -> None:
        self._file = job.file
        self._steps = {step.label: step for step in job.steps}

    def name(self, step: Step) -> str:
        """The name of a step in messages: a cell of a script by its first line."""
        return f"{self._file}:{step.line}" if step.line > 1 else step.label

    def at(self, label: str, line: int) -> str:
        """A line of a step: "work.py:12", or "cell 7, line 3"."""
        step = self._steps.get(label)
        if step is not None and step.line:
            return f"{self._file}:{step.line + line - 1}"
        return f"{label}, line {line}"

    def innermost(self, trouble: Trouble, label: str) -> str:
        """The innermost student line that raised the error.

        A line outside the cell `label` is preferred.
        """
        found = ""
        for file, line in _lines(trouble.error):
            if not is_cell(file):
                found = f"{os.path.basename(file)}:{line}"
            elif label_of(file) != label or not found:
                found = self.at(label_of(file), line)
        return found

    def statement(self, trouble: Trouble, label: str) -> str:
        """The place of the failed statement in the cell `label`."""
        lines = (line for file, line in _lines(trouble.error) if label_of(file) == label)
        return self.at(label, next(lines, trouble.line))


def of_check(trouble: Trouble, places: Places, label: str) -> str:
    """The message of a failed check, or the error that ended it: "TypeError: … (work.py:12)"."""
    error = trouble.error
    if isinstance(error, CheckFailed):
        return text_of(error)
    place = places.innermost(trouble, label)
    notes = "".join(f"\n{note}" for note in getattr(error, "__notes__", ()))
    return _what(error) + (f" ({place})" if place else "") + notes


def of_statement(trouble: Trouble, places: Places, label: str) -> str:
    """The message for a failed statement of a cell: "work.py:12: TypeError: …"."""
    where = places.statement(trouble, label)
    inside = places.innermost(trouble, label)
    other = f" ({inside})" if inside not in ("", where) else ""
    return f"{where[0].upper() if '.py:' not in where else where[0]}{where[1:]}: " + (
        f"{_what(trouble.error)}{other}"
    )


def _what(error: BaseException) -> str:
    """The type of an error and its text."""
    if isinstance(error, SystemExit):
        return "the code calls exit()"
    if isinstance(error, TookTooLong):
        return str(error)
    said = f"{type(error).__name__}: {text_of(error)}".removesuffix(": ")
    missing = (error.name or "").partition(".")[0] if isinstance(error, ImportError) else ""
    if missing in OF_NETWORKS:
        said += '. Run pip install "convgrade[networks]"'
    return said


def _lines(error: BaseException) -> Iterator[tuple[str, int]]:
    """Yield the student's lines that an error passed through, outermost first, as (file, line)."""
    traceback = error.__traceback__
    for _ in range(MOST_FRAMES):
        if traceback is None:
            break
        file = traceback.tb_frame.f_code.co_filename
        if is_students(file):
            yield file, traceback.tb_lineno
        traceback = traceback.tb_next
    if isinstance(error, SyntaxError) and is_students(str(error.filename)):
        yield str(error.filename), error.lineno or 1
