"""The commands of students and their arguments, with argparse: help, and errors in one sentence."""

from __future__ import annotations

import argparse
import difflib
import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from convgrade.commands import check, working
from convgrade.commands.ending import ExitCode, version
from convgrade.errors import AutograderError

WIDTH = 80
HELP = ("--help", "-h")
SUMMARY = "Check your own work: what is right, what is not, and what to do next."


@dataclass(frozen=True)
class Command:
    """One command: what it does in a line, more about it, an example, its arguments, its function.

    The function gets the arguments by name, and returns the exit code.
    """

    summary: str
    more: str
    example: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[..., ExitCode]


def run_command(arguments: Sequence[str], program: str) -> int:
    """Run the command that these arguments name, and return the exit code.

    Raises:
        AutograderError: an argument is unknown, missing or wrong; the message says which.
    """
    name = arguments[0] if arguments else ""
    if name == "--version":
        print(version())
        return ExitCode.DONE
    if name in ("", *HELP):
        print(help_of_all(program), end="")
        return ExitCode.DONE if name else ExitCode.COULD_NOT_RUN
    if name not in COMMANDS:
        what = "option" if name.startswith("-") else "command"
        known = ["--help", "--version", *COMMANDS]
        raise AutograderError(f"There is no {what} {name}{_meant(name, known)} {_see(program)}")
    parser = _parser(name, program)
    if set(HELP) & set(arguments):
        print(parser.format_help(), end="")
        return ExitCode.DONE
    found, left = parser.parse_known_intermixed_args(arguments[1:])
    if left:
        raise AutograderError(_unknown(left[0], parser))
    return COMMANDS[name].run(**vars(found))


def help_of_all(program: str) -> str:
    """What the program does, and its commands."""
    width = max(map(len, COMMANDS))
    lines = [f"Usage: {program} COMMAND [ARGUMENTS]", "", SUMMARY, "", "Commands:"]
    for name, command in COMMANDS.items():
        lines += textwrap.wrap(
            command.summary,
            WIDTH,
            initial_indent=f"  {name:{width}}  ",
            subsequent_indent=" " * (width + 4),
        )
    lines += ["", "Options:", "  --version  Show the version."]
    lines += ["  --help     Show this, or the help of a command, with an example."]
    lines += ["", f"Example: {program} check --watch", ""]
    return "\n".join(lines)


class _Parser(argparse.ArgumentParser):
    def format_help(self) -> str:
        """The help, with titles as in the help of the program."""
        text = super().format_help()
        titles = (("usage:", "Usage:"), ("positional arguments:", "Arguments:"))
        for old, new in (*titles, ("options:", "Options:")):
            text = re.sub(rf"^{old}", new, text, flags=re.MULTILINE)
        return text

    def error(self, message: str) -> NoReturn:
        """Raise a sentence in place of argparse's usage and exit."""
        said = re.sub(r"^the following arguments are required: ", "Name the ", message)
        said = re.sub(r"^argument (\S+): ", r"\1: ", said)
        raise AutograderError(f"{said}. {_see(self.prog)}")


def _parser(name: str, program: str) -> argparse.ArgumentParser:
    command = COMMANDS[name]
    example = f"Example: {program} {command.example}"
    parts = [command.summary, *([command.more] if command.more else []), example]
    parser = _Parser(
        prog=f"{program} {name}",
        description="\n\n".join(textwrap.fill(part, WIDTH) for part in parts),
        formatter_class=lambda prog: argparse.RawDescriptionHelpFormatter(
            prog, max_help_position=22, width=WIDTH
        ),
        add_help=False,
        allow_abbrev=False,
    )
    command.add_arguments(parser)
    parser.add_argument("--help", action="store_true", default=argparse.SUPPRESS, help="Show this.")
    return parser


def _unknown(given: str, parser: argparse.ArgumentParser) -> str:
    if given.startswith("-"):
        known = re.findall(r"--\w+", parser.format_usage())
        said = f"There is no option {given}{_meant(given, known)}"
    else:
        said = f"{given} is one argument too many."
    return f"{said} {_see(parser.prog)}"


def _meant(given: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(given, known, 1)
    return f". Did you mean {close[0]}?" if close else "."


def _see(program: str) -> str:
    return f"See `{program} --help`."


def _add_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file",
        metavar="FILE",
        nargs="?",
        type=Path,
        help="A notebook or .py file; by default the only notebook in this folder.",
    )


def _add_checks(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--checks",
        metavar="NOTEBOOK",
        type=_existing,
        help="The released notebook, if FILE has no checks of its own.",
    )


def _add_seconds(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--seconds",
        metavar="NUMBER",
        type=_seconds,
        default=120.0,
        help="How long one cell of FILE may take; 120 if you name none.",
    )


def _existing(text: str) -> Path:
    if not Path(text).is_file():
        raise argparse.ArgumentTypeError(f"there is no file {text}")
    return Path(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 1 <= seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"needs a number of at least 1, not {text}")
    return seconds


def _arguments_of_check(parser: argparse.ArgumentParser) -> None:
    _add_file(parser)
    parser.add_argument(
        "--watch",
        action="store_true",
        help="Check again whenever the file is saved: only what changed.",
    )
    parser.add_argument(
        "--exercise",
        metavar="NAME",
        action="append",
        default=[],
        help="Check this exercise only, with the cells that it needs; may be repeated.",
    )
    _add_checks(parser)
    _add_seconds(parser)


def _arguments_of_hint(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "exercise",
        metavar="EXERCISE",
        nargs="?",
        help="By default the first exercise that does not pass.",
    )
    _add_file(parser)
    parser.add_argument(
        "--more",
        action="store_true",
        help="Show the numbers of all checks that fail, or all examples.",
    )
    _add_checks(parser)
    _add_seconds(parser)


def _arguments_of_reset(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("exercise", metavar="EXERCISE", help="The exercise to reset.")
    _add_file(parser)
    _add_checks(parser)


def _arguments_of_list(parser: argparse.ArgumentParser) -> None:
    _add_file(parser)
    _add_checks(parser)


COMMANDS: Mapping[str, Command] = {
    "check": Command(
        "Run the public checks on your own file.",
        "For each exercise, it shows what was expected and what came, and what to do next. With "
        "--watch it shows the first exercise that does not pass yet, and goes on to the next one.",
        "check week03.ipynb --watch",
        _arguments_of_check,
        check.check,
    ),
    "hint": Command(
        "Give a hint for one exercise: where to look, or an example to begin with.",
        "",
        "hint max_pool2d",
        _arguments_of_hint,
        working.hint,
    ),
    "reset": Command(
        "Put one exercise back to its stub, and keep your text in a file beside it.",
        "Close the notebook in Jupyter first, or reload it from disk afterwards.",
        "reset max_pool2d",
        _arguments_of_reset,
        working.reset,
    ),
    "list": Command(
        "List the exercises and questions with their points, and what is written.",
        "It runs nothing.",
        "list",
        _arguments_of_list,
        working.list_exercises,
    ),
}
