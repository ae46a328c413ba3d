"""Goes the way of a document's reader: writes its files, runs its commands, and compares.

What varies between two runs counts as equal: see `VARIES`.
"""

from __future__ import annotations

import atexit
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from document_roads import MEASURING, REPLACED, ROADS, UNTIL, Replaced
from documents import CUT, ROOT, Block, Command, Document, commands
from terminal import Screen, run
from wheels import build_wheel

from autograder.course import assignment_settings
from autograder.course.settings_file import SettingsFile
from autograder.nbgrader_bridge import configuration

HOME = "/home/me"
"""Stands in documents for the folder in which the reader's folders are."""
VARIES = (
    (r"http://127\.0\.0\.1:\d+/\S*", "<address>"),
    (r"\b\d+(\.\d+)? (s|seconds?)\b", "<time>"),
    (r"\b\d\d\d\d-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?(\.\d+)?", "<date>"),
    (r"\b\d+\.\d+\.\d+\b", "<version>"),
    (r'"seconds": [\d.e-]+', '"seconds": <time>'),
    (r"\b[0-9a-f]{64}\b", "<digest>"),
)
"""Times, dates, versions, addresses and digests of this machine, and what a comparison takes
them for."""


class Differs(AssertionError):
    """A document is not what a run gives."""


@dataclass(frozen=True)
class Ran:
    """A command that was run, or what replaced it, and what came of it."""

    command: Command
    screen: Screen
    replaced: Replaced | None = None

    @property
    def lines(self) -> list[str]:
        return self.screen.text.splitlines()


@dataclass(frozen=True)
class Written:
    """A block that shows a JSON file, and what the file holds: one item of each list."""

    block: Block
    text: str

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()


def walk(document: Document, folder: Path) -> list[Ran | Written]:
    """Run all of a document in an empty folder.

    Raises:
        Differs: a block could not be read, written or run. Output is not compared.
    """
    road = ROADS[document.name]
    stands = road.start(folder)
    run_before: Counter[str] = Counter()
    ran: list[Ran | Written] = []
    for block in document.blocks:
        place = folder / road.places[block.heading] if block.heading in road.places else stands
        if block.heading in road.elsewhere:
            _parsed(block)
        elif block.language in ("sh", "console"):
            for command in commands(block):
                run_before[command.text] += 1
                event = road.events.get((command.text, run_before[command.text]))
                if event:
                    event(stands)
                ran.append(_run(command, folder, place))
        elif block.language == "json":
            value = json.loads((place / block.file).read_text(encoding="utf-8"))
            text = json.dumps(first_items(value), indent=1, ensure_ascii=False)
            ran.append(Written(block, text))
        else:
            OTHERS[block.language](block, place, folder)
    left = [key for key in road.events if run_before[key[0]] < key[1]]
    if left:
        raise Differs(f"{document.name}: something happens before {left}, which is not run")
    return ran


def replacement(command: str) -> Replaced | None:
    """What is run in place of a command; None if it is run itself."""
    if found := re.fullmatch(r"python (benchmarks/\w+\.py)( .*)?", command):
        text = (ROOT / found[1]).read_text(encoding="utf-8")
        missing = [each for each in re.findall(r"--[\w-]+", command) if f'"{each}"' not in text]
        if missing:
            raise Differs(f"{found[1]} has no {missing}")
        return Replaced(f"test -f {ROOT / found[1]}", MEASURING)
    return REPLACED.get(command)


def _parsed(block: Block) -> None:
    """Read a block that is for other machines. Its commands are looked up with all others."""
    try:
        if block.language == "python":
            compile(block.text, block.file, "exec")
        elif block.language == "yaml":
            yaml.safe_load(block.text)
    except (SyntaxError, yaml.YAMLError) as error:
        raise Differs(f"line {block.line}: this is no {block.language}: {error}") from None


def _run(command: Command, folder: Path, place: Path) -> Ran:
    replaced = replacement(command.text)
    until = next((what for start, what in UNTIL.items() if command.text.startswith(start)), "")
    text = replaced.command if replaced else command.text
    settings = environment(folder)
    if text.startswith("pip "):
        settings |= {"PIP_FIND_LINKS": str(_wheels()), "PIP_TARGET": str(folder / "installed")}
    screen = run(text, place, settings, until=until)
    ours = text.startswith(("autograder", "convgrade"))
    right = (0, 1) if ours else (0,)
    if screen.code not in right or "Traceback" in screen.text:
        raise Differs(f"line {command.line}: `{text}` ended with {screen.code}:\n{screen.text}")
    coloured = screen.coloured.replace(str(folder.resolve()), HOME).replace(str(folder), HOME)
    return Ran(command, Screen(screen.code, coloured), replaced)


