"""Reads a CSV file as spreadsheets and learning platforms write it: encoding, separator, lines."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import CourseError, SubmissionRejected
from convgrade.submission.files import opened
from convgrade.submission.kinds import decoded

MOST_BYTES = 16 * 2**20
MOST_ROWS = 100_000
SEPARATORS = ",;\t"


@dataclass(frozen=True)
class Row:
    """One line of a table: its number in the file, and its cells without space around them."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A header and the rows below it; no row has more cells than the header."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]


def read_table(path: Path) -> Table:
    """Read a CSV file in UTF-8, UTF-16 or Windows-1252, separated by comma, semicolon or tab.

    Raises:
        CourseError: it cannot be read, is empty or has a faulty line; the message names the line.
    """
    rows = _rows(path, _text(path))
    header = next(rows, None)
    if header is None:
        raise CourseError(f"{path} is empty: its first line names the columns.")
    names = header.cells
    kept = []
    for row in rows:
        if any(row.cells[len(names) :]):
            raise CourseError(
                f"{path}, line {row.line}: it has {len(row.cells)} cells and the first line only "
                f"{len(names)}. Put a cell that contains the separator between quotes."
            )
        kept.append(Row(row.line, row.cells[: len(names)]))
        if len(kept) > MOST_ROWS:
            raise CourseError(f"{path} has more than {MOST_ROWS} lines.")
    return Table(names, tuple(kept))


def _text(path: Path) -> str:
    try:
        with opened(path.resolve()) as file:
            raw = file.read(MOST_BYTES + 1)
        if len(raw) > MOST_BYTES:
            raise CourseError(f"{path} is larger than {MOST_BYTES // 2**20} MB.")
        text, _ = decoded(raw)
    except SubmissionRejected as error:
        raise CourseError(f"{path} cannot be read as a table. {error}") from None
    return text.removeprefix("\ufeff")


def _rows(path: Path, text: str) -> Iterator[Row]:
    """The lines that are not empty. A quoted cell may go over several lines of the file."""
    first, _, rest = text.partition("\n")
    skipped = 0
    if first.lower().startswith("sep="):  # Excel's own note on the separator
        text, skipped = rest, 1
        first = rest.partition("\n")[0]
    separator = max(SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text), delimiter=separator, strict=True)
    while True:
        line = reader.line_num + skipped + 1
        try:
            cells = tuple(cell.strip() for cell in next(reader))
        except StopIteration:
            return
        except csv.Error as error:
            raise CourseError(f"{path}, line {line}: the line cannot be read ({error}).") from None
        if any(cells):
            yield Row(line, cells)
