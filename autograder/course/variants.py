"""Variants of an assignment: which choices there are, and which student has which.

A choice names one option for each difference, such as `layout=nchw, order=columns`. Students who
are not in the table have the default.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from autograder.course.csv_tables import read_table
from autograder.errors import CourseError

FOLDER = "variants"
TABLE = "students.csv"
Offered = Mapping[str, tuple[str, ...]]
"""For each difference its options, the default first."""


@dataclass(frozen=True)
class Variant:
    """One choice: for each difference the option, in the order of the source."""

    choice: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return ", ".join(f"{difference}={option}" for difference, option in self.choice)

    @property
    def code(self) -> str:
        """A short name of the choice, for folders."""
        return hashlib.sha256(str(self).encode()).hexdigest()[:10]

    def option(self, difference: str) -> str:
        """The option of a difference.

        Raises:
            KeyError: the choice has no such difference.
        """
        return dict(self.choice)[difference]


def offered_variants(section: Any, where: str) -> dict[str, tuple[str, ...]]:
    """Read the section `[variants]` of an `assignment.toml`.

    Args:
        section: for each difference a list of options.
        where: the name of the file in messages.

    Raises:
        CourseError: a value is no list of at least two names.
    """
    found = {}
    for difference, options in section.items():
        is_list = isinstance(options, list) and all(isinstance(each, str) for each in options)
        if not is_list or not options or not all(map(_is_name, (difference, *options))):
            raise CourseError(
                f"{where}: {difference} of [variants] must be a list of different "
                f'names, the default first, as in ["nhwc", "nchw"], not {options!r}.'
            )
        found[difference] = tuple(dict.fromkeys(options))
    return found


def _is_name(text: str) -> bool:
    return text.replace("-", "_").isidentifier()


def variant_from_mark(mark: str, offered: Offered) -> Variant | None:
    """The variant that a notebook's mark names; None if there is no such variant."""
    parts = [part.strip().partition("=") for part in mark.split(",")]
    choice = tuple((difference, option) for difference, _, option in parts)
    if [difference for difference, _ in choice] != list(offered):
        return None
    known = all(option in offered[difference] for difference, option in choice)
    return Variant(choice) if known else None


def folder_of(root: Path, assignment: str) -> Path:
    """The folder with all that belongs to the variants of an assignment."""
    return root / FOLDER / assignment


def table_of(root: Path, assignment: str) -> Path:
    """The table that says which student has which variant."""
    return folder_of(root, assignment) / TABLE


def students_variants(root: Path, assignment: str, offered: Offered) -> Mapping[str, Variant]:
    """The variants of all students in the table; empty if there is no table.

    Raises:
        CourseError: the table cannot be read, or names an option that is not offered.
    """
    path = table_of(root, assignment)
    try:
        modified = path.stat().st_mtime_ns
    except FileNotFoundError:
        return {}
    return _read(path, modified, tuple(offered.items()))


@lru_cache(maxsize=16)
def _read(
    path: Path, modified: int, offered: tuple[tuple[str, tuple[str, ...]], ...]
) -> Mapping[str, Variant]:
    table = read_table(path)
    header = ("student", *(difference for difference, _ in offered))
    if table.header != header:
        raise CourseError(
            f"{path} must have the columns {', '.join(header)}, as [variants] of the "
            f"assignment.toml names them, not {', '.join(table.header)}."
        )
    found: dict[str, Variant] = {}
    for row in table.rows:
        student, *options = row.cells
        if student in found:
            raise CourseError(f"{path}, line {row.line}: {student} stands twice.")
        options += [""] * (len(offered) - len(options))
        for (difference, known), option in zip(offered, options, strict=True):
            if option not in known:
                raise CourseError(
                    f"{path}, line {row.line}: {difference} must be one of {', '.join(known)}, "
                    f"not {option!r}."
                )
        names = (difference for difference, _ in offered)
        found[student] = Variant(tuple(zip(names, options, strict=True)))
    return found


def table_text(variants: Mapping[str, Variant], differences: Sequence[str]) -> str:
    """The table as CSV."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["student", *differences])
    for student, variant in sorted(variants.items()):
        writer.writerow([student, *(option for _, option in variant.choice)])
    return file.getvalue()
