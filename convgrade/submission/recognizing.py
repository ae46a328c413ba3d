"""Finds the released cell for each cell of a submission, even if the metadata is lost.

nbgrader's ids identify a cell if they are there. Otherwise a cell is recognized by its text, if it
is unchanged, and by the functions that it defines. The module `answers` finds written answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from convgrade.release import plain
from convgrade.submission.blocks import Block, blocks
from convgrade.submission.records import RawCell
from convgrade.submission.released import Released, is_stub

MAX_COMPARED = 400
MAX_COMPARED_LENGTH = 20_000
_ENOUGH_IN_COMMON = 0.6
_FENCED = re.compile(r"^[ \t]*(?:```|~~~)[^\n]*\n(.*?)^[ \t]*(?:```|~~~)", re.MULTILINE | re.DOTALL)
_MAX_NAMED = 6


@dataclass
class Recognized:
    """The cells, the number of the released cell for each of them, and what was repaired."""

    cells: list[RawCell]
    origins: list[int | None]
    attention: list[str] = field(default_factory=list)
    without_id: set[int] = field(default_factory=set)


def recognize(cells: Sequence[RawCell], released: Released) -> Recognized:
    """Find the released cell for each cell. Code in a cell of another type becomes a code cell."""
    found = Recognized(list(cells), [None] * len(cells))
    _by_id(found, released)
    _by_text(found, released)
    _code_in_text_cells(found, released)
    _by_definition(found, released)
    _by_likeness(found, released)
    _freed_from_locked_cells(found, released)
    if found.without_id:
        found.attention.insert(
            0,
            f"{counted(len(found.without_id), 'cell')} had lost nbgrader's metadata; what they "
            "define and say tells which they are.",
        )
    return found


def counted(count: int, what: str) -> str:
    """Count things in words: "1 cell", "2 cells"."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def listed(names: Iterable[str]) -> str:
    """Join names for a sentence; of many names only the first few."""
    all_names = list(names)
    if len(all_names) <= 1:
        return "".join(all_names)
    if len(all_names) > _MAX_NAMED:
        left = len(all_names) - _MAX_NAMED
        return ", ".join(all_names[:_MAX_NAMED]) + f" and {left} more"
    return ", ".join(all_names[:-1]) + " and " + all_names[-1]


def defines(source: str, names: Mapping[str, int], stubs: frozenset[str]) -> dict[str, bool]:
    """Map each function that a text defines to whether its last definition has work in it.

    Args:
        source: Python text.
        names: the functions to look for.
        stubs: the released stubs, as `Block.essence`.
    """
    return {
        name: not is_stub(block.essence, stubs)
        for block in blocks(source)
        for name in block.names
        if name in names
    }


def _by_id(found: Recognized, released: Released) -> None:
    """Match cells by id. If an id occurs several times, the first copy with work in it counts."""
    places: dict[str, list[int]] = {}
    for place, cell in enumerate(found.cells):
        if cell.grade_id is not None and cell.grade_id in released.by_id:
            places.setdefault(cell.grade_id, []).append(place)
    for grade_id, copies in places.items():
        number = released.by_id[grade_id]
        original = released.cells[number]
        as_released = plain(original.source)

        def is_as_wanted(place: int, as_released: str = as_released) -> bool:
            text = plain(found.cells[place].source)
            return bool(text) and text != as_released

        if len(copies) > 1 and not original.is_solution:
            first = next((p for p in copies if not is_as_wanted(p)), copies[0])
        else:
            first = next(filter(is_as_wanted, copies), copies[0])
        found.origins[first] = number


def _by_text(found: Recognized, released: Released) -> None:
    """Match cells whose text is unchanged; each released cell is matched once."""
    left = {
        text: [number for number in numbers if number not in found.origins]
        for text, numbers in released.by_text.items()
    }
    for place, cell in enumerate(found.cells):
        if found.origins[place] is None and cell.grade_id not in released.by_id:
            numbers = left.get(plain(cell.source))
            if numbers:
                number = numbers.pop(0)
                found.origins[place] = number
                if released.cells[number].is_grade:
                    found.without_id.add(place)


def _code_in_text_cells(found: Recognized, released: Released) -> None:
    """Turn a solution cell that was switched to raw or Markdown back into code."""
    written = {
        name
        for cell in found.cells
        if cell.cell_type == "code"
        for name, has_work in defines(cell.source, released.functions, released.stubs).items()
        if has_work
    }
    for place, cell in enumerate(found.cells):
        origin = found.origins[place]
        if cell.cell_type == "code" or not cell.source.strip():
            continue
        code = _code_of(cell.source)
        work = defines(code, released.functions, released.stubs)
        if origin is not None:
            original = released.cells[origin]
            if not (original.is_solution and original.cell_type == "code"):
                continue
        elif not any(has_work and name not in written for name, has_work in work.items()):
            continue
        found.cells[place] = replace(cell, cell_type="code", source=code)
        if origin is not None and not any(work.values()):
            continue
        found.attention.append(
            f"Cell {cell.number}{_named(cell)} was not a code cell but {_article(cell)}; it was "
            "run as code."
        )


