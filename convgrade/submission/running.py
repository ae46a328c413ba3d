"""Decides which code of a submission runs, in which order, and when each exercise is finished.

Locked cells run as they were released. Grade cells do not run: they are the public checks, each
with its place among the cells.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from convgrade.submission.blocks import blocks
from convgrade.submission.records import Check, RawCell, RunnableCell
from convgrade.submission.released import Exercise, Released, is_stub

_BRINGS_NAMES = re.compile(r"^[ \t]*from[ \t]+[\w.]+[ \t]+import[ \t]*\*|^%run\b", re.MULTILINE)
_BINDS_NOTHING = re.compile(
    r"\s*%%(?:writefile|file|timeit|bash|sh|script|html|markdown|latex|svg|javascript|js|perl|ruby)\b",
    re.IGNORECASE,
)


def ordered(
    cells: Sequence[RawCell], released: Released
) -> tuple[tuple[RunnableCell, ...], tuple[Check, ...]]:
    """Return the cells to run, and the public checks with their places.

    An exercise is finished at its grade cell. If its function is not written by then, or the grade
    cell is missing, it is finished after the last cell that defines the function, or that runs
    `import *` or `%run`.
    """
    runnable, places = _runnable(cells, released)
    defined = [_definitions(cell.source) for cell in runnable]
    settles: dict[int, list[str]] = {}
    checks = []
    bringing = (n for n, cell in enumerate(runnable, 1) if _BRINGS_NAMES.search(cell.source))
    imported = max(bringing, default=0)
    for exercise in released.exercises:
        place = places.get(str(exercise.check.grade_id))
        finished = {
            function: _finished(function, exercise, defined, place, imported)
            for function in exercise.functions
        }
        for function, after in finished.items():
            settles.setdefault(after - 1, []).append(function)
        checks.append(Check(exercise.name, exercise.check.source, max(finished.values())))
    numbered = enumerate(runnable)
    whole = tuple(replace(cell, settles=tuple(settles.get(n, ()))) for n, cell in numbered)
    return whole, tuple(checks)


def of_module(
    name: str, source: str, released: Released
) -> tuple[tuple[RunnableCell, ...], tuple[Check, ...]]:
    """Return a plain module as one cell; every exercise is finished after it."""
    known = released.exercises
    functions = tuple(name for exercise in known for name in exercise.functions)
    checks = tuple(Check(exercise.name, exercise.check.source, 1) for exercise in known)
    return (RunnableCell(name, source, functions, 1),), checks


def _runnable(
    cells: Sequence[RawCell], released: Released
) -> tuple[list[RunnableCell], Mapping[str, int]]:
    """Return the cells that run, and for each grade cell how many cells are before it."""
    locked = {
        cell.grade_id: cell
        for cell in released.cells
        if cell.grade_id and cell.is_locked and cell.cell_type == "code"
    }
    handed_in = {cell.grade_id for cell in cells}
    questions = {question.name for question in released.questions}
    runnable = [
        RunnableCell(f"the locked cell {grade_id!r}", cell.source)
        for grade_id, cell in locked.items()
        if grade_id not in handed_in and not cell.is_grade
    ]
    places: dict[str, int] = {}
    seen: set[str] = set()
    for cell in cells:
        if cell.cell_type != "code" or cell.grade_id in questions:
            continue
        original = None
        if cell.grade_id is not None and cell.grade_id not in seen:
            seen.add(cell.grade_id)
            original = locked.get(cell.grade_id)
        if original is not None and original.is_grade:
            places[str(cell.grade_id)] = len(runnable)
            continue
        name = f" ({cell.grade_id})" if cell.grade_id else ""
        source = cell.source if original is None else original.source
        if source.strip():
            runnable.append(RunnableCell(f"cell {cell.number}{name}", source, (), cell.line))
    return runnable, places


def _definitions(source: str) -> dict[str, str]:
    """Map each name to the essence of the last block that binds it."""
    if _BINDS_NOTHING.match(source):
        return {}
    return {name: block.essence for block in blocks(source) for name in block.names}


def _finished(
    function: str,
    exercise: Exercise,
    defined: Sequence[Mapping[str, str]],
    place: int | None,
    imported: int,
) -> int:
    """Return how many cells have run when a function is finished.

    A function that no cell defines may come from an import in cell number `imported`.
    """
    having = [number for number, names in enumerate(defined, 1) if function in names]
    written = [
        number for number in having if not is_stub(defined[number - 1][function], exercise.stubs)
    ]
    if place is not None:
        before = [number for number in having if number <= place]
        if before and before[-1] in written:
            return place
    if written:
        return written[-1]
    return max(place or len(defined), imported)
