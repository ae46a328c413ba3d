"""The `convgrade` command of students. It starts quickly and needs no package of the engine."""

from __future__ import annotations

import sys

from convgrade.commands.ending import run
from convgrade.commands.parser import run_command


def main() -> None:
    """Run the console script."""
    run(lambda: run_command(sys.argv[1:], "convgrade"), "convgrade")