def _code_of(text: str) -> str:
    """Return the code of a text cell: the text between fences, or all of it."""
    fenced = [match.group(1).rstrip("\n") for match in _FENCED.finditer(text)]
    return "\n\n".join(fenced) if fenced else text


def _named(cell: RawCell) -> str:
    return f" ({cell.grade_id})" if cell.grade_id else ""


def _article(cell: RawCell) -> str:
    return {"raw": "a raw cell", "markdown": "a Markdown cell"}.get(cell.cell_type, "another one")


def _by_definition(found: Recognized, released: Released) -> None:
    """Match a cell that defines the function of a stub that is not matched yet."""
    for with_work in (True, False):
        claimed = {origin for origin in found.origins if origin is not None}
        for place, cell in enumerate(found.cells):
            if cell.cell_type != "code" or found.origins[place] is not None:
                continue
            if cell.grade_id in released.by_id:
                continue
            for name, has_work in defines(cell.source, released.functions, released.stubs).items():
                number = released.functions[name]
                if number not in claimed and has_work is with_work:
                    found.origins[place] = number
                    found.without_id.add(place)
                    claimed.add(number)
                    break


def _by_likeness(found: Recognized, released: Released) -> None:
    """Match changed grade cells without an id: most of their lines are unchanged."""
    claimed = {origin for origin in found.origins if origin is not None}
    missing = {
        number: {line.strip() for line in cell.source.split("\n") if line.strip()}
        for number, cell in enumerate(released.cells)
        if cell.is_grade and not cell.is_solution and number not in claimed
    }
    compared = 0
    for place, cell in enumerate(found.cells):
        if not missing or compared == MAX_COMPARED:
            return
        if found.origins[place] is not None or cell.cell_type != "code":
            continue
        if len(cell.source) > MAX_COMPARED_LENGTH:
            continue
        compared += 1
        lines = {line.strip() for line in cell.source.split("\n") if line.strip()}
        for number, wanted in missing.items():
            if len(lines & wanted) > _ENOUGH_IN_COMMON * max(len(wanted), 1):
                found.origins[place] = number
                found.without_id.add(place)
                del missing[number]
                break


def _freed_from_locked_cells(found: Recognized, released: Released) -> None:
    """Move what was added to a locked code cell into the student's own cell above or below it.

    If released lines were changed too, only new functions count: a changed one would undo the
    purpose of the locked cell.
    """
    cells, origins, extended = list[RawCell](), list[int | None](), []
    without_id = set()
    claimed = {origin for origin in found.origins if origin is not None}
    for place, (cell, origin) in enumerate(zip(found.cells, found.origins, strict=True)):
        above, below = list[Block](), list[Block]()
        original = None if origin is None else released.cells[origin]
        if (
            original is not None
            and original.is_locked
            and original.cell_type == "code"
            and plain(cell.source) != plain(original.source)
        ):
            above, below = _added(cell.source, original.source, released)
            if above or below:
                extended.append(f"cell {cell.number}{_named(cell)}")
        for part in (above, None, below):
            if part is None:
                if place in found.without_id:
                    without_id.add(len(cells))
                cells.append(cell)
                origins.append(origin)
            elif part:
                text = "\n".join(block.text for block in part).strip("\n")
                cells.append(RawCell("code", text, number=cell.number, line=cell.line))
                number = _solution_of(text, released, claimed)
                origins.append(number)
                claimed.add(-1 if number is None else number)
    found.cells, found.origins, found.without_id = cells, origins, without_id
    if extended:
        found.attention.append(
            f"What was added to the locked {listed(extended)} was run as the student's own code."
        )


def _added(source: str, original: str, released: Released) -> tuple[list[Block], list[Block]]:
    """Return the blocks that the student added, above and below the first released block.

    If a solution cell was merged into the locked cell, these are all other blocks; otherwise only
    blocks that bind new names. An import of both new and known names goes above, so that the
    released cell defines the known names last.
    """
    locked = blocks(original)
    texts = {block.essence for block in locked} - {""}
    names = {name for block in locked for name in block.names}
    handed_in = blocks(source)
    is_whole = texts <= {block.essence for block in handed_in}
    is_merged = is_whole and bool(defines(source, released.functions, released.stubs))
    above, below = list[Block](), list[Block]()
    part = above
    for block in handed_in:
        if block.essence in texts:
            part = below
        elif block.essence and (is_merged or _is_new(block, names, is_whole)):
            part.append(block)
        elif block.is_import and set(block.names) - names:
            above.append(block)
    return above, below


def _is_new(block: Block, taken: set[str], is_whole: bool) -> bool:
    is_kind = block.is_definition or block.is_import or (is_whole and bool(block.names))
    return is_kind and not taken & set(block.names)


def _solution_of(text: str, released: Released, claimed: set[int]) -> int | None:
    """The released cell whose function this text defines, if no other cell has it."""
    for name, has_work in defines(text, released.functions, released.stubs).items():
        if has_work and released.functions[name] not in claimed:
            return released.functions[name]
    return None
