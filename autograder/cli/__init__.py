"""The `autograder` command: one thin function per command, each in its own module.

Importing this is quick on purpose: no command imports TensorFlow, nbgrader or IPython until it
needs it.
"""

from __future__ import annotations

from typing import Annotated

import typer

from autograder.cli.audit import audit
from autograder.cli.build import build
from autograder.cli.data import data
from autograder.cli.demo import demo
from autograder.cli.doctor import doctor
from autograder.cli.extra_time import extra_time
from autograder.cli.feedback import feedback
from autograder.cli.grade import grade
from autograder.cli.mark import mark
from convgrade.commands.check import check
from convgrade.commands.ending import Commands, run, show_version
from convgrade.commands.working import hint, list_exercises, reset

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


for command in (
    check, hint, reset, build, grade, mark, feedback, extra_time, audit, demo, doctor
):  # fmt: skip
    app.command()(command)
app.command("list")(list_exercises)
app.add_typer(data, name="data")


@app.callback()
def of_all(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=show_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """Teach and assess convolutional networks: grade a class, a single file, or yourself."""


def main() -> None:
    """Run the console script."""
    run(app, "autograder")
