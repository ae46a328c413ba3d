"""Reading what a student handed in, as data: opened with care, parsed, and never executed here.

A submission is the notebook, the same document in jupytext's percent format, or a plain module
that defines the functions. What the source says of points and locked cells is what counts; where
a submission says otherwise, a note records it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from autograder.errors import SubmissionRejected
from autograder.release import NotebookCell, Release

MAX_BYTES = 16 * 2**20  # JSON can take forty times its size in memory
MAX_GRADE_ID = 200
MAX_NOTES = 40
MAX_PERCENT_LENGTH = 2**20
MAX_PERCENT_CELLS = 2000  # jupytext's time grows with the square of their number
SUFFIXES = (".ipynb", ".py")
_MARKER = re.compile(r"^\s*# ?(?:%%|In\[|<codecell|<markdowncell)", re.MULTILINE)

Kind = Literal["notebook", "percent", "module"]


@dataclass(frozen=True)
class RawCell:
    """One cell as it was handed in; `nbgrader` is its untrusted metadata."""

    cell_type: str
    source: str
    nbgrader: Mapping[str, Any] = field(default_factory=dict)

    @property
    def grade_id(self) -> str | None:
        value = self.nbgrader.get("grade_id")
        return value if isinstance(value, str) and len(value) <= MAX_GRADE_ID else None


@dataclass(frozen=True)
class RunnableCell:
    """A piece of code to run in the sandbox, and what messages call it."""

    label: str
    source: str
    settles: tuple[str, ...] = ()
    """Exercises whose functions count as they stand once this cell has run."""


@dataclass(frozen=True)
class BesideFile:
    """A plain file that lies beside a hand-in, by its relative POSIX name."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Submission:
    """A readable submission: what to run, what was written, and what was odd about it.

    `attention` says, in whole sentences, what was chosen, repaired or not used of what was handed
    in; `beside` are the files that its code may read; `imports` are the top-level names of the
    modules that its code imports, read as data.
    """

    path: Path
    kind: Kind
    digest: str
    notebook: tuple[RawCell, ...]
    cells: tuple[RunnableCell, ...]
    written: Mapping[str, str]
    notes: tuple[str, ...]
    attention: tuple[str, ...] = ()
    beside: tuple[BesideFile, ...] = ()
    imports: frozenset[str] = frozenset()


def locate(folder: Path, release: Release) -> Path:
    """The file to grade in a student's folder: the assignment's name first, then an only one.

    Raises:
        SubmissionRejected: there is none, there are several and none has the right name, or the
            folder is a link to another.
    """
    if folder.is_symlink():
        raise SubmissionRejected("The folder is a symbolic link; hand in the file itself.")
    for suffix in SUFFIXES:
        candidate = folder / f"{release.name}{suffix}"
        if os.path.lexists(candidate):
            return candidate
    try:
        others = sorted(path for path in folder.iterdir() if path.suffix in SUFFIXES)
    except OSError as error:
        raise SubmissionRejected(f"The folder cannot be read ({error.strerror}).") from None
    if len(others) == 1:
        return others[0]
    wanted = f"{release.name}.ipynb"
    if others:
        names = ", ".join(path.name for path in others)
        raise SubmissionRejected(f"There is no {wanted}, and more than one other file: {names}.")
    raise SubmissionRejected(f"Nothing was handed in: there is no {wanted}.")


def read(path: Path | str, release: Release) -> Submission:
    """Read and check one submission.

    Raises:
        SubmissionRejected: it cannot be read as a submission to this assignment; says why.
    """
    path = Path(path)
    if path.suffix not in SUFFIXES:
        raise SubmissionRejected(f"{path.name!r} is neither a notebook (.ipynb) nor Python (.py).")
    raw = _read_bytes(path)
    digest = hashlib.sha256(raw).hexdigest()
    text = _decode(raw)
    kind: Kind
    if path.suffix == ".ipynb":
        kind, cells = "notebook", _notebook_cells(text)
    elif re.search(r"^# %%", text, re.MULTILINE):
        kind, cells = "percent", _percent_cells(text)
    else:
        kind, cells = "module", (RawCell("code", text),)
    _require_this_assignment(cells, release)
    return Submission(
        path=path,
        kind=kind,
        digest=digest,
        notebook=cells,
        cells=_runnable(cells, release, path.name if kind == "module" else None),
        written=_written(cells, release),
        notes=() if kind == "module" else at_most(tuple(_notes(cells, release)), MAX_NOTES),
    )


