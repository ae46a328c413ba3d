"""A digest of each hidden suite with the modules of its folder that it imports.

Comments and blank lines do not count, and neither do files that no suite imports. A file is read
again only if its size or its time of change is another one.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

SHARED_BY_ALL = "conftest.py"

_State = tuple[int, int]
_Folder = tuple[tuple[Path, _State], ...]


def suite_digests(folder: Path, names: Iterable[str]) -> list[str]:
    """For each suite, a digest of it and of what it imports from its folder, directly or not.

    Args:
        folder: the folder of the suites.
        names: the names of their files, which need not exist.
    """
    state = _state_of(folder)
    return [_suite_digest(folder / name, state) for name in names]


def digest_with_named(file: Path, folder: Path) -> str:
    """The digest of a file, and of the modules in a folder of suites that its texts name.

    Args:
        file: the file; it need not exist.
        folder: a folder of hidden suites.
    """
    return _with_named(file, _state(file), folder, _state_of(folder)) if file.is_file() else ""


def code_digest(file: Path) -> str:
    """The digest of a Python file without comments and layout; "" if there is no such file."""
    return _read(file, _state(file))[0] if file.is_file() else ""


def _state(file: Path) -> _State:
    status = file.stat()
    return status.st_mtime_ns, status.st_size


def _state_of(folder: Path) -> _Folder:
    return tuple((file, _state(file)) for file in sorted(folder.rglob("*.py")))


@lru_cache(maxsize=256)
def _suite_digest(suite: Path, state: _Folder) -> str:
    return _digest_of_all([suite, suite.parent / SHARED_BY_ALL], suite.parent, dict(state))


@lru_cache(maxsize=32)
def _with_named(file: Path, state: _State, folder: Path, around: _Folder) -> str:
    digest, _, texts = _read(file, state)
    named = [folder / f"{text}.py" for text in texts]
    return _hash_of([digest, _digest_of_all(named, folder, dict(around))])


def _digest_of_all(files: Iterable[Path], folder: Path, states: Mapping[Path, _State]) -> str:
    """One digest of these files, if they exist, and of all that they import from the folder.

    A text that is the name of a module counts like its import.
    """
    todo, found = list(files), dict[Path, str]()
    while todo:
        file = todo.pop()
        if file in states and file not in found:
            found[file], imported, texts = _read(file, states[file])
            todo += (path for name in {*imported, *texts} for path in _files(folder, name))
    return _hash_of(f"{file.relative_to(folder)}:{found[file]}" for file in sorted(found))


@lru_cache(maxsize=256)
def _read(file: Path, state: _State) -> tuple[str, frozenset[str], frozenset[str]]:
    """The digest of a file's code, the modules that it imports, and texts that may name modules.

    Of a file that is no Python, all bytes count.
    """
    content = file.read_bytes()
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError):
        return hashlib.sha256(content).hexdigest(), frozenset(), frozenset()
    nodes = list(ast.walk(tree))
    constants = (node.value for node in nodes if isinstance(node, ast.Constant))
    texts = {text for text in constants if isinstance(text, str) and text.isidentifier()}
    digest = hashlib.sha256(ast.dump(tree).encode()).hexdigest()
    return digest, frozenset(_imported(nodes)), frozenset(texts)


def _imported(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """The modules that are imported anywhere, with the names that are imported from them."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            yield module
            yield from (f"{module}.{name.name}".strip(".") for name in node.names)


def _files(folder: Path, module: str) -> Iterator[Path]:
    """The files in the folder that importing a module may load."""
    parts = [part for part in module.split(".") if part]
    for count in range(1, len(parts) + 1):
        place = folder.joinpath(*parts[:count])
        yield from (place / "__init__.py", place.with_name(f"{place.name}.py"))


def _hash_of(parts: Iterable[str]) -> str:
    return hashlib.sha256(";".join(parts).encode()).hexdigest()
