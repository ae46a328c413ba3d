"""The `autograder` command: one thin function per command, each in its own module.

Importing this is quick on purpose: no command imports TensorFlow, nbgrader or IPython until it
needs it.
"""

from __future__ import annotations

from typing import Annotated

import typer

from autograder.cli import streams
from autograder.cli.audit import audit
from autograder.cli.build import build
from autograder.cli.check import check
from autograder.cli.commands import Commands, ExitCode, in_a_sentence
from autograder.cli.console import complain
from autograder.cli.data import data
from autograder.cli.demo import demo
from autograder.cli.doctor import doctor
from autograder.cli.extra_time import extra_time
from autograder.cli.feedback import feedback
from autograder.cli.grade import grade
from autograder.cli.mark import mark
from autograder.cli.startup import end_quickly, start_quickly

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


def show_version(wanted: bool) -> None:
    """Print the name and version of the distribution, and exit."""
    if wanted:
        from importlib import metadata

        typer.echo(f"convgrade {metadata.version('convgrade')}")
        raise typer.Exit


for command in (check, build, grade, mark, feedback, extra_time, audit, demo, doctor):
    app.command()(command)
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
