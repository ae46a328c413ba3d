"""How every command ends: exit codes, one-sentence errors, and Ctrl-C without a traceback."""

from __future__ import annotations

import errno
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.core import TyperGroup

from autograder.cli.console import complain
from autograder.errors import AutograderError

if TYPE_CHECKING:
    from autograder.course.assignment import Assignment


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


def in_a_sentence(error: OSError) -> str:
    """Say what the machine refused, and for which file."""
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or error}. Mend that and run the command again."


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
        except BrokenPipeError:
            raise typer.Exit(ExitCode.COULD_NOT_RUN) from None
        except OSError as error:
            if error.errno not in OF_THE_MACHINE:
                raise
            complain(in_a_sentence(error))
            raise typer.Exit(ExitCode.COULD_NOT_RUN) from None


CourseOption = Annotated[
    Path | None,
    typer.Option(
        "--course",
        help="The course folder; by default the current one or one above it.",
        file_okay=False,
        exists=True,
        show_default=False,
    ),
]

IsolationOption = Annotated[
    Literal["namespaces", "process"],
    typer.Option(
        help="How student code is isolated: namespaces (Linux), or only a separate process.",
    ),
]


DatasetOption = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="The dataset that grades training; by default the assignment's. "
        "`autograder data list` shows what there is.",
        show_default=False,
    ),
]


def on_dataset(assignment: Assignment, dataset: str | None) -> Assignment:
    """Return the assignment with the dataset of `--dataset`, which must be on this machine.

    Raises:
        AutograderError: the assignment or this machine has no such dataset; the message says what
            to do.
    """
    if dataset is not None:
        assignment = assignment.on(dataset)
    if assignment.dataset:
        from autograder import datasets

        about = datasets.about(assignment.dataset)
        if about.remote is not None and datasets.find(assignment.dataset) is None:
            datasets.load(assignment.dataset)  # its error says how to get it
    return assignment


def course_root(course: Path | None) -> Path:
    """Return the course folder of `--course`, or the one that contains the current folder."""
    from autograder.course.assignment import find_root

    return find_root(course)
