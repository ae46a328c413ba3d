"""The `autograder` command: one thin function per command, each in a module of its own.

Importing this is quick on purpose: no command imports TensorFlow, nbgrader or IPython until it
needs it.
"""

from __future__ import annotations

import typer

from autograder.cli.audit import audit
from autograder.cli.build import build
from autograder.cli.check import check
from autograder.cli.commands import Commands
from autograder.cli.data import data
from autograder.cli.demo import demo
from autograder.cli.doctor import doctor
from autograder.cli.grade import grade
from autograder.cli.quick import end_quickly, start_quickly
from autograder.environment import settle_standard_streams

app = typer.Typer(
    cls=Commands,
    help="Teach and assess convolutional networks: grade a class, a single file, or yourself.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
for command in (check, build, grade, audit, demo, doctor):
    app.command()(command)
app.add_typer(data, name="data")


def main() -> None:
    """The console script."""
    settle_standard_streams()
    start_quickly()
    try:
        app()
    finally:
        end_quickly()
