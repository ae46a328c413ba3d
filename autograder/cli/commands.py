"""The options that several commands have, and what they stand for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from convgrade.commands.ending import ExitCode as ExitCode

if TYPE_CHECKING:
    from autograder.course.assignment import Assignment


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

IsolationName = Literal["namespaces", "restricted", "process"]

IsolationOption = Annotated[
    IsolationName,
    typer.Option(
        help="How student code is isolated: by namespaces (Linux); restricted without them, for "
        "containers; or only as a separate process.",
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
        from convgrade import datasets

        about = datasets.about(assignment.dataset)
        if about.remote is not None and datasets.find(assignment.dataset) is None:
            datasets.load(assignment.dataset)  # its error says how to get it
    return assignment


def say_that_it_waits() -> None:
    """Say that another process writes the gradebook."""
    from convgrade.commands.console import say

    say("Another run is writing the gradebook: waiting for it")


def course_root(course: Path | None) -> Path:
    """Return the course folder of `--course`, or the one that contains the current folder."""
    from autograder.course.assignment import find_root

    return find_root(course)
