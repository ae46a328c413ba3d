"""Mangles a finished hand-in at random, as editors and students do, without touching the work.

Cells are split, merged, copied, retyped, moved and stripped of their metadata; answers move to new
cells; the file is converted, renamed, zipped, or laid beside the release. What is right stays
right: whoever grades the result as less than the clean hand-in loses honest work.
"""

from __future__ import annotations

import copy
import io
import json
import random
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Cell = dict[str, Any]
BADGE = (
    '<a href="https://colab.research.google.com/github/x/y.ipynb" target="_parent">'
    '<img src="https://colab.research.google.com/assets/colab-badge.svg"/></a>'
)
NAMES = ("{0}-Copy1.ipynb", "{0} (1).ipynb", "my work.ipynb", "{0}_final_v2.ipynb", "{0}.ipynb.txt",
         "{0}.IPYNB", "Untitled.ipynb", " {0} .ipynb", "Kopie von {0}.ipynb")  # fmt: skip


@dataclass
class Mangled:
    """Files by relative name, what was done, and whether cells still have their ids."""

    files: dict[str, bytes] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)

    def write(self, folder: Path) -> None:
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def mangled(cells: Sequence[Cell], release: str, name: str, rng: random.Random) -> Mangled:
    """A mangled hand-in, from the cells of a finished one.

    Args:
        cells: of nbformat 4, with nbgrader's metadata.
        release: the text of the released notebook.
        name: of the assignment.
        rng: decides everything.
    """
    result = Mangled()
    work = copy.deepcopy(list(cells))
    for change in rng.sample(CHANGES, k=rng.randint(1, 5)):
        if change(work, rng):
            result.done.append(change.__name__.strip("_"))
    for cell in work:
        cell.pop("id", None)
    suffix, content = _converted(work, rng, result)
    _placed(result, suffix, content, release, name, rng)
    return result


def role(cell: Cell) -> Mapping[str, Any]:
    found: Mapping[str, Any] = cell["metadata"].get("nbgrader", {})
    return found


def _numbers(cells: Sequence[Cell], kind: str) -> list[int]:
    """The places of cells that are of a kind: solution, answer, check, asked, locked."""

    def is_wanted(cell: Cell) -> bool:
        roles = role(cell)
        grade, solution = bool(roles.get("grade")), bool(roles.get("solution"))
        return {
            "solution": solution and not grade and cell["cell_type"] == "code",
            "answer": solution and grade,
            "check": grade and not solution,
            "asked": bool(roles.get("locked")) and cell["cell_type"] == "markdown",
            "locked": bool(roles.get("locked")) and not grade and cell["cell_type"] == "code",
        }[kind]

    return [number for number, cell in enumerate(cells) if is_wanted(cell)]


def _any(cells: Sequence[Cell], kind: str, rng: random.Random) -> int | None:
    places = _numbers(cells, kind)
    return rng.choice(places) if places else None


