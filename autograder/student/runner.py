"""Runs a student's file and its public checks in this process, and writes what came of them.

    python -m autograder.student.runner FILE --output PATH [--checks RELEASE] [--seconds S]

Cells run in order, and a cell that fails, or takes longer than S, does not stop the next one. The
report is one JSON document in PATH, so that nothing the student prints can be taken for it:

    {"exercises": [{"name": …, "text": …,
                    "outcome": "passed|failed|not_implemented|error|not_run"}],
     "problems": [a sentence for each other cell that failed],
     "running": the cell that runs now, "" when all have}

It is written anew before each cell, so that what is known outlives a process that does not.

This is a student running their own code on their own machine: there is no sandbox, and no points.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import linecache
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any, NoReturn

from autograder.student.cells import CodeCell, Unreadable, read_cells
from autograder.student.checks import CheckFailed, NotWrittenYet

LONGEST_TEXT = 4000


class TookTooLong(BaseException):
    """Raised inside a cell when its time is up; no `except Exception` of the student's stops it."""


class CellFailed(Exception):
    """A cell ended with an error; the message says which one, and where in the student's code."""

    def __init__(self, error: BaseException, places: dict[str, str]) -> None:
        super().__init__(_sentence(error, places))
        self.error = error


class Session:
    """One namespace in which cells run, one after the other, as in a notebook."""

    def __init__(self, name: str, seconds: float | None = None) -> None:
        self._seconds = seconds
        self._module = ModuleType(name)
        self._module.__dict__["display"] = _display
        self._places: dict[str, str] = {}
        sys.modules[name] = self._module

    def run(self, cell: CodeCell) -> None:
        """Run one cell.

        Raises:
            CellFailed: it ended with an error, `exit()` included, or took too long.
        """
        file = f"<{cell.label}>"
        self._places[file] = cell.label
        code = cell.code
        linecache.cache[file] = (len(code), None, code.splitlines(keepends=True), file)
        try:
            with _at_most(self._seconds):
                exec(compile(code, file, "exec"), self._module.__dict__)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            raise CellFailed(error, self._places) from error


@contextlib.contextmanager
def _at_most(seconds: float | None) -> Iterator[None]:
    """Raises `TookTooLong` in what is inside; where there is no such timer, nothing happens."""
    if seconds is None or not hasattr(signal, "setitimer"):
        yield
        return

    def ring(_: int, __: FrameType | None) -> NoReturn:
        raise TookTooLong(
            f"not done after {seconds:g} seconds: look for a loop that never ends, or allow more "
            "with --seconds"
        )

    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _display(*values: Any, **_: Any) -> None:
    """Stands in for IPython's `display`, which has nowhere to draw here."""


def _sentence(error: BaseException, places: dict[str, str]) -> str:
    """ "TypeError: … (line 3 of cell 7)", with the innermost line that is the student's."""
    if isinstance(error, CheckFailed):
        return str(error)
    text = f"{type(error).__name__}: {_text(error)}".removesuffix(": ")
    if isinstance(error, SystemExit):
        text = "the code calls exit()"
    if isinstance(error, TookTooLong):
        text = str(error)
    where = [
        f"line {frame.lineno} of {places[frame.filename]}"
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename in places
    ]
    if isinstance(error, SyntaxError) and error.filename in places:
        text = f"{type(error).__name__}: {error.msg}"
        where = [f"line {error.lineno} of {places[error.filename]}"]
    notes = "".join(f"\n{note}" for note in getattr(error, "__notes__", ()))
    return f"{text} ({where[-1]}){notes}" if where else text + notes


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as fault:  # a student's own exception may not even have a text
        return f"<its text raises {type(fault).__name__}>"