def environment(folder: Path) -> dict[str, str]:
    """The environment of a reader who has installed what README says, and has no network.

    `pip` takes our wheel from a folder, without dependencies, and puts it into a folder of its own.
    """
    home = folder / "home"
    home.mkdir(exist_ok=True)
    kept = {name: os.environ[name] for name in ("LANG", "LC_ALL", "TMPDIR") if name in os.environ}
    return {
        **kept,
        "HOME": str(home),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "TZ": "UTC",
        "AUTOGRADER_SECRET": "the secret of the documents",  # so that all runs draw the same inputs
        "BROWSER": "true",  # the program of this name opens nothing
        "PIP_NO_INDEX": "1",
        "PIP_NO_DEPS": "1",
        "PIP_UPGRADE": "1",
        "PIP_NO_COMPILE": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }


@cache
def _wheels() -> Path:
    """A folder with our wheel; it is removed with the process."""
    folder = Path(tempfile.mkdtemp(prefix="wheels-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    build_wheel(folder)
    return folder


# -- blocks that are not commands ------------------------------------------------------------


def _python(block: Block, place: Path, folder: Path) -> None:
    if block.file:
        _write(block, place, folder)
        return
    program = [sys.executable, "-c", block.text]
    done = subprocess.run(
        program, cwd=place, env=environment(folder), capture_output=True, text=True, timeout=300
    )
    if done.returncode:
        raise Differs(f"line {block.line}: this Python ends with\n{done.stderr}")


def _toml(block: Block, place: Path, folder: Path) -> None:
    assignment_settings.check(tomllib.loads(block.text), SettingsFile(f"line {block.line}"))
    if block.file:
        _write(block, place, folder)


def _write(block: Block, place: Path, folder: Path) -> None:
    """Add a block to its file, or begin the file with it.

    A configuration of nbgrader's is read by the code that reads it.
    """
    if block.alone:
        place = Path(tempfile.mkdtemp(dir=folder)) / "copy"
        shutil.copytree(folder / "networks", place)
    path = place / block.file
    configures = path.name == "nbgrader_config.py"
    before = configuration.load(place) if configures else None
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w" if block.anew else "a", encoding="utf-8") as file:
        file.write(("\n\n" if file.tell() else "") + block.text + "\n")
    if configures and configuration.load(place) == before:
        raise Differs(f"line {block.line}: this changes no setting of nbgrader's")


def _nothing(block: Block, place: Path, folder: Path) -> None:
    """A drawing or an example of text."""
    if re.match(r"(\$ |autograder |convgrade |nbgrader |pip |python |make )", block.text):
        raise Differs(f"line {block.line}: commands stand in blocks of sh or console")


def _example(block: Block, place: Path, folder: Path) -> None:
    if block.file:
        _write(block, place, folder)


def first_items(value: Any) -> Any:
    """Plain data with one item at most in each list."""
    if isinstance(value, dict):
        return {name: first_items(each) for name, each in value.items()}
    return [first_items(each) for each in value[:1]] if isinstance(value, list) else value


OTHERS: dict[str, Callable[[Block, Path, Path], None]] = {
    "python": _python,
    "toml": _toml,
    "markdown": _example,
    "text": _nothing,
}


# -- comparing -------------------------------------------------------------------------------


def differences(shown: list[str], got: list[str]) -> list[str]:
    """The first lines in which what a document shows differs from what was printed.

    A line "…" of the document stands for any lines.
    """
    want, have = _plain(shown), _plain(got)
    before, *rest = _parts(want)
    if not rest:
        return _unequal(want, have)
    *_, after = rest
    if len(before) + len(after) > len(have) or len(rest) > 1:
        return [f"there is one {CUT} at most, and not more lines than are printed"]
    end = have[len(have) - len(after) :]
    return _unequal(before, have[: len(before)]) or _unequal(after, end)


def with_cut(shown: list[str], got: list[str]) -> list[str]:
    """What was printed, cut in the way in which the document has cut it."""
    before, *rest = _parts(shown)
    if not rest:
        return got
    return [*got[: len(before)], CUT, *got[len(got) - len(rest[-1]) :]]


def _parts(lines: list[str]) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    for line in lines:
        if line.strip() == CUT:
            parts.append([])
        else:
            parts[-1].append(line)
    return parts


def _plain(lines: list[str]) -> list[str]:
    text = "\n".join(line.rstrip() for line in lines).strip("\n")
    for pattern, word in VARIES:
        text = re.sub(pattern, word, text)
    return text.split("\n")


def _unequal(want: list[str], have: list[str]) -> list[str]:
    for number in range(max(len(want), len(have))):
        pair = [lines[number] if number < len(lines) else "(nothing)" for lines in (want, have)]
        if pair[0] != pair[1]:
            return [f"shown:   {pair[0]}", f"printed: {pair[1]}"]
    return []
