"""How every command starts and ends: exit codes, one-sentence errors, no traceback for Ctrl-C."""

from __future__ import annotations

import sys
from collections.abc import Callable
from enum import IntEnum

from convgrade.commands import console, streams
from convgrade.commands.console import complain, say
from convgrade.commands.startup import end_quickly, start_quickly
from convgrade.errors import AutograderError
from convgrade.os_errors import in_a_sentence, is_for_people


class Stopped(KeyboardInterrupt):
    """Ctrl-C in a run; the message says what is done, and `command` goes on, if there is one."""

    def __init__(self, message: str, command: str = "") -> None:
        super().__init__(message)
        self.command = command


class ExitCode(IntEnum):
    """Done; done, and something needs attention; could not run; stopped by Ctrl-C."""

    DONE = 0
    ATTENTION = 1
    COULD_NOT_RUN = 2
    INTERRUPTED = 130


OF_THE_ENGINE = frozenset(
    "jinja2 jupytext jupyterlab msgpack nbconvert nbformat nbgrader psutil pytest sklearn "
    "tensorflow traitlets typer".split()
)
"""Packages that the student's side does without."""


def ended_by(error: BaseException) -> ExitCode | None:
    """Say in a sentence why a command ended, and return its exit code; None for a fault of ours."""
    if isinstance(error, KeyboardInterrupt) and sys.stderr.isatty():
        print("\r", end="", file=sys.stderr)  # over the ^C of the terminal
    if isinstance(error, AutograderError):
        complain(str(error))
    elif isinstance(error, Stopped):
        complain(str(error))
        if error.command:
            say(f"  {error.command}")
        return ExitCode.INTERRUPTED
    elif isinstance(error, KeyboardInterrupt):
        complain("Stopped. What is done is kept: the same command goes on from there.")
        return ExitCode.INTERRUPTED
    elif isinstance(error, ModuleNotFoundError) and error.name in OF_THE_ENGINE:
        complain(f"This command needs {error.name}: run pip install 'convgrade[engine]' first.")
    elif isinstance(error, BrokenPipeError):
        pass
    elif isinstance(error, OSError) and is_for_people(error):
        complain(in_a_sentence(error))
    else:
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
