"""Reads `tests/misconceptions/hints/<assignment>.md`: the hints of misconceptions, in steps.

It is plain Markdown that people without Python can edit. A second-level heading names one or more
misconceptions, separated by commas. A numbered list below it has their steps:

    ## pool_ignores_strides

    1. Look at how you choose the place where each window starts.
    2. Does your answer change when only the strides do?
    3. Your windows always move by the same number of cells.

A step begins at the start of a line; indented lines continue it. Text above the first heading is
for readers of the file. This module runs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.diagnosis.reading_grade import words
from autograder.errors import SuiteError
from autograder.suite.faults import author_error

MOST_STEPS = 3
FEWEST_WORDS, MOST_WORDS = 15, 80
_HEADING = re.compile(r"##(?:\s+(.*))?")
_STEP = re.compile(r"(\d+)\.\s+(.*)")


@dataclass
class Ladder:
    """The steps of some misconceptions, and the line of the heading that names them."""

    names: tuple[str, ...]
    line: int
    steps: list[tuple[int, str]]
    """Each with the line in which it begins."""


def read_ladders(file: Path, text: str) -> dict[str, Ladder]:
    """The ladders of a file, by the name of each misconception that they are for.

    Raises:
        SuiteError: a step is too short or too long, steps are missing or numbered wrongly, or a
            name has two ladders. The message has the file and the line.
    """
    found: dict[str, Ladder] = {}
    for ladder in _ladders(file, text):
        _check(file, ladder)
        for name in ladder.names:
            if name in found:
                raise _error(file, ladder.line, f"{name} has hints above already, remove one")
            found[name] = ladder
    return found


def unknown(file: Path, name: str, ladder: Ladder) -> SuiteError:
    """The error for a ladder of a misconception that does not exist."""
    return _error(file, ladder.line, f"there is no misconception {name}")


def _ladders(file: Path, text: str) -> Iterator[Ladder]:
    current: Ladder | None = None
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if heading := _HEADING.fullmatch(stripped):
            if current is not None:
                yield current
            names = tuple(each for each in re.split(r"[\s,`]+", heading[1] or "") if each)
            current = Ladder(names, number, [])
        elif current is None or not stripped:
            continue
        elif step := _STEP.fullmatch(line.rstrip()):
            if int(step[1]) != len(current.steps) + 1:
                wanted = len(current.steps) + 1
                raise _error(file, number, f"this step has the number {step[1]}, not {wanted}")
            current.steps.append((number, step[2]))
        elif current.steps:
            first, so_far = current.steps[-1]
            current.steps[-1] = (first, f"{so_far} {stripped}")
        else:
            raise _error(file, number, 'a step must begin with its number, as in "1. Look at"')
    if current is not None:
        yield current


def _check(file: Path, ladder: Ladder) -> None:
    if not ladder.names:
        raise _error(file, ladder.line, "this heading names no misconception")
    if not 1 <= len(ladder.steps) <= MOST_STEPS:
        count = len(ladder.steps)
        raise _error(file, ladder.line, f"there are {count} steps, it must be 1 to {MOST_STEPS}")
    for line, step in ladder.steps:
        count = len(words(step))
        if not FEWEST_WORDS <= count <= MOST_WORDS:
            wanted = f"it must have {FEWEST_WORDS} to {MOST_WORDS}"
            raise _error(file, line, f"this step has {count} words, {wanted}")


def _error(file: Path, line: int, what: str) -> SuiteError:
    return author_error(file, line, f"{what}.")