def report(
    path: Path,
    checks: Path | None,
    seconds: float | None = None,
    publish: Callable[[dict[str, Any]], None] = lambda _: None,
) -> dict[str, Any]:
    """Run the file and its checks.

    Args:
        path: the student's file.
        checks: the released notebook, whose locked cells replace the file's own.
        seconds: how long one cell may take.
        publish: given the report as it stands, before each cell.
    """
    problems: list[str] = []
    try:
        student = read_cells(path)
        cells = student if checks is None else _with_released(student, read_cells(checks))
    except Unreadable as error:
        return {"exercises": [], "problems": [str(error)], "running": ""}
    checked = {
        number: {"name": cell.exercise, "outcome": "not_run", "text": ""}
        for number, cell in enumerate(cells)
        if cell.is_check
    }
    document: dict[str, Any] = {"exercises": [*checked.values()], "problems": problems}
    plain_module = [cell.number for cell in student] == [0]
    session = Session(path.stem if plain_module else "__main__", seconds)
    for number, cell in enumerate(cells):
        publish({**document, "running": cell.label})
        if cell.is_check:
            checked[number].update(_checked(session, cell))
            continue
        try:
            session.run(cell)
        except CellFailed as failure:
            problems.append(_cut(f"{cell.label[0].upper()}{cell.label[1:]} failed: {failure}"))
    return {**document, "running": ""}


def _with_released(
    student: Sequence[CodeCell], released: Sequence[CodeCell]
) -> tuple[CodeCell, ...]:
    """The student's cells with locked ones as released; those that are missing are put in.

    Locked cells that only prepare come first, and checks last, where the student has none.
    """
    locked = {cell.grade_id: cell for cell in released if cell.locked and cell.grade_id}
    present = {cell.grade_id for cell in student}
    missing = [cell for grade_id, cell in locked.items() if grade_id not in present]
    kept: list[CodeCell] = []
    seen: set[str] = set()
    for cell in student:
        original = locked.get(cell.grade_id)
        if original is not None and cell.grade_id in seen:
            continue
        seen.add(cell.grade_id)
        kept.append(cell if original is None else original)
    return (
        *(cell for cell in missing if not cell.is_check),
        *kept,
        *(cell for cell in missing if cell.is_check),
    )


def _checked(session: Session, cell: CodeCell) -> dict[str, str]:
    """Run one cell of checks: its outcome, and what passed or why it did not."""
    printed = io.StringIO()
    outcome, text = "passed", ""
    try:
        with contextlib.redirect_stdout(printed):
            session.run(cell)
    except CellFailed as failure:
        outcome, text = _outcome(failure.error), str(failure)
        if isinstance(failure.error, NameError) and failure.error.name == cell.exercise:
            text = f"There is no function {cell.exercise}: was it renamed, or deleted?"
    return {"outcome": outcome, "text": _cut(text or printed.getvalue().rstrip())}


def _outcome(error: BaseException) -> str:
    if isinstance(error, NotWrittenYet | NotImplementedError):
        return "not_implemented"
    return "failed" if isinstance(error, AssertionError) else "error"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + " …"


def _write(document: dict[str, Any], path: Path) -> None:
    """Replace the file in one step: whoever reads it sees the whole report or none."""
    unfinished = path.with_name(path.name + ".unfinished")
    unfinished.write_text(json.dumps(document), encoding="utf-8")
    os.replace(unfinished, path)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m autograder.student.runner",
        description="Run a file and its public checks; write a report as JSON.",
    )
    parser.add_argument("file", type=Path, help="a notebook (.ipynb) or Python (.py)")
    parser.add_argument("--output", type=Path, required=True, help="where the report goes")
    parser.add_argument("--checks", type=Path, help="the released notebook, to take checks from")
    parser.add_argument("--seconds", type=float, help="how long one cell may take")
    options = parser.parse_args(arguments)
    output = options.output.resolve()
    path = options.file.resolve()
    os.environ.setdefault("MPLBACKEND", "agg")
    sys.path[0] = str(path.parent)
    found = report(
        path, options.checks, options.seconds, publish=lambda so_far: _write(so_far, output)
    )
    _write(found, output)


def _exit_now() -> NoReturn:
    """Leave without waiting for threads that the student's code may have left running."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
    _exit_now()
