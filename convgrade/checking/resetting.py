"""Puts the functions of an exercise back to their stubs, in a notebook or a Python file.

Everything else in the file stays as it is. The old text goes into a file beside it, whose name ends
in `~`, so that grading does not take it for work. Nothing is run.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

from convgrade import atomic_files
from convgrade.checking.finding import Found, chosen, release_of
from convgrade.errors import AutograderError
from convgrade.submission.blocks import blocks
from convgrade.submission.released import Released

STUB_BODY = "    # YOUR CODE HERE\n    raise NotImplementedError()"
_COMMENT_OR_BLANK = re.compile(r"\s*(#.*)?")


def reset(path: Path, exercise: str, checks: Path | None = None) -> Path:
    """Put an exercise back to its stub.

    Args:
        path: the notebook or Python file.
        exercise: the exercise, or one of its functions.
        checks: the released notebook, if the student names it.

    Returns:
        The file with the old text.

    Raises:
        AutograderError: there is no such exercise, or nothing to reset; the message says why.
    """
    found = release_of(path, checks)
    (name,) = chosen(found.release, [exercise])
    wanted = next(each for each in Released(found.release).exercises if each.name == name)
    stubs = _stubs(found, wanted.functions)
    text = path.read_text(encoding="utf-8")
    changed, old = (
        _in_notebook(text, wanted.functions, stubs)
        if text.lstrip().startswith("{")
        else _in_text(text, wanted.functions, stubs)
    )
    if not old:
        raise AutograderError(f"{name} is as you were given it: there is nothing to reset.")
    kept = _free(path.parent, f"{path.stem}-{name}")
    atomic_files.write_text(kept, "\n\n\n".join(old) + "\n")
    atomic_files.write_text(path, changed)
    return kept


def _stubs(found: Found, functions: tuple[str, ...]) -> dict[str, str]:
    """The released stubs by function, if the release is the course's."""
    if not found.is_the_courses:
        return {}
    return {
        name: _parts(block.text)[1]
        for cell in found.release.cells
        if cell.is_solution and cell.cell_type == "code"
        for block in blocks(cell.source)
        for name in block.names
        if name in functions
    }


def _in_notebook(
    text: str, functions: tuple[str, ...], stubs: dict[str, str]
) -> tuple[str, list[str]]:
    document = json.loads(text)
    old: list[str] = []
    for cell in document["cells"]:
        if cell["cell_type"] == "code":
            source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
            changed, before = _in_text(source, functions, stubs)
            if before:
                old += before
                cell["source"] = changed.splitlines(keepends=True)
                cell["outputs"], cell["execution_count"] = [], None
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n", old


def _in_text(
    source: str, functions: tuple[str, ...], stubs: dict[str, str]
) -> tuple[str, list[str]]:
    """The text with stubs in place of functions, and the functions as they were."""
    kept, old = [], []
    for block in blocks(source):
        above, code, below = _parts(block.text)
        names = [name for name in block.names if name in functions and block.is_definition]
        stub = (stubs.get(names[0]) or _own_stub(names[0], code)) if names else code
        if stub != code:
            old.append(code)
        kept.append("\n".join(part for part in (above, stub, below) if part is not None))
    return "\n".join(kept), old


def _own_stub(name: str, code: str) -> str:
    """The head of a function and its docstring, if it has one, without its body."""
    try:
        (function,) = ast.parse(code).body
    except (SyntaxError, ValueError):
        function = ast.Pass()
    if not isinstance(function, ast.FunctionDef):
        raise AutograderError(
            f"The head of {name} cannot be read any more: name the notebook, as you were given "
            "it, with --checks."
        )
    if ast.get_docstring(function) is None:
        function.body = [ast.Pass()]
        return "\n".join([*ast.unparse(function).split("\n")[:-1], STUB_BODY])
    end = function.body[0].end_lineno
    return "\n".join([*code.split("\n")[:end], STUB_BODY])


def _parts(text: str) -> tuple[str | None, str, str | None]:
    """The comments above a statement, the statement, and the comments below it, if any."""
    lines = text.split("\n")
    code = [n for n, line in enumerate(lines) if not _COMMENT_OR_BLANK.fullmatch(line)]
    if not code:
        return None, text, None
    end = code[-1] + 1
    while end < len(lines) and lines[end][:1].isspace() and lines[end].strip():
        end += 1  # a comment at the end of a function's body
    return (
        "\n".join(lines[: code[0]]) if code[0] else None,
        "\n".join(lines[code[0] : end]),
        "\n".join(lines[end:]) if end < len(lines) else None,
    )


def _free(folder: Path, stem: str) -> Path:
    """A file name that is not taken yet."""
    return next(path for path in _numbered(folder, stem) if not path.exists())


def _numbered(folder: Path, stem: str) -> Iterator[Path]:
    number = 1
    while True:
        yield folder / f"{stem}-{number}.py~"
        number += 1