def at_most(sentences: Sequence[str], count: int) -> tuple[str, ...]:
    """The first so many sentences about a submission, and how many more there are."""
    if len(sentences) <= count:
        return tuple(sentences)
    return (*sentences[:count], f"And {len(sentences) - count} more.")


def digest(path: Path) -> str:
    """SHA-256 of the file where it can be read with care, else of the reason why not."""
    try:
        raw = _read_bytes(path)
    except SubmissionRejected as rejection:
        raw = str(rejection).encode("utf-8", "backslashreplace")
    return hashlib.sha256(raw).hexdigest()


def _read_bytes(path: Path) -> bytes:
    """The content of a regular file; links, devices, pipes and giants are refused unopened."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise SubmissionRejected("The file does not exist.") from None
    except OSError as error:
        if path.is_symlink():
            raise SubmissionRejected(
                "The file is a symbolic link; hand in the file itself."
            ) from None
        raise SubmissionRejected(f"The file cannot be opened ({error.strerror}).") from None
    except ValueError:
        raise SubmissionRejected("The file's name is not one that can be opened.") from None
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        what = "a folder, not a file" if stat.S_ISDIR(mode) else "not a regular file"
        raise SubmissionRejected(f"It is {what}.")
    with os.fdopen(descriptor, "rb") as file:
        raw = file.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise SubmissionRejected(
            f"The file is larger than {MAX_BYTES // 2**20} MB; clear the outputs and save it again."
        )
    if not raw.strip():
        raise SubmissionRejected("The file is empty.")
    return raw


def _decode(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SubmissionRejected(f"The file is not UTF-8 text (at byte {error.start}).") from None


def _notebook_cells(text: str) -> tuple[RawCell, ...]:
    try:
        document = json.loads(text)
    except RecursionError:
        raise SubmissionRejected("The notebook is nested too deeply to be one.") from None
    except ValueError as error:
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise SubmissionRejected(
            f"The notebook is not valid JSON{where}; it may have been cut off or edited by hand."
        ) from None
    if not isinstance(document, dict):
        raise SubmissionRejected("The file is JSON, but not a notebook.")
    version = document.get("nbformat")
    if version != 4:
        said = f"nbformat {version}" if isinstance(version, int) else "no notebook format"
        raise SubmissionRejected(
            f"The notebook has {said}, and 4 is needed; open it in JupyterLab and save it again."
        )
    cells = document.get("cells")
    if not isinstance(cells, list):
        raise SubmissionRejected("The notebook has no list of cells.")
    return tuple(_notebook_cell(cell, number) for number, cell in enumerate(cells, 1))


def _notebook_cell(cell: Any, number: int) -> RawCell:
    if isinstance(cell, dict) and isinstance(cell.get("cell_type"), str):
        source = cell.get("source", "")
        if isinstance(source, list) and all(isinstance(line, str) for line in source):
            source = "".join(source)
        if isinstance(source, str):
            return RawCell(cell["cell_type"], source, _nbgrader(cell.get("metadata")))
    raise SubmissionRejected(f"Cell {number} of the notebook is not a notebook cell.")


def _nbgrader(metadata: Any) -> Mapping[str, Any]:
    found = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    return found if isinstance(found, dict) else {}


def _percent_cells(text: str) -> tuple[RawCell, ...]:
    import jupytext

    if len(text) > MAX_PERCENT_LENGTH or len(_MARKER.findall(text)) > MAX_PERCENT_CELLS:
        raise SubmissionRejected("The file is too long, or has too many cells, to be read.")
    try:
        document = jupytext.reads(_without_header(text), fmt="py:percent")
    except Exception as error:  # whatever jupytext and its YAML raise, the file is what is wrong
        raise SubmissionRejected(
            f"The file is not readable as percent format ({type(error).__name__})."
        ) from None
    return tuple(
        RawCell(cell.cell_type, cell.source, _nbgrader(dict(cell.metadata)))
        for cell in document.cells
    )


def _without_header(text: str) -> str:
    """Percent format without its YAML header, of which nothing is needed and YAML can be a bomb.

    jupytext looks for a header, after a shebang and an encoding at most, up to the first line that
    is no comment: an empty line in front means that it finds none, whatever follows.
    """
    opening, closing = "# ---\n", "\n# ---\n"
    if text.startswith(opening):
        _, _, text = text[len(opening) - 1 :].partition(closing)
    return "\n" + text


def _require_this_assignment(cells: Sequence[RawCell], release: Release) -> None:
    known = {cell.grade_id for cell in release.cells if cell.grade_id}
    handed_in = {cell.grade_id for cell in cells if cell.grade_id}
    if known & handed_in:
        return
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    if any(_defines(code, exercise) for exercise in release.exercises):
        return
    if handed_in:
        raise SubmissionRejected(
            f"It is a notebook of another assignment: none of its cells belongs to "
            f"{release.name!r}."
        )
    raise SubmissionRejected(
        f"It holds none of the cells of {release.name!r} and defines none of its functions."
    )


def _defines(code: str, name: str) -> bool:
    """Whether a name is defined, assigned or imported at the start of a line."""
    if re.search(rf"^(?:(?:async )?def {name}\b|{name}\s*[=:])", code, re.MULTILINE):
        return True
    imports = (line.partition(" import ")[2] for line in code.splitlines() if line[:5] == "from ")
    return any(re.search(rf"\b{name}\b", imported) for imported in imports)


def _runnable(
    cells: Sequence[RawCell], release: Release, module: str | None
) -> tuple[RunnableCell, ...]:
    """The code to run: the student's, with locked cells as released and grade cells left out."""
    if module is not None:
        return (RunnableCell(module, cells[0].source),)
    locked = {
        cell.grade_id: cell
        for cell in release.cells
        if cell.grade_id and cell.is_locked and cell.cell_type == "code"
    }
    handed_in = {cell.grade_id for cell in cells}
    runnable = [
        RunnableCell(f"the locked cell {grade_id!r}", cell.source)
        for grade_id, cell in locked.items()
        if grade_id not in handed_in and not cell.is_grade
    ]
    seen: set[str] = set()
    for number, cell in enumerate(cells, 1):
        if cell.cell_type != "code":
            continue
        released = _first(cell.grade_id, locked, seen)
        if released is not None and released.is_grade:
            continue
        name = f" ({cell.grade_id})" if cell.grade_id else ""
        source = cell.source if released is None else released.source
        if source.strip():
            runnable.append(RunnableCell(f"cell {number}{name}", source))
    return tuple(runnable)


