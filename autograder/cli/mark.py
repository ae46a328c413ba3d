"""`autograder mark ASSIGNMENT`: marks written answers in a page on this machine."""

from __future__ import annotations

import contextlib
from typing import Annotated

import typer

from autograder.cli.commands import CourseOption, course_root


def mark(
    assignment: Annotated[
        str, typer.Argument(metavar="ASSIGNMENT", help="The assignment.", show_default=False)
    ],
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The port; 0 takes one that is free.")
    ] = 0,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page in a browser.")
    ] = True,
    course: CourseOption = None,
) -> None:
    """Mark written answers, question by question and without names. Ctrl-C ends it.

    Marks and comments are in nbgrader's gradebook: formgrader shows and changes the same ones.

    Example: [bold]autograder mark week03[/bold]
    """
    from autograder.course.assignment import load_assignment
    from autograder.marking.answers import answers_of
    from autograder.marking.server import serve
    from convgrade.commands.console import say

    answers = answers_of(load_assignment(assignment, course_root(course)))

    answers.require_usable()

    def started(address: str) -> None:
        say(f"Mark {assignment} at {address}")
        say("Only this machine reaches it. Ctrl-C ends it; each mark is saved at once.")
        if browser:
            import webbrowser

            webbrowser.open(address)

    with contextlib.suppress(KeyboardInterrupt):
        serve(answers, port, started)
