"""Where an exercise stands in the file that was handed in, for reports that can name a line.

A line is one of the file as it lies there: of a notebook, the line of its JSON in which the line of
code stands. Notebooks that are written in one line have no useful lines.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.results import ExerciseResult, Result
from convgrade.errors import SubmissionRejected
from convgrade.release import Release
from convgrade.submission import RunnableCell, Submission, read
from convgrade.submission.files import opened

MOST_BYTES = 16 * 2**20
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)
_CELL = re.compile(r"cell (\d+)\b")

_Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Source:
    """The file of a result as reports name it, and the line of each exercise that is known."""

    file: str
    lines: Mapping[str, int] = field(default_factory=dict)


def source_of(result: Result, release: Release, base: Path) -> Source:
    """Find the lines of a result's exercises in its file.

    The line is the suspect one if there is one, else the last definition of the function.

    Args:
        result: the result; its file may be gone, or may have changed.
        release: what students were given.
        base: the folder from which the file's path is counted, if the file is inside it.
    """
    path = Path(os.path.abspath(result.submission))
    inside = path.is_relative_to(base)
    file = path.relative_to(base).as_posix() if inside else result.submission
    try:
        submission = read(path, release)
        text = _text(path)
        if submission.path != path or text is None:
            return Source(file)
        return Source(file, _lines(result.exercises, submission, text))
    except (SubmissionRejected, OSError, ValueError):
        return Source(file)


def _lines(
    exercises: Sequence[ExerciseResult], submission: Submission, text: str
) -> dict[str, int]:
    """The line of the file for each exercise that is found in it."""
    found = {each.name: place for each in exercises if (place := _in_cell(each, submission.cells))}
    if submission.kind == "notebook":
        return _in_notebook(found, text)
    return {name: cell.line + number - 1 for name, (cell, number) in found.items() if cell.line}


def _text(path: Path) -> str | None:
    """The text of the file; None for a zip and other bytes, and for a very large file."""
    with opened(path) as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES or content.startswith(b"PK"):
        return None
    return content.decode("utf-8-sig")


def _in_cell(
    exercise: ExerciseResult, cells: Sequence[RunnableCell]
) -> tuple[RunnableCell, int] | None:
    """The cell of an exercise, and the number of its line there, from 1."""
    suspect = exercise.suspect
    definition = re.compile(rf"^(?:async\s+)?def\s+{re.escape(exercise.name)}\b", re.MULTILINE)
    for cell in reversed(cells):
        if suspect is not None and cell.label == suspect.cell:
            return (cell, suspect.number) if suspect.number <= cell.source.count("\n") + 1 else None
        if suspect is None and (found := list(definition.finditer(cell.source))):
            return cell, cell.source.count("\n", 0, found[-1].start()) + 1
    return None


def _in_notebook(found: Mapping[str, tuple[RunnableCell, int]], text: str) -> dict[str, int]:
    """The lines of a notebook's JSON, if the same code still stands there."""
    wanted: dict[_Path, dict[str, str]] = {}
    for name, (cell, number) in found.items():
        code = cell.source.split("\n")[number - 1]
        if named := _CELL.match(cell.label):
            place = ("cells", int(named[1]) - 1, "source", number - 1)
            wanted.setdefault(place, {})[name] = code
    return {
        name: line
        for path, line, token in _strings(text)
        for name, code in wanted.get(path, {}).items()
        if json.loads(token).rstrip("\n") == code
    }


def _strings(text: str) -> Iterator[tuple[_Path, int, str]]:
    """Each string in JSON that is a value: its path, its line from 1, and its token."""
    path: list[str | int] = []
    line, end, name = 1, 0, ""
    for found in _TOKEN.finditer(text):
        token = found[0]
        line += text.count("\n", end, found.start())
        if token in "{[":
            path.append("" if token == "{" else 0)
        elif token in "}]":
            path[-1:] = []
        elif token == "," and path and isinstance(path[-1], int):
            path[-1] += 1
        elif token == ":" and path:
            path[-1] = name
        elif token.startswith('"'):
            if path and path[-1] == "":
                name = json.loads(token)
            else:
                yield tuple(path), line, token
        if token == "," and path and isinstance(path[-1], str):
            path[-1] = ""
        line += token.count("\n")
        end = found.end()
