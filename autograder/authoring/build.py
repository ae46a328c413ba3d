"""`build`: generates all files of an assignment from its one source.

The source is `source/<assignment>/<assignment>.py`, a notebook in jupytext's percent format with
nbgrader's metadata in its cell markers. Generated from it are the notebook in the same folder, the
release (by nbgrader's own `generate_assignment`) and the solutions as a module. Nothing here reads
a submission or the class's gradebook. A second build changes nothing.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

from autograder.authoring import public_hints
from autograder.authoring.checks import check_tests
from autograder.authoring.public_checks import check_public_checks
from autograder.authoring.source_checks import (
    BEGIN,
    END,
    REGION_WORDS,
    SETUP,
    Place,
    check_metadata,
    check_source,
    places_of_cells,
)
from autograder.authoring.standalone import stamped, standalone_text
from autograder.break_first.cells import with_examples
from autograder.course.assignment import Assignment, load_assignment, standalone_of
from autograder.errors import CourseError, SuiteError
from autograder.nbgrader_bridge import author_stubs, configuration
from autograder.nbgrader_bridge.release import generate
from autograder.suite.author_files import author_text
from autograder.variants.options import declared, default_variant
from autograder.variants.resolving import resolved
from convgrade.atomic_files import replacing
from convgrade.notebook import known_answers
from convgrade.release import GRADE_CELL_PREFIX, VARIANT_MARK

# Shorter lines (`return x`, `else:`) occur in stubs and in solutions and give nothing away.
TELLING_LENGTH = 24

_KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
_ROLES = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}


def build(assignment_name: str, root: Path) -> list[Path]:
    """Generate all files of an assignment from its source.

    Returns:
        The files that changed; none if the source did not change.

    Raises:
        CourseError: the source cannot be built, or the release would reveal a solution. The message
            has the file and the line, and no file has been changed.
        SuiteError: the same of a fault in tests, generators or misconceptions.
    """
    assignment = load_assignment(assignment_name, root)
    source, places = _read_source(assignment)
    exercises = check_source(source, places, assignment)
    code = [cell.source for cell in source.cells if cell.cell_type == "code"]
    check_tests(assignment, exercises, code)
    solutions = _solution_text(source, assignment)
    check_public_checks(
        assignment,
        solutions,
        _public_checks(source),
        dict(zip(_names(source), places, strict=True)),
    )
    made = generated(assignment)
    texts = {
        assignment.source_notebook: made.source,
        hints_table(assignment.source_notebook): made.hints,
        assignment.solution_module: made.solutions,
        **made.suites,
    }
    folder = assignment.release_notebook.parent
    contents = {path: text.encode() for path, text in texts.items()}
    contents |= {folder / name: content for name, content in made.release.items()}
    return [path for path, content in contents.items() if replace_file(path, content)]


@dataclass(frozen=True)
class Generated:
    """All that is generated from a source.

    Attributes:
        source: the source as a notebook.
        solutions: the solutions as a module.
        hints: the table of hints for public examples; "" if there are none.
        release: what students get: content by relative path. A file without content must not exist.
        suites: hidden suites that are generated; "" for one that is not needed any more.
    """

    source: str
    solutions: str
    hints: str
    release: Mapping[str, bytes]
    suites: Mapping[Path, str] = field(default_factory=dict)


def generated(assignment: Assignment) -> Generated:
    """Generate all that an assignment's source gives, in the assignment's variant.

    Raises:
        CourseError: the source cannot be built, or the release would reveal a solution. The message
            has the file and the line, or names the cell.
    """
    source, places = _read_source(assignment)
    check_source(source, places, assignment)
    solutions = _solution_text(source, assignment)
    prepared = with_examples(source, assignment, solutions)
    if prepared.source is not source:
        source = prepared.source
        solutions = _solution_text(source, assignment)
    hints = public_hints.table(assignment, solutions, _public_checks(source))
    name = assignment.release_notebook.name
    with tempfile.TemporaryDirectory(prefix="autograder-build-") as folder:
        release_folder = _release(source, assignment, Path(folder), hints)
        files = [path for path in sorted(release_folder.rglob("*")) if path.is_file()]
        found = {path.relative_to(release_folder).as_posix(): path.read_bytes() for path in files}
    release = stamped(nbformat.reads(found[name].decode(), as_version=4))
    text = notebook_text(release)
    _check_release(source, release, text)
    table = {hints_table(Path(name)).name: hints} if hints else {}
    standalone = standalone_of(Path(name)).as_posix()
    texts = {
        name: text,
        Path(name).with_suffix(".py").as_posix(): percent_text(release, assignment.name),
        hints_table(Path(name)).name: hints,
        standalone: standalone_text(release, table),
    }
    released = {path: each.encode() for path, each in texts.items()}
    return Generated(
        notebook_text(source), solutions, hints, {**found, **released}, prepared.suites
    )


def after_generate_assignment(assignment: str, student: str, notebooks: Sequence[str]) -> None:
    """nbgrader's hook after `generate_assignment`: write the release's other forms next to it.

    nbgrader calls it in the course root. `student` is always "." here.
    """
    folder = Path.cwd() / configuration.RELEASE / assignment
    for path in (folder / Path(notebook).name for notebook in notebooks):
        release = stamped(nbformat.read(path, as_version=4))
        hints = hints_table(path)
        table = {hints.name: hints.read_text(encoding="utf-8")} if hints.is_file() else {}
        replace_file(path, notebook_text(release).encode())
        replace_file(path.with_suffix(".py"), percent_text(release, path.stem).encode())
        replace_file(standalone_of(path), standalone_text(release, table).encode())


def notebook_text(notebook: NotebookNode) -> str:
    """The notebook as the content of a file, ending in a newline."""
    return str(nbformat.writes(notebook, version=4)).rstrip("\n") + "\n"


def percent_text(release: NotebookNode, assignment_name: str) -> str:
    """The released notebook in percent format. Cells keep only their id for grading."""
    plain = nbformat.v4.new_notebook()
    for cell in release.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        metadata = {"nbgrader": {"grade_id": grade_id}} if grade_id else {}
        make = nbformat.v4.new_code_cell
        if cell.cell_type != "code":
            make = nbformat.v4.new_markdown_cell
        plain.cells.append(make(cell.source, metadata=metadata))
    body = jupytext.writes(plain, fmt="py:percent").lstrip("\n")
    body = re.sub(r"\A# ---\n.*?\n# ---\n+", "", body, flags=re.DOTALL)
    body = re.sub(r"\n+(# %%[^\n]*\n(?:def |class |@))", r"\n\n\n\1", body)  # as formatters do
    return f"# Generated by `autograder build` from {_origin(assignment_name)}.\n\n{body}"


def _origin(name: str) -> str:
    return f"source/{name}/{name}.py"


def _read_source(assignment: Assignment) -> tuple[NotebookNode, list[Place]]:
    """The source as a notebook that is always the same: fixed metadata, ids from the content.

    With it, the place of each cell in the source.
    """
    path = assignment.source_text
    try:
        text = author_text(path)
        variant = assignment.variant or default_variant(assignment)
        chosen = resolved(text, variant, declared(assignment), path.name)
        read = jupytext.reads(chosen, fmt="py:percent")
    except (CourseError, SuiteError):
        raise
    except OSError as error:
        raise CourseError(f"{path} cannot be read: {error.strerror}.") from None
    except Exception as error:  # jupytext and its YAML raise many types; the cause is the file
        raise CourseError(f"{path} is not readable as percent format: {error}.") from None
    places = places_of_cells(text, len(read.cells), _origin(assignment.name))
    check_metadata(read.cells, text, places)
    notebook = nbformat.v4.new_notebook(
        metadata={
            "autograder": {"generated_from": _origin(assignment.name)},
            "kernelspec": _KERNEL,
            "language_info": {"name": "python"},
        }
    )
    notebook.nbformat_minor = 5
    taken: set[str] = set()
    for cell in read.cells:
        metadata = {key: cell.metadata[key] for key in ("nbgrader", "tags") if key in cell.metadata}
        if "nbgrader" in metadata:
            metadata["nbgrader"] = {**_ROLES, **metadata["nbgrader"]}
        is_code = cell.cell_type == "code"
        make = nbformat.v4.new_code_cell if is_code else nbformat.v4.new_markdown_cell
        made = make(cell.source, metadata=metadata)
        if not notebook.cells and assignment.variant is not None:
            made.source = f"{made.source}\n\n{VARIANT_MARK}{assignment.variant}"
        made.id = _cell_id(made, taken)
        notebook.cells.append(made)
    return notebook, places


def _cell_id(cell: NotebookNode, taken: set[str]) -> str:
    name = str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
    wanted = re.sub(r"[^A-Za-z0-9_-]", "-", name)[:56]
    if not wanted:
        wanted = "cell-" + hashlib.sha256(cell.source.encode()).hexdigest()[:8]
    unique, count = wanted, 1
    while unique in taken:
        count += 1
        unique = f"{wanted}-{count}"
    taken.add(unique)
    return unique


def hints_table(notebook: Path) -> Path:
    """The table of hints for public examples that lies beside a notebook."""
    return notebook.with_name(f"{notebook.stem}{known_answers.SUFFIX}")


def _names(source: NotebookNode) -> list[str]:
    """The id of each cell; "" if it has none."""
    return [str(cell.metadata.get("nbgrader", {}).get("grade_id", "")) for cell in source.cells]


def _public_checks(source: NotebookNode) -> dict[str, str]:
    """The source of the cell of public checks, by exercise."""
    found = {}
    for name, cell in zip(_names(source), source.cells, strict=True):
        if cell.cell_type == "code" and name.startswith(GRADE_CELL_PREFIX):
            found[name.removeprefix(GRADE_CELL_PREFIX)] = cell.source
    return found


def _release(source: NotebookNode, assignment: Assignment, scratch: Path, hints: str) -> Path:
    """Run nbgrader's converter on a copy, without a gradebook."""
    folder = scratch / "source" / assignment.name
    if (original := assignment.source_text.parent).is_dir():
        shutil.copytree(original, folder, ignore=shutil.ignore_patterns("*.ipynb"))
    notebook = folder / assignment.source_notebook.name
    notebook.write_text(notebook_text(source), encoding="utf-8")
    replace_file(hints_table(notebook), hints.encode())
    config = configuration.load(assignment.root)
    generate(assignment.name, scratch, config)
    return scratch / configuration.RELEASE / assignment.name


