"""The `convgrade` command of students: one thin function per command, each in its own module.

No command needs TensorFlow or nbgrader, and importing this is quick.
"""

from __future__ import annotations

from typing import Annotated

import typer

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
for command in (check, hint, reset):
    app.command()(command)
app.command("list")(list_exercises)


@app.callback()
def of_all(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=show_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """Check your own work: what is right, what is not, and what to do next."""


def main() -> None:
    """Run the console script."""
    run(app, "convgrade")
