"""`convgrade check`: the public checks in the terminal, for the student who is writing.

The student's code runs in another process, with a time limit for each cell. This module only shows
the report of that process, and needs neither TensorFlow nor nbgrader.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from convgrade.commands.console import complain, say
from convgrade.commands.ending import ExitCode
from convgrade.errors import AutograderError

if TYPE_CHECKING:
    from convgrade.checking.checker import Checker
    from convgrade.commands.check_output import Running

POLL_SECONDS = 0.5
MOST_MISSES = 3
"""Looks at a file that is gone before it is said: some editors save by removing it first."""


def check(
    file: Path | None, watch: bool, exercise: Sequence[str], checks: Path | None, seconds: float
) -> ExitCode:
    """Show for each exercise what was expected and what came, once or at each save.

    Args:
        file: the student's file; None for the only notebook in the working folder.
        watch: check again whenever the file is saved, until Ctrl-C.
        exercise: the exercises to check; empty for all.
        checks: the released notebook; None if it is to be found.
        seconds: how long one cell may take.
    """
    from convgrade.checking.checker import Checker
    from convgrade.commands.check_output import running, show

    path = the_file(file)
    try:
        with (
            running() as says,
            Checker(path, checks, seconds, exercise, says) as checker,
        ):
            if watch:
                _watch(path, checker, says)
            report, _ = checker.check()
            says("")
            show(path, report)
    except KeyboardInterrupt:
        if watch:
            say()  # below the terminal's ^C
            return ExitCode.DONE
        complain("Stopped before all checks had run.")
        return ExitCode.INTERRUPTED
    return ExitCode.DONE if report.all_passed else ExitCode.ATTENTION


def _watch(path: Path, checker: Checker, says: Running) -> NoReturn:
    """Check at each save, until Ctrl-C."""
    from convgrade.checking.process import Outdated
    from convgrade.commands.check_output import show_next, show_unchanged

    gone = f"{path.name} is gone. It is checked again when it is back."
    has_shown = False
    passed: frozenset[str] = frozenset()
    for _ in saves(path, checker.is_outdated, partial(say, gone)):
        before = _state(path)
        try:
            report, is_new = checker.check(partial(_is_saved_since, path, before))
            says("")
            if is_new or not has_shown:
                show_next(path, report, passed)
                passed = frozenset(item.name for item in report.exercises if item.passed)
            else:
                show_unchanged(path)
            has_shown = True
        except Outdated:
            continue
        except AutograderError as error:
            time.sleep(POLL_SECONDS)
            if _state(path) != before:
                continue  # it was read while an editor was writing it
            says("")
            complain(str(error))
            has_shown = False
        say(f"Watching {path.name}: save it to check again, Ctrl-C to stop.")
    raise AssertionError("watching ends with an exception")


def the_file(named: Path | None) -> Path:
    """Return the file to check: the named one, or the only notebook in the folder.

    Raises:
        AutograderError: the file does not exist, or there is not exactly one notebook.
    """
    if named is None or named.is_dir():
        return only_notebook(named or Path.cwd())
    if not named.exists():
        raise AutograderError(f"There is no file {named}: name your notebook or .py file.")
    return named


def only_notebook(folder: Path) -> Path:
    """Return the notebook that `check` uses when none is named.

    Raises:
        AutograderError: there is none, or more than one.
    """
    from convgrade.submission import is_system_file

    notebooks = sorted(path for path in folder.glob("*.ipynb") if not is_system_file(path.name))
    if len(notebooks) == 1:
        return notebooks[0]
    if not notebooks:
        raise AutograderError(
            "There is no notebook in this folder: name your notebook or .py file."
        )
    names = ", ".join(notebook.name for notebook in notebooks)
    raise AutograderError(f"There is more than one notebook here ({names}): name one of them.")


def saves(
    path: Path,
    is_outdated: Callable[[], bool] = lambda: False,
    says_gone: Callable[[], None] = lambda: None,
) -> Iterator[None]:
    """Yield now, and again whenever the file, or something that it reads, has been saved.

    It waits for a file that is gone for a while, because some editors save in this way. A file that
    was gone for longer is checked again when it is back.

    Args:
        path: the file.
        is_outdated: whether something that the file reads has changed.
        says_gone: called once each time that the file is gone for longer.
    """
    seen: tuple[int, int] | None = None
    misses = 0
    if _state(path) is None:
        raise AutograderError(f"There is no file {path}.")
    while True:
        now = _state(path)
        if now is not None and (now != seen or misses >= MOST_MISSES or is_outdated()):
            seen = now
            misses = 0
            yield
            continue
        misses = 0 if now is not None else misses + 1
        if misses == MOST_MISSES:
            says_gone()
        time.sleep(POLL_SECONDS)


def _is_saved_since(path: Path, before: tuple[int, int] | None) -> bool:
    """Whether there is a file whose state is not the one from before."""
    return _state(path) not in (None, before)


def _state(path: Path) -> tuple[int, int] | None:
    """When a file was saved and its size; None if there is no file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
