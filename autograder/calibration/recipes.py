"""The recipes in the course's evidence module, and a digest of what each one does.

The module is the course's own code. A digest covers a recipe's code and everything in the module
that this code refers to. It leaves out comments, docstrings and annotations, and replaces the names
of variables and functions by numbers. So it changes if what is trained changes. It does not change
if other recipes are added or removed, or if something is renamed. This module knows no network and
no dataset.
"""

from __future__ import annotations

import ast
import builtins
import copy
import hashlib
import sys
import types
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from autograder.errors import CourseError

Kind = Literal["right", "unsuited", "broken"]
"""Right recipes must pass, and broken ones must fail. Unsuited recipes are right, but learn too
slowly in so few epochs, or take steps so large that training may break down; students are warned of
them.
"""
KINDS: tuple[Kind, ...] = ("right", "unsuited", "broken")
TABLES = ("RUNS", "UNSUITED", "BROKEN")


@dataclass(frozen=True)
class Recipes:
    """A loaded evidence module: its recipes, its `run` function and its text."""

    module: Mapping[str, Any]
    text: str

    def names(self, kind: Kind, dataset: str) -> tuple[str, ...]:
        """The names of the recipes of a kind.

        Right recipes are those of `RUNS` that `UNSUITED` does not list for the dataset.
        """
        if kind == "broken":
            return tuple(self.module["BROKEN"])
        unsuited = tuple(self.module["UNSUITED"].get(dataset, ()))
        if kind == "unsuited":
            return unsuited
        return tuple(name for name in self.module["RUNS"] if name not in unsuited)

    def digest(self, name: str) -> str:
        """A digest of what is trained and how it is scored, without the terms."""
        recipe = (self.module["RUNS"] | self.module["BROKEN"])[name]
        tree = ast.parse(self.text)
        reader = _Reader(self.module, _functions(tree), _names_that_matter(tree))
        # `run` looks the recipe up in the tables; a recipe that does so depends on all entries
        text = repr((reader.described(self.module["run"], skip=TABLES), reader.described(recipe)))
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def load(path: Path) -> Recipes:
    """Load the evidence module at `path`.

    Raises:
        CourseError: there is no such file, it cannot be loaded, or it lacks `RUNS` or `run`.
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
    sys.modules[module.__name__] = module  # dataclasses need their module there
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


def _functions(tree: ast.Module) -> dict[int, list[_Node]]:
    """The functions and classes in a text, by the line in which they or their decorators begin."""
    found: dict[int, list[_Node]] = {}
    for node in ast.walk(tree):
        if isinstance(node, _Node):
            decorators = [] if isinstance(node, ast.Lambda) else node.decorator_list
            line = min([node.lineno, *(each.lineno for each in decorators)])
            found.setdefault(line, []).append(node)
    return found


def _names_that_matter(tree: ast.Module) -> frozenset[str]:
    """The names whose spelling may matter: all names except those of variables and functions.

    These are attributes, keywords, imported names, words in strings, all names in a class, and the
    parameters of `run`, which other code calls.
    """
    found = {"run", *TABLES}
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            found.update(name for each in ast.walk(node) for name in _strings(each))
        elif isinstance(node, ast.arguments):
            found.update(each.arg for each in node.kwonlyargs)
        elif isinstance(node, ast.FunctionDef) and node.name == "run":
            hands_on = node.args.kwarg is not None  # to any function with such parameters
            found.update(_parameters(tree if hands_on else node.args))
        elif not isinstance(node, ast.Name | ast.arg | ast.FunctionDef):
            found.update(_strings(node))
    return frozenset(found)


def _parameters(node: ast.AST) -> Iterator[str]:
    return (each.arg for each in ast.walk(node) if isinstance(each, ast.arg))


def _strings(node: ast.AST) -> Iterator[str]:
    for _, value in ast.iter_fields(node):
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, str):
                yield each.partition(".")[0]  # `import a.b` binds `a`


class _Renamed(ast.NodeTransformer):
    """Replaces names by other names."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names

    def visit_Name(self, node: ast.Name) -> ast.AST:
        node.id = self._names.get(node.id, node.id)
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        self.generic_visit(node)
        node.arg = self._names.get(node.arg, node.arg)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        node.name = self._names.get(node.name, node.name)
        return node


