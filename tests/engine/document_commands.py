"""The commands and options that there are, and those that documents name."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import typer.main
from documents import Document

from autograder.cli import app as engine
from convgrade.commands import parser as students

PROGRAMS = ("convgrade", "autograder")
OTHERS = (
    *("--privileged", "--security-opt", "--cap-add", "--user", "--env", "--volume"),
    *("--compile-bytecode", "--nthreads", "--nworkers"),
)
"""Options of Docker, uv and Dask."""


GROUPS = ("autograder ci", "autograder data")
"""Names that several commands begin with."""


@dataclass(frozen=True)
class Option:
    """An option by its longest name, and what stands for its value ("" if it has none)."""

    name: str
    metavar: str
    help: str = ""
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class KnownCommand:
    """A command with its arguments, in the words of its help."""

    name: str
    help: str
    arguments: tuple[str, ...]
    options: tuple[Option, ...]

    @property
    def names(self) -> set[str]:
        return {"--help", *(name for each in self.options for name in (each.name, *each.others))}


@cache
def known_commands() -> dict[str, KnownCommand]:
    """All commands by program and name, such as `autograder data fetch`."""
    found = {"convgrade": KnownCommand("convgrade", "", (), (Option("--version", ""),))}
    for name in students.COMMANDS:
        found[f"convgrade {name}"] = _of_students(name)
        found[f"autograder {name}"] = replace(found[f"convgrade {name}"], name=f"autograder {name}")
    _collect("autograder", typer.main.get_command(engine), found)
    return found


def _of_students(name: str) -> KnownCommand:
    """A command of the student's side, from its parser."""
    parser = students._parser(name, "convgrade")
    options, arguments = [], []
    for each in parser._actions:
        if each.option_strings:
            value = each.metavar or ""
            options.append(Option(each.option_strings[0], str(value), each.help or ""))
        else:
            arguments.append(f"[{each.metavar}]" if each.nargs == "?" else str(each.metavar))
    command = students.COMMANDS[name]
    example = f"Example: `convgrade {command.example}`"
    text = "\n\n".join(each for each in (command.summary, command.more, example) if each)
    return KnownCommand(f"convgrade {name}", text, tuple(arguments), tuple(options))


def _folded(text: str) -> str:
    """The same with lines that are not too long for a file of text."""
    fold = textwrap.TextWrapper(96, break_long_words=False, break_on_hyphens=False).fill
    return "\n\n".join(map(fold, text.split("\n\n")))


def _collect(name: str, command: Any, found: dict[str, KnownCommand]) -> None:
    for child, each in getattr(command, "commands", {}).items():
        _collect(f"{name} {child}", each, found)
    if hasattr(command, "commands") and " " in name:
        return
    options, arguments = [], []
    for each in command.params:
        if isinstance(each, typer.core.TyperArgument):
            arguments.append((each.metavar or each.name.upper()).strip("{}"))
        else:
            first, *others = [*each.opts, *each.secondary_opts]
            value = "" if each.is_flag else (each.metavar or each.name.upper())
            options.append(Option(first, value, each.help or "", tuple(others)))
    text = _folded(re.sub(r"\[/?bold\]", "`", inspect.cleandoc(command.help or "")))
    found.setdefault(name, KnownCommand(name, text, tuple(arguments), tuple(options)))


def unknown_options(document: Document) -> list[str]:
    """What stands in backticks or blocks of commands, and is no command or option.

    An option without a command must belong to a command that the document names.
    """
    known = known_commands()
    wrong, bare, named = [], [], set()
    for span in [*(each for _, each in document.spans), *(each.text for each in document.commands)]:
        words = span.split()
        options = [word.partition("=")[0] for word in words if re.match("--[a-z]", word)]
        if command := command_of(words):
            named |= known[command].names
            wrong += [
                f"{command} has no {each}" for each in options if each not in known[command].names
            ]
        elif words and words[0] in PROGRAMS and " ".join(words[:2]) not in GROUPS:
            wrong.append(f"{words[0]} has no command {words[1]}")
        elif words and words[0].startswith("--"):
            bare += [each for each in options if each not in OTHERS]
    wrong += [f"{each} is an option of no command here" for each in bare if each not in named]
    return wrong


def command_of(words: list[str]) -> str:
    """The command with which a line begins; its program may be left out where one is enough."""
    known = known_commands()
    for count in (3, 2):
        if " ".join(words[:count]) in known:
            return " ".join(words[:count])
    if words and words[0] in PROGRAMS and (len(words) == 1 or words[1].startswith("-")):
        return words[0]
    short = [name for name in known if name.partition(" ")[2] == (words[0] if words else None)]
    return short[0] if short else ""


def undocumented(documents: Iterable[Document]) -> list[str]:
    """Commands, and options of commands, that no document names."""
    named: dict[str, set[str]] = {}
    for document in documents:
        for heading, span in document.spans:
            words = [each.strip(",") for each in span.split()]
            command = command_of(words) or (heading if heading in known_commands() else "")
            options = {each.partition("=")[0] for each in words if each.startswith("--")}
            named.setdefault(command, set()).update(options)
            named.setdefault(heading, set())
    return [
        f"{name} {option}".strip()
        for name, each in known_commands().items()
        if not _also(each)
        for option in ("", *sorted(each.names - {"--help"}))
        if (option not in named[name] if option and name in named else name not in named)
    ]


def _also(command: KnownCommand) -> bool:
    """Whether it is a command of students under the name of the engine's program."""
    program, _, rest = command.name.partition(" ")
    return program == "autograder" and bool(rest) and f"convgrade {rest}" in known_commands()


# -- the page with all of them ---------------------------------------------------------------

HEAD = """\
<!-- Written by docs/refresh.py from the help of the commands: change that. -->

# All commands

Each command explains itself with `--help`. `convgrade --version` and `autograder --version` show
the version. `convgrade` is the program of students; its commands are also commands of
`autograder`, which needs the engine.
"""


def page() -> str:
    """docs/commands.md."""
    parts = [HEAD]
    for name, each in known_commands().items():
        if " " not in name or _also(each):
            continue
        usage = " ".join([name, *each.arguments])
        parts.append(f"## {name}\n\n`{usage}`\n\n{each.help}\n")
        rows = [
            f"| {_option(option)} | {option.help} |"
            for option in each.options
            if option.name != "--help"
        ]
        if rows:
            parts.append("\n".join(["| option | does |", "| --- | --- |", *rows, ""]))
    return "\n".join(parts)


def _option(option: Option) -> str:
    value = f" {option.metavar}" if option.metavar else ""
    return ", ".join(f"`{each}{value}`" for each in (option.name, *option.others))
