"""How every command ends: exit codes, one-sentence errors, and Ctrl-C without a traceback."""

from __future__ import annotations

from enum import IntEnum
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from typer.core import TyperGroup

from autograder.cli.console import complain
from autograder.errors import AutograderError


class ExitCode(IntEnum):
    """Done; done, and something needs attention; could not run; stopped by Ctrl-C."""

    DONE = 0
    ATTENTION = 1
    COULD_NOT_RUN = 2
    INTERRUPTED = 130


class Commands(TyperGroup):
    """Turns what a command raises into a sentence and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except AutograderError as error:
            complain(str(error))
            raise typer.Exit(ExitCode.COULD_NOT_RUN) from None
        except KeyboardInterrupt:
            complain("Stopped. What is done is kept: the same command goes on from there.")
            raise typer.Exit(ExitCode.INTERRUPTED) from None
        except BrokenPipeError:
            raise typer.Exit(ExitCode.COULD_NOT_RUN) from None


CourseOption = Annotated[
    Path | None,
    typer.Option(
        "--course",
        help="The course's folder, where it is not the current one or above it.",
        file_okay=False,
        exists=True,
        show_default=False,
    ),
]

IsolationOption = Annotated[
    Literal["namespaces", "process"],
    typer.Option(
        help="How students' code is kept apart: namespaces (Linux), or only a process of its own.",
    ),
]


def course_root(course: Path | None) -> Path:
    """The course that `--course` names or that the current folder lies in."""
    from autograder.course import find_root

    return find_root(course)
