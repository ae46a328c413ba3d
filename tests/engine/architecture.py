"""Reads the table of rooms in docs/engine.md, and finds where the engine's files break it.

Files are given as their texts, by paths below the engine's folder: "course/release.py". Those of
the student's side are given with its name: "convgrade/checking/plan.py". Rooms have the names of
the table: "course/" for a package, "errors.py" for a file at the root.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

PACKAGE = "autograder"
STUDENTS_SIDE = "convgrade"
_NAME = re.compile(r"`([^`]+)`")


@dataclass
class Room:
    """A room of the table with its files, and the rooms and files that it may import."""

    name: str
    may_import: frozenset[str] = frozenset()
    files: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Import:
    """One file imports another, in a line of it."""

    file: str
    line: int
    imported: str


def read_table(document: str) -> list[Room]:
    """The rooms of the document's one table.

    Raises:
        ValueError: a row is neither a room nor a file of one.
    """
    rows = [line for line in document.splitlines() if line.startswith("|")]
    rooms: list[Room] = []
    for row in rows[2:]:
        cells = [cell.strip() for cell in row.split("|")[1:-1]]
        names = _NAME.findall(cells[0])
        if len(cells) != 3 or len(names) != 1:
            raise ValueError(f"neither a room nor a file: {row}")
        (name,) = names
        if cells[0].startswith("**"):
            files = [] if name.endswith("/") else [name]
            rooms.append(Room(name, frozenset(_NAME.findall(cells[2])), files))
        elif rooms and not cells[2]:
            rooms[-1].files.append(_folder(rooms[-1]) + name)
        else:
            raise ValueError(f"a file stands below its room and has no imports of its own: {row}")
    return rooms


def differences(rooms: Sequence[Room], files: Iterable[str]) -> list[str]:
    """Files that the table lacks, names twice, or names although they do not exist.

    The `__init__.py` of a package needs no row.
    """
    listed = [name for room in rooms for name in room.files]
    there = {name for name in files if not name.endswith("/__init__.py")}
    names = {room.name for room in rooms}
    wrong = [f"{name} is not in the table" for name in sorted(there - set(listed))]
    wrong += [f"{name} does not exist" for name in sorted(set(listed) - there)]
    wrong += [f"{name} is twice in the table" for name in listed if listed.count(name) > 1]
    for room in rooms:
        unknown = sorted(room.may_import - names - there)
        wrong += [f"{room.name} may import {name}, which does not exist" for name in unknown]
    return wrong


def breaches(rooms: Sequence[Room], imports: Iterable[Import]) -> list[str]:
    """The imports that the table does not permit."""
    wrong = []
    for each in imports:
        own, other = room_of(each.file, rooms), room_of(each.imported, rooms)
        if own is None or other is None:
            wrong.append(f"{each.file}:{each.line} imports {each.imported}: not all in a room")
        elif own is not other and not own.may_import & {other.name, each.imported}:
            wrong.append(f"{each.file}:{each.line} imports {each.imported}, not open to {own.name}")
    return wrong


def room_of(file: str, rooms: Sequence[Room]) -> Room | None:
    """The innermost room that a file lies in."""
    found = [
        room
        for room in rooms
        if room.name == file or (room.name.endswith("/") and file.startswith(room.name))
    ]
    return max(found, key=lambda room: len(room.name), default=None)


def imports_in(files: Mapping[str, str]) -> list[Import]:
    """What the files import of each other, in functions and for type checkers too."""
    modules = {_module(name): name for name in files if name.endswith(".py")}
    return [
        Import(name, line, modules[known])
        for module, name in modules.items()
        for line, dotted in _imported(ast.parse(files[name]), module, name)
        if (known := _longest_known(dotted, modules))
    ]


def circles(imports: Iterable[Import]) -> list[list[str]]:
    """Files that import each other, directly or through others, each such group once."""
    further: dict[str, set[str]] = {}
    for each in imports:
        if each.file != each.imported:
            further.setdefault(each.file, set()).add(each.imported)
    reached = {name: _reached(name, further) for name in further}
    groups = {
        tuple(
            sorted(other for other in reached if name in reached[other] and other in reached[name])
        )
        for name in reached
        if name in reached[name]
    }
    return [list(group) for group in sorted(groups)]


def shared_by_few(rooms: Sequence[Room], imports: Iterable[Import], public: set[str]) -> list[str]:
    """Files at the root that are not public and that fewer than three rooms import."""
    users: dict[str, set[str]] = {room.name: set() for room in rooms if room.name in room.files}
    for each in imports:
        own = room_of(each.file, rooms)
        if each.imported in users and own is not None:
            users[each.imported].add(own.name)
    return [name for name, by in users.items() if name not in public and len(by - {name}) < 3]


def _folder(room: Room) -> str:
    return room.name if room.name.endswith("/") else ""


def _module(file: str) -> str:
    parts = file.removesuffix(".py").removesuffix("__init__").split("/")
    return ".".join(parts if parts[0] == STUDENTS_SIDE else [PACKAGE, *parts]).strip(".")


def _imported(tree: ast.Module, module: str, file: str) -> Iterator[tuple[int, str]]:
    """Lines, and the dotted names that are imported there."""
    package = module.split(".") if file.endswith("__init__.py") else module.split(".")[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            start = [*above, *([node.module] if node.module else [])]
            yield from ((node.lineno, ".".join([*start, name.name])) for name in node.names)


def _longest_known(dotted: str, modules: Mapping[str, str]) -> str:
    """The module that a dotted name is, or is a name of; "" where it is none of these."""
    while dotted and dotted not in modules:
        dotted = dotted.rpartition(".")[0]
    return dotted


def _reached(start: str, further: Mapping[str, set[str]]) -> set[str]:
    """The files that one imports, directly or through others."""
    found: set[str] = set()
    todo = list(further[start])
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo.extend(further.get(name, ()))
    return found
