"""How every command starts and ends: exit codes, one-sentence errors, no traceback for Ctrl-C."""

from __future__ import annotations

import errno
from collections.abc import Callable
from enum import IntEnum

from convgrade.commands import console, streams
from convgrade.commands.console import complain
from convgrade.commands.startup import end_quickly, start_quickly
from convgrade.errors import AutograderError


class ExitCode(IntEnum):
    """Done; done, and something needs attention; could not run; stopped by Ctrl-C."""

    DONE = 0
    ATTENTION = 1
    COULD_NOT_RUN = 2
    INTERRUPTED = 130


OF_THE_MACHINE = (
    errno.EACCES,
    errno.EPERM,
    errno.EROFS,
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EAGAIN,
    errno.ENOMEM,
    errno.EMFILE,
    errno.ENFILE,
)
"""Errors of the machine that no program can avoid; they are shown without a traceback."""


OF_THE_ENGINE = frozenset(
    "jinja2 jupytext jupyterlab msgpack nbconvert nbformat nbgrader psutil pytest sklearn "
    "tensorflow traitlets typer".split()
)
"""Packages that the student's side does without."""


def in_a_sentence(error: OSError) -> str:
    """Say what the machine refused, and for which file."""
    if error.errno == errno.ENOSPC:
        where = error.filename or "the disk with the course, or that of temporary files"
        return f"{where} is full. Make room and run the command again: what is done is kept."
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or error}. Correct that and run the command again."


def ended_by(error: BaseException) -> ExitCode | None:
    """Say in a sentence why a command ended, and return its exit code; None for a fault of ours."""
    if isinstance(error, AutograderError):
        complain(str(error))
    elif isinstance(error, KeyboardInterrupt):
        complain("Stopped. What is done is kept: the same command goes on from there.")
        return ExitCode.INTERRUPTED
    elif isinstance(error, ModuleNotFoundError) and error.name in OF_THE_ENGINE:
        complain(f"This command needs {error.name}: run pip install 'convgrade[engine]' first.")
    elif isinstance(error, OSError) and error.errno in OF_THE_MACHINE:
        complain(in_a_sentence(error))
    elif not isinstance(error, BrokenPipeError):
        return None
    return ExitCode.COULD_NOT_RUN


def run(start: Callable[[], int | None], program: str) -> None:
    """Run a command of a console script under its name, and exit with the code that it returns."""
    console.speak_as(program)
    streams.prepare()
    start_quickly()
    try:
        raise SystemExit(start() or ExitCode.DONE)
    except SystemExit as ended:
        if not streams.finish() and not ended.code:
            raise SystemExit(ExitCode.COULD_NOT_RUN) from None
        raise
    except BaseException as error:
        code = ended_by(error)
        if code is None:
            raise
        streams.finish()
        raise SystemExit(code) from None
    finally:
        end_quickly()


def version() -> str:
    """The name and version of the distribution."""
    from importlib import metadata

    return f"convgrade {metadata.version('convgrade')}"
