"""A digest of each hidden suite with the modules of its folder that it imports.

Comments and blank lines do not count, and neither do files that no suite imports.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

SHARED_BY_ALL = "conftest.py"


def suite_digest(suite: Path) -> str:
    """The digest of a suite and of what it imports from its folder, directly or not.

    Args:
        suite: the file of the suite; it need not exist.
    """
    folder = suite.parent
    return _digest_of_all([suite, folder / SHARED_BY_ALL], folder)


def digest_with_named(file: Path, folder: Path) -> str:
    """The digest of a file, and of the modules in a folder of suites that its texts name.

    Args:
        file: the file; it need not exist.
        folder: a folder of hidden suites.
    """
    tree = _parsed(file, _changed(file)) if file.is_file() else None
    nodes = ast.walk(tree) if tree is not None else iter(())
    texts = {node.value for node in nodes if isinstance(node, ast.Constant)}
    named = [
        folder / f"{text}.py" for text in texts if isinstance(text, str) and text.isidentifier()
    ]
    return _hash_of([code_digest(file), _digest_of_all(named, folder)])


def _digest_of_all(files: Iterable[Path], folder: Path) -> str:
    todo, found = list(files), set[Path]()
    while todo:
        file = todo.pop()
        if file not in found and file.is_file():
            found.add(file)
            todo += (
                path for name in _imported(file, _changed(file)) for path in _files(folder, name)
            )
    return _hash_of(f"{file.relative_to(folder)}:{code_digest(file)}" for file in sorted(found))


def _hash_of(parts: Iterable[str]) -> str:
    return hashlib.sha256(";".join(parts).encode()).hexdigest()


def code_digest(file: Path) -> str:
    """The digest of a Python file without comments and layout; "" if there is no such file."""
    return _code_digest(file, _changed(file)) if file.is_file() else ""


def _changed(file: Path) -> tuple[int, int]:
    status = file.stat()
    return status.st_mtime_ns, status.st_size


@lru_cache(maxsize=256)
def _code_digest(file: Path, changed: tuple[int, int]) -> str:
    tree = _parsed(file, changed)
    text = file.read_bytes() if tree is None else ast.dump(tree).encode()
    return hashlib.sha256(text).hexdigest()


@lru_cache(maxsize=256)
def _imported(file: Path, changed: tuple[int, int]) -> frozenset[str]:
    """The modules that a file imports anywhere, with the names that it imports from them."""
    tree = _parsed(file, changed)
    return frozenset(_names(tree)) if tree is not None else frozenset()


def _names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            yield module
            yield from (f"{module}.{name.name}".strip(".") for name in node.names)


@lru_cache(maxsize=256)
def _parsed(file: Path, changed: tuple[int, int]) -> ast.Module | None:
    """The syntax tree; None if the file cannot be read as Python."""
    try:
        return ast.parse(file.read_bytes())
    except (SyntaxError, ValueError):
        return None


def _files(folder: Path, module: str) -> Iterator[Path]:
    """The files in the folder that importing a module may load."""
    parts = module.split(".")
    for count in range(1, len(parts) + 1):
        place = folder.joinpath(*parts[:count])
        yield from (place / "__init__.py", place.with_name(f"{place.name}.py"))
