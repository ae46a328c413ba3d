"""The `autograder` command: one thin function per command, each in its own module.

The commands of students need no package of the engine, so they run before Typer is imported.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from convgrade.commands.ending import run
from convgrade.commands.parser import COMMANDS, run_command

if TYPE_CHECKING:
    from autograder.cli.program import app as app

PROGRAM = "autograder"


def main() -> None:
    """Run the console script."""
    run(_start, PROGRAM)


def _start() -> int | None:
    if sys.argv[1:] and sys.argv[1] in (*COMMANDS, "--version"):
        return run_command(sys.argv[1:], PROGRAM)
    from autograder.cli.program import app

    app()
    return None


def __getattr__(name: str) -> Any:
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from autograder.cli.program import app

    return app
