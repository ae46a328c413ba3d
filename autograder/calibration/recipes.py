"""Recipes to train, as the course's evidence module has them, and a digest of what each one does.

The module is the course's own code. A digest covers a recipe's code and whatever of the module that
code leads to, without comments, docstrings and annotations: it stays the same while other recipes
come and go, and changes when what is trained changes. Knows no network and no dataset.
"""

from __future__ import annotations

import ast
import hashlib
import sys
import types
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from autograder.errors import CourseError

Kind = Literal["right", "unsuited", "broken"]
"""Right recipes must pass and broken ones must not. Unsuited ones are right and learn too slowly in
so few epochs, or take steps so large that training may break down: students are told so."""
KINDS: tuple[Kind, ...] = ("right", "unsuited", "broken")
TABLES = ("RUNS", "UNSUITED", "BROKEN")


@dataclass(frozen=True)
class Recipes:
    """An evidence module that was loaded: its recipes, its `run`, and its text."""

    module: Mapping[str, Any]
    text: str

    def names(self, kind: Kind, dataset: str) -> tuple[str, ...]:
        """The recipes of a kind: `RUNS` without those that `UNSUITED` names for the dataset."""
        if kind == "broken":
            return tuple(self.module["BROKEN"])
        unsuited = tuple(self.module["UNSUITED"].get(dataset, ()))
        if kind == "unsuited":
            return unsuited
        return tuple(name for name in self.module["RUNS"] if name not in unsuited)

    def digest(self, name: str) -> str:
        """Of what is trained and how it is scored, under whatever terms."""
        recipe = (self.module["RUNS"] | self.module["BROKEN"])[name]
        reader = _Reader(self.module, _functions(self.text))
        # `run` looks the recipe up in the tables; a recipe that does so depends on all in them
        told = repr((reader.told(self.module["run"], skip=TABLES), reader.told(recipe)))
        return hashlib.sha256(told.encode()).hexdigest()[:16]


def load(path: Path) -> Recipes:
    """The module at `path`.

    Raises:
        CourseError: there is none, it cannot be loaded, or it lacks `RUNS` or `run`.
    """
    where = f"tests/evidence/{path.name}"
    try:
        return _loaded(path, path.read_text(encoding="utf-8"))
    except OSError:
        raise CourseError(f"There is no {where}, which says how right solutions train.") from None


@lru_cache(maxsize=4)
def _loaded(path: Path, text: str) -> Recipes:
    where = f"tests/evidence/{path.name}"
    module = types.ModuleType(f"evidence_{path.stem}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module  # dataclasses look their module up
    try:
        exec(compile(text, str(path), "exec"), module.__dict__)
    except Exception as error:
        raise CourseError(f"{where} cannot be loaded: {type(error).__name__}: {error}.") from error
    for table in ("UNSUITED", "BROKEN"):
        module.__dict__.setdefault(table, {})
    if not module.__dict__.get("RUNS") or not callable(module.__dict__.get("run")):
        raise CourseError(f"{where} must define `RUNS` and `run`.")
    known = module.__dict__["RUNS"]
    for dataset, names in module.__dict__["UNSUITED"].items():
        for name in names:
            if name not in known:
                raise CourseError(
                    f"{where}: UNSUITED names {name!r} for {dataset}; RUNS has no such."
                )
    return Recipes(module.__dict__, text)


_Node = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef


def _functions(text: str) -> dict[int, list[_Node]]:
    """Functions and classes of a text by the line that they, or their decorators, begin in."""
    found: dict[int, list[_Node]] = {}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, _Node):
            decorators = [] if isinstance(node, ast.Lambda) else node.decorator_list
            line = min([node.lineno, *(each.lineno for each in decorators)])
            found.setdefault(line, []).append(node)
    return found


class _Bare(ast.NodeTransformer):
    """Takes docstrings and annotations away."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        node.returns = None
        if ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        self.generic_visit(node)
        node.annotation = ast.Name("_")
        return node


@dataclass
class _Reader:
    """Tells values of a module as plain data: code as text, with what it refers to."""

    module: Mapping[str, Any]
    functions: Mapping[int, Sequence[_Node]]
    _under_way: list[int] = field(default_factory=list)

    def told(self, value: Any, skip: Sequence[str] = ()) -> Any:
        """Data whose `repr` is the same wherever the value does the same."""
        if id(value) in self._under_way:
            return "itself"
        self._under_way.append(id(value))
        try:
            return self._told(value, skip)
        finally:
            self._under_way.pop()

    def _told(self, value: Any, skip: Sequence[str]) -> Any:
        if isinstance(value, types.FunctionType) and value.__globals__ is self.module:
            return self._function(value, skip)
        if isinstance(value, type) and value.__module__ == self.module["__name__"]:
            return self._code(self._class(value.__name__), skip)
        if isinstance(value, Mapping):
            return [(self.told(key), self.told(each)) for key, each in value.items()]
        if isinstance(value, list | tuple):
            return [self.told(each) for each in value]
        if isinstance(value, types.ModuleType):
            return value.__name__
        if callable(value):
            return f"{value.__module__}.{getattr(value, '__qualname__', type(value).__name__)}"
        return repr(value)

    def _function(self, function: Callable[..., Any], skip: Sequence[str]) -> Any:
        code = function.__code__
        kept = dict(zip(code.co_freevars, function.__closure__ or (), strict=True))
        begun = self.functions.get(code.co_firstlineno, ())
        return (
            self._code([n for n in begun if not isinstance(n, ast.ClassDef)], skip),
            [(name, self.told(cell.cell_contents)) for name, cell in sorted(kept.items())],
            self.told([function.__defaults__, function.__kwdefaults__]),
        )

    def _code(self, nodes: Sequence[ast.AST], skip: Sequence[str]) -> Any:
        """These functions or classes as text, and whatever of the module they name."""
        bare = [_Bare().visit(node) for node in nodes]
        names: Counter[str] = Counter()
        entries: Counter[tuple[str, str]] = Counter()
        for node in (each for whole in bare for each in ast.walk(whole)):
            if isinstance(node, ast.Name):
                names[node.id] += 1
            if entry := _entry(node):
                entries[entry] += 1
                names[entry[0]] -= 1  # `TABLE["name"]` is that entry and not the whole table
        used = sorted(name for name in +names if name in self.module and name not in skip)
        return (
            [ast.unparse(each) for each in bare],
            [(name, self.told(self.module[name], skip)) for name in used],
            [(name, key, self.told(self._at(name, key))) for name, key in sorted(entries)],
        )

    def _at(self, name: str, key: str) -> Any:
        table = self.module.get(name)
        return table.get(key) if isinstance(table, Mapping) else table

    def _class(self, name: str) -> list[ast.AST]:
        every = (node for nodes in self.functions.values() for node in nodes)
        return [each for each in every if isinstance(each, ast.ClassDef) and each.name == name]


def _entry(node: ast.AST) -> tuple[str, str] | None:
    """`TABLE["name"]` as ("TABLE", "name")."""
    if (
        isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Name)
        and isinstance(node.slice, ast.Constant)
        and isinstance(node.slice.value, str)
    ):
        return node.value.id, node.slice.value
    return None
