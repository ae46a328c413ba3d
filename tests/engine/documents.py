"""Reads README.md and docs/*.md: their blocks, commands, names in backticks, links and pictures.

The language of a block says what it is. `sh` holds commands, one a line. `console` holds commands
behind `$ ` and what they print. A file name behind the language says that the text belongs to the
end of this file; `anew` behind that, in place of what it held; `alone`, in a copy of the course
that no later command sees.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ("sh", "console", "python", "toml", "yaml", "json", "markdown", "text")
CUT = "…"
"""A line of output that stands for lines which are left out."""


@dataclass(frozen=True)
class Block:
    """A fenced block: its first line is line `line` of the document."""

    line: int
    heading: str
    language: str
    file: str
    alone: bool
    anew: bool
    text: str


@dataclass
class Command:
    """A command, and the lines that the document shows of its output (None: it shows none)."""

    line: int
    text: str
    heading: str
    shown: list[str] | None = None


@dataclass(frozen=True)
class Document:
    """One Markdown file; `name` is its path in the repository."""

    name: str
    text: str
    blocks: tuple[Block, ...] = field(compare=False)

    @property
    def commands(self) -> list[Command]:
        return [
            command
            for block in self.blocks
            if block.language in ("sh", "console")
            for command in commands(block)
        ]

    @property
    def prose(self) -> str:
        """The text without its fenced blocks, line by line."""
        inside, kept = False, []
        for line in self.text.splitlines():
            fence = line.lstrip().startswith("```")
            kept.append("" if fence or inside else line)
            inside ^= fence
        return "\n".join(kept)

    @property
    def spans(self) -> list[tuple[str, str]]:
        """What stands in single backticks, with the heading above it; a line may break it."""
        found, heading = [], ""
        for part in re.split(r"^(#+ .*)$", self.prose, flags=re.MULTILINE):
            if re.match("#+ ", part):
                heading = part.lstrip("# ")
            found += [(heading, " ".join(each.split())) for each in re.findall(r"`([^`]+)`", part)]
        return found

    @property
    def anchors(self) -> set[str]:
        """The names by which links reach its headings."""
        titles = re.findall(r"^#+ (.+)$", self.prose, re.MULTILINE)
        return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in titles}

    @property
    def links(self) -> list[str]:
        return re.findall(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)", self.prose)

    @property
    def pictures(self) -> list[tuple[str, str]]:
        """The alternative text and the path of each picture."""
        found = re.findall(r"!\[([^\]]*)\]\(([^)\s]+)\)", self.prose)
        return [(" ".join(alt.split()), path) for alt, path in found]


def read(path: Path) -> Document:
    return parse(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))


def all_documents() -> list[Document]:
    return [read(path) for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))]


def parse(name: str, text: str) -> Document:
    """Raises ValueError: a block is not closed, or its first line cannot be read."""
    found, heading, start, info = [], "", 0, ""
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        if not line.lstrip().startswith("```"):
            if not start and re.match("#+ ", line):
                heading = line.lstrip("# ")
        elif not start:
            start, info = number, line.strip().removeprefix("```")
        else:
            language, *more = info.split() or [""]
            if language not in LANGUAGES:
                raise ValueError(f"{name}:{start}: a block needs a language of {LANGUAGES}")
            alone, anew = more[1:] == ["alone"], more[1:] == ["anew"]
            if len(more) > 1 + (alone or anew):
                raise ValueError(f"{name}:{start}: what is {info!r}?")
            inside = "\n".join(lines[start : number - 1])
            file = more[0] if more else ""
            found.append(Block(start + 1, heading, language, file, alone, anew, inside))
            start = 0
    if start:
        raise ValueError(f"{name}:{start}: a block is not closed")
    return Document(name, text, tuple(found))


def commands(block: Block) -> list[Command]:
    """The commands of an `sh` or `console` block.

    Raises:
        ValueError: a `console` block begins with output.
    """
    found: list[Command] = []
    for number, line in enumerate(block.text.splitlines(), block.line):
        if block.language == "sh":
            if text := without_comment(line):
                found.append(Command(number, text, block.heading))
        elif line.startswith("$ "):
            found.append(Command(number, without_comment(line[2:]), block.heading, []))
        elif found:
            shown = found[-1].shown
            assert shown is not None
            shown.append(line)
        else:
            raise ValueError(f"line {number}: a console block begins with a command")
    return found


def without_comment(line: str) -> str:
    """The command on a line; " # " begins a comment."""
    return re.split(r"(?:^|\s+)#\s", line, maxsplit=1)[0].strip()