def _first(
    grade_id: str | None, locked: Mapping[str, NotebookCell], seen: set[str]
) -> NotebookCell | None:
    """The released cell of that id, the first time it is met; a copy is the student's own code."""
    if grade_id is None or grade_id in seen:
        return None
    seen.add(grade_id)
    return locked.get(grade_id)


def _written(cells: Sequence[RawCell], release: Release) -> dict[str, str]:
    """Each written answer that is there; the first cell of its id is the answer."""
    wanted = set(release.written)
    answers: dict[str, str] = {}
    for cell in cells:
        if cell.grade_id in wanted:
            answers.setdefault(str(cell.grade_id), cell.source)
    return answers


def _notes(cells: Sequence[RawCell], release: Release) -> Iterable[str]:
    """What a grader should know of a notebook that is not as it was released."""
    released = {cell.grade_id: cell for cell in release.cells if cell.grade_id}
    counts = Counter(cell.grade_id for cell in cells if cell.grade_id)
    for grade_id, original in released.items():
        if not counts[grade_id]:
            kind = "locked cell" if original.is_locked else "cell"
            yield f"The {kind} {grade_id!r} is missing; the released one counts."
        elif counts[grade_id] > 1:
            yield f"The cell {grade_id!r} stands {counts[grade_id]} times; all of them were run."
    for grade_id in counts:
        if grade_id not in released:
            yield f"The cell {grade_id!r} is not part of this assignment."
    compared: set[str] = set()
    for cell in cells:
        grade_id = cell.grade_id or ""
        if grade_id not in released or grade_id in compared:
            continue
        compared.add(grade_id)
        original = released[grade_id]
        if original.is_locked and cell.source.strip() != original.source.strip():
            yield f"The locked cell {grade_id!r} was changed; the released one counts."
        if cell.nbgrader.get("points") != original.nbgrader.get("points"):
            yield f"The points of {grade_id!r} were changed; the source's count."
