"""Reads workflow commands of GitHub Actions from a log, as the runner does.

A command is a line that begins, after blanks, with `::`. Its name ends at the first blank or the
next `::`; its properties are separated by commas; its data follows the second `::`. In data, %25,
%0D and %0A stand for a percent sign and the ends of lines; in properties also %3A and %2C. The old
form `##[name]` counts anywhere in a line.
"""

from __future__ import annotations

from dataclasses import dataclass

_OF_DATA = (("%0D", "\r"), ("%0A", "\n"), ("%25", "%"))
_OF_PROPERTIES = (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%"))


@dataclass(frozen=True)
class Command:
    """One command: its name, its properties and its data, without escapes."""

    name: str
    properties: dict[str, str]
    data: str


def commands(log: str) -> list[Command]:
    """All commands in a log, in order."""
    return [found for line in log.splitlines() if (found := _command(line))]


def _command(line: str) -> Command | None:
    text = line.lstrip()
    if text.startswith("::") and "::" in text[2:]:
        head, _, data = text[2:].partition("::")
        name, _, rest = head.partition(" ")
        pairs = [each.partition("=") for each in rest.strip().split(",") if "=" in each]
        properties = {key.strip(): _unescaped(value, _OF_PROPERTIES) for key, _, value in pairs}
        return Command(name, properties, _unescaped(data, _OF_DATA))
    if "##[" in line and "]" in line:
        head, _, data = line.partition("##[")[2].partition("]")
        return Command(head.split(" ")[0], {}, data)
    return None


def _unescaped(text: str, escapes: tuple[tuple[str, str], ...]) -> str:
    for escape, character in escapes:
        text = text.replace(escape, character)
    return text