def _check_release(source: NotebookNode, release: NotebookNode, text: str) -> None:
    """Check that stubs say so, and that no line of a solution or a rubric is released."""
    for cell in release.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", cell.id)
        for word in REGION_WORDS:
            if word in cell.source:
                raise CourseError(f"The release of cell {name!r} still says {word!r}.")
    released = {
        cell.metadata["nbgrader"]["grade_id"]: cell.source
        for cell in release.cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }
    for cell in _solution_cells(source):
        name = cell.metadata["nbgrader"]["grade_id"]
        _check_stub(cell, released[name])
        for line in _secret_lines(cell):
            if line in text or _in_json(line) in text:
                raise CourseError(
                    f"A line of the solution of cell {name!r} would stand in the release: {line!r}."
                )


def _check_stub(cell: NotebookNode, released: str) -> None:
    """Check that a stub says that it is one, or is an author's own stub in valid Python."""
    name = cell.metadata["nbgrader"]["grade_id"]
    if cell.cell_type != "code":
        return
    if not author_stubs.has_stub(cell.source):
        if "raise NotImplementedError" not in released:
            raise CourseError(f"The stub of cell {name!r} does not raise NotImplementedError.")
        return
    try:
        compile(released, name, "exec")
    except SyntaxError as error:
        raise CourseError(f"The stub of cell {name!r} is not Python ({error.msg}).") from None


