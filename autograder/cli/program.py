"""The commands of the engine with Typer, and those of students, which it passes on.

Importing this is quick on purpose: no command imports TensorFlow, nbgrader or IPython until it
needs it.
"""

from __future__ import annotations

import inspect
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from autograder.cli.audit import audit
from autograder.cli.build import build
from autograder.cli.ci import ci
from autograder.cli.collect import collect
from autograder.cli.data import data
from autograder.cli.demo import demo
from autograder.cli.doctor import doctor
from autograder.cli.extra_time import extra_time
from autograder.cli.feedback import feedback
from autograder.cli.forget import forget
from autograder.cli.grade import grade
from autograder.cli.gradescope import gradescope
from autograder.cli.init import init
from autograder.cli.mark import mark
from autograder.cli.new import new
from autograder.cli.questions import questions
from autograder.cli.report import report
from autograder.cli.return_feedback import return_feedback
from autograder.cli.verify import verify
from convgrade.commands.ending import ended_by, version
from convgrade.commands.parser import COMMANDS, run_command


class Commands(TyperGroup):
    """Turns exceptions of a command into a sentence and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command, and turn its exceptions into a sentence and an exit code."""
        try:
            return super().invoke(ctx)
        except (Exception, KeyboardInterrupt) as error:
            code = ended_by(error)
            if code is None:
                raise
            raise typer.Exit(code) from None


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


def pass_on(context: typer.Context) -> None:
    """Run a command of students with the arguments as they are."""
    arguments = [context.info_name or "", *context.args]
    raise typer.Exit(run_command(arguments, "autograder"))


PANELS = {
    "A class, from hand-in to feedback": (
        collect,
        grade,
        mark,
        feedback,
        return_feedback,
        report,
        questions,
        extra_time,
        forget,
    ),
    "CI and single files": (verify, gradescope),
    "Assignments": (new, build, audit),
    "To begin with": (init, demo, doctor),
}
OTHER_NAMES = {return_feedback.__name__: "return"}

for name, command in COMMANDS.items():
    app.command(
        name,
        help=command.summary,
        add_help_option=False,
        context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
        rich_help_panel="Your own work",
    )(pass_on)
for panel, commands in PANELS.items():
    for each in commands:
        app.command(OTHER_NAMES.get(each.__name__), rich_help_panel=panel)(each)


def _in_paragraphs(text: str) -> str:
    """A docstring with each paragraph in one line, which Rich then folds to the terminal."""
    paragraphs = inspect.cleandoc(text).split("\n\n")
    return "\n\n".join(" ".join(each.split()) for each in paragraphs)


for group in (app, ci, data):
    for registered in group.registered_commands:
        callback = registered.callback
        if registered.help is None and callback is not None:
            registered.help = _in_paragraphs(callback.__doc__ or "")
app.add_typer(ci, name="ci", rich_help_panel="CI and single files")
app.add_typer(data, name="data", rich_help_panel="To begin with")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(version())
        raise typer.Exit


@app.callback()
def of_all(
    is_version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """Teach and assess convolutional networks: grade a class, a single file, or yourself."""