class _Bare(ast.NodeTransformer):
    """Removes docstrings and annotations."""

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


def _bare(nodes: Sequence[ast.AST]) -> list[ast.AST]:
    return [_Bare().visit(copy.deepcopy(node)) for node in nodes]


@dataclass
class _Reader:
    """Describes values of a module as plain data: code as text, with the values it refers to."""

    module: Mapping[str, Any]
    functions: Mapping[int, Sequence[_Node]]
    spelled: frozenset[str]
    _under_way: list[int] = field(default_factory=list)

    def described(self, value: Any, skip: Sequence[str] = ()) -> Any:
        """Plain data whose `repr` is equal for two values that do the same."""
        if id(value) in self._under_way:
            return "itself"
        self._under_way.append(id(value))
        try:
            return self._described(value, skip)
        finally:
            self._under_way.pop()

    def _described(self, value: Any, skip: Sequence[str]) -> Any:
        if isinstance(value, types.FunctionType) and value.__globals__ is self.module:
            return self._function(value, skip)
        if isinstance(value, type) and value.__module__ == self.module["__name__"]:
            return self._code(_bare(self._class(value.__name__)), skip, {})
        if isinstance(value, Mapping):
            return [(self.described(key), self.described(each)) for key, each in value.items()]
        if isinstance(value, list | tuple):
            return [self.described(each) for each in value]
        if isinstance(value, types.ModuleType):
            return value.__name__
        if callable(value):
            return f"{value.__module__}.{getattr(value, '__qualname__', type(value).__name__)}"
        return repr(value)

    def _function(self, function: Callable[..., Any], skip: Sequence[str]) -> Any:
        code = function.__code__
        kept = dict(zip(code.co_freevars, function.__closure__ or (), strict=True))
        begun = self.functions.get(code.co_firstlineno, ())
        nodes = _bare([node for node in begun if not isinstance(node, ast.ClassDef)])
        numbers = self._numbers(nodes)
        cells = sorted((numbers.get(name, name), cell) for name, cell in kept.items())
        return (
            self._code(nodes, skip, numbers),
            [(name, self.described(cell.cell_contents)) for name, cell in cells],
            self.described([function.__defaults__, function.__kwdefaults__]),
        )

    def _numbers(self, nodes: Sequence[ast.AST]) -> dict[str, str]:
        """For each name whose spelling does not matter, its number in this code."""
        found: dict[str, str] = {}
        for node in (each for whole in nodes for each in ast.walk(whole)):
            name = ""
            if isinstance(node, ast.Name):
                name = node.id
            elif isinstance(node, ast.arg):
                name = node.arg
            elif isinstance(node, ast.FunctionDef):
                name = node.name
            if name and name not in self.spelled and not hasattr(builtins, name):
                found.setdefault(name, f"<{len(found)}>")
        return found

    def _code(
        self, bare: Sequence[ast.AST], skip: Sequence[str], numbers: Mapping[str, str]
    ) -> Any:
        """These functions or classes as text, and the values of the module that they refer to.

        Names in `numbers` are replaced by their number.
        """
        names: Counter[str] = Counter()
        entries: Counter[tuple[str, str]] = Counter()
        for node in (each for whole in bare for each in ast.walk(whole)):
            if isinstance(node, ast.Name):
                names[node.id] += 1
            if entry := _entry(node):
                entries[entry] += 1
                names[entry[0]] -= 1  # `TABLE["name"]` refers to that entry, not to the whole table
        used = [name for name in +names if name in self.module and name not in skip]
        by_number = sorted((numbers.get(name, name), name) for name in used)
        items = sorted((numbers.get(name, name), key, name) for name, key in entries)
        return (
            [ast.unparse(_Renamed(numbers).visit(each)) for each in bare],
            [(number, self.described(self.module[name], skip)) for number, name in by_number],
            [(number, key, self.described(self._at(name, key))) for number, key, name in items],
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