def _in_json(line: str) -> str:
    return json.dumps(line, ensure_ascii=False)[1:-1]


def _solution_cells(source: NotebookNode) -> Iterator[NotebookNode]:
    for cell in source.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            yield cell


def _secret_lines(cell: NotebookNode) -> Iterator[str]:
    """The long lines that students must not get: of a solution region, else of the whole cell."""
    lines = author_stubs.without_stub(cell.source).splitlines()
    inside = whole = not any(BEGIN in line for line in lines)
    for line in lines:
        if BEGIN in line:
            inside = True
        elif END in line:
            inside = whole
        elif inside and len(line.strip()) >= TELLING_LENGTH:
            yield line.strip()


def _solution_text(source: NotebookNode, assignment: Assignment) -> str:
    """The solutions as an importable module: the set-up cell, then each solution cell."""
    parts = [f"# Generated by `autograder build` from {_origin(assignment.name)}: edit that."]
    for cell in source.cells:
        roles = cell.metadata.get("nbgrader", {})
        if cell.cell_type != "code" or not (roles.get("solution") or _is_setup(roles)):
            continue
        solved = author_stubs.without_stub(cell.source).splitlines()
        lines = [line for line in solved if BEGIN not in line and END not in line]
        parts.append("\n".join(lines).strip("\n"))
    text = "\n\n\n".join(parts) + "\n"
    try:
        compile(text, str(assignment.solution_module), "exec")
    except SyntaxError as error:
        raise CourseError(
            f"The solutions of {assignment.name} are not a Python module "
            f"({error.msg} at {(error.text or '').strip()!r})."
        ) from None
    return text


def _is_setup(roles: NotebookNode) -> bool:
    return bool(roles.get("grade_id") == SETUP and roles.get("locked"))


def replace_file(path: Path, content: bytes) -> bool:
    """Write atomically, and only if the content differs. Returns whether it did.

    A file without content is removed.
    """
    known = path.read_bytes() if path.is_file() else b""
    if known == content:
        return False
    if not content:
        path.unlink()
        return True
    with replacing(path, 0o644) as file:
        file.write(content)
    return True
