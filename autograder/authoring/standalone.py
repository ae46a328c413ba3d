"""Makes a notebook that brings its checks and pictures along, where nothing can be installed.

Its first cell holds the files of the student's side that the notebook needs, as readable text with
their digest, and writes them into a temporary folder. It knows no assignment and no dataset.
"""

from __future__ import annotations

import ast
import copy
import hashlib
import importlib.metadata
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import nbformat
from nbformat import NotebookNode

import convgrade

MOST_BYTES = 200_000
PACKAGE = "convgrade"
INSTALLED_AS = {"keras": "tensorflow", "sklearn": "scikit-learn", "PIL": "pillow"}
"""Packages whose name for pip is not the one that is imported."""

CELL = """\
#@title Checks and pictures: run this cell first
# If Python says that a module is missing, run  %pip install {packages}  in a new cell.
#
# Below are the files of convgrade {version} that this notebook needs, as text. Nothing else is
# loaded from anywhere. It is release {release} of this notebook. The SHA-256 of the files is
# {digest}.
import atexit
import hashlib
import os
import pathlib
import shutil
import sys
import tempfile

if sys.version_info < (3, 11):
    raise RuntimeError("This notebook needs Python 3.11 or newer.")

FILES = {{}}

{files}

content = "\\0".join(part for file in sorted(FILES.items()) for part in file)
if hashlib.sha256(content.encode()).hexdigest() != (
    "{digest}"
):
    raise RuntimeError("This cell has been changed: get the notebook again.")

folder = tempfile.mkdtemp(prefix="convgrade-")
atexit.register(shutil.rmtree, folder, ignore_errors=True)
for name, text in FILES.items():
    path = os.path.join(folder, *name.split("/"))
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="\\n") as file:
        file.write(text)
sys.path.insert(0, folder)

from convgrade.notebook.known_answers import look_in

look_in(pathlib.Path(folder))
print("The checks and pictures are ready.")
"""


def version_of(release: NotebookNode) -> str:
    """The version of a release: eight hexadecimal digits of the digest of its cells."""
    cells = [
        [cell.cell_type, cell.source, cell.metadata.get("nbgrader", {}).get("points")]
        for cell in release.cells
    ]
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()[:8]


def stamped(release: NotebookNode) -> NotebookNode:
    """The release with its version in its metadata."""
    changed = copy.deepcopy(release)
    changed.metadata[PACKAGE] = {"release": version_of(release)}
    return changed


def standalone_text(release: NotebookNode, hints: Mapping[str, str]) -> str:
    """The notebook as the content of a file; "" if it needs nothing of the student's side.

    If it would be longer than `MOST_BYTES`, the hints are left out.

    Args:
        release: the released notebook.
        hints: the tables of hints for public examples, by file name.
    """
    files = _files(release)
    if f"{PACKAGE}/notebook/__init__.py" not in files:
        return ""
    text = _written(release, {**files, **hints})
    return text if len(text.encode()) <= MOST_BYTES else _written(release, files)


def _written(release: NotebookNode, files: Mapping[str, str]) -> str:
    notebook = copy.deepcopy(release)
    cell = nbformat.v4.new_code_cell(
        _cell(release, files),
        id=PACKAGE,
        metadata={
            "cellView": "form",
            "deletable": False,
            "editable": False,
            "jupyter": {"source_hidden": True},
        },
    )
    notebook.cells.insert(0, cell)
    notebook.nbformat_minor = 5
    return json.dumps(notebook, ensure_ascii=False, sort_keys=True) + "\n"


def _cell(release: NotebookNode, files: Mapping[str, str]) -> str:
    content = "\0".join(part for file in sorted(files.items()) for part in file)
    return CELL.format(
        packages=" ".join(_packages(release, files)),
        version=importlib.metadata.version("convgrade"),
        release=version_of(release),
        digest=hashlib.sha256(content.encode()).hexdigest(),
        files="\n\n".join(f"FILES[{name!r}] = {_quoted(files[name])}" for name in sorted(files)),
    )


def _quoted(text: str) -> str:
    """The text as a literal that can be read as it is, unless Python or IPython would change it."""
    if re.search(r"'''|\r|\\\Z|^\s*(>>>|In \[)", text, re.MULTILINE):
        return repr(text)
    return f"r'''{text}'''"


def _files(release: NotebookNode) -> dict[str, str]:
    """The files of the student's side that the code of a notebook needs, by path."""
    root = Path(convgrade.__file__).parents[1]
    todo = [PACKAGE]
    for tree in _code(release):
        todo += _wanted(tree)
    found: dict[str, str] = {}
    while todo:
        module = todo.pop()
        for path in _paths(module):
            if path not in found and (root / path).is_file():
                found[path] = (root / path).read_text(encoding="utf-8")
                todo += _imported(ast.parse(found[path]))
    return found


def _wanted(tree: ast.Module) -> Iterator[str]:
    """The modules of the student's side that a cell needs, with those of datasets that it names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == PACKAGE:
            for name in node.names:
                found = getattr(convgrade, name.name, None)
                yield getattr(found, "__module__", f"{PACKAGE}.{name.name}")
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and re.fullmatch(r"[a-z]\w*", node.value)
        ):
            yield f"{PACKAGE}.datasets.{node.value}"


def _imported(tree: ast.Module) -> Iterator[str]:
    """What a file imports when it is imported; what a function imports may never be needed."""
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(PACKAGE):
            for name in node.names:
                yield f"{node.module}.{name.name}"


def _paths(module: str) -> Iterator[str]:
    """The files that importing a module, or a name of one, may load."""
    parts = module.split(".")
    for count in range(1, len(parts) + 1):
        folder = "/".join(parts[:count])
        yield from (f"{folder}/__init__.py", f"{folder}.py")


def _packages(release: NotebookNode, files: Iterable[str]) -> list[str]:
    """What pip installs for a notebook: its imports by the names of their packages."""
    found = {"numpy", "matplotlib"}
    for tree in _code(release):
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    if f"{PACKAGE}/datasets/digits.py" in files:
        found.add("sklearn")
    found -= {*sys.stdlib_module_names, PACKAGE, "IPython"}
    return sorted({INSTALLED_AS.get(name, name) for name in found})


def _code(release: NotebookNode) -> Iterator[ast.Module]:
    """The code cells that can be parsed."""
    for cell in release.cells:
        if cell.cell_type == "code":
            try:
                yield ast.parse(cell.source)
            except SyntaxError:  # a magic, or a stub that students are to repair
                continue
