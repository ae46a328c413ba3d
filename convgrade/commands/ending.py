"""How every command starts and ends: exit codes, one-sentence errors, no traceback for Ctrl-C."""

from __future__ import annotations

import errno
from enum import IntEnum
from typing import Any

import typer
from typer.core import TyperGroup

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
    "tensorflow traitlets".split()
)
"""Packages that the student's side does without."""


def in_a_sentence(error: OSError) -> str:
    """Say what the machine refused, and for which file."""
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or error}. Correct that and run the command again."


class Commands(TyperGroup):
    """Turns exceptions of a command into a sentence and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command, and turn its exceptions into a sentence and an exit code."""
        try:
            return super().invoke(ctx)
        except AutograderError as error:
            complain(str(error))
            raise typer.Exit(ExitCode.COULD_NOT_RUN) from None
        except KeyboardInterrupt:
            complain("Stopped. What is done is kept: the same command goes on from there.")
            raise typer.Exit(ExitCode.INTERRUPTED) from None
        except ModuleNotFoundError as error:
            if error.name not in OF_THE_ENGINE:
                raise
            complain(f"This command needs {error.name}: run pip install 'convgrade[engine]' first.")
            raise typer.Exit(ExitCode.COULD_NOT_RUN) from None
        except BrokenPipeError:
            raise typer.Exit(ExitCode.COULD_NOT_RUN) from None
        except OSError as error:
            if error.errno not in OF_THE_MACHINE:
                raise
            complain(in_a_sentence(error))
            raise typer.Exit(ExitCode.COULD_NOT_RUN) from None


def run(app: typer.Typer, program: str) -> None:
    """Run the commands of a console script under its name."""
    console.speak_as(program)
    streams.prepare()
    start_quickly()
    try:
        app()
    except SystemExit as ended:
        if not streams.finish() and not ended.code:
            raise SystemExit(ExitCode.COULD_NOT_RUN) from None
        raise
    except OSError as error:  # of stdout, before a command begins
        complain(in_a_sentence(error))
        streams.finish()
        raise SystemExit(ExitCode.COULD_NOT_RUN) from None
    finally:
        end_quickly()


def show_version(wanted: bool) -> None:
    """Print the name and version of the distribution, and exit."""
    if wanted:
        from importlib import metadata

        typer.echo(f"convgrade {metadata.version('convgrade')}")
        raise typer.Exit