def _code(source: str) -> Cell:
    return {
        "cell_type": "code",
        "metadata": {},
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


def _text(source: str, kind: str = "markdown") -> Cell:
    return {"cell_type": kind, "metadata": {}, "source": source}


def _split_solution(cells: list[Cell], rng: random.Random) -> bool:
    """Jupyter keeps the metadata in both halves."""
    place = _any(cells, "solution", rng)
    if place is None:
        return False
    upper = copy.deepcopy(cells[place])
    upper["source"] = "# a first thought\nlimit = 10"
    cells.insert(place, upper)
    return True


def _merge_solution_with_check(cells: list[Cell], rng: random.Random) -> bool:
    place = _any(cells, "solution", rng)
    if place is None or place + 1 not in _numbers(cells, "check"):
        return False
    below = cells.pop(place + 1)
    cells[place]["source"] += "\n\n" + below["source"]
    return True


def _merge_solution_into_code_above(cells: list[Cell], rng: random.Random) -> bool:
    place = _any(cells, "solution", rng)
    if place is None or place == 0 or cells[place - 1]["cell_type"] != "code":
        return False
    if place - 1 in _numbers(cells, "answer"):
        return False
    below = cells.pop(place)
    cells[place - 1]["source"] += "\n\n\n" + below["source"]
    return True


def _merge_solution_into_setup(cells: list[Cell], rng: random.Random) -> bool:
    """Dragged up, then merged with the locked cell that is there."""
    place, locked = _any(cells, "solution", rng), _any(cells, "locked", rng)
    if place is None or locked is None or locked > place:
        return False
    moved = cells.pop(place)
    cells[locked]["source"] += "\n\n\n" + moved["source"]
    return True


def _retype_solution(cells: list[Cell], rng: random.Random) -> bool:
    place = _any(cells, "solution", rng)
    if place is None:
        return False
    kind = rng.choice(("raw", "markdown"))
    metadata = cells[place]["metadata"]
    cells[place] = {**_text(cells[place]["source"], kind), "metadata": metadata}
    return True


def _retype_answer(cells: list[Cell], rng: random.Random) -> bool:
    place = _any(cells, "answer", rng)
    if place is None:
        return False
    cell = cells[place]
    changed = _text(cell["source"], "raw") if rng.random() < 0.5 else _code(cell["source"])
    cells[place] = {**changed, "metadata": cell["metadata"]}
    return True


def _strip_all(cells: list[Cell], rng: random.Random) -> bool:
    """As Colab, Kaggle or Deepnote do."""
    for number, cell in enumerate(cells):
        colab = {"id": f"a{number}x{rng.randrange(10**6)}", "colab": {"base_uri": "x"}}
        cell["metadata"] = rng.choice(({}, colab, {"cell_id": "x", "deepnote_cell_type": "code"}))
    return True


def _strip_some(cells: list[Cell], rng: random.Random) -> bool:
    for cell in cells:
        if rng.random() < 0.4:
            cell["metadata"] = {}
    return True


def _delete_locked(cells: list[Cell], rng: random.Random) -> bool:
    doomed = {
        place
        for kind in ("locked", "check")
        for place in _numbers(cells, kind)
        if rng.random() < 0.5
    }
    cells[:] = [cell for place, cell in enumerate(cells) if place not in doomed]
    return bool(doomed)


def _copy_of_check(cells: list[Cell], rng: random.Random) -> bool:
    place = _any(cells, "check", rng)
    if place is None:
        return False
    cells.insert(place + 1, copy.deepcopy(cells[place]))
    return True


def _stub_beside_copy(cells: list[Cell], rng: random.Random) -> bool:
    """The cell was copied before it was written in; the stub is still there."""
    place = _any(cells, "solution", rng)
    if place is None:
        return False
    stub = copy.deepcopy(cells[place])
    lines = stub["source"].split("\n")
    header = next((line for line in lines if line.startswith("def ")), None)
    if header is None or not header.rstrip().endswith(":"):
        return False
    stub["source"] = f"{header}\n    # YOUR CODE HERE\n    raise NotImplementedError()"
    cells.insert(place + rng.randint(0, 1), stub)
    return True


def _solution_at_the_end(cells: list[Cell], rng: random.Random) -> bool:
    place = _any(cells, "solution", rng)
    if place is None:
        return False
    cells.append(cells.pop(place))
    return True


def _swap_exercises(cells: list[Cell], rng: random.Random) -> bool:
    """Two exercises with their checks change places; functions find each other when called."""
    pairs = [
        place for place in _numbers(cells, "solution") if place + 1 in _numbers(cells, "check")
    ]
    if len(pairs) < 2:
        return False
    one, other = sorted(rng.sample(pairs, 2))
    cells[one : one + 2], cells[other : other + 2] = cells[other : other + 2], cells[one : one + 2]
    return True


def _emptied(cells: list[Cell], place: int) -> str:
    text: str = cells[place]["source"]
    cells[place]["source"] = "YOUR ANSWER HERE"
    return text


def _answer_in_new_cell(cells: list[Cell], rng: random.Random) -> bool:
    place = _any(cells, "answer", rng)
    if place is None:
        return False
    cells.insert(place + 1, _text(_emptied(cells, place)))
    return True


def _answer_in_copy(cells: list[Cell], rng: random.Random) -> bool:
    place = _any(cells, "answer", rng)
    if place is None:
        return False
    cells.insert(place + rng.randint(0, 1), copy.deepcopy(cells[place]))
    _emptied(cells, rng.choice((place, place + 1)))
    return True


def _answer_in_question(cells: list[Cell], rng: random.Random) -> bool:
    place = _any(cells, "answer", rng)
    if place is None or place - 1 not in _numbers(cells, "asked"):
        return False
    cells[place - 1]["source"] += "\n\n" + _emptied(cells, place)
    if rng.random() < 0.5:
        del cells[place]
    return True


def _answers_in_one_cell(cells: list[Cell], rng: random.Random) -> bool:
    """All questions with their answers became one cell."""
    places = [*_numbers(cells, "asked"), *_numbers(cells, "answer")]
    if len(places) < 2 or max(places) - min(places) + 1 != len(places):
        return False
    first = min(places)
    text = "\n\n".join(cells[place]["source"] for place in sorted(places))
    cells[first : max(places) + 1] = [_text(text)]
    return True


def _answer_split(cells: list[Cell], rng: random.Random) -> bool:
    place = _any(cells, "answer", rng)
    if place is None or " " not in cells[place]["source"]:
        return False
    below = copy.deepcopy(cells[place])
    words = cells[place]["source"].split(" ")
    middle = len(words) // 2
    cells[place]["source"] = " ".join(words[:middle])
    below["source"] = " ".join(words[middle:])
    cells.insert(place + 1, below)
    return True


def _name_at_the_top(cells: list[Cell], rng: random.Random) -> bool:
    cells.insert(0, _text(rng.choice(("Name: Ada Lovelace\n\nGroup: 7", "# Ada Lovelace", BADGE))))
    return True


def _scratch(cells: list[Cell], rng: random.Random) -> bool:
    for source in ("", "print('hello')", "%matplotlib inline", "1 + 1", "!ls", "numbers = [1, 2]"):
        if rng.random() < 0.5:
            cells.insert(rng.randint(1, len(cells)), _code(source))
    return True


def _question_headings_changed(cells: list[Cell], rng: random.Random) -> bool:
    changed = False
    for place in _numbers(cells, "asked"):
        heading, _, text = cells[place]["source"].partition("\n")
        if rng.random() < 0.5 and heading.startswith("#") and text.strip():
            cells[place]["source"] = f"{heading} - done\n{text}"
            changed = True
    return changed


Change = Callable[[list[Cell], random.Random], bool]
CHANGES: tuple[Change, ...] = (
    _split_solution,
    _merge_solution_with_check,
    _merge_solution_into_code_above,
    _merge_solution_into_setup,
    _retype_solution,
    _retype_answer,
    _strip_all,
    _strip_some,
    _delete_locked,
    _copy_of_check,
    _stub_beside_copy,
    _solution_at_the_end,
    _swap_exercises,
    _answer_in_new_cell,
    _answer_in_copy,
    _answer_in_question,
    _answers_in_one_cell,
    _answer_split,
    _name_at_the_top,
    _scratch,
    _question_headings_changed,
)


def as_notebook(cells: Sequence[Cell]) -> str:
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return json.dumps(
        {"nbformat": 4, "nbformat_minor": 4, "metadata": {"kernelspec": kernel}, "cells": cells}
    )


def _converted(cells: list[Cell], rng: random.Random, result: Mangled) -> tuple[str, str]:
    """The text of the file in one of the forms that editors save, and its suffix."""
    forms = ["notebook"] * 6 + ["percent", "pycharm", "script", "light", "nbformat_3", "crlf"]
    form = rng.choice(forms)
    text = as_notebook(cells)
    if form != "notebook":
        result.done.append(form)
    if form == "nbformat_3":
        import nbformat

        old = nbformat.convert(nbformat.reads(text, as_version=4), 3)
        return ".ipynb", nbformat.v3.writes_json(old)
    if form == "script":
        import nbformat
        from nbconvert.exporters import PythonExporter

        script, _ = PythonExporter().from_notebook_node(nbformat.reads(text, as_version=4))
        return ".py", script
    if form in ("percent", "pycharm", "light", "crlf"):
        import jupytext

        fmt = {"light": "py:light", "pycharm": "py:percent"}.get(form, "py:percent")
        written: str = jupytext.writes(jupytext.reads(text, fmt="ipynb"), fmt=fmt)
        if form == "pycharm":
            written = written.replace("\n# %% [markdown]", "\n#%% md").replace("\n# %%", "\n#%%")
        return ".py", written.replace("\n", "\r\n") if form == "crlf" else written
    return ".ipynb", text


def _placed(
    result: Mangled, suffix: str, content: str, release: str, name: str, rng: random.Random
) -> None:
    """Name the file as browsers and students do, perhaps beside the release or in a zip."""
    file, how = f"{name}{suffix}", rng.random()
    if how < 0.3 and suffix == ".ipynb":
        file = rng.choice(NAMES).format(name)
        result.done.append(f"called {file}")
    if how < 0.15 or 0.3 < how < 0.4:
        if file != f"{name}.ipynb":
            result.files[f"{name}.ipynb"] = release.encode()
            result.done.append("beside the release")
    elif 0.4 < how < 0.47:
        file = f"hand in/{file}"
        result.done.append("in a folder")
    result.files[file] = content.encode()
    if 0.47 < how < 0.53:
        result.files[f"._{file}"] = b"\x00\x05\x16\x07junk"
    if 0.53 < how < 0.6:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"{name}/{file}", content)
        result.files = {f"{name}.zip": packed.getvalue()}
        result.done.append("zipped")
